"""Recover: distil into the pruned model."""
import numpy as np
import pytest
from hypothesis import given

from grader.judge import expect, expect_raises
from tests.p3_systems.compression import probes_distill as probes
from tests.strategies import arrays, shapes, values


def oracle(x):
    """FILL IN: what is right, from the definition and never from the solution: a loop, or PyTorch in float64."""
    want = np.empty(x.shape)
    for place in np.ndindex(x.shape):
        want[place] = float(x[place]) + float(x[place])
    return want.astype(x.dtype)


def check(work, x):
    """The oracle is asked before the call, so that a changed argument changes nothing of what is expected."""
    want = oracle(x)
    expect(work.distill(x), equals=want, given={"x": x.copy()})


# FILL IN: the checks that this exercise needs, five to nine. Those below are what every function of arrays has.


@given(arrays(shapes()))
def test_values(work, x):
    """FILL IN: what is computed, for arrays of any shape."""
    check(work, x)


@pytest.mark.parametrize("shape", [(), (1,), (2, 1, 3)])
def test_keeps_the_shape(work, shape):
    """The result has the shape of its argument, also without axes and with axes of length 1."""
    for seed in (1, 11):  # two of one shape: who remembers the first result has the second one wrong
        check(work, values(shape, seed))


@pytest.mark.parametrize("dtype, tolerance", [(np.float32, 1e-5), (np.float64, 1e-12)])
def test_keeps_the_dtype_and_takes_any_layout(work, dtype, tolerance):
    """The result has the dtype of its argument and its precision, however the argument lies in memory."""
    x, other = ((values((3, 4), seed) / 3).astype(dtype) for seed in (2, 12))  # thirds are exact in no dtype
    for layout in ("strided", "Fortran"):
        results, _ = work.run(probes.results_of_two, x, other, layout=layout)
        for argument, result in zip((x, other), results):
            expect(result, equals=oracle(argument), rtol=tolerance, atol=tolerance,
                   given={"x": argument, "dtype": np.dtype(dtype).name, "layout": layout})


def test_leaves_everything_as_it_was(work):
    """The argument is not changed, and another call changes no earlier result."""
    x, other = values((3, 4), 3), values((3, 4), 13)
    results, after = work.run(probes.results_of_two, x, other)
    expect(after, equals=[x, other], given={"x": x}, note="the arguments of two calls, afterwards")
    expect(results, equals=[oracle(x), oracle(other)], given={"x": x}, note="the results of two calls, afterwards")


@pytest.mark.parametrize("shape", [(0,), (2, 0)])
def test_refuses_what_is_empty(work, shape):
    """An argument without elements raises ValueError; one that has some does not."""
    for seed in (4, 14):
        check(work, values((2, 1), seed))  # else who always refuses would pass
    x = np.ones(shape)
    with expect_raises(ValueError, given={"x": x}):
        work.distill(x)
