# what is wrong: The set of what was met is a mutable default argument of a helper and lives on between calls, so a second call of parameters(), and with it zero_grad() after it, finds nothing.
# told: nothing
r"""Modules, parameters and a linear layer.

A *parameter* is a tensor that is learned, and a *module* keeps parameters beside the operation that uses them.
Modules contain modules, so the parameters of a whole network are found by walking a tree. The module that most
networks are made of is the linear layer, with a weight $W$ of shape (out, in) and a bias $b$ of shape (out,):

$$y = x W^\top + b, \qquad W_{ki}, b_k \sim U\left(-\tfrac{1}{\sqrt{n}}, \tfrac{1}{\sqrt{n}}\right)
  \text{ at the start, for } n \text{ inputs.}$$

Outputs with equal weights would get equal gradients and stay equal, so weights start at random. Where the $x_i$ have
variance 1, and weights and inputs are independent and of mean 0, the sum $\sum_i W_{ki} x_i$ has the variance
$n \operatorname{Var}(W)$: weights that did not shrink with $n$ would make the signal grow from layer to layer. With
this choice, which is PyTorch's, the variance is $n \cdot \tfrac{1}{3n} = \tfrac{1}{3}$; He et al. derive weights that
keep it behind a ReLU, and `Conv2d` in the study's `models.py` uses those.

This exercise builds on `arithmetic`, `unbroadcast` and `matmul`: `+`, `*` and `@` work on tensors. `.T` and `reshape`
do not, for they belong to `shapes`, which you may not have written yet: record the transposition of $W$ yourself.

Source: He et al., "Delving deep into rectifiers" (2015), section 2.2; PyTorch documentation, `torch.nn.Linear`.
"""
from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


class Parameter(Tensor):
    """A tensor that is learned: made from whatever a `Tensor` is made from, it requires a gradient."""

    def __init__(self, data):
        super().__init__(data, requires_grad=True)


def _collect(value, seen=set()):
    """All parameters in `value`, each once."""
    if id(value) in seen:
        return []
    if isinstance(value, Parameter):
        seen.add(id(value))
        return [value]
    if isinstance(value, Module):
        children = list(vars(value).values())
    elif isinstance(value, (list, tuple)):
        children = value
    else:
        return []
    seen.add(id(value))
    result = []
    for child in children:
        result += _collect(child, seen)
    return result


class Module:
    """What networks are made of. A subclass sets parameters and modules as attributes and defines `forward`; it need
    not call an `__init__` of this class.

    >>> class Scale(Module):
    ...     def __init__(self):
    ...         self.factor = Parameter([2.0])
    ...     def forward(self, x):
    ...         return x * self.factor
    >>> scale = Scale()
    >>> scale(Tensor([1.0, 3.0])).data
    array([2., 6.])
    >>> scale.parameters()
    [Tensor([2.], requires_grad=True)]
    """

    def __call__(self, *inputs, **options):
        """What `forward` returns for these arguments."""
        return self.forward(*inputs, **options)

    def parameters(self) -> list[Parameter]:
        """Every parameter that is in this module at the time of the call, each once.

        It goes through the module's own attributes in the order in which `vars(self)` has them, that in which they were
        first set. A parameter is taken, also one whose `requires_grad` was set to False; a module, list or tuple is
        searched at that point, before the next attribute, also where they are nested; everything else is passed over,
        such as a plain `Tensor`, a dict, a set or an object that is no module. What is met again, be it a parameter
        that two layers share or a module that contains itself, is passed over as well; two parameters of the same
        values are two. Nesting is a few levels deep.
        """
        return _collect(self)

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to None, so that the next backward pass starts afresh."""
        for parameter in self.parameters():
            parameter.grad = None


class Sequential(Module):
    """Modules one after another: each gets what the one before it returned, and the first gets the input.

    A function of one tensor, such as `relu`, may stand in the place of a module. One that stands there twice is applied
    twice. With no modules at all, the result is the input.
    """

    def __init__(self, *modules: Callable):
        self.modules = list(modules)

    def forward(self, x):
        """The result of the last module."""
        for module in self.modules:
            x = module(x)
        return x


class Linear(Module):
    r"""$y = x W^\top + b$, for inputs with any number of batch axes, or none: (in,) gives (out,). A batch may be empty.

    >>> layer = Linear(3, 2, rng=np.random.default_rng(0))
    >>> [parameter.shape for parameter in layer.parameters()]
    [(2, 3), (2,)]
    >>> layer(Tensor(np.ones((5, 3)))).shape
    (5, 2)
    """

    def __init__(self, in_features: int, out_features: int, *, bias: bool = True, rng: np.random.Generator):
        r"""Set two parameters: `weight`, (out, in), and then `bias`, (out,), which is None where `bias` is false.

        Their elements, the bias's too, are float32, drawn by `rng` and nothing else from the uniform distribution on
        $[-1/\sqrt{\text{in}}, 1/\sqrt{\text{in}}]$, up to rounding: the same generator makes the same layer. Both
        numbers of features are at least 1.
        """
        bound = 1 / np.sqrt(in_features)
        self.weight = Parameter(rng.uniform(-bound, bound, size=(out_features, in_features)).astype(np.float32))
        self.bias = Parameter(rng.uniform(-bound, bound, size=out_features).astype(np.float32)) if bias else None

    def forward(self, x: Float[Tensor, "*batch inputs"]) -> Float[Tensor, "*batch outputs"]:
        """The recorded result, through which gradients reach `x`, `weight` and `bias`.

        It is computed from what `weight`, `bias` and their `data` are at the time of the call: training changes the
        data, a parameter may be replaced by another, and nothing is kept from the constructor. float32 stays float32.
        """
        transposed = record(self.weight.data.T, (self.weight,), lambda g: (g.T,))
        y = x @ transposed
        return y if self.bias is None else y + self.bias
