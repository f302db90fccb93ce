# what is wrong: labels are compared in their own dtype, where a number wraps: -100 is 156 in uint8, so a label 156 is ignored (and in int8 the label 100 is >= 200 = -56)
# told: compares_in_the_dtype_of_the_labels
import torch
from jaxtyping import Bool, Float, Integer
from torch import Tensor


def logsumexp(x: Float[Tensor, "*shape"], dim: int, *, keepdim: bool = False) -> Float[Tensor, "..."]:
    m = x.amax(dim=dim, keepdim=True)
    m = torch.where(m.isinf(), 0, m)
    result = m + (x - m).exp().sum(dim=dim, keepdim=True).log()
    return result if keepdim else result.squeeze(dim)


def counted(labels: Integer[Tensor, "batch"], *, classes: int, ignore_index: int) -> Bool[Tensor, "batch"]:
    keep = labels != ignore_index
    bad = keep & ((labels < 0) | (labels >= classes))
    if bool(bad.any()):
        raise ValueError(f"labels must be in [0, {classes}), got {labels[bad].tolist()}")
    return keep


def cross_entropy(logits: Float[Tensor, "batch classes"], labels: Integer[Tensor, "batch"], *, ignore_index: int = -100,
                  smoothing: float = 0.0) -> Float[Tensor, ""]:
    kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    z, y = logits[kept], labels[kept].long()
    if len(y) == 0:
        return logits.new_zeros(())
    z = z - z.amax(dim=1, keepdim=True)
    log_p = z - logsumexp(z, 1, keepdim=True)
    loss = -log_p[torch.arange(len(y)), y].mean()
    if smoothing:
        loss = (1 - smoothing) * loss - smoothing * log_p.mean()
    return loss


def cross_entropy_backward(grad: Float[Tensor, ""], logits: Float[Tensor, "batch classes"],
                           labels: Integer[Tensor, "batch"], *, ignore_index: int = -100, smoothing: float = 0.0
                           ) -> Float[Tensor, "batch classes"]:
    kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    z, y = logits[kept], labels[kept].long()
    result = torch.zeros_like(logits)
    if len(y) == 0:
        return result
    z = z - z.amax(dim=1, keepdim=True)
    p = (z - logsumexp(z, 1, keepdim=True)).exp()
    q = torch.full_like(z, smoothing / z.shape[1])
    q[torch.arange(len(y)), y] += 1 - smoothing
    result[kept] = grad * (p - q) / len(y)
    return result
