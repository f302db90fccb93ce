"""What the suite of `modules` does beside the learner's objects; see probes.py."""
import numpy as np


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

    three = parameter(3)
    module = Part(w=parameter(1), table={"w": parameter(90)}, other=Other(), result=parameter(92) * 2.0, names={parameter(93)},
                  layers=[parameter(2)], _b=three, same=work.Parameter(three.data), frozen=parameter(4))
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
    Echo()(*(each * 2 for each in inputs), **options)  # what is remembered of this call is wrong below
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
