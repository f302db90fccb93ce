"""What the suite of `residual` does beside the learner's blocks, in the learner's process.

Layers are described by tuples, so that the suite and its probes can build the same ones:

    ("conv", weight, stride)               padding keeps the size at stride 1; no bias
    ("norm", weight, bias, mean, variance)
    ("linear", weight)
    ("relu",), ("relu in place",), ("tanh",), ("silu",), ("flatten",), ("identity",), ("fails",)
    ("stage", [layers])                    an nn.Sequential
    ("stage", [layers], [names])           the same, whose layers have names of their own

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
from collections import OrderedDict

import torch
from torch import nn

SIMPLE = {"relu": nn.ReLU, "tanh": nn.Tanh, "silu": nn.SiLU, "flatten": nn.Flatten, "identity": nn.Identity}


class Fails(nn.Module):
    def forward(self, x):
        raise RuntimeError("the model fails")


def layer(kind, *parts):
    if kind == "stage":
        made = [layer(*each) for each in parts[0]]
        return nn.Sequential(OrderedDict(zip(parts[1], made))) if len(parts) > 1 else nn.Sequential(*made)
    if kind == "conv":
        weight, stride = parts
        made = nn.Conv2d(weight.shape[1], weight.shape[0], weight.shape[2], stride, weight.shape[2] // 2, bias=False)
    elif kind == "linear":
        weight = parts[0]
        made = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    elif kind == "norm":
        weight, bias, mean, variance = parts
        made = nn.BatchNorm2d(len(weight))
        made.to(weight.dtype)
        with torch.no_grad():
            for own, given in ((made.weight, weight), (made.bias, bias), (made.running_mean, mean),
                               (made.running_var, variance)):
                own.copy_(given)
        return made
    elif kind == "relu in place":
        return nn.ReLU(inplace=True)
    elif kind == "fails":
        return Fails()
    else:
        return SIMPLE[kind]()
    made.to(weight.dtype)
    with torch.no_grad():
        made.weight.copy_(weight)
    return made


def block(work, stage, shortcut, activation):
    return work.Residual(layer("stage", stage), None if shortcut is None else layer(*shortcut), layer(*activation))


def outputs(work, stage, shortcut, activation, inputs, *, training=False):
    """What a block gives for each of the inputs, one after the other, and the inputs afterwards."""
    made = block(work, stage, shortcut, activation).train(training)
    with torch.no_grad():
        return [made(x) for x in inputs], inputs


def gradients(work, stage, shortcut, activation, inputs, upstream):
    """The gradients by x and then by the block's parameters, for each of the inputs, in evaluation mode."""
    made = block(work, stage, shortcut, activation).eval()
    found = []
    for x, grad in zip(inputs, upstream):
        x = x.clone().requires_grad_()
        found.append([*torch.autograd.grad(made(x), [x, *made.parameters()], grad)])
    return found


def shortcuts(work, before, after, seeds):
    """For two shortcuts: the classes of their layers, [name, shape] of their state, what they make of a random input.

    Then how many tensors they share.
    """
    made = [work.shortcut_for(before, after) for _ in seeds]
    described = []
    for shortcut, seed in zip(made, seeds):
        generator = torch.Generator().manual_seed(seed)
        state = shortcut.state_dict()
        for each in state.values():
            if each.is_floating_point():
                each.copy_(torch.rand(each.shape, generator=generator) + 0.5)
    for shortcut, seed in zip(made, seeds):
        layers = [type(each).__name__ for each in shortcut.modules()]
        x = torch.rand(before, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        with torch.no_grad():
            y = shortcut.double().eval()(x)
        tensors = [each.clone() for each in shortcut.state_dict().values()]
        described.append([layers, [[name, list(each.shape)] for name, each in shortcut.state_dict().items()], x, y, tensors])
    first, second = ({id(each) for each in shortcut.parameters()} for shortcut in made)
    return described, len(first & second)


def error_of(function, *arguments):
    """(the class of the error that comes, or "", whether it is a ValueError, its message)."""
    try:
        function(*arguments)
    except NotImplementedError:
        raise
    except Exception as error:
        return type(error).__name__, isinstance(error, ValueError), str(error)
    return "", False, ""


def refused(work, before, after):
    return error_of(work.shortcut_for, before, after)[:2]


def network(layers, modes=None, twice=()):
    """An nn.Sequential with the layers of a dict {name: description}; `twice` are pairs (name, the same layer's name).

    `modes` is {name of a module: training}; all others are in training mode.
    """
    model = nn.Sequential()
    for name, description in layers.items():
        model.add_module(name, layer(*description))
    for name, other in twice:
        setattr(model, name, getattr(model, other))
    for name, training in (modes or {}).items():
        model.get_submodule(name).training = training
    return model


def added(work, layers, names, example, inputs, *, modes=None, twice=(), once=False):
    """Add skips to a network; a dict of what there is to see of it afterwards, and at last what it gives in evaluation mode.

    `once`: the names come from a generator.
    """
    torch.manual_seed(0)
    model = network(layers, modes, twice)
    stages = [getattr(model, name) for name in names]
    old = [(each, each.training) for each in model.modules() if not any(each is stage for stage in stages)]
    parameters, state = list(model.parameters()), [(each, each.clone()) for each in model.state_dict().values()]
    given = example.clone()
    work.add_skips(model, (name for name in names) if once else list(names), given)

    blocks = {name: getattr(model, name) for name in names}
    seen = {
        "classes": [[name, type(each).__name__] for name, each in model._modules.items()],
        "parts": {name: [type(getattr(block, part, None)).__name__ for part in ("stage", "shortcut", "activation")]
                  for name, block in blocks.items()},
        "names": list(model.state_dict()),
        "dtypes": sorted({str(each.dtype) for each in model.state_dict().values() if each.is_floating_point()}),
        "shortcuts": {name: [each.clone() for each in block.shortcut.state_dict().values()]
                      for name, block in blocks.items() if isinstance(getattr(block, "shortcut", None), torch.nn.Module)},
        "modes": [[name, each.training] for name, each in model.named_modules()],
        "layers kept": all(any(each is other for other in model.modules()) for each, _ in old),
        "parameters kept": all(any(each is other for other in model.parameters()) for each in parameters),
        "state kept": all(torch.equal(*each) for each in state),
        "modes kept": all(each.training == training for each, training in old),
        "example kept": torch.equal(given, example),
        "leaves kept": all(each.requires_grad and each.grad is None for each in parameters),
    }
    with torch.no_grad():
        seen["outputs"] = [model.eval()(x.clone()) for x in inputs]
    return seen


def not_added(work, layers, names, example, *, modes=None):
    """Add skips where it cannot be: (error, whether it is a ValueError, message), and whether the model is as it was."""
    model = network(layers, modes)
    before = [(name, id(each), each.training) for name, each in model.named_modules()]
    state = [(each, each.clone()) for each in model.state_dict().values()]
    error = error_of(work.add_skips, model, list(names), example)
    same = before == [(name, id(each), each.training) for name, each in model.named_modules()]
    return error, same and all(torch.equal(*each) for each in state)


def removed(work, kind, layers, inputs, training):
    """Take the skips out of a network of blocks; a dict of what there is to see afterwards.

    `layers` is a dict {name: description}, in which ("block", stage, shortcut, activation) is a Residual. `kind` is "row" for
    an nn.Sequential of all; of the first layer alone, "root" is that itself, "nested" the same in another block, and "shared"
    the same in two places.
    """
    made = {name: block(work, *parts) if what == "block" else layer(what, *parts) for name, (what, *parts) in layers.items()}
    first = next(iter(made.values()))
    model = nn.Sequential()
    if kind == "row":
        for name, each in made.items():
            model.add_module(name, each)
    elif kind == "root":
        model = first
    elif kind == "nested":
        model.append(work.Residual(nn.Sequential(first), nn.Identity(), nn.Identity()))
    else:
        model.extend([first, nn.Tanh(), first])
    model.train(training)
    state = {name: (each, each.clone()) for name, each in model.state_dict().items()}
    modules = [each for name, each in model.named_modules() if "shortcut" not in name]

    seen = {"counts": [work.remove_skips(model), work.remove_skips(model)]}
    now = model.state_dict()
    seen["gone"] = [name for name in state if name not in now]
    seen["same"] = all(torch.equal(*state[name]) and now[name].data_ptr() == state[name][0].data_ptr() for name in now)
    seen["modes"] = sorted({each.training for each in modules})
    with torch.no_grad():
        seen["outputs"] = [model.eval()(x.clone()) for x in inputs]
    return seen
