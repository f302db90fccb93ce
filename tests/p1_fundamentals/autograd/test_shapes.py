"""Reshape, transpose, index, concatenate."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, supporting
from tests.oracles import torch_vjp
from tests.p1_fundamentals.autograd import probes
from tests.p1_fundamentals.autograd.checks import LAYOUTS, expect_records_operands
from tests.strategies import seeds, shapes, values

# The operations on one tensor, as NumPy does them on an array.
MOVES = {
    "reshape": lambda a, shape: np.reshape(a, shape),
    "transpose": lambda a, axes=None: np.transpose(a, axes),
    "index": lambda a, index: a[index],
}


def move_and_send_home(operation, a, seed, options):
    """The oracle, by brute force: move the numbers of the elements, then send each gradient back to its number.

    Returns the value, an upstream gradient of its shape, and the gradient of `a`.
    """
    places = MOVES[operation](np.arange(a.size).reshape(a.shape), **options)
    grad = values(np.shape(places), seed, dtype=a.dtype)
    gradient = np.zeros(a.size, a.dtype)
    for place, g in zip(np.ravel(places), np.ravel(grad)):
        gradient[place] += g
    return np.asarray(MOVES[operation](a, **options)), grad, gradient.reshape(a.shape)


def check(work, operation, a, seed, layout=None, **options):
    """Value and gradient of an operation on one tensor."""
    value, grad, gradient = move_and_send_home(operation, a, seed, options)
    got_value, got_gradients = work.run(probes.value_and_vjp_of_views, operation, [a], grad, layout=layout, **options)
    given = {"a": a, **options} | ({"dtype": a.dtype.name, "layout": layout} if layout else {})
    expect(got_value, equals=value, given=given, note=f"the value of {operation}")
    expect(got_gradients, equals=[gradient], given={**given, "grad": grad}, note=f"the gradient of {operation}")


@st.composite
def reshapes(draw):
    """(a, shape): flattened, turned round, with axes of length 1, with axes merged, and with a -1."""
    old, seed = draw(shapes(min_side=0, max_side=3)), draw(seeds)
    size = int(np.prod(old))
    new = [(size,), (-1,), (1, size), (*old, 1), old[::-1]]
    if size:
        new += [(*old[:axis], -1) for axis in range(len(old))] + [(-1, *old[axis:]) for axis in range(len(old))]
    if size == 1:
        new.append(())
    return values(old, seed), draw(st.sampled_from(new)), seed + 1


@given(reshapes())
def test_reshape(work, case):
    """reshape: the value, and a gradient that has the old shape again, also where a length is -1."""
    a, shape, seed = case
    check(work, "reshape", a, seed, shape=shape)


@st.composite
def permutations(draw):
    """(a, axes): any order of the axes, named from either end, or None."""
    shape, seed = draw(shapes(min_side=0, max_dims=4)), draw(seeds)
    axes = [axis - len(shape) if draw(st.booleans()) else axis for axis in draw(st.permutations(range(len(shape))))]
    return values(shape, seed), draw(st.sampled_from([None, tuple(axes), tuple(axes)])), seed + 1


@given(permutations())
def test_transpose(work, case):
    """transpose: the value, and a gradient whose axes are in the old order again, for any order of the axes."""
    a, axes, seed = case
    check(work, "transpose", a, seed, axes=axes)


@st.composite
def basic_indices(draw):
    """(a, index): ints, slices, `...` and None; an index of fewer axes than there are, alone or in a tuple."""
    shape, seed = draw(shapes(max_dims=3)), draw(seeds)
    parts = []
    for n in shape[: draw(st.integers(0, len(shape)))]:
        ends = st.none() | st.integers(-n - 1, n + 1)
        step = st.sampled_from([None, 1, 2, -1, -2])
        parts.append(draw(st.integers(-n, n - 1) | st.builds(slice, ends, ends, step)))
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))), None)
    if draw(st.booleans()):
        parts.append(...)
    return values(shape, seed), parts[0] if len(parts) == 1 else tuple(parts), seed + 1


@given(basic_indices())
def test_index_takes_ints_and_slices(work, case):
    """index: ints and slices select, and what was left out has gradient 0."""
    a, index, seed = case
    check(work, "index", a, seed, index=index)


@st.composite
def repeated_rows(draw):
    """(a, index): an array of more rows than there are, from either end."""
    rows, seed = draw(st.integers(1, 3)), draw(seeds)
    shape = (rows, *draw(shapes(max_dims=2, max_side=3)))
    return values(shape, seed), draw(st.lists(st.integers(-rows, rows - 1), min_size=4, max_size=6)), seed + 1


@given(repeated_rows())
def test_index_adds_up_repeats(work, case):
    """index: the gradients of an element that is taken several times add up."""
    a, rows, seed = case
    check(work, "index", a, seed, index=np.array(rows))


SHAPE = (3, 4, 2)
MASK = values(SHAPE, seed=11) > 0
INDICES = [
    np.array([[2, 0], [2, 2]]),                                                # an array of rows, of two axes
    (np.array([0, 2, 0, 0]), np.array([1, 3, 1, -3])),                         # three of these are one element
    (np.array([[0], [1]]), np.array([[3, 3, 0]])),                             # arrays that broadcast
    (slice(None), np.array([1, 1, -1])),
    (slice(None, None, -1), np.array([0, 0, 3]), 1),
    (np.array([1, 1]), slice(1, 3), np.array([0, 0])),                         # axes of arrays, apart: they go first
    (..., np.array([0, 1, 0])),
    (None, np.array([2, 2]), ..., 0),
    MASK, ~MASK[:, :, 0], MASK[:, 0, 0],
    (slice(0, 2), MASK[0, :, 0]),
    (np.array([0, 2, 0]), np.array([True, False, True, True])),                # a mask and an array: as if nonzero()
    np.zeros(SHAPE, bool), np.zeros(0, int), (),
]


@pytest.mark.parametrize("index", INDICES, ids=range(len(INDICES)))
def test_index_takes_masks_and_mixtures(work, index):
    """index: boolean masks, arrays of several axes, and tuples that mix them with ints and slices."""
    check(work, "index", values(SHAPE, seed=12), 13, index=index)


EMPTY_INDICES = [
    ((0,), slice(None)), ((0,), np.zeros(0, int)), ((0,), np.zeros(0, bool)), ((0, 3), slice(1, None)),
    ((0, 3), (slice(None), np.array([2, 0, 2]))), ((0, 3), np.zeros((0, 3), bool)), ((2, 0), np.array([1, 1])),
    ((2, 0), (1, None)), ((2, 0, 3), (..., -1)), ((2, 0), np.array([True, False])),
]


@pytest.mark.parametrize("shape, index", EMPTY_INDICES, ids=range(len(EMPTY_INDICES)))
def test_index_takes_empty_tensors(work, shape, index):
    """index: into a tensor that has no elements."""
    check(work, "index", np.zeros(shape), 13, index=index)
    check(work, "index", values((3, 2), seed=14), 15, index=np.array([2, 0]))


@st.composite
def joined(draw):
    """(arrays, axis, as_tuple): one to four arrays whose lengths along one axis differ and may be 0."""
    shape, seed = draw(shapes(min_dims=1, max_side=3)), draw(seeds)
    axis = draw(st.integers(0, len(shape) - 1))
    lengths = draw(st.lists(st.integers(0, 3), min_size=1, max_size=4))
    arrays = [values((*shape[:axis], n, *shape[axis + 1:]), seed + i) for i, n in enumerate(lengths)]
    return arrays, axis - len(shape) if draw(st.booleans()) else axis, draw(st.booleans())


def check_concatenate(work, arrays, as_tuple=False, places=None, layout=None, **options):
    """Value and gradients of `concatenate`; `options` may lack an axis, to check the default.

    With `places`, the list holds the tensors of these places: (0, 1, 0) is [a, b, a].
    """
    def torch_concatenate(*tensors):
        return torch.cat(tensors, dim=options.get("axis", 0))

    listed = arrays if places is None else [arrays[place] for place in places]
    grad = values(torch_vjp(torch_concatenate, *listed)[0].shape, seed=14, dtype=arrays[0].dtype)
    value, gradients = torch_vjp(torch_concatenate, *listed, grad=grad)
    got_value, first, second, operands, upstream = work.run(
        probes.calls_vjp_twice_of_list, "concatenate", arrays, grad, as_tuple=as_tuple, places=places, layout=layout,
        **options)
    given = {"tensors": tuple(listed) if as_tuple else listed, **options}
    given |= {} if places is None else {"which tensor stands at each place": list(places)}
    given |= {} if layout is None else {"dtype": grad.dtype.name, "layout": layout}
    expect(got_value, equals=value, given=given, note="the value of concatenate")
    given["grad"] = grad
    expect(first, equals=gradients, given=given)
    expect(second, equals=gradients, given=given, note="a gradient of the second call of the vjp")
    expect(operands, equals=arrays, given=given, note="an operand afterwards")
    expect(upstream, equals=grad, given=given, note="the upstream gradient afterwards")


@given(joined())
def test_concatenate(work, case):
    """concatenate: the value, and to each tensor its own piece of the gradient, whatever its length."""
    arrays, axis, as_tuple = case
    check_concatenate(work, arrays, axis=axis, as_tuple=as_tuple)


@pytest.mark.parametrize("places", [(0, 1, 0), (1, 1, 0, 1), (0, 0)])
def test_concatenate_takes_a_tensor_twice(work, places):
    """concatenate: a tensor that stands in the list more than once gets a gradient for each place."""
    check_concatenate(work, [values((2, 2), seed=19), values((1, 2), seed=20)], places=places)


CASES = [
    ("reshape", (2, 3, 4), {"shape": (4, -1)}),
    ("reshape", (), {"shape": (1, 1)}),
    ("transpose", (2, 3, 4), {}),
    ("transpose", (2, 3, 4), {"axes": (1, -1, 0)}),
    ("transpose", (2, 1, 2, 3, 2), {"axes": (2, 0, 4, 1, 3)}),
    ("transpose", (), {}),
    ("index", (2, 3, 4), {"index": (slice(1, None), 2)}),
    ("index", (2, 3, 4), {"index": np.array([1, 0, 1])}),
    ("index", (), {"index": ()}),
]


@pytest.mark.parametrize("operation, shape, options", CASES, ids=range(len(CASES)))
def test_leaves_everything_as_it_was(work, operation, shape, options):
    """The operand and the upstream gradient are not changed, and a second call of a vjp gives the same."""
    a = values(shape, seed=15)
    _, grad, gradient = move_and_send_home(operation, a, 16, options)
    for layout in (None, *LAYOUTS):
        first, second, operands, upstream = work.run(
            probes.calls_vjp_twice, operation, [a], grad, layout=layout, **options)
        given = {"operation": operation, "a": a, "grad": grad, **options} | ({"layout": layout} if layout else {})
        expect(first, equals=[gradient], given=given, note="the first call of the vjp, with -2 grad, divided by -2")
        expect(second, equals=[gradient], given=given, note="the second call of the vjp")
        expect(operands, equals=[a], given=given, note="the operand afterwards")
        expect(upstream, equals=grad, given=given, note="the upstream gradient afterwards")


def thirds(shape, seed):
    """Numbers of float32 that have all of its digits: a coarser dtype on the way would show."""
    return (values(shape, seed) / 3).astype(np.float32)


@pytest.mark.parametrize("operation, shape, options", [*CASES, ("concatenate", (), {}), ("concatenate", (), {"axis": -1})],
                         ids=range(len(CASES) + 2))
def test_keeps_float32_and_takes_any_layout(work, operation, shape, options):
    """float32 in, float32 out, for values and gradients, however the arrays lie in memory."""
    for layout in LAYOUTS:
        if operation == "concatenate":
            arrays = [thirds((n, 2) if options.get("axis", 0) == 0 else (2, n), seed=n) for n in (2, 1, 3)]
            check_concatenate(work, arrays, layout=layout, **options)
        else:
            check(work, operation, thirds(shape, seed=17), 18, layout=layout, **options)


@supporting
@pytest.mark.parametrize("operation, options", [
    ("reshape", {"shape": (-1,)}), ("transpose", {"axes": (1, 0)}), ("index", {"index": (0, slice(None))}),
])
def test_records_its_operand(work, operation, options):
    """reshape, transpose, index: the operand itself is the one parent, where recording is on and it requires a gradient."""
    expect_records_operands(work, operation, [values((2, 3), seed=21)], **options)


@supporting
@pytest.mark.parametrize("lengths", [(2,), (2, 1), (2, 1, 3), (2, 2, 2)])
def test_concatenate_records_its_operands(work, lengths):
    """concatenate: its tensors are the parents, all of them in their order, also where one of them stands there twice."""
    expect_records_operands(work, "concatenate", [values((n, 2), seed=22 + n) for n in lengths], in_list=True)
