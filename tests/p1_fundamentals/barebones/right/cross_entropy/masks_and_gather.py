"""All rows at once: ignored rows are overwritten with zeros by torch.where, and the label's entry is gathered."""
import torch


def logsumexp(x, dim, *, keepdim=False):
    top, _ = torch.max(x, dim=dim, keepdim=True)
    shift = torch.nan_to_num(top, posinf=0.0, neginf=0.0)
    out = torch.log(torch.sum(torch.exp(x - shift), dim=dim, keepdim=True)).add_(shift)
    if not keepdim:
        out = out.select(dim, 0)
    return out


def counted(labels, *, classes, ignore_index):
    y = labels.to(torch.int64)
    ignored = torch.eq(y, ignore_index)
    bad = ~ignored & ((y < 0) | (y >= classes))
    if bad.any():
        raise ValueError(f"label {y[bad][0].item()} is none of the {classes} classes")
    return ~ignored


def _prepare(logits, labels, ignore_index):
    mask = counted(labels, classes=logits.size(1), ignore_index=ignore_index)
    z = torch.where(mask.unsqueeze(1), logits, torch.zeros_like(logits))
    y = torch.where(mask, labels.to(torch.int64), torch.zeros_like(labels, dtype=torch.int64))
    return mask, z, y, mask.sum().clamp(min=1).to(logits.dtype)


def _log_softmax(z):
    z = z - z.amax(1, keepdim=True)
    return z - torch.log(torch.exp(z).sum(1, keepdim=True))


def cross_entropy(logits, labels, *, ignore_index=-100, smoothing=0.0):
    mask, z, y, n = _prepare(logits, labels, ignore_index)
    logp = _log_softmax(z)
    nll = -logp.gather(1, y.unsqueeze(1)).squeeze(1)
    if smoothing > 0:
        nll = torch.lerp(nll, -logp.mean(1), smoothing)
    return torch.where(mask, nll, torch.zeros_like(nll)).sum() / n


def cross_entropy_backward(grad, logits, labels, *, ignore_index=-100, smoothing=0.0):
    mask, z, y, n = _prepare(logits, labels, ignore_index)
    d = torch.exp(_log_softmax(z))
    d -= smoothing / logits.size(1)
    d.scatter_add_(1, y.unsqueeze(1), torch.full_like(d[:, :1], smoothing - 1))
    d *= mask.unsqueeze(1)
    return d * (grad / n)
