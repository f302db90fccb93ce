"""What learners get wrong in `arithmetic`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake


@mistake("arithmetic.sub", "Both operands of your sub get the same gradient. y = a - b falls when b grows, so b's is negative.")
def forgets_the_minus(a, b):
    return record(a.data - b.data, (a, b), lambda g: (g, g))


@mistake("arithmetic.mul", """In your mul an operand gets its own value as gradient. The derivative of a·b with respect to a
    is b: the operands change places.""", forms=[{"replace": "(g * b.data, g * a.data)", "by": "(g * a.data, g * a.data)"}])
def multiplies_by_itself(a, b):
    return record(a.data * b.data, (a, b), lambda g: (g * a.data, g * b.data))


@mistake("arithmetic.mul", """Your mul returns the derivative alone. A vjp multiplies it by the gradient that flows in, g: that
    is the chain rule.""", forms=[{"replace": "(g * b.data, g * a.data)", "by": "(b.data, a.data)"},
                                  {"replace": "(g * b.data, g * a.data)", "by": "(b.data, g * a.data)"},
                                  {"replace": "(g * b.data, g * a.data)", "by": "(g * b.data, a.data)"}])
def ignores_upstream(a, b):
    return record(a.data * b.data, (a, b), lambda g: (b.data * np.ones_like(g), a.data * np.ones_like(g)))


@mistake("arithmetic.div", "The gradient of b in your div has the wrong sign: a/b = a·b⁻¹, and the derivative of b⁻¹ is -b⁻².")
def divides_with_the_wrong_sign(a, b):
    return record(a.data / b.data, (a, b), lambda g: (g / b.data, g * a.data / b.data / b.data))


@mistake("arithmetic.div", "The gradient of b in your div lacks a square: the derivative of a/b with respect to b is -a/b².")
def forgets_the_square(a, b):
    return record(a.data / b.data, (a, b), lambda g: (g / b.data, -g * a.data / b.data))


@mistake("arithmetic.div", """Your div squares b. For b = 1e-200 the square is 0 in floating point, and the gradient infinite,
    though it is an ordinary number: divide by b twice, or write the gradient with the value y = a/b.""",
         forms=[{"replace": "-g * y / b.data", "by": by}
                for by in ("-g * (a.data / b.data**2)", "-g / b.data**2 * a.data", "g * -a.data * b.data**-2")])
def squares_b(a, b):
    return record(a.data / b.data, (a, b), lambda g: (g / b.data, -g * a.data / b.data**2))


@mistake("arithmetic.sub", """The parents of your sub are not a and b, in this order. backward gives the first gradient to the
    first parent: in another order, each gets the other's.""")
def swaps_the_parents(a, b):
    return record(a.data - b.data, (b, a), lambda g: (g, -g))


@mistake("arithmetic.sub", """The second parent of your sub is not b but another tensor, such as the -b that add(a, neg(b)) makes on
    the way. The operands themselves are the parents, and the vjp of the difference returns one gradient for each: g and
    -g.""")
def adds_a_negated_tensor(a, b):
    return add(a, neg(b))


@mistake("arithmetic.div", """The second parent of your div is not b but another tensor, such as the 1/b that mul(a, power(b, -1))
    makes on the way. The operands themselves are the parents, and the vjp of the quotient returns one gradient for each:
    g/b and -g·a/b².""")
def multiplies_by_a_reciprocal_tensor(a, b):
    return mul(a, power(b, -1))


@mistake("arithmetic.neg", """The result of your neg has more than one parent. A product with the constant -1, or a difference from 0,
    records that constant as well, and its vjp returns a gradient for it; the one parent of -a is a.""")
def multiplies_by_a_constant_tensor(a):
    return mul(a, Tensor(np.array(-1, a.dtype)))


@mistake("arithmetic.mul", """Where both operands are the same tensor, as in x * x, your mul records one parent in place of two. The
    operands are the parents, each at its own place: backward adds up what comes from both places, so x * x needs no rule
    of its own.""")
def records_a_square_apart(a, b):
    if a is b:
        return record(a.data**2, (a,), lambda g: (2 * g * a.data,))
    return record(a.data * b.data, (a, b), lambda g: (g * b.data, g * a.data))


def divides_unguarded(a, exponent):
    y = a.data**exponent
    return record(y, (a,), lambda g: (g * exponent * y / a.data,))


@mistake("arithmetic.power", """At a = 0 with exponent 0 the gradient of your power is 0·0⁻¹, which is 0/0 and not a number.
    a⁰ is a constant: its gradient is 0.""", forms=[divides_unguarded])
def zero_times_infinity(a, exponent):
    return record(a.data**exponent, (a,), lambda g: (g * exponent * a.data ** (exponent - 1),))


@mistake("arithmetic.power", "Your power forgets to lower the exponent: the derivative of aᵖ is p·aᵖ⁻¹.")
def keeps_the_exponent(a, exponent):
    return record(a.data**exponent, (a,), lambda g: (g * exponent * a.data**exponent,))


def int_of_the_exponent(a, exponent):
    whole = int(exponent)
    return record(a.data**exponent, (a,), lambda g: (g * exponent * a.data ** (whole - 1) if exponent else 0 * g,))


def int_of_the_factor_too(a, exponent):
    whole = int(exponent)
    return record(a.data**exponent, (a,), lambda g: (g * whole * a.data ** (whole - 1) if exponent else 0 * g,))


mistake("arithmetic.power", """The gradient of your power makes a whole number of the exponent, as int() and // do. The rule p·aᵖ⁻¹ holds
    for every p as it is: the derivative of √a = a^½ is ½·a^(-½).""", name="makes_the_exponent_whole",
        replace="a.data ** (exponent - 1)", by="a.data ** int(exponent - 1)",
        forms=[int_of_the_exponent, int_of_the_factor_too, {"replace": "(exponent - 1)", "by": "((exponent - 1) // 1)"}])


mistake("arithmetic.power", """At a = 0 with exponent 1 the gradient of your power is not a number, though aᵖ⁻¹ = a⁰ is 1 there. To
    divide the value by a, p·aᵖ/a, is one way to that: it is 0/0. Take a to the lowered exponent.""", name="divides_the_power_by_a",
        replace="g * exponent * a.data ** (exponent - 1)", by="g * exponent * a.data**exponent / a.data")


@mistake("arithmetic.power", """The gradient of your power is aᵖ·log a. That is the derivative with respect to p; here p is constant
    and a changes: p·aᵖ⁻¹.""")
def differentiates_by_the_exponent(a, exponent):
    return record(a.data**exponent, (a,), lambda g: (g * a.data**exponent * np.log(a.data),))


@mistake("arithmetic.neg", "The value of your neg is right, but the gradient must change its sign as well.")
def negates_only_forward(a):
    return record(-a.data, (a,), lambda g: (g,))


# What can go wrong in each function alike: the value, the parents and the vjp of the reference's `return record(...)`.
_RECORDS = {
    "sub": ("a.data - b.data", "(a, b)", "lambda g: (g, -g)"),
    "mul": ("a.data * b.data", "(a, b)", "lambda g: (g * b.data, g * a.data)"),
    "div": ("y", "(a, b)", "lambda g: (g / b.data, -g * y / b.data)"),
    "neg": ("-a.data", "(a,)", "lambda g: (-g,)"),
    "power": ("a.data**exponent", "(a,)", "lambda g: (g * exponent * a.data ** (exponent - 1),)"),
}

_ADDS_UP = """kept = [np.zeros_like({value}) for _ in {parents}]

    def vjp(g):
        for total, gradient in zip(kept, ({whole})(g)):
            total += gradient
        return tuple(kept)
    return record({value}, {parents}, vjp)"""

for _one, (_value, _parents, _vjp) in _RECORDS.items():
    _whole = f"return record({_value}, {_parents}, {_vjp})"
    mistake(f"arithmetic.{_one}", f"""A second call of the vjp of your {_one} returns the sum of both calls: it adds into arrays that outlive the
        first. A vjp makes its gradients anew in each call; adding up is what backward does.""",
            name=f"adds_up_across_calls_in_{_one}",
            replace=_whole, by=_ADDS_UP.format(value=_value, parents=_parents, whole=_vjp))
    mistake(f"arithmetic.{_one}", f"""Your {_one} returns a tensor that remembers neither parents nor vjp, so no gradient flows through it.
        Tensor(...) makes a constant; the result of an operation is what record makes.""",
            name=f"records_nothing_in_{_one}", replace=_whole, by=f"return Tensor({_value})")
    mistake(f"arithmetic.{_one}", f"""Your {_one} returns an array. The result of an operation is a Tensor that knows its parents and its vjp: what
        record makes.""", name=f"returns_an_array_in_{_one}", replace=_whole, by=f"return {_value}")
    mistake(f"arithmetic.{_one}", f"""The vjp of your {_one} does not return a tuple with one gradient for each parent. Brackets alone make no
        tuple: `(g)` is g itself, and it is the comma in `(g,)` that makes a tuple of one.""",
            name=f"returns_no_tuple_in_{_one}", replace=_vjp, by=f"lambda g: ({_vjp})(g)[0]",
            forms=[{"replace": "(np.zeros_like(g),)", "by": "np.zeros_like(g)"}] if _one == "power" else [])

_WRITES = {"sub": ("a.data - b.data", "np.subtract(a.data, b.data, out=a.data)"),
           "mul": ("a.data * b.data", "np.multiply(a.data, b.data, out=a.data)"),
           "div": ("a.data / b.data", "np.divide(a.data, b.data, out=a.data)"),
           "neg": ("-a.data", "np.negative(a.data, out=a.data)"),
           "power": ("a.data**exponent", "np.power(a.data, exponent, out=a.data)")}

for _one, (_value, _wrong) in _WRITES.items():
    mistake(f"arithmetic.{_one}", f"""Your {_one} computes its value in the operand's own array, as `a.data *= ...` and `out=` do. That array belongs to
        the operand, whose numbers are gone now; an operation makes a new array.""",
            name=f"writes_into_the_operand_in_{_one}", replace=_value, by=_wrong)

_CHANGES_G = {
    "sub": ["lambda g: (g.copy(), np.negative(g, out=g))"],
    "mul": ["lambda g: (g * a.data, np.multiply(g, b.data, out=g))[::-1]", "lambda g: (g * b.data, np.multiply(g, a.data, out=g))",
            "lambda g: (np.multiply(g, b.data, out=g), g * a.data)"],
    "div": ["lambda g: (np.divide(g, b.data, out=g), -g * y)", "lambda g: (g / b.data, np.multiply(g, -y / b.data, out=g))",
            "lambda g: (np.divide(g, b.data, out=g), -g * y / b.data)"],
    "neg": ["lambda g: (np.negative(g, out=g),)"],
    "power": ["lambda g: (np.multiply(g, exponent * a.data ** (exponent - 1), out=g),)"],
}

for _one, _wrong in _CHANGES_G.items():
    _vjp = _RECORDS[_one][2]
    mistake(f"arithmetic.{_one}", f"""The vjp of your {_one} changes the gradient that flows in, g, as `g *= ...` and `out=g` do. That array belongs to the
        caller, who may hand it to others as well: make new arrays.""", name=f"changes_the_upstream_gradient_in_{_one}",
            replace=_vjp, by=_wrong[0], forms=[{"replace": _vjp, "by": by} for by in _wrong[1:]])

_WIDENS = {
    "sub": [("(g, -g)", "(g, -np.ones(g.shape) * g)"), ("(g, -g)", "(np.ones(g.shape) * g, -g)"),
            ("a.data - b.data", "np.subtract(a.data, b.data, dtype=np.float64)")],
    "mul": [("(g * b.data, g * a.data)", "(g * b.data.astype(float), g * a.data)"),
            ("(g * b.data, g * a.data)", "(g * b.data, g * a.data.astype(float))"),
            ("a.data * b.data", "np.multiply(a.data, b.data, dtype=np.float64)")],
    "div": [("g / b.data,", "g / b.data.astype(float),"), ("-g * y / b.data", "-g * y / b.data.astype(float)"),
            ("a.data / b.data", "np.divide(a.data, b.data, dtype=np.float64)")],
    "neg": [("(-g,)", "(-np.ones(g.shape) * g,)"), ("-a.data", "-np.ones(a.shape) * a.data")],
    "power": [("np.zeros_like(g)", "np.zeros(g.shape)"), ("np.ones_like(a.data)", "np.ones(a.shape)"),
              ("g * exponent", "g * np.float64(exponent)"), ("a.data**exponent,", "np.float_power(a.data, exponent),")],
}

for _one, _wrong in _WIDENS.items():
    mistake(f"arithmetic.{_one}", f"""Your {_one} gives float64 for a float32 tensor, as its value or as a gradient. np.ones, np.zeros and np.array make
        float64 unless you name a dtype, and numbers of NumPy's, such as np.float64(2), widen float32; Python's do not.""",
            name=f"widens_float32_in_{_one}", replace=_wrong[0][0], by=_wrong[0][1],
            forms=[{"replace": replace, "by": by} for replace, by in _wrong[1:]])

_DERIVATIVES = {
    "sub": ["(np.ones_like(g), -np.ones_like(g))", "(np.ones_like(a.data), -np.ones_like(b.data))"],
    "div": ["(1 / b.data, -y / b.data)", "(np.ones_like(g) / b.data, -np.ones_like(g) * y / b.data)",
            "(g / b.data, -y / b.data)", "(1 / b.data, -g * y / b.data)", "(1 / b.data, -a.data / b.data**2)"],
    "neg": ["(-np.ones_like(g),)"],
    "power": ["(exponent * a.data ** (exponent - 1),)"],
}

for _one, _wrong in _DERIVATIVES.items():
    _gradients = _RECORDS[_one][2].removeprefix("lambda g: ")
    mistake(f"arithmetic.{_one}", f"""A gradient of your {_one} is the derivative alone. A vjp multiplies it by the gradient that flows in, g: that is the
        chain rule.""", name=f"ignores_upstream_in_{_one}", replace=_gradients, by=_wrong[0],
            forms=[{"replace": _gradients, "by": by} for by in _wrong[1:]])

# Operands of different shapes.
_TO_SHAPES = """def back(g, shape):
        axes = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] > 1)
        return {back} if axes else g
    return record({value}, (a, b), lambda g: tuple(map(back, ({vjp})(g), (a.shape, b.shape))))"""

for _one in ("sub", "mul", "div"):
    _value, _, _vjp = _RECORDS[_one]
    _whole = f"return record({_value}, (a, b), {_vjp})"
    mistake(f"arithmetic.{_one}", f"""Your {_one} brings the gradient of a broadcast operand back to its shape with the mean over the copies. Each copy
        takes part in the loss, so their gradients are added.""", name=f"averages_copies_in_{_one}", replace=_whole,
            by=_TO_SHAPES.format(back="g.mean(axis=axes, keepdims=True)", value=_value, vjp=_vjp))
    mistake(f"arithmetic.{_one}", f"""Your {_one} brings the gradient of a broadcast operand back to its shape by taking the first of the copies. Each
        copy takes part in the loss, so their gradients are added.""", name=f"takes_the_first_copy_in_{_one}", replace=_whole,
            by=_TO_SHAPES.format(back="g[tuple(slice(0, n) for n in shape)]", value=_value, vjp=_vjp))
    mistake(f"arithmetic.{_one}", f"""Your {_one} refuses operands of different shapes. They broadcast as in NumPy, so (1, 3) and (2, 1) give (2, 3).""",
            name=f"demands_equal_shapes_in_{_one}", replace=_whole,
            by=f"if a.shape != b.shape:\n        raise ValueError('shapes differ')\n    {_whole}",
            forms=[{"replace": _whole, "by": f"assert a.shape == b.shape\n    {_whole}"}])

mistake("arithmetic.mul", """Your mul sums a gradient back to its operand's shape before it multiplies by the other operand. Each copy of a broadcast
    operand met another number: multiply first, then add up.""", name="sums_before_it_multiplies",
        replace="return record(a.data * b.data, (a, b), lambda g: (g * b.data, g * a.data))",
        by=_TO_SHAPES.format(back="g.sum(axis=axes, keepdims=True)", value="a.data * b.data", vjp="lambda g: (g, g)")
        .replace("(a.shape, b.shape))", "(a.shape, b.shape), (b.data, a.data))")
        .replace("def back(g, shape)", "def back(g, shape, other)").replace("if axes else g", "* other if axes else g * other"))


# sub and neg
mistake("arithmetic.sub", "Your sub subtracts the other way round: y = a - b, and b - a is its negative.", name="subtracts_a_from_b",
        replace="a.data - b.data", by="b.data - a.data",
        forms=[{"replace": "a.data - b.data, (a, b), lambda g: (g, -g)", "by": "b.data - a.data, (a, b), lambda g: (-g, g)"}])
mistake("arithmetic.sub", """The gradients of your sub have the wrong signs: y = a - b grows with a, which gets g, and falls when b grows, which
    gets -g.""", name="swaps_the_signs", replace="(g, -g)", by="(-g, g)", forms=[{"replace": "(g, -g)", "by": "(-g, -g)"}])
mistake("arithmetic.neg", "The value of your neg is not -a: every element changes its sign, whichever it has.", name="returns_the_operand",
        replace="-a.data", by="+a.data", forms=[{"replace": "-a.data", "by": "-np.abs(a.data)"}])


# mul
@mistake("arithmetic.mul", """Where both operands are one tensor, as in x * x, the two gradients of your mul do not add up to 2x·g. backward adds
    what comes from both places, and each place's share is x·g as for any product: x * x needs no rule of its own.""",
         forms=[{"replace": "(g * b.data, g * a.data)", "by": by}
                for by in ("(g * b.data, 0 * g if a is b else g * a.data)", "(g * b.data, None if a is b else g * a.data)")])
def counts_a_square_twice(a, b):
    twice = 2 if a is b else 1
    return record(a.data * b.data, (a, b), lambda g: (twice * g * b.data, twice * g * a.data))


mistake("arithmetic.mul", "Both operands of your mul get the same gradient. The derivative with respect to a is b, and that with respect to b is a.",
        name="gives_both_the_same", replace="(g * b.data, g * a.data)", by="(g * b.data, g * b.data)")
mistake("arithmetic.mul", """Your mul is a matrix product, or a scalar product of vectors. Here elements are multiplied one by one, as * does for
    arrays.""", name="multiplies_matrices", replace="a.data * b.data", by="a.data @ b.data",
        forms=[{"replace": "a.data * b.data", "by": "np.dot(a.data, b.data)"}])


# div
_QUOTIENT = "y = a.data / b.data\n    return record(y, (a, b), lambda g: (g / b.data, -g * y / b.data))"
_BELOW = [f"{{b}} + {small}" for small in ("1e-12", "1e-6", "1e-7", "1e-8", "1e-9", "1e-10", "1e-15", "1e-16")]
_SAFE = [by.format(b="b.data") for by in _BELOW]
mistake("arithmetic.div", """Your div adds a small number to b. Where b is small itself, such as 1e-140, this gives another value or gradient, and
    where b is minus that number it divides by 0. No b is 0, so nothing is to be kept away from it.""", name="adds_an_epsilon",
        replace=_QUOTIENT, by=_QUOTIENT.replace("b.data", f"({_SAFE[0]})"),
        forms=[*({"replace": "a.data / b.data", "by": f"a.data / ({below})"} for below in _SAFE[1:]),
               *({"replace": "(g / b.data, -g * y / b.data)", "by": f"(g / ({below}), -g * y / ({below}))"}
                 for below in (_SAFE[0], _SAFE[3])),
               {"replace": "-g * y / b.data", "by": "-g * a.data / (b.data**2 + 1e-12)"},
               {"replace": "-g * y / b.data", "by": "-g * a.data / (b.data**2 + 1e-8)"}])
mistake("arithmetic.div", """The gradient of a in your div is not g/b: the derivative of a/b with respect to a is 1/b.""",
        name="gives_a_another_gradient", replace="(g / b.data,", by="(g * b.data,", forms=[{"replace": "(g / b.data,", "by": "(g,"}])
mistake("arithmetic.div", """The gradient of b in your div lacks the factor a: the derivative of a/b with respect to b is -a/b².""",
        name="forgets_the_numerator", replace="-g * y / b.data", by="-g / b.data / b.data",
        forms=[{"replace": "-g * y / b.data", "by": "-g / b.data**2"}])
mistake("arithmetic.div", "The gradients of your div are in the other order: the first is that of a, g/b, and the second that of b, -g·a/b².",
        name="swaps_the_gradients", replace="(g / b.data, -g * y / b.data)", by="(-g * y / b.data, g / b.data)")
mistake("arithmetic.div", "Your div rounds the quotient down to a whole number: // does that, and / does not.",
        name="rounds_the_quotient_down", replace="a.data / b.data", by="a.data // b.data")


# power
@mistake("arithmetic.power", """For exponent 0 your power returns a tensor that is not recorded, a constant. Its one parent is a all the same, and its
    vjp returns zeros: whoever asks for a gradient gets one.""")
def returns_a_constant_for_exponent_zero(a, exponent):
    if exponent == 0:
        return Tensor(np.ones_like(a.data))
    return record(a.data**exponent, (a,), lambda g: (g * exponent * a.data ** (exponent - 1),))


def exponentiates_logarithms_everywhere(a, exponent):
    if exponent == 0:
        return record(np.ones_like(a.data), (a,), lambda g: (np.zeros_like(g),))
    log = np.log(a.data)
    return record(np.exp(exponent * log), (a,), lambda g: (g * exponent * np.exp((exponent - 1) * log),))


def exponentiates_logarithms_for_zero_too(a, exponent):
    return record(np.exp(exponent * np.log(a.data)), (a,), lambda g: (g * exponent * a.data ** (exponent - 1) if exponent else 0 * g,))


mistake("arithmetic.power", """For a negative a and a whole exponent, such as (-2)², the value of your power is not a number, as exp(p·log a) is
    not: negative numbers have no logarithm. NumPy's ** takes them to whole powers.""", name="exponentiates_logarithms",
        replace="a.data**exponent,", by="np.exp(exponent * np.log(a.data)),",
        forms=[exponentiates_logarithms_everywhere, exponentiates_logarithms_for_zero_too])
mistake("arithmetic.power", "Your power loses the sign of a: an odd power of a negative number is negative.", name="loses_the_sign",
        replace="a.data**exponent,", by="np.abs(a.data) ** exponent,")
mistake("arithmetic.power", "The gradient of your power lacks the factor p: the derivative of aᵖ is p·aᵖ⁻¹.", name="forgets_the_factor",
        replace="g * exponent * a.data", by="g * a.data")
mistake("arithmetic.power", """The gradient of your power has the wrong sign for negative exponents: in p·aᵖ⁻¹ the factor p keeps its
    sign.""", name="loses_the_sign_of_the_exponent", replace="g * exponent", by="g * abs(exponent)")
mistake("arithmetic.power", """The gradient of your power raises the exponent by one, as an integral does. A derivative lowers it: p·aᵖ⁻¹.""",
        name="raises_the_exponent", replace="g * exponent * a.data ** (exponent - 1)", by="g * exponent * a.data ** (exponent + 1)",
        forms=[{"replace": "g * exponent * a.data ** (exponent - 1)", "by": "g * a.data ** (exponent + 1) / (exponent + 1)"}])
mistake("arithmetic.power", """For exponent 0 the gradient of your power is not 0. a⁰ is 1 whatever a is, so nothing flows back
    through it.""", name="passes_the_gradient_at_exponent_zero", replace="np.zeros_like(g)", by="g.copy()",
        forms=[{"replace": "np.zeros_like(g)", "by": "np.ones_like(g)"}])
mistake("arithmetic.power", """At a = 0 with exponent 1 the gradient of your power is 0. The derivative of a¹ is 1 everywhere, so there it is g: a guard
    against 0 must not hide that.""", name="is_zero_at_zero", replace="g * exponent * a.data ** (exponent - 1)",
        by="np.where(a.data == 0, 0, g * exponent * a.data ** (exponent - 1))",
        forms=[{"replace": "g * exponent * a.data ** (exponent - 1)", "by": "np.nan_to_num(g * exponent * a.data**exponent / a.data)"},
               *({"replace": "g * exponent * a.data ** (exponent - 1)", "by": f"g * exponent * a.data**exponent / (a.data + {small})"}
                 for small in ("1e-12", "1e-8"))])
mistake("arithmetic.power", """Your power adds a small number to a. Where a is small itself, such as 1e-100, this gives another
    value or gradient.""", name="adds_an_epsilon_to_the_base",
        replace="a.data ** (exponent - 1)", by="(a.data + 1e-12) ** (exponent - 1)",
        forms=[{"replace": "a.data ** (exponent - 1)", "by": "(a.data + 1e-8) ** (exponent - 1)"},
               *({"replace": "a.data**exponent,", "by": f"(a.data + {small}) ** exponent,"} for small in ("1e-12", "1e-8"))])
