# how: a context manager masks everything when it is entered and when it is left, and the step stands within.
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


from contextlib import contextmanager


def mask_weights(model):
    for layer in pruned_layers(model):
        layer.weight.data.masked_fill_(layer.weight_mask.logical_not(), 0)


def mask_gradients(model):
    for layer in pruned_layers(model):
        match layer.weight.grad:
            case None:
                pass
            case gradient:
                gradient.data.masked_fill_(layer.weight_mask.logical_not(), 0)


def mask_state(model, optimizer):
    for layer in pruned_layers(model):
        pruned = layer.weight_mask.logical_not()
        for parameter, remembered in optimizer.state.items():
            if parameter is not layer.weight:
                continue
            for value in remembered.values():
                if isinstance(value, Tensor) and value.shape == pruned.shape:
                    value.data.masked_fill_(pruned.to(value.device), 0)


@contextmanager
def masked(model, optimizer):
    for time in ("before", "after"):
        mask_weights(model)
        mask_gradients(model)
        mask_state(model, optimizer)
        if time == "before":
            yield


def masked_step(model, optimizer):
    with masked(model, optimizer):
        optimizer.step()


def fine_tune(model, optimizer, batches, loss):
    model.train()
    mask_weights(model)
    found = []
    for images, targets in batches:
        optimizer.zero_grad()
        value = loss(model(images), targets)
        value.backward()
        found.append(float(value.detach()))
        masked_step(model, optimizer)
    return found
