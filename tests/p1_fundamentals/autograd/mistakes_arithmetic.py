"""What learners get wrong in `arithmetic`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake


@mistake("arithmetic.sub", "Both operands of your sub get the same gradient. y = a - b falls when b grows, so b's is negative.")
def forgets_the_minus(a, b):
    return record(a.data - b.data, (a, b), lambda g: (g, g))


@mistake("arithmetic.mul", """In your mul each operand gets its own value as gradient. The derivative of a·b with respect to a
    is b: the operands change places.""")
def multiplies_by_itself(a, b):
    return record(a.data * b.data, (a, b), lambda g: (g * a.data, g * b.data))


@mistake("arithmetic.mul", """Your mul returns the derivative alone. A vjp multiplies it by the gradient that flows in, g: that
    is the chain rule.""")
def ignores_upstream(a, b):
    return record(a.data * b.data, (a, b), lambda g: (b.data * np.ones_like(g), a.data * np.ones_like(g)))


@mistake("arithmetic.div", "The gradient of b in your div has the wrong sign: a/b = a·b⁻¹, and the derivative of b⁻¹ is -b⁻².")
def divides_with_the_wrong_sign(a, b):
    return record(a.data / b.data, (a, b), lambda g: (g / b.data, g * a.data / b.data / b.data))


@mistake("arithmetic.div", "The gradient of b in your div lacks a square: the derivative of a/b with respect to b is -a/b².")
def forgets_the_square(a, b):
    return record(a.data / b.data, (a, b), lambda g: (g / b.data, -g * a.data / b.data))


@mistake("arithmetic.div", """Your div squares b. For b = 1e-200 the square is 0 in floating point, and the gradient infinite,
    though it is an ordinary number: divide by b twice, or write the gradient with the value y = a/b.""")
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
