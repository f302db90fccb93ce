# what is wrong: The check raises its ValueError only where the window is larger than the image in both directions; in one direction alone NumPy's own ValueError comes, without the size and the shape of x in its message.
# told: leaves_it_to_numpy
r"""Max pooling.

Pooling makes an image smaller: of every window of $k \times k$ pixels it keeps the largest. What remains is whether a
filter found something there, and no longer exactly where. With windows $s$ apart (the *stride*), in each image $n$
and each channel $c$ by itself,

$$y_{nchw} = \max_{0 \le i, j < k} x_{n,\,c,\,sh+i,\,sw+j}, \qquad
  \text{height of } y = \left\lfloor \frac{\text{height} - k}{s} \right\rfloor + 1,$$

and the width likewise: pixels of the right and lower border that no whole window reaches are left out.

Backward, each window hands its gradient to the one pixel that was chosen, and its other pixels get nothing. Where
several pixels of a window are the largest, the first is chosen, in the order in which one reads: row by row, from the
left. (`max` in `reductions` shares among them. To choose one is what `torch.nn.functional.max_pool2d` does, and cheaper
than sharing.) Where windows overlap, several can choose the same pixel, and its gradient is the sum of what they hand it.

Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (arXiv:1603.07285, 2016), sections
1.2 and 3; PyTorch documentation, `torch.nn.MaxPool2d`.
"""
import numpy as np
from jaxtyping import Float
from numpy.lib.stride_tricks import sliding_window_view

from .tensor import Tensor, record


def max_pool2d(x: Float[Tensor, "batch channels height width"], size: int, *,
               stride: int | None = None) -> Float[Tensor, "batch channels out_height out_width"]:
    r"""The largest of every window of `size` x `size` pixels, and the gradient to the first that is largest.

    `size` and `stride` are at least 1. Where no stride is given it is the size, so that the windows touch and do not
    overlap; a smaller one makes them overlap, a larger one leaves gaps. Images need not be square. A window may hold
    nothing but negative numbers, and no zeros are put around it. The one parent is `x`. The chapter's rules for every
    operation hold.

    >>> x = Tensor([[[[1.0, 5.0, 2.0, 2.0],
    ...               [4.0, 3.0, 2.0, 1.0]]]], requires_grad=True)
    >>> y = max_pool2d(x, 2)
    >>> y.data
    array([[[[5., 2.]]]])
    >>> y.vjp(np.array([[[[10.0, 20.0]]]]))[0]
    array([[[[ 0., 10., 20.,  0.],
             [ 0.,  0.,  0.,  0.]]]])
    >>> max_pool2d(x, 2, stride=1).data
    array([[[[5., 5., 2.]]]])

    Raises ValueError where the window is larger than the image, in either direction. Its message holds `size`, and the
    shape of `x` as Python writes it, such as "(8, 3, 5, 5)".
    """
    if stride is None:
        stride = size
    n, c, h, w = x.shape
    if size > h and size > w:
        raise ValueError(f"a window of size {size} does not fit into images of shape {x.shape}")
    windows = sliding_window_view(x.data, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    oh, ow = windows.shape[2:4]
    flat = windows.reshape(n, c, oh, ow, size * size)
    arg = flat.argmax(axis=-1)
    y = np.take_along_axis(flat, arg[..., None], axis=-1)[..., 0]

    def vjp(g):
        gx = np.zeros_like(x.data)
        i, j = np.divmod(arg, size)
        rows = np.arange(oh)[:, None] * stride + i
        columns = np.arange(ow) * stride + j
        images, channels = np.arange(n)[:, None, None, None], np.arange(c)[:, None, None]
        np.add.at(gx, (images, channels, rows, columns), g)
        return (gx,)

    return record(y, (x,), vjp)
