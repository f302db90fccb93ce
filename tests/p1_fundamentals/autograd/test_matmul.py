"""Matrix products."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_true, supporting
from tests.oracles import torch_vjp
from tests.p1_fundamentals.autograd import probes
from tests.p1_fundamentals.autograd.checks import LAYOUTS, expect_records_operands
from tests.strategies import seeds, shapes, values

sides = st.integers(1, 4)
# Three pairs of operands; in the last, both have batch axes to sum over.
PAIRS = [((2, 3), (3, 4)), ((3,), (3,)), ((2, 1, 2, 3), (4, 3, 2))]


def check(work, a, b, seed, probe=probes.value_and_vjp, **options):
    """Value and gradients of a @ b against PyTorch's, for an upstream gradient of `seed`."""
    grad = values(np.matmul(a, b).shape, seed, dtype=a.dtype)
    value, gradients = torch_vjp(torch.matmul, a, b, grad=grad)
    got_value, got_gradients = work.run(probe, "matmul", [a, b], grad, **options)
    given = {"a": a, "b": b, **options}
    expect(got_value, equals=value, given=given, note="the product")
    for name, got, want in zip("ab", got_gradients, gradients, strict=True):
        expect(got, equals=want, given={**given, "grad": grad}, note=f"the gradient of {name}")


def check_shapes(work, shape_a, shape_b, seed=1, **options):
    dtype = options.pop("dtype", np.float64)
    check(work, values(shape_a, seed, dtype=dtype), values(shape_b, seed + 1, dtype=dtype), seed + 2, **options)


@given(sides, sides, sides, seeds)
def test_multiplies_matrices(work, m, n, p, seed):
    """(m, n) times (n, p): the product, and what flows back to both matrices."""
    check_shapes(work, (m, n), (n, p), seed)


@pytest.mark.parametrize("shape_a, shape_b", [
    ((3,), (3,)), ((1,), (1,)), ((3,), (3, 2)), ((3,), (3, 1)), ((2, 3), (3,)), ((1, 3), (3,)), ((3, 3), (3,)),
    ((3,), (3, 3))])
def test_takes_vectors(work, shape_a, shape_b):
    """A vector is one row on the left and one column on the right; result and gradients lack that axis again."""
    check_shapes(work, shape_a, shape_b)


@given(shapes(min_dims=1, max_dims=2, max_side=3), sides, sides, sides, seeds)
def test_multiplies_batches(work, batch, m, n, p, seed):
    """Batch axes in front: each pair of matrices is multiplied, and a transpose leaves the batch axes alone."""
    check_shapes(work, (*batch, m, n), (*batch, n, p), seed)


@st.composite
def broadcast_batches(draw):
    """Two batch shapes that broadcast; one of them lacks axes, or has length 1 in some."""
    full = draw(shapes(min_dims=1, max_dims=3, max_side=3))
    batches = []
    for _ in range(2):
        shape = tuple(1 if draw(st.booleans()) else n for n in full)
        batches.append(shape[draw(st.integers(0, len(shape))):])
    return batches


@given(broadcast_batches(), sides, sides, sides, seeds)
def test_broadcasts_batches(work, batches, m, n, p, seed):
    """Batch axes broadcast, and the gradients of what was copied are summed to the operands' own shapes."""
    check_shapes(work, (*batches[0], m, n), (*batches[1], n, p), seed)


@pytest.mark.parametrize("shape_a, shape_b", [((3,), (2, 3, 4)), ((3,), (2, 1, 3, 2)), ((2,), (2, 2, 2))])
def test_takes_a_vector_and_a_batch(work, shape_a, shape_b):
    """A vector on the left meets each matrix of a batch, and its gradient is summed over the batch."""
    check_shapes(work, shape_a, shape_b)


@pytest.mark.parametrize("shape_a, shape_b", [((2, 4, 3), (3,)), ((2, 2, 4, 3), (3,)), ((2, 2, 2), (2,))])
def test_takes_a_batch_and_a_vector(work, shape_a, shape_b):
    """A vector on the right meets each matrix of a batch, and its gradient is summed over the batch."""
    check_shapes(work, shape_a, shape_b)


@pytest.mark.parametrize("shape_a, shape_b", [
    ((2, 0), (0, 3)), ((0, 3), (3, 2)), ((2, 3), (3, 0)), ((0,), (0,)), ((0, 2, 3), (3, 4)), ((1, 2, 3), (0, 3, 2))])
def test_takes_empty_axes(work, shape_a, shape_b):
    """Axes of length 0: a sum over nothing is 0, forward and backward, in either dtype."""
    for dtype in (np.float64, np.float32):
        check_shapes(work, shape_a, shape_b, dtype=dtype)
        check_shapes(work, (2, 3), (3, 2), dtype=dtype)


@pytest.mark.parametrize("shape_a, shape_b", [
    ((2, 3), (4, 5)), ((2, 3), (2, 3)), ((3,), (4,)), ((3,), (2, 3)), ((2, 3), (2,)), ((2, 2, 3), (2, 2, 3)),
    ((), (3, 2)), ((2, 3), ()), ((), ()), ((2, 3, 4), (3, 4, 5)),
    ((2, 1), (3, 4)), ((2, 3), (1, 4)), ((1,), (3,)), ((3,), (1, 2)),   # an inner length of 1 is not stretched
    ((2, 0), (3, 4)), ((0, 2, 3), (2, 3, 4))])
def test_refuses_shapes_that_do_not_fit(work, shape_a, shape_b):
    """Shapes without a product raise ValueError with both shapes in its message; shapes with one do not."""
    check_shapes(work, (2, 3), (3, 4))
    a, b = values(shape_a, seed=4), values(shape_b, seed=5)
    given = {"a": a, "b": b}
    classes, message = work.run(probes.error_of, "matmul", [a, b])
    expect_true("ValueError" in classes, got=classes[0] if classes else "no error", want="ValueError", given=given)
    written = message.replace(" ", "")
    # Which shapes it holds, and not the message itself: everybody words it differently.
    held = [shape for shape in (shape_a, shape_b) if str(shape).replace(" ", "") in written]
    expect(held, equals=[shape_a, shape_b], given={**given, "the message": message}, note="the shapes in the message")


@pytest.mark.parametrize("shape_a, shape_b", PAIRS)
def test_leaves_everything_as_it_was(work, shape_a, shape_b):
    """Operands and upstream gradient are not changed, and a second call of a vjp gives the same."""
    a, b = values(shape_a, seed=6), values(shape_b, seed=7)
    grad = values(np.matmul(a, b).shape, seed=8)
    _, gradients = torch_vjp(torch.matmul, a, b, grad=grad)
    first, second, operands, upstream = work.run(probes.calls_vjp_twice, "matmul", [a, b], grad)
    given = {"a": a, "b": b, "grad": grad}
    expect(first, equals=gradients, given=given, note="the first call of the vjp")
    expect(second, equals=gradients, given=given, note="the second call of the vjp")
    expect(operands, equals=[a, b], given=given, note="the operands afterwards")
    expect(upstream, equals=grad, given=given, note="the upstream gradient afterwards")


@pytest.mark.parametrize("shape_a, shape_b", PAIRS)
def test_keeps_float32_and_takes_any_layout(work, shape_a, shape_b):
    """float32 in, float32 out, for the product and the gradients, however the arrays lie in memory."""
    for layout in LAYOUTS:
        check_shapes(work, shape_a, shape_b, dtype=np.float32, probe=probes.value_and_vjp_of_views, layout=layout)


@supporting
def test_records_its_operands(work):
    """The operands themselves are the parents, in their order, also where both are one tensor, as in x @ x."""
    expect_records_operands(work, "matmul", [values((2, 2), seed=12), values((2, 2), seed=13)])


@pytest.mark.parametrize("required", [(True, False), (False, True)])
@pytest.mark.parametrize("shape_a, shape_b", [((2, 3), (3, 4)), ((2, 1, 2, 3), (3,)), ((3,), (3, 2))])
def test_an_operand_may_require_no_gradient(work, shape_a, shape_b, required):
    """Where one operand requires no gradient the other's is the same, and its own is None or right."""
    a, b = values(shape_a, seed=9), values(shape_b, seed=10)
    grad = values(np.matmul(a, b).shape, seed=11)
    _, gradients = torch_vjp(torch.matmul, a, b, grad=grad)
    got = work.run(probes.vjp_where_required, "matmul", [a, b], list(required), grad)
    for name, gradient, want, needed in zip("ab", got, gradients, required):
        if needed or gradient is not None:
            expect(gradient, equals=want, note=f"the gradient of {name}",
                   given={"a": a, "b": b, "grad": grad, "requires a gradient": "ab"[required.index(True)]})
