# what is wrong: it removes round(share * channels) channels where int is asked for, which may be one more, or even all.
# told: rounds
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
    scores = 0
    for name in group.convolutions:
        weight = model.get_submodule(name).weight.detach()
        scores = scores + weight.abs().sum(dim=(1, 2, 3))
    return scores


def keep_places(layer, name, places, dim):
    old = getattr(layer, name)
    if old is None:
        return
    new = old.detach().index_select(dim, places.long())
    setattr(layer, name, nn.Parameter(new, old.requires_grad) if isinstance(old, nn.Parameter) else new)


def remove_channels(model, group, keep):
    for name in group.convolutions:
        conv = model.get_submodule(name)
        for tensor in ("weight", "bias"):
            keep_places(conv, tensor, keep, 0)
        conv.out_channels = len(keep)
    for name in group.norms:
        norm = model.get_submodule(name)
        for tensor in ("weight", "bias", "running_mean", "running_var"):
            keep_places(norm, tensor, keep, 0)
        norm.num_features = len(keep)
    for name in group.readers:
        reader = model.get_submodule(name)
        if isinstance(reader, nn.Conv2d):
            keep_places(reader, "weight", keep, 1)
            reader.in_channels = len(keep)
        else:
            columns = torch.arange(reader.in_features, device=keep.device).reshape(group.channels, -1)
            columns = columns[keep.long()].flatten()
            keep_places(reader, "weight", columns, 1)
            reader.in_features = len(columns)


def prune_channels(model, share):
    if not 0 <= share < 1:
        raise ValueError(f"share must be at least 0 and below 1, got {share}")
    decisions = []
    for group in channel_groups(model):
        count = round(share * group.channels)
        scores = channel_scores(model, group)
        survivors = sorted(sorted(range(group.channels), key=lambda c: (float(scores[c]), c))[count:])
        decisions.append((group, torch.tensor(survivors, dtype=torch.long, device=scores.device)))
    for group, keep in decisions:
        remove_channels(model, group, keep)
