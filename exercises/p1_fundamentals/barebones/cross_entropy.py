r"""Stable cross-entropy: logsumexp, ignored labels, label smoothing, and the gradient by hand.

The *logits* $z \in \mathbb{R}^K$ of one example stand for the distribution $p = \mathrm{softmax}(z)$ over $K$ classes.
Its logarithm needs no division and no softmax:

$$\log p_k = z_k - \mathrm{lse}(z), \qquad \mathrm{lse}(z) = \log \sum_j e^{z_j}.$$

The *label* $y$ is turned into a target distribution $q$. Label smoothing with $\epsilon \in [0, 1]$ takes the share
$\epsilon$ from the label and gives it to all $K$ classes alike, the label's own among them:

$$q_k = (1 - \epsilon) \, [k = y] + \frac{\epsilon}{K}, \qquad
  L(z, y) = -\sum_k q_k \log p_k, \qquad \frac{\partial L}{\partial z_k} = p_k - q_k.$$

The loss of a batch is the mean of $L$ over the examples that *count*. An example whose label is `ignore_index` does not
count: padding in a text has such a label, or a pixel that nobody could name. It is in neither the sum nor the number
that the sum is divided by, whatever its logits are, NaN and infinities included, and its row of the gradient is 0.

What holds for all four functions:

- Labels have any of torch's dtypes int64, int32, int16, int8 and uint8, and mean the same numbers in each of them: no
  label in uint8 equals an `ignore_index` of -100, and 100 in int8 is one of 300 classes.
- Results have the dtype of `x` or `logits`, float32 or float64. Nothing that comes in is changed, and all of it may lie
  in memory in any way. There is at least one class, and NaN comes only in rows that do not count. Nothing is to be
  checked but the labels.
- `logsumexp`, `logcumsumexp`, `logaddexp`, `logaddexp2`, `softmax` and `log_softmax` of torch, NumPy's `logaddexp` and
  all of SciPy are not to be used. `exp`, `log`, `expm1` and `log1p` may be.

Source: Szegedy et al., "Rethinking the Inception architecture for computer vision" (CVPR 2016), section 7, for label
smoothing; Goodfellow, Bengio and Courville, "Deep Learning" (2016), sections 4.1 and 6.2.2.3.
"""
import torch
from jaxtyping import Bool, Float, Integer
from torch import Tensor


def logsumexp(x: Float[Tensor, "*shape"], dim: int, *, keepdim: bool = False) -> Float[Tensor, "..."]:
    r"""$\log \sum_j e^{x_j}$ along the axis `dim`, which may be negative, counted from the last axis.

    `x` has one axis or more, and at least one entry along `dim`. The result lacks that axis; with `keepdim` it has it
    with length 1. Entries of any size are allowed. Where the result is a number that the dtype holds, it is right to a few
    roundings of the largest entry, or of 1 if that entry is smaller in size. An entry of $-\infty$ adds nothing,
    $e^{-\infty} = 0$; where all entries are $-\infty$ the result is $-\infty$, and where one is $+\infty$ it is $+\infty$.

    >>> logsumexp(torch.tensor([[1000.0, 1000.0], [0.0, -torch.inf]]), dim=1)
    tensor([1000.6932,    0.0000])
    """
    raise NotImplementedError


def counted(labels: Integer[Tensor, "batch"], *, classes: int, ignore_index: int) -> Bool[Tensor, "batch"]:
    """True where a label counts: where it is not `ignore_index`. That may be any integer of 64 bits, also one of the classes.

    >>> counted(torch.tensor([2, -100, 0]), classes=3, ignore_index=-100)
    tensor([ True, False,  True])

    Raises ValueError where a label that counts is outside [0, classes). That includes the negative ones, with which an
    index would silently count from the last class.
    """
    raise NotImplementedError


def cross_entropy(logits: Float[Tensor, "batch classes"], labels: Integer[Tensor, "batch"], *, ignore_index: int = -100,
                  smoothing: float = 0.0) -> Float[Tensor, ""]:
    r"""The mean of $L$ over the examples that count; 0 where none does, as in an empty batch.

    In a row that counts, logits as large as ±1000 give a finite loss, right to a few roundings of the logit that is
    largest in size: at 1000 in float32, one is 6e-5. None is $+\infty$. Without smoothing, some may be $-\infty$: a class
    that is ruled out, never the label. With smoothing all are finite, for then each class counts.

    >>> logits = torch.tensor([[0.0, 0.0], [1000.0, 0.0], [7.0, 7.0]])
    >>> cross_entropy(logits, torch.tensor([0, 1, -100]))
    tensor(500.3466)
    >>> cross_entropy(logits, torch.tensor([0, 1, -100]), smoothing=0.5)
    tensor(375.3466)

    Raises ValueError as `counted` does.
    """
    raise NotImplementedError


def cross_entropy_backward(grad: Float[Tensor, ""], logits: Float[Tensor, "batch classes"],
                           labels: Integer[Tensor, "batch"], *, ignore_index: int = -100, smoothing: float = 0.0
                           ) -> Float[Tensor, "batch classes"]:
    r"""The gradient with respect to the logits, where `grad` is the gradient with respect to the loss.

    `grad` has the dtype of the logits; all other arguments are those of `cross_entropy`. With $n$ examples that count,
    $\partial L/\partial z$ is shared out over them, $1/n$ to each. A logit of $-\infty$, which comes without smoothing
    only, has the gradient 0.

    >>> logits = torch.tensor([[0.0, 0.0], [1000.0, 0.0], [7.0, 7.0]])
    >>> cross_entropy_backward(torch.tensor(1.0), logits, torch.tensor([0, 1, -100]))
    tensor([[-0.2500,  0.2500],
            [ 0.5000, -0.5000],
            [ 0.0000,  0.0000]])

    Raises ValueError as `counted` does.
    """
    raise NotImplementedError
