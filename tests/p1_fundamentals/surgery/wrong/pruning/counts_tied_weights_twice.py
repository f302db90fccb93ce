# what is wrong: two layers with one Parameter are both in the list, so their common weight counts twice.
# told: counts_shared_twice
import torch
from torch import nn


def prunable_layers(model):
    return [module for module in model.modules() if isinstance(module, (nn.Linear, nn.Conv2d))]


def prune_groups(groups, share):
    if not 0 <= share <= 1:
        raise ValueError(f"share must be from 0 to 1: {share}")
    for group in groups:
        if group:
            _prune(group, share)


@torch.no_grad()
def _prune(group, share):
    keys = []
    for layer in group:
        key = layer.weight.abs().flatten()
        if getattr(layer, "weight_mask", None) is not None:
            key[~layer.weight_mask.flatten()] = -1
        keys.append(key)
    keys = torch.cat(keys)
    count = max(round(share * keys.numel()), int((keys == -1).sum()))
    rank = torch.empty_like(keys, dtype=torch.long)
    rank[keys.argsort(stable=True)] = torch.arange(keys.numel(), device=keys.device)
    for layer, part in zip(group, rank.split([layer.weight.numel() for layer in group])):
        mask = (part >= count).reshape(layer.weight.shape)
        layer.register_buffer("weight_mask", mask)
        layer.weight.masked_fill_(~mask, 0)


def prune_per_layer(model, share):
    prune_groups([[layer] for layer in prunable_layers(model)], share)


def prune_globally(model, share):
    prune_groups([prunable_layers(model)], share)
