# how: a tall matrix is a recursion on its transpose, a step is a function of its own with A X twice, names decide in the split.
import torch
from torch import nn

from .base import Optimizer

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
EPS = 1e-7


def one_step(X):
    a, b, c = COEFFICIENTS
    A = X.matmul(X.t())
    AX = A.matmul(X)
    return a * X + b * AX + c * A.matmul(AX)


def newton_schulz(G, *, steps=5):
    if G.shape[1] < G.shape[0]:
        return newton_schulz(G.t(), steps=steps).t()
    X = G.clone() / (G.pow(2).sum().sqrt() + EPS)
    while steps:
        X, steps = one_step(X), steps - 1
    return X


class Muon(Optimizer):
    def __init__(self, params, *, lr, momentum=0.95, nesterov=True, weight_decay=0.0, ns_steps=5):
        settings = {"lr": lr, "momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay, "ns_steps": ns_steps}
        super().__init__(params, settings)
        if not all(p.ndim >= 2 for p in self._params()):
            raise ValueError("a parameter has fewer than two axes")

    def update(self, params, group):
        for p in params:
            p.sub_(group["lr"] * (group["weight_decay"] * p + self.step_of(p, **group)))

    def step_of(self, p, momentum, nesterov, ns_steps, **others):
        if p not in self.state:
            self.state[p] = {"momentum_buffer": torch.zeros_like(p)}
        B = self.state[p]["momentum_buffer"]
        B += (1 - momentum) * (p.grad - B)
        D = B + (1 - momentum) * (p.grad - B) if nesterov else B
        rows, cols = p.shape[0], p[0].numel()
        return newton_schulz(D.reshape(rows, cols), steps=ns_steps).reshape(p.shape) * max(1.0, rows / cols) ** 0.5


def split_parameters(model, head):
    ends = {id(p) for p in head.parameters()}
    for module in model.modules():
        if isinstance(module, nn.Embedding):
            ends |= {id(p) for p in module.parameters()}
    chosen = {name for name, p in model.named_parameters() if p.ndim != 0 and p.ndim != 1 and id(p) not in ends}
    named = dict(model.named_parameters())
    return [p for name, p in named.items() if name in chosen], [p for name, p in named.items() if name not in chosen]
