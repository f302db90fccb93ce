"""The value of a SymPy expression that came over the wire as plain data, computed with mpmath.

An expression is a list of nodes in postorder, each [kind, rest]; an operation names its operands by their places. SymPy
itself takes no part: a sum is added up term by term, a matrix expression is computed with matrices, an expectation is
the mean over outcomes. Symbols get their values from a dict `numbers`: a number, a list for z[i], an mpmath matrix for
a MatrixSymbol, a Python function for an undefined function; `numbers["outcomes"]`, if given, is a list of
(probability, {random symbol: number}), and `E(...)`, an undefined function, is the mean over them too.

`with stretched(a, b)`: numbers are complex, and exp(x + iy) is e^(ax + iby). Every rule of exp and log, such as
exp(u + v) = exp(u) exp(v), still holds, so what follows from these rules is as right as before. What approximates is
wrong: along a real step, exp no longer grows as it says itself.
"""
import contextlib

import mpmath

LARGEST = 10**6      # of an exponent: what lies beyond is no answer to an exercise, and takes for ever
LONGEST = 20_000     # operands in an expression
MOST_TERMS = 10_000  # of a sum

_stretch = [None]  # (a, b) of exp; None for the real exp


class NoAnswer(Exception):
    """What came is no expression that has a value; the message is for the learner."""

    def __init__(self, kind: str, got: str, words: str):
        self.kind, self.got = kind, got
        super().__init__(words)


# ── exp and log ─────────────────────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def stretched(a, b):
    """exp and log, here and in the oracles, are stretched by a along the real axis, and by b along the imaginary."""
    _stretch.append((a, b))
    try:
        yield
    finally:
        _stretch.pop()


class Dual:
    """A number and its derivative. `exp`, `log` and the operators know the rules, so no step is rounded off by a limit."""

    def __init__(self, value, slope=0):
        self.value, self.slope = value, slope

    @staticmethod
    def of(x):
        return x if isinstance(x, Dual) else Dual(x)

    def __add__(self, other):
        other = Dual.of(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other):
        other = Dual.of(other)
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    def __truediv__(self, other):
        other = Dual.of(other)
        quotient = self.value / other.value
        return Dual(quotient, (self.slope - quotient * other.slope) / other.value)

    def __pow__(self, n):
        return Dual(self.value ** n, n * self.value ** (n - 1) * self.slope)

    __radd__, __rmul__ = __add__, __mul__
    __neg__ = lambda self: Dual(-self.value, -self.slope)  # noqa: E731
    __sub__ = lambda self, other: self + -Dual.of(other)  # noqa: E731
    __rsub__ = lambda self, other: Dual.of(other) - self  # noqa: E731
    __rtruediv__ = lambda self, other: Dual.of(other) / self  # noqa: E731


def exp(x):
    """exp of a number or a Dual. OverflowError where it is astronomical."""
    if isinstance(x, Dual):
        value = exp(x.value)
        return Dual(value, value * x.slope)
    if _stretch[-1]:
        a, b = _stretch[-1]
        x = mpmath.mpc(a * mpmath.re(x), b * mpmath.im(x))
    if abs(x) > LARGEST:
        raise OverflowError
    return mpmath.exp(x)


def log(x):
    """log of a number or a Dual: what exp takes to it."""
    if isinstance(x, Dual):
        return Dual(log(x.value), x.slope / x.value)
    result = mpmath.log(x)
    if _stretch[-1]:
        a, b = _stretch[-1]
        result = mpmath.mpc(mpmath.re(result) / a, mpmath.im(result) / b)
    return result


def power(number, exponent):
    """number**exponent, unless that is astronomical."""
    if number and mpmath.im(exponent):
        return exp(exponent * log(number))
    if number and abs(exponent * mpmath.log(number)) > LARGEST:
        raise OverflowError
    return mpmath.power(number, exponent)


# ── operations ──────────────────────────────────────────────────────────────────────────────────────────────────


def real(value):
    """What numbers are ordered by."""
    if mpmath.im(value) and not _stretch[-1]:
        raise ValueError("not a real number")
    return mpmath.re(value)


def is_matrix(value) -> bool:
    return isinstance(value, mpmath.matrix)


def add(*terms):
    if any(map(is_matrix, terms)):
        return with_one_shape(lambda *entries: mpmath.fsum(entries), *terms)
    return mpmath.fsum(terms)


def multiply(*factors):
    if not any(map(is_matrix, factors)):
        return mpmath.fprod(factors)
    result = factors[0]
    for factor in factors[1:]:
        if is_matrix(result) and is_matrix(factor) and result.cols != factor.rows:
            raise NoAnswer("shape", "", f"It multiplies a matrix of {result.rows} × {result.cols} by one of "
                           f"{factor.rows} × {factor.cols}.")
        result = result * factor
    return result


def with_one_shape(function, *matrices):
    """Entry by entry."""
    first = next(filter(is_matrix, matrices))
    for matrix in matrices:
        if not is_matrix(matrix) or (matrix.rows, matrix.cols) != (first.rows, first.cols):
            what = f"one of {matrix.rows} × {matrix.cols}" if is_matrix(matrix) else "a number"
            raise NoAnswer("shape", "", f"It adds, or multiplies entry by entry, a matrix of {first.rows} × {first.cols} "
                           f"and {what}.")
    return matrix_of(first.rows, first.cols, lambda r, c: function(*(matrix[r, c] for matrix in matrices)))


def matrix_of(rows, cols, entry):
    result = mpmath.matrix(whole(rows), whole(cols))
    for r in range(result.rows):
        for c in range(result.cols):
            result[r, c] = entry(r, c)
    return result


def to_the_power(number, exponent):
    if is_matrix(number):
        if number.rows != number.cols:
            raise NoAnswer("shape", "", f"It takes a power of a matrix of {number.rows} × {number.cols}.")
        return number ** whole(exponent)
    return power(number, exponent)


def entry_of(matrix, row, col):
    if not (is_matrix(matrix) and 0 <= whole(row) < matrix.rows and 0 <= whole(col) < matrix.cols):
        raise NoAnswer("value", "", f"It asks for entry [{whole(row)}, {whole(col)}], which the matrix does not have.")
    return matrix[whole(row), whole(col)]


def diagonal_of(vector):
    numbers = [*vector]
    return matrix_of(len(numbers), len(numbers), lambda r, c: numbers[r] if r == c else 0)


def whole(number) -> int:
    if number != int(mpmath.re(number)):
        raise ValueError("not a whole number")
    return int(mpmath.re(number))


OPERATIONS = {
    "Add": add, "Mul": multiply, "Pow": to_the_power, "exp": exp,
    "log": lambda x, *base: log(x) / log(*base) if base else log(x),
    "Max": lambda *values: max(values, key=real), "Min": lambda *values: min(values, key=real),
    "Abs": lambda x: x if real(x) >= 0 else -x, "sign": lambda x: mpmath.sign(real(x)),
    # SymPy's simplify makes them of exponentials.
    "sinh": lambda x: (exp(x) - exp(-x)) / 2, "cosh": lambda x: (exp(x) + exp(-x)) / 2,
    "tanh": lambda x: 1 - 2 / (exp(2 * x) + 1), "coth": lambda x: 1 + 2 / (exp(2 * x) - 1),
    "csch": lambda x: 2 / (exp(x) - exp(-x)), "sech": lambda x: 2 / (exp(x) + exp(-x)),
    "Exp1": lambda: exp(mpmath.mpf(1)), "Pi": lambda: +mpmath.pi,
    "KroneckerDelta": lambda i, j, *_: mpmath.mpf(i == j),
    "Equality": lambda a, b: a == b, "Unequality": lambda a, b: a != b,
    "StrictLessThan": lambda a, b: real(a) < real(b), "LessThan": lambda a, b: real(a) <= real(b),
    "StrictGreaterThan": lambda a, b: real(a) > real(b), "GreaterThan": lambda a, b: real(a) >= real(b),
    "And": lambda *all_of: all(all_of), "Or": lambda *any_of: any(any_of), "Not": lambda condition: not condition,
    "BooleanTrue": lambda: True, "BooleanFalse": lambda: False,
    "MatAdd": add, "MatMul": multiply, "MatPow": to_the_power, "Inverse": lambda m, *_: m ** -1,
    "Transpose": lambda m: m.T, "Adjoint": lambda m: m.T,
    "HadamardProduct": lambda *ms: with_one_shape(lambda *entries: mpmath.fprod(entries), *ms),
    "HadamardPower": lambda m, n: m.apply(lambda entry: power(entry, n)),
    "OneMatrix": lambda rows, cols: matrix_of(rows, cols, lambda r, c: 1),
    "ZeroMatrix": lambda rows, cols: matrix_of(rows, cols, lambda r, c: 0),
    "Identity": lambda n: matrix_of(n, n, lambda r, c: int(r == c)),
    "DiagMatrix": diagonal_of, "DiagonalMatrix": lambda m: with_one_shape(lambda a, b: a * b, m, diagonal_of([1] * m.rows)),
    "DiagonalOf": lambda m: matrix_of(m.rows, 1, lambda r, c: m[r, r]),
    "Trace": lambda m: mpmath.fsum(m[i, i] for i in range(m.rows)), "Determinant": mpmath.det,
    "MatrixElement": entry_of, "Matrix": lambda rows, cols, *entries: matrix_of(rows, cols, lambda r, c: entries[r * cols + c]),
}
BINDERS = {"Sum", "Product", "Expectation", "Variance", "Covariance", "Probability", "ElementwiseApplyFunction",
           "FunctionMatrix"}
LEAVES = {"Integer", "Rational", "Float", "Symbol", "MatrixSymbol", "IndexedBase"}
OTHERS = {"Tuple", "ExprCondPair", "Piecewise", "Indexed", "Call", "Lambda"}
NOT_NUMBERS = {"NaN", "ComplexInfinity", "Infinity", "NegativeInfinity", "AccumBounds"}
UNEVALUATED = {"Derivative", "Integral", "Limit", "Subs"}


# ── evaluation ──────────────────────────────────────────────────────────────────────────────────────────────────


def value_of(nodes: list, numbers: dict):
    """The value of an expression where its symbols have the values `numbers`. Raises NoAnswer."""
    check(nodes)
    expression = Expression(nodes)
    values: list = [None] * len(nodes)
    expression.evaluate(range(len(nodes)), values, numbers)
    if isinstance(values[-1], NoAnswer):
        raise values[-1]
    if isinstance(values[-1], (bool, tuple)):
        raise NoAnswer("type", "", "It is a condition or a tuple, and no number.")
    return values[-1]


def check(nodes: list) -> None:
    """Raise NoAnswer for what no evaluation begins with."""
    if sum(1 + len(rest) for _, rest in nodes) > LONGEST:
        raise NoAnswer("value", "", f"It has more than {LONGEST:,} parts; there is a shorter form.")
    for kind, _ in reversed(nodes):  # the outermost first
        if kind in UNEVALUATED:
            raise NoAnswer("value", "", f"It contains a {kind} that was not worked out; write what it is.")
        if kind not in OPERATIONS and kind not in BINDERS | LEAVES | OTHERS | NOT_NUMBERS:
            raise NoAnswer("value", "", f"It contains {printable(kind)}. Build it from numbers, sums, products, "
                           "quotients, powers, exp, log and Max.")


class Expression:
    """Its nodes are evaluated in their order. One without a value has a NoAnswer in place of it, which only counts
    where it is used: the branches of a Piecewise that are not taken may divide by 0, and the term of a sum has no value
    before its index has."""

    def __init__(self, nodes: list):
        self.nodes = nodes

    def operands(self, place: int) -> list[int]:
        kind, rest = self.nodes[place]
        places = [] if kind in LEAVES else rest[1:] if kind == "Call" else rest[2:] if kind == "Matrix" else rest
        if any(type(each) is not int or not 0 <= each < place for each in places):
            raise NoAnswer("type", "", "This is no SymPy expression.")
        return places

    def below(self, *places: int) -> list[int]:
        """These places and all below them, in order."""
        found, waiting = set(), [*places]
        while waiting:
            place = waiting.pop()
            if place not in found:
                found.add(place)
                waiting += self.operands(place)
        return sorted(found)

    def evaluate(self, places, values: list, numbers: dict) -> None:
        for place in places:
            try:
                values[place] = self.value(place, values, numbers)
            except NoAnswer as no:
                values[place] = no
            except (ZeroDivisionError, ValueError, OverflowError, TypeError, AttributeError, KeyError):
                values[place] = NoAnswer("value", "", "It has no value here.")

    def value(self, place: int, values: list, numbers: dict):
        kind, rest = self.nodes[place]
        if kind in LEAVES:
            return leaf(kind, rest, numbers)
        if kind in NOT_NUMBERS:
            raise NoAnswer("value", "", "It is not a finite number: something was divided by 0.")
        places = self.operands(place)
        if kind in BINDERS:
            return getattr(self, f"of_{kind}")(places, values, numbers)
        operands = [values[each] for each in places]
        if kind in ("Tuple", "ExprCondPair", "Lambda"):
            return tuple(operands)
        if kind == "Piecewise":
            return first_that_holds(operands)
        if kind == "Call" and rest[0] == "E" and "outcomes" in numbers:
            return self.mean(places[0], values, numbers)
        for operand in operands:
            if isinstance(operand, NoAnswer):
                raise operand
        if kind == "Indexed":
            return item(self.nodes[places[0]], operands)
        if kind == "Call":
            return self.of_call(rest[0], operands, numbers)
        result = OPERATIONS[kind](*(rest[:2] if kind == "Matrix" else ()), *operands)
        if not isinstance(result, (bool, mpmath.matrix)) and not mpmath.isfinite(result):
            raise NoAnswer("value", "", "It has no finite value here.")
        return result

    def with_numbers(self, places: list[int], values: list, numbers: dict):
        """`values` with these places, and all below them, evaluated for other numbers."""
        there = [*values]
        self.evaluate(self.below(*places), there, numbers)
        return there

    def terms(self, places: list[int], values: list, numbers: dict) -> list:
        """The values of the term of a Sum or Product. Its operands are the term and (index, from, to), inner first."""
        if len(places) == 1:
            term = values[places[0]]
            if isinstance(term, NoAnswer):
                raise term
            return [term]
        *inner, limits = places
        index, *ends = self.operands(limits)
        first, last = (values[each] for each in ends)
        for end in (first, last):
            if isinstance(end, NoAnswer):
                raise NoAnswer("value", "", "It contains a sum whose ends are not finite numbers.") if self.nodes[
                    ends[1]][0] in NOT_NUMBERS else end
        if whole(last) - whole(first) >= MOST_TERMS:
            raise NoAnswer("value", "", f"It contains a sum of more than {MOST_TERMS:,} terms.")
        found = []
        for number in range(whole(first), whole(last) + 1):
            there = {**numbers, self.nodes[index][1][0]: mpmath.mpf(number)}
            found += self.terms(inner, self.with_numbers(inner, values, there), there)
        return found

    def of_Sum(self, places, values, numbers):
        terms = self.terms(places, values, numbers)
        return add(*terms) if terms else mpmath.mpf(0)

    def of_Product(self, places, values, numbers):
        return multiply(*self.terms(places, values, numbers)) if places else mpmath.mpf(1)

    def of_ElementwiseApplyFunction(self, places, values, numbers):
        return values[places[1]].apply(self.function(places[0], values, numbers))

    def of_FunctionMatrix(self, places, values, numbers):
        return matrix_of(values[places[0]], values[places[1]], self.function(places[2], values, numbers))

    def function(self, place: int, values: list, numbers: dict):
        """A Lambda as a function of numbers."""
        variables, body = self.operands(place)
        names = [self.nodes[each][1][0] for each in self.operands(variables)]

        def value_at(*arguments):
            there = dict(zip(names, map(mpmath.mpmathify, arguments)))
            result = self.with_numbers([body], values, {**numbers, **there})[body]
            if isinstance(result, NoAnswer):
                raise result
            return result
        return value_at

    def mean(self, place: int, values: list, numbers: dict, of=lambda value: value):
        """The mean of a node, and with `of` that of a function of its value, over all outcomes."""
        total = mpmath.mpf(0)
        for probability, outcome in numbers["outcomes"]:
            value = self.with_numbers([place], values, {**numbers, **outcome})[place]
            if isinstance(value, NoAnswer):
                raise value
            total += probability * of(value)
        return total

    def of_Expectation(self, places, values, numbers):
        return self.mean(places[0], values, numbers)

    def of_Probability(self, places, values, numbers):
        return self.mean(places[0], values, numbers, of=int)

    def of_Variance(self, places, values, numbers):
        mean = self.mean(places[0], values, numbers)
        return self.mean(places[0], values, numbers, of=lambda value: (value - mean) ** 2)

    def of_Covariance(self, places, values, numbers):
        a, b = places[:2]
        product = mpmath.mpf(0)
        for probability, outcome in numbers["outcomes"]:
            there = self.with_numbers([a, b], values, {**numbers, **outcome})
            product += probability * there[a] * there[b]
        return product - self.mean(a, values, numbers) * self.mean(b, values, numbers)

    def of_call(self, name, operands, numbers):
        if not callable(numbers.get(name)):
            raise NoAnswer("value", "", f"The function {printable(name)} is in none of the arguments.")
        return numbers[name](*operands)


def leaf(kind, rest, numbers):
    if kind in ("Integer", "Rational") and {*map(type, rest)} != {int}:
        raise NoAnswer("value", "", f"It contains {printable(rest[0])} where a whole number belongs.")
    if kind == "Integer":
        return mpmath.mpf(rest[0])
    if kind == "Rational":
        return mpmath.mpf(rest[0]) / rest[1]
    if kind == "Float":
        raise NoAnswer("value", "", about_float(rest[0]))
    if rest[0] not in numbers:
        raise NoAnswer("value", "", f"The symbol {printable(rest[0])} is in none of the arguments.")
    return numbers[rest[0]]


def about_float(number) -> str:
    if type(number) is float and abs(number) < 1e15 and number == int(number):
        return f"Python's {printable(number)} is a float, which SymPy takes for a rounded number. Write {int(number)}."
    return f"The number {printable(number)} is a float, and floats are rounded. Write exact numbers, such as 1 and " \
        "sp.Rational(1, 3)."


def item(base_node, operands):
    """z[i] of a list, or W[i, j] of a matrix; each index must be there."""
    value, *indices = operands
    value = value.tolist() if is_matrix(value) else value
    for index in map(whole, indices):
        if not isinstance(value, list) or not 0 <= index < len(value):
            count = f"0 to {len(value) - 1}" if isinstance(value, list) else "no index"
            raise NoAnswer("value", "", f"It contains {printable(base_node[1][0])}[{index}], and there is {count}.")
        value = value[index]
    return value


def first_that_holds(pairs):
    for value, condition in pairs:
        for each in (condition, value) if condition is True else (condition,):
            if isinstance(each, NoAnswer):
                raise each
        if condition is True:
            return value
    raise NoAnswer("value", "", "None of the conditions of its Piecewise holds here.")


def printable(text, longest: int = 40) -> str:
    """Text of the learner's process, for a terminal."""
    text = "".join(letter for letter in str(text)[:longest + 1] if letter.isprintable())
    return text if len(text) <= longest else text[:longest - 1] + "…"
