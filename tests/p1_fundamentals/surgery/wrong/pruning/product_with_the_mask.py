# what is wrong: it multiplies with the mask, so a pruned weight that has become inf or NaN is NaN afterwards and not 0.
# told: multiplies_by_masks
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
        raise ValueError(f"share has to be from 0 to 1, not {share}")
    for group in groups:
        if not group:
            continue
        scores = []
        for layer in group:
            score = layer.weight.detach().abs().flatten()
            if hasattr(layer, "weight_mask"):
                score = score.masked_fill(~layer.weight_mask.flatten(), -1)
            scores.append(score)
        scores = torch.cat(scores)
        count = max(round(share * len(scores)), int((scores == -1).sum()))
        mask = torch.ones(len(scores), dtype=torch.bool, device=scores.device)
        mask[torch.argsort(scores, stable=True)[:count]] = False
        masks = mask.split([layer.weight.numel() for layer in group])
        for layer, mask in zip(group, masks):
            layer.register_buffer("weight_mask", mask.reshape(layer.weight.shape).clone())
            with torch.no_grad():
                layer.weight.mul_(layer.weight_mask)


def prune_per_layer(model, share):
    prune_groups([[layer] for layer in prunable_layers(model)], share)


def prune_globally(model, share):
    prune_groups([prunable_layers(model)], share)
