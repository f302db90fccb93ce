# what is wrong: ignored rows are multiplied by 0 instead of left out, and 0 times the NaN or infinity in such a row is NaN
# told: multiplies_ignored_gradients_by_zero, multiplies_ignored_rows_by_zero
import torch
from jaxtyping import Bool, Float, Integer
from torch import Tensor


def logsumexp(x: Float[Tensor, "*shape"], dim: int, *, keepdim: bool = False) -> Float[Tensor, "..."]:
    m = x.amax(dim=dim, keepdim=True)
    m = torch.where(m.isinf(), 0, m)
    result = m + (x - m).exp().sum(dim=dim, keepdim=True).log()
    return result if keepdim else result.squeeze(dim)


def counted(labels: Integer[Tensor, "batch"], *, classes: int, ignore_index: int) -> Bool[Tensor, "batch"]:
    labels = labels.long()
    kept = labels != ignore_index
    if ((labels < 0) | (labels >= classes))[kept].any():
        raise ValueError("a label that counts is outside [0, classes)")
    return kept


def cross_entropy(logits: Float[Tensor, "batch classes"], labels: Integer[Tensor, "batch"], *, ignore_index: int = -100,
                  smoothing: float = 0.0) -> Float[Tensor, ""]:
    mask = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    y = torch.where(mask, labels.long(), 0)
    mask = mask.to(logits.dtype)
    log_p = logits - logsumexp(logits, -1, keepdim=True)
    nll = -log_p.gather(1, y[:, None]).squeeze(1)
    if smoothing > 0:
        nll = (1 - smoothing) * nll - smoothing * log_p.mean(-1)
    return (nll * mask).sum() / mask.sum().clamp(min=1)


def cross_entropy_backward(grad: Float[Tensor, ""], logits: Float[Tensor, "batch classes"],
                           labels: Integer[Tensor, "batch"], *, ignore_index: int = -100, smoothing: float = 0.0
                           ) -> Float[Tensor, "batch classes"]:
    mask = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    y = torch.where(mask, labels.long(), 0)
    mask = mask.to(logits.dtype)
    p = torch.exp(logits - logsumexp(logits, -1, keepdim=True))
    q = torch.full_like(p, smoothing / p.shape[1])
    q.scatter_add_(1, y[:, None], torch.full((len(y), 1), 1 - smoothing, dtype=q.dtype))
    return grad * mask[:, None] * (p - q) / mask.sum().clamp(min=1)
