# how: it sorts the places with Python's own sort by the pair (not pruned yet, absolute value).
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
        raise ValueError(f"share must be from 0 to 1, not {share}")
    for group in groups:
        places = []                                                  # (remains so far, |w|, layer, place), in order
        for number, layer in enumerate(group):
            values = layer.weight.detach().abs().flatten().tolist()
            mask = getattr(layer, "weight_mask", None)
            alive = [True] * len(values) if mask is None else mask.flatten().tolist()
            # the value of a pruned weight may be NaN, which would spoil the order: it does not count
            # and a NaN that is not pruned is the largest of all
            places += [(is_alive, value != value and is_alive, value if is_alive and value == value else 0.0, number, place)
                       for place, (value, is_alive) in enumerate(zip(values, alive))]
        already = sum(not place[0] for place in places)
        count = max(round(share * len(places)), already)
        gone = sorted(places, key=lambda place: place[:3])[:count]   # stable
        for number, layer in enumerate(group):
            mask = torch.ones(layer.weight.numel(), dtype=torch.bool)
            mask[torch.tensor([place for *_, of, place in gone if of == number], dtype=torch.long)] = False
            mask = mask.reshape(layer.weight.shape).to(layer.weight.device)
            layer.register_buffer("weight_mask", mask)
            with torch.no_grad():
                layer.weight.masked_fill_(~mask, 0)


def prune_per_layer(model, share):
    prune_groups([[layer] for layer in prunable_layers(model)], share)


def prune_globally(model, share):
    prune_groups([prunable_layers(model)], share)
