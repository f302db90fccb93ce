"""Loops over rows and Python numbers, as one writes it first."""
import math

import torch
from torch import Tensor


def _of_list(entries: list[float]) -> float:
    top = max(entries)
    if math.isinf(top):
        return top
    return top + math.log(sum(math.exp(entry - top) for entry in entries))


def logsumexp(x: Tensor, dim: int, *, keepdim: bool = False) -> Tensor:
    moved = x.movedim(dim, -1)
    flat = moved.reshape(-1, moved.shape[-1])
    sums = torch.tensor([_of_list(row) for row in flat.tolist()], dtype=x.dtype).reshape(moved.shape[:-1])
    return sums.unsqueeze(dim) if keepdim else sums


def counted(labels: Tensor, *, classes: int, ignore_index: int) -> Tensor:
    flags = []
    for label in labels.tolist():
        if label == ignore_index:
            flags.append(False)
        elif 0 <= label < classes:
            flags.append(True)
        else:
            raise ValueError(f"no class {label}")
    return torch.tensor(flags, dtype=torch.bool)


def cross_entropy(logits, labels, *, ignore_index=-100, smoothing=0.0):
    number_of_classes = logits.shape[1]
    flags = counted(labels, classes=number_of_classes, ignore_index=ignore_index).tolist()
    total, count = 0.0, 0
    for flag, row, label in zip(flags, logits.tolist(), labels.tolist()):
        if not flag:
            continue
        count += 1
        lse = _of_list(row)
        total += (1 - smoothing) * (lse - row[label])
        if smoothing:
            total += smoothing / number_of_classes * sum(lse - entry for entry in row)
    return torch.tensor(total / count if count else 0.0, dtype=logits.dtype)


def cross_entropy_backward(grad, logits, labels, *, ignore_index=-100, smoothing=0.0):
    number_of_classes = logits.shape[1]
    flags = counted(labels, classes=number_of_classes, ignore_index=ignore_index)
    count = int(flags.sum())
    result = torch.zeros(logits.shape, dtype=logits.dtype)
    for i in range(len(labels)):
        if flags[i]:
            lse = logsumexp(logits[i], 0)
            for k in range(number_of_classes):
                target = smoothing / number_of_classes + (1 - smoothing) * (k == int(labels[i]))
                result[i, k] = grad * (torch.exp(logits[i, k] - lse) - target) / count
    return result
