"""What learners get wrong in `gradient_checker`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

NUMERICAL, ERROR, CHECK = (f"gradient_checker.{name}" for name in ("numerical_gradient", "relative_error", "check_gradient"))

# ── numerical_gradient ──────────────────────────────────────────────────────────────────────────────────────────

_QUOTIENT = "(value(index, eps) - value(index, -eps)) / (2 * eps)"

mistake(NUMERICAL, """Your numerical_gradient moves an element to one side only. The error of (f(x + eps) - f(x)) / eps shrinks
    like eps, that of the central difference like eps²: take f at x + eps and at x - eps, and divide by 2 eps.""",
        name="moves_to_one_side", replace=_QUOTIENT, by="(value(index, eps) - value(index, 0)) / eps",
        forms=[{"replace": _QUOTIENT, "by": "(value(index, 0) - value(index, -eps)) / eps"}])

mistake(NUMERICAL, """Your numerical_gradient is twice the central difference. From x - eps to x + eps the way is 2 eps
    long, so that is what the difference of f is divided by.""", name="divides_by_one_eps", replace=_QUOTIENT,
        by="(value(index, eps) - value(index, -eps)) / eps")

mistake(NUMERICAL, """Your numerical_gradient multiplies by eps where it should divide: Python reads d / 2 * eps as (d
    / 2) * eps. Write d / (2 * eps).""", name="divides_by_two_times_eps_without_brackets", replace=_QUOTIENT,
        by="(value(index, eps) - value(index, -eps)) / 2 * eps")

mistake(NUMERICAL, """Your numerical_gradient moves each element by half of eps. eps is how far it goes to either side,
    and the difference of f is divided by 2 eps.""", name="moves_by_half", replace=_QUOTIENT,
        by="(value(index, eps / 2) - value(index, -eps / 2)) / eps")

mistake(NUMERICAL, """Your numerical_gradient moves all elements at once. The value then changes by the sum of all
    derivatives, and that is what each element of the result has; a derivative with respect to one element needs all
    others to stay.""",
        name="moves_all_elements", replace="moved[index] += step", by="moved += step")


def saves_and_restores_x(f, x, eps=1e-5):
    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        old, sides = x[index], []
        for step in (eps, -eps):
            x[index] = old + step
            result = f(x)
            if np.shape(result) != ():
                raise ValueError("f must return one number")
            sides.append(float(result))
        x[index] = old
        gradient[index] = (sides[0] - sides[1]) / (2 * eps)
    return gradient


def restores_x_at_last(f, x, eps=1e-5):
    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        old, sides = x[index], []
        try:
            for step in (eps, -eps):
                x[index] = old + step
                result = f(x)
                if np.shape(result) != ():
                    raise ValueError("f must return one number")
                sides.append(float(result))
        finally:
            x[index] = old
        gradient[index] = (sides[0] - sides[1]) / (2 * eps)
    return gradient


def takes_asarray_for_a_copy(f, x, eps=1e-5):
    moved, gradient = np.asarray(x, dtype=np.float64), np.empty(x.shape)
    for index in np.ndindex(x.shape):
        old, sides = moved[index], []
        for step in (eps, -eps):
            moved[index] = old + step
            result = f(moved)
            if np.shape(result) != ():
                raise ValueError("f must return one number")
            sides.append(float(result))
        moved[index] = old
        gradient[index] = (sides[0] - sides[1]) / (2 * eps)
    return gradient


@mistake(NUMERICAL, """Your numerical_gradient writes into x itself. f may read x, and then sees it moved; x may be
    read-only; and where f raises, or where eps is added and taken off again, x is not what it was. Move an element of
    a copy. np.asarray makes none of an array that is float64 already; x.astype(np.float64) does.""",
         forms=[saves_and_restores_x, restores_x_at_last, takes_asarray_for_a_copy])
def moves_x_itself(f, x, eps=1e-5):
    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        sides = []
        for step in (eps, -2 * eps):
            x[index] += step
            result = f(x)
            if np.shape(result) != ():
                raise ValueError("f must return one number")
            sides.append(float(result))
        x[index] += eps
        gradient[index] = (sides[0] - sides[1]) / (2 * eps)
    return gradient


def one_copy_for_both_sides(f, x, eps=1e-5):
    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        moved, sides = x.astype(np.float64), []
        for step in (eps, -2 * eps):
            moved[index] += step
            result = f(moved)
            if np.shape(result) != ():
                raise ValueError("f must return one number")
            sides.append(float(result))
        gradient[index] = (sides[0] - sides[1]) / (2 * eps)
    return gradient


@mistake(NUMERICAL, """Your numerical_gradient gives f the same array more than once. f may change its argument, as `z
    *= z` does, and the next call then starts from what the last one left. Make a new array for each call.""",
         forms=[one_copy_for_both_sides])
def one_copy_for_all_calls(f, x, eps=1e-5):
    moved, gradient = x.astype(np.float64), np.empty(x.shape)
    for index in np.ndindex(x.shape):
        old, sides = moved[index], []
        for step in (eps, -eps):
            moved[index] = old + step
            result = f(moved)
            if np.shape(result) != ():
                raise ValueError("f must return one number")
            sides.append(float(result))
        moved[index] = old
        gradient[index] = (sides[0] - sides[1]) / (2 * eps)
    return gradient


mistake(NUMERICAL, """Your numerical_gradient moves the elements of a float32 array in float32. Near 1 two neighbours
    of that type are 1e-7 apart, so a step of 1e-5 is off in its third digit, and the value of f in its first. Make x
    float64 before you move it.""",
        name="moves_in_float32", replace="moved = x.astype(np.float64)", by="moved = x.copy()",
        forms=[{"replace": "moved = x.astype(np.float64)", "by": "moved = np.array(x)"}])

mistake(NUMERICAL, """Your numerical_gradient returns float32 for a float32 x. np.empty_like and np.zeros_like take the
    dtype of what they are given; the differences are float64, and so is the result.""", name="returns_float32",
        replace="np.empty(x.shape)", by="np.empty_like(x)",
        forms=[{"replace": "np.empty(x.shape)", "by": "np.zeros_like(x)"}])


def moves_a_reshaped_copy(f, x, eps=1e-5):
    gradient = np.empty(x.size)
    for i in range(x.size):
        sides = []
        for step in (eps, -eps):
            moved = x.astype(np.float64)
            moved.reshape(-1)[i] += step
            result = f(moved)
            if np.shape(result) != ():
                raise ValueError("f must return one number")
            sides.append(float(result))
        gradient[i] = (sides[0] - sides[1]) / (2 * eps)
    return gradient.reshape(x.shape)


@mistake(NUMERICAL, """Your numerical_gradient moves a copy, and f is called where nothing has moved, if x does not lie
    in memory row by row. Of such an array, such as a transpose, ravel() and reshape(-1) are no views. Index the array
    itself.""",
         forms=[moves_a_reshaped_copy])
def moves_a_flattened_copy(f, x, eps=1e-5):
    gradient = np.empty(x.size)
    for i in range(x.size):
        sides = []
        for step in (eps, -eps):
            moved = x.astype(np.float64)
            moved.ravel()[i] += step
            result = f(moved)
            if np.shape(result) != ():
                raise ValueError("f must return one number")
            sides.append(float(result))
        gradient[i] = (sides[0] - sides[1]) / (2 * eps)
    return gradient.reshape(x.shape)


@mistake(NUMERICAL, """Your numerical_gradient moves the elements in the order in which they lie in memory, and puts
    the results into another: for a transpose they land in the wrong places. order="K" and "A" follow the memory;
    np.ndindex and .flat go row by row, whatever the layout.""")
def follows_the_memory(f, x, eps=1e-5):
    layout = "F" if x.flags.f_contiguous and not x.flags.c_contiguous else "C"
    gradient = np.empty(x.size)
    for i in range(x.size):
        sides = []
        for step in (eps, -eps):
            flat = np.array(x, dtype=np.float64).ravel(order=layout)
            flat[i] += step
            result = f(flat.reshape(x.shape, order=layout))
            if np.shape(result) != ():
                raise ValueError("f must return one number")
            sides.append(float(result))
        gradient[i] = (sides[0] - sides[1]) / (2 * eps)
    return gradient.reshape(x.shape)


mistake(NUMERICAL, """Your numerical_gradient returns its numbers without the axes of x: the result has x's shape.""",
        name="returns_a_flat_gradient", replace="return gradient", by="return gradient.ravel()",
        forms=[{"replace": "return gradient", "by": "return gradient.reshape(-1)"}])

mistake(NUMERICAL, """Your numerical_gradient walks along the first axis alone, and moves a whole row in one step. It
    takes one index for each element: np.ndindex(x.shape) gives them, for every number of axes, none included.""",
        name="moves_rows",
        replace="for index in np.ndindex(x.shape):  # one index, (), for the shape (); none for an empty one",
        by="for index in range(len(x)):",
        forms=[{"replace": "for index in np.ndindex(x.shape):  # one index, (), for the shape (); none for an empty one",
                "by": "for index in range(len(x)) if x.ndim else [()]:"}])

mistake(NUMERICAL, """Where f returns an array, your numerical_gradient raises another exception than ValueError.
    float() of an array is a TypeError, and assert an AssertionError: look at the shape of what f returns, and raise
    ValueError.""",
        name="leaves_arrays_to_float", replace="if np.shape(result) != ():", by="if False:",
        forms=[{"replace": "raise ValueError(", "by": "raise TypeError("},
               {"replace": "raise ValueError(", "by": "raise AssertionError("}])

mistake(NUMERICAL, """Your numerical_gradient takes an array with one element, of shape (1,) say, for a number. It
    hints at a sum or an index that is missing in f, and raises ValueError: the shape has to be ().""",
        name="takes_one_element_for_a_number",
        replace="if np.shape(result) != ():",
        by="if np.size(result) == 1:\n            result = np.asarray(result).item()\n        if np.shape(result) != ():")

mistake(NUMERICAL, """Your numerical_gradient adds up what f returns, where that is an array. A forgotten sum then goes
    unseen, in the very tool that is to find such things: raise ValueError.""", name="sums_what_f_returns",
        replace="if np.shape(result) != ():", by="result = np.sum(result)\n        if np.shape(result) != ():")

# ── relative_error ──────────────────────────────────────────────────────────────────────────────────────────────

_SCALE = "np.maximum(np.maximum(np.abs(a), np.abs(n)), floor)"
_FINITE = "finite = np.isfinite(gradient) & np.isfinite(numerical)"
_REFUSAL = "if gradient.shape != numerical.shape:"

mistake(ERROR, """Your relative_error is the difference as it is. 0.001 is little beside 1000 and all wrong beside
    0.002: divide by the larger of the two magnitudes, or by the floor.""", name="takes_the_absolute_difference",
        replace=f"np.abs(a - n) / {_SCALE}", by="np.abs(a - n)")

mistake(ERROR, """Your relative_error leaves the floor out, or has it too low. Where the right value is 0, the
    differences are 1e-11 or so by rounding alone, and the error is then 1 (or NaN, for 0/0): the denominator is never
    smaller than `floor`.""",
        name="has_no_floor", replace=_SCALE, by="np.maximum(np.abs(a), np.abs(n))",
        forms=[{"replace": _SCALE, "by": f"np.maximum(np.maximum(np.abs(a), np.abs(n)), {tiny})"}
               for tiny in ("1e-8", "1e-12", "1e-15")]
        + [{"replace": _SCALE, "by": f"(np.maximum(np.abs(a), np.abs(n)) + {tiny})"} for tiny in ("1e-12", "1e-8")])

mistake(ERROR, """Your relative_error divides by the sum of the two magnitudes, as some texts do: that is about half
    the error which is asked for here. The denominator is the larger of both, or the floor.""",
        name="divides_by_the_sum",
        replace=_SCALE, by="np.maximum(np.abs(a) + np.abs(n), floor)")

mistake(ERROR, """Your relative_error divides by the magnitude of one side alone. A gradient that is 0 or far too small
    then looks far worse, or better, than one that is as much too large: take the larger of both.""",
        name="divides_by_one_side",
        replace=_SCALE, by="np.maximum(np.abs(n), floor)",
        forms=[{"replace": _SCALE, "by": "np.maximum(np.abs(a), floor)"}])

mistake(ERROR, """Your relative_error adds the floor to the magnitude. It is a lower bound of the denominator:
    np.maximum takes the larger of the two.""",
        name="adds_the_floor", replace=_SCALE, by="(np.maximum(np.abs(a), np.abs(n)) + floor)")

mistake(ERROR, """Your relative_error takes the floor for an absolute tolerance: it finds no error where the two values
    differ by less. The floor is a lower bound of the denominator alone, and a difference is never left out.""",
        name="takes_the_floor_for_a_tolerance", replace=f"np.abs(a - n) / {_SCALE}",
        by=f"np.where(np.abs(a - n) < floor, 0, np.abs(a - n) / {_SCALE})",
        forms=[{"replace": f"np.abs(a - n) / {_SCALE}",
                "by": "np.where(np.abs(a - n) < floor, 0, np.abs(a - n) / np.maximum(np.abs(a), np.abs(n)))"}])

mistake(ERROR, """Your relative_error divides all differences by one number, the largest magnitude of the whole
    gradient. A small element that is all wrong hides behind a large one then: each element has its own denominator.""",
        name="has_one_scale_for_all",
        replace=_SCALE, by="max(np.abs(a).max(initial=0), np.abs(n).max(initial=0), floor)",
        forms=[{"replace": _SCALE, "by": "max(np.linalg.norm(a), np.linalg.norm(n), floor)"}])

mistake(ERROR, """Your relative_error keeps the sign of the difference. A negative error is smaller than any tolerance,
    however wrong the gradient is: take the absolute value.""",
        name="keeps_the_sign", replace="np.abs(a - n) /", by="(a - n) /",
        forms=[{"replace": "np.abs(a - n) /", "by": "(n - a) /"}])

mistake(ERROR, """Your relative_error compares magnitudes, so a wrong sign, the most common slip of all, goes unseen.
    Subtract first, and take the absolute value of the difference.""", name="compares_magnitudes",
        replace="np.abs(a - n) /", by="np.abs(np.abs(a) - np.abs(n)) /")

mistake(ERROR, """Your relative_error forgets infinite values: inf / inf is NaN. Where a value on either side is
    infinite, the error is inf, as it is for NaN; np.isfinite knows both.""", name="forgets_infinities",
        replace=_FINITE, by="finite = ~(np.isnan(gradient) | np.isnan(numerical))")

mistake(ERROR, """Your relative_error is NaN where a value is NaN. No comparison with NaN is true, so `error >
    tolerance` is false, and a broken gradient passes: the error is inf there, as it is for infinite values.""",
        name="returns_nan",
        replace=_FINITE, by="finite = np.ones(gradient.shape, dtype=bool)")


mistake(ERROR, """Your relative_error finds no error where both sides are NaN, or infinite with one sign. Two
    computations that broke down in the same way are no proof that the gradient is right: the error is inf.""",
        name="equal_breakdowns_agree",
        replace="    return error", by="    error[np.isnan(gradient) & np.isnan(numerical)] = 0\n    return error",
        forms=[{"replace": "    return error", "by": "    error[gradient == numerical] = 0\n    return error"},
               {"replace": "    return error", "by": "    error[np.isnan(gradient) & np.isnan(numerical)] = 0\n"
                "    error[gradient == numerical] = 0\n    return error"}])

mistake(ERROR, """Your relative_error makes 0 of a NaN or of what is not finite, and a broken gradient becomes a
    perfect one. np.nan_to_num hides what the check is to find: the error is inf there.""", name="makes_zero_of_nan",
        replace="np.full(gradient.shape, np.inf)", by="np.zeros(gradient.shape)")


def compares_numbers_of_elements(gradient, numerical, floor=1e-3):
    if gradient.size != numerical.size:
        raise ValueError("the sizes differ")
    numerical = numerical.reshape(gradient.shape)
    error = np.full(gradient.shape, np.inf)
    finite = np.isfinite(gradient) & np.isfinite(numerical)
    a, n = gradient[finite].astype(np.float64), numerical[finite].astype(np.float64)
    error[finite] = np.abs(a - n) / np.maximum(np.maximum(np.abs(a), np.abs(n)), floor)
    return error


@mistake(ERROR, """Your relative_error lets gradients of two shapes through. NumPy broadcasts (3, 1) and (1, 3) to (3,
    3), and a reshape makes (6,) of (2, 3): compare the shapes themselves, and raise ValueError where they differ.""",
         forms=[compares_numbers_of_elements])
def broadcasts_the_gradients(gradient, numerical, floor=1e-3):
    gradient, numerical = np.broadcast_arrays(gradient, numerical)
    error = np.full(gradient.shape, np.inf)
    finite = np.isfinite(gradient) & np.isfinite(numerical)
    a, n = gradient[finite].astype(np.float64), numerical[finite].astype(np.float64)
    error[finite] = np.abs(a - n) / np.maximum(np.maximum(np.abs(a), np.abs(n)), floor)
    return error


mistake(ERROR, """Where the shapes differ, your relative_error raises another exception than ValueError. assert raises
    AssertionError, which Python leaves out with -O; an argument that does not fit is a ValueError.""",
        name="raises_another_exception", replace="raise ValueError(", by="raise AssertionError(",
        forms=[{"replace": "raise ValueError(", "by": "raise TypeError("}])

mistake(ERROR, """Your relative_error computes in float32 where both gradients are float32, and then has five digits of
    a small difference at best, often one. Make them float64 first.""", name="computes_in_float32",
        replace="gradient[finite].astype(np.float64), numerical[finite].astype(np.float64)",
        by="gradient[finite], numerical[finite]")

mistake(ERROR, """For two gradients of shape () your relative_error returns a number and no array: NumPy makes a scalar
    of a 0-d array in any arithmetic. np.asarray makes an array of shape () of it.""", name="returns_a_scalar",
        replace="return error", by="return error[()]",
        forms=[{"replace": "return error", "by": "return error if error.ndim else float(error)"}])

mistake(ERROR, """Your relative_error writes into a gradient that it was given. It belongs to the caller, who wants to
    see what was wrong in it: compute in a new array.""", name="writes_into_the_gradient", replace="    return error",
        by="    gradient -= numerical\n    return error",
        forms=[{"replace": "    return error",
                "by": "    gradient[~finite] = 0\n    np.abs(gradient, out=gradient)\n    return error"}])

# ── check_gradient ──────────────────────────────────────────────────────────────────────────────────────────────

_WORST = "np.unravel_index(np.argmax(errors), errors.shape)"
_CONDITION = "errors[worst] > tolerance"
_RAISE = "raise GradientError(worst, gradient[worst], numerical[worst], errors[worst])"
_NOTHING = 'raise ValueError("x has no elements, so nothing would be checked")'

mistake(CHECK, """Your check_gradient looks at the mean of the errors. One wrong element among thousands of right ones
    hardly moves a mean: the largest error decides.""",
        name="looks_at_the_mean_error", replace=_CONDITION, by="errors.mean() > tolerance",
        forms=[{"replace": _CONDITION, "by": "np.median(errors) > tolerance"}])

mistake(CHECK, """Your check_gradient compares one number of each gradient, its sum. Errors in two elements that
    cancel, or elements in another order, leave the sum as it is: compare element by element.""",
        name="compares_sums", replace=_CONDITION,
        by="not abs(gradient.sum() - numerical.sum()) <= tolerance * max(abs(numerical.sum()), floor)",
        forms=[{"replace": _CONDITION,
                "by": "not abs(gradient.mean() - numerical.mean()) <= tolerance * max(abs(numerical.mean()), floor)"}])

mistake(CHECK, """Your check_gradient compares the norms of the gradients. Signs and the order of elements are lost in
    them: compare element by element.""", name="compares_norms", replace=_CONDITION,
        by="not abs(np.linalg.norm(gradient) - np.linalg.norm(numerical)) "
           "<= tolerance * max(np.linalg.norm(numerical), floor)")

mistake(CHECK, """Your check_gradient divides the norm of the whole difference by the norm of the whole gradient. A
    small element that is all wrong hides behind a large one: the largest relative error of an element decides.""",
        name="takes_the_norm_of_all",
        replace=_CONDITION,
        by="not np.linalg.norm(gradient - numerical) "
           "<= tolerance * max(np.linalg.norm(gradient), np.linalg.norm(numerical), floor)",
        forms=[{"replace": _CONDITION, "by": "not np.linalg.norm(gradient - numerical) "
                "<= tolerance * max(np.linalg.norm(gradient) + np.linalg.norm(numerical), floor)"},
               {"replace": _CONDITION, "by": "not np.abs(gradient - numerical).max() "
                "<= tolerance * max(np.abs(numerical).max(), floor)"}])

mistake(CHECK, """Your check_gradient leaves elements out: it looks at the first, or at some. A slip is often in one
    element only, at an edge or a corner, and the largest error of all decides.""", name="leaves_elements_out", replace=_WORST,
        by="(0,) * errors.ndim",
        forms=[{"replace": _WORST, "by": "np.unravel_index(np.argmax(errors.ravel()[:3]), errors.shape)"},
               {"replace": _WORST, "by": "np.unravel_index(np.argmax(errors.ravel()[:2]), errors.shape)"},
               {"replace": _WORST, "by": "np.unravel_index(np.random.default_rng(0).integers(errors.size), errors.shape)"},
               {"replace": _WORST, "by": "np.unravel_index(max(np.random.default_rng(0).permutation(errors.size)[:10], "
                "key=lambda i: errors.ravel()[i]), errors.shape)"}])

mistake(CHECK, """Your check_gradient names the element with the largest absolute difference. Beside a large value that
    may be rounding: named, and decisive, is the element with the largest relative error.""",
        name="names_the_largest_difference",
        replace=_WORST, by="np.unravel_index(np.argmax(np.abs(gradient - numerical)), errors.shape)")

mistake(CHECK, """Your check_gradient names the first element whose error is greater than tolerance. The largest error
    says most about what is wrong: np.argmax finds it.""", name="names_the_first_wrong_element", replace=_WORST,
        by="np.unravel_index(np.argmax(errors > tolerance if (errors > tolerance).any() else errors), errors.shape)")

mistake(CHECK, """Of several elements with the same error, your check_gradient names the last. It is to be the first,
    row by row, which is what np.argmax takes.""", name="names_the_last_of_equals", replace=_WORST,
        by="tuple(np.argwhere(errors == errors.max())[-1])")

mistake(CHECK, """The index that your check_gradient names is a number, the place in the flattened gradient. It is a
    tuple with an index for each axis, which np.unravel_index makes of that number.""",
        name="names_a_flat_index", replace=_RAISE,
        by="raise GradientError((int(np.argmax(errors)),), gradient[worst], numerical[worst], errors[worst])",
        forms=[{"replace": _RAISE,
                "by": "raise GradientError(int(np.argmax(errors)), gradient[worst], numerical[worst], errors[worst])"}])

mistake(CHECK, """Your check_gradient refuses an error that is as large as tolerance. It passes what is at most
    tolerance: with tolerance=0 nothing would ever pass.""", name="refuses_an_error_of_tolerance", replace=_CONDITION,
        by="errors[worst] >= tolerance", forms=[{"replace": _CONDITION, "by": "not errors[worst] < tolerance"}])

mistake(CHECK, """Your check_gradient has a tolerance of its own in place of the one that it is given.""",
        name="has_its_own_tolerance", replace=_CONDITION, by="errors[worst] > 1e-5",
        forms=[{"replace": _CONDITION, "by": f"errors[worst] > {own}"} for own in ("1e-6", "1e-4")])

mistake(CHECK, """Your check_gradient does not hand eps on, so numerical_gradient takes its default, whatever the
    caller asks for.""",
        name="forgets_eps", replace="numerical_gradient(f, x, eps)", by="numerical_gradient(f, x)")

mistake(CHECK, """Your check_gradient does not hand floor on, so relative_error takes its default, whatever the caller
    asks for.""",
        name="forgets_the_floor", replace="relative_error(gradient, numerical, floor)",
        by="relative_error(gradient, numerical)")

mistake(CHECK, """Your check_gradient returns where it should raise. A result is easily overlooked, and every gradient
    then seems right: raise GradientError.""", name="returns_where_it_should_raise", replace=_RAISE, by="return False",
        forms=[{"replace": _RAISE, "by": "return float(errors[worst])"}, {"replace": _RAISE, "by": "return None"},
               {"replace": _RAISE, "by": _RAISE.replace("raise", "return")}])

mistake(CHECK, """Your check_gradient raises another exception than GradientError. The caller wants more than a
    message: GradientError keeps the index and both values.""", name="raises_another_error", replace=_RAISE,
        by='raise AssertionError(f"wrong at {worst}")',
        forms=[{"replace": _RAISE, "by": 'raise ValueError(f"wrong at {worst}")'}])

mistake(CHECK, """Your check_gradient hands the two values to GradientError in the wrong order: first the value of the
    gradient under test, then the central difference. The message accuses the wrong one.""",
        name="swaps_the_two_values", replace=_RAISE,
        by="raise GradientError(worst, numerical[worst], gradient[worst], errors[worst])")

mistake(CHECK, """Your check_gradient returns nothing, or no error, where the gradient passes. It returns the largest
    relative error, which tells how close it was.""",
        name="returns_no_error", replace="return float(errors[worst])", by="return None",
        forms=[{"replace": "return float(errors[worst])", "by": "return True"}])

mistake(CHECK, """Your check_gradient returns the tolerance, or another error than the largest, where the gradient
    passes.""",
        name="returns_another_error", replace="return float(errors[worst])", by="return float(errors.mean())",
        forms=[{"replace": "return float(errors[worst])", "by": "return float(np.abs(gradient - numerical).max())"},
               {"replace": "return float(errors[worst])", "by": "return float(errors.min())"}])

mistake(CHECK, """Your check_gradient passes an x without elements. It has compared nothing, so it must not say that
    all is well: raise ValueError.""", name="passes_what_has_no_elements", replace=_NOTHING, by="return 0.0")

mistake(CHECK, """Your check_gradient brings the gradient to x's shape before it compares. A gradient of another shape
    is wrong, whatever its numbers are: raise ValueError.""", name="reshapes_the_gradient",
        replace="errors = relative_error(gradient, numerical, floor)",
        by="gradient = gradient.reshape(x.shape)\n    errors = relative_error(gradient, numerical, floor)",
        forms=[{"replace": "errors = relative_error(gradient, numerical, floor)",
                "by": "gradient = np.broadcast_to(gradient, x.shape)\n"
                      "    errors = relative_error(gradient, numerical, floor)"}])

mistake(CHECK, """Your check_gradient asks np.allclose, or adds an absolute tolerance. A gradient of 1e-6 that is twice
    too large is within an absolute 1e-5 of the right one, and passes: the relative error with its floor decides.""",
        name="asks_allclose",
        replace=_CONDITION, by="not np.allclose(gradient, numerical, rtol=tolerance, atol=tolerance)",
        forms=[{"replace": _CONDITION, "by": f"not np.allclose(gradient, numerical, rtol=tolerance, atol={atol})"}
               for atol in ("1e-5", "1e-6")]
        + [{"replace": _CONDITION, "by": "not np.allclose(gradient, numerical, tolerance)"}])

mistake(CHECK, """Your check_gradient compares the absolute difference with tolerance. For large gradients rounding
    alone is more than that, and small ones pass that are all wrong: the relative error decides.""",
        name="decides_by_the_difference",
        replace=_CONDITION, by="not np.abs(gradient - numerical).max() <= tolerance")
