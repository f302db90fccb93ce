# what is wrong: each layer gets a new Parameter with the pruned values, while an optimiser still holds the old one.
# told: makes_new_parameters
import torch
from torch import nn


def prunable_layers(model):
    layers, seen = [], set()
    for layer in model.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d)) and id(layer.weight) not in seen:
            seen.add(id(layer.weight))
            layers.append(layer)
    return layers


def ranking(group):
    """All the group's absolute values in one row, with -1 for what is pruned already."""
    rows = []
    for layer in group:
        row = layer.weight.detach().abs().flatten()
        mask = getattr(layer, "weight_mask", None)
        rows.append(row if mask is None else torch.where(mask.flatten(), row, torch.full_like(row, -1)))
    return torch.cat(rows)


def prune_groups(groups, share):
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share}")
    for group in groups:
        if not group:
            continue
        row = ranking(group)
        count = max(round(share * row.numel()), (row == -1).sum().item())
        mask = torch.ones(row.numel(), dtype=torch.bool, device=row.device)
        mask[row.argsort(stable=True)[:count]] = False
        for layer, part in zip(group, mask.split([layer.weight.numel() for layer in group])):
            part = part.view_as(layer.weight).clone()
            weight = layer.weight.detach().masked_fill(~part, 0)
            layer.weight = nn.Parameter(weight, requires_grad=layer.weight.requires_grad)
            layer.register_buffer("weight_mask", part)


def prune_per_layer(model, share):
    prune_groups([[layer] for layer in prunable_layers(model)], share)


def prune_globally(model, share):
    prune_groups([prunable_layers(model)], share)
