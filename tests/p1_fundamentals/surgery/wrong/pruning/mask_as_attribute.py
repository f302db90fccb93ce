# what is wrong: the mask is a plain attribute of the layer and no buffer, so state_dict and load_state_dict do not know it.
# told: masks_are_no_buffers
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
        raise ValueError("the share has to be from 0 to 1")
    for group in groups:
        if not group:
            continue
        scores = []
        for layer in group:
            if not hasattr(layer, "weight_mask"):
                layer.weight_mask = torch.ones_like(layer.weight, dtype=torch.bool)
            scores.append(layer.weight.detach().abs().masked_fill(~layer.weight_mask, -1).flatten())
        scores = torch.cat(scores)
        count = max(round(share * len(scores)), int((scores == -1).sum()))
        remains = torch.ones_like(scores, dtype=torch.bool)
        remains[scores.argsort(stable=True)[:count]] = False
        offset = 0
        for layer in group:
            size = layer.weight.numel()
            layer.weight_mask = remains[offset:offset + size].view(layer.weight.shape).clone()
            with torch.no_grad():
                layer.weight.masked_fill_(~layer.weight_mask, 0)
            offset += size


def prune_per_layer(model, share):
    prune_groups([[layer] for layer in prunable_layers(model)], share)


def prune_globally(model, share):
    prune_groups([prunable_layers(model)], share)
