"""What the suites of this project do beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import sys

import numpy as np


def value_and_vjp(work, operation, arrays, grad, **options):
    """Apply `operation` to tensors of `arrays`; return its value and its gradients for upstream gradient `grad`."""
    tensors = [work.Tensor(array, requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    return result.data, list(result.vjp(grad))


def calls_vjp_twice(work, operation, arrays, grad, **options):
    """The gradients of two calls of one vjp, and the operands and upstream gradient as they are afterwards."""
    tensors = [work.Tensor(array.copy(), requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    upstream = grad.copy()
    first = [g.copy() for g in result.vjp(upstream)]
    second = [g.copy() for g in result.vjp(upstream)]
    return first, second, [t.data for t in tensors], upstream


def value_and_vjp_of_views(work, operation, arrays, grad, **options):
    """`value_and_vjp`, with arrays and upstream gradient laid out in memory as views with other strides are."""
    tensors = [work.Tensor(strided(array), requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    return result.data, list(result.vjp(strided(grad)))


def strided(array):
    """The same values as a view of every other element of a larger, transposed array."""
    view = np.zeros((*array.shape[::-1], 2), array.dtype)[..., 0].T
    view[...] = array
    return view


def writes_into_gradients(work, operation, arrays, grad, **options):
    """Write into the gradients that a vjp returned.

    Returns whether each could be written into, and the second call's gradients and the upstream one afterwards.
    """
    tensors = [work.Tensor(array, requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    upstream = grad.copy()
    writeable = []
    for gradient in result.vjp(upstream):
        writeable.append(bool(gradient.flags.writeable))
        if writeable[-1]:
            gradient[...] = 77.0
    return writeable, list(result.vjp(upstream)), upstream


def calls_vjp_twice_of_list(work, operation, arrays, grad, as_tuple=False, **options):
    """For an operation that takes its tensors in a list or a tuple, which the caller empties after the call.

    Its value, the gradients of two calls of its vjp, and the tensors and upstream gradient as they are afterwards.
    """
    tensors = [work.Tensor(array.copy(), requires_grad=True) for array in arrays]
    handed_over = tuple(tensors) if as_tuple else list(tensors)
    result = getattr(work, operation)(handed_over, **options)
    if not as_tuple:
        handed_over.clear()
    upstream = grad.copy()
    first = [g.copy() for g in result.vjp(upstream)]
    second = [g.copy() for g in result.vjp(upstream)]
    return result.data, first, second, [t.data for t in tensors], upstream


def training_data():
    """A batch of 64 random images with labels, and initial weights and biases of a 784-256-10 MLP, in float32."""
    rng = np.random.default_rng(0)
    images = rng.uniform(size=(64, 1, 28, 28)).astype(np.float32)
    labels = rng.integers(0, 10, 64)
    weights = [(rng.uniform(-1, 1, shape) / np.sqrt(shape[-1])).astype(np.float32)
               for shape in ((256, 784), (256,), (10, 256), (10,))]
    return images, labels, weights


def prepare_training(work):
    """The network, its optimiser and its data, to go on with."""
    from exercises.p1_fundamentals.autograd.optimizers import SGD
    images, labels, weights = training_data()
    model = work.MLP(pixels=784, hidden=256, classes=10, rng=np.random.default_rng(0))
    for parameter, value in zip(model.parameters(), weights):
        parameter.data = value
    return Training(model, SGD(model.parameters(), lr=0.01, momentum=0.9), work.Tensor(images), labels)


class Training:
    """What `run_training` goes on with; the judge holds it as a handle."""

    def __init__(self, model, optimizer, images, labels):
        self.model, self.optimizer, self.images, self.labels = model, optimizer, images, labels


def run_training(work, state, steps):
    """So many training steps; returns the loss of the last."""
    from exercises.p1_fundamentals.autograd.losses import cross_entropy
    for _ in range(steps):
        loss = cross_entropy(state.model(state.images), state.labels)
        state.optimizer.zero_grad()
        loss.backward()
        state.optimizer.step()
    return loss.item()


def error_of(work, operation, arrays, **options):
    """The classes and the message of what `operation` raises; ([], "") where it raises nothing."""
    tensors = [work.Tensor(array, requires_grad=True) for array in arrays]
    try:
        getattr(work, operation)(*tensors, **options)
    except NotImplementedError:
        raise
    except Exception as error:
        return [c.__name__ for c in type(error).__mro__], str(error)
    return [], ""


def expressions(work, function, *arguments):
    """Call `function` on SymPy expressions, written as text, and return its answer as plain data.

    A tuple stays a tuple, an expression is {"text", "nodes"}, and anything else is the name of its type.
    """
    import sympy as sp
    return plain_answer(getattr(work, function)(*(
        tuple(map(sp.sympify, argument)) if isinstance(argument, tuple) else argument for argument in arguments)))


def plain_answer(answer):
    import sympy as sp
    if isinstance(answer, tuple):
        return tuple(map(plain_answer, answer))
    if isinstance(answer, sp.Expr) or type(answer) in (int, float):
        return {"text": str(answer)[:200], "nodes": nodes_of(sp.sympify(answer))}
    return type(answer).__name__


def nodes_of(expression):
    """An expression's nodes, each [kind, rest], operands before operations, which name them by their places."""
    nodes, places = [], {}

    def visit(node):
        if node not in places:
            if node.is_Symbol:
                entry = ["Symbol", [node.name]]
            elif node.is_Integer:
                entry = ["Integer", [int(node)]]
            elif node.is_Rational:
                entry = ["Rational", [int(node.p), int(node.q)]]
            elif node.is_Float:
                entry = ["Float", [float(node)]]
            else:
                entry = [type(node).__name__, [visit(child) for child in node.args]]
            places[node] = len(nodes)
            nodes.append(entry)
        return places[node]

    visit(expression)
    return nodes


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


def order_of_graph(work, links):
    """The numbers of the tensors in `topological_order` of the last one; -1 for one that is not in the graph."""
    tensors = graph_of(work, links)
    numbers = {id(tensor): number for number, tensor in enumerate(tensors)}
    return [numbers.get(id(tensor), -1) for tensor in work.topological_order(tensors[-1])]


def calls_of_graph(work, links, grad):
    """The calls of vjps in a backward pass, by number of the tensor; and the gradients of the leaves."""
    called = []
    tensors = graph_of(work, links, called)
    work.backward(tensors[-1], grad.copy())
    called.sort(key=lambda call: call[0])
    return [number for number, _ in called], [g for _, g in called], [tensor.grad for tensor in tensors[:2]]


def backward_of_chain(work, length, grad):
    """The gradient of x after `length` operations, each on the last result and on x, and the length of the order."""
    record = sys.modules[work.Tensor.__module__].record
    x = work.Tensor(np.ones(2), requires_grad=True)
    result = x
    for _ in range(length):
        result = record(np.ones(2), (result, x), lambda g: (g, g))
    work.backward(result, grad.copy())
    gradient, order = x.grad, len(work.topological_order(result))
    while result.parents:  # take the chain apart link by link: it is too deep to vanish at once
        result = result.parents[0]
    return gradient, order


def backward_twice(work):
    """`grad` of leaf, constant, intermediate and output after a pass, a second one, and one of another graph."""
    x, constant = work.Tensor([1.0, 2.0], requires_grad=True), work.Tensor([3.0, 4.0])
    between = x * constant
    output = between + x
    found = []
    for result in (output, output, x * x):
        work.backward(result, np.array([1.0, -2.0]))
        found.append([x.grad.copy(), constant.grad, between.grad, output.grad])
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
    second = record(np.ones(1), (first, reached, skipped), lambda g: (2 * g, 3 * g, None))
    work.backward(second, np.array([5.0]))
    return [reached.grad, not_reached.grad, below.grad], len(calls)


def memory_of_gradients(work):
    """Whether gradients share memory with each other or with what they came from, and can be written into.

    Three leaves: two get the one array that their operation's vjp returns, one gets a read-only view. The upstream
    gradient and the vjp's arrays are returned as they are after a second pass.
    """
    record = sys.modules[work.Tensor.__module__].record
    kept, view = np.array([2.0, 3.0]), np.broadcast_to(np.array([4.0]), 2)
    a, b, c, alone = leaves = [work.Tensor([1.0, 1.0], requires_grad=True) for _ in range(4)]
    output = record(np.ones(2), (a, b, c), lambda g: (kept, kept, view))
    upstream = np.array([1.0, -1.0])
    work.backward(output, upstream)
    work.backward(alone, upstream)
    gradients = [leaf.grad for leaf in leaves]
    others = [kept, view, upstream]
    shared = [bool(np.shares_memory(g, other)) for i, g in enumerate(gradients) for other in gradients[:i] + others]
    writeable = [bool(g.flags.writeable) for g in gradients]
    work.backward(output, upstream)
    work.backward(alone, upstream)
    return any(shared), all(writeable), [leaf.grad for leaf in leaves], [kept, upstream]


def error_of_backward(work, shape, grad, requires_grad=True):
    """The classes of what `backward` raises for an output of `shape`, and the gradient of its one leaf."""
    x = work.Tensor(np.ones(shape), requires_grad=requires_grad)
    try:
        work.backward(x + x, grad)
    except NotImplementedError:
        raise
    except Exception as error:
        return [c.__name__ for c in type(error).__mro__], x.grad
    return [], x.grad


def recorded_around_no_grad(work, scenario):
    """Whether operations were recorded before, inside and after blocks of `no_grad`."""
    x = work.Tensor([1.0], requires_grad=True)
    engine = sys.modules[work.Tensor.__module__]
    engine.recording = True
    found = {}

    def note(moment):
        found[moment] = bool((x * x).parents)

    try:
        note("before")
        if scenario == "a block":
            with work.no_grad():
                note("inside")
        elif scenario == "a block in a block":
            with work.no_grad():
                with work.no_grad():
                    note("inside")
                note("in the outer block, after the inner one")
        else:
            try:
                with work.no_grad():
                    note("inside")
                    raise KeyError
            except KeyError:
                found["the exception went on"] = True
        note("after")
    finally:
        engine.recording = True
    return found
