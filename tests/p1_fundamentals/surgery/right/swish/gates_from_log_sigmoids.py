# how: backward takes the gate and the root of its slope from the log-sigmoids of z and -z
import torch
import torch.nn.functional as F
from torch import Tensor, nn


def gate_and_root(z: Tensor) -> tuple[Tensor, Tensor]:
    opened, closed = F.logsigmoid(z), F.logsigmoid(-z)
    return opened.exp(), ((opened + closed) / 2).exp()


class SwishFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor, beta: Tensor) -> Tensor:
        ctx.save_for_backward(x, beta)
        return x * torch.sigmoid(beta * x)

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple:
        x, beta = ctx.saved_tensors
        need_x, need_beta = ctx.needs_input_grad
        if not (need_x or need_beta):
            return None, None
        gate, root = gate_and_root(beta * x)
        part = x * root
        return (grad * (gate + beta * part * root) if need_x else None,
                torch.sum(grad * part * part) if need_beta else None)


def swish(x: Tensor, beta: float | Tensor = 1.0) -> Tensor:
    return SwishFunction.apply(x, beta if torch.is_tensor(beta) else x.new_tensor(beta))


class Swish(nn.Module):
    def __init__(self, beta: float = 1.0, *, learned: bool = False):
        super().__init__()
        if learned:
            self.register_parameter("beta", nn.Parameter(torch.full((), float(beta))))
        else:
            self.beta = float(beta)

    def extra_repr(self) -> str:
        return f"beta={float(self.beta):g}"

    def forward(self, x: Tensor) -> Tensor:
        return swish(x, self.beta)
