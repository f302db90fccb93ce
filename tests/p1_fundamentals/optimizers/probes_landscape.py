"""What the suite of `landscape` does beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value. The suite also hands over
another `work`, which computes on copies of the model: that is how it finds out what is right.
"""
import torch
from torch import nn


class Scale(nn.Module):
    """A factor without axes, and a buffer that `state_dict` leaves out, which counts the calls."""

    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(1.5))
        self.register_buffer("calls", torch.tensor(0), persistent=False)

    def forward(self, x):
        self.calls += 1
        return x * self.factor


def network(kind, seed, dtype):
    """A model with normal parameters of `seed`: "convolution" with batch norm, "embedding", or "one weight"."""
    if kind == "convolution":
        model = nn.Sequential(nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3), nn.Flatten(), Scale(), nn.Linear(12, 2))
        model[0].bias.requires_grad_(False)
    elif kind == "embedding":
        model = nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 3), nn.Linear(3, 3, bias=False))
        model[1].weight.requires_grad_(False)
    else:
        model = nn.Sequential(nn.Linear(1, 1, bias=False))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.randn(p.shape, generator=generator))
        if kind == "embedding":
            model[0].weight[2] = 0
    return model.to(dtype)


def states(kind, seed, dtype):
    """The parameters of such a model."""
    return [p.detach() for p in network(kind, seed, dtype).parameters()]


def directions(work, kind, seed, dtype, draws, global_seed=0):
    """A direction for each of the seeds in `draws`, and the parameters before and after; what requires a gradient.

    A seed that comes again at once goes on with the generator of the seed before. Then whether the global generator is as
    it was.
    """
    dtype = getattr(torch, dtype)
    model, found, generator, last = network(kind, seed, dtype), [], None, None
    before = [p.detach().clone() for p in model.parameters()]
    torch.manual_seed(global_seed)
    state = torch.get_rng_state()
    for draw in draws:
        generator = generator if draw == last else torch.Generator().manual_seed(draw)
        found.append(list(work.random_direction(model, generator)))
        last = draw
    same = torch.equal(state, torch.get_rng_state())
    grads = [d.requires_grad for direction in found for d in direction]
    return [[d.detach() for d in each] for each in found], before, [p.detach() for p in model.parameters()], grads, same


def angles(work, sides, seed):
    """The direction of a layer with `sides[0]` filters of two numbers, which all are 1, as rows of two."""
    layer = nn.Module()
    layer.weight = nn.Parameter(torch.ones(sides))
    return work.random_direction(layer, torch.Generator().manual_seed(seed))[0].detach().reshape(-1, 2)


class Loss:
    """Mean square of what the model says about a fixed input. It records with what it is called.

    `kind` is what else it does: "plain" nothing; "evaluates" switches to evaluation mode and leaves it; "counts" computes
    in training mode first, which moves the running statistics, and then in evaluation mode, which uses them, and leaves
    the last module in training mode. "float" returns a float. "fails 2" raises a RuntimeError in the second call, after it has
    spoilt buffers and modes; "fails 1" in the first.
    """

    def __init__(self, model, kind, dtype):
        self.model, self.kind, self.calls = model, kind, []
        first = next(model.modules())[0]
        if isinstance(first, nn.Embedding):
            self.x = torch.tensor([0, 3, 3, 1, 2])
        else:
            shape = (4, 2, 3, 3) if isinstance(first, nn.Conv2d) else (4, 1)
            self.x = torch.randn(shape, generator=torch.Generator().manual_seed(9)).to(dtype)

    def __call__(self, model):
        self.calls.append({"itself": model is self.model, "graph": torch.is_grad_enabled(),
                           "modes": [module.training for module in model.modules()],
                           "parameters": [p.detach().clone() for p in model.parameters()],
                           "buffers": [b.clone() for b in model.buffers()]})
        if self.kind == "counts":
            model.train()
            model(self.x)
        if self.kind != "plain":
            model.eval()
        value = (model(self.x) + 0.25).square().mean()
        if self.kind == "counts":
            [*model.modules()][-1].train()
        if self.kind == f"fails {len(self.calls)}":
            model.train()
            for buffer in model.buffers():
                buffer += 1
            raise RuntimeError("the loss fails")
        return value.item() if self.kind == "float" else value


def opened(kind, seed, dtype, training=True):
    """A model; the batch norm of a "convolution" is in evaluation mode while the model trains, and the reverse."""
    model = network(kind, seed, getattr(torch, dtype)).train(training)
    if kind == "convolution":
        model[1].train(not training)
        model[1].running_var.mul_(1.75)
    return model


def slices(work, model, loss, lines, alphas, betas):
    """`loss_at` for the first alpha and beta where `alphas` is a number, else a line or, with betas, a surface."""
    if isinstance(alphas, float):
        coefficients = [alphas] if betas is None else [alphas, betas]
        return work.loss_at(model, loss, lines[:len(coefficients)], coefficients)
    if betas is None:
        return work.loss_along(model, loss, lines[0], alphas)
    return work.loss_surface(model, loss, lines, alphas, betas)


def losses(work, kind, seed, dtype, lines, alphas, betas=None, *, loss="plain", training=True):
    """The loss, line or surface, and what the loss recorded at each of its calls."""
    model = opened(kind, seed, dtype, training)
    observed = Loss(model, loss, getattr(torch, dtype))
    found = slices(work, model, observed, lines, alphas, betas)
    return found, [[*call["parameters"]] for call in observed.calls], [call["modes"] for call in observed.calls]


def ways_of_calling(work, kind, seed, dtype, lines, alphas, betas=None):
    """For each call of the loss, whether it got the model itself, and whether a graph was recorded."""
    model = opened(kind, seed, dtype)
    observed = Loss(model, "plain", getattr(torch, dtype))
    slices(work, model, observed, lines, alphas, betas)
    return [call["itself"] for call in observed.calls], [call["graph"] for call in observed.calls]


def snapshot(model):
    """All that is to stay, by name: which tensors, where they lie, their bytes and flags, and the modes."""
    named = [*model.named_parameters(), *model.named_buffers()]
    kept = {f"{name}: {what}": value for name, tensor in named for what, value in (
        ("the tensor", id(tensor)), ("its memory", tensor.data_ptr()), ("its numbers", tensor.detach().numpy().tobytes()),
        ("requires_grad", tensor.requires_grad), ("its gradient", tensor.grad is None))}
    return kept | {f"{name or 'the model'}: training": module.training for name, module in model.named_modules()}


def left_behind(work, kind, seed, dtype, lines, alphas, betas=None, *, loss, training=True):
    """What is not as it was, by name; how often the loss was called; the class of the error that came out, or ""."""
    model, error = opened(kind, seed, dtype, training), ""
    held = [*model.parameters(), *model.buffers()]  # kept alive, so that no other tensor gets the id of one of them
    observed, before = Loss(model, loss, getattr(torch, dtype)), snapshot(model)
    try:
        slices(work, model, observed, lines, alphas, betas)
    except NotImplementedError:
        raise
    except Exception as raised:
        error = type(raised).__name__
    after = snapshot(model)
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return names, len(observed.calls), error, len(held)


def projected(work, path, centre, plane, trained):
    """The coordinates, and whether they require a gradient; where `trained`, the states are parameters that do."""
    if trained:
        path, centre = [[*map(nn.Parameter, each)] for each in path], [*map(nn.Parameter, centre)]
    found = work.project(path, centre, plane)
    return found.detach(), found.requires_grad, [[p.detach() for p in each] for each in path]
