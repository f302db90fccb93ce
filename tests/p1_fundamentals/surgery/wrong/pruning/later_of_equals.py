# what is wrong: it sorts from the largest down and prunes the last k, so among equal values the later ones go.
# told: prunes_later_ones_first
import torch
from torch import nn


def prunable_layers(model: nn.Module) -> list[nn.Module]:
    by_weight = {}
    for module in model.modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            by_weight.setdefault(module.weight, module)
    return list(by_weight.values())


@torch.no_grad()
def prune_groups(groups: list[list[nn.Module]], share: float) -> None:
    if not 0 <= share <= 1:
        raise ValueError("share is not from 0 to 1")
    for group in filter(None, groups):
        masks = [layer.weight_mask if hasattr(layer, "weight_mask") else torch.ones_like(layer.weight, dtype=torch.bool)
                 for layer in group]
        keep = torch.cat([mask.flatten() for mask in masks])
        values = torch.cat([layer.weight.abs().flatten() for layer in group])
        values[~keep] = -1.0
        n = len(values)
        pruned = max(round(share * n), int((~keep).sum()))
        order = values.argsort(descending=True, stable=True)
        new = torch.zeros(n, dtype=torch.bool, device=values.device)
        new[order[:n - pruned]] = True
        start = 0
        for layer in group:
            end = start + layer.weight.numel()
            layer.register_buffer("weight_mask", new[start:end].view(layer.weight.shape).clone())
            layer.weight.masked_fill_(~layer.weight_mask, 0.0)
            start = end


def prune_per_layer(model, share):
    prune_groups([[layer] for layer in prunable_layers(model)], share)


def prune_globally(model, share):
    prune_groups([prunable_layers(model)], share)
