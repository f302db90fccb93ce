r"""Muon: the momentum of a weight matrix is made nearly orthogonal before it becomes a step.

SGD and Adam treat a matrix of weights as a heap of numbers. But a layer uses it as a map, $x \mapsto W x$, and what a step
$\Delta W$ does to the layer's output is bounded by the largest *singular value* of the step. Gradients are nearly of low
rank: a few singular values are large, and the directions of all others hardly move. Write the momentum as
$B = U \Sigma V^\top$. Muon steps along

$$U V^\top,$$

the matrix with the same directions, in which every singular value is 1. Its negative is the step that lowers the loss most,
to first order, among all steps with singular values of at most 1. A square matrix of this kind is orthogonal. One that is not
square is *semi-orthogonal*: its rows are orthonormal, or its columns where there are fewer of them.

An SVD in each step would be too slow. A polynomial in $X$ of odd degree needs products alone, and acts on each singular
value by itself. With $a = 3.4445$, $b = -4.7750$, $c = 2.0315$,

$$X \leftarrow a X + b \, (X X^\top) X + c \, (X X^\top)^2 X
  \qquad\text{makes of each singular value}\qquad s \leftarrow p(s) = a s + b s^3 + c s^5.$$

This is a *Newton–Schulz iteration*. Five steps bring every $s$ between 0.002 and 1 to between 0.68 and 1.21, which is as good
as 1 for the purpose.

Source: Jordan et al., "Muon: an optimizer for hidden layers in neural networks" (2024), kellerjordan.github.io/posts/muon;
Bernstein and Newhouse, "Old optimizer, new norm: an anthology" (2024), section 2; Liu et al., "Muon is scalable for LLM
training" (2025), section 2.
"""
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from .base import Optimizer

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
EPS = 1e-7


def newton_schulz(G: Float[Tensor, "rows cols"], *, steps: int = 5) -> Float[Tensor, "rows cols"]:
    r"""Return what `steps` Newton–Schulz steps with COEFFICIENTS make of $X_0 = G / (\|G\|_F + \mathrm{EPS})$.

    $\|G\|_F$ is the Frobenius norm, the root of the sum of the squares of all numbers in G. So the result has the singular
    vectors of G, and for each singular value s of G the value p(p(…p(s / (‖G‖ + EPS)))), `steps` times p. With 0 steps it
    is $X_0$ itself. A matrix of zeros gives zeros.

    G has one row and one column or more, any layout in memory, and the dtype float32 or float64, in which everything is
    computed. It is not changed. The result has any layout in memory: it may be a transposed view of what was computed. No
    tensor that is made on the way has more elements than G: of a G of 1000 rows and 10 columns, the products are of size
    10 × 10.

    >>> newton_schulz(torch.tensor([[3.0, 0.0], [0.0, -4.0]]), steps=1)       # p(0.6) and -p(0.8)
    tensor([[ 1.1933,  0.0000],
            [ 0.0000, -0.9765]])
    >>> newton_schulz(torch.tensor([[3.0, 0.0], [4.0, 0.0]]), steps=1)        # p(1) = 0.7010 times 0.6 and 0.8
    tensor([[0.4206, 0.0000],
            [0.5608, 0.0000]])
    """
    raise NotImplementedError


class Muon(Optimizer):
    r"""Steps along the orthogonalised momentum, for parameters that are matrices.

    For a parameter $p$ with the gradient $g_t$ in its step $t$, and with $\eta$ for lr, $\mu$ for momentum and $\lambda$ for
    weight_decay,

    $$B_t = \mu B_{t-1} + (1 - \mu) g_t, \qquad D_t = \mu B_t + (1 - \mu) g_t \ \text{ if nesterov, else } B_t,$$

    $$p \leftarrow (1 - \eta \lambda) \, p - \eta \, \sqrt{\max(1, \text{rows}/\text{cols})} \; \mathrm{newton\_schulz}(D_t),$$

    with $B_0 = 0$. So the gradient is mixed in twice with nesterov. A parameter of more than two axes, such as the weight of a
    convolution, counts as the matrix whose rows are its first axis and whose columns are all others, for newton_schulz, and
    for rows/cols too.

    The state of a parameter is a dict in `self.state` with B, in the parameter's shape and dtype, under "momentum_buffer".
    """

    def __init__(self, params: Iterable, *, lr: float, momentum: float = 0.95, nesterov: bool = True,
                 weight_decay: float = 0.0, ns_steps: int = 5):
        """`params` and the settings of groups are as in `Optimizer`; `ns_steps` is the number of Newton–Schulz steps.

        Raises ValueError for a parameter that has fewer than two axes: biases and gains are for another optimiser.

        >>> p = torch.zeros(2, 2, requires_grad=True)
        >>> optimizer = Muon([p], lr=0.5, ns_steps=1)
        >>> p.grad = torch.tensor([[3.0, 0.0], [0.0, -4.0]])
        >>> optimizer.step()
        >>> p.detach()
        tensor([[-0.5966,  0.0000],
                [ 0.0000,  0.4882]])
        """
        super().__init__(params, {"lr": lr, "momentum": momentum, "nesterov": nesterov, "weight_decay": weight_decay,
                                  "ns_steps": ns_steps})
        if any(p.ndim < 2 for group in self.param_groups for p in group["params"]):
            raise ValueError("Muon is for matrices: give parameters of fewer than two axes to another optimiser")

    def update(self, params: list[Tensor], group: dict) -> None:
        """Take one step: move each of `params`, all of which have a gradient, in place.

        `step` calls this without recording a graph. The settings are those of `group` as it is now. Parameters have two axes
        or more, none of length 0, any layout in memory, and the dtype float32 or float64, in which everything is computed.
        Their gradients are not changed.
        """
        raise NotImplementedError


def split_parameters(model: nn.Module, head: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """Return the parameters for Muon, and the others, for AdamW say.

    Muon is for the weights of hidden layers: all parameters of two axes or more, but those of `head` and of embeddings. `head`
    is the module within `model`, at any depth, that makes the output; it may consist of modules itself. Embeddings are the
    modules within `model`, at any depth, whose class is `nn.Embedding` or one made from it.

    Each parameter of the model is in one of the two lists, once, and both have the order of `model.parameters()`. A
    parameter that is shared with `head` or an embedding, as where a language model's input and output have the same
    weights, is not for Muon, wherever else it occurs.

    >>> model = nn.Sequential(nn.Embedding(9, 4), nn.Linear(4, 6), nn.LayerNorm(6), nn.Linear(6, 9))
    >>> matrices, others = split_parameters(model, head=model[3])
    >>> [tuple(p.shape) for p in matrices]
    [(6, 4)]
    >>> [tuple(p.shape) for p in others]
    [(9, 4), (6,), (6,), (6,), (9, 6), (9,)]
    """
    raise NotImplementedError
