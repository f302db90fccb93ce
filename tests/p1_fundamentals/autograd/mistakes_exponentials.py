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
                     for limit in (30, 80, 88, 100, 500, 700)]
         + [{"replace": "np.exp(a.data)", "by": f"np.exp(np.minimum(a.data, {limit}))"} for limit in (88, 100, 700)]
         + [{"replace": "np.exp(a.data)", "by": f"np.exp(np.maximum(a.data, -{limit}))"} for limit in (50, 80, 700)])
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


# What can go wrong in each function alike: the value, as the reference names it and as it computes it, and the vjp.
_RECORDS = {"exp": ("y", "np.exp(a.data)", "lambda g: (g * y,)"),
            "log": ("np.log(a.data)", "np.log(a.data)", "lambda g: (g / a.data,)"),
            "sqrt": ("y", "np.sqrt(a.data)", "lambda g: (g / (2 * y),)")}

_ADDS_UP = """kept = np.zeros_like(a.data)

    def vjp(g):
        nonlocal kept
        kept += ({vjp})(g)[0]
        return (kept,)
    return record({value}, (a,), vjp)"""

_IN_PLACE = {"exp": "lambda g: (np.multiply(g, y, out=g),)", "log": "lambda g: (np.divide(g, a.data, out=g),)",
             "sqrt": "lambda g: (np.divide(g, 2 * y, out=g),)"}

for _one, (_value, _computed, _vjp) in _RECORDS.items():
    _whole = f"return record({_value}, (a,), {_vjp})"
    mistake(f"exponentials.{_one}", f"""A second call of the vjp of your {_one} returns the sum of both calls: it adds into an array that outlives the
        first. A vjp makes its gradient anew in each call; adding up is what backward does.""",
            name=f"adds_up_across_calls_in_{_one}", replace=_whole, by=_ADDS_UP.format(value=_value, vjp=_vjp))
    mistake(f"exponentials.{_one}", f"""Your {_one} returns a tensor that remembers neither parents nor vjp, so no gradient flows through it.
        Tensor(...) makes a constant; the result of an operation is what record makes.""",
            name=f"records_nothing_in_{_one}", replace=_whole, by=f"return Tensor({_value})")
    mistake(f"exponentials.{_one}", f"""Your {_one} returns an array. The result of an operation is a Tensor that knows its parents and its vjp: what
        record makes.""", name=f"returns_an_array_in_{_one}", replace=_whole, by=f"return {_value}")
    if _one != "exp":
        mistake(f"exponentials.{_one}", f"""The vjp of your {_one} changes the gradient that flows in, g, as `g /= ...` and `out=g` do. That array
            belongs to the caller, who may hand it to others as well: make a new array.""",
                name=f"changes_the_upstream_gradient_in_{_one}", replace=_vjp, by=_IN_PLACE[_one])
        _into_operand = [{"replace": _computed, "by": f"np.{_one}(a.data, out=a.data)"}]
        if _one == "log":  # where the operand holds its own logarithm, g / a is what a vjp gives that divides by the value
            mistake("exponentials.log", """The gradient of your log is g divided by log(a), and not by a. Either the vjp takes the value for the
                operand, or the value was written into the operand's own array, which belongs to the tensor a: an operation makes a
                new array.""", name="divides_by_the_value_in_log", replace="(g / a.data,)", by="(g / np.log(a.data),)",
                    forms=_into_operand)
        else:
            mistake(f"exponentials.{_one}", f"""Your {_one} writes its value into the operand's own array. That array belongs to the tensor a, whose
                values are gone now; an operation makes a new array.""", name=f"writes_into_the_operand_in_{_one}", **_into_operand[0])
    if _one != "sqrt":
        mistake(f"exponentials.{_one}", f"""Your {_one} gives float64 for a float32 tensor, as its value or as its gradient: something on the way leaves
            float32, such as the math module's functions, np.ones without a dtype, np.float64 or astype. NumPy's own {_one} keeps
            float32.""", name=f"leaves_float32_in_{_one}", replace=_computed, by=f"np.{_one}(a.data.astype(np.float64))",
                forms=[{"replace": "(g ", "by": "(np.ones(g.shape) * g "},
                       {"replace": "(g ", "by": "(np.float64(1.0) * g "}])
    mistake(f"exponentials.{_one}", f"""Your {_one} raises an error for a tensor without elements, of shape (0, 2) for example: np.vectorize calls the function for
        the first element to learn the dtype, and there is none. NumPy's own {_one} takes any shape.""",
            name=f"vectorizes_an_empty_array_in_{_one}", replace=_computed,
            by=f"np.asarray(np.vectorize(np.{_one})(a.data)).astype(a.dtype)",
            forms=[{"replace": _computed, "by": f"np.asarray(np.vectorize(__import__('math').{_one})(a.data))"}])
    mistake(f"exponentials.{_one}", f"""Your {_one} puts values in the wrong places where the operand does not lie row by row in memory, as a transposed
        array: it takes the elements in their order in memory, as np.nditer and order="K" do, and fills the result row by
        row. ravel() goes row by row, and NumPy's own {_one} needs no order at all.""",
            name=f"takes_elements_in_memory_order_in_{_one}", replace=_computed,
            by=f"np.{_one}(a.data.ravel(order='K')).reshape(a.shape)",
            forms=[{"replace": _computed, "by": f"np.{_one}(a.data.ravel(order='A')).reshape(a.shape)"}])
    mistake(f"exponentials.{_one}", f"""Your {_one} goes through the first axis as if its elements were numbers: that fails for shape (), which has no axis, or for
        two axes, where they are arrays. NumPy's own {_one} takes any shape.""", name=f"loops_over_the_first_axis_in_{_one}",
            replace=_computed, by=f"np.array([__import__('math').{_one}(v) for v in a.data], dtype=a.dtype)",
            forms=[{"replace": _computed, "by": f"np.array([np.{_one}(v) for v in a.data], dtype=a.dtype)"}])
    _gradient = _vjp.removeprefix("lambda g: ")
    _differences = [f"(g * (np.{_one}(a.data + {h}) - np.{_one}(a.data - {h})) / (2 * {h}),)" for h in ("1e-6", "1e-5")]
    _differences += [f"(g * (np.{_one}(a.data + {h}) - np.{_one}(a.data)) / {h},)" for h in ("1e-6", "1e-8")]
    mistake(f"exponentials.{_one}", f"""Your vjp estimates the derivative of {_one} by a difference, which holds a few digits at best, and none where a is
        tiny or huge. A vjp uses the exact derivative, as the chapter gives it.""", name=f"takes_a_difference_in_{_one}",
            replace=_gradient, by=_differences[0], forms=[{"replace": _gradient, "by": by} for by in _differences[1:]])


# exp
mistake("exponentials.exp", """The vjp of your exp changes the value of the result, as `y *= g` does: y is the array that the result holds. After the
    call its values are gone, and a second call starts from the wrong ones. Make a new array.""", name="changes_its_value",
        replace="(g * y,)", by="(np.multiply(y, g, out=y),)")
mistake("exponentials.exp", """Your exp is 0 where it should be a small number: e⁻⁸⁰ is 1.8e-35, and even e⁻⁷⁴⁰ is a float. Do not set it to 0 below a bound,
    and do not compute it as 1/e⁻ᵃ, where e⁷⁴⁰ is infinite; np.exp becomes 0 by itself where it must.""", name="flushes_to_zero",
        replace="np.exp(a.data)", by="np.where(a.data < -50, 0, np.exp(a.data))",
        forms=[*({"replace": "np.exp(a.data)", "by": f"np.where(a.data < -{bound}, 0, np.exp(a.data))"} for bound in (30, 100, 500, 700)),
               {"replace": "np.exp(a.data)", "by": "1 / np.exp(-a.data)"}])
mistake("exponentials.exp", "The gradient of your exp lacks the derivative, eᵃ, and is g alone or g·a.", name="passes_the_gradient_through_exp",
        replace="(g * y,)", by="(g.copy(),)", forms=[{"replace": "(g * y,)", "by": "(g * a.data,)"}])
mistake("exponentials.exp", "The gradient of your exp is its value taken once more, e to the power eᵃ: the derivative of eᵃ is eᵃ itself.",
        name="exponentiates_twice", replace="(g * y,)", by="(g * np.exp(y),)")
mistake("exponentials.exp", "The value of your exp is not eᵃ but another power: np.exp is to base e, np.exp2 to base 2, and np.expm1 is eᵃ - 1.",
        name="takes_another_base", replace="np.exp(a.data)", by="np.exp2(a.data)",
        forms=[{"replace": "np.exp(a.data)", "by": "np.expm1(a.data)"}])


# log
mistake("exponentials.log", """Where a is small, such as 1e-20, the gradient of your log is not g/a: the denominator has something added or is raised to
    a least value, or the gradient is limited. 1/a is an ordinary number there, and nothing may be kept away from 0 or from
    growing.""", name="keeps_the_gradient_of_log_small",
        replace="g / a.data", by="g / np.maximum(a.data, 1e-8)",
        forms=[*({"replace": "g / a.data", "by": f"g / np.maximum(a.data, {least})"} for least in ("1e-12", "1e-10", "1e-7", "1e-6", "1e-15")),
               *({"replace": "g / a.data", "by": f"g / (a.data + {small})"} for small in ("1e-12", "1e-10", "1e-8", "1e-7", "1e-6")),
               *({"replace": "g / a.data", "by": f"g * np.minimum(1 / a.data, {most})"} for most in ("1e6", "1e8", "1e10"))])
mistake("exponentials.log", "Your log is to another base, or of another number: np.log is to base e, np.log2 to base 2, np.log10 to base 10, and np.log1p of 1 + a.",
        name="takes_another_logarithm", replace="np.log(a.data)", by="np.log2(a.data)",
        forms=[{"replace": "np.log(a.data)", "by": "np.log10(a.data)"}, {"replace": "np.log(a.data)", "by": "np.log1p(a.data)"}])
mistake("exponentials.log", "The vjp of your log multiplies by a where it should divide: the derivative of log a is 1/a.",
        name="multiplies_by_the_operand", replace="g / a.data", by="g * a.data")
mistake("exponentials.log", "The gradient of your log is -g/a², which is the derivative of 1/a. That of log a is 1/a.",
        name="differentiates_a_reciprocal", replace="g / a.data", by="-g / a.data**2",
        forms=[{"replace": "g / a.data", "by": "-g / a.data / a.data"}, {"replace": "g / a.data", "by": "g * -(a.data**-2)"}])


# sqrt
mistake("exponentials.sqrt", """The vjp of your sqrt changes the value of the result, as `y *= 2` does: y is the array that the result holds. After the
    call its values are gone, and a second call starts from the wrong ones. Make a new array.""", name="changes_its_root",
        replace="(g / (2 * y),)", by="(g / np.multiply(y, 2, out=y),)",
        forms=[{"replace": "(g / (2 * y),)", "by": "(np.divide(g, 2 * y, out=y),)"}])
mistake("exponentials.sqrt", """Where a is small, such as 1e-20, the value or the gradient of your sqrt is wrong: something is raised to a least value, or
    limited. √a and 1/(2√a) are ordinary numbers there, and nothing may be kept away from 0 or from growing.""",
        name="keeps_the_gradient_of_sqrt_small", replace="g / (2 * y)", by="g / (2 * np.maximum(y, 1e-8))",
        forms=[*({"replace": "g / (2 * y)", "by": f"g / np.maximum(2 * y, {least})"} for least in ("1e-12", "1e-8")),
               {"replace": "g / (2 * y)", "by": "g / (2 * np.maximum(y, 1e-12))"},
               *({"replace": "np.sqrt(a.data)", "by": f"np.sqrt(np.maximum(a.data, {least}))"} for least in ("1e-12", "1e-8")),
               *({"replace": "g / (2 * y)", "by": f"g * np.minimum(1 / (2 * y), {most})"} for most in ("1e6", "1e8"))])
mistake("exponentials.sqrt", "The gradient of your sqrt has the wrong sign: √a grows with a, so its derivative 1/(2√a) is positive.",
        name="negates_the_gradient_of_sqrt", replace="g / (2 * y)", by="-g / (2 * y)")
mistake("exponentials.sqrt", "The 2 in the gradient of your sqrt stands under the root, or its root is taken: the derivative of √a is 1/(2√a).",
        name="takes_the_root_of_the_two", replace="g / (2 * y)", by="g / np.sqrt(2 * a.data)")
mistake("exponentials.sqrt", "The gradient of your sqrt is four times too large: the derivative of √a is 1/(2√a), a half of 1/√a and not twice that.",
        name="doubles_in_place_of_halving", replace="g / (2 * y)", by="2 * g / y")


mistake("exponentials.exp", """Your exp raises a rounded e to the power a: np.e is off in its last digit, and the a-th power is off by a times as
    much. np.exp computes the function itself, to the last digits everywhere.""", name="raises_a_rounded_e",
        replace="np.exp(a.data)", by="np.e ** a.data", forms=[{"replace": "np.exp(a.data)", "by": "np.power(np.e, a.data)"}])
