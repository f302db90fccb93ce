# forward without ctx, as torch.func wants it, and 1 - σ(z) as σ(-z).
import torch


class SwishFunction(torch.autograd.Function):
    @staticmethod
    def forward(x, beta):
        return torch.mul(x, torch.sigmoid(torch.mul(x, beta)))

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, grad):
        x, beta = ctx.saved_tensors
        z = x * beta
        opened, closed = z.sigmoid(), z.neg().sigmoid()
        needs_x, needs_beta = ctx.needs_input_grad
        by_x = (opened + opened * (z * closed)) * grad if needs_x else None
        by_beta = torch.einsum("i,i->", (grad * (x * closed)).reshape(-1), (x * opened).reshape(-1)) if needs_beta else None
        return by_x, by_beta


def swish(x, beta=1.0):
    return SwishFunction.apply(x, beta if isinstance(beta, torch.Tensor) else x.new_full((), beta))


class Swish(torch.nn.Module):
    beta: float | torch.nn.Parameter

    def __init__(self, beta=1.0, *, learned=False):
        super().__init__()
        value = torch.nn.Parameter(torch.empty(()).fill_(beta)) if learned else beta
        setattr(self, "beta", value)

    def forward(self, x):
        return swish(x, beta=self.beta)
