# A second Function for the way back, with second derivatives by hand; a float beta stays a float.
import torch
from torch import nn


class Back(torch.autograd.Function):
    # (of_x, of_beta) from (grad, x, beta). With s = σ(bx), p = s(1-s) and q = 1-2s: f' = s + bxp, df/db = x²p.
    @staticmethod
    def forward(ctx, grad, x, beta, wants_x, wants_beta):
        ctx.save_for_backward(grad, x, beta)
        s, c = torch.sigmoid(beta * x), torch.sigmoid(-beta * x)
        of_x = grad * (s + (beta * x) * c * s) if wants_x else None
        of_beta = torch.sum(grad * (x * s) * (x * c)) if wants_beta else None
        return of_x, of_beta

    @staticmethod
    def backward(ctx, d, e):
        grad, x, b = ctx.saved_tensors
        s = torch.sigmoid(b * x)
        p, q = s * (1 - s), 1 - 2 * s
        d = torch.zeros_like(grad) if d is None else d
        e = torch.zeros_like(b) if e is None else e
        by_grad = d * (s + b * x * p) + e * x * x * p
        by_x = d * grad * (2 * b * p + b * b * x * p * q) + e * grad * (2 * x * p + x * x * b * p * q)
        by_b = (d * grad * (2 * x * p + b * x * x * p * q) + e * grad * x ** 3 * p * q).sum()
        return by_grad, by_x, by_b, None, None


class SwishFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        if isinstance(beta, torch.Tensor):
            ctx.save_for_backward(x, beta)
        else:
            ctx.save_for_backward(x)
            ctx.beta = beta
        return torch.sigmoid(beta * x).mul_(x)

    @staticmethod
    def backward(ctx, grad):
        x, *beta = ctx.saved_tensors
        beta = beta[0] if beta else torch.tensor(ctx.beta, dtype=x.dtype)
        return Back.apply(grad, x, beta, *ctx.needs_input_grad)


def swish(x, beta=1.0):
    return SwishFunction.apply(x, beta)


class Swish(nn.Module):
    def __init__(self, beta=1.0, *, learned=False):
        super().__init__()
        self.beta = beta
        if learned:
            del self.beta
            self.register_parameter("beta", nn.Parameter(torch.full((), beta)))

    def forward(self, x):
        return swish(x, self.beta)
