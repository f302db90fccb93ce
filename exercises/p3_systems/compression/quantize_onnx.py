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
    raise NotImplementedError


class Reader(CalibrationDataReader):
    """Hands out batches for calibration, one after the other, as ONNX Runtime asks for them.

    `name` is the model's input. `get_next()` is `{name: batch}` for the next batch, and None when there are no more.
    `rewind()` begins again at the first.

    >>> reader = Reader("rows", [np.zeros(2)])
    >>> reader.get_next(), reader.get_next()
    ({'rows': array([0., 0.])}, None)
    """

    def __init__(self, name: str, batches: Sequence[np.ndarray]):
        raise NotImplementedError

    def get_next(self) -> dict[str, np.ndarray] | None:
        raise NotImplementedError

    def rewind(self) -> None:
        raise NotImplementedError


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
    raise NotImplementedError


def static(model: bytes, batches: Sequence[np.ndarray], *, keep: Collection[str] = (), tables: bool = False,
           per_channel: bool = True, reduce_range: bool = True) -> bytes:
    """The model with its `weighted_nodes` in QDQ, and the ranges of their inputs as they were over all the batches.

    The model has one input. Inputs of MatMul and Gemm are unsigned bytes, from the smallest value to the largest (min–max)
    that was met in calibration, widened to hold 0. Weights, `keep`, `tables` and `reduce_range` are as in `dynamic`.
    `batches` are not changed, and no file is left behind.

    Raises ValueError where there are no batches, and where `keep` has a name that is none of `weighted_nodes`.
    """
    raise NotImplementedError
