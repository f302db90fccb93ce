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
import warnings

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
    ### BEGIN SOLUTION
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        # To the exporter a size of 1 is special, and never a symbol: a batch of one is laid twice.
        example = torch.cat([example, example])                               # (batch, ...) -> (2 batch, ...)
        program = torch.export.export(model, (example,), dynamic_shapes=({0: torch.export.Dim("batch")},), strict=False)
        found = torch.onnx.export(program, input_names=["input"], output_names=["output"], opset_version=opset,
                                  external_data=False, verbose=False)
    except Exception as error:  # of several classes that torch keeps to itself
        raise ValueError(f"the model does not hold for a batch of any size: {error}") from error
    finally:
        for module, mode in modes.items():
            module.training = mode
    file = io.BytesIO()
    found.save(file)
    return file.getvalue()
    ### END SOLUTION


def parity(model: nn.Module, file: bytes, batches: list[Tensor]) -> list[float]:
    """For each batch: how far the file's answer is at most from the model's, over all its numbers, in absolute value.

    The file is as `export` makes them, its input of any name. It runs in ONNX Runtime, on the processor and in one thread.
    The model answers as in evaluation, and afterwards each module in it is in the mode it was in. A batch that ONNX Runtime
    refuses, or to which the file gives an answer of another shape than the model's, counts as `math.inf`.
    """
    ### BEGIN SOLUTION
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what it refuses is an answer here
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    modes, found = {module: module.training for module in model.modules()}, []
    model.eval()
    with torch.no_grad():
        for batch in batches:
            want = model(batch).numpy()
            try:
                got = session.run(None, {name: batch.numpy()})[0]
            except Exception:  # ONNX Runtime has a class for each kind of failure
                got = np.empty(0)
            same = got.shape == want.shape
            found.append(float(np.abs(got - want).max()) if same else math.inf)
    for module, mode in modes.items():
        module.training = mode
    return found
    ### END SOLUTION

### BEGIN AFTERWORD
# Try it on a model that says `if x.shape[0] == 1: return ...`. It exports without an error, since to the exporter a size
# that is a symbol is never 1, and the file answers a single request wrongly. Nothing but parity at a batch of one tells.
# So measure parity at 1, at 2, at the largest batch, and at one size that is no power of two.
# An answer differs in the last digits: ONNX Runtime fuses operators and sums in another order. What is a rounding error
# depends on the dtype and on how many numbers are summed, not on taste.
### END AFTERWORD

### BEGIN HINTS
# 1. `torch.onnx.export` has an argument for nearly each line of the contract. What it does not have: it does not know in
#    which mode each module was, and it takes a batch of one for a constant.
# 2. Put the modes of all `model.modules()` aside, call `eval()`, export, and put them back in a `finally`. Lay the example
#    twice. The batch is `torch.export.Dim("batch")` in `dynamic_shapes`. Whatever the exporter raises becomes a ValueError.
# 3. `program = torch.export.export(model, (torch.cat([example, example]),), dynamic_shapes=({0:
#    torch.export.Dim("batch")},))`, then `torch.onnx.export(program, input_names=["input"], output_names=["output"],
#    opset_version=opset, external_data=False, verbose=False).save(file)` with `file = io.BytesIO()`.
### END HINTS
