"""What learners get wrong in `shapes`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake


@mistake("shapes.reshape", """Your reshape returns the gradient in the shape of the result. A gradient has the
    shape of its parent: it goes back as the values came.""")
def keeps_the_new_shape(a, shape):
    return record(a.data.reshape(shape), (a,), lambda g: (g.reshape(shape),))


@mistake("shapes.transpose", """Your transpose takes the gradient back with the same axes. That undoes a swap
    of two axes, but not a cycle: (1, 2, 0) is undone by (2, 0, 1), its inverse permutation.""")
def permutes_the_same_way_again(a, axes=None):
    return record(a.data.transpose(axes), (a,), lambda g: (g.transpose(axes),))


@mistake("shapes.transpose", """Your transpose inverts the permutation as if no axis were negative. With three
    axes (-1, 0, 1) means (2, 0, 1), and argsort sees another order in it.""")
def sorts_negative_axes(a, axes=None):
    back = None if axes is None else np.argsort(axes)
    return record(a.data.transpose(axes), (a,), lambda g: (g.transpose(back),))


@mistake("shapes.transpose", """Your transpose reverses the axes of the gradient, whatever axes were asked for.
    That undoes it only where they were reversed on the way forward.""")
def always_reverses_back(a, axes=None):
    return record(a.data.transpose(axes), (a,), lambda g: (g.T,))


@mistake("shapes.index", """Where your index takes an element several times, it keeps only one of the
    gradients. gradient[index] = g, and gradient[index] += g too, write each element once: NumPy does not add up
    repeats there.""")
def keeps_one_of_the_repeats(a, index):
    def vjp(g):
        gradient = np.zeros_like(a.data)
        gradient[index] += g
        return (gradient,)
    return record(a.data[index], (a,), vjp)


@mistake("shapes.index", """Your index makes its array of zeros once, outside of the vjp. The second call adds
    to what the first one left there; each call starts from zeros of its own.""")
def adds_to_the_last_gradient(a, index):
    gradient = np.zeros_like(a.data)

    def vjp(g):
        np.add.at(gradient, index, g)
        return (gradient,)
    return record(a.data[index], (a,), vjp)


@mistake("shapes.index", """The gradient of your index is float64 for a float32 tensor: np.zeros makes float64
    unless it is told otherwise. So do np.eye and np.bincount, which even makes int64 where there is nothing to count.""",
         forms=[{"replace": """gradient = np.zeros_like(a.data)
        np.add.at(gradient, index, g)  # gradient[index] += g would count an element that is taken twice once
        return (gradient,)""", "by": """places = np.arange(a.data.size).reshape(a.shape)[index]
        gradient = np.bincount(np.ravel(places), weights=np.ravel(g), minlength=a.data.size)
        return (gradient.reshape(a.shape),)"""}])
def makes_zeros_of_float64(a, index):
    def vjp(g):
        gradient = np.zeros(a.shape)
        np.add.at(gradient, index, g)
        return (gradient,)
    return record(a.data[index], (a,), vjp)


@mistake("shapes.concatenate", """Your concatenate cuts the gradient into equal pieces. The tensors may have
    different lengths along the axis, and each gets as much as it gave.""",
         forms=[{"replace": "np.split(g, cuts, axis=axis)", "by": "np.split(g, len(tensors), axis=axis)"}])
def cuts_equal_pieces(tensors, axis=0):
    return record(np.concatenate([t.data for t in tensors], axis=axis), tuple(tensors),
                  lambda g, n=len(tensors): tuple(np.array_split(g, n, axis=axis)))


@mistake("shapes.concatenate", """Your concatenate cuts the gradient at the lengths of the tensors. np.split
    wants the places where pieces begin, which are the sums of the lengths before: for two tensors that is the
    same, for three it is not.""")
def cuts_at_the_lengths(tensors, axis=0):
    lengths = [t.shape[axis] for t in tensors]
    return record(np.concatenate([t.data for t in tensors], axis=axis), tuple(tensors),
                  lambda g: tuple(np.split(g, lengths[:-1], axis=axis)))


def repeats_slices_a_negative_number_of_times(tensors, axis=0):
    ends = np.cumsum([0, *(t.shape[axis] for t in tensors)])
    places = list(zip(ends, ends[1:]))
    return record(np.concatenate([t.data for t in tensors], axis=axis), tuple(tensors),
                  lambda g: tuple(g[(slice(None),) * axis + (slice(begin, end),)] for begin, end in places))


@mistake("shapes.concatenate", """Your concatenate cuts the gradient along its first axis where the tensors were joined along
    another, axis -1 for example. np.split cuts axis 0 unless it is told which; and `(slice(None),) * axis` is empty for a
    negative axis, so that the next slice is for axis 0.""", forms=[repeats_slices_a_negative_number_of_times])
def cuts_the_first_axis(tensors, axis=0):
    cuts = np.cumsum([t.shape[axis] for t in tensors])[:-1]
    return record(np.concatenate([t.data for t in tensors], axis=axis), tuple(tensors),
                  lambda g: tuple(np.split(g, cuts)))


@mistake("shapes.index", """Your index adds up the gradients of an element that one array of integers takes several times, but not where
    such arrays stand in a tuple: there it keeps one of them. A tuple of arrays names an element twice as well, and
    np.add.at takes every kind of index.""")
def adds_up_for_one_array_only(a, index):
    def vjp(g):
        gradient = np.zeros_like(a.data)
        if isinstance(index, np.ndarray):
            np.add.at(gradient, index, g)
        else:
            gradient[index] += g
        return (gradient,)
    return record(a.data[index], (a,), vjp)


@mistake("shapes.concatenate", """Your concatenate keeps the caller's list: as its parents, or to look into it when the gradient comes back. The
    caller may have changed it by then: take what the vjp needs from it, and a tuple of the tensors, at once.""",
         forms=[{"replace": "record(joined, tuple(tensors)", "by": "record(joined, tensors"},
                {"replace": "lambda g: tuple(np.split(g, cuts, axis=axis))",
                 "by": "lambda g: tuple(piece for piece, _ in zip(np.split(g, cuts, axis=axis), tensors))"}])
def reads_the_list_when_the_gradient_comes(tensors, axis=0):
    return record(np.concatenate([t.data for t in tensors], axis=axis), tuple(tensors),
                  lambda g: tuple(np.split(g, np.cumsum([t.shape[axis] for t in tensors])[:-1], axis=axis)))


def reshapes_the_tensor(a, shape):
    before = a.shape
    a.data = a.data.reshape(shape)
    return record(a.data, (a,), lambda g: (g.reshape(before),))


@mistake("shapes.reshape", """Your reshape changes its operand: to assign to .shape or .data, or to call .resize, gives the operand itself the
    new shape. It stays as it was; a.data.reshape(shape) makes another array.""", forms=[reshapes_the_tensor])
def reshapes_the_operand_itself(a, shape):
    before, y = a.shape, a.data
    y.shape = shape
    return record(y, (a,), lambda g: (g.reshape(before),))


mistake("shapes.reshape", """Your reshape takes the elements in the order in which they lie in memory, or column by column. The order of the
    elements is that of the indices, row by row, however the array is stored; so NumPy does it unless it is told an
    `order`.""", name="reshapes_in_another_order", replace="a.data.reshape(shape)", by='a.data.reshape(shape, order="A")',
        forms=[{"replace": "a.data.reshape(shape)", "by": 'a.data.reshape(shape, order="F")'},
               {"replace": "record(a.data.reshape(shape), (a,), lambda g: (g.reshape(a.shape),))",
                "by": 'record(a.data.reshape(shape, order="A"), (a,), lambda g: (g.reshape(a.shape, order="A"),))'},
               {"replace": "a.data.reshape(shape)", "by": 'a.data.ravel("K").reshape(shape)'},
               {"replace": "g.reshape(a.shape)", "by": 'g.reshape(a.shape, order="A")'},
               {"replace": "g.reshape(a.shape)", "by": 'g.reshape(a.shape, order="F")'}])


BARE = """The vjp of your {} does not return a tuple. It returns one gradient for each parent, in a tuple also where there
    is one parent: (gradient,), with the comma."""
mistake("shapes.reshape", BARE.format("reshape"), name="reshape_returns_no_tuple",
        replace="(g.reshape(a.shape),)", by="g.reshape(a.shape)")
mistake("shapes.transpose", BARE.format("transpose"), name="transpose_returns_no_tuple",
        replace="(g.transpose(back),)", by="g.transpose(back)")
mistake("shapes.index", BARE.format("index"), name="index_returns_no_tuple", replace="return (gradient,)", by="return gradient")


def swaps_with_a_guard(a, axes=None):
    if axes is None:
        if a.ndim < 2:
            return record(a.data, (a,), lambda g: (g,))
        return record(np.swapaxes(a.data, -1, -2), (a,), lambda g: (np.swapaxes(g, -1, -2),))
    back = tuple(np.argsort([axis % a.ndim for axis in axes]))
    return record(a.data.transpose(axes), (a,), lambda g: (g.transpose(back),))


def swaps_in_a_list(a, axes=None):
    axes = list(range(a.ndim)) if axes is None else [axis % a.ndim for axis in axes]
    if axes == sorted(axes):
        axes[-2:] = axes[-2:][::-1]
    back = tuple(axes.index(axis) for axis in range(a.ndim))
    return record(a.data.transpose(axes), (a,), lambda g: (g.transpose(back),))


mistake("shapes.transpose", """Without axes your transpose changes the places of two axes only. None reverses the order of all: (2, 3, 4) becomes
    (4, 3, 2).""", name="swaps_two_axes_without_axes", replace="tuple(range(a.ndim))[::-1] if axes is None",
        by="(*range(a.ndim - 2), a.ndim - 1, a.ndim - 2) if axes is None", forms=[swaps_with_a_guard, swaps_in_a_list])


mistake("shapes.transpose", """Your transpose does not take None for axes. None stands for their reverse order; it is no tuple that could be
    gone through or sorted.""", name="does_not_take_none",
        replace="tuple(range(a.ndim))[::-1] if axes is None else tuple(axis % a.ndim for axis in axes)",
        by="tuple(axis % a.ndim for axis in axes)",
        forms=[{"replace": "tuple(range(a.ndim))[::-1] if axes is None else tuple(axis % a.ndim for axis in axes)",
                "by": "tuple(np.argsort(np.argsort(axes)))"}])


mistake("shapes.transpose", """Your transpose moves axis i of `a` to place axes[i]. The contract reads the other way: axis i of the result is axis
    axes[i] of `a`, as in NumPy's transpose.""", name="moves_the_axes_the_other_way",
        replace="record(a.data.transpose(axes), (a,), lambda g: (g.transpose(back),))",
        by="record(a.data.transpose(back), (a,), lambda g: (g.transpose(axes),))",
        forms=[{"replace": "a.data.transpose(axes)", "by": "a.data.transpose(back)"}])


def cuts_by_len_with_slices(tensors, axis=0):
    ends = np.cumsum([0, *(len(t) for t in tensors)])
    places = [slice(begin, end) for begin, end in zip(ends, ends[1:])]
    return record(np.concatenate([t.data for t in tensors], axis=axis), tuple(tensors),
                  lambda g: tuple(np.moveaxis(np.moveaxis(g, axis, 0)[place], 0, axis) for place in places))


mistake("shapes.concatenate", """Your concatenate takes the lengths of the tensors along their first axis, as len does, where they are joined along
    another. Each piece is as long as its tensor along `axis`.""", name="takes_lengths_of_the_first_axis",
        replace="t.shape[axis]", by="t.shape[0]", forms=[cuts_by_len_with_slices])


mistake("shapes.concatenate", """Your concatenate joins along the first axis, whatever `axis` says. np.concatenate takes axis 0 unless it is told
    which.""", name="joins_along_the_first_axis", replace="[t.data for t in tensors], axis=axis)",
        by="[t.data for t in tensors])")


def looks_its_place_up(tensors, axis=0):
    tensors = tuple(tensors)
    cuts = np.cumsum([t.shape[axis] for t in tensors])[:-1]

    def vjp(g):
        pieces = np.split(g, cuts, axis=axis)
        return tuple(pieces[next(i for i, other in enumerate(tensors) if other is t)] for t in tensors)
    return record(np.concatenate([t.data for t in tensors], axis=axis), tuple(tensors), vjp)


def adds_up_the_pieces(tensors, axis=0):
    tensors = tuple(tensors)
    cuts = np.cumsum([t.shape[axis] for t in tensors])[:-1]

    def vjp(g):
        pieces = {}
        for t, piece in zip(tensors, np.split(g, cuts, axis=axis)):
            pieces[t] = pieces[t] + piece if t in pieces else piece
        return tuple(pieces[t] for t in tensors)
    return record(np.concatenate([t.data for t in tensors], axis=axis), tuple(tensors), vjp)


def one_piece_for_each_different_tensor(tensors, axis=0):
    tensors = tuple(tensors)
    cuts = np.cumsum([t.shape[axis] for t in tensors])[:-1]

    def vjp(g):
        return tuple(dict(zip(tensors, np.split(g, cuts, axis=axis))).values())
    return record(np.concatenate([t.data for t in tensors], axis=axis), tensors, vjp)


@mistake("shapes.concatenate", """Where a tensor stands in the list twice, your concatenate does not give each of its places a piece of its own. It is
    a parent twice: a dict by tensor, or looking up at which place a tensor stands, knows one place only. (That the pieces
    add up is for the walk backward to see to.)""",
         forms=[looks_its_place_up, adds_up_the_pieces, one_piece_for_each_different_tensor])
def keeps_one_piece_for_a_tensor(tensors, axis=0):
    tensors = tuple(tensors)
    cuts = np.cumsum([t.shape[axis] for t in tensors])[:-1]

    def vjp(g):
        pieces = dict(zip(tensors, np.split(g, cuts, axis=axis)))
        return tuple(pieces[t] for t in tensors)
    return record(np.concatenate([t.data for t in tensors], axis=axis), tensors, vjp)


mistake("shapes.concatenate", """The vjp of your concatenate does not return a tuple with one piece for each tensor. np.split returns a list, and it
    cuts at each place that it is given: n places make n + 1 pieces.""", name="returns_no_tuple_of_pieces",
        replace="tuple(np.split(g, cuts, axis=axis))", by="np.split(g, cuts, axis=axis)",
        forms=[{"replace": "[:-1]", "by": ""}])


mistake("shapes.concatenate", """Your concatenate takes for each piece's beginning a place that is not where its tensor begins. With lengths 1, 2, 4 the
    tensors begin at 0, 1 and 3; the sums of the lengths, 1, 3 and 7, are where they end.""",
        name="begins_at_the_ends", replace="np.cumsum([t.shape[axis] for t in tensors])[:-1]",
        by="np.cumsum([t.shape[axis] for t in tensors])[1:]",
        forms=[{"replace": "np.cumsum([t.shape[axis] for t in tensors])[:-1]",
                "by": "np.cumsum([0, *(t.shape[axis] for t in tensors)])[:-2]"}])
