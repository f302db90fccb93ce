"""Lazy batches from a generator function, the update with sub_, and a context manager for the mode."""
import contextlib

import torch


@contextlib.contextmanager
def in_mode(model, training):
    previous = model.training
    model.training = training
    try:
        yield model
    finally:
        model.training = previous


def batches(x, y, *, batch_size, generator=None):
    n = x.shape[0]
    if generator is None:
        rows = torch.arange(n)
    else:
        rows = torch.randperm(n, generator=generator)
    for start in range(0, n, batch_size):
        chosen = rows[start:start + batch_size]
        yield x[chosen], y[chosen]


def sgd_step(parameters, gradients, *, lr):
    for p, g in zip(parameters, gradients, strict=True):
        p.sub_(g, alpha=lr)


def train(model, x, y, *, epochs, batch_size, lr, generator):
    history = []
    with in_mode(model, True):
        for epoch in range(epochs):
            running, seen = 0.0, 0
            for xb, yb in batches(x, y, batch_size=batch_size, generator=generator):
                loss, grads = model.loss_and_gradients(xb, yb)
                running += float(loss) * xb.shape[0]
                seen += xb.shape[0]
                sgd_step(model.parameters, grads, lr=lr)
            history.append(running / seen)
    return history


def evaluate(model, x, y, *, batch_size):
    hits = []
    with in_mode(model, False):
        for xb, yb in batches(x, y, batch_size=batch_size):
            hits += torch.eq(torch.max(model(xb), dim=1).indices, yb).tolist()
    return sum(hits) / len(hits)
