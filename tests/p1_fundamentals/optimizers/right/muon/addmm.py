# how: products as in PyTorch's own file, but in the dtype of G; a recursion over children; the gradient mixed by hand
import torch
from torch import nn

from .base import Optimizer

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
EPS = 1e-7


def newton_schulz(G, *, steps=5):
    a, b, c = COEFFICIENTS
    ortho = G.T if G.size(0) > G.size(1) else G
    ortho = ortho / (torch.linalg.matrix_norm(ortho) + EPS)
    for _ in range(steps):
        gram = ortho @ ortho.T
        ortho = torch.addmm(ortho, torch.addmm(gram, gram, gram, beta=b, alpha=c), ortho, beta=a)
    return ortho.T if G.size(0) > G.size(1) else ortho


class Muon(Optimizer):
    def __init__(self, params, *, lr, momentum=0.95, nesterov=True, weight_decay=0.0, ns_steps=5):
        super().__init__(params, {"lr": lr, "momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay,
                                  "ns_steps": ns_steps})
        if any(p.ndim < 2 for group in self.param_groups for p in group["params"]):
            raise ValueError("Muon takes matrices")

    def update(self, params, group):
        for p in params:
            state = self.state.setdefault(p, {})
            if "momentum_buffer" not in state:
                state["momentum_buffer"] = torch.zeros_like(p.grad)
            buffer = state["momentum_buffer"]
            buffer.mul_(group["momentum"]).add_(p.grad, alpha=1 - group["momentum"])
            direction = buffer.clone()
            if group["nesterov"]:
                direction.mul_(group["momentum"]).add_(p.grad, alpha=1 - group["momentum"])
            direction = direction.reshape(p.shape[0], -1)
            ratio = direction.size(0) / direction.size(1)
            p.mul_(1 - group["lr"] * group["weight_decay"])
            p.add_(newton_schulz(direction, steps=group["ns_steps"]).view(p.shape), alpha=-group["lr"] * max(1, ratio) ** 0.5)


def embeddings_in(module):
    found = [module] if isinstance(module, nn.Embedding) else []
    for child in module.children():
        found += embeddings_in(child)
    return found


def split_parameters(model, head):
    outside = [p for module in (head, *embeddings_in(model)) for p in module.parameters()]

    def hidden(p):
        return p.ndim >= 2 and not any(p is other for other in outside)
    return [p for p in model.parameters() if hidden(p)], [p for p in model.parameters() if not hidden(p)]
