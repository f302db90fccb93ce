# what is wrong: exp computes np.e ** a, whose relative error grows with |a| because np.e is rounded (about 4e-14 at a = 700, worse in float32), so value and gradient are not right to the last digits
# told: raises_a_rounded_e
r"""exp, log and sqrt.

Three elementwise functions of one tensor, $y_i = f(a_i)$. An element of $a$ reaches only its own element of $y$, so
the chain rule is a product, element by element:

$$\frac{\partial L}{\partial a_i} = g_i \, f'(a_i), \qquad g = \frac{\partial L}{\partial y}.$$

Two of the derivatives can be read off the value itself, which is already there when the gradient comes back:

$$(e^a)' = e^a = y, \qquad (\log a)' = \frac{1}{a}, \qquad (\sqrt a)' = \frac{1}{2 \sqrt a} = \frac{1}{2y}.$$

As in `arithmetic`, each function returns `record(result, (a,), vjp)`, and `vjp` returns a tuple of one array, the
gradient of `a`. Beside the chapter's rules for every operation: `a` may have any shape, including () and empty ones.

Source: Baydin et al., "Automatic differentiation in machine learning: a survey" (JMLR 2018), section 3.2.
"""
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def exp(a: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    r"""$y = e^a$, element by element.

    Where $a$ is so negative that $e^a$ is too small for a float, such as -1000, value and gradient are 0. Everywhere
    else they are right to the last digits: nothing is clipped and nothing is added. No $a$ is so large that $e^a$ is
    infinite.

    >>> y = exp(Tensor([0.0, -1000.0], requires_grad=True))
    >>> y.data
    array([1., 0.])
    >>> y.vjp(np.array([5.0, 5.0]))
    (array([5., 0.]),)
    """
    y = np.e ** a.data
    return record(y, (a,), lambda g: (g * y,))


def log(a: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    r"""$y = \log a$, the natural logarithm, element by element, of positive numbers.

    Value and gradient are right to the last digits for numbers from $10^{-300}$ to $10^{300}$, in float32 from
    $10^{-37}$ to $10^{37}$: nothing is added to $a$ to keep it away from 0.

    >>> log(Tensor([1.0])).data
    array([0.])
    >>> log(Tensor([1.0, 4.0], requires_grad=True)).vjp(np.array([1.0, 1.0]))
    (array([1.  , 0.25]),)
    """
    return record(np.log(a.data), (a,), lambda g: (g / a.data,))


def sqrt(a: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    r"""$y = \sqrt a$, element by element, of positive numbers, with the same exactness as `log`.

    >>> sqrt(Tensor([4.0])).data
    array([2.])
    >>> sqrt(Tensor([4.0], requires_grad=True)).vjp(np.array([1.0]))
    (array([0.25]),)
    """
    y = np.sqrt(a.data)
    return record(y, (a,), lambda g: (g / (2 * y),))
