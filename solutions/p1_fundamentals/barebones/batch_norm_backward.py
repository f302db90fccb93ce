r"""Backward through batch normalisation.

In training, batch norm subtracts a mean and divides by a standard deviation that are themselves made of $x$. So each
$x_i$ has a say in every $y_j$ of its feature: by the value itself, by the mean and by the variance. What flows back has
to take all three ways. For one feature with the values $x_1, \dots, x_m$,

$$\mu = \frac{1}{m} \sum_i x_i, \qquad s = \frac{1}{\sqrt{\frac{1}{m} \sum_i (x_i - \mu)^2 + \epsilon}}, \qquad
  \hat x_i = s\,(x_i - \mu), \qquad y_i = \gamma\, \hat x_i + \beta.$$

The sums of the three ways collapse into one short formula. You have derived it in derive_batch_norm; for who has not, the
chapter has it in a fold. Outside of training $\mu$ and $s$ come from the running statistics, in $\hat x$ too: they are
constants, and only the first way is left.

Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate
shift" (ICML 2015), section 3, where the three ways are written one by one.
"""
import torch  # noqa: F401 -- for the examples, and for you
from jaxtyping import Float
from torch import Tensor


def batch_norm_backward(grad: Float[Tensor, "batch features *space"], x: Float[Tensor, "batch features *space"],
                        gamma: Float[Tensor, "features"], mean: Float[Tensor, "features"],
                        inv_std: Float[Tensor, "features"], *, training: bool
                        ) -> tuple[Float[Tensor, "batch features *space"], Float[Tensor, "features"],
                                   Float[Tensor, "features"]]:
    r"""The gradients with respect to `x`, `gamma` and `beta`, in this order, for the upstream gradient `grad` of $y$.

    `x` is (batch, features), or (batch, channels, height, width), or has any other number of axes after the second. A
    feature is a place on the second axis, and its values are those at all other places. No axis is empty.

    The cache, what the way forward has kept, is `x` and `gamma` and, for each feature, `mean`, $\mu$, and `inv_std`, $s$,
    which has $\epsilon$ in it already. In training they are the batch's own, and depend on `x` as above; a feature has
    two values or more. Otherwise they are constants, and the batch may be a single example.

    All tensors have one dtype, float32 or float64, and so have the results. They may have any strides, and are only read.
    Provided that `mean` is exact, the results are as exact where the values of `x` lie far from 0, at 10⁴ ± 1 in float32
    and at 10⁸ ± 1 in float64, as they are around 0. `grad` lies around 0.

    >>> x, grad = torch.tensor([[1.0], [1.0], [4.0]]), torch.tensor([[3.0], [0.0], [0.0]])
    >>> gamma, inv_std = torch.tensor([4.0]), torch.tensor([0.5])    # the variance is 2, and eps was 2
    >>> batch_norm_backward(grad, x, gamma, torch.tensor([2.0]), inv_std, training=True)
    (tensor([[ 3.5000],
            [-2.5000],
            [-1.0000]]), tensor([-1.5000]), tensor([3.]))
    >>> batch_norm_backward(grad, x, gamma, torch.tensor([3.0]), inv_std, training=False)    # a running mean of 3
    (tensor([[6.],
            [0.],
            [0.]]), tensor([-3.]), tensor([3.]))
    """
    ### BEGIN SOLUTION
    axes = (0, *range(2, x.ndim))              # all but the features
    beside_x = (-1, *[1] * (x.ndim - 2))       # (features,) -> (features, 1, 1), which broadcasts over an image

    # y = γ x̂ + β: each feature's one γ and one β meet all of its values.
    normed = (x - mean.reshape(beside_x)) * inv_std.reshape(beside_x)
    of_gamma = (grad * normed).sum(dim=axes)                                     # (features,)
    of_beta = grad.sum(dim=axes)                                                 # (features,)

    # ∂L/∂xᵢ = γ s (gᵢ - mean(g) - x̂ᵢ mean(g x̂)): what reaches μ and σ² goes back to all values alike, and to each by
    # its distance from the mean. The sums are those of β and γ. Where μ and s are constants, the first term is all.
    through = grad
    if training:
        count = x[:, 0].numel()
        through = grad - (of_beta.reshape(beside_x) + normed * of_gamma.reshape(beside_x)) / count
    of_x = (gamma * inv_std).reshape(beside_x) * through
    return of_x, of_gamma, of_beta
    ### END SOLUTION

### BEGIN AFTERWORD
# Read the formula as geometry: from the gradient of a feature, training takes away the part along (1, ..., 1) and the
# part along the normalised values. What is left cannot shift the feature nor, while ε is small, stretch it, because batch
# norm would undo both. So a weight before a batch norm gets no gradient along itself: its length does not matter, only its
# direction, and every step makes it a little longer.
### END AFTERWORD

### BEGIN HINTS
# 1. β and γ are the easy ones: each is one number that meets all values of its feature, so its gradient is a sum over
#    them. For x, write down what μ and s do when one x_j moves a little; each of the two is a sum over the feature too,
#    and you have met both sums already.
# 2. With g the gradient of y: in training x gets γ s (g - mean(g) - x̂ mean(g x̂)), the means over all values of the
#    feature. Otherwise it gets γ s g. Both means are sums that you have, divided by the number of values.
# 3. `axes = (0, *range(2, x.ndim))`, `shape = (-1, *[1] * (x.ndim - 2))`,
#    `normed = (x - mean.reshape(shape)) * inv_std.reshape(shape)`, `of_gamma = (grad * normed).sum(dim=axes)`,
#    `of_beta = grad.sum(dim=axes)`, `count = x.numel() // x.shape[1]`, and in training
#    `(gamma * inv_std).reshape(shape) * (grad - (of_beta.reshape(shape) + normed * of_gamma.reshape(shape)) / count)`.
### END HINTS
