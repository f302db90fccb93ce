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
    ### BEGIN SOLUTION
    # log Σ exp(x) = m + log Σ exp(x - m) for every finite m. With the largest entry, no exponential is above 1.
    m = x.amax(dim=dim, keepdim=True)                              # (..., 1, ...)
    m = torch.where(m.isfinite(), m, 0)                            # ∞ - ∞ is NaN: an infinite m is not taken off

    result = m + (x - m).exp().sum(dim=dim, keepdim=True).log()    # (..., 1, ...)
    return result if keepdim else result.squeeze(dim)
    ### END SOLUTION


def counted(labels: Integer[Tensor, "batch"], *, classes: int, ignore_index: int) -> Bool[Tensor, "batch"]:
    """True where a label counts: where it is not `ignore_index`. That may be any integer of 64 bits, also one of the classes.

    >>> counted(torch.tensor([2, -100, 0]), classes=3, ignore_index=-100)
    tensor([ True, False,  True])

    Raises ValueError where a label that counts is outside [0, classes). That includes the negative ones, with which an
    index would silently count from the last class.
    """
    ### BEGIN SOLUTION
    labels = labels.long()                                         # in uint8, -100 would be 156
    kept = labels != ignore_index
    if not ((labels[kept] >= 0) & (labels[kept] < classes)).all():
        raise ValueError(f"labels must lie in [0, {classes}), or be {ignore_index}")
    return kept
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    z, y = logits[kept], labels[kept].long()                       # (counted, classes), (counted,)

    log_p = z - logsumexp(z, dim=1, keepdim=True)                  # (counted, classes)
    losses = -log_p[torch.arange(len(y)), y]                       # (counted,)
    if smoothing:  # without it, a class with log p = -∞ would bring in 0 * ∞
        losses = (1 - smoothing) * losses - smoothing * log_p.mean(dim=1)

    return losses.sum() / max(len(y), 1)
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    z, y = logits[kept], labels[kept].long()                       # (counted, classes), (counted,)

    p = (z - logsumexp(z, dim=1, keepdim=True)).exp()              # (counted, classes)
    q = torch.full_like(p, smoothing / logits.shape[1])            # (counted, classes)
    q[torch.arange(len(y)), y] += 1 - smoothing

    gradient = torch.zeros_like(logits)                            # (batch, classes): 0 in the rows that do not count
    gradient[kept] = grad * (p - q) / len(y)
    return gradient
    ### END SOLUTION

### BEGIN AFTERWORD
# p - q is between -1 and 1 for any logits, and the entries of a row add up to 0: what is taken from one class is given
# to others. Label smoothing moves the place where the gradient vanishes. Without it, p = q needs a logit of +∞, and
# training never stops growing the logits; with it, p = q is reached at finite ones. There is more to gain in float32:
# z - m - log Σ exp(z - m), computed from left to right, keeps digits that z - (m + log Σ) rounds away where m is large,
# and PyTorch's log_softmax takes care of that order.
### END AFTERWORD

### BEGIN HINTS
# 1. Nothing overflows once each slice's largest entry is taken off, since no exponential is then above 1; it is added
#    again after the logarithm. For the losses, take the rows that count out of the batch first: then nothing that
#    stands in the others can get into a sum.
# 2. logsumexp: `m = x.amax(dim=dim, keepdim=True)`, and 0 in the place of an infinite m, for ∞ - ∞ is NaN. Turn labels
#    into int64 before you compare them or index with them: an index in uint8 is taken for a mask. The smoothed loss is
#    (1 - ε) times the label's -log p plus ε times the mean of -log p over the classes; leave that term out where ε
#    is 0. The gradient needs p, q and the number of rows that count, and no derivative of anything.
# 3. `kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)`, then `z, y = logits[kept],
#    labels[kept].long()` and `log_p = z - logsumexp(z, dim=1, keepdim=True)`; pick with
#    `log_p[torch.arange(len(y)), y]`, and divide the sum by `max(len(y), 1)`. Backward: `q = torch.full_like(z,
#    smoothing / classes)`, `q[torch.arange(len(y)), y] += 1 - smoothing`, `gradient = torch.zeros_like(logits)`,
#    `gradient[kept] = grad * (log_p.exp() - q) / len(y)`.
### END HINTS
