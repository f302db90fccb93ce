"""What the suite of `distill` does beside the learner's functions, in the learner's process.

Models and optimisers are made there: they do not cross the wire. A probe gets the exercise's module as `work`, returns plain
data, and holds no expected value.
"""
import copy

import torch
from torch import nn


class Momentum:
    """SGD with momentum that is none of torch's optimisers: no hooks, and a plain dict for its state."""

    def __init__(self, params, lr, momentum):
        self.params, self.lr, self.momentum = list(params), lr, momentum
        self.state, self.calls = {}, []

    @torch.no_grad()
    def step(self):
        self.calls.append("step")
        for p in self.params:
            if p.grad is not None:
                kept = self.state.setdefault(p, {"velocity": torch.zeros_like(p), "count": torch.zeros(3), "note": "kept"})
                kept["velocity"].mul_(self.momentum).add_(p.grad)
                self.turn(kept["velocity"])
                p.sub_(kept["velocity"], alpha=self.lr)

    def turn(self, velocity):
        pass

    def zero_grad(self):
        self.calls.append("zero_grad")
        for p in self.params:
            p.grad = None


class Centred(Momentum):
    """Each weight's step depends on all weights: their mean velocity is taken off, so no velocity stays at 0."""

    def turn(self, velocity):
        velocity.sub_(velocity.mean())


OPTIMIZERS = {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW, "Momentum": Momentum,
              "Centred": Centred}


class Words(nn.Module):
    """A model that is called with two tensors, as an encoder is: ids and a mask."""

    def __init__(self):
        super().__init__()
        self.words, self.norm, self.out = nn.Embedding(6, 3), nn.LayerNorm(3), nn.Linear(3, 2)

    def forward(self, ids, mask):
        x = self.norm(self.words(ids)) * mask[..., None]             # (texts, tokens, 3)
        return self.out(x.sum(dim=1))


class Tied(nn.Module):
    """A matrix that two layers share, a vector with zeros, a dense matrix, and a convolution."""

    def __init__(self):
        super().__init__()
        self.words, self.head = nn.Embedding(4, 3), nn.Linear(3, 4)
        self.head.weight = self.words.weight
        self.norm, self.dense, self.sequence = nn.LayerNorm(3), nn.Linear(3, 2), nn.Conv1d(2, 2, 2)


MODELS = {
    "linear": lambda: nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)),
    "words": Words,
    "dropout": lambda: nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.0), nn.Linear(4, 2)),
    "one layer": lambda: nn.Linear(4, 3),
    "tied": Tied,
}


@torch.no_grad()
def make(kind, values):
    """A float64 model with these numbers in its parameters, by their names."""
    model = MODELS[kind]().double()
    named = dict(model.named_parameters())
    for name, value in values.items():
        named[name].copy_(value)
    return model


def copied(tensors):
    return {name: each.detach().clone() for name, each in tensors}


def distance(work, student, teacher):
    """cosine_distance: its value, the student's gradient, and what the teacher has for one."""
    student, teacher = student.clone().requires_grad_(), teacher.clone().requires_grad_()
    loss = work.cosine_distance(student, teacher)
    if loss.requires_grad:
        loss.backward()
    return loss.detach(), student.grad, teacher.grad


def masks(work, kind, values):
    """masks_of twice, before and after all weights have become 0: the masks that came first, and their dtypes."""
    model = make(kind, values)
    found = work.masks_of(model)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    return list(found), {name: each.clone() for name, each in found.items()}, [str(each.dtype) for each in found.values()]


def hold(work, values, given_masks, gradients, held, plain):
    """hold_zeros for a layer whose weight has the tensors and other values `held` as its state, or none if that is None.

    Parameters and gradients afterwards, what the state is then (None without a key), and what are other objects than before.
    """
    model = make("one layer", values)
    optimizer = OPTIMIZERS["Momentum" if plain else "SGD"](model.parameters(), lr=0.1, momentum=0.5)
    named = dict(model.named_parameters())
    for name, gradient in gradients.items():
        named[name].grad = gradient.clone()
    own = {}
    if held is not None:
        own = {name: each.clone() if isinstance(each, torch.Tensor) else each for name, each in held.items()}
        optimizer.state[model.weight] = dict(own)
    before = {name: (each, each.data_ptr(), each.grad) for name, each in named.items()}
    work.hold_zeros(model, given_masks, optimizer)
    after = dict(model.named_parameters())
    state = dict(optimizer.state[model.weight]) if model.weight in optimizer.state else None
    others = [name for name, (each, place, gradient) in before.items()
              if not (after[name] is each and each.data_ptr() == place and each.grad is gradient)]
    others += [name for name in own if state is None or state.get(name) is not own[name]]
    gradients = copied((name, each.grad) for name, each in after.items() if each.grad is not None)
    return copied(after.items()), gradients, state, others, len(optimizer.state)


def distilled(work, kind, values, taught, given_masks, name, options, batches, *, before=(), stale=False):
    """distill: the losses, both models' parameters afterwards, and what was seen when each was called.

    before  gradients of dense steps that the optimiser takes before the student is pruned
    stale   whether gradients are there from before
    """
    student, teacher = make(kind, values), make(kind, taught)
    optimizer = OPTIMIZERS[name](student.parameters(), **options)
    for gradients in before:
        for own, p in student.named_parameters():
            p.grad = gradients[own].clone()
        optimizer.step()
    for p in student.parameters():
        p.grad = torch.ones_like(p) if stale else None
    getattr(optimizer, "calls", []).clear()
    student.train(stale)
    teacher.train()
    seen = {"student": [], "teacher": []}
    watch(student, seen["student"], lambda: all(bool((p[~given_masks[own]] == 0).all()) for own, p in student.named_parameters()
                                                if own in given_masks))
    watch(teacher, seen["teacher"], lambda: torch.is_grad_enabled())
    losses = work.distill(student, teacher, iter(batches), optimizer, masks=given_masks)
    left = [each[~given_masks[own]].detach().clone() for own, p in student.named_parameters() if own in given_masks
            for each in optimizer.state.get(p, {}).values() if isinstance(each, torch.Tensor) and each.shape == p.shape]
    facts = {"student's modes": [module.training for module in student.modules()],
             "teacher's modes": [module.training for module in teacher.modules()],
             "teacher's gradients": [name for name, p in teacher.named_parameters() if p.grad is not None],
             "teacher requires gradients": [p.requires_grad for p in teacher.parameters()],
             "steps": getattr(optimizer, "calls", []).count("step")}
    return [losses, copied(student.named_parameters()), copied(teacher.state_dict().items()), seen, facts, left]


def watch(model, seen, look):
    """Keep at each call of a model: the modes of its modules, and what `look` says then."""
    model.register_forward_pre_hook(lambda *_: seen.append([[module.training for module in model.modules()], look()]))


def refused(work, values, why):
    """The class of the error that distill raises, or "", and whether anything has changed by then: numbers or modes."""
    teacher = make("linear", values)
    student = copy.deepcopy(teacher)
    given_masks = {"0.weight": torch.ones(4, 3, dtype=torch.bool)}
    given_masks["0.weight"][0] = False
    if why == "the teacher itself":
        student = teacher
    elif why == "a shared parameter":
        student[2].weight = teacher[2].weight
    elif why == "shared memory":
        student[2].bias = nn.Parameter(teacher[2].bias.detach())
    elif why == "an unknown name":
        given_masks["3.weight"] = torch.zeros(4, 3, dtype=torch.bool)
    elif why == "another shape":
        given_masks["2.weight"] = torch.zeros(4, 2, dtype=torch.bool)
    student.train()
    teacher.train()
    optimizer = OPTIMIZERS["Momentum"](student.parameters(), lr=0.5, momentum=0.5)
    before, error = copied(student.named_parameters()), ""
    try:
        work.distill(student, teacher, [(torch.ones(2, 3, dtype=torch.float64),)], optimizer, masks=given_masks)
    except NotImplementedError:
        raise
    except Exception as raised:
        error = type(raised).__name__
    same = all(torch.equal(before[name], p) for name, p in student.named_parameters())
    return error, [same, student.training, teacher.training, optimizer.calls]
