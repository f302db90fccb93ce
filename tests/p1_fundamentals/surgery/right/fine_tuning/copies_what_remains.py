# how: torch.where makes the masked values, and copy_ writes them into the tensor that is there.
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
def keep_only(tensor: Tensor, mask: Tensor) -> None:
    mask = mask.to(tensor.device)
    tensor.copy_(torch.where(mask, tensor, torch.zeros_like(tensor)))


def mask_weights(model: nn.Module) -> None:
    for layer in pruned_layers(model):
        keep_only(layer.weight, layer.weight_mask)


def mask_gradients(model: nn.Module) -> None:
    for layer in pruned_layers(model):
        gradient = layer.weight.grad
        if gradient is not None:
            keep_only(gradient, layer.weight_mask)


def mask_state(model: nn.Module, optimizer: Optimizer) -> None:
    for layer in pruned_layers(model):
        if layer.weight in optimizer.state:
            for value in optimizer.state[layer.weight].values():
                if torch.is_tensor(value) and value.shape == layer.weight_mask.shape:
                    keep_only(value, layer.weight_mask)


def masked_step(model: nn.Module, optimizer: Optimizer) -> None:
    def mask() -> None:
        mask_weights(model)
        mask_gradients(model)
        mask_state(model, optimizer)

    mask()
    optimizer.step()
    mask()


def fine_tune(model: nn.Module, optimizer: Optimizer, batches: Iterable[tuple[Tensor, Tensor]],
              loss: Callable[[Tensor, Tensor], Tensor]) -> list[float]:
    model.train()
    values = []
    for x, y in batches:
        mask_weights(model)
        value = loss(model(x), y)
        optimizer.zero_grad()
        value.backward()
        values.append(value.detach().item())
        masked_step(model, optimizer)
    return values
