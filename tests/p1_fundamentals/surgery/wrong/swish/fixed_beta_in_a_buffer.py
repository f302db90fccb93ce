# what is wrong: a fixed beta is registered as a buffer "so that it moves with the model", so it is in the state dict and no float
# told: fixed_beta_is_a_buffer
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
        grad_x, grad_beta = None, None
        if ctx.needs_input_grad[0]:
            grad_x = grad * (sigma + z * slope)
        if ctx.needs_input_grad[1]:
            grad_beta = (grad * (x * slope) * x).sum()
        return grad_x, grad_beta


def swish(x, beta=1.0):
    if not isinstance(beta, Tensor):
        beta = torch.tensor(beta, dtype=x.dtype, device=x.device)
    return SwishFunction.apply(x, beta)


class Swish(nn.Module):
    def __init__(self, beta=1.0, *, learned=False):
        super().__init__()
        value = torch.tensor(float(beta))
        if learned:
            self.beta = nn.Parameter(value)
        else:
            self.register_buffer("beta", value)

    def forward(self, x):
        return swish(x, self.beta)
