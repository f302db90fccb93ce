# what is wrong: the gradient by beta begins with x squared, which overflows in float32, and infinity times a slope of 0 is NaN
# told: squares_x
import torch
from torch import Tensor, nn


def gate_and_slope(x, beta):
    gate = torch.sigmoid(beta * x)
    return gate, gate * torch.sigmoid(-(beta * x))


class SwishFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        ctx.save_for_backward(x, beta)
        return x * torch.sigmoid(beta * x)

    @staticmethod
    def backward(ctx, grad):
        x, beta = ctx.saved_tensors
        gate, slope = gate_and_slope(x, beta)
        grads = [None, None]
        if ctx.needs_input_grad[0]:
            grads[0] = grad * (gate + beta * x * slope)
        if ctx.needs_input_grad[1]:
            grads[1] = (grad * x.square() * slope).sum()
        return tuple(grads)


def swish(x, beta=1.0):
    beta = beta if isinstance(beta, Tensor) else torch.full((), beta, dtype=x.dtype, device=x.device)
    return SwishFunction.apply(x, beta)


class Swish(nn.Module):
    def __init__(self, beta=1.0, *, learned=False):
        super().__init__()
        self.beta = float(beta)
        if learned:
            del self.beta
            self.register_parameter("beta", nn.Parameter(torch.tensor(float(beta))))

    def forward(self, x):
        return swish(x, self.beta)
