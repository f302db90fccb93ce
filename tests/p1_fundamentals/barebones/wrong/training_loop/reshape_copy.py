# what is wrong: sgd_step changes p.reshape(-1), which is a copy where the parameter is a transposed view: such a parameter does not move.
# told: moves_a_copy_of_a_view
r"""The training loop: batches in a new order each epoch, a step of SGD after each batch, accuracy on a test set.

Stochastic gradient descent replaces the gradient of the mean loss over all $N$ samples by that over a *batch* $B$ of a
few of them, drawn anew for each step:

$$\theta \leftarrow \theta - \eta \, g_B, \qquad g_B = \nabla_\theta \, \frac{1}{|B|} \sum_{i \in B} L_i(\theta).$$

In practice the samples are drawn without replacement. An *epoch* goes through a random order of all samples, $|B|$ at
a time, so that each sample is used exactly once; where the batch size does not divide $N$ the last batch is smaller. The
next epoch takes a new order. What is reported of an epoch is a mean over samples. The mean of the batches' means is
another number, for there each sample of a small last batch has more weight than the others:

$$\bar L = \frac{1}{N} \sum_B |B| \, L_B \;\neq\; \frac{1}{\#B} \sum_B L_B.$$

Source: Bottou, "Stochastic gradient descent tricks", in Neural Networks: Tricks of the Trade (2012), sections 2 and 4;
Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 8.1.3, for batches.
"""
from collections.abc import Iterable
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Shaped
from torch import Tensor


@runtime_checkable
class Model(Protocol):
    """What `train` and `evaluate` are given. The model's layers hold the tensors in `parameters`, and compute with them.

    parameters  the tensors that are trained
    training    True in training mode, in which dropout drops and batch norm takes the statistics of the batch

    `model(x)` is the logits, of shape (batch, classes). `model.loss_and_gradients(x, y)` is a pair: the mean loss over
    the batch, a tensor of shape (), and the list of its gradients, one for each parameter, of its shape and dtype and in
    the order of `parameters`. The gradients belong to the model: read them, and change nothing in them.
    """

    parameters: list[Tensor]
    training: bool

    def __call__(self, x): ...

    def loss_and_gradients(self, x, y): ...


def batches(x: Shaped[Tensor, "samples *shape"], y: Shaped[Tensor, "samples ..."], *, batch_size: int,
            generator: torch.Generator | None = None) -> Iterable:
    """One epoch: pairs (x, y) of `batch_size` samples each, every sample exactly once, the last batch maybe smaller.

    Without `generator` the samples come in their order. With it they come in a random order, each order as probable as any
    other, and each call draws a new one; each sample keeps its own entry of `y`. The random numbers come from `generator`
    and from nowhere else: the global one is neither used nor seeded.

    `x` and `y` have any dtype, one sample or more, and are not changed. `batch_size` is at least 1 and may be larger than
    the number of samples. What is returned is walked through once: a list or a generator function's are both right.

    >>> x, y = torch.tensor([[0.0], [1.0], [2.0]]), torch.tensor([0, 10, 20])
    >>> for inputs, labels in batches(x, y, batch_size=2):
    ...     print(inputs.tolist(), labels.tolist())
    [[0.0], [1.0]] [0, 10]
    [[2.0]] [20]
    """
    n = len(x)
    order = torch.arange(n) if generator is None else torch.randperm(n, generator=generator)
    for start in range(0, n, batch_size):
        chosen = order[start:start + batch_size]
        yield x[chosen], y[chosen]


def sgd_step(parameters: list[Tensor], gradients: list[Tensor], *, lr: float) -> None:
    """Move each parameter against its gradient, by `lr` times its length.

    The tensors themselves are changed, for the model holds the same ones; they may be views, such as a transpose, and have
    the shape (), with which `p[:] = ...` is an error. The gradients, of the same shapes and dtypes, are not changed.

    >>> p = torch.tensor([1.0, 2.0])
    >>> sgd_step([p], [torch.tensor([1.0, -2.0])], lr=0.5)
    >>> p
    tensor([0.5000, 3.0000])
    """
    for p, g in zip(parameters, gradients):
        flat = p.reshape(-1)                 # also for shape ()
        flat -= lr * g.reshape(-1)


def train(model: Model, x: Shaped[Tensor, "samples *shape"], y: Shaped[Tensor, "samples ..."], *, epochs: int,
          batch_size: int, lr: float, generator: torch.Generator) -> list[float]:
    """Train `model` with SGD, and return the mean loss of each epoch as a float.

    Each epoch goes through `batches` with `generator`. After each batch the parameters move once, by the gradients of that
    batch alone. The loss of an epoch is the mean over its samples, each with the loss that it had when its batch came.

    The model computes in training mode. At the end `training` is again what it was before, also where the model raises an
    error, which goes on to the caller.

    >>> class Constant:  # predicts one number for all, with the loss ½ (c - y)²
    ...     def __init__(self):
    ...         self.parameters, self.training = [torch.tensor(0.0)], False
    ...     def __call__(self, x):
    ...         return self.parameters[0].expand(len(x), 1)
    ...     def loss_and_gradients(self, x, y):
    ...         error = self.parameters[0] - y
    ...         return error.square().mean() / 2, [error.mean()]
    >>> model, x, y = Constant(), torch.zeros(3, 1), torch.tensor([1.0, 1.0, 1.0])
    >>> losses = train(model, x, y, epochs=2, batch_size=2, lr=0.5, generator=torch.Generator())
    >>> [round(loss, 4) for loss in losses], model.parameters[0]
    ([0.375, 0.0234], tensor(0.9375))
    """
    before = model.training
    losses = []
    try:
        model.training = True
        for _ in range(epochs):
            total = 0.0
            for inputs, labels in batches(x, y, batch_size=batch_size, generator=generator):
                loss, gradients = model.loss_and_gradients(inputs, labels)
                total += loss.item() * len(inputs)
                sgd_step(model.parameters, gradients, lr=lr)
            losses.append(total / len(x))
    finally:
        model.training = before
    return losses


def evaluate(model: Model, x: Shaped[Tensor, "samples *shape"], y: Shaped[Tensor, "samples"], *, batch_size: int) -> float:
    """The accuracy as a float: the share of the samples whose largest logit is that of the label, an integer in `y`.

    The model is called with batches of at most `batch_size` samples, each sample exactly once, in any order, and computes
    in evaluation mode: `training` is False. At the end it is again what it was before, also where the model raises an
    error, which goes on to the caller. No parameter moves.

    >>> class Identity:
    ...     parameters, training = [], True
    ...     def __call__(self, x):
    ...         return x
    ...     def loss_and_gradients(self, x, y):
    ...         raise RuntimeError("nothing is trained here")
    >>> logits = torch.tensor([[2.0, 1.0], [0.0, 1.0], [5.0, 0.0]])
    >>> round(evaluate(Identity(), logits, torch.tensor([0, 1, 1]), batch_size=2), 4)
    0.6667
    """
    before = model.training
    right = 0
    try:
        model.training = False
        for inputs, labels in batches(x, y, batch_size=batch_size):
            right += (model(inputs).argmax(dim=1) == labels).sum().item()
    finally:
        model.training = before
    return right / len(x)
