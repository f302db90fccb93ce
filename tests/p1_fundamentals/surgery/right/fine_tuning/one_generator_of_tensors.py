# how: one generator yields (tensor, pruned places) for all that has to be 0, and each function writes zeros to its part.
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


def weights(model):
    for layer in pruned_layers(model):
        yield layer.weight.detach(), ~layer.weight_mask


def gradients(model):
    for layer in pruned_layers(model):
        if layer.weight.grad is not None:
            yield layer.weight.grad.detach(), ~layer.weight_mask


def memories(model, optimizer):
    for layer in pruned_layers(model):
        for value in optimizer.state.get(layer.weight, {}).values():
            if isinstance(value, Tensor) and value.shape == layer.weight.shape:
                yield value.detach(), ~layer.weight_mask


def zero(pairs):
    for tensor, pruned in pairs:
        tensor[pruned.to(tensor.device)] = 0


def mask_weights(model):
    zero(weights(model))


def mask_gradients(model):
    zero(gradients(model))


def mask_state(model, optimizer):
    zero(memories(model, optimizer))


def masked_step(model, optimizer):
    def everything():
        yield from weights(model)
        yield from gradients(model)
        yield from memories(model, optimizer)

    zero(everything())
    optimizer.step()
    zero(everything())


def fine_tune(model, optimizer, batches, loss):
    model.train()
    mask_weights(model)
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        masked_step(model, optimizer)
        losses.append(value.item())
    return losses
