r"""Export to ONNX, for any batch: a model leaves Python as a graph of operators, and its answers stay the same.

The exporter runs the model once, on an example, and notes the operators that ran. The size $n$ of the batch is a symbol in
what it notes, so that one file holds for all $n$,

$$f_{\mathrm{file}}(x) = f_{\mathrm{model}}(x) \qquad \text{for } x \in \mathbb{R}^{n \times \dots},\; n = 1, 2, 3, \dots$$

What Python decides while it runs is noted as it was decided then: an `if` on $n$ has one branch in the file.

Source: PyTorch's documentation, `torch.onnx.export` and `torch.export.export` (dynamic shapes, and the section on what the
sizes 0 and 1 are taken for); the ONNX specification, "Open Neural Network Exchange Intermediate Representation".
"""
import io
import math

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn


def export(model: nn.Module, example: Tensor, *, opset: int = 18) -> bytes:
    """The model as the bytes of one ONNX file that takes a batch of any size, from 1.

    `model` takes one tensor and returns one; the first axis of both is the batch. `example` is such a tensor, with a batch
    of one or more. The file has

    - one input, "input", and one output, "output", with their shapes; their first axis is the symbol "batch", and all
      others are numbers;
    - the version `opset` of ONNX's own operators (18 or more);
    - its weights inside: nothing lies beside it.

    The model is exported as it answers in evaluation. Afterwards the model and each module in it are in the mode they were
    in, also where some of them were in evaluation and others in training, and also after an error; nothing else of it is
    changed, and `example` is not.

    Raises ValueError where the exporter finds that the model does not hold for all sizes of the batch, as one that does
    this or that `if x.shape[0] > 4`.

    >>> file = export(nn.Linear(2, 1), torch.zeros(1, 2))
    >>> parity(nn.Linear(2, 1), file, [])
    []
    """
    raise NotImplementedError


def parity(model: nn.Module, file: bytes, batches: list[Tensor]) -> list[float]:
    """For each batch: how far the file's answer is at most from the model's, over all its numbers, in absolute value.

    The file is as `export` makes them, its input of any name. It runs in ONNX Runtime, on the processor and in one thread.
    The model answers as in evaluation, and afterwards each module in it is in the mode it was in. A batch that ONNX Runtime
    refuses, or to which the file gives an answer of another shape than the model's, counts as `math.inf`.
    """
    raise NotImplementedError
