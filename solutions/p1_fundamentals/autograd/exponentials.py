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
    ### BEGIN SOLUTION
    y = np.exp(a.data)
    return record(y, (a,), lambda g: (g * y,))  # ∂eᵃ/∂a = eᵃ
    ### END SOLUTION


def log(a: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    r"""$y = \log a$, the natural logarithm, element by element, of positive numbers.

    Value and gradient are right to the last digits for numbers from $10^{-300}$ to $10^{300}$, in float32 from
    $10^{-37}$ to $10^{37}$: nothing is added to $a$ to keep it away from 0.

    >>> log(Tensor([1.0])).data
    array([0.])
    >>> log(Tensor([1.0, 4.0], requires_grad=True)).vjp(np.array([1.0, 1.0]))
    (array([1.  , 0.25]),)
    """
    ### BEGIN SOLUTION
    return record(np.log(a.data), (a,), lambda g: (g / a.data,))  # ∂(log a)/∂a = 1/a
    ### END SOLUTION


def sqrt(a: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    r"""$y = \sqrt a$, element by element, of positive numbers, with the same exactness as `log`.

    >>> sqrt(Tensor([4.0])).data
    array([2.])
    >>> sqrt(Tensor([4.0], requires_grad=True)).vjp(np.array([1.0]))
    (array([0.25]),)
    """
    ### BEGIN SOLUTION
    y = np.sqrt(a.data)
    return record(y, (a,), lambda g: (g / (2 * y),))  # ∂√a/∂a = 1/(2√a)
    ### END SOLUTION

### BEGIN AFTERWORD
# exp and sqrt use their own value in the gradient: e^a is its own derivative, and √a is already there to divide by.
# To keep a result for the backward pass instead of computing it again is what every framework does, and it is why
# training a network takes so much more memory than running it.
### END AFTERWORD

### BEGIN HINTS
# 1. Look at `add` in `arithmetic`, and leave one parent out. Each vjp multiplies the gradient `g` that flows in by
#    the derivative, and returns a tuple of one array: it is the comma in `(g * y,)` that makes a tuple.
# 2. The derivative of exp is its own value, and that of sqrt is 1 over twice its value: compute the value once, keep
#    it in a variable, and let the vjp use it. The derivative of log is 1/a, of the operand and not of the value.
# 3. `y = np.exp(a.data)`, then `return record(y, (a,), lambda g: (g * y,))`. The other two follow: `g / a.data` for
#    log and `g / (2 * y)` for sqrt.
### END HINTS
