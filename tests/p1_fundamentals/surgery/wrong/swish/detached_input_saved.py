# what is wrong: forward detaches x "since it builds no graph" and saves the detached one, so to a second derivative x is a constant
# told: forbids_second_derivatives
import torch
from torch import Tensor, nn


class SwishFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        x, beta = x.detach(), beta.detach()
        ctx.save_for_backward(x, beta)
        return x * torch.sigmoid(beta * x)

    @staticmethod
    def backward(ctx, grad):
        x, beta = ctx.saved_tensors
        need_x, need_beta = ctx.needs_input_grad
        z = beta * x
        sigma = torch.sigmoid(z)
        slope = sigma * torch.sigmoid(-z)
        grad_x = grad_beta = None
        if need_x:
            grad_x = grad * (sigma + z * slope)
        if need_beta:
            grad_beta = torch.sum((grad * (x * slope)) * x)
        return grad_x, grad_beta


def swish(x, beta=1.0):
    if not isinstance(beta, Tensor):
        beta = torch.tensor(float(beta), dtype=x.dtype, device=x.device)
    return SwishFunction.apply(x, beta)


class Swish(nn.Module):
    def __init__(self, beta=1.0, *, learned=False):
        super().__init__()
        self.beta = nn.Parameter(torch.tensor(float(beta))) if learned else float(beta)

    def forward(self, x):
        return swish(x, self.beta)
