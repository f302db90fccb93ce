# how: products on the right side for tall matrices, einsum, new tensors for the state, a walk over named modules
import math

import torch
from torch import nn

from .base import Optimizer

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
EPS = 1e-7


def newton_schulz(G, *, steps=5):
    a, b, c = COEFFICIENTS
    rows, cols = G.shape
    X = G / (torch.sqrt(torch.sum(G * G)) + EPS)
    unit = torch.eye(min(rows, cols), dtype=G.dtype)
    for _ in range(steps):
        gram = torch.einsum("ik,jk->ij", X, X) if rows <= cols else torch.einsum("ki,kj->ij", X, X)
        polynomial = a * unit + b * gram + c * torch.einsum("ij,jk->ik", gram, gram)
        X = polynomial @ X if rows <= cols else X @ polynomial
    return X


class Muon(Optimizer):
    def __init__(self, params, *, lr, momentum=0.95, nesterov=True, weight_decay=0.0, ns_steps=5):
        super().__init__(params, {"lr": lr, "momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay,
                                  "ns_steps": ns_steps})
        for group in self.param_groups:
            if any(p.dim() < 2 for p in group["params"]):
                raise ValueError("a parameter is no matrix")

    def update(self, params, group):
        beta = group["momentum"]
        for p in params:
            old = self.state[p]["momentum_buffer"] if p in self.state else torch.zeros(p.shape, dtype=p.dtype)
            new = beta * old + (1 - beta) * p.grad
            self.state[p] = {"momentum_buffer": new}
            ahead = beta * new + (1 - beta) * p.grad if group["nesterov"] else new
            flat = ahead.reshape(len(ahead), -1)
            height, width = flat.shape
            rate = group["lr"] * (math.sqrt(height / width) if height > width else 1.0)
            shrunk = p - group["lr"] * group["weight_decay"] * p
            p.copy_(shrunk - rate * newton_schulz(flat, steps=group["ns_steps"]).reshape(p.shape))


def split_parameters(model, head):
    not_hidden = set(head.parameters())
    for _, module in model.named_modules():
        if isinstance(module, nn.Embedding):
            not_hidden.update(module.parameters())
    hidden = [p for p in model.parameters() if len(p.shape) > 1 and p not in not_hidden]
    chosen = set(hidden)
    return hidden, [p for p in model.parameters() if p not in chosen]
