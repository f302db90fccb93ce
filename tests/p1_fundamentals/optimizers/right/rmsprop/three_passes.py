# how: one pass over the group for the averages, one for the directions, one for the steps; where() for the variance.
import torch

from .base import Optimizer


def averaged(average, new, alpha):
    average[...] = average - (1 - alpha) * (average - new)
    return average


class RMSprop(Optimizer):
    def __init__(self, params, *, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0, centered=False):
        settings = locals()
        super().__init__(params, {name: settings[name] for name in
                                  ("lr", "alpha", "eps", "weight_decay", "momentum", "centered")})

    def update(self, params, group):
        gradients = [torch.add(p.grad, p, alpha=group["weight_decay"]) for p in params]
        divisors = []
        for p, g in zip(params, gradients):
            state = self.state.setdefault(p, {"step": 0})
            for key, wanted in (("square_avg", True), ("grad_avg", group["centered"]), ("momentum_buffer", group["momentum"])):
                if wanted and key not in state:
                    state[key] = torch.zeros_like(g)
            state["step"] = state["step"] + 1
            second = averaged(state["square_avg"], g * g, group["alpha"])
            if group["centered"]:
                first = averaged(state["grad_avg"], g, group["alpha"])
                second = torch.where(first * first < second, second - first * first, 0)
            divisors.append(torch.sqrt(second) + group["eps"])
        directions = [g / divisor for g, divisor in zip(gradients, divisors)]
        if group["momentum"] != 0:
            for place, p in enumerate(params):
                buffer = self.state[p]["momentum_buffer"]
                buffer.copy_(group["momentum"] * buffer + directions[place])
                directions[place] = buffer
        for p, direction in zip(params, directions):
            p.sub_(direction, alpha=group["lr"])
