# what is wrong: the loss is the sum of q * log p over all classes also without smoothing, and 0 * -inf of a ruled-out class is NaN
# told: multiplies_zero_by_infinity
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
    kept = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    z = logits[kept]
    if z.shape[0] == 0:
        return logits.new_tensor(0.0)
    log_p = z - logsumexp(z, dim=-1).unsqueeze(-1)
    q = torch.eye(z.shape[1], dtype=z.dtype)[labels[kept].long()] * (1 - smoothing) + smoothing / z.shape[1]
    return torch.einsum("nk,nk->", -q, log_p) / z.shape[0]


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
