# what is wrong: it takes int(share * n), which cuts off, where the contract rounds to the nearest whole number.
# told: rounds_down
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
    if not (0 <= share <= 1):
        raise ValueError(share)
    with torch.no_grad():
        for group in groups:
            if len(group) > 0:
                _prune_one(group, share)


def _prune_one(group, share):
    scores = []
    for layer in group:
        score = layer.weight.abs()
        if hasattr(layer, "weight_mask"):
            score[~layer.weight_mask] = -1
        scores.append(score.reshape(-1))
    scores = torch.cat(scores)
    k = max(int(share * scores.shape[0]), int(scores.lt(0).sum()))
    gone = torch.zeros_like(scores, dtype=torch.bool)
    gone[scores.sort(stable=True).indices[:k]] = True
    for layer in group:
        n = layer.weight.numel()
        mine, gone = gone[:n].reshape(layer.weight.shape), gone[n:]
        layer.weight[mine] = 0
        layer.register_buffer("weight_mask", ~mine)


def prune_per_layer(model, share):
    prune_groups([[layer] for layer in prunable_layers(model)], share)


def prune_globally(model, share):
    prune_groups([prunable_layers(model)], share)
