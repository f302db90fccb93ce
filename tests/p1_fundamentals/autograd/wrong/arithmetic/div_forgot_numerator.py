# what is wrong: div's gradient of b is -g / b**2 (computed as -g/b/b): the factor a is missing
# told: forgets_the_numerator
r"""Arithmetic and its derivatives.

Every operation does two things: it computes its result, and it says how a gradient flows back through it. Write
$g = \partial L/\partial y$ for the gradient of the loss with respect to the result $y = f(a, b)$. The chain rule
gives the gradients of the operands, element by element:

$$\frac{\partial L}{\partial a} = g \cdot \frac{\partial f}{\partial a}, \qquad
  \frac{\partial L}{\partial b} = g \cdot \frac{\partial f}{\partial b}.$$

Each function here returns `record(result, parents, vjp)`: the result as an array, the operands as a tuple, and
`vjp`, a function that takes $g$ (an array of the result's shape) and returns a tuple of arrays, one for each
parent. `add` is done; the others follow its pattern.

What holds for all, beside the chapter's rules for every operation: tensors may have any shape, including () and empty
ones. Operands of different shapes broadcast as in NumPy, and here a `vjp` may return each gradient in the *result's*
shape, or already summed to its parent's: `Tensor.parent_gradients` sums it where need be (the exercise `unbroadcast`).

Source: Baydin et al., "Automatic differentiation in machine learning: a survey" (JMLR 2018), section 3.2.
"""
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def add(a: Float[Tensor, "*#shape"], b: Float[Tensor, "*#shape"]) -> Float[Tensor, "*#shape"]:
    r"""$y = a + b$, so $\partial y/\partial a = \partial y/\partial b = 1$.

    >>> y = add(Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0, 4.0]))
    >>> y.data
    array([4., 6.])
    >>> y.vjp(np.array([10.0, 20.0]))
    (array([10., 20.]), array([10., 20.]))
    """
    return record(a.data + b.data, (a, b), lambda g: (g, g))


def sub(a: Float[Tensor, "*#shape"], b: Float[Tensor, "*#shape"]) -> Float[Tensor, "*#shape"]:
    r"""$y = a - b$, element by element.

    >>> sub(Tensor([5.0], requires_grad=True), Tensor([2.0])).data
    array([3.])
    """
    return record(a.data - b.data, (a, b), lambda g: (g, -g))


def mul(a: Float[Tensor, "*#shape"], b: Float[Tensor, "*#shape"]) -> Float[Tensor, "*#shape"]:
    r"""$y = a\,b$, element by element.

    >>> y = mul(Tensor([2.0], requires_grad=True), Tensor([5.0], requires_grad=True))
    >>> y.data
    array([10.])
    >>> y.vjp(np.array([1.0]))
    (array([5.]), array([2.]))
    """
    return record(a.data * b.data, (a, b), lambda g: (g * b.data, g * a.data))


def div(a: Float[Tensor, "*#shape"], b: Float[Tensor, "*#shape"]) -> Float[Tensor, "*#shape"]:
    r"""$y = a / b$, element by element; no $b$ is 0.

    Value and gradients are right wherever they can be represented, also where $b^2$ cannot: for $b = 10^{-200}$ it is 0.

    >>> y = div(Tensor([6.0], requires_grad=True), Tensor([2.0]))
    >>> y.data
    array([3.])
    >>> y.vjp(np.array([4.0]))[0]
    array([2.])
    """
    def vjp(g):
        grad_a = g / b.data
        grad_b = -grad_a / b.data   # divided twice, b*b could underflow
        return (grad_a, grad_b)

    return record(a.data / b.data, (a, b), vjp)


def neg(a: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    r"""$y = -a$, element by element.

    >>> neg(Tensor([5.0], requires_grad=True)).data
    array([-5.])
    """
    return record(-a.data, (a,), lambda g: (-g,))


def power(a: Float[Tensor, "*shape"], exponent: float | int) -> Float[Tensor, "*shape"]:
    r"""$y = a^p$ for a constant Python number $p$, element by element.

    The derivative of a constant is 0: for $p = 0$ the gradient is 0 everywhere, at $a = 0$ too. Otherwise $a$ is such
    that value and derivative exist: positive where $p$ is no whole number, and not 0 where $p < 1$.

    >>> power(Tensor([3.0]), 2).data
    array([9.])
    >>> power(Tensor([3.0], requires_grad=True), 2).vjp(np.array([1.0]))
    (array([6.]),)
    """
    def vjp(g):
        if exponent == 0:
            return (np.zeros_like(a.data),)
        return (g * exponent * a.data ** (exponent - 1),)

    return record(a.data ** exponent, (a,), vjp)
