"""Loops over channels, boolean masks, and lists of columns."""
import operator
from dataclasses import dataclass, field

import torch
from jaxtyping import Int
from torch import Tensor, fx, nn


@dataclass
class Group:
    """Channels that belong together: of all the layers named here the same ones are removed.

    convolutions  the Conv2d layers that write the channels; there are several where their outputs are added
    norms         the BatchNorm2d layers that they pass through
    readers       the Conv2d and Linear layers that have the channels as their input
    channels      how many there are

    A Linear layer reads them after flattening, (batch, channels, height, width) -> (batch, channels * height * width), so it
    has a block of height * width columns for each channel, one block after the other.
    """

    channels: int
    convolutions: list[str] = field(default_factory=list)
    norms: list[str] = field(default_factory=list)
    readers: list[str] = field(default_factory=list)


# What hands its channels on as they are.
SAME_CHANNELS = (nn.ReLU, nn.Identity, nn.Dropout, nn.Dropout2d, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.Flatten,
                 torch.relu, nn.functional.relu, torch.flatten)


def channel_groups(model: nn.Module) -> list[Group]:
    """The groups of channels in `model`, in the order in which it computes. This function is given.

    The model takes one image batch, and is made of Conv2d, BatchNorm2d, Linear, additions, and what is in SAME_CHANNELS; each
    layer is called once. Channels that the model returns, or adds to its input, can not be removed: they are in no group.

    Raises ValueError for anything else, as for a convolution with `groups` other than 1, whose channels are tied otherwise.

    >>> channel_groups(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 3)))
    [Group(channels=4, convolutions=['0'], norms=[], readers=['2'])]
    """
    layers, groups = dict(model.named_modules()), []
    outside = Group(0)                       # the group of what is not a convolution's: never returned
    of: dict[fx.Node, Group] = {}            # the group of each value that is computed

    def join(one, other):
        """Make two groups one: outside, if one of them is."""
        if one is not other:
            one, other = (other, one) if other is outside else (one, other)
            for names in ("convolutions", "norms", "readers"):
                getattr(one, names).extend(getattr(other, names))
            of.update({node: one for node, group in of.items() if group is other})
            groups[:] = [group for group in groups if group is not other]
        return one

    for node in fx.Tracer().trace(model).nodes:
        layer = layers.get(node.target) if node.op == "call_module" else node.target
        group = of.get(node.args[0]) if node.args and isinstance(node.args[0], fx.Node) else None
        if node.op == "placeholder":
            of[node] = outside
        elif node.op == "output":
            join(outside, group)
        elif isinstance(layer, nn.Conv2d) and layer.groups == 1:
            group.readers.append(node.target)
            of[node] = Group(layer.out_channels, [node.target])
            groups.append(of[node])
        elif isinstance(layer, nn.Linear):
            group.readers.append(node.target)
            of[node] = outside
        elif isinstance(layer, nn.BatchNorm2d):
            group.norms.append(node.target)
            of[node] = group
        elif layer in SAME_CHANNELS or isinstance(layer, tuple(each for each in SAME_CHANNELS if isinstance(each, type))):
            of[node] = group
        elif layer in (operator.add, operator.iadd, torch.add):
            of[node] = join(*(of[each] for each in node.args[:2]))
        else:
            raise ValueError(f"{node.target} is none of the layers and operations whose channels can be followed: {layer}")
    return groups


def channel_scores(model, group):
    layers = dict(model.named_modules())
    total = torch.zeros(group.channels, dtype=layers[group.convolutions[0]].weight.dtype)
    with torch.no_grad():
        for name in group.convolutions:
            for channel in range(group.channels):
                total[channel] += layers[name].weight[channel].abs().sum()
    return total


def keep_places(layer, name, places, dim):
    old = getattr(layer, name)
    if old is not None:
        new = torch.stack([old.data.select(dim, int(place)) for place in places], dim)
        if name in layer._parameters:
            new = nn.Parameter(new)
            new.requires_grad = old.requires_grad
        setattr(layer, name, new)


def remove_channels(model, group, keep):
    layers = dict(model.named_modules())
    chosen = keep.tolist()
    for name in group.convolutions + group.norms:
        for tensor in ("weight", "bias", "running_mean", "running_var"):
            if hasattr(layers[name], tensor):
                keep_places(layers[name], tensor, keep, 0)
        if isinstance(layers[name], nn.Conv2d):
            layers[name].out_channels = len(chosen)
        else:
            layers[name].num_features = len(chosen)
    for name in group.readers:
        size = layers[name].weight.shape[1] // group.channels
        columns = [channel * size + place for channel in chosen for place in range(size)]
        keep_places(layers[name], "weight", columns, 1)
        setattr(layers[name], "in_channels" if isinstance(layers[name], nn.Conv2d) else "in_features", len(columns))


def prune_channels(model, share):
    if not (share >= 0 and share < 1):
        raise ValueError("the share must be in [0, 1)")
    plan = []
    for group in channel_groups(model):
        scores = channel_scores(model, group).tolist()
        worst = sorted(range(group.channels), key=scores.__getitem__)[:int(share * group.channels)]
        plan.append((group, [channel for channel in range(group.channels) if channel not in worst]))
    for group, keep in plan:
        remove_channels(model, group, torch.tensor(keep))
