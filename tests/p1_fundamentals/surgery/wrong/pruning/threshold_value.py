# what is wrong: it prunes all weights up to the k-th smallest absolute value, which are more than k where values are equal.
# told: compares_with_a_threshold
import torch
from torch import nn


def prunable_layers(model):
    layers, seen = [], set()
    for layer in model.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)) and id(layer.weight) not in seen:
            seen.add(id(layer.weight))
            layers.append(layer)
    return layers


def old_mask(layer):
    mask = getattr(layer, "weight_mask", None)
    return torch.ones_like(layer.weight, dtype=torch.bool) if mask is None else mask


def prune_groups(groups, share):
    if not 0 <= share <= 1:
        raise ValueError(f"share must be from 0 to 1, not {share}")
    for group in groups:
        if not group:
            continue
        sizes = [layer.weight.detach().abs().masked_fill(~old_mask(layer), -1) for layer in group]
        everything = torch.cat([size.flatten() for size in sizes])
        k = max(round(share * everything.numel()), int((everything < 0).sum()))
        threshold = everything.sort().values[k - 1] if k > 0 else -2.0
        for layer, size in zip(group, sizes):
            mask = size > threshold
            layer.register_buffer("weight_mask", mask)
            with torch.no_grad():
                layer.weight[~mask] = 0


def prune_per_layer(model, share):
    prune_groups([[layer] for layer in prunable_layers(model)], share)


def prune_globally(model, share):
    prune_groups([prunable_layers(model)], share)
