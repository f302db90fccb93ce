# what is wrong: gradients are summed over batch axes that were missing in front but not over batch axes of length 1 that were stretched, so for (1, m, n) with (5, n, p) the first gradient has shape (5, m, n)
# told: forgets_the_stretched_axes
r"""Matrix products.

Most of the arithmetic of a neural network is this one operation. For matrices $A$ of shape $(m, n)$ and $B$ of shape
$(n, p)$,

$$C = AB, \qquad C_{ik} = \sum_j A_{ij} B_{jk}.$$

Element $A_{ij}$ takes part in the whole row $i$ of $C$, and $B_{jk}$ in the whole column $k$. With
$G = \partial L/\partial C$, of the shape of $C$, the chain rule sums over them, and both sums are matrix products:

$$\frac{\partial L}{\partial A_{ij}} = \sum_k G_{ik} B_{jk}, \qquad
  \frac{\partial L}{\partial B_{jk}} = \sum_i A_{ij} G_{ik} \quad\Rightarrow\quad
  \frac{\partial L}{\partial A} = G B^\top, \qquad \frac{\partial L}{\partial B} = A^\top G.$$

Source: Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation" (2008),
section 2.2.2; NumPy reference, `numpy.matmul`.
"""
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def _sum_to(grad, ndim):
    while grad.ndim > ndim:
        grad = grad.sum(axis=0)
    return grad


def matmul(a: Float[Tensor, "..."], b: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    r"""The matrix product of `a` and `b`, with the shapes of `numpy.matmul`:

    - (m, n) and (n, p) give (m, p).
    - More axes in front are batch axes, and each pair of matrices is multiplied. They broadcast: (5, 1, m, n) and
      (4, n, p) give (5, 4, m, p).
    - A vector (n,) is treated as a matrix, (1, n) on the left and (n, 1) on the right, and that axis is then removed
      from the result. So (n,) and (n, p) give (p,), (m, n) and (n,) give (m,), (n,) and (n,) give (), and (n,) and
      (5, n, p) give (5, p).
    - Any length may be 0; a sum over nothing is 0.

    The gradients have the shapes of `a` and `b`: an operand whose matrices were copied to fill the batch axes gets the
    sum over its copies. Sum them here. (`Tensor.parent_gradients` cannot: it knows nothing of a vector's axis.)

    For an operand that requires no gradient the vjp may give None in its place: the first layer of a network then does
    without a third of its work.

    >>> y = matmul(Tensor([[1.0, 2.0]], requires_grad=True), Tensor([[3.0], [4.0]], requires_grad=True))
    >>> y.data
    array([[11.]])
    >>> y.vjp(np.array([[10.0]]))
    (array([[30., 40.]]), array([[10.],
           [20.]]))
    >>> matmul(Tensor(np.ones((5, 2, 3)), requires_grad=True), Tensor(np.ones(3))).shape
    (5, 2)

    Raises ValueError where `a` or `b` has shape (), where the inner lengths differ, and where the batch axes do not
    broadcast. Its message holds the shapes of `a` and `b` as Python writes them, such as "(2, 3)" or "()": whoever
    reads it sees at once which operand to transpose.
    """
    message = f"cannot multiply shapes {a.shape} and {b.shape}"
    if a.ndim == 0 or b.ndim == 0:
        raise ValueError(message)
    try:
        out = np.matmul(a.data, b.data)
    except ValueError:
        raise ValueError(message) from None

    A = a.data.reshape(1, -1) if a.ndim == 1 else a.data
    B = b.data.reshape(-1, 1) if b.ndim == 1 else b.data

    def vjp(g):
        if b.ndim == 1:
            g = g[..., None]
        if a.ndim == 1:
            g = g[..., None, :]
        ga = _sum_to(g @ np.swapaxes(B, -1, -2), A.ndim)
        gb = _sum_to(np.swapaxes(A, -1, -2) @ g, B.ndim)
        if a.ndim == 1:
            ga = ga[0]
        if b.ndim == 1:
            gb = gb[:, 0]
        return ga, gb

    return record(out, (a, b), vjp)
