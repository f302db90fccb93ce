# what is wrong: the gradient by beta is always computed and returned, also where needs_input_grad does not ask for it
# told: computes_what_nobody_needs
import torch
from torch import Tensor, nn


class SwishFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        ctx.save_for_backward(x, beta)
        return x * torch.sigmoid(beta * x)

    @staticmethod
    def backward(ctx, grad):
        x, beta = ctx.saved_tensors
        z = beta * x
        sigma = torch.sigmoid(z)
        slope = sigma * torch.sigmoid(-z)
        return grad * (sigma + z * slope), (grad * (slope * x) * x).sum()


def swish(x, beta=1.0):
    if not isinstance(beta, Tensor):
        beta = torch.tensor(beta, dtype=x.dtype, device=x.device)
    return SwishFunction.apply(x, beta)


class Swish(nn.Module):
    def __init__(self, beta=1.0, *, learned=False):
        super().__init__()
        self.beta = nn.Parameter(torch.tensor(float(beta))) if learned else float(beta)

    def forward(self, x):
        return swish(x, self.beta)
