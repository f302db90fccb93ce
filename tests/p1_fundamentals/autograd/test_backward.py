"""Backward through a graph."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_true
from tests.p1_fundamentals.autograd import probes_backward as probes
from tests.strategies import seeds, values

numbers = st.integers(0, 99)


@st.composite
def links(draw):
    """The pairs of tensors that each tensor of a graph is made of; tensors 0 and 1 are leaves, 2 is a constant."""
    drawn = draw(st.lists(st.tuples(numbers, numbers), max_size=7))
    found = [(i % (place + 3), j % (place + 3)) for place, (i, j) in enumerate(drawn)]
    return [*found, (len(found) + 2, 0)]  # the last one requires a gradient, whatever the others are


def requiring(graph, frozen=()):
    """The tensors of `graph` that require a gradient and of which the last one was made, by following its links.

    Those in `frozen` were set to require none once the graph was made, and hide what is reached only through them.
    """
    required = {0, 1}
    for number, pair in enumerate(graph, start=3):
        if required & set(pair):
            required.add(number)
    required -= set(frozen)
    reached, last = set(), len(graph) + 2
    for number in range(last, -1, -1):
        users = [user for user, pair in enumerate(graph, start=3) if number in pair]
        if number in required and (number == last or reached & set(users)):
            reached.add(number)
    return reached


@given(links(), numbers, st.booleans())
def test_orders_the_graph(work, graph, number, freeze):
    """topological_order has every tensor that requires a gradient once, and each before its parents."""
    frozen = [3 + number % (len(graph) - 1)] if freeze and len(graph) > 1 else []  # a result, but not the last one
    order = list(work.run(probes.order_of_graph, graph, frozen))  # looked at twice below, and the same both times
    given = {"tensor number: its parents": dict(enumerate(graph, start=3))}
    given |= {"requires_grad set to False": f"of tensor {frozen[0]}"} if frozen else {}
    expect(sorted(order), equals=sorted(requiring(graph, frozen)), given=given,
           note="the tensors in the order, by number")
    for number in set(order) - {0, 1}:
        for parent in set(graph[number - 3]) & set(order):
            expect_true(order.index(number) < order.index(parent), got=order, given=given,
                        want=f"tensor {number} before its parent {parent}")


@pytest.mark.parametrize("last", [(3, 5), (5, 3)])
def test_orders_repeated_parents(work, last):
    """topological_order: a tensor that stands twice among one result's parents comes after its other uses, too."""
    graph = [(0, 0), (0, 1), (4, 2), last]
    order = list(work.run(probes.order_of_graph, graph, []))
    given = {"tensor number: its parents": dict(enumerate(graph, start=3))}
    expect(sorted(order), equals=[0, 1, 3, 4, 5, 6], given=given, note="the tensors in the order, by number")
    early = {parent for number, pair in enumerate(graph, start=3) for parent in pair
             if parent in order and order.index(parent) < order.index(number)}
    expect(sorted(early), equals=[], given=given, note="the tensors that come before one that was made from them")


@st.composite
def programs(draw):
    """(leaves, whether they require a gradient, steps, upstream gradient); all shapes broadcast to (2, 3)."""
    sides = draw(st.lists(st.sampled_from([(), (3,), (2, 1), (1, 3), (2, 3)]), min_size=1, max_size=3))
    seed = draw(seeds)
    leaves = [values(shape, seed + i) for i, shape in enumerate(sides)]
    required = [True, *(draw(st.booleans()) for _ in leaves[1:])]
    program = []
    for operator, i, j in draw(st.lists(st.tuples(st.sampled_from("++-*"), numbers, numbers), max_size=6)):
        made = len(leaves) + len(program)
        # A product is with a leaf: numbers stay small enough that every sum is exact.
        program.append((operator, i % made, j % (len(leaves) if operator == "*" else made)))
    program.append(("+", len(leaves) + len(program) - 1, 0))
    shape = np.shape(probes.run_program(leaves, program)[-1])
    return leaves, required, program, values(shape, seed + 9)


@given(programs())
def test_computes_gradients(work, case):
    """The leaves' gradients are PyTorch's, in graphs that branch, meet again and broadcast."""
    leaves, required, program, grad = case
    tensors = [torch.tensor(leaf, requires_grad=needs) for leaf, needs in zip(leaves, required)]
    probes.run_program(tensors, program)[-1].backward(torch.tensor(grad))
    got = work.run(probes.backward_of_program, leaves, required, program, grad)
    want = [None if t.grad is None else t.grad.numpy() for t in tensors]
    steps = [f"t{n} = t{i} {operator} t{j}" for n, (operator, i, j) in enumerate(program, start=len(leaves))]
    given = {f"t{n}" if needs else f"constant t{n}": leaf for n, (leaf, needs) in enumerate(zip(leaves, required))}
    expect(got, equals=want, given={**given, "steps": "; ".join(steps), "grad": grad},
           note="the gradients of t0, t1, ...")


@given(links(), seeds)
def test_calls_each_vjp_once(work, graph, seed):
    """Each vjp is called once, with the whole gradient of its result."""
    grad = values((2,), seed, low=1, high=3)
    reached = requiring(graph)
    whole = {number: np.zeros(2) for number in range(3)} | {len(graph) + 2: grad}
    for number in range(len(graph) + 2, 2, -1):  # parents have smaller numbers
        if number in reached:
            for parent, factor in zip(graph[number - 3], (2, 3)):
                whole[parent] = whole.get(parent, 0) + factor * whole[number]
    called, gradients, leaves = work.run(probes.calls_of_graph, graph, grad)
    given = {"tensor number: its parents": dict(enumerate(graph, start=3)), "grad": grad}
    expect(called, equals=sorted(reached - {0, 1}), given=given, note="the tensors whose vjps were called")
    expect(gradients, equals=[whole[n] for n in called], given=given, note="the gradients that the vjps were given")
    expect(leaves, equals=[whole[n] if n in reached else None for n in (0, 1)], given=given,
           note="the gradients of the leaves")


@pytest.mark.parametrize("length", [10, 20_000])
def test_orders_large_graphs(work, length):
    """topological_order walks 20,000 operations: it does not call itself, and knows at once what it has visited."""
    order = work.run(probes.order_of_chain, length)
    expect(order, equals=length + 2, note="the number of tensors in the order",
           given={"operations": f"{length}, each on x four times, on the last result, and on y four times"})


@pytest.mark.parametrize("length", [10, 10_000])
def test_goes_deep(work, length):
    """backward walks a chain of 10,000 operations without hitting the recursion limit."""
    grad = np.array([1.0, -0.5])
    gradient = work.run(probes.backward_of_chain, length, grad)
    # Each operation hands half of what it gets to x and half to the one before, so in the end x has got all of it.
    expect(gradient, equals=grad, given={"operations": f"{length}, each on the last result and on x"},
           note="the gradient of x, where each operation gives half of what it gets to either operand")


def test_accumulates_in_leaves(work):
    """Only leaves that require a gradient get one, and another backward pass adds to it; no other is touched."""
    first, second, other = work.run(probes.backward_twice)
    # output = x · constant + x, so ∂output/∂x = constant + 1; afterwards x · x with derivative 2x.
    once, grad = np.array([4.0, 5.0]), np.array([1.0, -2.0])
    others = [np.array([number, number + 0.5]) for number in (7, 8, 9)]
    given = {"x": "[1, 2]", "constant": "[3, 4]", "output": "x * constant + x", "grad": "[1, -2]"}
    names = "the gradients of x, constant, x * constant and output after"
    expect(first, equals=[grad * once, None, None, None], given=given, note=f"{names} a pass")
    given |= {"then set by hand": f"constant.grad = {others[0]}, (x * constant).grad = {others[1]}, "
                                  f"output.grad = {others[2]}"}
    expect(second, equals=[2 * grad * once, *others], given=given, note=f"{names} a second pass")
    expect(other, equals=[2 * grad * once + grad * [2.0, 4.0], *others], given=given,
           note=f"{names} a pass from x * x too")


def test_stops_at_none(work):
    """Where a vjp returns None nothing flows, and what nothing reaches stays as it was."""
    gradients, calls = work.run(probes.backward_with_none)
    expect(gradients, equals=[np.array([15.0]), None, np.array([7.0])],
           note="the gradients of a leaf reached by 3 * 5 and by None, of one reached by None, and of one below an "
                "operation reached by None, which had the gradient 7")
    expect(calls, equals=0, note="calls of the vjp of the operation that nothing reaches")


@pytest.mark.parametrize("shape", [(2,), ()])
def test_gives_arrays_of_their_own(work, shape):
    """A leaf's gradient is an array that shares no memory and can be written into; nothing else is changed."""
    for passes in (1, 2):
        facts, gradients, others = work.run(probes.memory_of_gradients, shape, passes)
        given = {"shape of a, b and c": shape, "passes": passes,
                 "vjp": "returns one array for a and b, and a read-only view for c"}
        expect(facts["shared"], equals=False, given=given, note="whether a gradient shares memory with another array")
        expect(facts["writeable"], equals=True, given=given, note="whether the gradients can be written into")
        expect(facts["arrays"], equals=True, given=given, note="whether the gradients are arrays, of type np.ndarray")
        expect(gradients, equals=[np.full(shape, passes * g) for g in (2.0, 2.0, 4.0, -1.0)], given=given,
               note="the gradients of a, b and c, and of a leaf that is the output itself")
        expect(others, equals=[np.full(shape, 2.0), np.full(shape, -1.0)], given=given,
               note="the vjp's array and the upstream gradient, afterwards")


@pytest.mark.parametrize("shape, grad_shape", [
    ((), None), ((1,), None), ((1, 1), None), ((3,), (3,)), ((2, 3), (2, 3)), ((), ()), ((0,), (0,))])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_takes_a_gradient(work, shape, grad_shape, dtype):
    """Without `grad`, an output of one element starts with 1; float32 stays float32."""
    grad = None if grad_shape is None else values(grad_shape, seed=1, dtype=dtype)
    x = values(shape, seed=2, dtype=dtype)
    for factor, output, program in [(2, "x + x", [("+", 0, 0)]), (1, "x, a leaf,", [])]:
        (got,) = work.run(probes.backward_of_program, [x], [True], program, grad)
        want = np.full(shape, factor, dtype) if grad is None else factor * grad
        given = {"output": f"{output} of shape {shape}, {np.dtype(dtype)}", "grad": grad}
        expect(got, equals=np.asarray(want, dtype), given=given, note="the gradient of x")


@pytest.mark.parametrize("shape, grad_shape, requires_grad", [
    ((2,), None, True), ((0,), None, True), ((2, 3), None, True),                       # which number is the loss?
    ((2, 3), (3,), True), ((2, 3), (1, 3), True), ((2, 3), (3, 2), True), ((3,), (2, 3), True),
    ((1,), (), True), ((), (1,), True),
    ((3,), (3,), False), ((), None, False)])
def test_refuses_what_has_no_gradient(work, shape, grad_shape, requires_grad):
    """A missing gradient, one of another shape, or an output that requires none raises ValueError; others do not."""
    right, gradient = work.run(probes.error_of_backward, (2, 3), values((2, 3), seed=3))
    expect(right, equals=[], note="for an output and a gradient of shape (2, 3)")
    expect(gradient, equals=2 * values((2, 3), seed=3), note="for an output and a gradient of shape (2, 3)")
    grad = None if grad_shape is None else values(grad_shape, seed=4)
    for leaf in (False, True):
        classes, _ = work.run(probes.error_of_backward, shape, grad, requires_grad, leaf)
        expect_true("ValueError" in classes, got=classes[0] if classes else "no error", want="ValueError",
                    given={"output": "a leaf" if leaf else "x + x", "its shape": shape, "grad": grad,
                           "requires_grad": requires_grad})


@pytest.mark.parametrize("scenario, want", [
    ("a block", {"before": True, "inside": False, "after": True}),
    ("a block in a block",
     {"before": True, "inside": False, "in the outer block, after the inner one": False, "after": True}),
    ("a block that an exception ends", {"before": True, "inside": False, "the exception went on": True, "after": True}),
    ("a block that KeyboardInterrupt ends",
     {"before": True, "inside": False, "the exception went on": True, "after": True}),
    ("a block where recording was off before", {"before": False, "inside": False, "after": False}),
    ("a call whose block begins later", {"before": True, "after the call": True, "inside": False, "after": True}),
])
def test_no_grad(work, scenario, want):
    """no_grad turns recording off inside its block and puts it back as it was, after an exception too."""
    found = work.run(probes.recorded_around_no_grad, scenario)
    expect(found, equals=want, given={"scenario": scenario}, note="whether operations were recorded")


def test_walks_no_path_twice(work):
    """However many paths lead through a graph, the work is one visit of each tensor: of 60 operations, not of 2^60."""
    grad = np.array([1.0, -0.5])
    orders, gradients = work.run(probes.backward_of_many_paths, 60, grad)
    given = {"two chains of 60 operations": "each on the last result twice, and each on the last two results"}
    expect(orders, equals=[61, 61], given=given, note="the number of tensors in the order")
    # Each operation shares out what it gets in two halves, so in the end x has got all of it.
    expect(gradients, equals=[grad, grad], given=given,
           note="the gradient of x, where each operation gives half of what it gets to either operand")
