# what is wrong: cross_entropy's check lets a label equal to the number of classes through, which then ends in an IndexError instead of a ValueError.
# told: takes_the_number_of_classes_for_a_class
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
    difference = prediction.data - target.data

    def vjp(g):
        gradient = g * (2 / difference.size) * difference
        return gradient, -gradient

    return record(np.mean(difference * difference), (prediction, target), vjp)


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
    z = logits.data
    batch, classes = z.shape
    if labels.min() < 0 or labels.max() > classes:
        raise ValueError(f"labels must lie in [0, {classes})")
    rows = np.arange(batch)
    shifted = z - z.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    total = e.sum(axis=1, keepdims=True)
    value = np.mean(np.log(total[:, 0]) - shifted[rows, labels])

    def vjp(g):
        d = e / total
        d[rows, labels] -= 1
        return (g * d / batch,)

    return record(value, (logits,), vjp)
