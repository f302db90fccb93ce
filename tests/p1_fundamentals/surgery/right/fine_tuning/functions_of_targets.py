"""One generator of all tensors that are masked, and one function that masks them."""
import itertools

import torch


def pruned_layers(model):
    return [layer for layer in model.modules() if getattr(layer, "weight_mask", None) is not None]


def weights(model):
    return ((layer.weight.data, layer.weight_mask) for layer in pruned_layers(model))


def gradients(model):
    return ((layer.weight.grad, layer.weight_mask) for layer in pruned_layers(model) if layer.weight.grad is not None)


def remembered(model, optimizer):
    for layer in pruned_layers(model):
        own = optimizer.state[layer.weight] if layer.weight in optimizer.state.keys() else {}
        yield from ((value, layer.weight_mask) for value in own.values()
                    if isinstance(value, torch.Tensor) and tuple(value.shape) == tuple(layer.weight_mask.shape))


def clear(pairs):
    for tensor, mask in pairs:
        tensor.masked_fill_(mask.logical_not(), 0)


def mask_weights(model):
    clear(weights(model))


def mask_gradients(model):
    clear(gradients(model))


def mask_state(model, optimizer):
    clear(remembered(model, optimizer))


def masked_step(model, optimizer):
    def all_of_them():
        clear(itertools.chain(weights(model), gradients(model), remembered(model, optimizer)))
    all_of_them()
    optimizer.step()
    all_of_them()


def fine_tune(model, optimizer, batches, loss):
    model.train()
    losses = []
    mask_weights(model)
    for x, y in batches:
        for p in model.parameters():
            p.grad = None
        value = loss(model(x), y)
        value.backward()
        losses.append(value.detach().item())
        masked_step(model, optimizer)
    return losses
