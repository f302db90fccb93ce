# what is wrong: the mask is read off the weights that are not 0, so a weight that is 0 and remains counts as pruned.
# told: reads_masks_off_zeros
import torch
from torch import nn


def prunable_layers(model: nn.Module) -> list[nn.Module]:
    by_weight = {}
    for module in model.modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            by_weight.setdefault(module.weight, module)
    return list(by_weight.values())


def prune_groups(groups, share):
    if not 0 <= share <= 1:
        raise ValueError(f"share must be in [0, 1], got {share}")
    for group in groups:
        if not group:
            continue
        flat = []
        for layer in group:
            value = layer.weight.detach().abs()
            mask = getattr(layer, "weight_mask", None)
            flat.append((value if mask is None else value.masked_fill(~mask, -1)).flatten())
        flat = torch.cat(flat)
        k = max(round(share * flat.numel()), int((flat == -1).sum()))
        drop = torch.zeros(flat.numel(), dtype=torch.bool, device=flat.device)
        drop[flat.argsort(stable=True)[:k]] = True
        for layer, part in zip(group, drop.split([layer.weight.numel() for layer in group])):
            layer.weight.data[part.view(layer.weight.shape)] = 0
            layer.register_buffer("weight_mask", layer.weight.data != 0)


def prune_per_layer(model, share):
    prune_groups([[layer] for layer in prunable_layers(model)], share)


def prune_globally(model, share):
    prune_groups([prunable_layers(model)], share)
