# how: nothing is changed in place but the parameter; each step makes a new dict of new tensors.
import torch

from .base import Optimizer


class RMSprop(Optimizer):
    def __init__(self, params, *, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0, centered=False):
        super().__init__(params, {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay,
                                  "momentum": momentum, "centered": centered})

    def update(self, params, group):
        for p in params:
            p.copy_(p - group["lr"] * self._direction(p, **{key: group[key] for key in group if key not in ("params", "lr")}))

    def _direction(self, p, alpha, eps, weight_decay, momentum, centered):
        old = self.state.get(p, {})
        zeros = torch.zeros(p.shape, dtype=p.dtype)
        g = p.grad if weight_decay == 0 else p.grad + p * weight_decay
        new = {"step": old.get("step", 0) + 1,
               "square_avg": alpha * old.get("square_avg", zeros) + (1 - alpha) * g ** 2}
        spread = new["square_avg"]
        if centered:
            new["grad_avg"] = alpha * old.get("grad_avg", zeros) + (1 - alpha) * g
            spread = torch.relu(spread - new["grad_avg"] ** 2)
        direction = g / (spread ** 0.5 + eps)
        if momentum:
            new["momentum_buffer"] = direction = momentum * old.get("momentum_buffer", zeros) + direction
        self.state[p] = new
        return direction.clone()
