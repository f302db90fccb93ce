# how: computed in float64 and cast back; lse(z) - sum of q z with ruled-out logits set to 0 in the sum; index_copy for the rows
import torch
from jaxtyping import Bool, Float, Integer
from torch import Tensor


def logsumexp(x: Float[Tensor, "*shape"], dim: int, *, keepdim: bool = False) -> Float[Tensor, "..."]:
    wide = x.double().movedim(dim, -1)
    m = wide.amax(-1)
    finite = torch.where(torch.isfinite(m), m, torch.zeros_like(m))
    out = (finite + torch.log(torch.exp(wide - finite[..., None]).sum(-1))).to(x.dtype)
    return out.unsqueeze(dim) if keepdim else out


def counted(labels: Integer[Tensor, "batch"], *, classes: int, ignore_index: int) -> Bool[Tensor, "batch"]:
    values = labels.cpu().numpy().astype("int64")
    keep = values != ignore_index
    if (keep & ((values < 0) | (values >= classes))).any():
        raise ValueError("a label is no class")
    return torch.from_numpy(keep)


def cross_entropy(logits: Float[Tensor, "batch classes"], labels: Integer[Tensor, "batch"], *, ignore_index: int = -100,
                  smoothing: float = 0.0) -> Float[Tensor, ""]:
    keep = counted(labels, classes=logits.shape[1], ignore_index=ignore_index)
    z = logits[keep].double()
    n, K = z.shape
    if not n:
        return logits.sum() * 0 if logits.isfinite().all() else torch.zeros((), dtype=logits.dtype)
    z = z - z.amax(1, keepdim=True)
    q = torch.full((n, K), smoothing / K, dtype=z.dtype)
    q[range(n), labels[keep].tolist()] += 1 - smoothing
    dot = (q * z.masked_fill(z.isneginf(), 0)).sum(1)
    return (logsumexp(z, 1) - dot).mean().to(logits.dtype)


def cross_entropy_backward(grad: Float[Tensor, ""], logits: Float[Tensor, "batch classes"],
                           labels: Integer[Tensor, "batch"], *, ignore_index: int = -100, smoothing: float = 0.0
                           ) -> Float[Tensor, "batch classes"]:
    keep = counted(labels, classes=logits.shape[1], ignore_index=ignore_index).nonzero().squeeze(1)
    z = logits.index_select(0, keep).double()
    n, K = z.shape
    if n == 0:
        return torch.zeros_like(logits)
    z = z.sub(z.amax(1, keepdim=True)).exp()
    z /= z.sum(1, keepdim=True)
    z -= smoothing / K
    z[range(n), labels[keep].tolist()] -= 1 - smoothing
    return torch.zeros_like(logits).index_copy(0, keep, (z * (grad.double() / n)).to(logits.dtype))
