# how: it finds the k-th smallest value, prunes all below it, and of those equal to it the first ones that are still missing.
import torch
from torch import nn


def prunable_layers(model):
    layers, seen = [], set()
    for layer in model.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)) and id(layer.weight) not in seen:
            seen.add(id(layer.weight))
            layers.append(layer)
    return layers


@torch.no_grad()
def prune_groups(groups, share):
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is not from 0 to 1")
    for group in groups:
        if group:
            prune_group(group, share)


def prune_group(group, share):
    rows = []
    for layer in group:
        row = layer.weight.abs().reshape(-1)
        if getattr(layer, "weight_mask", None) is not None:
            row = torch.where(layer.weight_mask.reshape(-1), row, -torch.ones_like(row))
        rows.append(row)
    row = torch.cat(rows)
    count = max(round(share * row.numel()), int((row == -1).sum()))
    if count == 0:
        gone = torch.zeros_like(row, dtype=torch.bool)
    else:
        threshold = row.sort().values[count - 1]
        if threshold.isnan():                                        # NaN comes last, and equals nothing
            below, equal = ~row.isnan(), row.isnan()
        else:
            below, equal = row < threshold, row == threshold
        missing = count - int(below.sum())
        gone = below | (equal & (equal.cumsum(0) <= missing))
    start = 0
    for layer in group:
        mine = gone[start:start + layer.weight.numel()].reshape(layer.weight.shape)
        layer.register_buffer("weight_mask", ~mine)
        layer.weight.masked_fill_(mine, 0)
        start += layer.weight.numel()


def prune_per_layer(model, share):
    prune_groups([[layer] for layer in prunable_layers(model)], share)


def prune_globally(model, share):
    prune_groups([prunable_layers(model)], share)
