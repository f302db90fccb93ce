"""What learners get wrong in `quantize_onnx`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── Which nodes ─────────────────────────────────────────────────────────────────────────────────────────────────

mistake("quantize_onnx.weighted_nodes", """Your weighted_nodes has every product. One of two results, as attention has it, has
    no weight that could be turned into bytes beforehand: the second input must be an initializer.""", name="every_product",
        replace="node.op_type in place and node.input[place[node.op_type]] in weights", by="node.op_type in place")

mistake("quantize_onnx.weighted_nodes", """Your weighted_nodes leaves out Gemm, which is how a linear layer with a bias is
    written in ONNX.""", name="without_gemm", replace='{"MatMul": 1, "Gemm": 1}', by='{"MatMul": 1}')

mistake("quantize_onnx.weighted_nodes", """Your weighted_nodes never has a table. With `tables` each Gather belongs to them whose *first* input is
    an initializer: the second has the ids.""", name="never_tables", replace='({"Gather": 0} if tables else {})', by="{}",
        forms=[{"replace": '{"Gather": 0} if tables', "by": '{"Gather": 1} if tables'}])

mistake("quantize_onnx.weighted_nodes", """Your weighted_nodes always has the tables. They belong to them only where `tables`
    says so.""", name="always_tables", replace='({"Gather": 0} if tables else {})', by='{"Gather": 0}')

KEPT = 'kept += [f"{name}_MatMul" for name in kept]'

mistake("quantize_onnx.dynamic", """Your dynamic quantises a Gemm that is to be kept. Before it compares names, ONNX Runtime has
    turned each Gemm into a MatMul and an Add, and that MatMul is called `<name>_MatMul`: exclude both names.""",
        name="keeps_no_gemm", replace=KEPT, by="pass")

mistake("quantize_onnx.dynamic", """Your dynamic leaves every Gemm in float. ONNX Runtime turns it into a MatMul called
    `<name>_MatMul` before it compares names, so a list of the names to quantise does not have it. Name what is to be left
    out instead, under both names.""", name="names_do_not_match_gemm", replace="nodes_to_exclude=kept,", by="nodes_to_quantize=nodes,")

mistake("quantize_onnx.chosen", """Your quantisation does not look at `keep`.""", name="ignores_keep",
        replace="return [name for name in nodes if name not in keep], [name for name in nodes if name in keep]", by="return nodes, []")

mistake("quantize_onnx.chosen", """Your quantisation takes any name in `keep`. One that is no node with a weight is a slip, and what it
    was meant for gets quantised: raise ValueError.""", name="any_name",
        replace="if unknown := sorted(set(keep) - set(nodes)):", by="if unknown := []:",
        forms=[{"replace": "if unknown := sorted(set(keep) - set(nodes)):", "by": "if keep and not set(keep) & set(nodes):\n        unknown = keep"}])

mistake("quantize_onnx.static", """Your static does not say which nodes to quantise, so products of results are quantised too, and
    what is in `keep`.""", name="static_takes_all", replace="nodes_to_quantize=nodes,", by="nodes_to_quantize=None,")

mistake("quantize_onnx.static", """Your static gives ONNX Runtime an empty list where every node is kept. To it an empty list
    means all of them.""", name="an_empty_list_means_all", replace="""nodes, _ = chosen(model, keep, tables)
    if not nodes:""", by="""nodes, _ = chosen(model, keep, tables)
    if False:""")

# ── How ─────────────────────────────────────────────────────────────────────────────────────────────────────────

mistake("quantize_onnx.dynamic", """Your dynamic has one scale for the whole weight, whatever `per_channel` says: ONNX Runtime's own
    default. One channel with large values then takes the steps from all others.""", name="dynamic_per_tensor",
        replace="per_channel=per_channel, reduce_range", by="reduce_range")

mistake("quantize_onnx.static", """Your static has one scale for the whole weight, whatever `per_channel` says: ONNX Runtime's own
    default. One channel with large values then takes the steps from all others.""", name="static_per_tensor",
        replace="per_channel=per_channel, reduce_range", by="reduce_range")

mistake("quantize_onnx.dynamic", """Your dynamic does not hand on `reduce_range`. With eight bits, pairs of products overflow 16 bits on
    processors without VNNI, and the answers are wrong there without a word.""", name="dynamic_drops_reduce_range",
        replace="per_channel=per_channel, reduce_range=reduce_range,", by="per_channel=per_channel,")

mistake("quantize_onnx.static", """Your static does not hand on `reduce_range`. With eight bits, pairs of products overflow 16 bits on
    processors without VNNI, and the answers are wrong there without a word.""", name="static_drops_reduce_range",
        replace="per_channel=per_channel, reduce_range=reduce_range,", by="per_channel=per_channel,")

mistake("quantize_onnx.dynamic", """Your dynamic makes unsigned bytes of the weights. The contract has signed ones, so that 0 has
    the code 0.""", name="unsigned_weights", replace="per_channel=per_channel, reduce_range=reduce_range, weight_type=QuantType.QInt8))",
        by="per_channel=per_channel, reduce_range=reduce_range, weight_type=QuantType.QUInt8))")

mistake("quantize_onnx.static", """Your static makes signed bytes of the inputs, ONNX Runtime's own default. The contract has
    unsigned ones.""", name="signed_inputs", replace="activation_type=QuantType.QUInt8", by="activation_type=QuantType.QInt8")

mistake("quantize_onnx.static", """Your static writes operators for integers (QOperator). The contract has QDQ: the operators stay
    as they are, between pairs of QuantizeLinear and DequantizeLinear, and the runtime fuses them.""", name="operators_for_integers",
        replace="quant_format=QuantFormat.QDQ", by="quant_format=QuantFormat.QOperator")

mistake("quantize_onnx.dynamic", """Your dynamic leaves tables in float where they are asked for. Name the type Gather, too.""",
        name="dynamic_without_tables", replace='["MatMul"] + ["Gather"] * tables', by='["MatMul"]')

mistake("quantize_onnx.dynamic", """Your dynamic turns tables into bytes unasked: without a list of types ONNX Runtime quantises
    all that it knows.""", name="all_types", replace='op_types_to_quantize=["MatMul"] + ["Gather"] * tables, ', by="")

# ── Calibration ─────────────────────────────────────────────────────────────────────────────────────────────────

mistake("quantize_onnx.Reader.get_next", """Your reader hands out one batch and then None. ONNX Runtime asks until it gets None:
    all batches are to be met.""", name="one_batch", replace="if self.next == len(self.batches):", by="if self.next == min(1, len(self.batches)):")

mistake("quantize_onnx.Reader.get_next", """Your reader raises an error when its batches are used up. It returns None then, as
    often as it is asked.""", name="raises_at_the_end", replace="if self.next == len(self.batches):\n            return None\n        ", by="")

mistake("quantize_onnx.Reader.get_next", """Your reader begins again by itself when its batches are used up: calibration would never
    end. It returns None until it is rewound.""", name="begins_again",
        replace="if self.next == len(self.batches):\n            return None", by="if self.next == len(self.batches):\n            self.next = 0\n            return None")

mistake("quantize_onnx.Reader.get_next", """Your reader gives the batch without a name. ONNX Runtime wants a dict, from the name of the
    input to the batch.""", name="without_the_name", replace="return {self.name: self.batches[self.next - 1]}", by="return self.batches[self.next - 1]")

mistake("quantize_onnx.Reader.rewind", """Your reader's rewind does nothing: after it, the next batch is the first again.""",
        name="no_rewind", replace="def rewind(self) -> None:\n        ### BEGIN SOLUTION\n        self.next = 0",
        by="def rewind(self) -> None:\n        ### BEGIN SOLUTION\n        pass")

mistake("quantize_onnx.static", """Your static has the name of the input written in it. Another model calls it otherwise: it stands
    in the graph.""", name="hard_coded_input", replace="onnx.load_from_string(model).graph.input[0].name", by='"rows"')

mistake("quantize_onnx.static", """Your static calibrates with the first batch alone. What the others hold beyond its range is then
    cut off.""", name="first_batch_alone", replace=".graph.input[0].name, batches)", by=".graph.input[0].name, batches[:1])",
        forms=[{"replace": ".graph.input[0].name, batches)", "by": ".graph.input[0].name, batches[-1:])"}])

mistake("quantize_onnx.static", """Your static calibrates by entropy. The contract has the smallest and the largest value that was
    met, min–max.""", name="by_entropy", replace="quant_format=QuantFormat.QDQ,",
        by="quant_format=QuantFormat.QDQ, calibrate_method=__import__('onnxruntime.quantization').quantization.CalibrationMethod.Percentile,")

# ── Files ───────────────────────────────────────────────────────────────────────────────────────────────────────

mistake("quantize_onnx.through_files", """Your quantisation leaves its files behind. They are as large as the model, and a service that quantises
    at every start fills the disk: `tempfile.TemporaryDirectory` takes them away again.""", name="leaves_files",
        replace="with tempfile.TemporaryDirectory() as folder:", by="if folder := tempfile.mkdtemp():",
        forms=[{"replace": 'source, target = Path(folder, "float.onnx"), Path(folder, "int8.onnx")',
                "by": 'source, target = Path("float.onnx"), Path("int8.onnx")'}])
