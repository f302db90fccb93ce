"""SymPy answers, judged by their values.

The worker sends an expression as plain data (probes_algebra.py), and expressions.py computes its value. An answer is
right where it has the right values, to 30 digits, at random points. So every equivalent form is right, and nothing of
SymPy's takes part in the judgement.

Two points are always the same: they are what is shown, and what fingerprints are made of. An answer that is right there
is held against further ones, drawn for each run from the operating system's randomness and never shown: first as they
are, then with an exp and log that keep their rules and are other functions (`stretched` in expressions.py). Values that
were looked up, or interpolated, are wrong at the first. An approximation of a derivative, of any order, is wrong in the
second. A right form is right in both.

Where an answer has neither exp nor log in it, only roots and fractions, there is nothing to stretch. It is computed with
1000 digits instead, of which nearly all must agree: a step so small that a quotient of differences agrees in them is too
small for the numbers of 50 or 400 digits, where the quotient is 0 or noise.
"""
import functools
import random
from fractions import Fraction

import mpmath

from grader.judge import MismatchError
from tests import expressions
from tests.expressions import Dual, NoAnswer, exp, log, printable

DIGITS = 50            # of the arithmetic
AGREE = 30             # digits that must agree: none is left for a float that crept in
DIGITS_IN_DOUBT = 400  # where they do not: a right form may lose digits by cancellation
DIGITS_OF_ROOTS = 1000  # where there is neither exp nor log; all but the last 20 must agree
SHOWN, FRESH, FRESH_STRETCHED = 2, 4, 2  # points
VALUES_ONLY = "It agrees at the points shown, and nowhere else: these are values, no {}."
NOT_EVERYWHERE = "It agrees at the points shown, but not at all others: it is not the {}."
APPROXIMATES = "It comes close to the {}, as a quotient of differences does, and does not follow from the rules of exp and " \
    "log: it is not the formula."
CLOSE_ONLY = "It comes close to the {}, as a quotient of differences does, and more digits tell them apart: it is not the " \
    "formula."

__all__ = ["Dual", "exp", "log", "expect_values", "partial", "softmax", "number"]


def expect_values(answer, *, equals, symbols, given: dict, names: str = "", only=None, fixed: dict | None = None,
                  further=None, below_one=(), with_exp: bool = True, wanted: str = "derivative") -> None:
    """Raise MismatchError unless `answer` has, at random points, the values that `equals` gives there.

    `equals(numbers)` computes them from a dict of numbers by symbol, with `exp`, `log` and `partial` of this module:
    a number, an mpmath matrix, or nested tuples of the answer's structure. `symbols` are the names that get random
    numbers; as a dict, each with what it is: 0 for a number, n for a list of n, (rows, columns) for a matrix. `fixed`
    holds whole numbers and Fractions that are no random ones, and "outcomes" (see expressions.py). `further(numbers)` gives
    numbers that depend on these, by symbol: the mean of a list, say. The symbols in `below_one` get numbers between -1
    and 1. `names` is how an entry is called by its indices, such as "p_{}"; `only(*indices)` leaves entries out. Without
    `with_exp` neither the right values nor the answer's have exp or log in them. `wanted` is what the values are those of.
    """
    kinds = symbols if isinstance(symbols, dict) else dict.fromkeys(symbols, 0)
    judged = functools.partial(compare_at, answer, equals, given=given, names=names, only=only, fixed=fixed or {},
                               further=further)
    draw = functools.partial(a_point, kinds, below_one)
    rng = random.Random("algebra")
    for _ in range(SHOWN):
        judged(draw(lambda: Fraction(rng.randint(-20, 20), 7)))
    if not kinds:
        return
    system = random.SystemRandom()
    wrong = []
    for _ in range(FRESH):
        try:
            judged(draw(lambda: fresh(system)))
        except MismatchError as error:
            wrong.append(error)
    if wrong:
        sentence = VALUES_ONLY if len(wrong) == FRESH else NOT_EVERYWHERE
        raise elsewhere(answer, wrong[0], sentence.format(wanted), wanted, given)
    if not with_exp:
        try:
            return judged(draw(lambda: fresh(system)), digits=(DIGITS_OF_ROOTS,))
        except MismatchError as error:
            raise elsewhere(answer, error, CLOSE_ONLY.format(wanted), wanted, given) from None
    for _ in range(FRESH_STRETCHED):
        try:
            with expressions.stretched(*(mpmath.mpf(system.randint(*ends)) / 1000 for ends in ((1200, 2000), (500, 900)))):
                judged(draw(lambda: (fresh(system), fresh(system) / 100)))
        except MismatchError as error:
            raise elsewhere(answer, error, APPROXIMATES.format(wanted), wanted, given) from None


def fresh(system) -> Fraction:
    return Fraction(system.randint(-3 * 10**9, 3 * 10**9), 10**9 + 7)


def a_point(kinds: dict, below_one, fraction) -> dict:
    """A random point: {name: a number, a list of them, or a list of rows}. A number is a Fraction, or two of a complex one."""
    def third():
        number = fraction()
        return tuple(part / 3 for part in number) if isinstance(number, tuple) else number / 3

    def of_kind(kind, number):
        if isinstance(kind, tuple):
            return [[number() for _ in range(kind[1])] for _ in range(kind[0])]
        return [number() for _ in range(kind)] if kind else number()
    return {name: of_kind(kinds[name], third if name in below_one else fraction) for name in sorted(kinds)}


def elsewhere(answer, error, sentence, wanted, given):
    """What is said of an answer that is right at the points shown alone. The others stay unknown."""
    place = getattr(error, "place", ())
    for i in place:
        answer = answer[i] if isinstance(answer, tuple) else answer
    named = error.entry
    return MismatchError("value", got=text_of(answer), want=f"the {wanted}, at every point", given=given,
                         note=f"{named}: {sentence}" if named else sentence, value=f"{place} {sentence}")


def compare_at(answer, equals, point, *, given, names, only, fixed, further, digits=(DIGITS, DIGITS_IN_DOUBT)) -> None:
    """Raise MismatchError unless the answer is right at one point, if need be computed with more digits."""
    *first, last = digits
    for few in first:
        try:
            with mpmath.workdps(few):
                return compare_with_digits(answer, equals, point, given, names, only, fixed, further)
        except MismatchError as error:
            if error.kind == "type" or error.kind == "shape":
                raise
    with mpmath.workdps(last):
        compare_with_digits(answer, equals, point, given, names, only, fixed, further)


def compare_with_digits(answer, equals, point, given, names, only, fixed, further):
    numbers = {name: number_of(value) for name, value in point.items()}
    for name, value in fixed.items():
        numbers[name] = number_of(value) if name != "outcomes" else [
            (number_of(chance), {symbol: number_of(each) for symbol, each in outcome.items()}) for chance, outcome in value]
    if further:
        numbers |= further(numbers)
    compare(answer, equals(numbers), numbers, point, (), given, names, only)


def number_of(value):
    """A value that was drawn, or is fixed, as mpmath has it: with as many digits as are computed with."""
    if isinstance(value, tuple):
        return mpmath.mpc(*map(number_of, value))
    if isinstance(value, list):
        return mpmath.matrix([[*map(number_of, row)] for row in value]) if isinstance(value[0], list) \
            else [*map(number_of, value)]
    return mpmath.mpf(value.numerator) / value.denominator if isinstance(value, (int, Fraction)) else value


def compare(answer, want, numbers, point, place, given, names, only) -> None:
    """One entry, or a tuple or matrix of entries, at one point."""
    if isinstance(want, mpmath.matrix):
        answer, want = rows_of(answer, want, numbers, point, place, given, names), rows(want)
    if isinstance(want, tuple):
        whole = f"a tuple of {len(want)}"
        if not isinstance(answer, tuple):
            raise mismatch("type", a_kind_of(answer), whole, given, names, place)
        if len(answer) != len(want):
            raise mismatch("shape", f"a tuple of {len(answer)}", whole, given, names, place, value=len(answer))
        for i, (one, other) in enumerate(zip(answer, want)):
            compare(one, other, numbers, point, (*place, i), given, names, only)
        return
    if only is not None and not only(*place):
        return

    wanted = mpmath.nstr(want, 6) + at(point)
    try:
        got, text = evaluated(answer, numbers)
        if isinstance(got, mpmath.matrix):
            if (got.rows, got.cols) != (1, 1):
                raise NoAnswer("type", f"a matrix of {got.rows} × {got.cols}", "One number is wanted.")
            got = got[0, 0]
    except NoAnswer as no:
        shown = no.got or (text_of(answer) if isinstance(answer, dict) else a_kind_of(answer))
        raise mismatch(no.kind, shown, wanted, given, names, place, str(no), value=str(no)) from None
    agree = DIGITS_OF_ROOTS - 20 if mpmath.mp.dps == DIGITS_OF_ROOTS else AGREE
    if not abs(got - want) <= mpmath.mpf(10) ** -agree * max(1, abs(want)):  # so that NaN, whoever forged it, is wrong
        raise mismatch("value", f"{mpmath.nstr(mpmath.re(got), 6)}, from {text}", wanted, given, names, place,
                       value=float(mpmath.re(got)))


def evaluated(answer, numbers) -> tuple:
    """(the value, its text) of an expression, or of an entry of a matrix that was evaluated before."""
    if isinstance(answer, Entry):
        return answer.value, answer.text
    if not isinstance(answer, dict):
        raise NoAnswer("type", a_kind_of(answer), "This is no SymPy expression.")
    return expressions.value_of(answer["nodes"], numbers), text_of(answer)


class Entry:
    """An entry of a matrix that was evaluated as a whole."""

    def __init__(self, value, text):
        self.value, self.text = value, text


def rows(matrix) -> tuple:
    return tuple(tuple(matrix[r, c] for c in range(matrix.cols)) for r in range(matrix.rows))


def rows_of(answer, want, numbers, point, place, given, names) -> tuple:
    """The entries of a matrix expression, as rows."""
    size = f"a matrix of {want.rows} × {want.cols}"
    try:
        value, text = evaluated(answer, numbers)
        if not isinstance(value, mpmath.matrix):
            raise NoAnswer("type", f"the expression {text}", f"It is no matrix, and {size} is wanted.")
    except NoAnswer as no:
        shown = no.got or (text_of(answer) if isinstance(answer, dict) else a_kind_of(answer))
        raise mismatch(no.kind, shown, size + at(point), given, names, place, str(no), value=str(no)) from None
    if (value.rows, value.cols) != (want.rows, want.cols):
        raise mismatch("shape", f"a matrix of {value.rows} × {value.cols}, from {text}", size, given, names, place,
                       value=[value.rows, value.cols])
    return tuple(tuple(Entry(entry, text) for entry in row) for row in rows(value))


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────


def mismatch(kind, got, want, given, names, place, sentence="", value=None) -> MismatchError:
    entry = names.format(*place) if place and names.count("{}") <= len(place) else ""
    error = MismatchError(kind, got=got, want=want, given=given, value=value,
                          note=f"{entry}{': ' if entry and sentence else ''}{sentence}")
    error.place, error.entry = place, entry
    return error


def at(point: dict) -> str:
    texts = [f"{name} = {as_text(value)}" for name, value in point.items()]
    return f" at {', '.join(texts)}" if texts and sum(map(len, texts)) < 120 else ""


def as_text(value) -> str:
    return f"({', '.join(map(as_text, value))})" if isinstance(value, list) else str(value)


def a_kind_of(answer) -> str:
    """An answer in words, where it is not what was wanted."""
    if isinstance(answer, tuple):
        return f"a tuple of {len(answer)}"
    return f"the expression {text_of(answer)}" if isinstance(answer, dict) else f"a value of type {printable(answer)}"


def text_of(answer) -> str:
    return printable(answer["text"], 100) if isinstance(answer, dict) else a_kind_of(answer)


# ── oracles: from the definitions, differentiated by the rules for one number at a time ────────────────────────────


def softmax(z) -> tuple:
    exponentials = [exp(z_m) for z_m in z]
    return tuple(each / sum(exponentials) for each in exponentials)


def partial(function, z, place: int):
    """The derivative of function(z) by z[place], where `function` computes with `exp`, `log` and operators."""
    result = function([*z[:place], Dual(z[place], mpmath.mpf(1)), *z[place + 1:]])
    return result.slope if isinstance(result, Dual) else mpmath.mpf(0)


@functools.cache
def number(text: str):
    """A function of a dict of numbers that gives the value of `text`, an expression that the suite wrote."""
    import sympy as sp
    expression = sp.sympify(text)
    names = sorted(symbol.name for symbol in expression.free_symbols)
    value = sp.lambdify(names, expression, [{"exp": exp, "log": log}, "mpmath"])
    return lambda numbers: mpmath.mpmathify(value(*(numbers[name] for name in names)))
