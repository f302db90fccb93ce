r"""Skip connections: a block that adds its input to what it computes, put into a network and taken out of it again.

A *residual block* does not have to compute its output $y$ from its input $x$, only the difference:

$$y = \sigma(F(x) + S(x)), \qquad
\frac{\partial y}{\partial x} = \operatorname{diag}(\sigma')
\left( \frac{\partial F}{\partial x} + \frac{\partial S}{\partial x} \right).$$

$F$ is the *stage*, a few layers; $S$ the *shortcut*, which is the identity where it can be. Then the second sum has an identity
in it, and a gradient comes to the first layers of a deep network however small those of the stages are. The addition stands
before the last activation $\sigma$: after a relu the stage could only add what is positive.

Where a stage changes the number of channels or the size of the image, $x$ cannot be added. There $S$ is a *projection*: a
convolution of 1 x 1 with the stride that makes the sizes agree, and a batch norm.

Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition" (CVPR 2016), sections 3.2 and 3.3, option B.
"""
from collections.abc import Iterable

import torch
from torch import Tensor, nn

ACTIVATIONS = (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Sigmoid, nn.Tanh)


class Residual(nn.Module):
    """y = activation(stage(x) + shortcut(x)); where `shortcut` is None, y = activation(stage(x)).

    The three are modules, under these names: stage, shortcut and activation.
    """

    def __init__(self, stage: nn.Module, shortcut: nn.Module | None, activation: nn.Module):
        super().__init__()
        self.stage, self.shortcut, self.activation = stage, shortcut, activation

    def forward(self, x: Tensor) -> Tensor:
        """The output of the block. Gradients flow through the stage and through the shortcut.

        `x` is not changed, with a shortcut or without one, and the shortcut reads it as it came in, whatever the layers of the
        stage do: the first of them may be an nn.ReLU(inplace=True). No layer of the stage is changed for that. The shortcut
        itself does not write into what it is given. The gradients are right whatever the stage's last layer is: some, such as
        nn.Tanh, need their own output for them.

        >>> block = Residual(nn.ReLU(inplace=True), nn.Identity(), nn.Identity())
        >>> block(torch.tensor([-1.0, 2.0]))
        tensor([-1.,  4.])
        """
        raise NotImplementedError


def shortcut_for(before: tuple[int, ...], after: tuple[int, ...]) -> nn.Module:
    """The shortcut around a stage that makes tensors of the shape `after` from tensors of the shape `before`.

    Equal shapes, of any number of axes: an nn.Identity. Other shapes (batch, channels, height, width): an nn.Sequential of an
    nn.Conv2d of 1 x 1 without bias or padding and an nn.BatchNorm2d, as PyTorch makes them. The stride along each of the two
    axes is the size before, divided by the size after and rounded up: 7 pixels become 4 with a stride of 2. All sizes are
    1 or more. Each call makes new layers.

    Raises ValueError where no such convolution makes `after` of `before`: the batch changes, other numbers of axes, an image
    that grows, or sizes that this stride does not lead to, such as 8 and 6.

    >>> shortcut_for((1, 4, 7, 8), (1, 6, 4, 8))[0]
    Conv2d(4, 6, kernel_size=(1, 1), stride=(2, 1), bias=False)
    """
    raise NotImplementedError


def add_skips(model: nn.Sequential, names: Iterable[str], example: Tensor) -> None:
    """Put a skip connection around each stage of `model` that is named, in place.

    `names` are different names of layers of `model` itself, such as "1" or "body", and not of layers within those. They may
    come from a generator, which can be walked through once only. Each of these stages is an nn.Sequential; in its place, and
    under its name, comes a `Residual`. If the last layer of the stage is an instance of a class in ACTIVATIONS, then that very
    layer is the block's `activation`, and the block's `stage` is an nn.Sequential of the others, under the names that they
    had. Else, and for an empty stage, `stage` is the stage itself and `activation` an nn.Identity. The shortcut is the one of
    `shortcut_for`, for the shapes that come into and out of the stage in this place when `model` is given `example`. It has the
    dtype and the device of `example`.

    Nothing else changes. The layers of `model`, those of the stages too, are the same objects as before, with the same
    parameters and the same mode; batch norms keep their running statistics, also where `model` is in training mode. `model`
    is called with `example`, as a whole or layer by layer, in evaluation mode, without recording a graph. The new modules have
    the mode of the stage (its `training`). `example` keeps its values. A layer may stand in several places of `model`; only the
    named ones change, and each of these gets a block of its own. Hooks on a stage need not move along.

    Raises ValueError, with the stage's name in its message, where there is no layer of a name, where it is no nn.Sequential,
    and where `shortcut_for` raises it. Then, and where `model` raises an error for `example`, which goes on to the caller,
    `model` is as it was.

    >>> model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.ReLU()))
    >>> add_skips(model, ["1"], torch.zeros(1, 1, 8, 8))
    >>> model[1]
    Residual(
      (stage): Sequential(
        (0): Conv2d(4, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
      )
      (shortcut): Identity()
      (activation): ReLU()
    )
    """
    raise NotImplementedError


def remove_skips(model: nn.Module) -> int:
    """Take the skip connections out of every `Residual` in `model`, in place; how many there were.

    `model` itself may be a Residual, and one may stand within another. Its shortcut becomes None: the block then computes
    activation(stage(x)), and the parameters of a projection are gone from the model. All else keeps its place, its name, its
    values and its mode. A block that stands in several places counts once, and one whose shortcut is None already does not
    count.

    >>> model = nn.Sequential(Residual(nn.Linear(2, 2), nn.Identity(), nn.ReLU()), nn.Linear(2, 1))
    >>> remove_skips(model), remove_skips(model)
    (1, 0)
    """
    raise NotImplementedError
