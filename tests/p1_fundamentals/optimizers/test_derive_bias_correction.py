"""Derive: the bias of a moving average."""
import mpmath
import pytest

from grader.judge import expect_true
from tests import algebra
from tests import probes_algebra as probes

# What the arguments are called. With other letters an answer to an earlier question is none.
LETTERS = {"g": "g", "b": "b", "t": "t", "s": "s", "v": "v", "a": "a", "c": "c", "s2": "s2"}
OTHERS = {"g": "d", "b": "beta", "t": "n", "s": "w", "v": "u", "a": "p", "c": "q", "s2": "var"}
NUMBERS = {name: letter for name, letter in LETTERS.items() if name != "t"}  # the number of steps is a whole number
KINDS = {"b": {"positive": True}, "t": {"integer": True, "positive": True}, "s": {"nonnegative": True},
         "v": {"nonnegative": True}, "a": {"real": True}, "c": {"real": True}, "s2": {"nonnegative": True}}

ARGUMENTS = {"as_a_sum": ("g", "b", "t"), "expectation": ("s", "b", "t"), "corrected": ("v", "b", "t"),
             "remaining_bias": ("a", "c", "b", "t"), "variance": ("s2", "b", "t")}


# ── oracles: the recursion itself, step by step ─────────────────────────────────────────────────────────────────


def average(numbers, b):
    """The last of the moving averages of these numbers, which begin at 0."""
    result = mpmath.mpf(0)
    for number in numbers:
        result = b * result + (1 - b) * number
    return result


def factor(b, t):
    """What the average of t ones is: by it an average is divided."""
    return average([mpmath.mpf(1)] * t, b)


def as_a_sum(g, b, t):
    return average([g[i] ** 2 for i in range(1, t + 1)], b)


def expectation(s, b, t):
    return average([s] * t, b)


def corrected(v, b, t):
    return v / factor(b, t)


def remaining_bias(a, c, b, t):
    return average([a + c * i for i in range(1, t + 1)], b) / factor(b, t) - (a + c * t)


def variance(s2, b, t):
    """Var[b m + (1 - b) g] = b² Var[m] + (1 - b)² Var[g], for m and g are independent."""
    result = mpmath.mpf(0)
    for _ in range(t):
        result = b ** 2 * result + (1 - b) ** 2 * s2
    return result / factor(b, t) ** 2


ORACLES = {"as_a_sum": as_a_sum, "expectation": expectation, "corrected": corrected, "remaining_bias": remaining_bias,
           "variance": variance}


def check(work, function, letters, t, closed=True):
    """One formula, after t steps."""
    names = ARGUMENTS[function]
    answer = work.run(probes.expressions, function, *(argument(name, letters, t) for name in names))
    # b lies between 0 and 1, and what is drawn for it between -1 and 1. There is a g[0] that belongs to no answer.
    drawn = f"2 {letters['b']} - 1"
    symbols = {drawn: 0} | {letters[name]: t + 1 if name == "g" else 0 for name in names if name not in ("b", "t")}

    def b_of(numbers):
        return {letters["b"]: (1 + numbers[drawn]) / 2}

    def right(numbers):
        return ORACLES[function](*(t if name == "t" else numbers[letters[name]] for name in names))

    steps = {letters["t"]: t} if "t" in letters else {}
    given = {"call": Written(f"{function}({', '.join(letters.get(name, str(t)) for name in names)})")} | steps
    algebra.expect_values(answer, equals=right, symbols=symbols, fixed=steps, further=b_of, below_one=(drawn,), with_exp=False,
                          given=given, wanted="answer")
    if closed:
        # What is compared with mistakes is that there is a sum, and not how it is written.
        left = sorted({kind for kind, _ in answer["nodes"]} & {"Sum", "Product"})
        expect_true(not left, got=Written(f"an answer with a {' and a '.join(left)}"),
                    want="a closed form, without a sum or product over steps",
                    given={**given, "answer": Written(answer["text"])})


def argument(name, letters, t):
    if name not in letters:
        return str(t)
    return {"indexed": letters[name]} if name == "g" else {"symbol": letters[name], **KINDS[name]}


class Written(str):
    """A text that is shown without quotes."""

    def __repr__(self):
        return str(self)


# Three steps first: there all forms that are off by a step, or have one power too few, differ from each other.
STEPS = [(LETTERS, 3), (OTHERS, 2), (LETTERS, 1), (OTHERS, 7), (NUMBERS, 4)]


@pytest.mark.parametrize("letters, t", STEPS)
def test_as_a_sum(work, letters, t):
    """as_a_sum: every square with its weight."""
    check(work, "as_a_sum", letters, t, closed=False)


@pytest.mark.parametrize("letters, t", STEPS)
def test_expectation(work, letters, t):
    """expectation: what share of the mean square is there after t steps."""
    check(work, "expectation", letters, t)


@pytest.mark.parametrize("letters, t", STEPS)
def test_corrected(work, letters, t):
    """corrected: an estimate without bias."""
    check(work, "corrected", letters, t)


@pytest.mark.parametrize("letters, t", STEPS)
def test_remaining_bias(work, letters, t):
    """remaining_bias: what the correction leaves where the mean square drifts."""
    check(work, "remaining_bias", letters, t)


@pytest.mark.parametrize("letters, t", STEPS)
def test_variance(work, letters, t):
    """variance: how noisy a corrected average is."""
    check(work, "variance", letters, t)
