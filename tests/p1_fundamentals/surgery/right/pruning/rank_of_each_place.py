# how: it gives each place its rank in the stable order, and each layer's mask is where the rank is at least k.
import torch
from torch import nn


def prunable_layers(model: nn.Module) -> list[nn.Module]:
    first: dict[int, nn.Module] = {}
    for module in model.modules():
        match module:
            case nn.Linear() | nn.Conv2d():
                first.setdefault(id(module.weight), module)
    return [*first.values()]


def mask_of(layer: nn.Module) -> torch.Tensor:
    mask = getattr(layer, "weight_mask", None)
    return torch.ones(layer.weight.shape, dtype=torch.bool, device=layer.weight.device) if mask is None else mask


def prune_groups(groups: list[list[nn.Module]], share: float) -> None:
    if not (share >= 0 and share <= 1):
        raise ValueError(f"share has to be from 0 to 1, not {share}")
    for group in [group for group in groups if group]:
        alive = torch.cat([mask_of(layer).flatten() for layer in group])
        values = torch.cat([layer.weight.detach().flatten() for layer in group]).abs()
        by_value = values.argsort(stable=True)
        order = by_value[alive[by_value].to(torch.uint8).argsort(stable=True)]     # pruned ones first, then by value
        rank = torch.empty_like(order)
        rank[order] = torch.arange(len(order), device=order.device)
        k = max(round(share * len(order)), len(order) - int(alive.sum()))
        for layer, part in zip(group, (rank >= k).split([layer.weight.numel() for layer in group])):
            mask = part.reshape(layer.weight.shape).clone()
            layer.register_buffer("weight_mask", mask)
            with torch.no_grad():
                layer.weight[~mask] = 0


def prune_per_layer(model, share):
    prune_groups([[layer] for layer in prunable_layers(model)], share)


def prune_globally(model, share):
    prune_groups([prunable_layers(model)], share)
