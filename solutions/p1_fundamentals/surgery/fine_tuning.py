r"""Fine-tuning: train a pruned model on, so that the weights that remain make up for those that are gone.

A pruned weight has $m_i = 0$ in its layer's mask, and is to stay at zero: $\tilde w_i = m_i w_i$. So its gradient has to be
zero,

$$\frac{\partial L}{\partial w_i} = m_i \frac{\partial L}{\partial \tilde w_i},$$

and so has all that an optimiser remembers of it, as $v_i$ in $v_i \leftarrow \mu v_i + g_i$, $w_i \leftarrow w_i - \eta v_i$:
with $g_i = 0$ alone, a $v_i$ from before the pruning goes on moving the weight.

Source: Han, Pool, Tran and Dally, "Learning both weights and connections for efficient neural networks", NeurIPS 2015,
section 3.
"""
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
    """Set the pruned weights of `model` to 0, in place: the weight of each layer where the layer's mask is False.

    Whatever is there becomes 0, inf and NaN too. All other numbers stay as they are, a 0 that is not pruned among them.

    >>> layer = nn.Linear(3, 1)
    >>> layer.register_buffer("weight_mask", torch.tensor([[True, False, True]]))
    >>> _ = layer.weight.data.copy_(torch.tensor([[1.0, 2.0, 3.0]]))
    >>> mask_weights(layer)
    >>> layer.weight.data
    tensor([[1., 0., 3.]])
    """
    ### BEGIN SOLUTION
    with torch.no_grad():
        for layer in pruned_layers(model):
            layer.weight.masked_fill_(~layer.weight_mask, 0)
    ### END SOLUTION


def mask_gradients(model: nn.Module) -> None:
    """Set the gradients of the pruned weights to 0, in place: the `grad` of each layer's weight where its mask is False.

    Whatever is there becomes 0, inf and NaN too. All other gradients stay as they are, and `grad` stays None where it is None.
    """
    ### BEGIN SOLUTION
    for layer in pruned_layers(model):
        if layer.weight.grad is not None:
            layer.weight.grad.masked_fill_(~layer.weight_mask, 0)
    ### END SOLUTION


def mask_state(model: nn.Module, optimizer: Optimizer) -> None:
    """Set to 0, in place, what `optimizer` remembers of the pruned weights.

    That is each tensor in `optimizer.state[weight]` with the shape of the weight, where the mask is False: "momentum_buffer"
    of SGD, "exp_avg" and "exp_avg_sq" of Adam, and others under any name. Whatever is there becomes 0, inf and NaN too. All
    else in the state stays as it is, tensors of another shape among it. Nothing is added to the state: neither is an
    error raised nor a key made for a weight of which it has none.
    """
    ### BEGIN SOLUTION
    for layer in pruned_layers(model):
        for value in optimizer.state.get(layer.weight, {}).values():
            if isinstance(value, Tensor) and value.shape == layer.weight.shape:
                value.masked_fill_(~layer.weight_mask, 0)
    ### END SOLUTION


def masked_step(model: nn.Module, optimizer: Optimizer) -> None:
    """One `optimizer.step()` with the gradients that are there, in which the pruned weights stay at 0.

    When the optimiser takes its step, the pruned weights, their gradients and what it remembers of them are all 0, whatever
    they were before. Afterwards all three are 0 again, whatever the optimiser did. So in an optimiser that moves each weight
    by that weight's numbers alone, a weight that remains gets the step that it would get if the pruned
    ones did not exist.

    `optimizer.step` is called once, without arguments; no other method of the optimiser is.

    >>> layer = nn.Linear(2, 1, bias=False)
    >>> layer.register_buffer("weight_mask", torch.tensor([[True, False]]))
    >>> _ = layer.weight.data.copy_(torch.tensor([[1.0, 0.0]]))
    >>> layer.weight.grad = torch.tensor([[2.0, 3.0]])
    >>> masked_step(layer, torch.optim.SGD(layer.parameters(), lr=0.25))
    >>> layer.weight.data
    tensor([[0.5000, 0.0000]])
    """
    ### BEGIN SOLUTION
    for take in (optimizer.step, lambda: None):
        mask_weights(model)
        mask_gradients(model)
        mask_state(model, optimizer)
        take()
    ### END SOLUTION


def fine_tune(model: nn.Module, optimizer: Optimizer, batches: Iterable[tuple[Tensor, Tensor]],
              loss: Callable[[Tensor, Tensor], Tensor]) -> list[float]:
    """Train on: for each batch (x, y) one `masked_step` by the gradients of `loss(model(x), y)` and of that alone.

    It returns the loss of each batch as a float, as it was before that batch's step. The model is called once for each
    batch, with its pruned weights at 0 for the first batch too. It is put into training mode first, and stays in it:
    biases, norms and their running statistics go on learning as ever. Gradients of the optimiser's Parameters that are there
    from before count for nothing; `optimizer.zero_grad` clears them. Of others nothing is asked. Without batches the losses
    are [], and the model is in training mode with its pruned weights at 0; no batch is without examples.
    """
    ### BEGIN SOLUTION
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
    ### END SOLUTION

### BEGIN AFTERWORD
# With SGD without momentum, masked gradients alone would do. Each further thing that an optimiser does opens a door: momentum
# from before, a step that looks at all weights together, a weight that was loaded and is not 0. Shutting all three before
# the step and again after it asks nothing about the optimiser.
# What lies between `backward` and the step sees unmasked gradients: `clip_grad_norm_` would count the gradients of weights
# that are not there. Call `mask_gradients` before it.
### END AFTERWORD

### BEGIN HINTS
# 1. Three kinds of numbers belong to a weight: its value, its gradient, and what the optimiser remembers. Each function masks
#    one of them, and `masked_step` all three, twice.
# 2. `tensor.masked_fill_(~mask, 0)` works in place and on NaN too; the weight itself needs `with torch.no_grad():`. The state
#    may be a plain dict without a key for the weight: ask it with `get`. The loss of a batch is read before its step.
# 3. The loop of mask_state is `for value in optimizer.state.get(layer.weight, {}).values():`, with `if isinstance(value,
#    Tensor) and value.shape == layer.weight.shape:` in it. In fine_tune the order is `optimizer.zero_grad()`,
#    `value = loss(model(x), y)`, `value.backward()`, `masked_step(model, optimizer)`, after one `mask_weights(model)`.
### END HINTS
