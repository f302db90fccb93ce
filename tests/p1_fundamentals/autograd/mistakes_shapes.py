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
    unless it is told otherwise (so do np.eye and np.bincount).""")
def makes_zeros_of_float64(a, index):
    def vjp(g):
        gradient = np.zeros(a.shape)
        np.add.at(gradient, index, g)
        return (gradient,)
    return record(a.data[index], (a,), vjp)


@mistake("shapes.concatenate", """Your concatenate cuts the gradient into equal pieces. The tensors may have
    different lengths along the axis, and each gets as much as it gave.""")
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


@mistake("shapes.concatenate", """Your concatenate looks into the caller's list when the gradient comes back. The caller may have changed
    it by then: take what the vjp needs from it, and a tuple of the tensors, at once.""")
def reads_the_list_when_the_gradient_comes(tensors, axis=0):
    return record(np.concatenate([t.data for t in tensors], axis=axis), tuple(tensors),
                  lambda g: tuple(np.split(g, np.cumsum([t.shape[axis] for t in tensors])[:-1], axis=axis)))
