# what is wrong: softmax's vjp is g * p * (1 - p), only the diagonal of the Jacobian: the influence of a score on the other probabilities is missing.
# told: only_the_diagonal
r"""Activations that stay finite.

Without a function that is not linear between them, two linear layers are one. Three such functions work element by
element, $y_i = f(a_i)$, and their derivatives can be written with what is there already. ($[a > 0]$ is 1 where that is
true and 0 where it is not.)

$$\mathrm{relu}'(a) = [a > 0], \qquad \tanh'(a) = 1 - y^2, \qquad
  \sigma(a) = \frac{1}{1 + e^{-a}}, \quad \sigma'(a) = y (1 - y).$$

Softmax makes probabilities of the scores along an axis. There every output depends on every input:

$$p_i = \frac{e^{a_i}}{\sum_j e^{a_j}}, \qquad
  \frac{\partial p_i}{\partial a_k} = p_i ([i = k] - p_k) \quad\Rightarrow\quad
  \frac{\partial L}{\partial a_k} = p_k \Big(g_k - \sum_i g_i p_i\Big), \qquad g = \frac{\partial L}{\partial y}.$$

Its logarithm, $\log p_i = a_i - \log \sum_j e^{a_j}$, has the simpler
$\partial \log p_i / \partial a_k = [i = k] - p_k$.

In floating point $e^{1000}$ is infinite, and $\infty/\infty$ is not a number, though the function that it stands in
is harmless. The remedy is always the same: rewrite the function so that nothing larger than $e^0$ is computed. For
softmax this costs one subtraction, as the same number taken off every $a_j$ cancels out.

What holds for all five, beside the chapter's rules for every operation:

- Value and gradient are finite and right for numbers up to a million, positive and negative, and nothing overflows on
  the way: NumPy gives no RuntimeWarning. (`np.where` computes both of its branches for every element.) To silence the
  warnings, with `np.errstate` for instance, is no remedy.
- Nothing is clipped and nothing is added. Where a sigmoid, a probability of a softmax or a tanh is tiny, it and its
  gradient are right to the last digits: $\sigma(-700)$ is $e^{-700}$ and not 0, and $\tanh(10^{-8})$ is $10^{-8}$.
  Where a value lies so close to 1 or -1 that it is rounded to that, the formulas above are exact enough, though they
  give the gradient 0.
- -0.0 gives what 0.0 gives; the sign of a zero does not matter. The elementwise functions take infinities, and give
  their limits with the gradient 0; `relu` of infinity is infinity, and there its gradient is the one that flows in.

Source: Goodfellow, Bengio and Courville, "Deep Learning" (2016), sections 4.1 and 6.3; Blanchard, Higham and Higham,
"Accurately computing the log-sum-exp and softmax functions" (2021), section 3.
"""
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def relu(a: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    r"""$y = \max(a, 0)$, element by element, for tensors of any shape, including () and empty ones.

    At 0 it has a kink and no derivative; there we take 0, as PyTorch does.

    >>> y = relu(Tensor([-2.0, 0.0, 3.0], requires_grad=True))
    >>> y.data
    array([0., 0., 3.])
    >>> y.vjp(np.array([5.0, 5.0, 5.0]))
    (array([0., 0., 5.]),)
    """
    y = np.maximum(a.data, 0)
    return record(y, (a,), lambda g: (g * (a.data > 0),))


def tanh(a: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    r"""$y = \tanh a$, the hyperbolic tangent, element by element, for tensors of any shape, also () and empty ones.

    >>> tanh(Tensor([0.0, 1000.0])).data
    array([0., 1.])
    >>> tanh(Tensor([0.0, 1000.0], requires_grad=True)).vjp(np.array([5.0, 5.0]))
    (array([5., 0.]),)
    """
    y = np.tanh(a.data)
    return record(y, (a,), lambda g: (g * (1 - y * y),))


def sigmoid(a: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    r"""$y = 1/(1 + e^{-a})$, element by element, for tensors of any shape, including () and empty ones.

    For very negative $a$ it is close to $e^a$, and so is its derivative.

    >>> y = sigmoid(Tensor([0.0, 1000.0, -1000.0], requires_grad=True))
    >>> y.data
    array([0.5, 1. , 0. ])
    >>> y.vjp(np.array([4.0, 4.0, 4.0]))
    (array([1., 0., 0.]),)
    """
    e = np.exp(-np.abs(a.data))          # never larger than 1
    y = np.where(a.data >= 0, 1 / (1 + e), e / (1 + e))
    return record(y, (a,), lambda g: (g * y * (1 - y),))


def softmax(a: Float[Tensor, "*shape"], axis: int = -1) -> Float[Tensor, "*shape"]:
    r"""$p_i = e^{a_i} / \sum_j e^{a_j}$ along `axis`.

    There is at least one axis. The one that `axis` names, from the last where it is negative, has at least one element;
    the others may be empty. Scores of $-\infty$ get the probability 0 and the gradient 0: that is how an element is
    masked out. At least one score along the axis is finite, and none is $+\infty$.

    >>> y = softmax(Tensor([[0.0, 0.0], [1000.0, -1000.0]], requires_grad=True), axis=1)
    >>> y.data
    array([[0.5, 0.5],
           [1. , 0. ]])
    >>> y.vjp(np.array([[4.0, 8.0], [4.0, 8.0]]))[0]
    array([[-1.,  1.],
           [ 0.,  0.]])
    """
    m = np.max(a.data, axis=axis, keepdims=True)
    exps = np.exp(a.data - m)
    probs = exps / np.sum(exps, axis=axis, keepdims=True)

    def vjp(g):
        return (g * probs * (1 - probs),)

    return record(probs, (a,), vjp)


def log_softmax(a: Float[Tensor, "*shape"], axis: int = -1) -> Float[Tensor, "*shape"]:
    r"""$\log p_i = a_i - \log \sum_j e^{a_j}$ along `axis`, with the same axes as `softmax`.

    Finite also where $p_i$ itself is rounded to 0. A score of $-\infty$ gives $-\infty$, and the gradients are finite
    there too.

    >>> y = log_softmax(Tensor([1000.0, 0.0], requires_grad=True))
    >>> y.data
    array([    0., -1000.])
    >>> y.vjp(np.array([3.0, 2.0]))
    (array([-2.,  2.]),)
    """
    z = a.data - a.data.max(axis=axis, keepdims=True)
    y = z - np.log(np.exp(z).sum(axis=axis, keepdims=True))

    def vjp(g):
        return (g - np.exp(y) * g.sum(axis=axis, keepdims=True),)

    return record(y, (a,), vjp)
