r"""An optimiser of your own, judged by a race against SGD.

Nobody prescribes the update here. `Mine` gets what every first-order method gets, one gradient for each step, and has to be
clearly better than plain SGD on three tracks. On each of them the loss counts that it ends with after a fixed number of
gradients, at the best rate $\eta$ of

$$\eta \in \{0.0003,\ 0.001,\ 0.003,\ 0.01,\ 0.03,\ 0.1,\ 0.3,\ 1,\ 3\}.$$

SGD is tuned better: it has its best rate of a grid four times as fine. A factor hidden in the step therefore gains
nothing. `Mine` wins a track where it ends below a third of SGD's loss.

| track | what it is | gradients |
|---|---|---|
| quadratic | $\frac12 \sum_i \lambda_i y_i^2$ in ten dimensions, $\lambda_i$ from 1 to 100, $y = Q(x - s)$ | 100 |
| Rosenbrock | $(1 - y_1)^2 + 100\,(y_2 - y_1^2)^2$, $y = Q(x - s)$, from $y = (-1.2, 1)$ | 400 |
| digits | a perceptron 64-24-24-10 with relu on 200 images, all of them in each step; the mean of three seeds | 50 |

$Q$ is a rotation and $s$ a shift that you do not know, so there is no optimum to step to and no axis to rely on. The first
two tracks have one parameter, a float64 tensor of shape (10,) or (2,). The digits have six in float32, a weight (inputs,
outputs) and a bias for each layer, all in one group; their loss is the mean cross-entropy on the images that are trained on.
A rate at which the loss or a gradient becomes infinite or NaN is lost for its track, and another one may still win it.

Source: yours. For material: Polyak, "Some methods of speeding up the convergence of iteration methods" (1964); Sutskever,
Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning" (ICML 2013); Kingma and Ba,
"Adam: a method for stochastic optimization" (ICLR 2015).
"""
from collections.abc import Iterable

import torch
from torch import Tensor

from .base import Optimizer


class Mine(Optimizer):
    """Your own optimiser. It is made as Mine(params, lr=0.1); other settings have defaults, and their names are yours.

    How it steps is free. What it has in common with all others:

    - `lr` is the scale of its steps. For the same gradients the first step at twice the rate is twice as long, and at a
      rate of 0 nothing moves.
    - Each parameter moves by the gradients that it has had itself: in an optimiser of its own it would move just so. The
      rate is that of its group, and where `grad` is None it stays.
    - Only gradients move a parameter. One whose gradients have all been 0 stays where it is.
    - What it remembers of a parameter is in `self.state[p]`, a dict of numbers and tensors, so that a training goes on from
      a `state_dict` bit for bit. `self.state` is an ordinary dict: it is empty at first, and `self.state[p]` a KeyError until
      you have put a dict there.
    - Parameters are changed in place and keep their dtype. They may be float32 or float64, lie in memory in any layout, and
      have no axes or no elements. Gradients are only read. The caller may overwrite them after the step, so whoever
      remembers a gradient keeps a copy.
    - Two runs with the same gradients are the same, bit for bit: there are no random numbers in it.

    >>> p = torch.tensor([1.0, -1.0], requires_grad=True)
    >>> optimizer = Mine([p], lr=0.1)
    >>> for _ in range(50):
    ...     optimizer.zero_grad()
    ...     (p ** 2).sum().backward()
    ...     optimizer.step()
    >>> bool((p.abs() < 0.5).all())
    True
    """

    def __init__(self, params: Iterable, lr: float):
        """The settings of a group. Change this if yours needs more of them; each has to have a default."""
        super().__init__(params, {"lr": lr})

    def update(self, params: list[Tensor], group: dict) -> None:
        """Move each of `params` in place. All of them have a `grad`; `group["lr"]` is the rate. No graph is recorded."""
        raise NotImplementedError
