"""Gradient clipping."""
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_raises
from tests.p1_fundamentals.optimizers import probes_clipping as probes
from tests.strategies import seeds, shapes, values

few = settings(max_examples=25)  # one list of shapes is much like another
sides = st.lists(shapes(max_dims=2, max_side=3), min_size=1, max_size=3)
orders = st.sampled_from([2.0, 1.0, 3.0, 1.5, math.inf])


def tensors_of(shapes_of_all, seed, dtype=torch.float64):
    return [torch.from_numpy(values(shape, seed + place)).to(dtype) for place, shape in enumerate(shapes_of_all)]


def norm_of(tensors, p=2.0):
    """By the definition, element by element in float64."""
    elements = [abs(float(x)) for tensor in tensors if tensor is not None for x in tensor.flatten()]
    if p == math.inf:
        return max(elements, default=0.0)
    return math.fsum(x ** p for x in elements) ** (1 / p)


def scaled(gradients, max_norm, p=2.0):
    """Computed in float64, and rounded to the dtype of each."""
    norm = norm_of(gradients, p)
    factor = max_norm / norm if norm > max_norm else 1.0
    return [None if each is None else (each.double() * factor).to(each.dtype) for each in gradients]


def check_clipped(work, gradients, max_norm, p=2.0, **options):
    want, norm = scaled(gradients, max_norm, p), norm_of(gradients, p)
    given = {"gradients": gradients, "max_norm": max_norm, "p": p}
    got, after, *_ = work.run(probes.clip, "clip_by_norm_", gradients, max_norm, p=p, **options)
    expect(got, equals=norm, given=given, note="what is returned, the norm before")
    expect(after, equals=want, given=given, note="the gradients afterwards")


@few
@given(sides, orders, seeds)
def test_total_norm(work, shapes_of_all, p, seed):
    """total_norm: the norm of all elements of all tensors, as of one long vector."""
    for container in ("list", "generator"):  # two of the same shapes: who remembers a result has the second one wrong
        tensors = tensors_of(shapes_of_all, seed + len(container))
        got, after = work.run(probes.norms, [tensors], p, container=container)
        given = {"tensors": tensors, "in a": container, "p": p}
        expect(got[0], equals=norm_of(tensors, p), given=given)
        expect(after[0], equals=tensors, given=given, note="the tensors afterwards")


@pytest.mark.parametrize("dtypes, value", [
    (["float32", "float32"], 3e38), (["float32", "float32"], 1e-30), (["float16", "float16"], 60000.0),
    (["float16", "float32"], 60000.0), (["float32", "float64"], 1e25)])
def test_total_norm_of_large_elements(work, dtypes, value):
    """total_norm: in float64 for every dtype and for mixed ones, so large elements do not overflow nor small ones vanish."""
    for side, p in ((40, 2.0), (70, 2.0), (40, 1.0), (40, math.inf)):
        tensors = [torch.full((side,), value, dtype=getattr(torch, dtype)) for dtype in dtypes]
        got, _ = work.run(probes.norms, [tensors], p)
        # An element that float32 has rounded is compared as it is; float64 adds it up to far more digits than are asked here.
        expect(got[0], equals=norm_of(tensors, p), rtol=1e-7, atol=0.0, given={
            "tensors": f"of {side} elements {value:g} each", "dtypes": dtypes, "p": p})


@pytest.mark.parametrize("p", [2.0, 1.0, math.inf])
def test_total_norm_at_the_edges(work, p):
    """total_norm: 0.0 of nothing, NaN where an element is NaN, infinite where one is infinite."""
    nan, inf = math.nan, math.inf
    empty, plain = torch.zeros(0, dtype=torch.float64), torch.tensor([1.0, -2.0], dtype=torch.float64)
    both = [plain, 2 * plain]
    cases = [([], 0.0), ([empty], 0.0), ([empty, plain], norm_of([plain], p)), (both, norm_of(both, p)),
             ([torch.tensor(-3.0)], 3.0), ([torch.tensor([-3.0], requires_grad=True)], 3.0), ([plain, torch.tensor([1.0, nan])], nan), ([torch.tensor([nan, 1.0]), plain], nan),
             ([plain, torch.tensor([-inf, 1.0])], inf), ([torch.tensor([inf]), torch.tensor([nan])], nan)]
    for tensors, want in cases:
        got, _ = work.run(probes.norms, [tensors], p)
        expect(got[0], equals=want, given={"tensors": tensors, "p": p})


@few
@given(sides, orders, st.sampled_from([0.5, 0.125, 1.0, 8.0, 0.0]), seeds, st.sampled_from(["float64", "float32"]))
def test_clip_by_norm(work, shapes_of_all, p, max_norm, seed, dtype):
    """clip_by_norm_: one factor for all gradients, where their total norm is above the bound; the norm before is returned."""
    for container in ("list", "generator"):
        gradients = tensors_of(shapes_of_all, seed + len(container), getattr(torch, dtype))
        check_clipped(work, gradients, max_norm, p, container=container)


@pytest.mark.parametrize("share", [1e-3, 0.5, 0.999, 1.0, 1.001, 100.0])
@pytest.mark.parametrize("size", [1.0, 1e-7])
def test_clip_by_norm_at_the_bound(work, share, size):
    """clip_by_norm_: above the bound the norm becomes the bound, however small; up to it, no gradient changes."""
    for seed in (1, 11):
        gradients = [size * each for each in tensors_of([(3,), (2, 2)], seed)]
        max_norm = share * norm_of(gradients)
        if share == 1.0:  # not a question of the last digit
            gradients, max_norm = [torch.tensor([3.0 * seed]), torch.tensor([[4.0 * seed]])], 5.0 * seed
        got, after, *_ = work.run(probes.clip, "clip_by_norm_", gradients, max_norm)
        given = {"gradients": gradients, "max_norm": max_norm, "the norm": norm_of(gradients)}
        expect(got, equals=norm_of(gradients), rtol=1e-7, atol=0.0, given=given, note="what is returned, the norm before")
        expect(after, equals=scaled(gradients, max_norm) if share < 1 else gradients, rtol=1e-7 if share < 1 else 0.0, atol=0.0,
               given=given, note="the gradients afterwards")
    check_clipped(work, [torch.zeros(3)], 0.0)  # a norm of 0 is not above a bound of 0, and nothing is divided


@pytest.mark.parametrize("layout", ["rows", "gaps"])
def test_clip_by_norm_in_place(work, layout):
    """clip_by_norm_: the tensors themselves change, in their dtypes; None is passed over, and parameters stay."""
    # A factor of 2e-8 is 0 in float16, and one of 5e-7 has few digits, so it must not be rounded before it multiplies.
    large = torch.full((500, 4), 40000.0, dtype=torch.float16) * torch.tensor([1.0, -1.0, 0.5, 1.0], dtype=torch.float16)
    double = torch.tensor(4.0, dtype=torch.float64)
    for gradients, max_norm in (([torch.tensor([[3.0, 1.0]]), None, double], 0.5), ([None, large, torch.tensor([5e5])], 1.0),
                                ([large, None], 0.03), ([torch.tensor([[1.0, 7.0]]), None, -double], 0.25), ([None, None], 1.0)):
        got, after, same, parameters, _ = work.run(probes.clip, "clip_by_norm_", gradients, max_norm, layout=layout)
        given = {"gradients": gradients, "max_norm": max_norm}
        ones = [torch.ones(2) if each is None else torch.ones_like(each) for each in gradients]
        expect(got, equals=norm_of(gradients), given=given, note="what is returned, the norm before")
        # The last digit of float16 is worth 1/1024 or less of the number, and what is lost in rounding is half of it.
        expect(after, equals=scaled(gradients, max_norm), rtol=1e-3, atol=0.0, given=given,
               note="the tensors that were gradients before")
        expect(same, equals=[True] * len(gradients), given=given, note="whether each grad is the tensor that it was, or None")
        expect(parameters, equals=ones, given=given, note="the parameters afterwards")


@pytest.mark.parametrize("bad", [[math.inf, 1.0], [1.0, -math.inf], [math.nan, 1.0], [math.nan, math.inf]])
def test_clip_by_norm_of_nonfinite(work, bad):
    """clip_by_norm_: with a norm that is infinite or NaN the gradients are multiplied too, as PyTorch does."""
    for more in (0.5, -2.0):
        gradients = [torch.tensor([more, 2 * more], dtype=torch.float64), torch.tensor(bad, dtype=torch.float64)]
        leaves = [torch.zeros(2, dtype=torch.float64) for _ in gradients]
        for leaf, gradient in zip(leaves, gradients):
            leaf.grad = gradient.clone()
        norm = torch.nn.utils.clip_grad_norm_(leaves, 1.0).item()
        given = {"gradients": gradients, "max_norm": 1.0}
        got, after, *_ = work.run(probes.clip, "clip_by_norm_", gradients, 1.0)
        expect(got, equals=norm, given=given, note="what is returned, the norm before")
        expect(after, equals=[leaf.grad for leaf in leaves], given=given, note="the gradients afterwards")
    check_clipped(work, [torch.tensor([3.0, 4.0])], 1.0)  # NaN alone is also what comes of an error elsewhere


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_clip_by_norm_raises(work, bad):
    """clip_by_norm_: with error_if_nonfinite such a norm raises RuntimeError and changes nothing; finite ones do not."""
    options = {"error_if_nonfinite": True}
    for size in (1.0, 3.0):
        finite = [torch.tensor([3.0 * size]), torch.tensor([4.0 * size])]
        got, after, *_, error = work.run(probes.clip, "clip_by_norm_", finite, 1.0, **options)
        given = {"gradients": finite, "max_norm": 1.0, **options}
        expect(error, equals="", given=given, note="the error that came")
        expect(got, equals=5.0 * size, given=given, note="what is returned, the norm before")
        expect(after, equals=scaled(finite, 1.0), given=given, note="the gradients afterwards")
    gradients = [torch.tensor([1.0, 5.0]), torch.tensor([2.0, bad])]
    _, after, *_, error = work.run(probes.clip, "clip_by_norm_", gradients, 1.0, **options)
    given = {"gradients": gradients, "max_norm": 1.0, **options}
    expect(error, equals="RuntimeError", given=given, note="the error that came")
    expect(after, equals=gradients, given=given, note="the gradients afterwards")


@pytest.mark.parametrize("layout", ["rows", "gaps"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_clip_by_value(work, layout, dtype):
    """clip_by_value_: each element within the limits by itself, in place; NaN stays, None is passed over."""
    special = torch.tensor([math.inf, -math.inf, math.nan, 0.0], dtype=getattr(torch, dtype))
    for seed, limit in ((1, 1.0), (11, 0.5), (21, 0.0), (31, 5.0)):
        gradients = [*tensors_of([(4, 3), ()], seed, getattr(torch, dtype)), None, special]
        want = [None if each is None else torch.tensor(np.clip(each.numpy(), -limit, limit)) for each in gradients]
        given = {"gradients": gradients, "limit": limit}
        options = {"layout": layout, "container": "generator" if seed > 10 else "list"}
        got, after, same, parameters, _ = work.run(probes.clip, "clip_by_value_", gradients, limit, **options)
        expect(after, equals=want, given=given, note="the tensors that were gradients before")
        expect(same, equals=[True] * 4, given=given, note="whether each grad is the tensor that it was, or still None")
        expect(parameters, equals=[torch.ones(2) if each is None else torch.ones_like(each) for each in gradients],
               given=given, note="the parameters afterwards")
        expect(got, equals=None, given=given, note="what is returned")


@pytest.mark.parametrize("function, bound", [("clip_by_norm_", "max_norm"), ("clip_by_value_", "limit")])
def test_refuses_negative_bounds(work, function, bound):
    """A negative bound raises ValueError; one of 0 sets all gradients to 0."""
    for size in (1.0, 3.0):
        gradients = [size * torch.tensor([3.0, -4.0])]
        _, after, *_ = work.run(probes.clip, function, gradients, 0.0)
        given = {"function": function, "gradients": gradients, bound: 0.0}
        expect(after[0].abs(), equals=torch.zeros(2), given=given, note="their absolute values afterwards")
    for wrong in (-1.0, -1e-6):
        with expect_raises(ValueError, given={"function": function, "gradients": gradients, bound: wrong}):
            work.run(probes.clip, function, gradients, wrong)
