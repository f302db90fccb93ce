r"""Layer normalisation.

A deep network trains badly where the numbers grow, shrink or drift from layer to layer. Layer normalisation takes that
out: it gives every vector of $n$ features the mean 0 and the variance 1, and lets two parameters, the *gain* $\gamma$ and
the *bias* $\beta$, choose scale and offset anew. For each vector $x$ by itself,

$$\mu = \frac{1}{n} \sum_i x_i, \qquad \sigma^2 = \frac{1}{n} \sum_i (x_i - \mu)^2, \qquad
  \hat x_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad y_i = \gamma_i \hat x_i + \beta_i.$$

The small $\epsilon$ under the root keeps the quotient finite where all features are equal. $\sigma^2$ is the biased
variance, with $n$ below the sum and not $n - 1$.

Every $\hat x_i$ depends on every $x_k$, in three ways: as itself, through $\mu$ and through $\sigma^2$. The chapter
derives what comes of that. With $g = \partial L/\partial y$, and $h_i = g_i \gamma_i$ for what arrives at $\hat x_i$,

$$\frac{\partial L}{\partial x_k} = \frac{1}{\sqrt{\sigma^2 + \epsilon}}
  \Big(h_k - \frac{1}{n} \sum_i h_i - \hat x_k \cdot \frac{1}{n} \sum_i h_i \hat x_i\Big).$$

Gain and bias are the same for all vectors. So their gradients are sums over all of them:

$$\frac{\partial L}{\partial \gamma_i} = \sum g_i \hat x_i, \qquad \frac{\partial L}{\partial \beta_i} = \sum g_i.$$

Source: Ba, Kiros and Hinton, "Layer normalization" (arXiv:1607.06450, 2016), sections 3 and 5.1.
"""
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def layer_norm(x: Float[Tensor, "*leading features"], gain: Float[Tensor, "features"], bias: Float[Tensor, "features"], *,
               eps: float = 1e-5) -> Float[Tensor, "*leading features"]:
    r"""The formula above, for every vector along the last axis of `x`: on paper, `torch.nn.functional.layer_norm`.

    There may be any number of axes before the last, also none, and they may be empty. The last has at least one element.
    `eps` is positive. The parents are `x`, `gain` and `bias`, in this order. Beside the chapter's rules for every
    operation:

    - Value and gradients are finite and right also where all features of a vector are equal, and where there is just one.
    - An offset that all features of a vector have in common drops out, and takes no digits with it: for
      $10^8 + (1, 2, 3, 4)$ value and gradients are as exact as for $(1, 2, 3, 4)$. Where the mean is no number of the
      dtype, as that of $10^8 + (0.1, 0.2, 0.4)$, the rounding of the mean may show.

    >>> x = Tensor([1.0, 1.0, 5.0, 5.0], requires_grad=True)         # mean 3, variance 4
    >>> y = layer_norm(x, Tensor([1.0, 1.0, 1.0, 2.0]), Tensor([0.0, 0.0, 0.0, 10.0]))
    >>> y.data.round(3)
    array([-1., -1.,  1., 12.])
    >>> for gradient in y.vjp(np.array([4.0, 1.0, 1.0, 4.0])):
    ...     print(gradient.round(3))
    [ 0.75 -0.75 -1.75  1.75]
    [-4. -1.  1.  4.]
    [4. 1. 1. 4.]
    """
    ### BEGIN SOLUTION
    # The offset goes first: squares of what is left are of the variance's own size, and lose none of its digits.
    centred = x.data - x.data.mean(axis=-1, keepdims=True)           # (*leading, features)
    variance = (centred * centred).mean(axis=-1, keepdims=True)      # (*leading, 1)
    deviation = np.sqrt(variance + eps)                              # (*leading, 1)
    normalised = centred / deviation                                 # (*leading, features)

    def vjp(g):
        # hₖ = ∂L/∂x̂ₖ. To move all features by one number, or to stretch x̂, changes nothing: both parts are taken off.
        h = g * gain.data                                            # (*leading, features)
        common = h.mean(axis=-1, keepdims=True)                      # (*leading, 1)
        stretch = (h * normalised).mean(axis=-1, keepdims=True)      # (*leading, 1)
        grad_x = (h - common - normalised * stretch) / deviation     # (*leading, features)

        # Gain and bias were used by every vector: rule 1 of the chapter, as in `unbroadcast`.
        leading = tuple(range(g.ndim - 1))
        return grad_x, (g * normalised).sum(axis=leading), g.sum(axis=leading)  # (*leading, features) -> (features,)

    return record(gain.data * normalised + bias.data, (x, gain, bias), vjp)
    ### END SOLUTION

### BEGIN AFTERWORD
# Look at a gradient of x. Over the features it sums to 0, since adding one number to all of them changes nothing in y;
# and its product with x̂ sums to nearly 0, since stretching x changes only what eps does. In front stands 1/σ: ten
# times larger numbers get a ten times smaller gradient. So a layer in front of it whose weights have grown takes
# smaller steps, by itself (section 5.2 of the paper).
### END AFTERWORD

### BEGIN HINTS
# 1. Take one vector of four features on paper. Which numbers of the forward pass does the formula of the gradient need
#    again? Keep those. And write down the shape of each: what is one number for a vector has to broadcast along its
#    features.
# 2. Take the mean off before you square anything; then the variance is the mean of the squares of what is left.
#    Everything that is one number for a vector is a mean over the last axis, with keepdims=True, forward and backward.
#    The gain belongs to h before the two means are taken. The gradients of gain and bias are sums over all axes but
#    the last, however many there are.
# 3. With `centred = x.data - x.data.mean(axis=-1, keepdims=True)` and `deviation = np.sqrt((centred**2).mean(axis=-1,
#    keepdims=True) + eps)`, x̂ is `centred / deviation`. In the vjp, `h = g * gain.data`, then `(h - h.mean(axis=-1,
#    keepdims=True) - x_hat * (h * x_hat).mean(axis=-1, keepdims=True)) / deviation`. The axes to sum over for gain and
#    bias are `tuple(range(g.ndim - 1))`.
### END HINTS
