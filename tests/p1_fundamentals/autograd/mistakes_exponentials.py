"""What learners get wrong in `exponentials`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake


@mistake("exponentials.exp", """Your exp uses the rule of powers, a·eᵃ⁻¹. That is for a constant exponent over
    a changing base; here the base is constant and the exponent changes, and eᵃ is its own derivative.""")
def differentiates_like_a_power(a):
    return record(np.exp(a.data), (a,), lambda g: (g * a.data * np.exp(a.data - 1),))


@mistake("exponentials.exp", """Your exp clips its argument to keep it in a safe range. Beyond that range the
    value and the gradient are wrong, though a float could hold the right ones; that e⁻¹⁰⁰⁰ becomes 0 does no
    harm.""", forms=[{"replace": "np.exp(a.data)", "by": f"np.exp(np.clip(a.data, -{limit}, {limit}))"}
                     for limit in (100, 500, 700)])
def clips_the_argument(a):
    y = np.exp(np.clip(a.data, -50, 50))
    return record(y, (a,), lambda g: (g * y,))


@mistake("exponentials.exp", """The vjp of your exp multiplies the gradient that flows in, in place. That array
    belongs to the caller: it is changed now, and the next call of the vjp starts from the wrong one.""")
def multiplies_upstream_in_place(a):
    y = np.exp(a.data)

    def vjp(g):
        g *= y
        return (g,)
    return record(y, (a,), vjp)


@mistake("exponentials.log", """Your log divides the gradient by its value, log a. Its derivative is 1/a: of
    these three functions, log is the one whose derivative needs the operand.""")
def divides_by_the_value(a):
    y = np.log(a.data)
    return record(y, (a,), lambda g: (g / np.where(y == 0, 1, y),))


@mistake("exponentials.log", """Your log adds a small number to a before it takes the logarithm. Where a is
    small itself this gives another value and another gradient; keeping away from 0 is up to the caller.""",
         forms=[{"replace": "np.log(a.data), (a,), lambda g: (g / a.data,)",
                 "by": f"np.log(a.data + {small}), (a,), lambda g: (g / {below},)"}
                for small, below in (("1e-8", "a.data"), ("1e-12", "a.data"), ("1e-12", "(a.data + 1e-12)"))])
def adds_an_epsilon(a):
    return record(np.log(a.data + 1e-8), (a,), lambda g: (g / (a.data + 1e-8),))


@mistake("exponentials.sqrt", """Your sqrt multiplies by its value where it should divide: the derivative of √a
    is 1/(2√a), large where a is small.""")
def multiplies_by_the_root(a):
    y = np.sqrt(a.data)
    return record(y, (a,), lambda g: (g * y / 2,))


@mistake("exponentials.sqrt", """The gradient of your sqrt lacks a factor: the derivative of a to the power ½
    is ½ times a to the power -½.""")
def forgets_the_half(a):
    y = np.sqrt(a.data)
    return record(y, (a,), lambda g: (g / y,))


@mistake("exponentials.sqrt", """The result of your sqrt is float64 for a float32 tensor: something on the way
    leaves float32, such as math.sqrt, np.float64 or astype. NumPy's own sqrt keeps float32.""")
def leaves_float32(a):
    import math
    y = np.array([math.sqrt(v) for v in a.data.ravel()], dtype=np.float64).reshape(a.shape)
    return record(y, (a,), lambda g: (g / (2 * y),))


mistake("exponentials.log", """Your log raises small operands to a least value before it takes the logarithm. The contract names numbers
    down to 1e-300, whose logarithms are ordinary numbers: nothing has to be kept away from 0 here.""",
        name="raises_small_operands", replace="np.log(a.data)", by="np.log(np.maximum(a.data, 1e-12))",
        forms=[{"replace": "np.log(a.data), (a,), lambda g: (g / a.data,)",
                "by": f"np.log(np.maximum(a.data, {least})), (a,), lambda g: (g / {below},)"}
               for least, below in (("1e-8", "a.data"), ("1e-12", "np.maximum(a.data, 1e-12)"))])


mistake("exponentials.sqrt", """Your sqrt adds a small number to the denominator of its gradient, or to what stands under its root. Where
    a is small itself the gradient then is another one: for a = 1e-300 it is 1/(2√a) = 5e149. Operands are positive, so
    the denominator is never 0.""", name="adds_an_epsilon_to_the_root",
        replace="g / (2 * y)", by="g / (2 * y + 1e-8)",
        forms=[{"replace": "g / (2 * y)", "by": "g / (2 * y + 1e-12)"}, {"replace": "g / (2 * y)", "by": "g / (2 * (y + 1e-8))"},
               {"replace": "np.sqrt(a.data)", "by": "np.sqrt(a.data + 1e-8)"},
               {"replace": "np.sqrt(a.data)", "by": "np.sqrt(a.data + 1e-12)"}])


@mistake("exponentials.log", """Your log returns the derivative 1/a alone. A vjp multiplies it by the gradient that flows in,
    g: that is the chain rule.""")
def ignores_upstream_of_log(a):
    return record(np.log(a.data), (a,), lambda g: (1 / a.data,))


@mistake("exponentials.exp", """Your exp returns its derivative eᵃ alone. A vjp multiplies it by the gradient that flows in, g:
    that is the chain rule.""")
def ignores_upstream_of_exp(a):
    y = np.exp(a.data)
    return record(y, (a,), lambda g: (y.copy(),))


@mistake("exponentials.sqrt", """Your sqrt returns its derivative 1/(2√a) alone. A vjp multiplies it by the gradient that flows
    in, g: that is the chain rule.""")
def ignores_upstream_of_sqrt(a):
    y = np.sqrt(a.data)
    return record(y, (a,), lambda g: (1 / (2 * y),))


mistake("exponentials.exp", """This vjp does not return a tuple with one gradient for its one parent. Brackets alone make no tuple:
    `(g * y)` is an array, and it is the comma in `(g * y,)` that makes a tuple of one.""", name="forgets_the_comma",
        replace="(g * y,)", by="(g * y)",
        forms=[{"target": "log", "replace": "(g / a.data,)", "by": "(g / a.data)"},
               {"target": "sqrt", "replace": "(g / (2 * y),)", "by": "g / (2 * y)"}])


@mistake("exponentials.sqrt", """The gradient of your sqrt divides by a where it should divide by its root: the derivative of √a is
    1/(2√a).""")
def divides_by_the_operand(a):
    return record(np.sqrt(a.data), (a,), lambda g: (g / (2 * a.data),))


mistake("exponentials.exp", """Your exp writes its value into the operand's own array. That array belongs to the tensor a, whose values
    are gone now; an operation makes a new array.""", name="writes_into_the_operand",
        replace="np.exp(a.data)", by="np.exp(a.data, out=a.data)")
