"""What the suite of `swap_activations` does beside the learner's functions, in the learner's process: models are made here.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value. `made` and `described` also
run in the judge, which tells from them what is to come back.
"""
import torch
from torch import nn


class Scaled(nn.Module):
    """x times a learned number: an activation with a parameter, a buffer, and a buffer of integers."""

    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(torch.tensor([1.5]))
        self.register_buffer("shift", torch.tensor([0.25]))
        self.register_buffer("steps", torch.tensor([3]))

    def forward(self, x):
        return self.factor * x + self.shift


class OwnReLU(nn.ReLU):
    """A subclass: another activation."""

    def forward(self, x):
        return x.clamp(min=0) / 2


class OwnSequential(nn.Sequential):
    """A subclass of a container."""


class Residual(nn.Module):
    """x + f(x), with an activation inside of f and one behind the sum, and a name that was registered for no module."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))
        self.shortcut = None
        self.register_module("drop", None)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.act(x + self.body(x))


class Nested(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Linear(3, 4), nn.ReLU())
        self.blocks = nn.ModuleList([Residual(), Residual()])
        self.heads = nn.ModuleDict({"b": nn.Sequential(nn.Linear(4, 2), nn.Tanh(), nn.ReLU()), "a": nn.Linear(4, 2)})

    def forward(self, x):
        h = self.stem(x)
        for block in self.blocks:
            h = block(h)
        return self.heads["b"](h) + self.heads["a"](h)


class Twice(nn.Module):
    """One activation under two names of the same module and once more inside of another."""

    def __init__(self):
        super().__init__()
        self.first, self.act = nn.Linear(3, 4), nn.ReLU()
        self.body = nn.Sequential(nn.Linear(4, 4), self.act, nn.Linear(4, 4), nn.ReLU())
        self.last, self.again = nn.Linear(4, 2), self.act

    def forward(self, x):
        return self.again(self.last(self.body(self.act(self.first(x)))))


def made(name, dtype=torch.float64):
    """A model by its name. All take inputs of the shape (batch, 3)."""
    torch.manual_seed(len(name))
    if name == "flat":
        model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2), nn.ReLU())
    elif name == "nested":
        model = Nested()
    elif name == "twice":
        model = Twice()
    elif name == "shared block":
        block = nn.Sequential(nn.Linear(3, 3), nn.ReLU())
        model = nn.Sequential(block, nn.Tanh(), block, nn.ReLU())
    elif name == "kinds":
        model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 4), nn.ReLU6(), nn.Linear(4, 4), nn.Hardtanh(),
                              nn.Sequential(OwnReLU(), nn.Linear(4, 4)), nn.LeakyReLU(0.25), nn.Linear(4, 2), nn.ReLU())
    elif name == "slopes":
        shared = nn.LeakyReLU(0.5)
        model = nn.Sequential(nn.Linear(3, 4), nn.LeakyReLU(0.25), nn.Linear(4, 4), shared,
                              nn.Sequential(nn.Linear(4, 4), shared))
    elif name == "inside":
        block = Residual()
        model = nn.Sequential(nn.Linear(3, 4), block, nn.ReLU(), nn.Sequential(block.act, nn.Linear(4, 2)))
    elif name == "bare":
        model = nn.Sequential(nn.ReLU(), nn.Sequential(nn.Tanh(), nn.ReLU()))
    elif name == "activation first":
        model = nn.Sequential(nn.ReLU(), nn.Linear(3, 4), nn.ReLU())
    elif name == "own root":
        model = OwnSequential(nn.Linear(3, 4), nn.Sequential(nn.Linear(4, 2), nn.ReLU()))
    else:
        model = getattr(nn, name)()
    return model.to(dtype)


CLASSES = {"OwnReLU": OwnReLU, "Residual": Residual, "Linear": nn.Linear, "Sequential": nn.Sequential}
NEW = {
    "nn.SiLU()": lambda old: nn.SiLU(),
    "an activation with a parameter": lambda old: Scaled(),
    "nn.LeakyReLU(2 * old.negative_slope)": lambda old: nn.LeakyReLU(2 * old.negative_slope),
    "nn.Sequential(nn.Tanh(), old)": lambda old: nn.Sequential(nn.Tanh(), old),
    "nn.Sequential(nn.ReLU(), nn.Dropout())": lambda old: nn.Sequential(nn.ReLU(), nn.Dropout()),
}


def classes(names):
    """What `old` is: a class for a text, a tuple of classes for a list of texts."""
    found = [CLASSES.get(name) or getattr(nn, name) for name in ([names] if isinstance(names, str) else names)]
    return found[0] if isinstance(names, str) else tuple(found)


def paths(module, before=""):
    """(path, module) of every place below a module, depth first, those that it shares as often as they come."""
    for name, child in module._modules.items():
        if child is not None:
            yield before + name, child
            yield from paths(child, f"{before}{name}.")


def described(model):
    """For each place its path, the class that is there, and the first path at which that same object stands."""
    first = {}
    return [[path, type(module).__name__, first.setdefault(id(module), path)] for path, module in paths(model)]


def found(work, name, old):
    """What `places` returns: the paths, and for each the first path at which the module that came with it stands."""
    model = made(name)
    first = {}
    for path, module in paths(model):
        first.setdefault(id(module), path)
    result = work.places(model, classes(old))
    return (type(result).__name__,
            [[path, first.get(id(module), "nowhere in the model")] for path, module in dict(result).items()])


def swapped(work, name, old, new):
    """The model afterwards, as `described`; and the first paths of the modules that `new` was called with, in order."""
    model, calls = made(name), []
    first = {}
    for path, module in paths(model):
        first.setdefault(id(module), path)
    kept = []  # so that no id is used again

    def make(module):
        calls.append(first.get(id(module), "nowhere in the model"))
        kept.append(module)
        return NEW[new](module)

    work.swap_activations(model, classes(old), make)
    return described(model), calls


def output(work, name, old, new, x):
    """The output of the model after the swap, in evaluation mode."""
    model = made(name).eval()
    work.swap_activations(model, classes(old), NEW[new])
    return model(x.clone()).detach()


def slopes(work, name, new):
    """The slopes of all leaky relus, place by place, after the swap."""
    model = made(name)
    work.swap_activations(model, nn.LeakyReLU, NEW[new])
    return [module.negative_slope for _, module in paths(model) if isinstance(module, nn.LeakyReLU)]


def rest(work, name, old, new):
    """What is to stay: whether each tensor of the state and each parameter is what it was, by name; how often a hook ran.

    The names are those of the state before the swap that are there afterwards. Then the modes of all places at the end.
    """
    model = made(name)
    model.train()
    for number, (_, module) in enumerate(paths(model)):
        module.training = number % 3 != 0  # some in either mode
    was, values = dict(model.named_parameters()), {key: value.clone() for key, value in model.state_dict().items()}
    modes = [[path, module.training] for path, module in paths(model)]
    linear, calls = next(module for module in model.modules() if isinstance(module, nn.Linear)), []
    linear.register_forward_hook(lambda *given: calls.append(1))
    root = model.training
    work.swap_activations(model, classes(old), NEW[new])
    now, state = dict(model.named_parameters()), model.state_dict()
    same = [key for key, value in values.items() if key in state and torch.equal(state[key], value)]
    after = dict(paths(model))
    model(torch.ones(2, 3, dtype=next(model.parameters()).dtype))
    return (same == list(values), [key for key in was if now.get(key) is was[key]] == list(was), len(calls) > 0,
            model.training == root, [path for path, mode in modes if path in after and after[path].training != mode])


def of_new(work, name, dtype, device, mode):
    """A text for each new activation: its path, the dtypes of its parameter and its buffers, their device, and its mode."""
    model = made(name, getattr(torch, dtype)).to(device).train(mode)
    work.swap_activations(model, nn.ReLU, NEW["an activation with a parameter"])
    new = [(path, module) for path, module in paths(model) if isinstance(module, Scaled)]
    return [f"{path}: {module.factor.dtype}, {module.shift.dtype}, {module.steps.dtype}, on {module.factor.device}, "
            f"training {module.training}" for path, module in new]


def mixed(work, dtypes):
    """The dtypes of the new activation in a model of two layers with these dtypes, and an integer parameter before them."""
    model = nn.Sequential()
    model.register_parameter("counter", nn.Parameter(torch.tensor(3), requires_grad=False))
    for dtype in dtypes:
        model.append(nn.Linear(3, 3).to(getattr(torch, dtype)))
        model.append(nn.ReLU())
    work.swap_activations(model, nn.ReLU, NEW["an activation with a parameter"])
    return [str(module.factor.dtype) for module in model.modules() if isinstance(module, Scaled)]


def refused(work, name, old, fails_at):
    """The class of the error, and the model before and afterwards; `new` raises a KeyError at call number `fails_at`."""
    model, calls, error = made(name), [], ""
    before = described(model), [id(module) for module in model.modules()]

    def make(module):
        calls.append(module)
        if len(calls) == fails_at:
            raise KeyError("new fails")
        return nn.SiLU()

    try:
        work.swap_activations(model, classes(old), make)
    except NotImplementedError:
        raise
    except Exception as raised:
        error = type(raised).__name__
    return error, before == (described(model), [id(module) for module in model.modules()])


def learns_on(work, name):
    """How many of the parameters that somebody held, as an optimiser does, are the model's after a swap, of how many."""
    model = made(name)
    held = list(model.parameters())
    work.swap_activations(model, nn.ReLU, NEW["nn.SiLU()"])
    now = {id(parameter) for parameter in model.parameters()}
    return sum(id(parameter) in now for parameter in held), len(held)
