# The way back computes the value once more with a graph, and asks autograd for what is needed.
import torch
from torch import nn


class SwishFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        ctx.save_for_backward(x, beta)
        return x * beta.mul(x).sigmoid()

    @staticmethod
    def backward(ctx, grad):
        again = torch.is_grad_enabled()
        with torch.enable_grad():
            x, beta = ctx.saved_tensors
            leaves = [each.view_as(each) for each in (x, beta)]
            y = leaves[0] * torch.sigmoid(leaves[1] * leaves[0])
            asked = [leaf for leaf, need in zip(leaves, ctx.needs_input_grad) if need]
            found = iter(torch.autograd.grad(y, asked, grad, create_graph=again))
        return tuple(next(found) if need else None for need in ctx.needs_input_grad)


def swish(x, beta=1.0):
    if not isinstance(beta, torch.Tensor):
        beta = x.new_tensor(beta)
    return SwishFunction.apply(x, beta)


class Swish(nn.Module):
    def __init__(self, beta=1.0, *, learned=False):
        super().__init__()
        if learned:
            self.beta = nn.Parameter(torch.as_tensor(beta))
        else:
            self.beta = float(beta)

    def forward(self, x):
        return swish(x, self.beta)
