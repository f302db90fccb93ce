r"""Recovery by distillation: the pruned model learns to give the vectors that it gave before.

The model before it was pruned is the *teacher*, the pruned one the *student*. For a text $x$ the student's vector $s(x)$ is to
point where the teacher's $t(x)$ points, for a search compares directions. The loss of a batch of $n$ texts is

$$L = \frac{1}{n} \sum_{i=1}^{n} \Bigl(1 - \frac{s_i \cdot t_i}{\lVert s_i \rVert \, \lVert t_i \rVert}\Bigr),$$

half of the squared distance of the two at length 1. It needs no labels: any texts will do. And unlike the distributions over
classes of Hinton et al. (2015), vectors have no temperature.

A pruned weight is a zero of a matrix, and it is to stay one. Three numbers belong to each weight, and all three have to be
zero: its value, its gradient, and what the optimiser remembers of it, which would go on moving it.

Sources: Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network" (2015); Sanh, Debut, Chaumond and Wolf,
"DistilBERT" (2019), section 3, for a loss of cosines; Han, Pool, Tran and Dally, "Learning both weights and connections for
efficient neural networks", NeurIPS 2015, section 3.
"""
from collections.abc import Iterable, Mapping
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F


@runtime_checkable
class Optimizer(Protocol):
    """What this file asks of an optimiser; those of `torch.optim` have it. This class is given.

    state  to a Parameter belongs a dict with what is remembered of it, in which some values are tensors of the Parameter's
           shape, and others are not. Of a Parameter that has not moved yet there may be nothing: no key.
    """

    state: dict

    def step(self): ...

    def zero_grad(self): ...


def cosine_distance(student: Float[Tensor, "batch width"], teacher: Float[Tensor, "batch width"]) -> Float[Tensor, ""]:
    """1 minus the cosine of the angle between the two vectors of each row, averaged over the batch.

    Vectors of any length come in: each is divided by its length, or by 1e-12 where it is shorter than that. So the distance
    of a zero vector to any other is 1. The gradient goes to the student alone, also where the teacher's vectors require
    one. There is one row or more, of a float dtype, which the result has too.

    >>> a, b = torch.tensor([[2.0, 0.0], [1.0, 1.0]]), torch.tensor([[3.0, 0.0], [-1.0, 1.0]])
    >>> cosine_distance(a, b)
    tensor(0.5000)
    """
    raise NotImplementedError


def masks_of(model: nn.Module) -> dict[str, Bool[Tensor, "..."]]:
    """Where a pruned model's weights remain: for each matrix that has a zero in it, its name and a tensor of bool.

    A matrix is a Parameter of two dimensions or more. Its mask has its shape and is False where the matrix is 0. The names
    and their order are those of `model.named_parameters()`. Vectors have no mask: a bias or the shift of a norm is 0 when
    training begins, and is to learn. A matrix without a zero has none either.

    >>> layer = nn.Linear(2, 2)
    >>> _ = layer.weight.data.copy_(torch.tensor([[1.0, 0.0], [2.0, 3.0]])), layer.bias.data.zero_()
    >>> masks_of(layer)
    {'weight': tensor([[ True, False],
            [ True,  True]])}
    """
    raise NotImplementedError


def hold_zeros(model: nn.Module, masks: Mapping[str, Bool[Tensor, "..."]], optimizer: Optimizer) -> None:
    """Set to 0, in place, what belongs to the pruned weights: those where the mask of their Parameter is False.

    That is the value in the Parameter itself; in its `grad`, where it has one; and in each tensor in
    `optimizer.state[parameter]` that has the Parameter's shape ("momentum_buffer" of SGD, "exp_avg" and "exp_avg_sq" of Adam,
    others under any name). Whatever is there becomes 0, inf and NaN too. All else stays as it is, other Parameters and other
    entries of the state among it, and nothing is added to the state.

    masks  by the name of a Parameter, as from `masks_of`
    """
    raise NotImplementedError


def distill(student: nn.Module, teacher: nn.Module, batches: Iterable[tuple[Tensor, ...]], optimizer: Optimizer, *,
            masks: Mapping[str, Bool[Tensor, "..."]]) -> list[float]:
    """Train the student on the teacher's vectors: a step for each batch, in which the pruned weights stay at 0.

    batches    each is what both models are called with: `model(*batch)` gives (texts, width)
    optimizer  it has the student's Parameters; gradients that are there from before count for nothing
    masks      of the student, as from `masks_of`; {} where nothing is to stay at 0

    It returns the `cosine_distance` of each batch as a float, as it was before that batch's step. For each batch both models are
    called once, the student in training mode and the teacher in eval mode, without a graph for gradients. When the optimiser
    takes a step, the pruned weights, their gradients and what it remembers of them are 0, whatever they were before; when the
    step is over they are 0 again, whatever the optimiser did; and so they are for the first batch and where there are no
    batches. `optimizer.step` is called once for each batch, without arguments.

    Afterwards both models are in eval mode. Of the teacher nothing else has changed: no number, no `grad`, no `requires_grad`.

    Raises ValueError, and changes nothing, where a Parameter of the student lies in the same memory as one of the teacher's (who
    prunes such a student prunes the teacher: `copy.deepcopy` gives a student of its own), and where a mask has the name of no
    Parameter of the student or another shape.
    """
    raise NotImplementedError
