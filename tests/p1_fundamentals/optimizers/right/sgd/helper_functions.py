"""A function for each part of a step, lerp-like arithmetic, and copy_ for the move."""
from .base import Optimizer


def decayed(p, group):
    return p.grad.clone().add_(p.detach(), alpha=group["weight_decay"])


def carried(state, g, group):
    b = state.get("momentum_buffer")
    state["momentum_buffer"] = g.clone() if b is None else b * group["momentum"] + g * (1 - group["dampening"])
    return state["momentum_buffer"]


class SGD(Optimizer):
    def __init__(self, params, *, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        if min(lr, momentum, weight_decay) < 0:
            raise ValueError("negative")
        if nesterov and not (momentum > 0 and dampening == 0):
            raise ValueError("nesterov")
        super().__init__(params, locals_of(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
                                           nesterov=nesterov))

    def update(self, params, group):
        for p in params:
            direction = decayed(p, group)
            if group["momentum"]:
                if p not in self.state:
                    self.state[p] = {}
                b = carried(self.state[p], direction, group)
                direction = direction + group["momentum"] * b if group["nesterov"] else b
            p.copy_(p - group["lr"] * direction)


def locals_of(**settings):
    return settings
