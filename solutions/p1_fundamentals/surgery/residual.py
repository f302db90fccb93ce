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
        ### BEGIN SOLUTION
        y = self.stage(x.clone())                       # a copy, for a first layer that works in place
        if self.shortcut is not None:
            y = y + self.shortcut(x)                    # a new tensor: the stage's last layer may have kept y for its gradient
        return self.activation(y)
        ### END SOLUTION


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
    ### BEGIN SOLUTION
    before, after = tuple(before), tuple(after)
    if before == after:
        return nn.Identity()
    if len(before) != 4 or len(after) != 4 or before[0] != after[0]:
        raise ValueError(f"no projection makes {after} of {before}")

    stride = tuple(-(-size // smaller) for size, smaller in zip(before[2:], after[2:]))
    # A kernel of 1 stands at 0, s, 2s, … as long as it stays within the image: at (n - 1) // s + 1 places.
    reached = tuple((size - 1) // step + 1 for size, step in zip(before[2:], stride))
    if reached != after[2:]:
        raise ValueError(f"a stride of {stride} makes images of {reached} and not of {after[2:]}")
    return nn.Sequential(nn.Conv2d(before[1], after[1], 1, stride=stride, bias=False), nn.BatchNorm2d(after[1]))
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    shapes = {}                                         # name: (shape that comes in, shape that goes out)
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            x = example.clone()                         # for a first layer that works in place
            for name, layer in model._modules.items():  # named_children leaves out a layer that it has named before
                before, x = tuple(x.shape), layer(x)
                shapes[name] = before, tuple(x.shape)
    finally:
        for module, training in modes:                  # one by one: a frozen batch norm may be in another mode than the rest
            module.training = training

    blocks = {}                                         # all are made before the first is put in
    for name in names:
        stage = model._modules.get(name)
        if not isinstance(stage, nn.Sequential):
            raise ValueError(f"{name!r} is not the name of an nn.Sequential")
        try:
            shortcut = shortcut_for(*shapes[name]).to(example.device, example.dtype)
        except ValueError as error:
            raise ValueError(f"stage {name!r}: {error}") from None

        body, activation = stage, nn.Identity()
        if len(stage) and isinstance(stage[-1], ACTIVATIONS):
            body, activation = stage[:-1], stage[-1]
        blocks[name] = Residual(body, shortcut, activation)
        made = [blocks[name], body, *shortcut.modules(), *([activation] if body is stage else [])]
        for module in made:
            module.training = stage.training

    for name, block in blocks.items():
        setattr(model, name, block)
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    blocks = [module for module in model.modules() if isinstance(module, Residual) and module.shortcut is not None]
    for block in blocks:
        block.shortcut = None
    return len(blocks)
    ### END SOLUTION

### BEGIN AFTERWORD
# Most of this exercise was about what does not change: the mode of each module, the statistics, the caller's tensors. A
# model under surgery is somebody's trained model, and whoever finds a batch norm in another mode a day later will not look
# here. The two lines of `forward` have a trap each, and neither shows in a network of the usual layers: a stage that begins
# with a convolution never writes into its input, and a batch norm never reads its output again. He et al. moved the
# activation to the front of the stage in a second paper (2016, "Identity mappings in deep residual networks"): then nothing
# stands on the way of the sum, from the last block to the first.
### END AFTERWORD

### BEGIN HINTS
# 1. Take `forward` first. Which tensor does the shortcut read if the stage wrote into its input, and which one does
#    `nn.Tanh` read in the backward pass if you add to its output with `+=`? For `add_skips`, write down the shape before
#    and after each layer of the Sequential, and only then build anything.
# 2. `x.clone()` is a copy through which gradients flow. Rounded up is `-(-a // b)`, and a convolution of 1 x 1 with stride s
#    makes (n - 1) // s + 1 pixels of n. Keep the mode of every module in a list, call `model.eval()`, and put the modes back
#    one by one under `finally`; `model.train(before)` would set all to one. `stage[:-1]` is a Sequential of the same layers,
#    with their names; it is a new module, in training mode. Make all blocks before you put in the first.
# 3. `y = self.stage(x.clone())`, then `y = y + self.shortcut(x)`. `for name, layer in model._modules.items(): before, x =
#    tuple(x.shape), layer(x)`; `shortcut_for(before, after).to(example.device, example.dtype)`; `setattr(model, name,
#    block)`. In remove_skips: `for block in list(model.modules())`, `isinstance(block, Residual)`, `block.shortcut = None`.
### END HINTS
