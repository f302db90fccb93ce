"""The target as a matrix; the loss is logsumexp(z) minus the mean of the logits under the target."""
import torch
from jaxtyping import Bool, Float, Integer
from torch import Tensor


def logsumexp(x: Float[Tensor, "*shape"], dim: int, *, keepdim: bool = False) -> Float[Tensor, "..."]:
    highest = x.amax(dim, keepdim=True)
    finite = highest.abs() < torch.inf
    shifted = torch.where(finite, x - highest, x)
    sums = shifted.exp().sum(dim, keepdim=True).log()
    sums = torch.where(finite, sums + highest, sums)
    return sums if keepdim else sums.squeeze(dim)


def counted(labels: Integer[Tensor, "batch"], *, classes: int, ignore_index: int) -> Bool[Tensor, "batch"]:
    labels = labels.type(torch.long)
    counts = labels.ne(ignore_index)
    checked = labels[counts]
    if checked.numel() and (checked.min() < 0 or checked.max() > classes - 1):
        raise ValueError("a label is no class")
    return counts


def targets(labels, classes, smoothing, dtype):
    hot = labels.long()[:, None] == torch.arange(classes)
    return hot.to(dtype).mul(1 - smoothing).add(smoothing / classes)


def cross_entropy(logits, labels, *, ignore_index=-100, smoothing=0.0):
    classes = logits.shape[-1]
    rows = counted(labels, classes=classes, ignore_index=ignore_index).nonzero().flatten()
    if not rows.numel():
        return torch.zeros((), dtype=logits.dtype)
    z = logits.index_select(0, rows)
    q = targets(labels[rows], classes, smoothing, logits.dtype)
    z_under_q = torch.where(q > 0, q * z, torch.zeros((), dtype=z.dtype)).sum(dim=-1)
    return torch.mean(logsumexp(z, -1) - z_under_q)


def cross_entropy_backward(grad, logits, labels, *, ignore_index=-100, smoothing=0.0):
    classes = logits.shape[-1]
    rows = counted(labels, classes=classes, ignore_index=ignore_index).nonzero().flatten()
    z = logits.index_select(0, rows)
    p = torch.exp(z - logsumexp(z, -1, keepdim=True))
    difference = p - targets(labels[rows], classes, smoothing, logits.dtype)
    whole = torch.zeros(logits.shape, dtype=logits.dtype)
    whole.index_copy_(0, rows, difference.mul(grad).div(max(rows.numel(), 1)))
    return whole
