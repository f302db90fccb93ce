# what is wrong: the loss is the logarithm of a (stable) softmax plus 1e-12, so no loss is above 27.6 where the right one is 1000
# told: keeps_p_from_zero
import torch
from jaxtyping import Bool, Float, Integer
from torch import Tensor


def softmax(z):
    e = torch.exp(z - z.max(dim=1, keepdim=True).values)
    return e / e.sum(dim=1, keepdim=True)


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
    keep = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    logits, labels = logits[keep], labels[keep].to(torch.int64)
    n, K = logits.shape
    if n == 0:
        return torch.zeros((), dtype=logits.dtype)
    probs = softmax(logits)
    onehot = torch.zeros_like(probs).scatter_(1, labels[:, None], 1.0)
    targets = (1 - smoothing) * onehot + smoothing / K
    return -(targets * torch.log(probs + 1e-12)).sum() / n


def cross_entropy_backward(grad: Float[Tensor, ""], logits: Float[Tensor, "batch classes"],
                           labels: Integer[Tensor, "batch"], *, ignore_index: int = -100, smoothing: float = 0.0
                           ) -> Float[Tensor, "batch classes"]:
    keep = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    dlogits = torch.zeros_like(logits)
    if not keep.any():
        return dlogits
    probs, y = softmax(logits[keep]), labels[keep].to(torch.int64)
    n, K = probs.shape
    targets = (1 - smoothing) * torch.zeros_like(probs).scatter_(1, y[:, None], 1.0) + smoothing / K
    dlogits[keep] = (probs - targets) / n * grad
    return dlogits
