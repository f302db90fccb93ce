# Empty tensors, filled in place; statistics from their definitions.
import torch


def _xavier_variance(shape, gain):
    fan_out, fan_in = shape
    return gain**2 / ((fan_in + fan_out) / 2)


def xavier_normal(shape, generator, *, gain=1.0, dtype=torch.float32):
    return torch.empty(shape, dtype=dtype).normal_(0, _xavier_variance(shape, gain) ** 0.5, generator=generator)


def xavier_uniform(shape, generator, *, gain=1.0, dtype=torch.float32):
    limit = (3 * _xavier_variance(shape, gain)) ** 0.5
    return torch.empty(shape, dtype=dtype).uniform_(-limit, limit, generator=generator)


def he_normal(shape, generator, *, slope=0.0, dtype=torch.float32):
    gain = (2 / (1 + slope**2)) ** 0.5
    return torch.empty(*shape, dtype=dtype).normal_(std=gain / shape[1] ** 0.5, generator=generator)


def he_uniform(shape, generator, *, slope=0.0, dtype=torch.float32):
    gain = (2 / (1 + slope**2)) ** 0.5
    limit = 3**0.5 * gain / shape[1] ** 0.5
    return torch.empty(*shape, dtype=dtype).uniform_(-limit, limit, generator=generator)


def layer_statistics(x, weights, activation):
    std = torch.empty(len(weights), dtype=x.dtype)
    dead = torch.empty(len(weights), dtype=x.dtype)
    for layer, weight in enumerate(weights):
        x = activation(torch.einsum("bi,oi->bo", x, weight))
        std[layer] = ((x - x.mean()) ** 2).mean().sqrt()
        dead[layer] = (x.abs().amax(dim=0) == 0).sum() / x.shape[1]
    return std, dead
