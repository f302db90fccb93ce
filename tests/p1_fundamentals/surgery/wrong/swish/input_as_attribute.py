# what is wrong: x is kept as an attribute of ctx, so a change of x in place before the way back is not noticed and the gradient is silently wrong
# told: KeepsXOnCtx
import torch
from torch import nn


class SwishFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        ctx.x, ctx.beta = x, beta
        return torch.sigmoid(x * beta).mul_(x)

    @staticmethod
    def backward(ctx, upstream):
        x, beta = ctx.x, ctx.beta
        want_x, want_beta = ctx.needs_input_grad
        z = x * beta
        gate, rest = torch.sigmoid(z), torch.sigmoid(-z)
        by_x = upstream * gate * (1 + z * rest) if want_x else None
        by_beta = (upstream * (x * (gate * rest)) * x).sum() if want_beta else None
        return by_x, by_beta


def swish(x, beta=1.0):
    return SwishFunction.apply(x, beta if torch.is_tensor(beta) else x.new_tensor(beta))


class Swish(nn.Module):
    def __init__(self, beta=1.0, *, learned=False):
        super().__init__()
        self.beta = nn.Parameter(torch.tensor(float(beta))) if learned else beta

    def forward(self, x):
        return swish(x, beta=self.beta)
