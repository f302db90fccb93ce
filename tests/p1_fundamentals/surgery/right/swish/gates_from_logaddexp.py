# how: no sigmoid in backward but exp(-log(1 + exp(-z))) by logaddexp, and each gradient by a function of its own
import torch
from torch import Tensor, nn


def minus_log_sigmoid(z):
    return torch.logaddexp(torch.zeros_like(z), -z)


def by_input(grad, x, beta):
    z = beta * x
    root = torch.exp(-0.5 * (minus_log_sigmoid(z) + minus_log_sigmoid(-z)))
    return grad * (torch.exp(-minus_log_sigmoid(z)) + beta * (x * root) * root)


def by_parameter(grad, x, beta):
    z = beta * x
    part = x * torch.exp(-0.5 * (minus_log_sigmoid(z) + minus_log_sigmoid(-z)))
    return ((grad * part) * part).sum()


class SwishFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        ctx.save_for_backward(x, beta)
        return torch.mul(x, torch.mul(x, beta).sigmoid_())

    @staticmethod
    def backward(ctx, grad):
        rules = (by_input, by_parameter)
        return tuple(rule(grad, *ctx.saved_tensors) if needed else None for rule, needed in zip(rules, ctx.needs_input_grad))


def swish(x, beta=1.0):
    match beta:
        case Tensor():
            parameter = beta
        case _:
            parameter = torch.full((), float(beta), dtype=x.dtype, device=x.device)
    return SwishFunction.apply(x, parameter)


class Swish(nn.Module):
    def __init__(self, beta=1.0, *, learned=False):
        nn.Module.__init__(self)
        value = float(beta)
        self.beta = value if not learned else nn.Parameter(torch.tensor(value), requires_grad=True)

    def forward(self, x):
        return swish(x, beta=self.beta)
