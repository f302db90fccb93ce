r"""Channel pruning: take whole channels out of a convolutional network, so that what is left is a smaller dense network.

The filter of output channel $c$ is the slice $W_c$ of a convolution's weight. Its score is the sum of its absolute values,

$$s_c = \sum_{i, u, v} |W_{c i u v}|.$$

With channel $c$ go all numbers that belong to it: the filter and its bias, its four numbers in a batch norm, and, in each
layer that reads the channel, the weights that multiply it. Convolutions whose outputs are added to each other have their
channels in common, and the score of a channel is the sum of its scores in all of them.

Source: Li, Kadav, Durdanovic, Samet and Graf, "Pruning filters for efficient ConvNets", ICLR 2017, section 3.
"""
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
ADDITIONS = (operator.add, operator.iadd, torch.add)


def channel_groups(model: nn.Module) -> list[Group]:
    """The groups of channels in `model`, in the order of their first convolutions as it computes. This function is given.

    The model takes one image batch, and is made of Conv2d, BatchNorm2d, Linear, additions, and what is in SAME_CHANNELS; each
    layer is called once. Channels that the model returns, or adds to its input, cannot be removed: they are in no group.

    Raises ValueError for anything else: a convolution with `groups` other than 1, whose channels are tied otherwise, an
    addition of unequal numbers of channels, a Linear whose input is not flattened from axis 1 on, a layer that is called twice.

    >>> channel_groups(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 3)))
    [Group(channels=4, convolutions=['0'], norms=[], readers=['2'])]
    """
    layers, groups = dict(model.named_modules()), []
    outside = Group(0)                       # the group of what is not a convolution's: never returned
    of: dict[fx.Node, Group] = {}            # the group of each value that is computed
    flat, called = set(), set()              # the values that are flattened, the layers that have been called

    def join(one, other):
        """Make two groups one, in the place of the earlier: outside, if one of them is."""
        if one is not other:
            one, other = sorted((one, other), key=lambda group: -1 if group is outside else groups.index(group))
            if one is not outside and one.channels != other.channels:
                raise ValueError(f"{one.channels} channels and {other.channels} are added")
            for names in ("convolutions", "norms", "readers"):
                getattr(one, names).extend(getattr(other, names))
            of.update({node: one for node, group in of.items() if group is other})
            groups[:] = [group for group in groups if group is not other]
        return one

    for node in fx.Tracer().trace(model).nodes:
        layer = layers.get(node.target) if node.op == "call_module" else node.target
        inputs = node.args[:2 if layer in ADDITIONS else 1]
        if node.op == "placeholder":
            of[node] = outside
            continue
        if node.target in called or not inputs or not all(isinstance(each, fx.Node) and each in of for each in inputs):
            raise ValueError(f"{node.target} is called twice, or with something other than values whose channels are followed")
        group = of[inputs[0]]
        if node.op == "call_module":
            called.add(node.target)
        if inputs[0] in flat:
            flat.add(node)
        if node.op == "output":
            join(outside, group)
        elif isinstance(layer, nn.Conv2d) and layer.groups == 1:
            group.readers.append(node.target)
            of[node] = Group(layer.out_channels, [node.target])
            groups.append(of[node])
        elif isinstance(layer, nn.Linear) and (group is outside or node in flat):
            group.readers.append(node.target)
            of[node] = outside
        elif isinstance(layer, nn.BatchNorm2d):
            group.norms.append(node.target)
            of[node] = group
        elif layer is torch.flatten or isinstance(layer, nn.Flatten):
            axes = dict(zip(("start_dim", "end_dim"), node.args[1:])) | node.kwargs
            axes = vars(layer) if isinstance(layer, nn.Flatten) else axes
            if (axes.get("start_dim", 0), axes.get("end_dim", -1)) != (1, -1):
                raise ValueError(f"{node.target} flattens other axes than those from 1 on")
            of[node] = group
            flat.add(node)
        elif layer in SAME_CHANNELS or isinstance(layer, tuple(each for each in SAME_CHANNELS if isinstance(each, type))):
            of[node] = group
        elif layer in ADDITIONS and (inputs[0] in flat) == (inputs[1] in flat):
            of[node] = join(*(of[each] for each in inputs))
        else:
            raise ValueError(f"{node.target} is none of the layers and operations whose channels can be followed: {layer}")
    return groups


def channel_scores(model: nn.Module, group: Group) -> Tensor:
    """The score of each channel: the sum of the absolute values of its filter's weights, over all of the group's convolutions.

    Its shape is (channels,), its dtype that of the weights; it requires no gradient. Biases, norms and readers do not count.

    >>> model = nn.Sequential(nn.Conv2d(1, 2, 1), nn.Conv2d(2, 1, 1))
    >>> _ = model[0].weight.data.copy_(torch.tensor([0.5, -2.0]).reshape(2, 1, 1, 1))
    >>> channel_scores(model, channel_groups(model)[0])
    tensor([0.5000, 2.0000])
    """
    ### BEGIN SOLUTION
    weights = [model.get_submodule(name).weight.detach() for name in group.convolutions]
    return sum(weight.abs().sum(dim=(1, 2, 3)) for weight in weights)        # (channels, in, height, width) -> (channels,)
    ### END SOLUTION


def keep_places(layer: nn.Module, name: str, places: Int[Tensor, "places"], dim: int) -> None:
    """Replace `layer`'s tensor called `name` by one that has only these `places` along the axis `dim`, in the order given.

    A Parameter is replaced by a new Parameter with the same `requires_grad`, and without a gradient; a buffer by a buffer.
    The dtype stays. What is None stays None: a layer without bias, or a norm without statistics.

    >>> layer = nn.Linear(3, 2, bias=False)
    >>> keep_places(layer, "weight", torch.tensor([0, 2]), 1)
    >>> layer.weight.shape
    torch.Size([2, 2])
    """
    ### BEGIN SOLUTION
    tensor = getattr(layer, name)
    if tensor is None:
        return
    kept = tensor.detach().index_select(dim, places)
    setattr(layer, name, nn.Parameter(kept, tensor.requires_grad) if isinstance(tensor, nn.Parameter) else kept)
    ### END SOLUTION


def remove_channels(model: nn.Module, group: Group, keep: Int[Tensor, "kept"]) -> None:
    """Remove from `model`, in place, all channels of `group` whose numbers are not in `keep`, which ascends and is not empty.

    Of the convolutions these output channels are left, of the norms these channels, of the readers these input channels:
    for a Linear these blocks of columns. The layers stay the same modules, and what they say of themselves is true again:
    `out_channels`, `in_channels`, `num_features`, `in_features`. All other tensors in the model stay the same objects.
    A norm may be without `weight` and `bias`, or without running statistics. Buffers of other names keep their shapes: a
    "weight_mask" no longer fits afterwards, so cut first and mask then. `group` says of the model what was so before,
    and is not changed.

    So the model computes what it did before, if before the weights by which the readers multiply the other channels were
    all set to 0: in evaluation mode, and but for rounding.
    """
    ### BEGIN SOLUTION
    for name in group.convolutions:
        layer = model.get_submodule(name)
        for tensor in ("weight", "bias"):
            keep_places(layer, tensor, keep, 0)
        layer.out_channels = len(keep)

    for name in group.norms:
        layer = model.get_submodule(name)
        for tensor in ("weight", "bias", "running_mean", "running_var"):
            keep_places(layer, tensor, keep, 0)
        layer.num_features = len(keep)

    for name in group.readers:
        layer = model.get_submodule(name)
        if isinstance(layer, nn.Conv2d):
            keep_places(layer, "weight", keep, 1)
            layer.in_channels = len(keep)
        else:
            block = layer.in_features // group.channels
            columns = (keep[:, None] * block + torch.arange(block)).flatten()       # (kept, 1) + (block,) -> (kept * block,)
            keep_places(layer, "weight", columns, 1)
            layer.in_features = len(columns)
    ### END SOLUTION


def prune_channels(model: nn.Module, share: float) -> None:
    """Remove from each of `channel_groups`, in place, the `int(share * channels)` channels with the smallest scores.

    All scores are those of the model as it comes in: a filter counts with its weights for channels that go, too (section 3.3
    of the paper calls this independent pruning). Of channels with equal scores those with smaller numbers are removed.
    A model without groups is left as it is.

    Raises ValueError, and changes nothing, unless `share` is at least 0 and below 1, so that no layer ends without
    channels; NaN is not. And as `channel_groups` does.

    >>> model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 5 * 5, 10))
    >>> prune_channels(model, 0.5)
    >>> model[0].out_channels, model[1].num_features, model[4].in_features, model(torch.zeros(1, 1, 7, 7)).shape
    (2, 2, 50, torch.Size([1, 10]))
    """
    ### BEGIN SOLUTION
    if not 0 <= share < 1:
        raise ValueError(f"the share is at least 0 and below 1, and not {share}")
    # All scores before the first cut: a layer that reads one group and writes another has other scores after it.
    scored = [(group, channel_scores(model, group)) for group in channel_groups(model)]
    for group, scores in scored:
        order = scores.argsort(stable=True)                                         # the smallest first
        remove_channels(model, group, order[int(share * group.channels):].sort().values)
    ### END SOLUTION

### BEGIN AFTERWORD
# The result is an ordinary model: no masks, no library for sparse tensors, and each layer's cost falls with the product of what
# is left of its inputs and of its outputs: a layer that keeps half of both keeps a quarter of its weights.
# What remains to be done is to train on: accuracy is lost at once, and most of it comes back within a few epochs. Make the
# optimiser anew for it, for the Parameters are new ones.
### END AFTERWORD

### BEGIN HINTS
# 1. Draw one channel through two convolutions with a norm between them, and mark each number that belongs to it: along which
#    axis of which tensor does it lie? Then do the same for the columns of a Linear after flattening.
# 2. `model.get_submodule(name)` is a layer, and `tensor.index_select(dim, places)` keeps places along an axis. The weight of a
#    convolution is (out, in, height, width): its own channels are axis 0, those that it reads are axis 1. A Linear has
#    `in_features // group.channels` columns for each channel. Compute all scores before you remove anything.
# 3. The score is `weight.detach().abs().sum(dim=(1, 2, 3))`, summed over `group.convolutions`. The columns are
#    `(keep[:, None] * block + torch.arange(block)).flatten()`. In prune_channels: `order = scores.argsort(stable=True)` and
#    `keep = order[int(share * group.channels):].sort().values`.
### END HINTS
