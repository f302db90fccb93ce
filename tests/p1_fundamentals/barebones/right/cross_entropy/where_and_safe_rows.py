# how: no rows are taken out: ignored ones are replaced by zeros with where before anything is computed; one-hot by comparison; detached max over nan_to_num
import torch
from jaxtyping import Bool, Float, Integer
from torch import Tensor


def parts(logits, labels, ignore_index, smoothing):
    classes = logits.shape[1]
    keep = counted(labels, classes=classes, ignore_index=ignore_index)
    z = torch.where(keep[:, None], logits, torch.zeros_like(logits))
    z = z - z.max(dim=1, keepdim=True).values
    onehot = labels.long()[:, None] == torch.arange(classes)
    q = onehot.to(z.dtype) * (1 - smoothing) + smoothing / classes
    return keep, z, q


def logsumexp(x: Float[Tensor, "*shape"], dim: int, *, keepdim: bool = False) -> Float[Tensor, "..."]:
    top = torch.nan_to_num(x.max(dim, keepdim=True)[0], nan=0.0, posinf=0.0, neginf=0.0)
    out = (x - top).exp().sum(dim, keepdim=keepdim).log()
    return out.add(top if keepdim else top.squeeze(dim))


def counted(labels: Integer[Tensor, "batch"], *, classes: int, ignore_index: int) -> Bool[Tensor, "batch"]:
    wide = labels.to(torch.int64)
    keep = torch.tensor(True).expand(wide.shape) if not -2**63 <= ignore_index < 2**63 else ~wide.eq(ignore_index)
    if torch.logical_and(keep, torch.logical_or(wide.lt(0), wide.ge(classes))).any().item():
        raise ValueError("label")
    return keep.clone()


def cross_entropy(logits: Float[Tensor, "batch classes"], labels: Integer[Tensor, "batch"], *, ignore_index: int = -100,
                  smoothing: float = 0.0) -> Float[Tensor, ""]:
    keep, z, q = parts(logits, labels, ignore_index, smoothing)
    log_p = z - logsumexp(z, 1, keepdim=True)
    rows = torch.where(q != 0, -q * log_p, torch.zeros_like(q)).sum(1)
    return torch.where(keep, rows, torch.zeros_like(rows)).sum() / keep.sum().clamp(min=1)


def cross_entropy_backward(grad: Float[Tensor, ""], logits: Float[Tensor, "batch classes"],
                           labels: Integer[Tensor, "batch"], *, ignore_index: int = -100, smoothing: float = 0.0
                           ) -> Float[Tensor, "batch classes"]:
    keep, z, q = parts(logits, labels, ignore_index, smoothing)
    e = z.exp()
    return grad / keep.sum().clamp(min=1) * torch.where(keep[:, None], e / e.sum(1, keepdim=True) - q, 0.0)
