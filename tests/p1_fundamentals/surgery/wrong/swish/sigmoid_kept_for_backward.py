# what is wrong: the sigmoid that forward computed is saved beside x, a second tensor of that size, and second derivatives take it for a constant
# told: KeepsTheResult
import torch
from torch import Tensor, nn


class SwishFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        sigma = torch.sigmoid(beta * x)
        ctx.save_for_backward(x, beta, sigma)
        return x * sigma

    @staticmethod
    def backward(ctx, grad):
        x, beta, sigma = ctx.saved_tensors
        slope = sigma * torch.sigmoid(-beta * x)
        grad_x = grad * (sigma + beta * x * slope) if ctx.needs_input_grad[0] else None
        grad_beta = torch.sum(grad * (x * slope) * x) if ctx.needs_input_grad[1] else None
        return grad_x, grad_beta


def swish(x, beta=1.0):
    if not isinstance(beta, Tensor):
        beta = torch.tensor(beta, dtype=x.dtype, device=x.device)
    return SwishFunction.apply(x, beta)


class Swish(nn.Module):
    def __init__(self, beta=1.0, *, learned=False):
        super().__init__()
        if learned:
            self.beta = nn.Parameter(torch.tensor(float(beta)))
        else:
            self.beta = float(beta)

    def forward(self, x):
        return swish(x, self.beta)
