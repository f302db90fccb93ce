r"""Prune half of the weights of an encoder, for good.

1.4.5 put a mask beside each weight, so that training on could keep zeros at zero. A model that is shipped has no masks: it has
the same parameters under the same names as before, and some of their numbers are 0. Here those weights are chosen, set to 0, and
nothing else is left behind.

For a group of weights $w_1, \dots, w_n$ and a share $s$ let $k = \mathrm{round}(s\,n)$, and let $\theta$ be the $k$-th smallest of
the $|w_i|$. All weights with $|w_i| < \theta$ are set to 0, and of those with $|w_i| = \theta$ the first ones, as many as are missing to
$k$. A group is one matrix, or all of them.

Source: Han, Pool, Tran and Dally, "Learning both weights and connections for efficient neural networks", NeurIPS 2015,
section 3; for encoders such as this one: Gordon, Duh and Andrews, "Compressing BERT" (RepL4NLP 2020), section 3.
"""
import torch
from torch import nn


def prunable(model: nn.Module, *, embeddings: bool = False) -> dict[str, nn.Parameter]:
    """The weights that are pruned, by the names that `model.named_parameters()` has for them, and in its order.

    They are the `weight` of each `nn.Linear` (or of a class derived from it), and with `embeddings` those of each `nn.Embedding`
    too. A Parameter that several layers share is there once. One that a Linear layer shares with an embedding, as the last layer
    of a BERT does, is the embedding's: without `embeddings` it is not pruned.

    No bias is there, and nothing of a norm.

    >>> model = nn.Sequential(nn.Embedding(9, 4), nn.LayerNorm(4), nn.Linear(4, 2))
    >>> list(prunable(model)), list(prunable(model, embeddings=True))
    (['2.weight'], ['0.weight', '2.weight'])
    """
    ### BEGIN SOLUTION
    linear = {id(layer.weight) for layer in model.modules() if isinstance(layer, nn.Linear)}
    looked_up = {id(layer.weight) for layer in model.modules() if isinstance(layer, nn.Embedding)}
    wanted = linear | looked_up if embeddings else linear - looked_up
    return {name: parameter for name, parameter in model.named_parameters() if id(parameter) in wanted}
    ### END SOLUTION


def prune(model: nn.Module, share: float, *, scope: str = "layer", embeddings: bool = False) -> dict[str, int]:
    """Set the smallest of the `prunable` weights to 0, in place. Returns how many zeros each of them has then, by name.

    With scope "layer" each Parameter is a group by itself, with "global" all of them are one. Of a group of `n` weights
    `round(share * n)`, by Python's `round`, are chosen: those with the smallest absolute values, and among equal ones those that
    come first, in an earlier Parameter or in the same one at an earlier place, row by row, as in `weight.flatten()`. All
    others keep their value, bit for bit. Weights that were 0 before are the smallest, so they count among the chosen ones, and
    pruning twice with one share is pruning once; more may be 0 afterwards than were chosen.

    Each Parameter is the same object as before, in the same memory, with its `requires_grad` and its `grad`; the model has the same
    `state_dict()` keys, no buffers, hooks or attributes that it did not have, and its layers are in the mode that they were in.
    A weight may lie in memory in any way, such as the transpose of another.
    The weights may be float16, bfloat16, float32 or float64, also several of these in one model.

    >>> model = nn.Sequential(nn.Linear(3, 2, bias=False))
    >>> _ = model[0].weight.data.copy_(torch.tensor([[1.0, -4.0, 2.0], [0.5, 3.0, -2.0]]))
    >>> prune(model, 0.5)
    {'0.weight': 3}
    >>> model[0].weight.data
    tensor([[ 0., -4.,  0.],
            [ 0.,  3., -2.]])

    Raises ValueError, and changes nothing, unless `share` is from 0 to 1 and `scope` is one of the two, and where a prunable weight
    is NaN: it is neither smaller nor larger than another.
    """
    ### BEGIN SOLUTION
    if not 0 <= share <= 1:  # also True for NaN, of which every comparison is False
        raise ValueError(f"the share is from 0 to 1, and not {share}")
    if scope not in ("layer", "global"):
        raise ValueError(f"the scope is 'layer' or 'global', and not {scope!r}")
    weights = prunable(model, embeddings=embeddings)
    for name, weight in weights.items():
        if weight.isnan().any():
            raise ValueError(f"{name} has a NaN, which has no place in an order by size")

    groups = [list(weights.values())] if scope == "global" else [[weight] for weight in weights.values()]
    with torch.no_grad():
        for group in groups:
            # One row of all sizes; `cat` takes the widest dtype, in which each number of a narrower one is exact.
            sizes = torch.cat([weight.abs().flatten() for weight in group]) if group else torch.empty(0)
            number = round(share * len(sizes))
            if number == 0:
                continue

            # The k-th smallest size is found without sorting. All that are smaller go, and the first of those that are equal to it.
            threshold = sizes.kthvalue(number).values
            goes, equal = sizes < threshold, sizes == threshold
            goes |= equal & (equal.cumsum(0) <= number - goes.sum())

            for weight, part in zip(group, goes.split([weight.numel() for weight in group])):
                weight.masked_fill_(part.reshape(weight.shape), 0)     # (numel,) -> the shape of the weight
    return {name: int((weight == 0).sum()) for name, weight in weights.items()}
    ### END SOLUTION


def make_permanent(model: nn.Module) -> None:
    """Turn masks, as 1.4.5 leaves them, into zeros, and remove them.

    A mask is a buffer of bool with the name "weight_mask", in a layer that has a Parameter `weight` of the same shape; True
    is where the weight remains. For each of them the weight is set to 0, in place, where the mask is False, whatever it was, NaN
    and infinity too; then the layer has no such buffer any more. Layers without a mask, and other buffers, stay as they are.
    A Parameter that several layers share loses what any of their masks takes away.

    Afterwards `model.state_dict()` has the keys of a model that was never pruned, and a model of the same classes loads it.

    >>> layer = nn.Linear(2, 1, bias=False)
    >>> _ = layer.weight.data.fill_(3.0)
    >>> layer.register_buffer("weight_mask", torch.tensor([[True, False]]))
    >>> make_permanent(layer)
    >>> layer.weight.data, list(layer.state_dict())
    (tensor([[3., 0.]]), ['weight'])
    """
    ### BEGIN SOLUTION
    for layer in model.modules():
        if "weight_mask" in layer._buffers:
            with torch.no_grad():
                layer.weight.masked_fill_(~layer.weight_mask, 0)  # a product would keep NaN: 0 * NaN is NaN
            del layer.weight_mask
    ### END SOLUTION

### BEGIN AFTERWORD
# `kthvalue` finds the threshold of MiniLM's ten million weights without sorting them, and the running count of ties makes the number
# exact. In float32 ties hardly ever happen. In float16, and after quantisation to 8 bits, they are everywhere: a matrix of 590,000
# weights has at most 255 different values there, and whoever compares with a threshold prunes thousands too many.
# Half of these weights are 0 now, and the model takes the same bytes and the same time as before. The zeros are a promise to a
# format, or to hardware, that keeps it.
### END AFTERWORD

### BEGIN HINTS
# 1. `named_parameters()` has each Parameter once, under its first name. Which of them are to be pruned is asked by identity,
#    with `id(layer.weight)`, once for Linear layers and once for embeddings.
# 2. Make one long row of a group's absolute values with `flatten` and `torch.cat`. `kthvalue` gives the threshold. The ones below it
#    are fewer than k, or none; the missing ones are the first among those that are equal, which `cumsum` counts.
# 3. `goes, equal = sizes < threshold, sizes == threshold`, then `goes |= equal & (equal.cumsum(0) <= number - goes.sum())`.
#    Cut it into pieces with `split`, and write with `weight.masked_fill_(part.reshape(weight.shape), 0)` inside of
#    `with torch.no_grad():`. A buffer is removed by `del layer.weight_mask`.
### END HINTS
