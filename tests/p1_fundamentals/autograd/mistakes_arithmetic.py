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


@mistake("arithmetic.power", """At a = 0 with exponent 0 your power computes 0·0⁻¹, which is not a number. a⁰ is a constant:
    its gradient is 0.""")
def zero_times_infinity(a, exponent):
    return record(a.data**exponent, (a,), lambda g: (g * exponent * a.data ** (exponent - 1),))


@mistake("arithmetic.power", "Your power forgets to lower the exponent: the derivative of aᵖ is p·aᵖ⁻¹.")
def keeps_the_exponent(a, exponent):
    return record(a.data**exponent, (a,), lambda g: (g * exponent * a.data**exponent,))


@mistake("arithmetic.neg", "The value of your neg is right, but the gradient must change its sign as well.")
def negates_only_forward(a):
    return record(-a.data, (a,), lambda g: (g,))
