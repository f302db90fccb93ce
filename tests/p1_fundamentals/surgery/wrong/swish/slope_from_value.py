# what is wrong: the slope is computed from the value, beta f + sigma (1 - beta f), as in the paper, and for huge x the 1 is lost and the slope is 0
# told: cancels
import torch
from torch import Tensor, nn


class SwishFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        ctx.save_for_backward(x, beta)
        return x * (beta * x).sigmoid()

    @staticmethod
    def backward(ctx, grad):
        x, beta = ctx.saved_tensors
        z = beta * x
        sigma = z.sigmoid()
        grad_x = grad_beta = None
        if ctx.needs_input_grad[0]:
            value = z * sigma  # beta f
            grad_x = grad * (value + sigma * (1 - value))
        if ctx.needs_input_grad[1]:
            grad_beta = (grad * (x * (sigma * (-z).sigmoid())) * x).sum()
        return grad_x, grad_beta


def swish(x, beta=1.0):
    if isinstance(beta, Tensor):
        return SwishFunction.apply(x, beta)
    return SwishFunction.apply(x, torch.tensor(beta, dtype=x.dtype, device=x.device))


class Swish(nn.Module):
    def __init__(self, beta=1.0, *, learned=False):
        super().__init__()
        self.beta = nn.Parameter(torch.tensor(float(beta))) if learned else float(beta)

    def forward(self, x):
        return swish(x, self.beta)
