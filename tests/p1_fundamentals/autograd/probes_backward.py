"""What the suite of `backward` does beside the learner's objects; see probes.py."""
import sys

import numpy as np


def run_program(leaves, program):
    """Apply each step (operator, number, number) of `program` to tensors made so far; return all of them."""
    tensors = list(leaves)
    for operator, i, j in program:
        a, b = tensors[i], tensors[j]
        tensors.append(a + b if operator == "+" else a - b if operator == "-" else a * b)
    return tensors


def backward_of_program(work, arrays, required, program, grad=None):
    """The leaves' gradients after `backward` from the last result of `program`."""
    leaves = [work.Tensor(array.copy(), requires_grad=needs) for array, needs in zip(arrays, required)]
    work.backward(run_program(leaves, program)[-1], None if grad is None else grad.copy())
    return [leaf.grad for leaf in leaves]


def graph_of(work, links, called=None):
    """Two leaves, a constant, and for each link (i, j) a tensor made of those two, to which 2 g and 3 g flow from it.

    Each call of a vjp is noted in `called` as (number of the tensor, gradient).
    """
    record = sys.modules[work.Tensor.__module__].record
    tensors = [work.Tensor(np.ones(2), requires_grad=number != 2) for number in range(3)]
    for number, link in enumerate(links, start=3):
        def vjp(g, number=number):
            if called is not None:
                called.append((number, g.copy()))
            return 2 * g, 3 * g
        tensors.append(record(np.ones(2), tuple(tensors[i] for i in link), vjp))
    return tensors


def order_of_graph(work, links, frozen):
    """The numbers of the tensors in `topological_order` of the last one; -1 for one that is not in the graph.

    The tensors in `frozen` are set to require no gradient, once the graph is made.
    """
    tensors = graph_of(work, links)
    for number in frozen:
        tensors[number].requires_grad = False
    numbers = {id(tensor): number for number, tensor in enumerate(tensors)}
    return [numbers.get(id(tensor), -1) for tensor in work.topological_order(tensors[-1])]


def calls_of_graph(work, links, grad):
    """The calls of vjps in a backward pass, by number of the tensor; and the gradients of the leaves."""
    called = []
    tensors = graph_of(work, links, called)
    work.backward(tensors[-1], grad.copy())
    called.sort(key=lambda call: call[0])
    return [number for number, _ in called], [g for _, g in called], [tensor.grad for tensor in tensors[:2]]


def chain(work, length, operands):
    """A leaf twice and then `length` results, each of an operation on `operands(made so far)` that gives them g / 2.

    Whoever asks for it empties the list from its end: a long chain is too deep to vanish at once.
    """
    record = sys.modules[work.Tensor.__module__].record
    made = [work.Tensor(np.ones(2), requires_grad=True)] * 2
    for _ in range(length):
        parents = operands(made)
        made.append(record(made[0].data, parents, lambda g: (g / 2,) * len(parents)))
    return made


def order_of_chain(work, length):
    """How many tensors of a graph are in its `topological_order`: of so many operations on x and y, four times each, and
    the last result."""
    y = work.Tensor(np.ones(2), requires_grad=True)
    made = chain(work, length, lambda made: (made[0],) * 4 + (made[-1],) + (y,) * 4)
    there = {id(tensor) for tensor in made} | {id(y)}
    order = sum(id(tensor) in there for tensor in work.topological_order(made[-1]))
    while made:
        made.pop()
    return order


def backward_of_chain(work, length, grad):
    """The gradient of x after a chain of so many operations, each on the last result and on x."""
    made = chain(work, length, lambda made: (made[-1], made[0]))
    work.backward(made[-1], grad.copy())
    x = made[0]
    while made:
        made.pop()
    return x.grad


def backward_of_many_paths(work, length, grad):
    """The lengths of the orders and the gradients of the leaves of two chains through which very many paths lead.

    In the one each result is made of the last one twice, in the other of the last two.
    """
    orders, gradients = [], []
    for operands in (lambda made: (made[-1], made[-1]), lambda made: (made[-1], made[-2])):
        made = chain(work, length, operands)
        orders.append(len(work.topological_order(made[-1])))
        work.backward(made[-1], grad.copy())
        gradients.append(made[0].grad)
    return orders, gradients


def backward_twice(work):
    """`grad` of leaf, constant, intermediate and output after a pass, a second one, and one of another graph.

    Between the first and the second, all but the leaf are given a `grad`.
    """
    x, constant = work.Tensor([1.0, 2.0], requires_grad=True), work.Tensor([3.0, 4.0])
    between = x * constant
    output = between + x
    found = []
    for result in (output, output, x * x):
        work.backward(result, np.array([1.0, -2.0]))
        found.append([None if t.grad is None else t.grad.copy() for t in (x, constant, between, output)])
        if len(found) == 1:
            for number, tensor in enumerate((constant, between, output), start=7):
                tensor.grad = np.array([number, number + 0.5])
    return found


def backward_with_none(work):
    """Gradients of leaves: one reached, one reached by None alone, one below an operation reached by None alone.

    The last one had a gradient before. Also how often the vjp of the operation that nothing reaches was called.
    """
    record = sys.modules[work.Tensor.__module__].record
    reached, not_reached, below = (work.Tensor([1.0], requires_grad=True) for _ in range(3))
    below.grad = np.array([7.0])
    calls = []

    def noted(g):
        calls.append(g)
        return (g,)

    skipped = record(np.ones(1), (below,), noted)
    first = record(np.ones(1), (reached, not_reached), lambda g: (None, None))
    second = record(np.ones(1), (skipped, first, reached), lambda g: (None, 2 * g, 3 * g))
    work.backward(second, np.array([5.0]))
    return [reached.grad, not_reached.grad, below.grad], len(calls)


def memory_of_gradients(work, shape, passes):
    """Whether gradients are arrays, share memory with each other or with what they came from, can be written into.

    Three leaves of `shape`: two get the one array that their operation's vjp returns, one gets a read-only view. The
    gradients, the vjp's array and the upstream gradient are returned as they are after so many passes.
    """
    record = sys.modules[work.Tensor.__module__].record
    kept, view = np.full(shape, 2.0), np.broadcast_to(np.array(4.0), shape)
    a, b, c, alone = leaves = [work.Tensor(np.ones(shape), requires_grad=True) for _ in range(4)]
    output = record(np.ones(shape), (a, b, c), lambda g: (kept, kept, view))
    upstream = np.full(shape, -1.0)
    for _ in range(passes):
        work.backward(output, upstream)
        work.backward(alone, upstream)
    gradients, others = [leaf.grad for leaf in leaves], [kept, view, upstream]
    return {
        "arrays": all(type(g) is np.ndarray for g in gradients),
        "shared": any(np.shares_memory(g, other) for i, g in enumerate(gradients) for other in gradients[:i] + others),
        "writeable": all(g.flags.writeable for g in gradients),
    }, gradients, [kept, upstream]


def error_of_backward(work, shape, grad, requires_grad=True, leaf=False):
    """The classes of what `backward` raises for x + x, or for the leaf x, of `shape`; and the gradient of x."""
    x = work.Tensor(np.ones(shape), requires_grad=requires_grad)
    try:
        work.backward(x if leaf else x + x, grad)
    except NotImplementedError:
        raise
    except Exception as error:
        return [c.__name__ for c in type(error).__mro__], x.grad
    return [], x.grad


def recorded_around_no_grad(work, scenario):
    """Whether operations were recorded before, inside and after blocks of `no_grad`."""
    x = work.Tensor([1.0], requires_grad=True)
    engine = sys.modules[work.Tensor.__module__]
    ends = {"a block that an exception ends": KeyError, "a block that KeyboardInterrupt ends": KeyboardInterrupt}
    engine.recording = scenario != "a block where recording was off before"
    found = {}

    def note(moment):
        found[moment] = bool((x * x).parents)

    try:
        note("before")
        if scenario == "a block in a block":
            with work.no_grad():
                with work.no_grad():
                    note("inside")
                note("in the outer block, after the inner one")
        elif scenario == "a call whose block begins later":
            block = work.no_grad()
            note("after the call")
            with block:
                note("inside")
        elif scenario in ends:
            try:
                with work.no_grad():
                    note("inside")
                    raise ends[scenario]
            except ends[scenario]:
                found["the exception went on"] = True
        else:
            with work.no_grad():
                note("inside")
        note("after")
    finally:
        engine.recording = True
    return found
