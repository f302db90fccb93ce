# what is wrong: 1 - sigma is computed by a subtraction, which is 0 in float32 from beta x = 17 on, so with a small beta and a large x (20000 and 0.001) the gradient by beta is 0 instead of 0.82
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
        sigma = torch.sigmoid(beta * x)
        slope = sigma * (1 - sigma)
        by_x = by_beta = None
        if ctx.needs_input_grad[0]:
            by_x = grad * (sigma + (beta * x) * slope)
        if ctx.needs_input_grad[1]:
            by_beta = (grad * (x * slope) * x).sum()
        return by_x, by_beta


def swish(x, beta=1.0):
    if not isinstance(beta, Tensor):
        beta = torch.as_tensor(beta, dtype=x.dtype, device=x.device)
    return SwishFunction.apply(x, beta)


class Swish(nn.Module):
    def __init__(self, beta=1.0, *, learned=False):
        super().__init__()
        if not learned:
            self.beta = float(beta)
            return
        self.beta = nn.Parameter(torch.tensor(float(beta)))

    def forward(self, x):
        return swish(x, self.beta)
