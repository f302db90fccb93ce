# what is wrong: it asks for the exact class, so layers of classes derived from nn.Linear and nn.Conv2d are passed over.
# told: compares_types
import torch
from torch import nn


PRUNABLE = {nn.Linear, nn.Conv2d}


def prunable_layers(model: nn.Module) -> list[nn.Module]:
    found = []
    for module in model.modules():
        if type(module) in PRUNABLE and all(module.weight is not other.weight for other in found):
            found.append(module)
    return found


def prune_groups(groups: list[list[nn.Module]], share: float) -> None:
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"share must lie in [0, 1], not {share}")
    for group in groups:
        if len(group) == 0:
            continue
        scores = [layer.weight.detach().abs().flatten() for layer in group]
        for score, layer in zip(scores, group):
            if "weight_mask" in layer._buffers:
                score[~layer.weight_mask.flatten()] = -1
        scores = torch.cat(scores)
        count = max(round(share * len(scores)), int((scores < 0).sum()))
        keep = torch.ones(len(scores), dtype=torch.bool, device=scores.device)
        keep[torch.sort(scores, stable=True).indices[:count]] = False
        for layer in group:
            here, keep = keep[:layer.weight.numel()], keep[layer.weight.numel():]
            layer.register_buffer("weight_mask", here.reshape(layer.weight.shape).clone())
            layer.weight.data[~layer.weight_mask] = 0


def prune_per_layer(model, share):
    prune_groups([[layer] for layer in prunable_layers(model)], share)


def prune_globally(model, share):
    prune_groups([prunable_layers(model)], share)
