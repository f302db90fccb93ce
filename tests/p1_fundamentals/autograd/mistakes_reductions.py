"""What learners get wrong in `reductions`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake


def multiplies_ones_of_the_operand(a, axis=None, keepdims=False):
    return record(np.sum(a.data, axis=axis, keepdims=keepdims), (a,), lambda g: (np.ones_like(a.data) * g,))


@mistake("reductions.sum", """Your sum broadcasts the gradient as it comes in. Without keepdims the summed axis
    is missing from its shape, and NumPy then lines it up with the last axis: an error at best, and in a square
    matrix rows where columns should be.""",
         forms=[multiplies_ones_of_the_operand, {"replace": "g = g.reshape(kept.shape)", "by": "pass"}])
def forgets_the_lost_axis(a, axis=None, keepdims=False):
    return record(np.sum(a.data, axis=axis, keepdims=keepdims), (a,), lambda g: (g * np.ones_like(a.data),))


@mistake("reductions.sum", """The gradient that your sum returns is a view that np.broadcast_to made, one
    number in many places: nobody can write into it. A gradient is a new array.""")
def returns_a_read_only_view(a, axis=None, keepdims=False):
    kept = np.sum(a.data, axis=axis, keepdims=True)
    return record(kept if keepdims else np.squeeze(kept, axis), (a,),
                  lambda g: (np.broadcast_to(g.reshape(kept.shape), a.shape),))


@mistake("reductions.sum", """The gradient of your sum is float64 for a float32 tensor: np.ones and np.zeros make
    float64 unless you name a dtype.""")
def spreads_by_ones_of_float64(a, axis=None, keepdims=False):
    kept = np.sum(a.data, axis=axis, keepdims=True)
    return record(kept if keepdims else np.squeeze(kept, axis), (a,),
                  lambda g: (np.ones(a.shape) * g.reshape(kept.shape),))


@mistake("reductions.sum", """Your sum shares the gradient out among the elements, as a mean does. A sum grows
    by one when any of its elements grows by one, so each gets the whole gradient.""")
def shares_the_gradient_of_a_sum(a, axis=None, keepdims=False):
    kept = np.sum(a.data, axis=axis, keepdims=True)
    share = kept.size / (a.data.size or 1)
    return record(kept if keepdims else np.squeeze(kept, axis), (a,),
                  lambda g: (np.broadcast_to(g.reshape(kept.shape) * share, a.shape).copy(),))


@mistake("reductions.mean", """Your mean sends the gradient back undivided. Each of n elements moves their mean
    by only 1/n of what it moves itself.""")
def forgets_to_divide(a, axis=None, keepdims=False):
    kept = np.mean(a.data, axis=axis, keepdims=True)
    return record(kept if keepdims else np.squeeze(kept, axis), (a,),
                  lambda g: (np.broadcast_to(g.reshape(kept.shape), a.shape).copy(),))


@mistake("reductions.mean", """Your mean divides the gradient by the number of all elements. That is right over
    all axes; over some of them each mean is of fewer: the product of the lengths of the reduced axes.""")
def divides_by_the_whole_size(a, axis=None, keepdims=False):
    kept = np.mean(a.data, axis=axis, keepdims=True)
    return record(kept if keepdims else np.squeeze(kept, axis), (a,),
                  lambda g: (np.broadcast_to(g.reshape(kept.shape) / (a.data.size or 1), a.shape).copy(),))


@mistake("reductions.mean", """The value or the gradient of your mean is float64 for a float32 tensor. Either the count that you
    divide or multiply by is a number of NumPy's, from np.prod or an array, which widens float32 (a plain Python number does not); or
    the gradient is spread by an array of np.ones or np.zeros, which is float64 unless you name a dtype.""",
         forms=[{"replace": "a.data.size // kept.size if", "by": "np.prod(a.shape) // np.prod(kept.shape) if"},
                {"replace": "np.mean(a.data, axis=axis, keepdims=True)", "by": "np.mean(a.data, axis=axis, keepdims=True, dtype=np.float64)"}])
def divides_by_a_numpy_integer(a, axis=None, keepdims=False):
    kept = np.mean(a.data, axis=axis, keepdims=True)
    axes = range(a.ndim) if axis is None else np.atleast_1d(axis)
    count = np.prod([a.shape[i] for i in axes], dtype=np.int64)
    return record(kept if keepdims else np.squeeze(kept, axis), (a,),
                  lambda g: (np.broadcast_to(g.reshape(kept.shape) / count, a.shape).copy(),))


@mistake("reductions.max", """Where several elements equal the maximum, your max gives each of them the whole
    gradient, so that more flows out than came in. They share it in equal parts.""")
def gives_each_tie_everything(a, axis=None, keepdims=False):
    kept = np.max(a.data, axis=axis, keepdims=True)
    return record(kept if keepdims else np.squeeze(kept, axis), (a,),
                  lambda g: (np.where(a.data == kept, g.reshape(kept.shape), 0),))


@mistake("reductions.max", """Where several elements equal the maximum, your max gives the gradient to the
    first of them, as argmax finds it. All of them share it in equal parts.""")
def gives_the_first_tie_everything(a, axis=None, keepdims=False):
    kept = np.max(a.data, axis=axis, keepdims=True)
    axes = tuple(range(a.ndim)) if axis is None else tuple(i % a.ndim for i in np.atleast_1d(axis))
    others = tuple(i for i in range(a.ndim) if i not in axes)

    def vjp(g):
        gradient = np.zeros(a.shape, a.dtype)
        if gradient.size:
            ordered = gradient.transpose(others + axes)  # a view: the reduced axes last
            flat = (a.data == kept).transpose(others + axes).reshape(kept.size, -1)
            mark = np.zeros(flat.shape, a.dtype)
            mark[np.arange(kept.size), flat.argmax(axis=1)] = g.reshape(-1)
            ordered[...] = mark.reshape(ordered.shape)
        return (gradient,)
    return record(kept if keepdims else np.squeeze(kept, axis), (a,), vjp)


@mistake("reductions.max", """The gradient of your max is float64 for a float32 tensor. Either it is divided by a count of ties, an
    array of integers, and float32 divided by integers is float64: count in the tensor's dtype. Or it is spread by an array of
    np.zeros or np.ones, which is float64 unless you name a dtype.""")
def divides_by_an_array_of_integers(a, axis=None, keepdims=False):
    kept = np.max(a.data, axis=axis, keepdims=True)
    ties = np.sum(a.data == kept, axis=axis, keepdims=True)
    return record(kept if keepdims else np.squeeze(kept, axis), (a,),
                  lambda g: (np.where(a.data == kept, g.reshape(kept.shape) / ties, 0),))


@mistake("reductions.max", """Your max gives a share of the gradient to elements that are close to the maximum, as
    np.isclose sees it. Only those that equal it share.""",
         forms=[{"replace": "a.data == kept", "by": "np.abs(a.data - kept) < 1e-8"},
                {"replace": "a.data == kept", "by": "a.data > kept - 1e-6"}])
def takes_close_for_equal(a, axis=None, keepdims=False):
    kept = np.max(a.data, axis=axis, keepdims=True)
    largest = np.isclose(a.data, kept)
    ties = np.sum(largest, axis=axis, keepdims=True, dtype=a.dtype)
    return record(kept if keepdims else np.squeeze(kept, axis), (a,),
                  lambda g: (np.where(largest, g.reshape(kept.shape) / ties, 0),))


@mistake("reductions.max", """Your max looks for the elements that equal the largest of the whole tensor. With
    an axis each row has a maximum of its own, and each sends a gradient back.""")
def compares_with_the_overall_maximum(a, axis=None, keepdims=False):
    kept = np.max(a.data, axis=axis, keepdims=True)
    largest = a.data == (a.data.max() if a.data.size else 0)
    ties = np.maximum(largest.sum(axis=axis, keepdims=True), 1).astype(a.dtype)
    return record(kept if keepdims else np.squeeze(kept, axis), (a,),
                  lambda g: (np.where(largest, g.reshape(kept.shape) / ties, 0),))


_REDUCTIONS = ("sum", "mean", "max")
_ONE_AFTER_ANOTHER = """if axis is not None and not keepdims:
            for i in SORTED(axis if isinstance(axis, tuple) else (axis,)):
                g = np.expand_dims(g, i)"""


def _multiplies_ones_of_the_mean(a, axis=None, keepdims=False):
    kept = np.mean(a.data, axis=axis, keepdims=True)
    count = a.data.size // kept.size if kept.size else 1
    return record(kept if keepdims else np.squeeze(kept, axis), (a,), lambda g: (np.ones_like(a.data) * g / count,))


def _multiplies_the_mask(a, axis=None, keepdims=False):
    kept = np.max(a.data, axis=axis, keepdims=True)
    largest = (a.data == kept).astype(a.dtype)
    ties = largest.sum(axis=axis, keepdims=True)
    return record(kept if keepdims else np.squeeze(kept, axis), (a,), lambda g: (largest / ties * g,))


for _one, _form in zip(_REDUCTIONS[1:], (_multiplies_ones_of_the_mean, _multiplies_the_mask)):
    mistake(f"reductions.{_one}", f"""Your {_one} broadcasts the gradient as it comes in. Without keepdims the reduced axis is missing
        from its shape, and NumPy then lines it up with the last axis: reshape it to the shape with keepdims first.""",
            name=f"forgets_the_lost_axis_of_{_one}", replace="g = g.reshape(kept.shape)", by="pass",
            forms=[_form])

for _one in _REDUCTIONS:
    mistake(f"reductions.{_one}", f"""An axis that your {_one} was asked for does not exist in the array to which it is applied: that array
        lacks axes that a has. Lost axes that are put back one after another must be positive and sorted; np.expand_dims
        takes the whole tuple at once, and reshape to the shape with keepdims needs no axes at all.""",
            name=f"puts_axes_back_one_after_another_in_{_one}", replace="g = g.reshape(kept.shape)",
            by=_ONE_AFTER_ANOTHER.replace("SORTED", ""),
            forms=[{"replace": "g = g.reshape(kept.shape)", "by": _ONE_AFTER_ANOTHER.replace("SORTED", "sorted")}])

for _one in _REDUCTIONS:
    mistake(f"reductions.{_one}", f"""Your {_one} goes wrong with axis 0, where another axis is no trouble. Mind that 0 counts as
        false: `axis or None` and `if axis` take it for all axes, and only `axis is None` tells the two apart.""",
            name=f"takes_axis_zero_for_none_in_{_one}", replace=f"kept = np.{_one}(", by=f"axis = axis or None; kept = np.{_one}(")
    mistake(f"reductions.{_one}", f"""The value of your {_one} lacks axes of length 1 that were not reduced. np.squeeze without an axis drops
        every axis of length 1; only the reduced ones may go.""",
            name=f"squeezes_every_axis_in_{_one}", replace="np.squeeze(kept, axis)", by="np.squeeze(kept)")


def _masks_by_a_difference(a, axis=None, keepdims=False):
    kept = np.max(a.data, axis=axis, keepdims=True)
    largest = a.data - kept == 0
    ties = largest.sum(axis=axis, keepdims=True).astype(a.dtype)
    return record(kept if keepdims else np.squeeze(kept, axis), (a,), lambda g: (largest * (g.reshape(kept.shape) / ties),))


mistake("reductions.max", """Where the maximum is infinite, the gradient of your max is wrong. ∞ - ∞ is not a number, so a difference
    from the maximum does not tell which elements equal it; a == max does, for infinities too.""",
        name="looks_for_a_difference_of_zero", replace="a.data == kept", by="a.data - kept == 0",
        forms=[_masks_by_a_difference])


# What can go wrong in each reduction alike: the gradient that the reference's vjp returns.
_GRADIENT = {"sum": "np.broadcast_to(g, a.shape).copy()", "mean": "np.broadcast_to(g / count, a.shape).copy()",
             "max": "np.where(largest, g / ties, 0)"}
_SPREAD = {"sum": "g * np.ones_like(a.data)", "mean": "g / count * np.ones_like(a.data)", "max": "largest * (g / ties)"}
_DERIVATIVE = {"sum": "np.ones_like(a.data)", "mean": "np.ones_like(a.data) / count", "max": "np.where(largest, 1 / ties, 0)"}
_RECORD = "return record(y, (a,), vjp)"

_FILLS = """made = np.zeros_like(a.data)

    def fills(g):
        made[...] = vjp(g)[0]
        return (made,)
    return record(y, (a,), fills)"""

_ADDS = _FILLS.replace("made[...] =", "made[...] +=")

_SCALES = """shares = vjp(np.ones_like(y))[0]

    def scales(g):
        np.multiply(shares, g.reshape(kept.shape), out=shares)
        return (shares,)
    return record(y, (a,), scales)"""

for _one in _REDUCTIONS:
    _returned = f"return ({_GRADIENT[_one]},)"
    mistake(f"reductions.{_one}", f"""The vjp of your {_one} puts the reduced axes back also with keepdims=True, where they are there already, with length
        1: the gradient has axes too many. Put them back only where they were lost.""", name=f"puts_back_kept_axes_in_{_one}",
            replace="g = g.reshape(kept.shape)", by="g = g if axis is None else np.expand_dims(g, axis)",
            forms=[{"replace": "g = g.reshape(kept.shape)", "by": f"""g = g if axis is None else np.expand_dims(g, axis)
        return ({_SPREAD[_one]},)"""}])
    mistake(f"reductions.{_one}", f"""Your {_one} puts the reduced axis back as the last one, whichever it was. np.expand_dims takes the axis, also a tuple of
        them; or reshape to the shape with keepdims.""", name=f"puts_the_axis_back_last_in_{_one}",
            replace="g = g.reshape(kept.shape)", by="g = g if axis is None or keepdims else g[..., None]")
    mistake(f"reductions.{_one}", f"""The vjp of your {_one} returns one and the same array in each call: a later call overwrites what an earlier one
        returned. Make a new array in each call.""", name=f"returns_one_array_in_{_one}", replace=_RECORD, by=_FILLS)
    mistake(f"reductions.{_one}", f"""A second call of the vjp of your {_one} returns the sum of both calls: it adds into an array that outlives the
        first. A vjp makes its gradient anew in each call; adding up is what backward does.""",
            name=f"adds_up_across_calls_in_{_one}", replace=_RECORD, by=_ADDS)
    mistake(f"reductions.{_one}", f"""A second call of the vjp of your {_one} multiplies by the gradient of the first call as well: it multiplies an array in
        place that outlives the call, such as a mask or ones. Multiply into a new array.""",
            name=f"multiplies_across_calls_in_{_one}", replace=_RECORD, by=_SCALES)
    mistake(f"reductions.{_one}", f"""Your {_one} returns a tensor that remembers neither parents nor vjp, so no gradient flows through it.
        Tensor(...) makes a constant; the result of an operation is what record makes.""",
            name=f"records_nothing_in_{_one}", replace=_RECORD, by="return Tensor(y)")
    mistake(f"reductions.{_one}", f"""Your {_one} returns an array. The result of an operation is a Tensor that knows its parents and its vjp: what
        record makes.""", name=f"returns_an_array_in_{_one}", replace=_RECORD, by="return np.asarray(y)")
    mistake(f"reductions.{_one}", f"""The vjp of your {_one} does not return a tuple with one gradient for its one parent. Brackets alone make no
        tuple: `(g)` is g itself, and it is the comma in `(g,)` that makes a tuple of one.""",
            name=f"returns_no_tuple_in_{_one}", replace=_returned, by=f"return {_GRADIENT[_one]}")
    mistake(f"reductions.{_one}", f"""The vjp of your {_one} returns the derivative alone. It multiplies it by the gradient that flows in, g: that is
        the chain rule.""", name=f"ignores_upstream_in_{_one}", replace=_returned, by=f"return ({_DERIVATIVE[_one]},)")
    mistake(f"reductions.{_one}", f"""Your {_one} does not heed keepdims in its value: with keepdims=True a reduced axis stays with length 1, and without it
        the axis is gone.""", name=f"ignores_keepdims_in_{_one}", replace="y = kept if keepdims else np.squeeze(kept, axis)", by="y = kept",
            forms=[{"replace": "y = kept if keepdims else np.squeeze(kept, axis)", "by": "y = np.squeeze(kept, axis)"}])

mistake("reductions.sum", """Where a sum is over single elements, the vjp of your sum returns the gradient that flows in itself, or a view of it. A
    gradient is a new array, which whoever gets it may write into.""", name="returns_the_upstream_gradient_itself",
        replace="np.broadcast_to(g, a.shape).copy()", by="g if g.shape == a.shape else np.broadcast_to(g, a.shape).copy()")
mistake("reductions.mean", """The gradient that your mean returns is a view that np.broadcast_to made, one number in many places: nobody can write
    into it. A gradient is a new array.""", name="returns_a_read_only_view_of_a_mean",
        replace="np.broadcast_to(g / count, a.shape).copy()", by="np.broadcast_to(g / count, a.shape)")
mistake("reductions.mean", """The vjp of your mean changes the gradient that flows in, g, as `g /= n` does. That array belongs to the caller, who may hand
    it to others as well: make a new array.""", name="divides_the_upstream_gradient_in_place",
        replace="g / count", by="np.divide(g, count, out=g)", forms=[{"replace": "g / count", "by": "np.multiply(g, 1 / count, out=g)"}])
mistake("reductions.mean", """Your mean divides by zero where the result is empty, as for shape (0, 3) over axis 1: it computes how many elements each
    mean is of from the sizes of a and of the result. The product of the reduced axes' lengths, here 3, needs no such
    division.""", name="divides_by_the_size_of_the_result", replace="a.data.size // kept.size if kept.size else 1", by="a.data.size // kept.size",
        forms=[{"replace": "g / count, a", "by": "g * (kept.size / a.data.size), a"}])
mistake("reductions.mean", """Your mean divides the gradient by a wrong number of elements. Each mean is of as many as the product of the lengths of the
    reduced axes: not of how many axes there are, nor of the length of another axis, nor of the number of results.""", name="counts_other_than_the_reduced",
        replace="g / count", by="g / (a.ndim if axis is None else len(np.atleast_1d(axis)))",
        forms=[{"replace": "g / count", "by": "g / (a.shape[0] if a.ndim else 1)"},
               {"replace": "g / count", "by": "g / (a.shape[-1] if a.ndim else 1)"},
               {"replace": "g / count", "by": "g / (kept.size or 1)"}])
mistake("reductions.max", """Your max divides by the number of maximal elements in the whole tensor. Each maximum along axis has ties of its own: count
    them along axis.""", name="counts_all_ties", replace="np.sum(largest, axis=axis, keepdims=True, dtype=a.dtype)", by="np.sum(largest, dtype=a.dtype)",
        forms=[{"replace": "np.sum(largest, axis=axis, keepdims=True, dtype=a.dtype)", "by": "np.sum(largest)"},
               {"replace": "np.sum(largest, axis=axis, keepdims=True, dtype=a.dtype)", "by": "int(np.sum(largest))"}])
mistake("reductions.max", """Your max compares a with a maximum that lacks the reduced axes, so NumPy lines them up at the last axes: an error, or rows
    compared with the wrong maximum. Compare with the maximum that keeps its axes.""", name="compares_without_the_axis",
        replace="a.data == kept", by="a.data == y")
mistake("reductions.max", """Your max gives a gradient to all elements, as a sum or a mean does. Only elements that equal the maximum
    move it; the others get 0.""", name="gives_everyone_a_share", replace="np.where(largest, g / ties, 0)",
        by="np.broadcast_to(g, a.shape).copy()", forms=[{"replace": "np.where(largest, g / ties, 0)", "by": "np.broadcast_to(g / ties, a.shape).copy()"}])
for _one in _REDUCTIONS:
    mistake(f"reductions.{_one}", f"""Called without an axis, your {_one} does not reduce all axes. axis=None is the default, and means all of
        them.""", name=f"has_another_default_axis_in_{_one}", replace="axis: int | tuple[int, ...] | None = None",
            by="axis: int | tuple[int, ...] | None = -1", forms=[
                {"replace": "axis: int | tuple[int, ...] | None = None", "by": "axis: int | tuple[int, ...] | None = 0"}])
