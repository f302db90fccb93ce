r"""Quantise an ONNX file with ONNX Runtime: dynamically, or statically with ranges from calibration.

The tool writes another graph. *Dynamic*: a product of an input and a constant weight becomes `MatMulInteger`, and before
it stands an operator that measures the input's range in each call. *Static*: the ranges are measured once, on example
inputs, and stand in the file, in pairs of `QuantizeLinear` and `DequantizeLinear` (QDQ) around each operator, which the
runtime fuses into integer operators. For an input whose values were within $[a, b]$, with $a \le 0 \le b$, an unsigned byte has

$$s = \frac{b - a}{255}, \qquad z = \mathrm{round}(-a / s).$$

Source: ONNX Runtime's documentation, "Quantize ONNX models"; for the arithmetic, Jacob et al., "Quantization and training
of neural networks for efficient integer-arithmetic-only inference", CVPR 2018, section 2.
"""
import tempfile
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static


def weighted_nodes(model: bytes, *, tables: bool = False) -> list[str]:
    """The names of the nodes of the graph that multiply by a weight: each MatMul and Gemm whose second input is an initializer.

    With `tables` also each Gather whose first input is one, as an embedding is. They are in the order of the graph. Products
    of two results, as attention has them, are not among them.
    """
    ### BEGIN SOLUTION
    graph = onnx.load_from_string(model).graph
    weights = {each.name for each in graph.initializer}
    place = {"MatMul": 1, "Gemm": 1} | ({"Gather": 0} if tables else {})
    return [node.name for node in graph.node if node.op_type in place and node.input[place[node.op_type]] in weights]
    ### END SOLUTION


class Reader(CalibrationDataReader):
    """Hands out batches for calibration, one after the other, as ONNX Runtime asks for them.

    `name` is the model's input. `get_next()` is `{name: batch}` for the next batch, and None when there are no more.
    `rewind()` begins again at the first.

    >>> reader = Reader("rows", [np.zeros(2)])
    >>> reader.get_next(), reader.get_next()
    ({'rows': array([0., 0.])}, None)
    """

    def __init__(self, name: str, batches: Sequence[np.ndarray]):
        ### BEGIN SOLUTION
        self.name, self.batches, self.next = name, list(batches), 0
        ### END SOLUTION

    def get_next(self) -> dict[str, np.ndarray] | None:
        ### BEGIN SOLUTION
        if self.next == len(self.batches):
            return None
        self.next += 1
        return {self.name: self.batches[self.next - 1]}
        ### END SOLUTION

    def rewind(self) -> None:
        ### BEGIN SOLUTION
        self.next = 0
        ### END SOLUTION


def dynamic(model: bytes, *, keep: Collection[str] = (), tables: bool = False, per_channel: bool = True,
            reduce_range: bool = True) -> bytes:
    """The model with its `weighted_nodes` in integers, and the ranges of their inputs measured in each call.

    Weights of MatMul and Gemm are signed bytes, with a scale for each output channel, or one for the whole weight without
    `per_channel`; with `reduce_range` seven of the eight bits are used. Tables, where they are asked for, are bytes of one
    scale. A Gemm may come out as a product and an Add. The nodes named in `keep` stay float, and so does every other
    operator.

    No file is left behind, wherever ONNX Runtime writes: the result is the bytes.

    Raises ValueError where `keep` has a name that is none of `weighted_nodes`.
    """
    ### BEGIN SOLUTION
    nodes, kept = chosen(model, keep, tables)
    if not nodes:
        return model
    # Before it looks for nodes ONNX Runtime turns each Gemm into a MatMul and an Add, and the MatMul has another name.
    kept += [f"{name}_MatMul" for name in kept]
    return through_files(model, lambda source, target: quantize_dynamic(
        source, target, op_types_to_quantize=["MatMul"] + ["Gather"] * tables, nodes_to_exclude=kept,
        per_channel=per_channel, reduce_range=reduce_range, weight_type=QuantType.QInt8))
    ### END SOLUTION


def static(model: bytes, batches: Sequence[np.ndarray], *, keep: Collection[str] = (), tables: bool = False,
           per_channel: bool = True, reduce_range: bool = True) -> bytes:
    """The model with its `weighted_nodes` in QDQ, and the ranges of their inputs as they were over all the batches.

    The model has one input. Inputs of MatMul and Gemm are unsigned bytes, from the smallest value to the largest (min–max)
    that was met in calibration, widened to hold 0. Weights, `keep`, `tables` and `reduce_range` are as in `dynamic`.
    `batches` are not changed, and no file is left behind.

    Raises ValueError where there are no batches, and where `keep` has a name that is none of `weighted_nodes`.
    """
    ### BEGIN SOLUTION
    if not len(batches):
        raise ValueError("there is nothing to calibrate with")
    nodes, _ = chosen(model, keep, tables)
    if not nodes:
        return model  # to ONNX Runtime an empty list of nodes means all of them
    reader = Reader(onnx.load_from_string(model).graph.input[0].name, batches)
    return through_files(model, lambda source, target: quantize_static(
        source, target, reader, quant_format=QuantFormat.QDQ, op_types_to_quantize=["MatMul", "Gemm", "Gather"],
        nodes_to_quantize=nodes, per_channel=per_channel, reduce_range=reduce_range,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8))
    ### END SOLUTION


### BEGIN SOLUTION
def chosen(model: bytes, keep: Collection[str], tables: bool) -> tuple[list[str], list[str]]:
    """(the names of the nodes to quantise, of those that stay float)"""
    nodes = weighted_nodes(model, tables=tables)
    if unknown := sorted(set(keep) - set(nodes)):
        raise ValueError(f"no node with a weight has the name {', '.join(unknown)}")
    return [name for name in nodes if name not in keep], [name for name in nodes if name in keep]


def through_files(model: bytes, quantize: Callable[[Path, Path], None]) -> bytes:
    """ONNX Runtime quantises from file to file: both lie in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "float.onnx"), Path(folder, "int8.onnx")
        source.write_bytes(model)
        quantize(source, target)
        return target.read_bytes()


### END SOLUTION

### BEGIN AFTERWORD
# Dynamic quantisation needs no data and pays in each call: it reads every input once more to find its range. Static
# quantisation pays once, and believes that what comes will look like what came: a value outside the range is cut off.
# `reduce_range` gives up a bit. Without VNNI the processor adds pairs of products in 16 bits: 255 * 127 * 2 is 64,770, and
# 32,767 is all that fits. The sum is then cut off, silently, and only sometimes. With seven bits, 255 * 63 * 2, it fits.
### END AFTERWORD

### BEGIN HINTS
# 1. ONNX Runtime's two functions want paths; the contract wants bytes. A temporary folder stands between them, and is gone
#    afterwards. What is quantised can be said by type and by name. Look at the nodes that come out, a Gemm's above all.
# 2. `quantize_static` takes `nodes_to_quantize`, a `Reader` over the batches and QuantFormat.QDQ. For `quantize_dynamic` a
#    Gemm is a MatMul called `<name>_MatMul` by the time at which names are compared: name what is to be left out.
# 3. `quantize_dynamic(source, target, op_types_to_quantize=["MatMul"] + ["Gather"] * tables, nodes_to_exclude=[*kept,
#    *(f"{name}_MatMul" for name in kept)], per_channel=per_channel, reduce_range=reduce_range, weight_type=QuantType.QInt8)`
#    inside of `with tempfile.TemporaryDirectory() as folder:`, and `target.read_bytes()`.
### END HINTS
