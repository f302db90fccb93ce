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
    ### BEGIN SOLUTION
    try:
        y = np.matmul(a.data, b.data)
    except ValueError as error:
        raise ValueError(f"no matrix product of shapes {a.shape} and {b.shape}: {error}") from None

    # A vector stands for a matrix: one row on the left, one column on the right.
    A = a.data[None, :] if a.ndim == 1 else a.data             # (n,) -> (1, n)
    B = b.data[:, None] if b.ndim == 1 else b.data             # (n,) -> (n, 1)
    batch = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])

    def sum_copies(gradient, matrices, operand):
        # The matrices were copied along the axes that they lack, and along those in which their length is 1. (Over a
        # matrix axis of length 1 there is nothing to sum, and to name it does no harm.)
        new = gradient.ndim - matrices.ndim
        copied = (*range(new), *(new + i for i, n in enumerate(matrices.shape) if n == 1))
        return (gradient.sum(axis=copied) if copied else gradient).reshape(operand.shape)

    def vjp(g):
        G = g.reshape(*batch, A.shape[-2], B.shape[-1])        # (*batch, m) -> (*batch, m, 1), for a vector b
        grad_a = grad_b = None                                 # for data, and a frozen weight: a product saved
        if a.requires_grad:
            grad_A = G @ B.swapaxes(-1, -2)                    # (*batch, m, p) @ (..., p, n) -> (*batch, m, n)
            grad_a = sum_copies(grad_A, A, a)
        if b.requires_grad:
            grad_B = A.swapaxes(-1, -2) @ G                    # (..., n, m) @ (*batch, m, p) -> (*batch, n, p)
            grad_b = sum_copies(grad_B, B, b)
        return grad_a, grad_b

    return record(y, (a, b), vjp)
    ### END SOLUTION

### BEGIN AFTERWORD
# Both gradients can be found from the shapes alone: there is one way to multiply g with the other operand so that the
# result fits. They are two matrix products for the one of the forward pass. That is the reason for the rule of thumb
# that a training step costs three times a forward pass.
### END AFTERWORD

### BEGIN HINTS
# 1. Two matrices first: the vjp is two products. If you forget which operand is transposed, let the shapes tell: of
#    G (m, p) and B (n, p), only G Bᵀ has A's shape (m, n). With batch axes in front, a transpose must swap the last
#    two axes and leave the others where they are.
# 2. Make every other case one of those. A vector becomes a matrix with `a.data[None, :]` or `b.data[:, None]`, and G
#    gets the lost axis back by `g.reshape(*batch, m, p)`. Then look at the batch axes: a gradient has the result's,
#    and it is summed over those that the operand lacks and over those in which the operand has length 1.
# 3. `grad_A = G @ B.swapaxes(-1, -2)` and `grad_B = A.swapaxes(-1, -2) @ G`, with `batch` from
#    `np.broadcast_shapes(A.shape[:-2], B.shape[:-2])`. Then `grad_A.sum(axis=copied).reshape(a.shape)`, with `copied`
#    the tuple of those axes, counted from the front of `grad_A`. np.matmul finds the shapes that do not fit:
#    catch its ValueError and raise one that holds `{a.shape}` and `{b.shape}`.
### END HINTS
