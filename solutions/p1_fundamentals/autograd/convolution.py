r"""Convolution in two dimensions.

A filter looks at every place of an image through the same small kernel. Each filter $f$ has weights $W_f$ for all
channels $c$ of a window, and a bias $b_f$. Let $\bar x$ be the images with $p$ rows or columns of zeros added on each
side (the *padding*), and let the windows lie $s$ apart (the *stride*). Then, for image $n$, filter $f$, and the window
in row $h$ and column $w$, with $i$ and $j$ running over the kernel's rows and columns,

$$y_{nfhw} = b_f + \sum_{c,i,j} W_{fcij}\, \bar x_{n,\,c,\,sh+i,\,sw+j}, \qquad
  \text{height of } y = \left\lfloor \frac{\text{height} + 2p - \text{kernel height}}{s} \right\rfloor + 1,$$

and the width likewise: pixels of the right and lower border that no whole window reaches are left out. The kernel is
not flipped; mathematicians therefore call this a cross-correlation, and only neural networks call it convolution.

Everything here is linear. With $g = \partial L/\partial y$, each gradient is a sum of the same kind, in which $g$ takes
the operand's place:

$$\frac{\partial L}{\partial W_{fcij}} = \sum_{n,h,w} g_{nfhw}\, \bar x_{n,\,c,\,sh+i,\,sw+j}, \qquad
  \frac{\partial L}{\partial b_f} = \sum_{n,h,w} g_{nfhw}, \qquad
  \frac{\partial L}{\partial \bar x_{ncuv}} = \sum_{sh+i=u,\; sw+j=v} \sum_f W_{fcij}\, g_{nfhw}.$$

The last one says: a pixel collects from every window that saw it. What the padding collects is dropped.

Loops over all windows are slow in Python. With every window written out as a column of a matrix (*im2col*), the whole
convolution is one matrix product, and a fast one. On the way back, the columns' gradients are added to the pixels that
they were copied from, one place $(i, j)$ of the kernel after the other: a loop over those few is fast enough. Speed is
not judged here, but the study trains on what you write.

Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (arXiv:1603.07285, 2016), chapters
2 and 4; Chellapilla, Puri and Simard, "High performance convolutional neural networks for document processing"
(2006), section 2.2.
"""
import numpy as np
from jaxtyping import Float
from numpy.lib.stride_tricks import sliding_window_view

from .tensor import Tensor, record


def conv2d(x: Float[Tensor, "batch channels height width"],
           weight: Float[Tensor, "filters weight_channels kernel_height kernel_width"],
           bias: Float[Tensor, "filters"] | None = None, *, stride: int = 1,
           padding: int = 0) -> Float[Tensor, "batch filters out_height out_width"]:
    r"""The formula above, for every image of a batch; the same as `torch.nn.functional.conv2d`.

    `stride`, at least 1, and `padding`, at least 0, hold for both directions; kernels and images need not be square.
    The parents are `x`, `weight` and, where there is one, `bias`, in this order. The chapter's rules for every
    operation hold.

    >>> x = Tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]], requires_grad=True)      # one image, one channel
    >>> y = conv2d(x, Tensor([[[[1.0, 10.0]]]]), Tensor([0.5]))                     # one filter of size (1, 2)
    >>> y.data
    array([[[[21.5, 32.5],
             [54.5, 65.5]]]])
    >>> y.vjp(np.ones((1, 1, 2, 2)))[0]
    array([[[[ 1., 11., 10.],
             [ 1., 11., 10.]]]])
    >>> conv2d(x, Tensor(np.ones((5, 1, 2, 2))), stride=2, padding=1).shape
    (1, 5, 2, 2)

    Raises ValueError where `x` and `weight` differ in the number of channels, and where the kernel is larger than the
    padded image, in either direction. Its message holds the shapes of `x` (as it came, without the padding) and of
    `weight` as Python writes them, such as "(8, 3, 5, 5)".
    """
    ### BEGIN SOLUTION
    batch, channels, height, width = x.shape
    filters, weight_channels, kernel_height, kernel_width = weight.shape
    if channels != weight_channels:
        raise ValueError(f"weight {weight.shape} is for {weight_channels} channels; x {x.shape} has {channels}")
    if kernel_height > height + 2 * padding or kernel_width > width + 2 * padding:
        raise ValueError(f"the kernel of weight {weight.shape} is larger than x {x.shape} with padding {padding}")

    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (kernel_height, kernel_width), axis=(2, 3))[:, :, ::stride, ::stride]
    _, _, out_height, out_width, _, _ = windows.shape  # (batch, channels, out_h, out_w, kernel_h, kernel_w)

    # A column for each window, with the kernel's numbers in the order of the weights. Here they are copied.
    # (batch, channels, out_h, out_w, kernel_h, kernel_w) -> (channels * kernel_h * kernel_w, batch * out_h * out_w)
    columns = windows.transpose(1, 4, 5, 0, 2, 3).reshape(weight.data[0].size, batch * out_height * out_width)
    rows = weight.data.reshape(filters, len(columns))  # (filters, channels * kernel_h * kernel_w)

    y = rows @ columns                                 # (filters, batch * out_h * out_w)
    if bias is not None:
        y = y + bias.data[:, None]                     # (filters,) -> (filters, 1)
    # -> (filters, batch, out_h, out_w) -> (batch, filters, out_h, out_w)
    y = y.reshape(filters, batch, out_height, out_width).transpose(1, 0, 2, 3)

    def vjp(g):
        # (batch, filters, out_h, out_w) -> (filters, batch, out_h, out_w) -> (filters, batch * out_h * out_w)
        G = g.transpose(1, 0, 2, 3).reshape(filters, columns.shape[1])

        # The two gradients of a matrix product.
        grad_weight = (G @ columns.T).reshape(weight.shape)
        grad_columns = (rows.T @ G).reshape(channels, kernel_height, kernel_width, batch, out_height, out_width)

        # Windows overlap: place by place of the kernel, add what it gave back to the pixels that it saw.
        grad_padded = np.zeros_like(padded)
        for i in range(kernel_height):
            for j in range(kernel_width):
                seen = grad_padded[:, :, i:i + stride * out_height:stride, j:j + stride * out_width:stride]
                seen += grad_columns[:, i, j].swapaxes(0, 1)  # (channels, batch, …) -> (batch, channels, …)
        grad_x = grad_padded[:, :, padding:padding + height, padding:padding + width]

        return (grad_x, grad_weight) if bias is None else (grad_x, grad_weight, G.sum(axis=1))

    return record(y, (x, weight) if bias is None else (x, weight, bias), vjp)
    ### END SOLUTION

### BEGIN AFTERWORD
# A convolution is one matrix product, of all patches with all filters. Its gradient for the image adds overlapping
# patches where they were taken from: that operation has a name of its own, transposed convolution, and networks that
# draw images use it forward.
### END AFTERWORD

### BEGIN HINTS
# 1. Pad with `np.pad`, then `sliding_window_view(padded, (kernel_height, kernel_width), axis=(2, 3))` has every
#    window, with two new axes at the end; a slice with a step takes those that are `stride` apart. Before the fast
#    way you may write `np.einsum` on it, straight from the formula.
# 2. Copy the windows into a matrix `columns` of shape (channels * kernel_h * kernel_w, batch * out_h * out_w) by one
#    transpose and one reshape, the same order as `weight.reshape(filters, -1)` has. Then y is a matrix product, and
#    the gradients of weight and columns are those of `matmul`. Mind where the axis of the filters ends up.
# 3. Back from columns to x: make zeros of the padded shape, and for each place (i, j) of the kernel
#    `grad_padded[:, :, i:i + stride * out_h:stride, j:j + stride * out_w:stride] += ...` that place's gradient.
#    Then cut the padding off with `[:, :, padding:padding + height, padding:padding + width]`, which works for 0
#    too. The gradient of the bias is `g.sum(axis=(0, 2, 3))`.
### END HINTS
