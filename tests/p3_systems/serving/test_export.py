"""Export to ONNX, for any batch: a model leaves Python as a graph of operators, and its answers stay the same."""
import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from grader.judge import expect, expect_true, supporting
from tests.p3_systems.serving import probes_export as probes
from tests.strategies import values

VECTOR = [(4, 3), (4,), (4,), (4,), (2, 4), (2,)]
SHAPES = {"vector": VECTOR, "other": VECTOR, "image": [(2, 1, 2, 2), (2,), (3, 8), (3,)], "decides": [(2, 3), (2,)]}
EXAMPLE = {"vector": (1, 3), "other": (1, 3), "image": (3, 1, 3, 3), "decides": (2, 3)}
OPTIONS = {"vector": {}, "other": {}, "image": {"opset": 20}, "decides": {}}
OF_VECTORS = "Linear, one that adds 1 in training, BatchNorm1d, a block of Tanh and Linear; in training, but for the norm and the block"
WORDS = {"vector": OF_VECTORS, "other": f"{OF_VECTORS}; other numbers",
         "image": "Conv2d, relu, a view to (batch, 8), Linear", "decides": "Linear, and its negative if x.shape[0] <= 4"}
EACH = pytest.mark.parametrize("kind", ["vector", "other", "image"])


def case(kind):
    """(weights, example) of a model: always the same, since it is exported once."""
    weights = [values(shape, 10 * list(SHAPES).index(kind) + n, dtype=np.float32) for n, shape in enumerate(SHAPES[kind])]
    return weights, values(EXAMPLE[kind], 5, dtype=np.float32)


def right(kind, weights, x):
    """What the model answers in evaluation, in float64."""
    w = [torch.as_tensor(each).double() for each in weights]
    x = torch.as_tensor(x).double()
    if kind == "image":
        return (F.conv2d(x, w[0], w[1]).relu().reshape(len(x), 8) @ w[2].T + w[3]).float().numpy()
    h = (x @ w[0].T + w[1] - 0.25) / math.sqrt(4 + 1e-5) * w[2] + w[3]
    return (h.tanh() @ w[4].T + w[5]).float().numpy()


def given_of(kind):
    return {"model": WORDS[kind], "shape of the example": EXAMPLE[kind], **OPTIONS[kind]}


@EACH
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_answers(work, kind, size):
    """export: the file answers as the model does in evaluation, for a batch of any size."""
    weights, example = case(kind)
    batches = [values((size, *EXAMPLE[kind][1:]), seed, dtype=np.float32) for seed in (21, 22)]
    got = work.run(probes.answers, kind, weights, example, OPTIONS[kind], batches)
    for batch, one in zip(batches, got):
        given = given_of(kind) | {"rows in the batch": size}
        expect_true(not isinstance(one, str), got=one, want="an answer", given=given, note="what ONNX Runtime did")
        expect(one, equals=right(kind, weights, batch), given=given)


@supporting
@EACH
def test_file(work, kind):
    """export: one input and one output with their names, the batch a symbol, the opset that was asked for, weights inside."""
    weights, example = case(kind)
    inputs, outputs, opset, outside, type_name = work.run(probes.described, kind, weights, example, OPTIONS[kind])
    given = given_of(kind)
    expect(type_name, equals="bytes", given=given, note="the type of the result")
    expect(inputs, equals=[["input", ["batch", *EXAMPLE[kind][1:]]]], given=given, note="the inputs, with their shapes")
    expect(outputs, equals=[["output", ["batch", SHAPES[kind][-1][0]]]], given=given, note="the outputs, with their shapes")
    expect(opset, equals=[OPTIONS[kind].get("opset", 18)], given=given, note="the version of ONNX's own operators")
    expect(outside, equals=0, given=given, note="weights that lie outside of the file")


@supporting
@pytest.mark.parametrize("kind", ["vector", "image", "decides"])
def test_leaves(work, kind):
    """export: the model, each module's mode and the example are what they were, after an error too."""
    weights, example = case(kind)
    modes, numbers, after, _ = work.run(probes.left, kind, weights, example, OPTIONS[kind])
    given = given_of(kind)
    expect(modes[1], equals=modes[0], given=given, note="the modules in training afterwards")
    for name, each in numbers[0].items():
        expect(numbers[1][name], equals=each, given=given, note=f"{name} afterwards")
    expect(after, equals=torch.as_tensor(example), given=given, note="the example afterwards")


@supporting
def test_decides(work):
    """export: a model that decides by the size of the batch raises ValueError."""
    weights, example = case("decides")
    *_, error = work.run(probes.left, "decides", weights, example, OPTIONS["decides"])
    expect_true(error == "ValueError", got=error or "no error", want="ValueError", given=given_of("decides"), note="the error that came")


@pytest.mark.parametrize("name", ["input", "rows"])
def test_parity(work, name):
    """parity: for each batch the largest absolute difference between the file's answer and the model's in evaluation."""
    for seed in (3, 13):
        weights = values((3, 2), seed, dtype=np.float32)
        off = weights.copy()
        off[1, 0] += 0.5
        batches = [values((size, 3), seed + size, dtype=np.float32) for size in (1, 4, 2)]
        for in_file in (weights, off):
            want = [float(np.abs(batch.astype(float) @ (in_file - weights)).max()) for batch in batches]
            got, before, after = work.run(probes.parity, weights, in_file, batches, {"name": name})
            given = {"model": "Linear and Dropout, in training, but for a block", "weights": weights, "weights in the file": in_file,
                     "batches": batches, "name of the input": name}
            expect(got, equals=want, given=given, atol=1e-6, rtol=1e-4)  # rounding errors of float32
            expect(after, equals=before, given=given, note="the modules in training afterwards")


@pytest.mark.parametrize("options, refused", [({"rows": 2}, [1, 3]), ({"rows": 1}, [2, 3]), ({"turned": True}, [1, 2, 3])])
def test_parity_refused(work, options, refused):
    """parity: math.inf for a batch that the file does not take, or answers with another shape."""
    for seed in (4, 14):
        weights = values((3, 2), seed, dtype=np.float32)
        if options.get("turned"):
            weights = values((3, 4), seed, dtype=np.float32)
        batches = [values((size, 3), seed + size, dtype=np.float32) for size in (1, 2, 3)]
        want = [math.inf if size in refused else 0.0 for size in (1, 2, 3)]
        got, *_ = work.run(probes.parity, weights, weights, batches, options)
        words = "its answer is turned on its side" if "turned" in options else f"it takes batches of {options['rows']} only"
        expect(got, equals=want, given={"file": words, "sizes of the batches": [1, 2, 3]}, atol=1e-6)
    got, *_ = work.run(probes.parity, weights, weights, [], {})
    expect(got, equals=[], given={"batches": []})
