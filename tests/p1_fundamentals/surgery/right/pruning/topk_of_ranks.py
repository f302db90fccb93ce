"""Ranks in place of values, smallest ranks by topk, and numbers written through parameters_to_vector-like slices."""
import torch
import torch.nn as nn


def prunable_layers(model):
    return list({id(m.weight): m for m in reversed(list(model.modules())) if isinstance(m, (nn.Linear, nn.Conv2d))}.values())[::-1]


def in_order(model):
    order = [m for m in model.modules()]
    return sorted(prunable_layers(model), key=order.index)


@torch.no_grad()
def prune_groups(groups, share):
    if not (0.0 <= share and share <= 1.0):
        raise ValueError(f"{share=}")
    for group in groups:
        if len(group) == 0:
            continue
        masks = []
        for m in group:
            mask = m._buffers.get("weight_mask")
            masks.append(torch.ones(m.weight.shape, dtype=torch.bool) if mask is None else mask)
        flat_mask = torch.cat([mask.reshape(-1) for mask in masks])
        flat = torch.cat([m.weight.abs().reshape(-1) for m in group])
        flat = torch.where(flat_mask, flat, torch.tensor(-1.0, dtype=flat.dtype))
        _, order = torch.sort(flat, stable=True)
        rank = torch.empty_like(order)
        rank[order] = torch.arange(len(order))
        alive = (rank >= round(share * len(order))) & flat_mask
        at = 0
        for m in group:
            n = m.weight.numel()
            m.register_buffer("weight_mask", alive[at:at + n].clone().reshape(m.weight.shape))
            m.weight.copy_(torch.where(m.weight_mask, m.weight, torch.zeros_like(m.weight)))
            at += n


def prune_per_layer(model, share):
    prune_groups([], share)
    for m in in_order(model):
        prune_groups([[m]], share)


def prune_globally(model, share):
    prune_groups([in_order(model)], share)
