r"""Layer normalisation of a matrix of vectors, with NumPy's own std and einsum; the shape is put back at the end."""
import numpy as np
from jaxtyping import Float

from .tensor import Tensor, record


def layer_norm(x: Float[Tensor, "*leading features"], gain: Float[Tensor, "features"], bias: Float[Tensor, "features"], *,
               eps: float = 1e-5) -> Float[Tensor, "*leading features"]:
    r"""The same as `torch.nn.functional.layer_norm` over the last axis."""
    shape, D = x.data.shape, gain.data.shape[0]
    rows = x.data.reshape(int(np.prod(shape[:-1])), D)
    # Any number may be taken off first; then the mean of the rest has no large offset to round away.
    rows = rows - rows[:, :1]
    mean = np.einsum("nd->n", rows) / D
    inverse = (np.var(rows, axis=1) + eps) ** -0.5
    normed = (rows - mean[:, None]) * inverse[:, None]

    def vjp(g):
        G = g.reshape(normed.shape)
        H = np.einsum("nd,d->nd", G, gain.data)
        projected = np.einsum("nd,nd->n", H, normed) / D
        dx = H - H.mean(1)[:, None]
        dx -= np.einsum("n,nd->nd", projected, normed)
        dx *= inverse[:, None]
        return dx.reshape(shape), np.einsum("nd,nd->d", G, normed), np.einsum("nd->d", G)

    return record((normed * gain.data + bias.data).reshape(shape), (x, gain, bias), vjp)
