"""What the suite of `counting` does beside the learner's functions, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value. The suite builds the same models,
for PyTorch's own counter.
"""
import torch
from torch import nn


class Nested(nn.Module):
    """A layer that is called twice, one that is never called, blocks in a list, a parameter and a buffer of its own."""

    def __init__(self, width):
        super().__init__()
        self.blocks = nn.ModuleList([nn.Sequential(nn.Conv2d(2, width, 3), nn.Tanh()), nn.Conv2d(width, width, 1, bias=False)])
        self.unused = nn.Linear(width, 3)
        self.head = nn.Linear(width, width)
        self.scale = nn.Parameter(torch.ones(width))
        self.register_buffer("table", torch.ones(7))

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        x = x.mean(dim=(2, 3)) * self.scale
        return self.head(torch.relu(self.head(x)))


class Wide(nn.Linear):
    """A subclass of nn.Linear."""


class Spy(nn.Module):
    """Hands its input on, and writes down what it was, the modes, and whether a graph is recorded. `fails`: raises then."""

    def __init__(self, fails=False):
        super().__init__()
        self.fails, self.seen = fails, []

    def forward(self, x):
        self.seen.append([list(x.shape), str(x.dtype), x.count_nonzero().item(), self.training, torch.is_grad_enabled()])
        if self.fails:
            raise RuntimeError("the model fails")
        return x


def model(name, width):
    """A model with weights that are not 0, in training mode."""
    torch.manual_seed(width)
    if name == "plain":
        made = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2),
                             nn.Conv2d(width, 2 * width, 3, stride=2, padding=1, groups=width, bias=False), nn.Dropout(0.5),
                             nn.AdaptiveAvgPool2d(1), nn.Flatten(), Wide(2 * width, 5))
    elif name == "nested":
        made = Nested(width)
    elif name == "shared":
        layer = nn.Linear(3, 3)
        made = nn.Sequential(layer, nn.Tanh(), nn.Sequential(nn.Linear(3, width), nn.Linear(width, 3, bias=False)), layer)
    elif name == "tied":
        made = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width, bias=False))
        made[2].weight = made[0].weight
    else:
        made = nn.Sequential(nn.ReLU(), nn.Flatten())
    for each in made.parameters():
        nn.init.uniform_(each, 0.5, 1.5)
    return made


def counted(work, name, widths, input_shape, *, frozen=False, zeros=None, dtype="float32"):
    """The counts for a model of each width.

    `zeros` is {name of a parameter: how many of its first numbers are set to 0}; `frozen`: its first parameter requires no
    gradient.
    """
    found = []
    for width in widths:
        made = model(name, width).to(getattr(torch, dtype))
        with torch.no_grad():
            for parameter, number in (zeros or {}).items():
                made.get_parameter(parameter).reshape(-1)[:number] = 0
        for first in [*made.parameters()][:frozen]:
            first.requires_grad_(False)
        found.append(work.count(made, input_shape))
    return found


def of_layers(work, kind, several, input_shape):
    """The counts for single layers, each made with its own arguments and options."""
    found = []
    for arguments, options in several:
        layer = getattr(nn, kind)(*arguments, **options)
        for each in layer.parameters():
            nn.init.uniform_(each, 0.5, 1.5)
        found.append(work.count(layer, input_shape))
    return found


def watched(work, width, *, fails=False, dtype="float32", pattern="mixed"):
    """A model with a spy before its first layer: the counts or None, and a dict of what there is to see afterwards.

    `pattern`: "training", "evaluation", or "mixed", with the batch norm frozen.
    """
    made = nn.Sequential(Spy(), nn.Conv2d(2, width, 3), nn.BatchNorm2d(width), nn.Dropout(0.5), Spy(fails), nn.Flatten(),
                         nn.Linear(4 * width, 2)).to(getattr(torch, dtype))
    made.train(pattern != "evaluation")
    if pattern == "mixed":
        made[2].eval()
    for layer in (made, made[1], made[6]):
        layer.register_forward_hook(lambda *_: None)
    modules = list(made.modules())
    modes, hooks = [each.training for each in modules], [hooks_of(each) for each in modules]
    state = [(each, each.clone()) for each in made.state_dict().values()]
    torch.manual_seed(1)
    numbers = torch.get_rng_state()
    result, error = None, ""
    try:
        result = work.count(made, (3, 2, 4, 4))
    except NotImplementedError:
        raise
    except Exception as raised:
        error = type(raised).__name__
    return result, {
        "error": error, "seen": made[0].seen, "modes": [each.training for each in modules] == modes,
        "own hooks": any(set(hooks_of(each)) - set(held) for each, held in zip(modules, hooks)),
        "others' hooks": all(set(hooks_of(each)) >= set(held) for each, held in zip(modules, hooks)),
        "state": all(torch.equal(*each) for each in state),
        "gradients": all(each.requires_grad and each.grad is None for each in made.parameters()),
        "random numbers": torch.equal(numbers, torch.get_rng_state()),
    }


def spied(work, several, input_shape):
    """What a model sees of its input, as (dtype, numbers that are not 0) of each call, for models of several parameters.

    `several` are lists of (numbers, dtype), the parameters of one model in their order.
    """
    found = []
    for described in several:
        spy = Spy()
        for place, (numbers, dtype) in enumerate(described):
            each = torch.tensor(numbers, dtype=getattr(torch, dtype))
            spy.register_parameter(f"p{place}", nn.Parameter(each, requires_grad=each.is_floating_point()))
        made = nn.Sequential(spy)
        work.count(made, input_shape)
        found.append([[dtype, nonzero] for _, dtype, nonzero, *_ in spy.seen])
    return found


def hooks_of(module):
    return list(module._forward_hooks) + list(module._forward_pre_hooks)
