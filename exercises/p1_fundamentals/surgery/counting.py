r"""Count what a model costs: its parameters, and the floating-point operations of one pass, by layer and in total.

Each number of a weight of a convolution or a linear layer is multiplied once, and the product added, at each *position* of the
layer's output: once for each example and, in a convolution, once for each pixel of the output,

$$\text{FLOPs} = 2 \, n_w \cdot \frac{n_{\text{out}}}{C_{\text{out}}},$$

with $n_w$ numbers in the weight, $n_{\text{out}}$ in the output, and $C_{\text{out}}$ channels (or features) in the output.
A multiply-add counts as two operations here; many papers count it as one. A weight of 0 need not be multiplied: the
*effective* FLOPs count only the others, and say what pruning could save.

Source: Molchanov, Tyree, Karras, Aila and Kautz, "Pruning convolutional neural networks for resource efficient inference" (ICLR
2017), appendix A.1, which counts the biases too; PyTorch's `torch.utils.flop_counter` for a multiply-add as two, and none
for a bias.
"""
import torch
from torch import nn


def count(model: nn.Module, input_shape: tuple[int, ...]) -> dict:
    """What `model` costs for an input of the shape `input_shape`, as a dict with these keys:

    "parameters"  the numbers in all parameters of the model
    "nonzero"     how many of these are not 0
    "flops"       the sum over all layers
    "effective"   the sum over all layers
    "layers"      {name: {"parameters": …, "flops": …, "effective": …}}, a dict with a row for each nn.Conv2d and nn.Linear,
                  subclasses too

    `input_shape` has the batch in it, and images always have that axis, be it of 1: (batch, channels, height, width).

    All counts are ints. A parameter counts once, in however many places it stands, and also where it requires no gradient.
    Buffers, such as the running mean of a batch norm, are no parameters.

    The rows have the names and the order of `named_modules`; a layer that stands in several places has one row, under its
    first name. "parameters" of a row are the layer's own, with the bias; these layers hold no other modules, such as those of
    `torch.nn.utils.parametrize`. "flops" are 2 for each product of a number of the weight and a number of the input, those of
    the padding too: a convolution with groups, stride, padding and dilation, a linear layer over any number of leading axes
    or none. A bias counts nothing. "effective" is the same without the products with weights that are 0. A layer that the
    model calls twice counts twice in both, and one that it never calls has 0. Calls are those of the module, `layer(x)`; what
    a model computes by `layer.forward(x)` or with a bare weight is not seen. All else has no row and 0 FLOPs: batch norm,
    which is folded into the convolution before it, pooling, activations.

    `model` is called once, in evaluation mode, without recording a graph, with a tensor of zeros of the dtype and device of
    its first floating-point parameter, whatever parameters of other dtypes come before it (float32 where there is none).
    Afterwards it is as it was, also where it raises an error, which goes on to the caller: each module has its own mode
    again, and the hooks of this function are removed, those of others not.

    PyTorch's own counters, in `torch.utils.flop_counter` and `torch.profiler`, are not to be used.

    >>> model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(128, 2))
    >>> costs = count(model, (1, 3, 4, 4))
    >>> costs["parameters"], costs["flops"]
    (482, 7424)
    >>> costs["layers"]["0"]
    {'parameters': 224, 'flops': 6912, 'effective': 6912}
    """
    raise NotImplementedError
