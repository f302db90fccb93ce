# how: sigma (1 - sigma) is the square of r = e / (1 + e e) with e = exp(-|z| / 2), so the gradient by beta is the sum of g (x r)^2, also where x^2 overflows
import torch
from jaxtyping import Float
from torch import Tensor, nn


class SwishFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Float[Tensor, "*shape"], beta: Float[Tensor, ""]) -> Float[Tensor, "*shape"]:
        ctx.save_for_backward(x, beta)
        return torch.sigmoid(beta * x).mul_(x)

    @staticmethod
    def backward(ctx, grad: Float[Tensor, "*shape"]) -> tuple:
        x, beta = ctx.saved_tensors
        by_x = by_beta = None
        z = beta * x
        e = torch.exp(z.abs() * -0.5)
        root = e / (1 + e * e)
        scaled = x * root
        if ctx.needs_input_grad[0]:
            gate = torch.where(z > 0, 1 - torch.sigmoid(-z), torch.sigmoid(z))  # the same value; second derivatives do not cancel
            by_x = grad * (gate + beta * scaled * root)
        if ctx.needs_input_grad[1]:
            by_beta = (grad * scaled * scaled).sum()
        return by_x, by_beta


def swish(x: Float[Tensor, "*shape"], beta: float | Float[Tensor, ""] = 1.0) -> Float[Tensor, "*shape"]:
    if not isinstance(beta, Tensor):
        beta = torch.tensor(float(beta), dtype=x.dtype, device=x.device)
    return SwishFunction.apply(x, beta)


class Swish(nn.Module):
    def __init__(self, beta: float = 1.0, *, learned: bool = False):
        super().__init__()
        self.beta = nn.Parameter(torch.tensor(float(beta))) if learned else float(beta)

    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return swish(x, self.beta)
