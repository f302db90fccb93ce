"""What the suite of `quantize_onnx` does beside the learner's functions, in the learner's process.

Graphs are made there, and what came out is read there. A probe gets the exercise's module as `work`, returns plain data, and
holds no expected value.
"""
import logging
import os
import tempfile
from collections import Counter

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

logging.getLogger().setLevel(logging.ERROR)  # ONNX Runtime warns of a pre-processing that these graphs do not need


def network(weights, input_name="rows"):
    """Two layers, a product of results, and one more layer, as the bytes of a file. Numbers: see `answers` of the suite."""
    w1, b1, w2, b2, w3 = (np.asarray(each, np.float32) for each in weights)
    nodes = [helper.make_node("MatMul", [input_name, "w1"], ["a"], "first"), helper.make_node("Add", ["a", "b1"], ["b"], "bias"),
             helper.make_node("Relu", ["b"], ["c"], "relu"),
             helper.make_node("Gemm", ["c", "w2", "b2"], ["d"], "second", transB=1),
             helper.make_node("Transpose", ["d"], ["turned"], "turn", perm=[1, 0]),
             helper.make_node("MatMul", ["d", "turned"], ["e"], "attention"),
             helper.make_node("MatMul", ["e", "d"], ["mixed"], "mix"),
             helper.make_node("MatMul", ["mixed", "w3"], ["output"], "third")]
    return made(nodes, helper.make_tensor_value_info(input_name, TensorProto.FLOAT, ["batch", w1.shape[0]]),
                {"w1": w1, "b1": b1, "w2": w2, "b2": b2, "w3": w3}, w3.shape[1])


def lookup(table, w1):
    """A row of a table for each id, times a weight."""
    nodes = [helper.make_node("Gather", ["table", "ids"], ["x"], "embedding"), helper.make_node("MatMul", ["x", "w1"], ["output"], "head")]
    return made(nodes, helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch"]),
                {"table": np.asarray(table, np.float32), "w1": np.asarray(w1, np.float32)}, w1.shape[1])


def made(nodes, taken, weights, outputs):
    graph = helper.make_graph(nodes, "graph", [taken], [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", outputs])],
                              [numpy_helper.from_array(value, name) for name, value in weights.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9).SerializeToString()


def named(work, kind, weights, tables):
    return work.weighted_nodes({"network": network, "lookup": lookup}[kind](*([weights] if kind == "network" else weights)), tables=tables)


def read(work, batches, rounds):
    """What a reader hands out: for each call its (names, batch), or None; it is rewound after each of the rounds."""
    reader, found = work.Reader("rows", batches), []
    for calls in rounds:
        for _ in range(calls):
            got = reader.get_next()
            found.append(None if got is None else [list(got), *got.values()])
        reader.rewind()
    return found, batches


def described(data):
    """What is in a file: operators by type, products with a float weight, integer weights with their scales, ranges of inputs."""
    graph = onnx.load_from_string(data).graph
    numbers = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    kinds = Counter(node.op_type for node in graph.node)
    left = [node.name for node in graph.node if node.op_type in ("MatMul", "Gemm") and node.input[1] in numbers]
    weights = {name.removesuffix("_quantized"): [str(value.dtype), value.astype(np.int64), numbers[name.replace("_quantized", "_scale")],
                                                 numbers[name.replace("_quantized", "_zero_point")].astype(np.int64)]
               for name, value in numbers.items() if name.endswith("_quantized") and value.ndim == 2}
    ranges = {node.input[0]: [str(numbers[node.input[2]].dtype), float(numbers[node.input[1]]), int(numbers[node.input[2]])]
              for node in graph.node if node.op_type == "QuantizeLinear" and node.input[1] in numbers and numbers[node.input[1]].ndim == 0}
    return {"operators": dict(kinds), "float products": left, "weights": weights, "ranges": ranges}


def answered(data, batches):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    return [session.run(None, {session.get_inputs()[0].name: batch})[0] for batch in batches]


def folders():
    return sorted(os.listdir(tempfile.gettempdir())) + sorted(os.listdir("."))


def quantized(work, kind, weights, calibration, options, batches, *, input_name="rows"):
    """(what is in the file, its answers to the batches, the calibration afterwards, how many files or folders were left)

    `calibration` is None for `dynamic`.
    """
    model = network(weights, input_name) if kind == "network" else lookup(*weights)
    before = folders()
    data = work.dynamic(model, **options) if calibration is None else work.static(model, calibration, **options)
    left = len([each for each in folders() if each not in before])
    return described(data), answered(data, batches), calibration, left


def refused(work, weights, calibration, options):
    """The class of the error, or ""."""
    try:
        work.dynamic(network(weights), **options) if calibration is None else work.static(network(weights), calibration, **options)
    except NotImplementedError:
        raise
    except Exception as raised:
        return type(raised).__name__
    return ""
