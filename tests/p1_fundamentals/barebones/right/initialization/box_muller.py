# Normal numbers from uniform ones by Box and Muller, in float64 throughout; units one by one.
import math

import torch


def uniform(shape, generator):
    return torch.rand(shape, generator=generator, dtype=torch.float64)


def normal(shape, generator):
    radius = (-2 * torch.log1p(-uniform(shape, generator))).sqrt()
    return radius * torch.cos(2 * math.pi * uniform(shape, generator))


def xavier_std(shape, gain):
    return gain * math.sqrt(2) / math.sqrt(shape[0] + shape[1])


def he_std(shape, slope):
    return math.sqrt(2 / (1 + slope**2)) / math.sqrt(shape[1])


def xavier_normal(shape, generator, *, gain=1.0, dtype=torch.float32):
    return (normal(shape, generator) * xavier_std(shape, gain)).to(dtype)


def xavier_uniform(shape, generator, *, gain=1.0, dtype=torch.float32):
    return ((uniform(shape, generator) - 0.5) * 2 * math.sqrt(3) * xavier_std(shape, gain)).to(dtype)


def he_normal(shape, generator, *, slope=0.0, dtype=torch.float32):
    return (normal(shape, generator) * he_std(shape, slope)).to(dtype)


def he_uniform(shape, generator, *, slope=0.0, dtype=torch.float32):
    return ((1 - 2 * uniform(shape, generator)) * math.sqrt(3) * he_std(shape, slope)).to(dtype)


def layer_statistics(x, weights, activation):
    spreads, shares = [], []
    while weights:
        weight, *weights = weights
        x = activation((weight @ x.T).T)
        centred = x.flatten() - x.sum() / x.numel()
        spreads.append(torch.sqrt(centred.dot(centred) / x.numel()))
        dead = 0
        for unit in x.unbind(dim=1):
            dead += not bool(unit.any())
        shares.append(dead / x.shape[1])
    return torch.stack(spreads), torch.tensor(shares, dtype=x.dtype)
