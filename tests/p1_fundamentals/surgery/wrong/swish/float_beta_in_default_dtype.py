# what is wrong: a beta that is a float becomes a tensor of the default dtype, so for an x of float64 a beta of 0.1 is rounded to float32
# told: rounds_beta
import torch
from torch import Tensor, nn


class SwishFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        ctx.save_for_backward(x, beta)
        return x * torch.sigmoid(x * beta)

    @staticmethod
    def backward(ctx, grad):
        x, beta = ctx.saved_tensors
        wanted = ctx.needs_input_grad
        z = x * beta
        sigma, complement = torch.sigmoid(z), torch.sigmoid(-z)
        return (grad * (sigma + z * (sigma * complement)) if wanted[0] else None,
                (grad * (x * (sigma * complement)) * x).sum() if wanted[1] else None)


def swish(x, beta=1.0):
    return SwishFunction.apply(x, torch.as_tensor(beta, device=x.device))


class Swish(nn.Module):
    def __init__(self, beta=1.0, *, learned=False):
        super().__init__()
        beta = float(beta)
        self.beta = nn.Parameter(torch.tensor(beta)) if learned else beta

    def forward(self, x):
        return swish(x, self.beta)
