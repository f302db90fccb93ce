"""Swish, and a way back that needs its input alone."""
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_true, supporting
from tests.p1_fundamentals.surgery import probes_swish as probes
from tests.strategies import seeds, shapes, values


def tensor(shape, seed, dtype=torch.float64):
    return torch.from_numpy(values(shape, seed)).to(dtype)


class Oracle:
    """The definition, composed of PyTorch's operators, which PyTorch differentiates; asked in float64."""

    @staticmethod
    def swish(x, beta=1.0):
        return x * torch.sigmoid(beta * x)


def oracle(probe, *arguments, dtype=None, **options):
    """What a probe finds with the definition, computed in float64, and then in `dtype` (that of x, if none is named)."""
    dtype = arguments[0].dtype if dtype is None else dtype
    precise = [each.double() if isinstance(each, torch.Tensor) else each for each in arguments]
    return [None if each is None else each.to(dtype) for each in probe(Oracle, *precise, **options)]


betas = st.sampled_from([1.0, 0.5, -1.5, 2.0, 0.0])


@given(shapes(min_side=0), seeds, betas | st.just(0.1), st.booleans())
def test_values(work, shape, seed, beta, as_tensor):
    """swish: x times the sigmoid of beta x, for arrays of any shape, and beta as a float or as a tensor."""
    x = tensor(shape, seed)
    beta = torch.tensor(beta, dtype=x.dtype) if as_tensor else beta
    want = Oracle.swish(x, beta)
    # Closer than by default: 0.1 in float32 differs from that in float64 in the ninth digit.
    expect(work.swish(x, beta), equals=want, rtol=1e-12, atol=1e-13, given={"x": x, "beta": beta})


def check_gradient(work, shape, seed, beta, which, name):
    """Ask for both gradients, and compare one: a slip in the other is for another check to name."""
    x, grad, beta = tensor(shape, seed), tensor(shape, seed + 1), torch.tensor(beta, dtype=torch.float64)
    want = oracle(probes.both_ways, x, grad, beta)[which]
    got = work.run(probes.both_ways, x, grad, beta)[which]
    expect(got, equals=want, given={"x": x, "beta": beta, "grad": grad}, note=f"the gradient by {name}")


@given(shapes(min_side=0), seeds, betas)
def test_gradient_by_x(work, shape, seed, beta):
    """backward: the gradient by x, for any upstream gradient."""
    check_gradient(work, shape, seed, beta, 1, "x")


@given(shapes(min_side=0), seeds, betas)
def test_gradient_by_beta(work, shape, seed, beta):
    """backward: the gradient by beta, a sum over all elements, for any upstream gradient."""
    check_gradient(work, shape, seed, beta, 2, "beta")


@pytest.mark.parametrize("shape", [(), (4,), (2, 3)])
def test_second_derivatives(work, shape):
    """backward: it can be differentiated again, by x, by beta and by the upstream gradient."""
    for seed, beta in ((1, 1.0), (11, -0.75), (21, 1.5)):
        x, grad, beta = tensor(shape, seed), tensor(shape, seed + 1), torch.tensor(beta, dtype=torch.float64)
        directions = [tensor(shape, seed + 2), torch.tensor(1.25 + seed, dtype=torch.float64)]
        want = oracle(lambda module, *given: probes.twice(module, *given[:3], list(given[3:])), x, grad, beta, *directions)
        got = work.run(probes.twice, x, grad, beta, directions)
        expect(got, equals=want, given={"x": x, "beta": beta, "grad": grad, "d": directions[0], "e": directions[1]},
               note="the gradients of sum(d * gradient by x) + e * gradient by beta, by x, by beta and by grad")


# Where the gate is wholly open or shut in either dtype, so that rounding it changes nothing. 1e30 has no square in float32.
LARGE = [[100.0, -100.0, 1e4, -1e4], [1e30, 1.0, -1e30], [-3e8, 2e15, 0.5]]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_large(work, dtype):
    """swish and backward: right, and so finite, however large x is."""
    for numbers in LARGE:
        for beta in (1.0, -1.0, 2.0):
            x = torch.tensor(numbers, dtype=getattr(torch, dtype))
            grad, beta = torch.arange(1.0, len(x) + 1).to(x.dtype) / 2, torch.tensor(beta, dtype=x.dtype)
            want, given = oracle(probes.both_ways, x, grad, beta), {"x": x, "beta": beta, "grad": grad, "dtype": dtype}
            got = work.run(probes.both_ways, x, grad, beta)
            for one, right, note in zip(got[:3], want, ("the value", "the gradient by x", "the gradient by beta")):
                expect(one, equals=right, given=given, note=note)


@pytest.mark.parametrize("layout", ["rows", "columns", "gaps"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_keeps_the_dtype_and_takes_any_layout(work, dtype, layout):
    """swish and backward: float32 stays float32, however x and the upstream gradient lie in memory; neither is changed."""
    dtype = getattr(torch, dtype)
    for seed in (3, 13):
        x, grad, beta = tensor((3, 4), seed, dtype), tensor((3, 4), seed + 1, dtype), torch.tensor(1.25, dtype=dtype)
        want = oracle(probes.both_ways, x, grad, beta)
        got = work.run(probes.both_ways, x, grad, beta, layout=layout)
        notes = ("the value", "the gradient by x", "the gradient by beta", "x afterwards", "the upstream gradient afterwards")
        for one, right, note in zip(got, want, notes, strict=True):
            expect(one, equals=right, given={"dtype": str(dtype), "layout in memory": layout}, note=note)


@pytest.mark.parametrize("kind", ["tensor", "function", "learned", "fixed"])
def test_keeps_its_input_alone(work, kind):
    """Between the two ways x alone is kept, by save_for_backward: no sigmoid, no result, no copy."""
    words = {"function": "swish(x, 1.5)", "tensor": "swish(x, beta), beta requires a gradient", "fixed": "Swish(1.5)(x)",
             "learned": "Swish(1.5, learned=True)(x)"}
    for seed, layout in ((4, "rows"), (14, "columns")):
        x = tensor((6, 8), seed)
        want = Oracle.swish(x, 1.5)
        value, saved, outlived = work.run(probes.kept, kind, x, 1.5, layout=layout)
        given = {"call": words[kind], "x": "a tensor of 48 numbers", "layout in memory": layout}
        expect(value, equals=want, given=given, note="the value")
        expect({"saved": saved, "made and kept": outlived}, equals={"saved": [48], "made and kept": []}, given=given,
               note="How many numbers each tensor has that autograd is asked to save, and each that was made on the way "
                    "forward and is still there once the result is let go.")
    error = work.run(probes.changed_before_the_way_back, tensor((3,), 5))
    expect_true(error == "RuntimeError", got=error or "no error", want="PyTorch's RuntimeError, as save_for_backward gives it",
                given={"between the two ways": "x was changed in place"})


def test_computes_what_is_needed(work):
    """backward: where one of x and beta needs no gradient, it has none, the other is right, and less is computed."""
    for seed in (6, 16):
        x, grad, beta = tensor((4, 5), seed), tensor((4, 5), seed + 1), torch.tensor(1.25, dtype=torch.float64)
        for needs in ((True, False), (False, True)):
            want = oracle(probes.both_ways, x, grad, beta, needs=needs)[1:3]
            got = work.run(probes.both_ways, x, grad, beta, needs=needs)[1:3]
            for one, right, name in zip(got, want, ("x", "beta")):
                expect(one, equals=right, given={"x": x, "beta": beta, "grad": grad, "x requires a gradient": needs[0],
                                                 "beta requires a gradient": needs[1]}, note=f"the gradient by {name}")
        both, *alone = work.run(probes.elements_computed, x, grad, beta)
        for count, name in zip(alone, ("x", "beta")):
            expect_true(count < both, got="no fewer than for both",
                        note=f"how many numbers are computed for that by {name} alone",
                        want=f"for the gradient by {name} alone, backward computes fewer numbers than for both",
                        given={"x": "a tensor of 20 numbers", "computed for both": both, f"for that by {name} alone": count})


@pytest.mark.parametrize("learned", [False, True])
def test_module(work, learned):
    """Swish: the value and the gradients of swish, with a beta that is a float, or a parameter of the shape ()."""
    for seed, beta, dtype in ((7, 0.75, torch.float64), (17, -1.25, torch.float32), (27, 1.0, torch.float64)):
        x, grad = tensor((2, 3), seed, dtype), tensor((2, 3), seed + 1, dtype)
        call = f"Swish({beta}, learned={learned})"
        of_beta = torch.tensor(beta, dtype=dtype)
        want = oracle(probes.both_ways, x, grad, of_beta)[:2 + learned]
        got = work.run(probes.through_module, x, grad, beta, learned)
        expect(got, equals=want, given={"module": call, "x": x, "grad": grad},
               note="the value, the gradient by x and, if it is learned, that by beta")
        if learned:
            expect(work.run(probes.after_a_step, x, beta, 0.5), equals=Oracle.swish(x, of_beta + 0.5),
                   given={"module": call, "x": x}, note="the value once 0.5 was added to the parameter")
        names = {"beta": []} if learned else {}
        expect(work.run(probes.facts, beta, learned), equals=[names, names, "Parameter" if learned else "float", beta],
               given={"module": call}, note="the shapes of its parameters, those of its state, the kind of beta, beta")


@supporting
def test_records_nothing_without_need(work):
    """swish: where nothing requires a gradient, or gradients are off, the result requires none."""
    for grad_mode, needs in ((True, False), (False, True)):
        got = work.run(probes.recorded, tensor((2, 3), 8), grad_mode, needs)
        expect(got, equals=False, given={"x requires a gradient": needs, "gradients are": "on" if grad_mode else "off"},
               note="whether the result requires a gradient")
