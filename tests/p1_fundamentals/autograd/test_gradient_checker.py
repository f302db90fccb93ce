"""Check a gradient by differences."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_raises, expect_true
from tests.oracles import numeric_vjp, torch_vjp
from tests.p1_fundamentals.autograd import probes_gradient_checker as probes
from tests.strategies import equal_shapes, seeds, shapes, values

EPS, TOLERANCE, FLOOR = 1e-5, 1e-5, 1e-3  # the defaults of the signatures
CUBES = "sum(w * z**3)"                   # at x, with a step of 1/2, its central difference is w (3x² + 1/4) exactly
TORCH = {
    CUBES: lambda z, w: (w * z**3).sum(),
    "sum(w * z)**2": lambda z, w: (w * z).sum() ** 2,
    "sum(w * exp(z))": lambda z, w: (w * z.exp()).sum(),
    "sum(w * tanh(z))": lambda z, w: (w * z.tanh()).sum(),
    "log(sum(exp(w * z)))": lambda z, w: (w * z).flatten().logsumexp(0),
    "sum(w * z * roll(z))": lambda z, w: (w * z * z.flatten().roll(1).reshape(z.shape)).sum(),
}


def differences(f, w, x, eps=EPS):
    """The oracle's central differences, in float64."""
    return numeric_vjp(lambda z: probes.FUNCTIONS[f](z, w), np.asarray(x, np.float64), grad=np.array(1.0), step=eps)[0]


def derivative(f, w, x):
    """The gradient in float64: of the cubes by hand, of the others by PyTorch."""
    if f == CUBES:
        return np.asarray(3 * w * np.asarray(x, np.float64) ** 2)
    return torch_vjp(lambda z: TORCH[f](z, torch.tensor(w)), np.asarray(x, np.float64))[1][0]


def errors_by_loop(gradient, numerical, floor=FLOOR):
    """The relative errors, from their definition, element by element in Python's floats."""
    errors = np.empty(gradient.shape)
    for index in np.ndindex(gradient.shape):
        a, n = float(gradient[index]), float(numerical[index])
        broken = not (np.isfinite(a) and np.isfinite(n))
        errors[index] = np.inf if broken else abs(a - n) / max(abs(a), abs(n), floor)
    return errors


def expect_outcomes(work, f, w, x, gradients, *, layout=None, tolerance=TOLERANCE, floor=FLOOR, eps=EPS, say=None):
    """What check_gradient makes of each gradient; `say` are words for what is special about each.

    The order of summation changes a value of f in its last digit, a central difference by that over eps: some 1e-11.
    """
    options = {name: value for name, value, default in (("eps", eps, EPS), ("tolerance", tolerance, TOLERANCE),
                                                        ("floor", floor, FLOOR)) if value != default}
    with np.errstate(all="ignore"):
        numerical = differences(f, w, x, eps)
    found, point, after = work.run(probes.outcomes, f, w, x, gradients, layout=layout, **options)
    for place, gradient in enumerate(gradients):
        given = {"f": f, "w": w, "x": x, "gradient": gradient, **options, **({"layout": layout} if layout else {})}
        given |= {"what is special": say[place]} if say else {}
        errors, got = errors_by_loop(gradient, numerical, floor), found[place]
        worst = next(index for index in np.ndindex(errors.shape) if errors[index] == errors.max())
        passes, which = errors[worst] <= tolerance, f"gradient {place + 1} of {len(gradients)}"
        expect_true(got[0] == ("passes" if passes else "GradientError"), got=got[0], given=given,
                    want="passes" if passes else f"GradientError, for a relative error of {errors[worst]:.3g}", note=which)
        if passes:
            expect(got[1], equals=float(errors[worst]), given=given, note=f"the largest relative error, returned: {which}",
                   atol=1e-6 if eps == EPS else None)  # with the default eps it is rounding, and not the same for all
        else:
            expect_true(got[1] == worst, got=got[1], want=str(worst), given=given, note=f"index of the error: {which}")
            expect(got[2:4], equals=[float(gradient[worst]), float(numerical[worst])], given=given, rtol=1e-6, atol=1e-7,
                   note=f"gradient and numerical of the error: {which}")
            # Where both are close, their difference has the rounding error of a value that is much larger.
            expect(got[4], equals=float(errors[worst]), given=given, rtol=1e-4, note=f"error of the error: {which}")
    given = {"f": f, "layout": layout or "row by row"}
    expect(point, equals=x, given=given, rtol=0, atol=0, note="x afterwards")
    expect(after, equals=list(gradients), given=given, rtol=0, atol=0, note="the gradients afterwards")


def weights_and_points(shape, seed):
    """Weights, none of them 0, and two points."""
    w = values(shape, seed)
    return np.asarray(np.where(w == 0, 0.5, w)), [values(shape, seed + 1), values(shape, seed + 2)]


# ── numerical_gradient ──────────────────────────────────────────────────────────────────────────────────────────


@given(equal_shapes(3, shapes(min_side=0, max_dims=3, max_side=3), low=-2, high=2), st.sampled_from([0.5, 0.25, 1.0]),
       st.sampled_from([CUBES, "sum(w * z)**2", "sum(w * exp(z))", "sum(w * z * roll(z))", "sum(w * relu(z))"]))
def test_central_differences(work, arrays, eps, f):
    """numerical_gradient: each element is the central difference of f, with the eps that is given."""
    w, *points = arrays
    want = [differences(f, w, x, eps) for x in points]
    got, _ = work.run(probes.gradients_of, f, w, points, eps=eps)
    for x, wanted, found in zip(points, want, got):
        expect(found, equals=wanted, given={"f": f, "w": w, "x": x, "eps": eps})


@pytest.mark.parametrize("layout", [None, "strided", "Fortran", "read-only", "stretched"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_computes_in_float64(work, dtype, layout):
    """numerical_gradient: close to the derivative with the default eps, in float64, also for float32 and for any view."""
    for number, f in enumerate(TORCH if layout is None and dtype == np.float32 else [CUBES]):
        w, points = weights_and_points((2, 3), seed=3 * number)
        points = [np.array(x / 3, dtype) for x in points]  # thirds: x ± eps is rounded in float32
        if layout == "stretched":
            points = [np.broadcast_to(x[:1], x.shape).copy() for x in points]
        got, after = work.run(probes.gradients_of, f, w, points, layout=layout)
        for x, found in zip(points, got):
            given = {"f": f, "w": w, "x": x, "dtype of x": np.dtype(dtype).name, "layout": layout or "row by row"}
            # Truncation and rounding come to some 1e-9 here. Moved in float32, the third digit is wrong.
            expect(found, equals=derivative(f, w, x), given=given, rtol=1e-6, atol=1e-6)
        expect(after, equals=points, given={"f": f}, rtol=0, atol=0, note="two points x, afterwards")


@pytest.mark.parametrize("kind", ["writes into its argument", "reads x", "keeps its arguments"])
def test_only_reads_x(work, kind):
    """numerical_gradient: x is never written to, and each call of f gets a new array, which it may change."""
    w, points = weights_and_points((3,), seed=30)
    eps = 0.1  # no power of 2: to move an element there and back does not give the same number
    right = {"writes into its argument": lambda x: 2 * w * x, "reads x": lambda x: w * x,
             "keeps its arguments": lambda x: w * (3 * x**2 + eps**2)}[kind]
    got, after, shared = work.run(probes.gradients_of_odd, kind, w, points, eps)
    for x, found in zip(points, got):
        expect(found, equals=right(x), given={"f": kind, "w": w, "x": x, "eps": eps})
    expect(after, equals=points, given={"f": kind, "eps": eps}, rtol=0, atol=0, note="two points x, afterwards")
    expect_true(not shared, got="memory that is shared", want="a new array for each call of f", given={"f": kind})


@pytest.mark.parametrize("call", [1, 2, 5])
def test_lets_errors_through(work, call):
    """numerical_gradient: what f raises goes on to the caller, and x has its values."""
    for seed in (33, 36):
        w, (x, _) = weights_and_points((3,), seed)
        gradient, classes, after = work.run(probes.raised_at_call, w, x, call, 0.1)
        given = {"x": x, "f": f"raises OwnError at call {call}", "eps": 0.1}
        expect(gradient, equals=differences(CUBES, w, x, 0.1), given={**given, "f": CUBES})
        expect_true("OwnError" in classes, got=classes[0] if classes else "no error", want="OwnError", given=given)
        expect(after, equals=x, given=given, rtol=0, atol=0, note="x afterwards")


@pytest.mark.parametrize("form", probes.RESULTS)
def test_wants_one_number(work, form):
    """numerical_gradient: f returns one number, of any kind or as an array of shape (); else ValueError is raised."""
    refused = form.startswith("an array of shape (") and form != "an array of shape ()"
    for x in (np.array([1.0, -2.0, 3.0]), np.array([2.0, 0.0, -4.0])):
        w, eps = np.array([1.0, 2.0, -1.0]), 1.0  # whole numbers, so that an int is f's value too
        for each in ("a NumPy number", form):
            given = {"f returns": each, "x": x, "eps": eps}
            got = work.run(probes.gradient_of_result, each, w, x, eps)
            if refused and each == form:
                names = got if type(got) is list else []
                expect_true("ValueError" in names, got=names[0] if names else got, want="ValueError", given=given)
            else:
                expect(got, equals=2 * w * x, given=given)


# ── relative_error ──────────────────────────────────────────────────────────────────────────────────────────────


@given(equal_shapes(2, shapes(min_side=0)), seeds, st.sampled_from([1e-3, 0.5, 2.0, 1e-9]))
def test_relative_error(work, pair, seed, floor):
    """relative_error: the difference over the larger of both magnitudes, or over floor where that is larger still."""
    a, n = pair
    n = np.asarray(np.where(values(a.shape, seed) > 2, a, n))  # here and there they agree
    pairs = [[np.asarray(a * scale), np.asarray(n * scale)] for scale in (1.0, 0.25, 1e-6)]
    found, _ = work.run(probes.relative_errors, pairs, floor=floor)
    for (gradient, numerical), got in zip(pairs, found):
        expect(got, equals=errors_by_loop(gradient, numerical, floor),
               given={"gradient": gradient, "numerical": numerical, "floor": floor})


@pytest.mark.parametrize("layout", [None, "strided", "Fortran", "read-only"])
@pytest.mark.parametrize("dtypes", [("float32", "float64"), ("float64", "float32"), ("float32", "float32")])
def test_relative_error_in_float64(work, dtypes, layout):
    """relative_error: computed in float64, also for float32, however the arrays lie in memory; they are only read."""
    pairs = []
    for seed in (40, 42):
        a, n = values((2, 3), seed) / 3, values((2, 3), seed + 1) / 7
        n[0, 0] = a[0, 0] * (1 + 1e-6)  # float32 has one digit of such a difference
        pairs.append([a.astype(dtypes[0]), n.astype(dtypes[1])])
    got, after = work.run(probes.relative_errors, pairs, layout=layout)
    for (a, n), found in zip(pairs, got):
        expect(found, equals=errors_by_loop(a, n), rtol=1e-12, atol=1e-15,
               given={"gradient": a, "numerical": n, "dtypes": dtypes, "layout": layout or "row by row"})
    expect(after, equals=pairs, given={"layout": layout or "row by row"}, rtol=0, atol=0, note="both, afterwards")


@pytest.mark.parametrize("odd", [(np.nan, 1.0), (1.0, np.nan), (np.nan, np.nan), (np.inf, 1.0), (1.0, -np.inf),
                                 (np.inf, np.inf), (-np.inf, -np.inf), (np.inf, -np.inf), (np.nan, np.inf)], ids=str)
def test_relative_error_of_what_is_not_finite(work, odd):
    """relative_error: inf where a value is NaN or infinite, on one side or on both; other elements are as ever."""
    for shape, place in (((), ()), ((3,), (1,)), ((2, 2), (1, 0)), ((2, 2), (0, 1))):
        gradient, numerical = values(shape, 44), values(shape, 45)
        gradient[place], numerical[place] = odd
        expect(work.relative_error(gradient, numerical), equals=errors_by_loop(gradient, numerical),
               given={"gradient": gradient, "numerical": numerical})


# Shapes of x and of a gradient; NumPy broadcasts most of them, and the last have as many elements.
SHAPES = [((3, 1), (1, 3)), ((3,), (3, 1)), ((3,), ()), ((), (3,)), ((3,), (1,)), ((1, 3), (3,)), ((2, 3), (3,)),
          ((), (1,)), ((1,), ()), ((2, 3), (3, 2)), ((2, 3), (6,)), ((4,), (5,)), ((2, 0), (0,))]


@pytest.mark.parametrize("one, other", SHAPES, ids=str)
def test_refuses_other_shapes(work, one, other):
    """Gradients of two shapes raise ValueError, in relative_error and check_gradient, also where NumPy broadcasts."""
    for scale in (1.0, 0.5):
        for shape in (one, other):  # else who always refuses would pass
            a, n = np.full(shape, 2.0), np.full(shape, 1.0 + scale)
            expect(work.relative_error(a, n), equals=errors_by_loop(a, n), given={"gradient": a, "numerical": n})
        # All elements are equal, so that nothing but the shape is wrong.
        gradient, numerical = np.full(other, scale), np.full(one, scale)
        with expect_raises(ValueError, given={"gradient": gradient, "numerical": numerical}):
            work.relative_error(gradient, numerical)
        w, x = np.full(one, scale), np.zeros(one)
        if x.size:
            expect_outcomes(work, CUBES, w, x, [w / 4, w / 3], eps=0.5)
        (got,), _, _ = work.run(probes.outcomes, CUBES, w, x, [np.full(other, scale / 4)], eps=0.5)
        expect_true("ValueError" in got, got=got[0], want="ValueError",
                    given={"f": CUBES, "x": x, "gradient": np.full(other, scale / 4), "eps": 0.5})


# ── check_gradient ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("f, shape", [(CUBES, ()), (CUBES, (4,)), (CUBES, (2, 1, 2)), (CUBES, (12, 12)),
                                      *((f, (2, 3)) for f in TORCH)], ids=str)
def test_finds_the_wrong_element(work, f, shape):
    """check_gradient: a right gradient passes; one wrong element, wherever it is, raises GradientError, which names it."""
    for seed in (50, 53):
        w, (x, _) = weights_and_points(shape, seed)
        right = derivative(f, w, x)
        gradients, say = [right], ["it is right"]
        indices = list(np.ndindex(shape))
        for place, index in enumerate(indices if len(indices) < 100 else indices[seed % 7::48] + indices[-1:]):
            wrong = right.copy()
            wrong[index] += (-1) ** place * 1e-3 * max(1, abs(right[index]))
            gradients.append(wrong)
            say.append("one element is wrong by 0.001, or by a thousandth")
        expect_outcomes(work, f, w, x, gradients, say=say)


WRONG = {
    "it is right": lambda n: n,
    "its sum is right": lambda n: n + np.array([[1.0, -1.0], [-0.5, 0.5]]),
    "its norm is right: the signs are wrong": lambda n: -n,
    "its magnitudes are right: one sign is wrong": lambda n: n * np.array([[1, 1], [1, -1]]),
    "its elements are in reverse order": lambda n: n[::-1, ::-1].copy(),
    "it is transposed": lambda n: n.T.copy(),
    "each element is the mean of all": lambda n: np.full(n.shape, n.mean()),
    "it is 2 times the right one": lambda n: 2 * n,
    "it is 0": lambda n: 0 * n,
    "two elements are wrong, one more than the other": lambda n: n * np.array([[1, 1.25], [1, 1.5]]),
    "two are wrong, and the first in absolute terms": lambda n: n + np.array([[64, 0], [0, -np.sign(n[1, 1]) / 2]]),
    "only the last one is right": lambda n: np.array([[0.0, 0.0], [0.0, n[1, 1]]]),
}


@pytest.mark.parametrize("kind, layout", list(zip(WRONG, 3 * [None, "strided", "Fortran", "read-only"])))
def test_compares_every_element(work, kind, layout):
    """check_gradient: every element counts, whatever sum, norm or order are; the first largest relative error is named."""
    for x in (np.array([[32.0, -0.5], [0.25, 1.0]]), np.array([[24.0, 1.5], [-0.5, -0.75]])):
        w = np.array([[1.0, -2.0], [0.5, 1.0]])
        # Sums of eighths, and so exact: errors that are equal are equal to the last digit.
        numerical = differences(CUBES, w, x, 0.5)
        expect_outcomes(work, CUBES, w, x, [WRONG["it is right"](numerical), WRONG[kind](numerical)], eps=0.5,
                        layout=layout, say=["it is right", kind])


SIZES = [
    (CUBES, 1e6, 0.0, FLOOR, "it is large"),  # the differences are off by 1e-4 where the derivative is 1e7
    (CUBES, 1e-6, 0.0, FLOOR, "it is small"),
    (CUBES, 1e-12, 0.0, 1e-15, "it is small, and the floor too"),
    (CUBES, 0.0, 0.0, FLOOR, "it is 0 and so are the differences"),
    ("sum(w * softmax(z))", 0.0, 1.0, FLOOR, "it is 0, and the differences are 0 but for rounding"),
]


@pytest.mark.parametrize("f, scale, constant, floor, say", SIZES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_takes_gradients_of_any_size(work, f, scale, constant, floor, say, dtype):
    """check_gradient: right gradients pass, large, small, 0 and float32 ones, and small ones that are wrong do not."""
    for seed in (60, 64):
        w, (x, _) = weights_and_points((2, 3), seed)
        w, x = w * scale + constant, np.array(np.where(x == 0, 0.5, x) / 3, dtype)  # softmax: w is 1, and f is 1
        right = derivative(f, w, x) if f == CUBES else np.zeros(x.shape)
        gradients = [right.astype(dtype)]
        gradients += [(right * factor).astype(dtype) for factor in (2, 0.5)] if scale else []
        wrong = right.copy()
        wrong[1, 2] += 10 * TOLERANCE * max(floor, abs(right[1, 2]))
        gradients.append(wrong.astype(dtype))
        numerical = differences(f, w, x)
        errors = [errors_by_loop(gradient, numerical, floor).max() for gradient in gradients]
        assert errors[0] < TOLERANCE < min(errors[1:]), errors
        found, _, _ = work.run(probes.outcomes, f, w, x, gradients, **({} if floor == FLOOR else {"floor": floor}))
        for gradient, got, error in zip(gradients, found, errors):
            given = {"f": f, "w": w, "x": x, "dtype": np.dtype(dtype).name, "gradient": gradient, "floor": floor,
                     "the right gradient": say}
            want = "passes" if error <= TOLERANCE else "GradientError"
            expect_true(got[0] == want, got=got[0], want=f"{want}, for a relative error of {error:.2g}", given=given)


@pytest.mark.parametrize("options", [
    {"eps": 0.5}, {"eps": 0.25}, {"eps": 0.5, "tolerance": 0.875}, {"eps": 0.5, "tolerance": 0.5},
    {"eps": 0.5, "tolerance": 0.25}, {"eps": 0.5, "tolerance": 0.0}, {"eps": 0.5, "tolerance": 0.125, "floor": 64.0},
    {"eps": 0.5, "floor": 2.0**30},
], ids=str)
def test_keeps_to_its_options(work, options):
    """check_gradient: eps, tolerance and floor are those given; an error as large as tolerance passes, and is returned."""
    for x in (np.array([0.5, -1.0, 2.0]), np.array([-1.5, 0.25, 0.0])):
        w = np.array([1.0, -2.0, 0.5])
        gradients = [3 * w * x**2 + w * eps**2 for eps in (0.5, 0.25)]  # each right for one eps
        gradients += [2 * gradients[0], gradients[0] / 2, gradients[0] * [1, 1, 1.5]]
        expect_outcomes(work, CUBES, w, x, gradients, **options)


ODD = [np.nan, np.inf, -np.inf]


@pytest.mark.parametrize("f", [CUBES, "sum(w * sqrt(z))", "sum(w / z)"])
def test_refuses_what_is_not_finite(work, f):
    """check_gradient: NaN and infinities never pass, be they in the gradient, in the differences, or in both."""
    # At -1 the root is NaN. At 1/2 the lower one of two points half apart is 0, and 1/0 infinite.
    for w in (np.array([1.0, -2.0, 3.0]), np.array([0.5, 1.5, -1.0])):
        x = np.array([0.75, {"sum(w * sqrt(z))": -1.0}.get(f, 0.5), 2.0])
        with np.errstate(all="ignore"):
            numerical = differences(f, w, x, 0.5)
        gradients = [numerical, np.nan_to_num(numerical, nan=0.0, posinf=1e300, neginf=-1e300)]
        for odd in ODD:
            for place in range(3):
                gradient = gradients[1].copy()
                gradient[place] = odd
                gradients.append(gradient)
        expect_outcomes(work, f, w, x, gradients, eps=0.5)


def test_refuses_to_check_nothing(work):
    """check_gradient: an x without elements raises ValueError, for nothing would be checked."""
    for seed, shape in ((70, (0,)), (73, (2, 0)), (76, (0, 3))):
        w, (x, _) = weights_and_points((2, 1), seed)
        expect_outcomes(work, CUBES, w, x, [differences(CUBES, w, x, 0.5), x], eps=0.5)
        (got,), _, _ = work.run(probes.outcomes, CUBES, np.ones(shape), np.ones(shape), [np.ones(shape)])
        expect_true("ValueError" in got, got=got[0], want="ValueError", given={"f": CUBES, "x": np.ones(shape)})
