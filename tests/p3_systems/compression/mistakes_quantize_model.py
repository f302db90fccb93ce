"""What learners get wrong in `quantize_model`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── Which layers ────────────────────────────────────────────────────────────────────────────────────────────────

mistake("quantize_model.quantizable", """Your quantizable has layers whose weight another module holds too. An output layer that shares
    the embedding's weight would get integers of its own beside the table, which stays: the model gets larger.""",
        name="takes_shared_weights", replace="            and holders[id(layer.weight)] == 1}", by="}",
        forms=[{"replace": "holders[id(layer.weight)] == 1", "by": "holders[id(layer.weight)] >= 1"}])

mistake("quantize_model.quantizable", """Your quantizable has the output layer of nn.MultiheadAttention. That module never calls it, it
    takes its weight out: PyTorch marks it with the class NonDynamicallyQuantizableLinear.""", name="takes_attention_out",
        replace=" and not isinstance(layer, nn.modules.linear.NonDynamicallyQuantizableLinear)", by="")

mistake("quantize_model.quantizable", """Your quantizable leaves out layers of classes that are derived from nn.Linear, and computes as
    little with them as before: `isinstance` finds them, `type(layer)` is another class.""", name="compares_types",
        replace="isinstance(layer, nn.Linear) and not isinstance(layer, nn.modules.linear.NonDynamicallyQuantizableLinear)",
        by="type(layer) is nn.Linear")

mistake("quantize_model.quantizable", """Your quantizable looks only at the model's own children. Layers are in blocks, and the model
    itself may be a layer: `named_modules()` visits them all.""", name="looks_at_children", replace="model.named_modules()\n            if isinstance(layer, nn.Linear) and not",
        by="model.named_children()\n            if isinstance(layer, nn.Linear) and not")

mistake("quantize_model.quantizable", """Your quantizable takes a layer that stands at two places for two that share a weight. One layer
    has one weight, and one holder, however often it is called.""", name="counts_places",
        replace="for module in model.modules():", by="for _, module in model.named_modules(remove_duplicate=False):")

FILTER = "filter_fn=lambda layer, name: name in layers and name not in keep"

mistake("quantize_model.quantize_model", """Your quantize_model quantises what is to be kept. `filter_fn` is asked for each module: it says
    no to the names in `keep`.""", name="ignores_keep", replace=FILTER, by="filter_fn=lambda layer, name: name in layers")

mistake("quantize_model.quantize_model", """Your quantize_model asks in its filter for nn.Linear alone. A filter of your own replaces torchao's:
    what is to stay float, it has to leave out.""", name="filter_for_linear", replace=FILTER,
        by="filter_fn=lambda layer, name: isinstance(layer, nn.Linear) and name not in keep")

mistake("quantize_model.quantize_model", """Your quantize_model uses torchao's own filter, which does not know of weights that are shared, nor of
    `keep`.""", name="torchaos_filter", replace=",\n              " + FILTER, by="",
        forms=[{"replace": FILTER, "by": "filter_fn=None"}])

mistake("quantize_model.quantize_model", """Your quantize_model leaves out layers whose name contains a name in `keep`, or the other way round.
    Names are compared whole.""", name="compares_parts_of_names", replace="name not in keep", by="not any(each in name for each in keep)",
        forms=[{"replace": "name not in keep", "by": "not any(name in each for each in keep)"}])

# ── How ─────────────────────────────────────────────────────────────────────────────────────────────────────────

CONFIG = "Int8DynamicActivationInt8WeightConfig(reduce_range=reduce_range)"

mistake("quantize_model.quantize_model", """Your quantize_model quantises the weights alone. They are then turned back into floats for each product;
    inputs are to be quantised too, so that it is one of integers.""", name="weights_alone", replace=CONFIG,
        by="__import__('torchao.quantization').quantization.Int8WeightOnlyConfig()")

mistake("quantize_model.quantize_model", """Your quantize_model does not hand on `reduce_range`: with eight bits, products may overflow on processors
    without VNNI.""", name="drops_reduce_range", replace=CONFIG, by="Int8DynamicActivationInt8WeightConfig()")

mistake("quantize_model.quantize_model", """Your quantize_model always leaves a bit unused. It does so only where `reduce_range` says so.""",
        name="always_reduces", replace=CONFIG, by="Int8DynamicActivationInt8WeightConfig(reduce_range=True)")

mistake("quantize_model.quantize_model", """Your quantize_model has one scale for a whole weight. The contract has one for each row, torchao's default:
    a row of small weights would be left with a few steps.""", name="per_tensor", replace=CONFIG,
        by="Int8DynamicActivationInt8WeightConfig(reduce_range=reduce_range, granularity=__import__('torchao.quantization').quantization.PerTensor())")

mistake("quantize_model.quantize_model", """Your quantize_model quantises inputs asymmetrically. The contract has torchao's default, symmetric.""",
        name="asymmetric_inputs", replace=CONFIG, by="Int8DynamicActivationInt8WeightConfig(reduce_range=reduce_range, "
        "act_mapping_type=__import__('torchao.quantization').quantization.MappingType.ASYMMETRIC)")

# ── A copy ──────────────────────────────────────────────────────────────────────────────────────────────────────

mistake("quantize_model.quantize_model", """Your quantize_model changes the model itself: `quantize_` works in place. Whoever wants to compare the two,
    or to train on, has lost the first. Copy it before.""", name="in_place", replace="copy.deepcopy(model).eval()", by="model.eval()",
        forms=[{"replace": "copy.deepcopy(model).eval()", "by": "copy.copy(model).eval()"}])

mistake("quantize_model.quantize_model", """Your quantize_model gives a copy in the mode in which the model was: with dropout still on, its answers are
    random.""", name="copy_in_training", replace="copy.deepcopy(model).eval()", by="copy.deepcopy(model)")

mistake("quantize_model.quantize_model", """Your quantize_model puts the model itself into evaluation before it copies it. It belongs to the caller, who
    may be training it.""", name="evaluates_the_model", replace="copy.deepcopy(model).eval()", by="copy.deepcopy(model.eval())")

mistake("quantize_model.quantize_model", """Your quantize_model takes any name in `keep`. A name that is no quantizable layer is a slip, and the layer
    that was meant gets quantised: raise ValueError.""", name="any_name", replace="if unknown := sorted(set(keep) - set(layers)):",
        by="if unknown := []:", forms=[{"replace": "sorted(set(keep) - set(layers))", "by": "sorted(set(keep) - set(dict(copied.named_modules())))"}])

# ── Counting ────────────────────────────────────────────────────────────────────────────────────────────────────

mistake("quantize_model.integer_layers", """Your integer_layers asks for the weight's dtype. An Int8Tensor says that it is of float32, for those who
    compute with it; its class tells.""", name="asks_for_the_dtype", replace="isinstance(layer.weight, Int8Tensor)]", by='str(layer.weight.dtype) == "torch.int8"]')

mistake("quantize_model.integer_layers", """Your integer_layers names every linear layer. Those whose weight is float stayed float.""", name="all_linear_layers",
        replace=" and isinstance(layer.weight, Int8Tensor)]", by="]")

mistake("quantize_model.bytes_of", """Your bytes_of counts four bytes for each number of a quantised weight: that is what it claims to be. Take it
    apart, and count what it keeps.""", name="believes_the_dtype", replace="for part in parts(tensor))", by="for part in [tensor])",
        forms=[{"replace": "sum(part.nbytes for tensor in [*model.parameters(), *model.buffers()] for part in parts(tensor))",
                "by": "sum(tensor.numel() * tensor.element_size() for tensor in [*model.parameters(), *model.buffers()])"}])

mistake("quantize_model.bytes_of", """Your bytes_of counts the integers of a quantised weight and leaves out its scales. Without them the integers mean
    nothing: they are kept, too.""", name="without_scales", replace="(tensor.qdata, tensor.scale, tensor.zero_point)", by="(tensor.qdata,)",
        forms=[{"replace": "(tensor.qdata, tensor.scale, tensor.zero_point)", "by": "(tensor.qdata, tensor.scale)"}])

mistake("quantize_model.bytes_of", """Your bytes_of leaves out the buffers, which a model keeps as it keeps its parameters.""", name="without_buffers",
        replace="[*model.parameters(), *model.buffers()]", by="[*model.parameters()]")

mistake("quantize_model.bytes_of", """Your bytes_of adds up the state_dict, in which a shared weight stands under each of its names, and a buffer that is not
    persistent under none. Count each parameter and buffer once.""", name="adds_up_the_state_dict",
        replace="for tensor in [*model.parameters(), *model.buffers()] for", by="for tensor in model.state_dict().values() for")
