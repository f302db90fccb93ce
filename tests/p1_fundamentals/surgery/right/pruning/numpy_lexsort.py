"""NumPy's lexsort, two independent functions, and a new buffer each time."""
import numpy as np
import torch
from torch import nn


def _prune(weights, layers, share):
    flat = [w.detach().numpy().ravel() for w in weights]
    gone = [~layer.weight_mask.numpy().ravel() if "weight_mask" in layer._buffers else np.zeros(len(f), bool)
            for layer, f in zip(layers, flat)]
    values, pruned = np.concatenate(flat), np.concatenate(gone)
    order = np.lexsort((np.arange(len(values)), np.abs(values), ~pruned))
    pruned[order[:round(share * len(values))]] = True
    start = 0
    for layer, w in zip(layers, weights):
        mask = torch.from_numpy(~pruned[start:start + w.numel()]).reshape(w.shape)
        start += w.numel()
        layer.register_buffer("weight_mask", mask)
        w.data[~mask] = 0


def _unique(model):
    seen, layers = set(), []
    for _, layer in model.named_modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)) and layer.weight not in seen:
            seen.add(layer.weight)
            layers.append(layer)
    return layers


def _check(share):
    if not (share >= 0 and share <= 1):
        raise ValueError("share must lie in [0, 1]")


def prune_per_layer(model, share):
    _check(share)
    for layer in _unique(model):
        _prune([layer.weight], [layer], share)


def prune_globally(model, share):
    _check(share)
    layers = _unique(model)
    if layers:
        _prune([layer.weight for layer in layers], layers, share)
