r"""Backprop through a network of two layers.

Here the pieces become a network, and its gradients a program. For a batch $X$ of $n$ examples, one in each row, with
labels $y$:

$$Z = X W_1 + b_1, \qquad H = \max(Z, 0), \qquad S = H W_2 + b_2, \qquad
  L = -\frac{1}{n} \sum_{i=1}^{n} \log \mathrm{softmax}(S_i)_{y_i}.$$

The biases are added to every row, and the loss is the mean cross-entropy over the batch. `forward` computes it.
`backward` computes the derivatives of what is made of the loss, in the opposite order, from what `forward` has kept for
it: the *cache*. No graph is recorded and nothing is differentiated by machine: each line of `backward` is a line of the
derivation on paper.

What holds for both:

- All tensors but the labels have one dtype, float32 or float64, and so have all results. They may have any strides: a
  transpose or a slice is as good as a copy.
- What is given is only read. Nobody else changes it before the last `backward` of its cache.
- `softmax` and `log_softmax` of PyTorch are not to be used, under any of their names.
- A weight has the shape (inputs, outputs), as in your derivation; `layers` keeps it transposed.

Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors" (Nature, 1986);
Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 6.5.
"""
import torch
from jaxtyping import Float, Int64
from torch import Tensor


def forward(x: Float[Tensor, "batch inputs"], labels: Int64[Tensor, "batch"],
            w1: Float[Tensor, "inputs hidden"], b1: Float[Tensor, "hidden"],
            w2: Float[Tensor, "hidden classes"], b2: Float[Tensor, "classes"]) -> tuple[Float[Tensor, ""], object]:
    r"""The loss $L$, a tensor of shape (), and the cache for `backward`.

    The batch has one example or more, and the labels lie in [0, classes). The loss is finite and right for scores $S$ as
    large as ±1000, and so are the gradients, but for the rounding of such scores in their dtype. The cache is whatever you like: a tuple, a dict, an object.

    >>> x, labels = torch.tensor([[1.0, 2.0]]), torch.tensor([1])
    >>> loss, cache = forward(x, labels, torch.eye(2), torch.zeros(2), torch.zeros(2, 4), torch.zeros(4))
    >>> loss
    tensor(1.3863)
    """
    ### BEGIN SOLUTION
    hidden = (x @ w1 + b1).clamp(min=0)                               # (batch, hidden)
    scores = hidden @ w2 + b2                                         # (batch, classes)

    # log softmax(s) = (s - m) - log Σ exp(s - m): with the largest score as m no exponential overflows.
    shifted = scores - scores.amax(dim=1, keepdim=True)
    log_p = shifted - shifted.exp().sum(dim=1, keepdim=True).log()    # (batch, classes)
    loss = -log_p[torch.arange(len(labels)), labels].mean()
    return loss, (x, labels, w1, w2, hidden, log_p)
    ### END SOLUTION


def backward(cache: object, grad: float = 1.0) -> tuple[
        Float[Tensor, "batch inputs"], Float[Tensor, "inputs hidden"], Float[Tensor, "hidden"],
        Float[Tensor, "hidden classes"], Float[Tensor, "classes"]]:
    r"""The gradients with respect to `x`, `w1`, `b1`, `w2` and `b2`, in this order, each of its operand's shape.

    `cache` comes from a call of `forward`, perhaps not the last one. `grad` is the gradient that flows into the loss:
    $\partial J/\partial L$, where $J$ is what is made of it. It is 1 for the loss itself, and 1/4 where $J$ is the mean
    of the losses of four batches. The results are the derivatives of $J$.

    The derivative of $\max(z, 0)$ is 0 at $z = 0$, as it is below. A cache may be used again, also with another `grad`.
    The results are tensors of their own: who writes into one changes no other and no later result.

    >>> x, labels = torch.tensor([[1.0, 2.0]]), torch.tensor([1])
    >>> _, cache = forward(x, labels, torch.eye(2), torch.zeros(2), torch.zeros(2, 4), torch.zeros(4))
    >>> *_, of_w2, of_b2 = backward(cache)
    >>> of_w2
    tensor([[ 0.2500, -0.7500,  0.2500,  0.2500],
            [ 0.5000, -1.5000,  0.5000,  0.5000]])
    >>> backward(cache, grad=2.0)[-1]
    tensor([ 0.5000, -1.5000,  0.5000,  0.5000])
    >>> x, labels = torch.tensor([[1.0, 2.0], [3.0, 0.0]]), torch.tensor([1, 0])  # a batch of two
    >>> _, cache = forward(x, labels, torch.eye(2), torch.zeros(2), torch.zeros(2, 4), torch.zeros(4))
    >>> backward(cache)[-1]
    tensor([-0.2500, -0.2500,  0.2500,  0.2500])
    """
    ### BEGIN SOLUTION
    x, labels, w1, w2, hidden, log_p = cache

    # ∂L/∂S = (softmax(S) - onehot(y)) / n, times what flows in.
    of_scores = log_p.exp()                                           # (batch, classes)
    of_scores[torch.arange(len(labels)), labels] -= 1
    of_scores *= grad / len(labels)

    # S = H W₂ + b₂: each example adds its share to the weights, and the one bias meets every row.
    of_w2 = hidden.T @ of_scores                                      # (hidden, classes)
    of_b2 = of_scores.sum(dim=0)                                      # (classes,)
    of_hidden = of_scores @ w2.T                                      # (batch, hidden)

    # H = max(Z, 0) lets the gradient through where the unit was on.
    of_z = of_hidden * (hidden > 0)

    # Z = X W₁ + b₁, as above.
    of_w1 = x.T @ of_z                                                # (inputs, hidden)
    of_b1 = of_z.sum(dim=0)                                           # (hidden,)
    of_x = of_z @ w1.T                                                # (batch, inputs)
    return of_x, of_w1, of_b1, of_w2, of_b2
    ### END SOLUTION

### BEGIN AFTERWORD
# Count the products of matrices: two on the way forward, four on the way back. A backward pass costs twice the forward
# pass, for any number of layers: with the forward pass that is the 6 in "6 FLOPs per parameter and token". And look at
# the cache. Nearly all of it is activations, one row for each example: that, and not the weights, is what fills the
# memory of a GPU in training.
### END AFTERWORD

### BEGIN HINTS
# 1. Walk the four equations from the last to the first. At each, you hold the gradient of its result and want those of
#    its operands. Shapes are a good guide: a gradient has the shape of its operand, and the products of matrices have
#    only one way to get there.
# 2. What `backward` needs from `forward`: x, labels, both weights, the activations after the relu, and the
#    log-probabilities. It starts from (softmax(S) - onehot(y)) / n times `grad`. Of an affine layer Y = A W + b, with G
#    the gradient of Y: W gets AᵀG, b gets the sum of G over the rows, A gets G Wᵀ.
# 3. `of_scores = log_p.exp()`, `of_scores[torch.arange(len(labels)), labels] -= 1`, `of_scores *= grad / len(labels)`;
#    then `hidden.T @ of_scores`, `of_scores.sum(dim=0)`, `of_z = (of_scores @ w2.T) * (hidden > 0)`, and with `of_z`
#    the same three lines for the first layer.
### END HINTS
