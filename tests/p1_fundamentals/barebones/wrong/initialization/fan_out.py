# what is wrong: He's n is taken from shape[0], the outputs, as if the shape were (inputs, outputs).
# told: counts_the_outputs
r"""Xavier and He initialisation.

A weight matrix starts as random numbers. How large should they be? In one layer $y = x W^\top$ with $n$ inputs, $m$
outputs and independent weights of mean 0, every output is a sum of $n$ terms, and every input gets back a sum of $m$
gradients:

$$\mathrm{Var}[y_j] = n \, \mathrm{Var}[w] \; \mathrm{E}[x^2], \qquad
  \mathrm{Var}[g_i] = m \, \mathrm{Var}[w] \; \mathrm{E}[h^2], \qquad
  g = \frac{\partial L}{\partial x}, \quad h = \frac{\partial L}{\partial y}.$$

Thirty layers multiply thirty such factors. If each is 0.5, a billionth is left at the end; if each is 2, a billion times
as much. Xavier initialisation, named after Xavier Glorot, is a compromise between a factor of 1 forward and a factor of 1
backward. It is made for activations that are nearly the identity around 0, as tanh is, and a *gain* $g$ stretches it for
others. He initialisation is made for relu, which halves the mean square of what it gets, so the weights make up for it
with twice the variance. For a leaky relu, of slope $a$ below 0, it is a little less.

$$\mathrm{Var}_{\text{Xavier}}[w] = g^2 \, \frac{2}{n + m}, \qquad
  \mathrm{Var}_{\text{He}}[w] = \frac{2}{(1 + a^2) \, n}.$$

Each comes in two distributions of this variance and mean 0: a normal one, whole and not cut off anywhere, and a uniform
one, even on an interval $[-b, b]$. The variance of the uniform distribution is $b^2/3$.

What holds for the four functions that draw weights:

- `shape` is (outputs, inputs), as in the layers of this project, and so is the shape of what comes back. It has the
  dtype that is asked for, torch.float32 or torch.float64.
- Every weight is a draw of its own.
- All chance comes from `generator`, a torch.Generator on the CPU. From the same state of it come the same weights. A call
  takes it on, so that the next call, for the next layer, draws others.
- The global generator of torch, which `torch.manual_seed` sets, is neither asked nor changed.

Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (AISTATS 2010),
equations 12 and 16; He et al., "Delving deep into rectifiers" (ICCV 2015), section 2.2, equation 15.
"""
import math
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor


def xavier_normal(shape: tuple[int, int], generator: torch.Generator, *, gain: float | int = 1.0,
                  dtype: torch.dtype = torch.float32) -> Float[Tensor, "outputs inputs"]:
    r"""Draw weights from the normal distribution of mean 0 and Xavier's variance, $g^2 \cdot 2/(n + m)$ for a gain $g > 0$.

    >>> weight = xavier_normal((300, 500), torch.Generator().manual_seed(0))
    >>> weight.shape
    torch.Size([300, 500])
    >>> round(weight.std().item(), 2)
    0.05
    """
    outputs, inputs = shape
    std = gain * math.sqrt(2 / (inputs + outputs))
    return std * torch.randn(outputs, inputs, generator=generator, dtype=dtype)


def xavier_uniform(shape: tuple[int, int], generator: torch.Generator, *, gain: float | int = 1.0,
                   dtype: torch.dtype = torch.float32) -> Float[Tensor, "outputs inputs"]:
    r"""Draw weights from the uniform distribution on $[-b, b]$ that has Xavier's variance, $g^2 \cdot 2/(n + m)$.

    None is outside of the interval, but for rounding to the dtype.

    >>> weight = xavier_uniform((300, 500), torch.Generator().manual_seed(0), gain=2.0)
    >>> round(weight.std().item(), 1)
    0.1
    >>> round(weight.max().item(), 2)
    0.17
    """
    outputs, inputs = shape
    b = gain * math.sqrt(3 * 2 / (inputs + outputs))
    return (2 * torch.rand(outputs, inputs, generator=generator, dtype=dtype) - 1) * b


def he_normal(shape: tuple[int, int], generator: torch.Generator, *, slope: float | int = 0.0,
              dtype: torch.dtype = torch.float32) -> Float[Tensor, "outputs inputs"]:
    r"""Draw weights from the normal distribution of mean 0 and He's variance, $2/((1 + a^2) n)$ for a slope $a$.

    The slope is that of a leaky relu below 0; relu itself has 0.

    >>> weight = he_normal((300, 200), torch.Generator().manual_seed(0))
    >>> round(weight.std().item(), 1)
    0.1
    """
    fan_in, fan_out = shape
    return torch.randn(fan_in, fan_out, dtype=dtype, generator=generator) * (2.0 / ((1 + slope * slope) * fan_in)) ** 0.5


def he_uniform(shape: tuple[int, int], generator: torch.Generator, *, slope: float | int = 0.0,
               dtype: torch.dtype = torch.float32) -> Float[Tensor, "outputs inputs"]:
    r"""Draw weights from the uniform distribution on $[-b, b]$ that has He's variance, $2/((1 + a^2) n)$.

    None is outside of the interval, but for rounding to the dtype.

    >>> weight = he_uniform((300, 200), torch.Generator().manual_seed(0))
    >>> round(weight.max().item(), 2)
    0.17
    """
    fan_in, fan_out = shape
    bound = (6.0 / ((1 + slope * slope) * fan_in)) ** 0.5
    return torch.empty(fan_in, fan_out, dtype=dtype).uniform_(-bound, bound, generator=generator)


def layer_statistics(x: Float[Tensor, "batch width"], weights: list[Float[Tensor, "_ _"]],
                     activation: Callable[[Tensor], Tensor]) -> tuple[Float[Tensor, "depth"], Float[Tensor, "depth"]]:
    r"""Send a batch through a stack of layers without biases, and return two numbers for each of them.

    Layer $k$ computes $h_k = \phi(h_{k-1} W_k^\top)$ with $h_0 = x$ and the activation $\phi$, a function of tensors such
    as torch.tanh, which works number by number. Each weight has the shape (outputs, inputs), and its inputs are as many
    as the outputs of the one before. There is at least one. The two results, one number a layer in the dtype of `x`:

    - the standard deviation of the layer's activations $h_k$, over all their numbers, of all examples and all units: the
      root of the mean squared distance from their mean, divided by their number and not by one less;
    - the share of dead units. A unit of a layer is dead if its activation is exactly 0 for every example of the batch.

    `x` and the weights are not changed. Every number that comes up can be squared without leaving the range of the dtype.

    >>> x = torch.tensor([[1.0, 2.0], [3.0, 2.0]])
    >>> weight = torch.tensor([[1.0, 0.0], [0.0, -1.0]])  # the second unit is dead: all it gets is negative
    >>> std, dead = layer_statistics(x, [weight, weight], torch.relu)
    >>> std
    tensor([1.2247, 1.2247])
    >>> dead
    tensor([0.5000, 0.5000])
    """
    h, stds, dead = x, [], []
    for weight in weights:
        h = activation(h @ weight.T)
        stds.append((h - h.mean()).square().mean().sqrt())
        dead.append((h == 0).all(dim=0).to(x.dtype).mean())
    return torch.stack(stds), torch.stack(dead)
