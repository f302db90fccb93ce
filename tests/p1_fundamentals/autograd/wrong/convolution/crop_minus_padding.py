# what is wrong: The padding is cut off the gradient of x with [padding:-padding], which is empty where padding is 0.
# told: cuts_everything_off
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
    n, c, h, w = x.shape
    f, wc, kh, kw = weight.shape
    if c != wc:
        raise ValueError(f"x of shape {x.shape} and weight of shape {weight.shape} differ in their channels")
    if kh > h + 2 * padding or kw > w + 2 * padding:
        raise ValueError(f"the kernel of {weight.shape} is larger than the padded image of {x.shape}")
    xp = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(xp, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    oh, ow = windows.shape[2:4]
    y = np.einsum("nchwij,fcij->nfhw", windows, weight.data)
    if bias is not None:
        y = y + bias.data[:, None, None]

    def vjp(g):
        gw = np.einsum("nfhw,nchwij->fcij", g, windows)
        gxp = np.zeros_like(xp)
        for i in range(kh):
            for j in range(kw):
                part = np.einsum("nfhw,fc->nchw", g, weight.data[:, :, i, j])
                gxp[:, :, i:i + stride * oh:stride, j:j + stride * ow:stride] += part
        gx = gxp[:, :, padding:-padding, padding:-padding]
        if bias is None:
            return gx, gw
        return gx, gw, g.sum(axis=(0, 2, 3))

    return record(y, (x, weight) if bias is None else (x, weight, bias), vjp)
