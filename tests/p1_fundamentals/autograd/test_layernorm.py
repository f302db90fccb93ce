"""Layer normalisation."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_true, supporting
from tests.oracles import numeric_vjp, torch_vjp
from tests.p1_fundamentals.autograd import probes
from tests.p1_fundamentals.autograd.checks import LAYOUTS, expect_records_operands
from tests.strategies import seeds, shapes, values

NAMES = ("x", "gain", "bias")


def operands(shape, seed, dtype=np.float64):
    """(x, gain, bias) of multiples of 1/8, for `shape` of x."""
    return [values(each, seed + 10_000 * place, dtype=dtype) for place, each in enumerate((shape, shape[-1:], shape[-1:]))]


def upstream(shape, seed, dtype=np.float64):
    return values(shape, seed + 50_000, dtype=dtype)


def torch_layer_norm(arrays, grad, eps=1e-5):
    """PyTorch's value and gradients, computed in float64 and rounded to the dtype of the arrays."""
    def function(x, gain, bias):
        return torch.nn.functional.layer_norm(x, gain.shape, gain, bias, eps)
    value, gradients = torch_vjp(function, *(array.astype(np.float64) for array in arrays), grad=grad.astype(np.float64))
    return value.astype(grad.dtype), [gradient.astype(grad.dtype) for gradient in gradients]


def in_loops(x, gain, bias, eps):
    """The formulas of the text, number by number."""
    y = np.empty_like(x)
    for row in np.ndindex(x.shape[:-1]):
        features = [float(each) for each in x[row]]
        mean = sum(features) / len(features)
        variance = sum((each - mean)**2 for each in features) / len(features)
        for i, each in enumerate(features):
            y[row][i] = gain[i] * (each - mean) / (variance + eps)**0.5 + bias[i]
    return y


def check(work, arrays, grad, want=None, of=NAMES, with_value=True, probe=probes.value_and_vjp, rtol=None, atol=None,
          **options):
    """Value and gradients of `layer_norm`; what is expected comes from PyTorch where it is not handed over."""
    value, gradients = want or torch_layer_norm(arrays, grad, **{k: v for k, v in options.items() if k == "eps"})
    given = {**dict(zip(NAMES, arrays)), **options}
    got_value, got_gradients = work.run(probe, "layer_norm", arrays, grad, **options)
    if with_value:
        expect(got_value, equals=value, given=given, rtol=rtol, atol=atol, note="the value")
    given["grad"] = grad
    expect_true(len(got_gradients) == 3, got=len(got_gradients), given=given, want=f"3 gradients: of {', '.join(NAMES)}")
    for name, got, wanted in zip(NAMES, got_gradients, gradients):
        if name in of:
            expect(got, equals=wanted, given=given, rtol=rtol, atol=atol, note=f"the gradient of {name}")


@st.composite
def cases(draw, leading=shapes(max_side=3)):
    """(arrays, grad): vectors of 3 to 5 features. Of two features x̂ is ±1 whatever they are, and would show little."""
    shape, seed = (*draw(leading), draw(st.integers(3, 5))), draw(seeds)
    return operands(shape, seed), upstream(shape, seed)


@given(cases())
def test_normalises_each_vector(work, case):
    """Each vector is normalised by itself, scaled and shifted; and the gradient of x, with any number of axes before."""
    check(work, *case, of=("x",))


@given(cases(shapes(max_side=3, min_side=0)))
def test_gradients_of_gain_and_bias(work, case):
    """The gradients of gain and bias are summed over all axes before the last; where these are empty they are 0."""
    check(work, *case, of=("gain", "bias"), with_value=False)


@pytest.mark.parametrize("eps, spread", [
    (None, 2.0**-12),                                                  # the variance is far below eps,
    (None, 2.0**-8), (1e-3, 2.0**-6), (1e-12, 2.0**-20), (4.0, 1.0),   # near it,
    (0.25, 1.0),                                                       # above it
])
def test_puts_eps_under_the_root(work, eps, spread):
    """eps is added to the variance, under the root, in the value and in the gradients; it is 1e-5 where none is given."""
    arrays, grad = operands((2, 1, 4), seed=1), upstream((2, 1, 4), seed=1)
    arrays[0] = arrays[0] * spread

    def definition(*operands):
        return in_loops(*operands, 1e-5 if eps is None else eps)

    # Differences over a step of 10⁻⁴ of the spread are right to its square, 10⁻⁸. They are differences of sums of size
    # 10, of which the last digit is 10⁻¹⁵: for the gradient of x, that is again 10⁻¹¹ of its size, which is 1/spread.
    gradients = [numeric_vjp(lambda x: definition(x, *arrays[1:]), arrays[0], grad=grad, step=1e-4 * spread)[0],
                 *numeric_vjp(lambda gain, bias: definition(arrays[0], gain, bias), *arrays[1:], grad=grad, step=1e-3)]
    check(work, arrays, grad, want=(definition(*arrays), gradients), rtol=1e-6, atol=1e-6,
          **({} if eps is None else {"eps": eps}))


@pytest.mark.parametrize("x", [
    [2.0, 2.0, 2.0, 2.0],
    [[1.0, -3.0, 0.5, 4.0], [0.0, 0.0, 0.0, 0.0], [-512.0, -512.0, -512.0, -512.0]],
    [[5.0], [-3.0], [0.0]],
    [[1.0, 1.0], [0.0, 3.0]],
], ids=range(4))
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_takes_equal_features(work, x, dtype):
    """Where all features of a vector are equal, or there is just one, value and gradients are finite and right."""
    x = np.array(x, dtype)
    check(work, [x, *operands(x.shape, seed=2, dtype=dtype)[1:]], upstream(x.shape, seed=2, dtype=dtype))


@pytest.mark.parametrize("dtype, offsets", [
    (np.float64, [[[2.0**30], [-2.0**29]], [[0.0], [2.0**31]]]),
    (np.float32, [[[2.0**14], [-2.0**13]], [[0.0], [2.0**15]]]),
])
def test_offsets_drop_out(work, dtype, offsets):
    """A large number that all features of a vector have in common changes no digit of the value and of the gradients."""
    # Sums of four such numbers, multiples of 1/8, are exact in their dtype. Their squares are not, by far more than 1.
    arrays, grad = operands((2, 2, 4), seed=3, dtype=dtype), upstream((2, 2, 4), seed=3, dtype=dtype)
    want = torch_layer_norm(arrays, grad)
    arrays[0] = arrays[0] + np.array(offsets, dtype)
    # What float64 computes from exact sums is right to the 14th digit; float32 would be wrong in the 8th.
    check(work, arrays, grad, want=want, **({"rtol": 1e-12, "atol": 1e-12} if dtype == np.float64 else {}))


@pytest.mark.parametrize("shape", [(2, 3, 4), (2, 3), (3,)])
def test_keeps_float32_and_takes_any_layout(work, shape):
    """float32 in, float32 out, for value and gradients, however the arrays lie in memory."""
    arrays = [(array / 3).astype(np.float32) for array in operands(shape, seed=4)]
    grad = upstream(shape, seed=4, dtype=np.float32)
    for layout in LAYOUTS:
        check(work, arrays, grad, probe=probes.value_and_vjp_of_views, layout=layout)


@pytest.mark.parametrize("layout", [None, *LAYOUTS])
@pytest.mark.parametrize("shape", [(3,), (2, 3)])
def test_leaves_everything_as_it_was(work, shape, layout):
    """Operands and upstream gradient are not changed, and the vjp can be called again, with another gradient."""
    arrays, grad = operands(shape, seed=5), upstream(shape, seed=5)
    _, gradients = torch_layer_norm(arrays, grad)
    given = {**dict(zip(NAMES, arrays)), "grad": grad} | ({"layout": layout} if layout else {})
    first, second, after, grad_after = work.run(probes.calls_vjp_twice, "layer_norm", arrays, grad, layout=layout)
    expect(after, equals=arrays, given=given, note="an operand afterwards")
    expect(grad_after, equals=grad, given=given, note="the upstream gradient afterwards")
    expect(first, equals=gradients, given=given, note="a gradient of the first call of the vjp, with -2 grad, divided by -2")
    expect(second, equals=gradients, given=given, note="a gradient of the second call of the vjp, with grad")


@supporting
@pytest.mark.parametrize("shape", [(2, 3), (3,)])
def test_records_its_operands(work, shape):
    """The operands themselves are the parents: x, gain and bias, also where they are one tensor."""
    expect_records_operands(work, "layer_norm", operands(shape, seed=6))
