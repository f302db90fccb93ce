"""Works on p.data and a detached gradient, with early exits in place of nested conditions."""
import torch

from .base import Optimizer


class SGD(Optimizer):
    def __init__(self, params, *, lr, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False):
        for value in (lr, momentum, weight_decay):
            if not value >= 0.0:
                raise ValueError(f"{value} is below 0")
        if nesterov and (dampening != 0 or momentum <= 0):
            raise ValueError("nesterov takes momentum and no dampening")
        super().__init__(params, {"nesterov": nesterov, "weight_decay": weight_decay, "dampening": dampening,
                                  "momentum": momentum, "lr": lr})

    def update(self, params, group):
        for p in params:
            self._one(p, **{key: value for key, value in group.items() if key != "params"})

    def _one(self, p, lr, momentum, dampening, weight_decay, nesterov, **_):
        g = torch.add(p.grad.detach(), p.data, alpha=weight_decay)
        if not momentum:
            p.data.add_(g, alpha=-lr)
            return
        kept = self.state.setdefault(p, {})
        try:
            b = kept["momentum_buffer"]
        except KeyError:
            b = kept["momentum_buffer"] = torch.empty_like(g).copy_(g)
        else:
            torch.add(momentum * b, g, alpha=1 - dampening, out=b)
        p.data.add_(g, alpha=-lr * nesterov)
        p.data.add_(b, alpha=-lr * (momentum if nesterov else 1))
