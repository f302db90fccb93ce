# what is wrong: x is made contiguous first, so of a transposed or sliced x a copy is kept, and a change of x in place is not noticed
# told: keeps_a_copy
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
        dx = grad * (sigma + z * slope) if ctx.needs_input_grad[0] else None
        dbeta = (grad * (slope * x) * x).sum() if ctx.needs_input_grad[1] else None
        return dx, dbeta


def swish(x, beta=1.0):
    x = x.contiguous()  # whatever lies in memory in another way is slow
    if not isinstance(beta, Tensor):
        beta = x.new_tensor(beta)
    return SwishFunction.apply(x, beta)


class Swish(nn.Module):
    def __init__(self, beta=1.0, *, learned=False):
        super().__init__()
        self.beta = nn.Parameter(torch.tensor(float(beta))) if learned else float(beta)

    def forward(self, x):
        return swish(x, self.beta)
