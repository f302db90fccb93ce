"""Sorted lists of tuples, and one weight at a time."""
import torch
from torch import nn


def prunable_layers(model):
    layers = []
    for m in model.modules():
        if isinstance(m, nn.Linear) or isinstance(m, nn.Conv2d):
            if all(m.weight is not other.weight for other in layers):
                layers.append(m)
    return layers


def prune_groups(groups, share):
    if share != share or share < 0 or share > 1:
        raise ValueError(share)
    for layers in groups:
        entries = []
        for i, layer in enumerate(layers):
            if not hasattr(layer, "weight_mask"):
                layer.register_buffer("weight_mask", torch.full(layer.weight.shape, True))
            magnitudes = layer.weight.detach().abs().reshape(-1).tolist()
            for j, keep in enumerate(layer.weight_mask.reshape(-1).tolist()):
                entries.append((magnitudes[j] if keep else -1.0, i, j))
        entries.sort()
        gone = {(i, j) for _, i, j in entries[:round(share * len(entries))]}
        for i, layer in enumerate(layers):
            old = layer.weight_mask.reshape(-1).tolist()
            new = torch.tensor([old[j] and (i, j) not in gone for j in range(len(old))], dtype=torch.bool)
            layer.weight_mask.copy_(new.reshape(layer.weight.shape))
            with torch.no_grad():
                layer.weight[layer.weight_mask.logical_not()] = 0


def prune_per_layer(model, share):
    prune_groups([[each] for each in prunable_layers(model)], share)


def prune_globally(model, share):
    prune_groups([prunable_layers(model)], share)
