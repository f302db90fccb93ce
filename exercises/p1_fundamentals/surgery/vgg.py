r"""A VGG from a string: convolutions of 3 x 3, pooling, and one linear layer, written as "64 M 128 M 256 256 M".

Simonyan and Zisserman (2015) build a whole family of networks from two parts. A convolution of 3 x 3 with padding 1 keeps the
size of an image, and a max pool of 2 x 2 halves it. Then a network is the list of its widths, with an M where it halves.

Two convolutions of 3 x 3 see 5 x 5 pixels, three see 7 x 7, with fewer weights than one convolution of that size has: for
$C$ channels in and out

$$3 \cdot 9\, C^2 = 27\, C^2 < 49\, C^2,$$

and with a relu after each. The last feature maps are averaged over all pixels (Lin et al., 2014), so that the head has one
input for each channel whatever the size of the image is. The original has three large linear layers here instead.

Source: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition" (ICLR 2015), table 1; He,
Zhang, Ren and Sun, "Delving deep into rectifiers" (ICCV 2015), equation 10; Lin, Chen and Yan, "Network in network" (ICLR
2014), section 3.2.
"""
from torch import nn


def vgg(config: str, *, in_channels: int = 3, classes: int = 10, batch_norm: bool = False) -> nn.Sequential:
    """A network that maps images (batch, in_channels, height, width) to logits (batch, classes).

    It takes images of any size of which the pools leave at least one pixel.

    `config` is a row of tokens with white space of any kind and amount between them:

        a number, such as 64   a convolution to so many channels, 3 x 3 with padding 1, and a relu after it
        M                      a max pool of 2 x 2 with stride 2, which drops the last row or column of an odd size

    With `batch_norm` a batch norm stands between each convolution and its relu, and the convolution has no bias. Without it
    the convolution has one.

    What is returned is one flat nn.Sequential, whose layers are named "0", "1", … in this order: nn.Conv2d,
    (nn.BatchNorm2d,) nn.ReLU for a number, nn.MaxPool2d for an M, and at last nn.AdaptiveAvgPool2d to 1 x 1, nn.Flatten and
    nn.Linear. Without any number the linear layer has `in_channels` inputs. Each place has a layer of its own, relus and pools
    too, and each call makes new ones. Their dtype is PyTorch's default.

    The weights of a convolution with C channels coming in are normal, with mean 0 and variance 2 / (9 C), after He et al.,
    those of the first one too, though no relu comes before it; the bias is 0. Batch norms and the linear layer are as PyTorch
    makes them: no relu follows the linear layer.

    Raises ValueError, with the token in its message, for a token that is neither an M nor a whole number from 1 written in
    the digits 0 to 9 alone: "m", "0", "-8", "+8", "1_6", "1.5", "8M". Zeros in front, as in "064", and characters outside
    ASCII do not occur.

    >>> network = vgg("4 M 8", in_channels=1, classes=2)
    >>> for name, tensor in network.state_dict().items():
    ...     print(name, tuple(tensor.shape))
    0.weight (4, 1, 3, 3)
    0.bias (4,)
    3.weight (8, 4, 3, 3)
    3.bias (8,)
    7.weight (2, 8)
    7.bias (2,)
    """
    raise NotImplementedError
