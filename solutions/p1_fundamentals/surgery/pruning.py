r"""Magnitude pruning: set the smallest weights of a model to zero, and remember which they are in a mask.

The weights $w_1, \dots, w_n$ of a layer, or of all layers, are ordered by $|w_i|$, but for those that were pruned before: they
come first. The first $k = \mathrm{round}(s \, n)$ are pruned, with $s$ the share from 0 to 1, and what was pruned before
stays so. The mask is $m_i = 0$ for the pruned ones and 1 for all others, and the layer computes with

$$\tilde w_i = m_i w_i.$$

Source: Han, Pool, Tran and Dally, "Learning both weights and connections for efficient neural networks", NeurIPS 2015,
section 3; for one order of all layers' weights: Frankle and Carbin, "The lottery ticket hypothesis", ICLR 2019, section 4.
"""
import torch
from torch import nn


def prunable_layers(model: nn.Module) -> list[nn.Module]:
    """The layers whose weights are pruned: each `nn.Linear` and `nn.Conv2d` in `model`, in the order of `model.modules()`.

    Layers of classes that are derived from these two belong to them, and so does `model` itself if it is one. Where several
    layers have the same Parameter as their weight, only the first of them is in the list: it is one weight. So it is the
    only one of them that gets a mask.

    >>> prunable_layers(nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.LayerNorm(2)))
    [Linear(in_features=3, out_features=2, bias=True)]
    """
    ### BEGIN SOLUTION
    found: dict[int, nn.Module] = {}
    for layer in model.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)):
            found.setdefault(id(layer.weight), layer)
    return list(found.values())
    ### END SOLUTION


def prune_groups(groups: list[list[nn.Module]], share: float) -> None:
    """Prune each group of layers: of all the group's weights, taken together, those with the smallest absolute values.

    A group with `n` weights has `round(share * n)` of them pruned, by Python's `round`: a half goes to the even number.
    Among equal absolute values those that come earlier are pruned: in an earlier layer of the group, or in the same
    layer at an earlier place, row by row, as in `weight.flatten()`. A group may be empty, and nothing happens to it. No
    layer is in `groups` twice, and no two have the same Parameter; a group's weights have one dtype and device, and none
    that remains is NaN.

    Afterwards each layer has a buffer "weight_mask", also where none of its weights is pruned: a tensor of bool with the
    shape of the weight, True where the weight remains, also where that weight is 0. It is in the layer's `state_dict()`. A
    mask that is there may be changed in place or replaced. Pruned weights are 0, and all others are not touched. Each weight
    is changed in place: it is the same Parameter as before and a leaf, with the same `requires_grad` and `grad`. It may be
    laid out in memory in any way.

    Where layers have a mask already, what is False in it stays pruned, counts as one of the `round(share * n)`, and is
    0 afterwards, whatever its value is now, inf and NaN too. So a share that is smaller than what is pruned already prunes
    nothing more.

    Raises ValueError, and changes nothing, unless `share` is from 0 to 1; NaN is not.
    """
    ### BEGIN SOLUTION
    if not 0 <= share <= 1:  # also True for NaN, of which every comparison is False
        raise ValueError(f"the share is from 0 to 1, and not {share}")
    for group in filter(None, groups):
        for layer in group:
            if getattr(layer, "weight_mask", None) is None:
                layer.register_buffer("weight_mask", torch.ones_like(layer.weight, dtype=torch.bool))

        with torch.no_grad():
            # One long row of all weights' sizes. -1 is smaller than any: what is pruned already comes first.
            sizes = torch.cat([torch.where(layer.weight_mask, layer.weight.abs(), -1).flatten() for layer in group])
            remains = torch.ones(len(sizes), dtype=torch.bool, device=sizes.device)
            remains[sizes.argsort(stable=True)[:round(share * len(sizes))]] = False

            for layer, part in zip(group, remains.split([layer.weight.numel() for layer in group])):
                layer.weight_mask &= part.reshape(layer.weight.shape)     # (numel,) -> the shape of the weight
                layer.weight.masked_fill_(~layer.weight_mask, 0)
    ### END SOLUTION


def prune_per_layer(model: nn.Module, share: float) -> None:
    """Prune the same share of each layer's weights, as `prune_groups` does with each of `prunable_layers` by itself.

    Nothing else in the model changes: no bias, and no weight of a norm, an embedding or another kind of layer.

    Raises ValueError, and changes nothing, unless `share` is from 0 to 1.

    >>> layer = nn.Linear(3, 2, bias=False)
    >>> _ = layer.weight.data.copy_(torch.tensor([[1.0, -4.0, 2.0], [0.5, 3.0, -2.0]]))
    >>> prune_per_layer(layer, 0.5)
    >>> layer.weight.data
    tensor([[ 0., -4.,  0.],
            [ 0.,  3., -2.]])
    >>> layer.state_dict()["weight_mask"]
    tensor([[False,  True, False],
            [False,  True,  True]])
    """
    ### BEGIN SOLUTION
    prune_groups([[layer] for layer in prunable_layers(model)], share)
    ### END SOLUTION


def prune_globally(model: nn.Module, share: float) -> None:
    """Prune a share of all weights of `prunable_layers`, taken together: one order for all, as one group of `prune_groups`.

    Nothing else in the model changes: no bias, and no weight of a norm, an embedding or another kind of layer.

    Raises ValueError, and changes nothing, unless `share` is from 0 to 1.

    >>> model = nn.Sequential(nn.Linear(2, 1, bias=False), nn.Linear(1, 2, bias=False))
    >>> _ = model[0].weight.data.copy_(torch.tensor([[0.1, -0.2]]))
    >>> _ = model[1].weight.data.copy_(torch.tensor([[3.0], [-0.3]]))
    >>> prune_globally(model, 0.75)
    >>> model[0].weight.data, model[1].weight.data
    (tensor([[0., 0.]]), tensor([[3.],
            [0.]]))
    """
    ### BEGIN SOLUTION
    prune_groups([prunable_layers(model)], share)
    ### END SOLUTION

### BEGIN AFTERWORD
# The two functions differ in one pair of brackets, and the models that they leave differ much. One order for all layers
# asks which weights are small, and a layer with small weights, such as a wide one after He's initialisation, may lose
# nearly all of them; in the same share of each layer, small layers lose as much as large ones.
# Nothing here is faster or smaller: a zero takes four bytes and one multiplication as any other number does. What was
# gained is in the mask, and a format that leaves zeros out, or hardware that skips them, is what turns it into bytes or time.
### END AFTERWORD

### BEGIN HINTS
# 1. `prune_groups` is where the work is: the other two hand it `prunable_layers` in groups of one, or as one group. A
#    threshold cannot leave exactly `k` weights where values are equal; an order of places can.
# 2. Make one long row of all absolute values of the group with `flatten` and `torch.cat`, with something smaller than any
#    absolute value where the mask is False. `argsort(stable=True)` gives the places in the order in which they are pruned.
#    Cut the row of what remains into pieces with `split`. Change weights inside of `with torch.no_grad():`.
# 3. `order = torch.cat([torch.where(layer.weight_mask, layer.weight.abs(), -1).flatten() for layer in group])
#    .argsort(stable=True)`, then `remains[order[:round(share * n)]] = False`; for each layer and its piece:
#    `layer.weight_mask &= part.reshape(layer.weight.shape)` and `layer.weight.masked_fill_(~layer.weight_mask, 0)`.
#    The mask begins as `layer.register_buffer("weight_mask", torch.ones_like(layer.weight, dtype=torch.bool))`.
### END HINTS
