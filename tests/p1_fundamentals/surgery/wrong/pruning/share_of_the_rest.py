# what is wrong: with a mask from before, the share is taken of the weights that remain, so twice one half is three quarters.
# told: takes_the_share_of_what_remains
import torch
from torch import nn


def prunable_layers(model):
    layers, seen = [], set()
    for layer in model.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)) and id(layer.weight) not in seen:
            seen.add(id(layer.weight))
            layers.append(layer)
    return layers


def prune_groups(groups, share):
    if not 0 <= share <= 1:
        raise ValueError(f"share: {share}")
    for group in groups:
        if not group:
            continue
        for layer in group:
            if getattr(layer, "weight_mask", None) is None:
                layer.register_buffer("weight_mask", torch.ones_like(layer.weight, dtype=torch.bool))
        alive = torch.cat([layer.weight_mask.flatten() for layer in group])
        size = torch.cat([layer.weight.detach().flatten() for layer in group]).abs()
        candidates = alive.nonzero().flatten()                       # (remaining,)
        k = round(share * len(candidates))
        victims = candidates[size[candidates].argsort(stable=True)[:k]]
        alive[victims] = False
        at = 0
        for layer in group:
            mask = alive[at:at + layer.weight.numel()].reshape(layer.weight.shape).clone()
            layer.weight_mask = mask
            layer.weight.data.masked_fill_(~mask, 0)
            at += layer.weight.numel()


def prune_per_layer(model, share):
    prune_groups([[layer] for layer in prunable_layers(model)], share)


def prune_globally(model, share):
    prune_groups([prunable_layers(model)], share)
