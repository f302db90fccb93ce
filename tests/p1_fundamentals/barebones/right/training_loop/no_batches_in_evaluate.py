"""index_select, an iterator object, running means, and an evaluation that cuts its batches itself."""
from collections.abc import Iterator

import torch
from jaxtyping import Shaped
from torch import Tensor


class Epoch:
    def __init__(self, x, y, size, order):
        self.x, self.y, self.size, self.order, self.at = x, y, size, order, 0

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return self

    def __next__(self):
        if self.at >= self.order.numel():
            raise StopIteration
        rows = self.order.narrow(0, self.at, min(self.size, self.order.numel() - self.at))
        self.at += rows.numel()
        return self.x.index_select(0, rows), self.y.index_select(0, rows)


def batches(x: Shaped[Tensor, "samples *shape"], y: Shaped[Tensor, "samples ..."], *, batch_size: int,
            generator: torch.Generator | None = None):
    order = torch.arange(len(x))
    if generator:
        # Fisher and Yates: every order is as probable as any other.
        for last in range(len(x) - 1, 0, -1):
            other = int(torch.randint(last + 1, (), generator=generator))
            order[last], order[other] = int(order[other]), int(order[last])
    return Epoch(x, y, batch_size, order)


def sgd_step(parameters, gradients, *, lr):
    for parameter, gradient in zip(parameters, gradients):
        parameter[...] = torch.add(parameter, gradient, alpha=-lr)


def train(model, x, y, *, epochs, batch_size, lr, generator):
    was_training = model.training
    model.training = True
    losses = [0.0] * epochs
    try:
        for epoch in range(epochs):
            seen = 0
            for inputs, labels in batches(x, y, batch_size=batch_size, generator=generator):
                loss, gradients = model.loss_and_gradients(inputs, labels)
                seen += len(inputs)
                losses[epoch] += (loss.item() - losses[epoch]) * len(inputs) / seen
                sgd_step(model.parameters, gradients, lr=lr)
    except BaseException:
        model.training = was_training
        raise
    model.training = was_training
    return losses


def evaluate(model, x, y, *, batch_size):
    was_training, model.training = model.training, False
    try:
        logits = torch.cat([model(piece) for piece in torch.split(x, batch_size)])
    finally:
        model.training = was_training
    return float((logits.argmax(-1) == y).double().mean())
