# what is wrong: for gradients and state it takes each weight that is 0 as pruned, so a 0 that remains never trains again.
# told: masks_gradients_by_zeros
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


def mask_weights(model: nn.Module) -> None:
    for layer in pruned_layers(model):
        layer.weight.data[~layer.weight_mask] = 0


def mask_gradients(model: nn.Module) -> None:
    for layer in pruned_layers(model):
        if layer.weight.grad is not None:
            layer.weight.grad[layer.weight.data == 0] = 0


def mask_state(model: nn.Module, optimizer: Optimizer) -> None:
    for layer in pruned_layers(model):
        pruned = layer.weight.data == 0
        for value in optimizer.state.get(layer.weight, {}).values():
            if isinstance(value, Tensor) and value.shape == pruned.shape:
                value[pruned] = 0


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
