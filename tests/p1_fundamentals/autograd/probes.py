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


def calls_vjp_twice(work, operation, arrays, grad, *, layout=None, **options):
    """The gradients of two calls of one vjp, and the operands and upstream gradient as they are afterwards.

    The first call gets -2 times the upstream gradient, and its gradients are divided by that, which is exact.
    """
    tensors = [work.Tensor(laid_out(array, layout), requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    upstream = laid_out(grad, layout)
    first = [np.asarray(g / -2) for g in result.vjp(np.asarray(-2 * upstream))]
    second = [g.copy() for g in result.vjp(upstream)]
    return first, second, [t.data for t in tensors], upstream


def vjp_of_each(work, operation, arrays, grads, **options):
    """The gradients that one vjp returns for each of several upstream gradients, one after another."""
    tensors = [work.Tensor(array, requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    return [[g.copy() for g in result.vjp(grad)] for grad in grads]


def value_and_vjp_of_views(work, operation, arrays, grad, *, layout="strided", **options):
    """`value_and_vjp`, with arrays and upstream gradient in another layout: "strided", or column by column, "Fortran"."""
    tensors = [work.Tensor(laid_out(array, layout), requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    return result.data, list(result.vjp(laid_out(grad, layout)))


def parents_of(work, operation, arrays, cases, *, in_list=False, **options):
    """By case, whether the result of an operation requires a gradient, and which operand each of its parents is.

    A case is which operands require a gradient, whether recording is on, and whether all operands are one tensor. A
    parent that is no operand is -1.
    """
    engine = sys.modules[work.Tensor.__module__]
    found = []
    for required, recording, same in cases:
        tensors = [work.Tensor(array, requires_grad=needs) for array, needs in zip(arrays, required)]
        if same:
            tensors = [tensors[0]] * len(tensors)
        engine.recording = recording
        try:
            result = getattr(work, operation)(*([tensors] if in_list else tensors), **options)
        finally:
            engine.recording = True
        found.append((result.requires_grad, [
            next((place for place, tensor in enumerate(tensors) if tensor is parent), -1) for parent in result.parents]))
    return found


def vjp_where_required(work, operation, arrays, required, grad):
    """The gradients where only some of the operands require one; None stands for no gradient."""
    tensors = [work.Tensor(array.copy(), requires_grad=needs) for array, needs in zip(arrays, required)]
    return list(getattr(work, operation)(*tensors).vjp(grad))


def strided(array):
    """The same values as a view of every other element of a larger, transposed array."""
    view = np.zeros((*array.shape[::-1], 2), array.dtype)[..., 0].T
    view[...] = array
    return view


def laid_out(array, layout=None):
    """A copy of an array: row by row in memory, or in another layout, "strided" or "Fortran"."""
    return strided(array) if layout == "strided" else np.array(array, order="F" if layout == "Fortran" else "C")


def calls_vjp_with_two_gradients(work, operation, arrays, upstreams, *, layout=None, **options):
    """The gradients of two calls of one vjp for two upstream gradients, as they are when both calls are done.

    Also the operands and upstream gradients as they are then, whether all gradients can be written into, and whether
    one of them shares memory with another, with an operand or with an upstream gradient.
    """
    tensors = [work.Tensor(laid_out(array, layout), requires_grad=True) for array in arrays]
    result = getattr(work, operation)(*tensors, **options)
    upstreams = [laid_out(grad, layout) for grad in upstreams]
    calls = [list(result.vjp(upstream)) for upstream in upstreams]
    gradients = [gradient for call in calls for gradient in call]
    operands = [tensor.data for tensor in tensors]
    shared = [np.shares_memory(gradient, other) for place, gradient in enumerate(gradients)
              for other in gradients[:place] + operands + upstreams]
    return *calls, operands, upstreams, all(bool(g.flags.writeable) for g in gradients), bool(any(shared))


def calls_vjp_twice_of_list(work, operation, arrays, grad, *, as_tuple=False, places=None, layout=None, **options):
    """For an operation that takes its tensors in a list or a tuple, which the caller empties after the call.

    The list holds one tensor for each array, or, with `places`, the tensors of these places: (0, 1, 0) is [a, b, a].
    Its value, the gradients of two calls of its vjp, and the tensors and upstream gradient as they are afterwards.
    """
    tensors = [work.Tensor(laid_out(array, layout), requires_grad=True) for array in arrays]
    handed_over = [tensors[place] for place in (range(len(tensors)) if places is None else places)]
    handed_over = tuple(handed_over) if as_tuple else handed_over
    result = getattr(work, operation)(handed_over, **options)
    if not as_tuple:
        handed_over.clear()
    upstream = laid_out(grad, layout)
    first = [g.copy() for g in result.vjp(upstream)]
    second = [g.copy() for g in result.vjp(upstream)]
    return result.data, first, second, [t.data for t in tensors], upstream


def unbroadcasts_two(work, first, second, shape, *, layout=None):
    """The sums of two gradients, the first looked at when both are made, and the gradients as they are then."""
    gradients = [laid_out(first, layout), laid_out(second, layout)]
    return [work.unbroadcast(gradient, shape) for gradient in gradients], gradients


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

    A tuple stays a tuple, an expression is {"text", "nodes"}, and anything else is the name of its type. Meanwhile
    SymPy does not differentiate, except for itself: it does so where it finds out whether an expression is positive.
    """
    import sympy as sp
    converted = [tuple(map(sp.sympify, argument)) if isinstance(argument, tuple) else argument
                 for argument in arguments]
    original = vars(sp.Derivative)["__new__"]

    def refuse(cls, *arguments, **options):
        frame = sys._getframe(1)
        while frame:
            if frame.f_globals.get("__name__") in ("sympy.core.assumptions", "sympy.core.exprtools"):
                return original.__func__(cls, *arguments, **options)
            frame = frame.f_back
        raise TypeError("differentiate by hand: SymPy's diff and Derivative are not for this exercise")

    sp.Derivative.__new__ = staticmethod(refuse)
    try:
        return plain_answer(getattr(work, function)(*converted))
    finally:
        sp.Derivative.__new__ = original


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
    """How many tensors `topological_order` has of so many operations on x and y, four times each, and the last result."""
    y = work.Tensor(np.ones(2), requires_grad=True)
    made = chain(work, length, lambda made: (made[0],) * 4 + (made[-1],) + (y,) * 4)
    order = len(work.topological_order(made[-1]))
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


def built(work, plan, known):
    """A module as `plan` says: a dict is a module with these attributes, in order; a list under "Sequential" is one.

    A whole number is the parameter of that number, the same wherever it stands; a broken one is a plain tensor. A
    module's "@" is its name, and a text that is such a name stands for the module again. All is kept in `known`.
    """
    if type(plan) is int:
        return known.setdefault(plan, work.Parameter(np.array([float(plan)])))
    if isinstance(plan, float):
        return known.setdefault(plan, work.Tensor(np.array([plan]), requires_grad=True))
    if isinstance(plan, (list, tuple)):
        return type(plan)(built(work, part, known) for part in plan)
    if isinstance(plan, dict) and "Sequential" in plan:
        return work.Sequential(*(built(work, part, known) for part in plan["Sequential"]))
    if isinstance(plan, dict):
        class Part(work.Module):
            def __init__(self):
                known[plan.get("@")] = self
                for name, part in plan.items():
                    if name != "@":
                        setattr(self, name, built(work, part, known))
        return Part()
    return known.get(plan, plan) if isinstance(plan, str) else plan


def numbers_of_parameters(work, plan):
    """The numbers of the parameters of a module that is built as `plan` says."""
    return [int(parameter.item()) for parameter in built(work, plan, {}).parameters()]


def parameters_of_changing_module(work):
    """A module's parameters by their values, at three moments, and how many have a gradient after zero_grad of each."""
    def parameter(number):
        return work.Parameter(np.array([float(number)]))

    class Part(work.Module):
        of_the_class = parameter(94)

        def __init__(self, **attributes):
            for name, value in attributes.items():
                setattr(self, name, value)

    class Other:
        def __init__(self):
            self.w = parameter(91)

        def parameters(self):
            return [self.w]

    module = Part(w=parameter(1), table={"w": parameter(90)}, other=Other(), result=parameter(92) * 2.0,
                  names={parameter(93)}, layers=[parameter(2)], _b=parameter(3), same=parameter(3), frozen=parameter(4))
    module.frozen.requires_grad = False
    found = []

    def look():
        parameters = module.parameters()
        for each in parameters:
            each.grad = np.array([5.0])
        module.zero_grad()
        found.append(([int(each.item()) for each in parameters], sum(each.grad is not None for each in parameters)))

    look()
    module.layers.append(Part(w=parameter(5)))
    module.w = parameter(6)
    module.late = parameter(7)
    look()
    del module._b
    look()
    return found


def gradients_after_zero_grad(work, plan):
    """By its number, the gradient of each tensor after all had one and `zero_grad` of the module was called."""
    known = {}
    module = built(work, plan, known)
    tensors = {number: tensor for number, tensor in known.items() if type(number) in (int, float)}
    for tensor in tensors.values():
        tensor.grad = np.array([5.0])
    module.zero_grad()
    return {number: tensor.grad for number, tensor in tensors.items()}


def parameter_facts(work, array):
    """What is to know of a parameter that is made of `array`."""
    parameter = work.Parameter(array)
    return isinstance(parameter, work.Tensor), parameter.data, parameter.requires_grad, parameter.grad, \
        len(parameter.parents)


def call_of_module(work, *inputs, **options):
    """What a call of a module returns whose forward returns its arguments."""
    class Echo(work.Module):
        def forward(self, *inputs, **options):
            return [list(inputs), options]
    return Echo()(*inputs, **options)


def through_sequential(work, steps, rounds, x, grad):
    """Value and gradients of x through (kind, number) steps: a module that multiplies, a function that adds.

    The modules stand there `rounds` times, the same ones. The gradients are those of x and of each parameter, in the
    order of the steps.
    """
    class Times(work.Module):
        def __init__(self, number):
            self.number = work.Parameter(np.array(number))

        def forward(self, x):
            return x * self.number

    def plus(number):
        return lambda x: x + number

    parts = [Times(number) if kind == "times" else plus(number) for kind, number in steps]
    source = work.Tensor(x, requires_grad=True)
    result = work.Sequential(*parts * rounds)(source)
    leaves = [source, *(part.number for part in parts if isinstance(part, Times))]
    return result.data, gradients_at(result, grad, leaves)


def gradients_at(result, grad, leaves):
    """The gradients of `leaves` for the upstream gradient `grad` of `result`: a plain walk through the graph."""
    order, seen = [], set()

    def visit(tensor):
        if id(tensor) not in seen:
            seen.add(id(tensor))
            for parent in tensor.parents:
                visit(parent)
            order.append(tensor)

    visit(result)
    total = {id(result): grad}
    for tensor in reversed(order):
        if tensor.parents and id(tensor) in total:
            for parent, gradient in zip(tensor.parents, tensor.parent_gradients(total[id(tensor)])):
                if gradient is not None:
                    total[id(parent)] = total[id(parent)] + gradient if id(parent) in total else gradient
    return [total.get(id(leaf)) for leaf in leaves]


def new_linear(work, inputs, outputs, seed, count=1, **options):
    """Weight and bias, and the shapes of the parameters, of `count` layers drawn by one generator."""
    rng = np.random.default_rng(seed)
    layers = [work.Linear(inputs, outputs, rng=rng, **options) for _ in range(count)]
    return [(layer.weight.data, layer.bias if layer.bias is None else layer.bias.data,
             [parameter.shape for parameter in layer.parameters()]) for layer in layers]


def through_linear(work, x, weight, bias, grad, again=False, replaced=False):
    """y = layer(x), or y = layer(2 layer(x)), for a layer with these as new data of its parameters, or `replaced` ones.

    Its value, the gradients of x, weight and bias, the same from a second walk, and x, weight and bias afterwards.
    """
    layer = work.Linear(weight.shape[1], weight.shape[0], bias=bias is not None, rng=np.random.default_rng(0))
    for name, array in [("weight", weight), ("bias", bias)][:1 if bias is None else 2]:
        if replaced:
            setattr(layer, name, work.Parameter(array))
        else:
            getattr(layer, name).data = array
    source = work.Tensor(x, requires_grad=True)
    result = layer(source)
    if again:
        result = layer(result * 2.0)
    leaves = [source, layer.weight] + ([] if bias is None else [layer.bias])
    first = [g if g is None else g.copy() for g in gradients_at(result, grad, leaves)]
    return result.data, first, gradients_at(result, grad, leaves), [leaf.data for leaf in leaves]


def train(work, optimizer, arrays, gradients, rates=None, container="list", **options):
    """Every parameter after each step, a stack for each; `gradients` holds for each step one array or None for each.

    With `rates`, the learning rate is set before each step. `container` says in what the parameters are handed over.
    """
    params = [work.Tensor(array.copy(), requires_grad=True) for array in arrays]
    wrapped = {"list": list, "tuple": tuple, "generator": lambda tensors: (t for t in tensors)}[container](params)
    stepper = getattr(work, optimizer)(wrapped, **options)
    history = [[] for _ in params]
    for place, given in enumerate(gradients):
        for param, gradient in zip(params, given):
            param.grad = None if gradient is None else gradient.copy()
        if rates is not None:
            stepper.lr = rates[place]
        stepper.step()
        for kept, param in zip(history, params):
            kept.append(param.data.copy())
    return [np.stack(kept) for kept in history]


def train_in_place(work, optimizer, arrays, gradients, **options):
    """As `train`, but each gradient is written into the one array that a parameter's `grad` is from the start.

    The parameters are views of larger, transposed arrays. Returned are whether `data` is the array that it was; the
    parameters at the end; their gradients after the last step.
    """
    held = [strided(array) for array in arrays]
    params = [work.Tensor(array, requires_grad=True) for array in held]
    stepper = getattr(work, optimizer)(params, **options)
    for param in params:
        param.grad = np.zeros_like(param.data)
    for given in gradients:
        for param, gradient in zip(params, given):
            param.grad[...] = gradient
        stepper.step()
    return [param.data is array for param, array in zip(params, held)], held, [param.grad for param in params]


def zero_gradients(work, optimizer, arrays, gradient, **options):
    """A step, `zero_grad`, another step: the gradients, and the parameters after the first and the second step.

    The first parameter has a gradient, the others have none. Also the array that the gradient was.
    """
    params = [work.Tensor(array.copy(), requires_grad=True) for array in arrays]
    stepper = getattr(work, optimizer)(params, **options)
    kept = params[0].grad = gradient.copy()
    stepper.step()
    first = [param.data.copy() for param in params]
    stepper.zero_grad()
    gradients = [param.grad for param in params]
    stepper.step()
    return gradients, first, [param.data for param in params], kept


def what_an_optimizer_keeps(work, optimizer, array, **options):
    """After a step: the type of `params`, the place of each of them among those handed over, -1 for any other, and lr.

    Last, the dtypes of all float arrays of the parameters' shape that the optimizer holds, however deep.
    """
    params = [work.Tensor(array.copy(), requires_grad=True) for _ in range(3)]
    stepper = getattr(work, optimizer)((param for param in params), **options)
    for param in params:
        param.grad = np.ones_like(param.data)
    if hasattr(stepper, "step"):
        stepper.step()
    kept = getattr(stepper, "params", None)
    places = [next((place for place, param in enumerate(params) if param is other), -1)
              for other in (kept if isinstance(kept, (list, tuple)) else ())]
    dtypes, seen = set(), set()

    def visit(value):
        if id(value) in seen:
            return
        seen.add(id(value))
        if isinstance(value, np.ndarray) and value.shape == array.shape and value.dtype.kind == "f":
            dtypes.add(value.dtype.name)
        elif isinstance(value, (list, tuple, dict)):
            for part in list(value.values()) if isinstance(value, dict) else value:
                visit(part)

    visit(vars(stepper))
    return type(kept).__name__, places, stepper.lr, sorted(dtypes)


def error_of_optimizer(work, optimizer, count, options, container="list"):
    """The classes and the message of what the constructor raises for `count` parameters; ([], "") for nothing."""
    params = [work.Tensor([1.0], requires_grad=True) for _ in range(count)]
    try:
        getattr(work, optimizer)((p for p in params) if container == "generator" else params, **options)
    except NotImplementedError:
        raise
    except Exception as error:
        return [c.__name__ for c in type(error).__mro__], str(error)
    return [], ""


def value_vjp_and_warnings(work, operation, arrays, grad, **options):
    """As `value_and_vjp`, and the sorted texts of the warnings that were given on the way.

    Where the learner's module silences them with `np.errstate` or `np.seterr`, they are given all the same.
    """
    import contextlib
    import warnings

    class NoEffect(contextlib.ContextDecorator, contextlib.nullcontext):
        pass

    def of_the_learner():
        return sys._getframe(2).f_globals is vars(work)

    errstate, seterr = np.errstate, np.seterr
    np.errstate = lambda **settings: NoEffect() if of_the_learner() else errstate(**settings)
    np.seterr = lambda *all, **settings: np.geterr() if of_the_learner() else seterr(*all, **settings)
    try:
        with warnings.catch_warnings(record=True) as caught, errstate(divide="warn", over="warn", invalid="warn"):
            warnings.simplefilter("always")
            value, gradients = value_and_vjp(work, operation, arrays, grad, **options)
    finally:
        np.errstate, np.seterr = errstate, seterr
    return value, gradients, sorted({str(warning.message) for warning in caught})
