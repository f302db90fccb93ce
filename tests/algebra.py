"""SymPy answers, judged by their values.

The worker sends an expression as plain data (see the probe `expressions`): its nodes in postorder, each [kind, rest],
where an operation names its operands by their places. Here a node is an mpf, or an mpc on the way, and an answer is
right where it has the right values at random rational points, to 30 digits. So every equivalent form is right, and
nothing of SymPy's takes part in the judgement.
"""
import functools
import random
from fractions import Fraction

import mpmath

from grader.judge import MismatchError

DIGITS = 50      # of the arithmetic
AGREE = 30       # digits that must agree: room for cancellation, and none for a float that crept in
POINTS = 2       # random ones: two expressions that agree in 30 digits at both are the same
LARGEST = 10**6  # of an exponent: what lies beyond is no answer to an exercise, and takes for ever
LONGEST = 20_000  # operands in an expression

OPERATIONS = {
    "Add": lambda *terms: mpmath.fsum(terms),
    "Mul": lambda *factors: mpmath.fprod(factors),
    "Pow": lambda base, exponent: power(base, exponent),
    "exp": lambda x: power(mpmath.e, x),
    "log": lambda x, *base: mpmath.log(x, *base),
    "Max": lambda *values: max(map(real, values)),
    "Min": lambda *values: min(map(real, values)),
    "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh,  # SymPy's simplify makes them of exponentials
    "csch": mpmath.csch, "sech": mpmath.sech, "coth": mpmath.coth,
    "Exp1": lambda: mpmath.mpf(mpmath.e),
}
UNEVALUATED = {"Derivative", "Integral", "Sum", "Product", "Limit", "Subs"}
NOT_NUMBERS = {"NaN", "ComplexInfinity", "Infinity", "NegativeInfinity", "AccumBounds"}


def expect_values(answer, *, equals, symbols, given: dict, names: str = "", only=None) -> None:
    """Raise Mismatch unless `answer` has, at random points, the values that `equals` gives there.

    `equals(numbers)` computes them with mpmath from a dict of numbers by symbol, as nested tuples of the answer's
    structure. `names` is how an entry is called by its indices, such as "p_{}"; `only(*indices)` leaves entries out.
    """
    rng = random.Random("algebra")
    points = [{name: Fraction(rng.randint(-20, 20), 7) for name in sorted(symbols)} for _ in range(POINTS)]
    with mpmath.workdps(DIGITS):
        for point in points:
            numbers = {name: mpmath.mpf(v.numerator) / v.denominator for name, v in point.items()}
            compare(answer, equals(numbers), numbers, point, (), given, names, only)


def compare(answer, want, numbers, point, place, given, names, only) -> None:
    """One entry, or a tuple of entries, at one point."""
    if isinstance(want, tuple):
        whole = f"a tuple of {len(want)}"
        if not isinstance(answer, tuple):
            raise MismatchError("type", got=a_kind_of(answer), want=whole, given=given, note=note(names, place))
        if len(answer) != len(want):
            raise MismatchError("shape", got=f"a tuple of {len(answer)}", want=whole, given=given, note=note(names, place),
                                value=len(answer))
        for i, (one, other) in enumerate(zip(answer, want)):
            compare(one, other, numbers, point, (*place, i), given, names, only)
        return
    if only is not None and not only(*place):
        return

    where = "".join(f"{', ' if i else ' at '}{name} = {value}" for i, (name, value) in enumerate(point.items()))
    wanted = mpmath.nstr(want, 6) + where
    try:
        if not isinstance(answer, dict):
            raise NoAnswer("type", a_kind_of(answer), "This is no SymPy expression.")
        got = value_of(answer["nodes"], numbers)
    except NoAnswer as no:
        shown = no.got or (text_of(answer) if isinstance(answer, dict) else a_kind_of(answer))
        raise MismatchError(no.kind, got=shown, want=wanted, given=given, value=str(no),
                            note=f"{note(names, place)}{': ' if place else ''}{no}") from None
    if not abs(got - want) <= mpmath.mpf(10) ** -AGREE * max(1, abs(want)):  # so that NaN, whoever forged it, is wrong
        raise MismatchError("value", got=f"{mpmath.nstr(mpmath.re(got), 6)}, from {text_of(answer)}", want=wanted,
                            given=given, note=note(names, place), value=float(mpmath.re(got)))


class NoAnswer(Exception):
    """What came is no expression that has a value; the message is for the learner."""

    def __init__(self, kind: str, got: str, words: str):
        self.kind, self.got = kind, got
        super().__init__(words)


def value_of(nodes: list, numbers: dict):
    """The value of an expression where the symbols are `numbers`. Raises NoAnswer."""
    if sum(1 + len(rest) for _, rest in nodes) > LONGEST:
        raise NoAnswer("value", "", f"It has more than {LONGEST:,} parts; there is a shorter form.")
    for kind, _ in reversed(nodes):  # the outermost first
        if kind in UNEVALUATED:
            raise NoAnswer("value", "", f"It contains a {kind} that was not worked out; write what it is.")
        if kind not in OPERATIONS and kind not in ("Integer", "Rational", "Float", "Symbol", *NOT_NUMBERS):
            raise NoAnswer("value", "", f"It contains {printable(kind)}. Build it from numbers, sums, products, "
                           "quotients, powers, exp, log and Max.")
    values: list = []
    for kind, rest in nodes:
        values.append(value_of_node(kind, rest, values, numbers))
    return values[-1]


def value_of_node(kind, rest, values, numbers):
    if kind in ("Integer", "Rational") and {*map(type, rest)} != {int}:
        raise NoAnswer("value", "", f"It contains {printable(rest[0])} where a whole number belongs.")
    if kind == "Integer":
        return mpmath.mpf(rest[0])
    if kind == "Rational":
        return mpmath.mpf(rest[0]) / rest[1]
    if kind == "Float":
        raise NoAnswer("value", "", f"The number {printable(rest[0])} is a float, and floats are rounded. Write "
                       "exact numbers, such as 1 and sp.Rational(1, 3).")
    if kind == "Symbol":
        if rest[0] not in numbers:
            raise NoAnswer("value", "", f"The symbol {printable(rest[0])} is in none of the arguments.")
        return numbers[rest[0]]
    if kind in NOT_NUMBERS:
        raise NoAnswer("value", "", "It is not a finite number: something was divided by 0.")
    try:
        result = OPERATIONS[kind](*(values[place] for place in rest))
    except (ZeroDivisionError, ValueError, OverflowError):
        raise NoAnswer("value", "", "It has no value here.") from None
    if not mpmath.isfinite(result):
        raise NoAnswer("value", "", "It has no finite value here.")
    return result


def power(base, exponent):
    """base**exponent, unless that is astronomical."""
    if base and abs(exponent * mpmath.log(base)) > LARGEST:
        raise OverflowError
    return mpmath.power(base, exponent)


def real(value):
    if mpmath.im(value):
        raise ValueError("not a real number")
    return mpmath.re(value)


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────


def note(names: str, place: tuple) -> str:
    return names.format(*place) if place and names.count("{}") <= len(place) else ""


def a_kind_of(answer) -> str:
    """An answer in words, where it is not what was wanted."""
    if isinstance(answer, tuple):
        return f"a tuple of {len(answer)}"
    return f"the expression {text_of(answer)}" if isinstance(answer, dict) else f"a value of type {printable(answer)}"


def text_of(answer: dict) -> str:
    return printable(answer["text"], 100)


def printable(text, longest: int = 40) -> str:
    """Text of the learner's process, for a terminal."""
    text = "".join(letter for letter in str(text)[:longest + 1] if letter.isprintable())
    return text if len(text) <= longest else text[:longest - 1] + "…"


# ── oracles: from the definitions, differentiated numerically ───────────────────────────────────────────────────


def softmax(z) -> tuple:
    total = mpmath.fsum(mpmath.exp(z_m) for z_m in z)
    return tuple(mpmath.exp(z_i) / total for z_i in z)


def partial(function, z, place: int):
    """The derivative of function(z) by z[place], to about 50 digits."""
    return mpmath.diff(lambda moved: function([*z[:place], moved, *z[place + 1:]]), z[place])


@functools.cache
def number(text: str):
    """A function of a dict of numbers that gives the value of `text`, an expression that the suite wrote."""
    import sympy as sp
    expression = sp.sympify(text)
    names = sorted(symbol.name for symbol in expression.free_symbols)
    value = sp.lambdify(names, expression, "mpmath")
    return lambda numbers: mpmath.mpf(value(*(numbers[name] for name in names)))
