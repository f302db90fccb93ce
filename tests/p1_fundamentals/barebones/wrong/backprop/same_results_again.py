# what is wrong: the gradients for grad = 1 are computed once and kept in the cache; for grad = 1 those very tensors are handed out again, so who writes into one changes later results.
# told: hands_out_the_same_results
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
    large as ±1000. The cache is whatever you like: a tuple, a dict, an object.

    >>> x, labels = torch.tensor([[1.0, 2.0]]), torch.tensor([1])
    >>> loss, cache = forward(x, labels, torch.eye(2), torch.zeros(2), torch.zeros(2, 4), torch.zeros(4))
    >>> loss
    tensor(1.3863)
    """
    z = x @ w1 + b1
    h = torch.where(z > 0, z, 0)
    s = h @ w2 + b2
    shifted = s - s.max(dim=1, keepdim=True).values
    log_p = shifted - shifted.exp().sum(dim=1, keepdim=True).log()
    rows = torch.arange(len(x), device=x.device)
    loss = -log_p[rows, labels].mean()
    return loss, {"kept": (x, labels, w1, w2, h, log_p), "gradients": None}


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
    """
    if cache["gradients"] is None:
        x, labels, w1, w2, h, log_p = cache["kept"]
        ds = log_p.exp()
        ds[torch.arange(len(x)), labels] -= 1
        ds /= len(x)
        dz = ds @ w2.T * (h > 0)
        cache["gradients"] = (dz @ w1.T, x.T @ dz, dz.sum(0), h.T @ ds, ds.sum(0))
    if grad == 1.0:
        return cache["gradients"]
    return tuple(g * grad for g in cache["gradients"])
