r"""Swish, and a way back that needs its input alone.

Swish with a parameter $\beta$ is the input times a gate between 0 and 1 that the input opens itself:

$$f(x) = x \, \sigma(\beta x), \qquad \sigma(z) = \frac{1}{1 + e^{-z}}.$$

With $\beta = 1$ it is SiLU; as $\beta$ grows it becomes relu. Composed of PyTorch's operators, the expression keeps the
sigmoid beside $x$ until the way back, a second tensor of that size, and written as $x / (1 + e^{-\beta x})$ a third one.
Nothing of that is needed but $x$, since the sigmoid can be computed anew:

$$\frac{\partial f}{\partial x} = \sigma + \beta x \, \sigma (1 - \sigma), \qquad
\frac{\partial f}{\partial \beta} = x^2 \, \sigma (1 - \sigma), \qquad \sigma = \sigma(\beta x).$$

A `torch.autograd.Function` is how PyTorch is told of a way back that one has written oneself.

Source: Ramachandran, Zoph and Le, "Searching for activation functions" (2017), sections 4 and 5; Elfwing, Uchibe and Doya,
"Sigmoid-weighted linear units for neural network function approximation in reinforcement learning" (Neural Networks, 2018).
"""
import torch
from jaxtyping import Float
from torch import Tensor, nn


class SwishFunction(torch.autograd.Function):
    r"""$x \, \sigma(\beta x)$ for autograd. `SwishFunction.apply(x, beta)` computes and records it; `swish` calls it.

    Between the two ways it keeps `x` and `beta`, both with `ctx.save_for_backward`, which notices if somebody changes `x` in
    place before the way back comes. Nothing else with more than one element is kept: no sigmoid, no result, no copy of `x`.
    """

    @staticmethod
    def forward(ctx, x: Float[Tensor, "*shape"], beta: Float[Tensor, ""]) -> Float[Tensor, "*shape"]:
        """The value, of the shape and dtype of `x`, finite for all finite `x`. Neither argument is changed."""
        ### BEGIN SOLUTION
        ctx.save_for_backward(x, beta)
        return x * torch.sigmoid(beta * x)                                # two temporaries of x's shape, both let go here
        ### END SOLUTION

    @staticmethod
    def backward(ctx, grad: Float[Tensor, "*shape"]) -> tuple:
        r"""The gradients by `x` and by `beta`, of their shapes, for the upstream gradient `grad`, which is not changed.

        A gradient that `ctx.needs_input_grad` does not ask for is None, and nothing is computed for it alone.

        Both are right for huge `x` too, where $x^2$ overflows (in float32 beyond 1.8e19), as long as $\beta x$ and the
        gradients themselves are finite. That $\sigma$ is rounded before it is subtracted from 1 is accepted: $1 - \sigma$ may be
        computed as it is written here.

        They can be differentiated again: second derivatives by `x`, by `beta` and by `grad` are right too, where $x^2$ does
        not overflow.
        """
        ### BEGIN SOLUTION
        x, beta = ctx.saved_tensors                                       # (*shape), ()
        sigma = torch.sigmoid(beta * x)                                   # (*shape)
        closed = 1 - sigma                                                # what the gate keeps back

        of_x = of_beta = None
        if ctx.needs_input_grad[0]:
            of_x = grad * sigma * (1 + beta * x * closed)                 # σ + βx σ (1-σ)
        if ctx.needs_input_grad[1]:
            # One of σ and 1-σ is 0 where x is huge. Each x is multiplied by one of them first, so x² is never formed.
            of_beta = (grad * (x * sigma) * (x * closed)).sum()           # (*shape) -> (): β is used by every element
        return of_x, of_beta
        ### END SOLUTION


def swish(x: Float[Tensor, "*shape"], beta: float | Float[Tensor, ""] = 1.0) -> Float[Tensor, "*shape"]:
    r"""$x \, \sigma(\beta x)$, element by element, through `SwishFunction`.

    x     float32 or float64, of any shape, lying in memory in any way; it is not changed
    beta  a float (no int), which counts with all digits that the dtype of `x` has, or a tensor of the shape () and of that
          dtype, which gets a gradient if it requires one

    The result has the shape and dtype of `x`. The sigmoid of PyTorch may be used; its SiLU, under whatever name, and
    `torch.utils.checkpoint` may not.

    >>> x = torch.tensor([-1.0, 0.0, 2.0], requires_grad=True)
    >>> swish(x).detach()
    tensor([-0.2689,  0.0000,  1.7616])
    >>> swish(x).sum().backward()
    >>> x.grad
    tensor([0.0723, 0.5000, 1.0908])
    """
    ### BEGIN SOLUTION
    return SwishFunction.apply(x, torch.as_tensor(beta, dtype=x.dtype))
    ### END SOLUTION


class Swish(nn.Module):
    r"""A module that computes `swish` with its own $\beta$.

    beta  a parameter of the shape () where $\beta$ is learned, else the float that was given

    A fixed $\beta$ is no setting that a checkpoint holds: the module then has no parameters and no buffers. Nothing depends
    on training or evaluation mode.
    """

    def __init__(self, beta: float = 1.0, *, learned: bool = False):
        """`beta`, a float, is the value, or with `learned` the first value. A learned one has PyTorch's default dtype.

        >>> Swish(0.5).beta
        0.5
        >>> dict(Swish(0.5, learned=True).named_parameters())
        {'beta': Parameter containing:
        tensor(0.5000, requires_grad=True)}
        """
        ### BEGIN SOLUTION
        super().__init__()
        self.beta = nn.Parameter(torch.tensor(beta)) if learned else beta
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """`swish` of `x` with this module's `beta`. The parameter of a learned one, and `x`, have the same dtype."""
        ### BEGIN SOLUTION
        return swish(x, self.beta)
        ### END SOLUTION

### BEGIN AFTERWORD
# You traded time for memory: a second sigmoid on the way back for a tensor that need not wait for it. Since a sigmoid is
# limited by memory and not by arithmetic, the trade is nearly free. The same trade with whole blocks in the place of one
# function is called activation checkpointing. And look at the formula that you did not use: β f + σ (1 - β f), as the paper
# writes the derivative, is right on paper and 0 in place of 1 for x = 1e30, for it subtracts two huge numbers. 1 - σ subtracts
# too: in float32 it is 0 from βx = 17 on. With β = 0.001 and x = 20000 the gradient by β is 0.82, and this way it is lost.
# σ(-βx) is the same number with all of its digits.
### END AFTERWORD

### BEGIN HINTS
# 1. The way back may compute the sigmoid again from `x` and `beta`, so these two are all that has to be kept. If backward is
#    made of ordinary operators on `ctx.saved_tensors`, PyTorch differentiates it a second time without your help.
# 2. `ctx.save_for_backward(x, beta)` in forward, `x, beta = ctx.saved_tensors` in backward; `ctx.needs_input_grad` is a tuple
#    of two booleans. The gradient by `beta` is a sum over all elements. Where x is 1e30, σ is 1 and 1 - σ is 0: multiply x by
#    one of them before the other x comes in. A float becomes a tensor with `torch.as_tensor(beta, dtype=x.dtype)`.
# 3. `sigma = torch.sigmoid(beta * x)`, by x `grad * sigma * (1 + beta * x * (1 - sigma))` where `ctx.needs_input_grad[0]`,
#    by beta `(grad * (x * sigma) * (x * (1 - sigma))).sum()` where `[1]`. In Swish:
#    `nn.Parameter(torch.tensor(beta)) if learned else beta`.
### END HINTS
