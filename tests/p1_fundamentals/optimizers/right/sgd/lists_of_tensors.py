"""Gathers gradients and velocities of a group in lists first, and rebinds the velocity instead of changing it."""
import torch

from .base import Optimizer


class SGD(Optimizer):
    def __init__(self, params, *, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if lr < 0 or momentum < 0 or weight_decay < 0:
            raise ValueError(f"lr={lr}, momentum={momentum}, weight_decay={weight_decay}: none may be negative")
        if nesterov:
            if momentum <= 0:
                raise ValueError("nesterov without momentum")
            if dampening:
                raise ValueError("nesterov with dampening")
        defaults = {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "nesterov": nesterov}
        Optimizer.__init__(self, params, defaults)

    def update(self, params, group):
        lr, mu, tau = group["lr"], group["momentum"], group["dampening"]
        gradients = [p.grad + group["weight_decay"] * p for p in params]
        if mu == 0:
            directions = gradients
        else:
            directions = []
            for p, g in zip(params, gradients):
                if p in self.state and "momentum_buffer" in self.state[p]:
                    velocity = mu * self.state[p]["momentum_buffer"] + (1 - tau) * g
                else:
                    velocity = g
                self.state[p] = {"momentum_buffer": velocity}
                directions.append(torch.add(g, velocity, alpha=mu) if group["nesterov"] else velocity)
        for p, direction in zip(params, directions):
            p -= lr * direction
