# what is wrong: it reads optimizer.state[weight] unasked, which adds a key to a defaultdict and is a KeyError for a dict.
# told: asks_by_brackets
from collections.abc import Callable, Iterable
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn


@runtime_checkable
class Optimizer(Protocol):
    """What this file asks of an optimiser. Those of `torch.optim` have it, and so do those of other makers.

    state  a dict: to a Parameter belongs a dict with what is remembered of it, in which some values are tensors of the
           Parameter's shape, and others are not. Of a Parameter that has not moved yet there may be nothing: no key.
    """

    state: dict

    def step(self): ...

    def zero_grad(self): ...


def pruned_layers(model: nn.Module) -> list[nn.Module]:
    """The layers in `model` that have a mask: a buffer "weight_mask" of bool, True where their weight remains.

    This function is given. What has no mask, such as a norm or a layer that was not pruned, trains as it always does.
    """
    return [layer for layer in model.modules() if getattr(layer, "weight_mask", None) is not None]


@torch.no_grad()
def mask_weights(model):
    for layer in pruned_layers(model):
        layer.weight.masked_fill_(~layer.weight_mask, 0)


@torch.no_grad()
def mask_gradients(model):
    for layer in pruned_layers(model):
        if layer.weight.grad is not None:
            layer.weight.grad.masked_fill_(~layer.weight_mask, 0)


def mask_state(model, optimizer):
    for layer in pruned_layers(model):
        state = optimizer.state[layer.weight]
        for name, value in state.items():
            if isinstance(value, Tensor) and value.shape == layer.weight.shape:
                value.masked_fill_(~layer.weight_mask, 0)


def masked_step(model, optimizer):
    for last in (False, True):
        mask_weights(model)
        mask_gradients(model)
        mask_state(model, optimizer)
        if not last:
            optimizer.step()


def fine_tune(model, optimizer, batches, loss):
    model.train()
    mask_weights(model)
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        losses.append(value.item())
        masked_step(model, optimizer)
    return losses
