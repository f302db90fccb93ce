# what is wrong: the share of the smoothing goes to the K - 1 other classes, eps/(K-1) each, and the label keeps 1 - eps without its own eps/K
# told: gradient_smooths_over_the_other_classes, smooths_over_the_other_classes
import torch
from jaxtyping import Bool, Float, Integer
from torch import Tensor


def smooth_one_hot(y, z, smoothing):
    K = z.shape[1]
    one_hot = (y.long()[:, None] == torch.arange(K)[None, :]).to(z.dtype)
    return one_hot * (1 - smoothing) + (1 - one_hot) * smoothing / max(K - 1, 1)


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
    kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    if not kept.any():
        return torch.tensor(0.0, dtype=logits.dtype)
    z = logits[kept]
    log_p = z - logsumexp(z, dim=1, keepdim=True)
    q = smooth_one_hot(labels[kept], z, smoothing)
    return -torch.where(q > 0, q * log_p, 0).sum(dim=1).mean()


def cross_entropy_backward(grad: Float[Tensor, ""], logits: Float[Tensor, "batch classes"],
                           labels: Integer[Tensor, "batch"], *, ignore_index: int = -100, smoothing: float = 0.0
                           ) -> Float[Tensor, "batch classes"]:
    kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    out = torch.zeros_like(logits)
    if kept.any():
        z = logits[kept]
        p = torch.exp(z - logsumexp(z, dim=1, keepdim=True))
        out[kept] = grad * (p - smooth_one_hot(labels[kept], z, smoothing)) / len(z)
    return out
