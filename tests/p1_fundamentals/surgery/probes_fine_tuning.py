"""What the suite of `fine_tuning` does beside the learner's functions, in the learner's process.

Models and optimisers are made there: they do not cross the wire. A probe gets the exercise's module as `work`, returns plain
data, and holds no expected value.
"""
import torch
from torch import nn


class Momentum:
    """SGD with momentum that is none of torch's optimisers: no hooks, and a plain dict for its state."""

    def __init__(self, params, lr, momentum):
        self.param_groups = [{"params": list(params), "lr": lr, "momentum": momentum}]
        self.state, self.calls = {}, []

    @torch.no_grad()
    def step(self):
        self.calls.append("step")
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    kept = self.state.setdefault(p, {"velocity": torch.zeros_like(p), "count": torch.zeros(3), "note": "kept"})
                    kept["velocity"].mul_(group["momentum"]).add_(p.grad)
                    self.turn(kept["velocity"])
                    p.sub_(kept["velocity"], alpha=group["lr"])

    def turn(self, velocity):
        pass

    def zero_grad(self):
        self.calls.append("zero_grad")
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None


class Centred(Momentum):
    """Each weight's step depends on all weights: their mean velocity is taken off, so no velocity stays at 0."""

    def turn(self, velocity):
        velocity.sub_(velocity.mean())


OPTIMIZERS = {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW, "RMSprop": torch.optim.RMSprop,
              "Momentum": Momentum, "Centred": Centred}
MODELS = {
    "linear": lambda: nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 2)),
    "convolution": lambda: nn.Sequential(nn.Sequential(nn.Conv2d(1, 2, 2), nn.BatchNorm2d(2), nn.Flatten()), nn.Linear(8, 2)),
    "one layer": lambda: nn.Linear(4, 3),
}


@torch.no_grad()
def make(kind, values, masks):
    """A float64 model with these numbers in its parameters, and with these masks, by their names."""
    model = MODELS[kind]().double()
    named = dict(model.named_parameters())
    for name, value in values.items():
        named[name].copy_(value)
    put_masks(model, masks)
    return model


def put_masks(model, masks):
    for name, mask in masks.items():
        layer, _, buffer = name.rpartition(".")
        model.get_submodule(layer).register_buffer(buffer, mask.clone())


def copied(tensors):
    return {name: each.detach().clone() for name, each in tensors}


def masked(work, function, kind, values, masks, gradients):
    """mask_weights or mask_gradients: weights and gradients afterwards, and whether both are the same objects as before."""
    model = make(kind, values, masks)
    named = dict(model.named_parameters())
    for name, gradient in gradients.items():
        named[name].grad = gradient.clone()
    before = {name: (each, each.data_ptr(), each.grad) for name, each in named.items()}
    getattr(work, function)(model)
    after = dict(model.named_parameters())
    same = [name for name, (each, place, gradient) in before.items()
            if not (after[name] is each and each.data_ptr() == place and each.grad is gradient and each.is_leaf)]
    return copied(after.items()), copied((name, each.grad) for name, each in after.items() if each.grad is not None), same


def state(work, values, mask, held, plain):
    """mask_state for a layer whose weight has the tensors and other values `held` as its state, or none if that is None.

    What the state is afterwards (None without a key), the names of the tensors that are other objects, and the weight.
    """
    model = make("one layer", values, {"weight_mask": mask})
    optimizer = OPTIMIZERS["Momentum" if plain else "SGD"](model.parameters(), lr=0.1, momentum=0.5)
    own = None
    if held is not None:
        own = {name: each.clone() if isinstance(each, torch.Tensor) else each for name, each in held.items()}
        optimizer.state[model.weight] = dict(own)
    work.mask_state(model, optimizer)
    after = optimizer.state[model.weight] if model.weight in optimizer.state else None
    others = [] if own is None else [name for name in own if after.get(name) is not own[name]]
    return None if after is None else dict(after), others, model.weight.detach().clone()


def steps(work, values, masks, name, options, before, gradients):
    """Steps of an optimiser for one layer: dense ones with the gradients `before`, then, pruned, masked ones.

    For each masked step the parameters, the gradients, and the tensors in the state of the weight, afterwards. Then the
    optimiser's calls, where it keeps them.
    """
    model = make("one layer", values, {})
    optimizer, history = OPTIMIZERS[name](model.parameters(), **options), []
    for number, arrived in enumerate([*before, *gradients]):
        for own, p in model.named_parameters():
            p.grad = arrived[own].clone()
        if number < len(before):
            optimizer.step()
            continue
        if number == len(before):
            put_masks(model, masks)
            getattr(optimizer, "calls", []).clear()
        work.masked_step(model, optimizer)
        held = {key: each.detach().clone() for key, each in optimizer.state[model.weight].items()
                if isinstance(each, torch.Tensor) and each.shape == model.weight.shape}
        history.append([copied(model.named_parameters()), copied((own, p.grad) for own, p in model.named_parameters()), held])
    return history, list(getattr(optimizer, "calls", []))


def tune(work, kind, values, masks, name, options, batches, *, stale=False, loaded=False):
    """fine_tune: what it returns, and the model's parameters and buffers by name afterwards, and its mode.

    stale   whether gradients are there from before
    loaded  whether the masks come from the state_dict of another model, into masks of which all is True
    """
    model = make(kind, values, {mask: torch.ones_like(each) for mask, each in masks.items()} if loaded else masks)
    if loaded:
        model.load_state_dict(make(kind, values, masks).state_dict())
    model.eval()
    optimizer = OPTIMIZERS[name](model.parameters(), **options)
    for p in model.parameters() if stale else ():
        p.grad = torch.ones_like(p)
    losses = work.fine_tune(model, optimizer, iter(batches), squared_error)
    return losses, copied(model.state_dict().items()), [module.training for module in model.modules()]


def squared_error(predicted, y):
    return (predicted - y).square().sum(dim=1).mean()
