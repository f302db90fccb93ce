"""What the suites of this project do beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
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
