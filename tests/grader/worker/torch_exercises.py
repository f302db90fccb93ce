"""Small exercises in PyTorch, as a course would have them: what they are done without, a right solution, given code."""

RAW_TENSORS = '''
import torch
from jaxtyping import Float, Int
from torch import Tensor

from .shared import loss_of_networks, trained_weight


def cross_entropy(scores: Float[Tensor, "batch classes"], labels: Int[Tensor, "batch"]) -> Float[Tensor, ""]:
    largest = scores.amax(dim=1, keepdim=True)  # (batch, 1)
    log_sum = (scores - largest).exp().sum(dim=1).log() + largest[:, 0]
    print("scores", scores, torch.zeros(40, 40), f"{log_sum} {log_sum[0]:.3f}", repr(labels), log_sum.tolist())
    return (log_sum - scores[torch.arange(len(labels)), labels]).mean()


def gradient(scores: Float[Tensor, "batch classes"], labels: Int[Tensor, "batch"]) -> Float[Tensor, "batch classes"]:
    shifted = (scores - scores.amax(dim=1, keepdim=True)).exp()
    of_scores = shifted / shifted.sum(dim=1, keepdim=True)
    of_scores[torch.arange(len(labels)), labels] -= 1
    return of_scores / len(labels)


def hidden(x: Float[Tensor, "batch features"]) -> Float[Tensor, "batch features"]:
    with torch.no_grad():
        return torch.tanh(x).relu().sigmoid().clamp(min=0.1) + torch.einsum("bf,bf->bf", x, x)


def misshapen(x: Float[Tensor, "batch features"]) -> Float[Tensor, "batch"]:
    return x.sum(dim=0)


def by_given_code(scores, labels):
    return loss_of_networks(scores, labels), trained_weight(scores, labels)
'''

ATTENTION = '''
import math

import torch
from jaxtyping import Float
from torch import Tensor, nn


class MultiHeadAttention(nn.Module):
    def __init__(self, *, dim: int, heads: int):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(dim, dim) for _ in range(4))

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time dim"]:
        def split(y):  # (batch, time, dim) -> (batch, heads, time, dim / heads)
            return y.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (batch, heads, time, time)
        print(scores, f"{scores.mean():.2f}", self)
        return self.out((scores.softmax(dim=-1) @ v).transpose(1, 2).flatten(2))


def misshapen(x: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch dim"]:
    return x[None]
'''

OPTIMIZER = '''
import torch
from jaxtyping import Float
from torch import Tensor


class SGD:
    def __init__(self, params, *, lr: float, momentum: float = 0.0):
        self.params, self.lr, self.momentum = list(params), lr, momentum
        self.velocity = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self) -> None:
        for p, v in zip(self.params, self.velocity):
            print(p, f"{p.grad}")
            v.mul_(self.momentum).add_(p.grad)
            p.sub_(self.lr * v)

    @torch.no_grad()
    def step_of_all(self) -> None:
        torch._foreach_add_(self.params, [p.grad for p in self.params], alpha=-self.lr)


def misshapen(x: Float[Tensor, "rows columns"]) -> Float[Tensor, "rows"]:
    return x.sum(dim=0)
'''

SURGERY = '''
import torch
from jaxtyping import Float
from torch import Tensor, nn


def swap(model: nn.Module, old: type[nn.Module], make) -> int:
    made = 0
    for parent in list(model.modules()):
        for name, child in list(parent._modules.items()):
            if type(child) is old:
                parent._modules[name] = make()
                made += 1
    print(model, model[0].weight)
    return made


def prune(layer: nn.Linear, share: float) -> Float[Tensor, "out in"]:
    """Set the smallest weights to zero."""
    with torch.no_grad():
        least = layer.weight.abs().flatten().kthvalue(max(1, int(share * layer.weight.numel()))).values
        mask = layer.weight.abs() > least
        layer.weight.mul_(mask)
    print(f"{layer.weight}")
    return mask.float()


def misshapen(x: Float[Tensor, "rows columns"]) -> Float[Tensor, "rows"]:
    return x.sum(dim=0)
'''

GIVEN = '''
import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.nn.functional import cross_entropy
from torch.nn.utils import prune


def loss_of_networks(scores, labels):
    return cross_entropy(scores, labels) + F.cross_entropy(scores, labels) + Net()(scores).sum() * 0


def trained_weight(scores, labels):
    weight = torch.eye(scores.shape[1], requires_grad=True)
    optimizer = optim.SGD([weight], lr=0.5)
    cross_entropy(scores @ weight, labels).backward()
    optimizer.step()
    return weight.detach()


def apply(function, *arguments):
    return function(*arguments)


class Net(nn.Module):
    activation = staticmethod(F.gelu)

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, x):
        return self.layer(x).softmax(dim=-1)
'''
