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
    ### BEGIN SOLUTION
    cosines = (F.normalize(student, dim=-1) * F.normalize(teacher.detach(), dim=-1)).sum(dim=-1)    # (batch,)
    return (1 - cosines).mean()
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    return {name: parameter.detach() != 0 for name, parameter in model.named_parameters()
            if parameter.dim() >= 2 and bool((parameter == 0).any())}
    ### END SOLUTION


def hold_zeros(model: nn.Module, masks: Mapping[str, Bool[Tensor, "..."]], optimizer: Optimizer) -> None:
    """Set to 0, in place, what belongs to the pruned weights: those where the mask of their Parameter is False.

    That is the value in the Parameter itself; in its `grad`, where it has one; and in each tensor in
    `optimizer.state[parameter]` that has the Parameter's shape ("momentum_buffer" of SGD, "exp_avg" and "exp_avg_sq" of Adam,
    others under any name). Whatever is there becomes 0, inf and NaN too. All else stays as it is, other Parameters and other
    entries of the state among it, and nothing is added to the state.

    masks  by the name of a Parameter, as from `masks_of`
    """
    ### BEGIN SOLUTION
    named = dict(model.named_parameters())
    with torch.no_grad():
        for name, mask in masks.items():
            parameter = named[name]
            held = [parameter, parameter.grad, *optimizer.state.get(parameter, {}).values()]
            for tensor in held:
                if isinstance(tensor, Tensor) and tensor.shape == mask.shape:
                    tensor.masked_fill_(~mask, 0)
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    named = dict(student.named_parameters())
    taught = {parameter.data_ptr() for parameter in teacher.parameters() if parameter.numel()}
    if any(parameter.data_ptr() in taught for parameter in named.values() if parameter.numel()):
        raise ValueError("student and teacher share weights: make the student by copy.deepcopy")
    if any(name not in named or named[name].shape != mask.shape for name, mask in masks.items()):
        raise ValueError("a mask fits no Parameter of the student")

    teacher.eval()
    student.train()
    hold_zeros(student, masks, optimizer)
    losses = []
    for batch in batches:
        with torch.no_grad():
            target = teacher(*batch)                       # (texts, width)
        optimizer.zero_grad()
        loss = cosine_distance(student(*batch), target)
        loss.backward()

        hold_zeros(student, masks, optimizer)              # the step moves nothing that is pruned ...
        optimizer.step()
        hold_zeros(student, masks, optimizer)              # ... and if it did all the same, that is undone
        losses.append(loss.item())
    student.eval()
    return losses
    ### END SOLUTION

### BEGIN AFTERWORD
# The teacher knows no more than the sentences that it is asked: what it teaches is the student's behaviour on those. Distil on
# texts like the ones that will be searched, and measure on others.
# `teacher.eval()` and `no_grad` are two things. The first turns dropout off, so that the target does not tremble. The second
# saves the memory and the time of a graph that nobody uses.
# The loss falls further with the masks off, of course: the dense student is the teacher. What a pruned model can do is seen
# only as long as it is one.
### END AFTERWORD

### BEGIN HINTS
# 1. Write the small functions first; `distill` is a training loop that calls them. In which mode is each model, and which of the two
#    needs gradients? What may move a weight whose gradient is 0?
# 2. `F.normalize` divides by lengths as the contract has it, and `detach` ends the teacher's graph. `masked_fill_(~mask, 0)` works
#    in place and on NaN. The state may be a plain dict without the Parameter: ask it with `get`. Hold the zeros right
#    before the step and right after it, and once before the first batch.
# 3. `(1 - (F.normalize(student, dim=-1) * F.normalize(teacher.detach(), dim=-1)).sum(dim=-1)).mean()`. For each of
#    `[parameter, parameter.grad, *optimizer.state.get(parameter, {}).values()]`: if it is a Tensor of the mask's shape, fill it.
#    In the loop: target under `torch.no_grad()`, `zero_grad`, loss, `backward`, `hold_zeros`, `step`, `hold_zeros`.
### END HINTS
