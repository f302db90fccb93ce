r"""Batch normalisation.

A layer learns faster when what comes in keeps its mean and its spread from step to step. Batch norm sees to that: it
takes each feature's mean off and divides by its standard deviation, as measured on the batch at hand, and lets the
network choose a new scale $\gamma$ and a new shift $\beta$. For a feature with the $m$ values $x_1, \dots, x_m$ in a
batch,

$$\mu = \frac{1}{m} \sum_i x_i, \qquad \sigma^2 = \frac{1}{m} \sum_i (x_i - \mu)^2, \qquad
  y_i = \gamma\, \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta.$$

A model that is in use may get one example at a time, and then there is no batch to measure. So training keeps *running
statistics* $r$ and $v$ of each feature beside it, and moves them with every batch by the momentum $\alpha$:

$$r \leftarrow (1 - \alpha)\, r + \alpha\, \mu, \qquad
  v \leftarrow (1 - \alpha)\, v + \alpha\, \frac{m}{m - 1}\, \sigma^2.$$

The factor $m/(m-1)$ makes $\sigma^2$, which is too small on average, an unbiased estimate of the variance. In use, $r$
and $v$ stand in the place of $\mu$ and $\sigma^2$.

Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate
shift" (ICML 2015), Algorithms 1 and 2, and section 3.2 for images; the momentum is PyTorch's.
"""
import torch
from jaxtyping import Float
from torch import Tensor


def batch_norm(x: Float[Tensor, "batch features *space"], gamma: Float[Tensor, "features"],
               beta: Float[Tensor, "features"], running_mean: Float[Tensor, "features"],
               running_var: Float[Tensor, "features"], *, training: bool, momentum: float = 0.1,
               eps: float = 1e-5) -> Float[Tensor, "batch features *space"]:
    r"""Normalise each feature of `x`, with the batch's statistics in training and the running ones otherwise.

    `x` is (batch, features), or (batch, channels, height, width) for images, or has any other number of axes after the
    second. A feature is a place on the second axis, and its values are those at all other places: the $m$ values of a
    channel lie all over the batch, the height and the width. No axis is empty.

    In training, `running_mean` and `running_var` are changed in place. They may be views, such as a column of a matrix.
    Otherwise they are only read, as are `x`, `gamma` and `beta` always. All tensors have one dtype, float32 or float64,
    and so has the result. They may have any strides. `momentum` lies in [0, 1], and `eps` is above 0.

    The values of `x` may lie far from 0, at 10⁴ ± 1 in float32 or at 10⁸ ± 1 in float64. The result is then right as if
    each value of `x` were off by a few of its own roundings. The running statistics are as exact as around 0, provided
    that the mean of the batch is a number of the dtype.

    >>> x = torch.tensor([[0.0, 5.0], [4.0, 5.0]])
    >>> r, v = torch.zeros(2), torch.ones(2)
    >>> batch_norm(x, torch.ones(2), torch.zeros(2), r, v, training=True)
    tensor([[-1.0000,  0.0000],
            [ 1.0000,  0.0000]])
    >>> r, v
    (tensor([0.2000, 0.5000]), tensor([1.7000, 0.9000]))
    >>> batch_norm(x[:1], torch.ones(2), torch.zeros(2), r, v, training=False)
    tensor([[-0.1534,  4.7434]])

    Raises ValueError in training, and changes nothing, where a feature has a single value: that is its own mean, and
    nothing would be left of it. One image of two pixels is enough in training, and one example outside of it.
    """
    ### BEGIN SOLUTION
    axes = (0, *range(2, x.ndim))              # all but the features
    beside_x = (-1, *[1] * (x.ndim - 2))       # (features,) -> (features, 1, 1), which broadcasts over an image

    if training:
        count = x[:, 0].numel()
        if count < 2:
            raise ValueError("each feature has a single value in the batch; to measure its variance takes two or more")
        mean = x.mean(dim=axes)                                                  # (features,)
        # The mean is taken off before squaring: in E[x²] - E[x]² two large numbers would cancel.
        var = (x - mean.reshape(beside_x)).square().mean(dim=axes)               # (features,)
        running_mean[:] = (1 - momentum) * running_mean + momentum * mean
        running_var[:] = (1 - momentum) * running_var + momentum * var * count / (count - 1)
    else:
        mean, var = running_mean, running_var

    # y = γ (x - μ) / √(σ² + ε) + β
    scale = gamma / torch.sqrt(var + eps)                                        # (features,)
    return (x - mean.reshape(beside_x)) * scale.reshape(beside_x) + beta.reshape(beside_x)
    ### END SOLUTION

### BEGIN AFTERWORD
# Two variances in one function: the biased one normalises, the unbiased one is remembered. With 32 examples they differ
# by 3 %; with 2 by a factor of two, so a network trained on tiny batches meets another spread in use than in training.
# This is one of three usual reasons why a model that trains well is bad in use; the others are the flag `training` left
# on, and running statistics that have not seen enough batches.
### END AFTERWORD

### BEGIN HINTS
# 1. Which axes is a feature's mean taken over? All but the second. `mean(dim=...)` takes a tuple of axes. What comes back
#    has the shape (features,), and has to stand beside an image: (features, 1, 1) broadcasts, (features,) does not.
# 2. Measure or take the running statistics, in two branches; normalise once, below both. In training, refuse first, then
#    measure, then move the running statistics: `running_mean[:] = ...` writes into the tensor, `running_mean = ...` only
#    names another one. Take the mean off before you square.
# 3. `axes = (0, *range(2, x.ndim))`, `shape = (-1, *[1] * (x.ndim - 2))`, `count = x.numel() // x.shape[1]`,
#    `mean = x.mean(dim=axes)`, `var = (x - mean.reshape(shape)).square().mean(dim=axes)`,
#    `running_var[:] = (1 - momentum) * running_var + momentum * var * count / (count - 1)`, and at the end
#    `gamma.reshape(shape) * (x - mean.reshape(shape)) / torch.sqrt(var + eps).reshape(shape) + beta.reshape(shape)`.
### END HINTS
