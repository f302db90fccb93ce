# The standard deviation handed to torch.normal, intervals by lerp, statistics as Python numbers.
import math

import torch


def xavier_normal(shape, generator, *, gain=1.0, dtype=torch.float32):
    return torch.normal(0.0, gain * (2 / sum(shape)) ** 0.5, size=shape, generator=generator, dtype=dtype)


def he_normal(shape, generator, *, slope=0.0, dtype=torch.float32):
    return torch.normal(0.0, math.sqrt(2 / (shape[-1] + slope * slope * shape[-1])), size=shape, generator=generator, dtype=dtype)


def _uniform(std, shape, generator, dtype):
    end = torch.tensor(std * math.sqrt(12) / 2, dtype=dtype)
    return torch.lerp(-end, end, torch.rand(*shape, generator=generator, dtype=dtype))


def xavier_uniform(shape, generator, *, gain=1.0, dtype=torch.float32):
    return _uniform(gain * (2 / sum(shape)) ** 0.5, shape, generator, dtype)


def he_uniform(shape, generator, *, slope=0.0, dtype=torch.float32):
    return _uniform(math.sqrt(2 / (1 + slope**2) / shape[1]), shape, generator, dtype)


def layer_statistics(x, weights, activation):
    def one(h):
        return math.sqrt(h.var(unbiased=False).item()), 1 - (h != 0).any(0).double().mean().item()

    hidden = [x]
    for weight in weights:
        hidden.append(activation(hidden[-1] @ weight.t()))
    spreads, dead = zip(*(one(h) for h in hidden[1:]))
    return torch.tensor(spreads, dtype=x.dtype), torch.tensor(dead, dtype=x.dtype)
