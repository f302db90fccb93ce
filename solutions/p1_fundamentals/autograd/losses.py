r"""Squared error and cross-entropy.

A loss turns predictions into one number, and training follows its gradient downhill. Two losses do most of the work.

For regression, the mean over all $n$ elements of the squared error:

$$\mathrm{MSE}(a, t) = \frac{1}{n} \sum_i (a_i - t_i)^2.$$

For classification, the cross-entropy: the mean over a batch of $-\log p_y$, where $p = \mathrm{softmax}(z)$ is the
distribution that the logits $z$ stand for and $y$ is the true class, the *label*. For one example, with
$\mathrm{onehot}(y)$ the vector that is 1 at $y$ and 0 elsewhere,

$$L(z, y) = \log \sum_j e^{z_j} - z_y, \qquad
  \frac{\partial L}{\partial z} = \mathrm{softmax}(z) - \mathrm{onehot}(y).$$

Compute it as one operation, and not as a softmax with a logarithm after it: $e^{z}$ overflows for $z = 1000$, and
$\log p_y$ is $-\infty$ where $p_y$ is too small for a float, while $L$ itself is a moderate number. Taking the
largest logit out of the sum keeps everything finite:

$$\log \sum_j e^{z_j} = m + \log \sum_j e^{z_j - m}, \qquad m = \max_j z_j.$$

What holds for both, beside the chapter's rules for every operation: the result is a tensor of shape ().

Source: Goodfellow, Bengio and Courville, "Deep Learning" (2016), sections 5.5 and 6.2.2.
"""
import numpy as np
from jaxtyping import Float, Integer

from .tensor import Tensor, record


def mse_loss(prediction: Float[Tensor, "*shape"], target: Float[Tensor, "*shape"]) -> Float[Tensor, ""]:
    r"""The mean of the squared differences over all elements, of which there is at least one; the shapes are equal, and
    may be (). A small difference of large numbers counts in full.

    Gradients go to both operands: a target may be computed too, by a teacher network for instance.

    >>> loss = mse_loss(Tensor([3.0, 1.0], requires_grad=True), Tensor([1.0, 1.0]))
    >>> loss.item()
    2.0
    >>> loss.shape
    ()
    >>> loss.vjp(np.array(1.0))[0]
    array([2., 0.])
    """
    ### BEGIN SOLUTION
    error = prediction.data - target.data

    def vjp(g):
        # ∂/∂aᵢ of (1/n) Σ (aᵢ - tᵢ)² is 2 (aᵢ - tᵢ) / n, and the target's is its negative.
        gradient = g * 2 * error / error.size
        return gradient, -gradient

    return record(np.mean(error**2), (prediction, target), vjp)
    ### END SOLUTION


def cross_entropy(logits: Float[Tensor, "batch classes"], labels: Integer[np.ndarray, "batch"]) -> Float[Tensor, ""]:
    r"""The mean over the batch of $-\log \mathrm{softmax}(z)_y$, from logits $z$ and labels $y$.

    `labels` is an array of any integer dtype, signed or not, and no tensor: no gradient goes to it, so the one parent
    is `logits`. The batch has at least one example, and nobody changes the labels before the gradient has come back.
    Value and gradient are finite and right for logits as large as ±1000.

    >>> loss = cross_entropy(Tensor([[0.0, 0.0], [1000.0, 0.0]], requires_grad=True), np.array([0, 1]))
    >>> round(loss.item(), 4)
    500.3466
    >>> loss.vjp(np.array(1.0))[0]
    array([[-0.25,  0.25],
           [ 0.5 , -0.5 ]])

    Raises ValueError where a label is outside [0, classes). That includes the negative ones, with which NumPy would
    silently count from the last class.
    """
    ### BEGIN SOLUTION
    batch, classes = logits.shape
    if not ((labels >= 0) & (labels < classes)).all():
        raise ValueError(f"labels must lie in [0, {classes}); they range from {labels.min()} to {labels.max()}")

    # log softmax(z) = (z - m) - log Σ exp(z - m): the largest exponent is 0, so the sum lies in [1, classes].
    z = logits.data
    shifted = z - z.max(axis=1, keepdims=True)                       # (batch, classes)
    log_sum = np.log(np.exp(shifted).sum(axis=1, keepdims=True))     # (batch, 1)
    log_p = shifted - log_sum                                        # (batch, classes)
    rows = np.arange(batch)

    def vjp(g):
        # ∂L/∂z = softmax(z) - onehot(y), shared out over the batch because L is its mean.
        gradient = np.exp(log_p)
        gradient[rows, labels] -= 1
        return (g * gradient / batch,)

    return record(-log_p[rows, labels].mean(), (logits,), vjp)
    ### END SOLUTION

### BEGIN AFTERWORD
# For one example, the gradient of cross-entropy is p minus the one-hot label: between -1 and 1, whatever the logits
# are. Softmax by itself saturates, its gradient goes to 0 where it is sure and wrong; together with the logarithm
# that cancels. That is why the two are written as one function.
### END AFTERWORD

### BEGIN HINTS
# 1. Both are means: whatever the derivative of one term is, it is divided by the number of terms, and multiplied by
#    the gradient `g` that flows in, which is a single number here.
# 2. cross_entropy: take each row's maximum off first. The log-probabilities are then
#    `shifted - log(sum(exp(shifted)))`; pick one per row with `[np.arange(batch), labels]`. Never take the log of a
#    softmax.
# 3. The vjp: `gradient = np.exp(log_p)`, then `gradient[np.arange(batch), labels] -= 1`, then
#    `return (g * gradient / batch,)`. The labels to refuse: `(labels < 0) | (labels >= classes)`.
### END HINTS
