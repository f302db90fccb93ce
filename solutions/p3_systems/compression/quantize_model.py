r"""Quantise a model with PyTorch's own tools: torchao turns the weights of linear layers into integers.

For a weight $W$ of shape (out, in) each row has a scale of its own,

$$s_j = \frac{\max_k |W_{jk}|}{127.5}, \qquad Q_{jk} = \mathrm{round}(W_{jk} / s_j) \in [-128, 127],$$

which is what is kept. An input $x$ is quantised while the model runs, each row by its own scale $t$ (*dynamic*
quantisation), and the product is computed in integers, $y_j \approx t\, s_j \sum_k q_k Q_{jk} + b_j$.

Source: torchao's documentation, "Quantization overview", `quantize_` and `Int8DynamicActivationInt8WeightConfig`; for the
scheme, Dettmers, Lewis, Belkada and Zettlemoyer, "LLM.int8(): 8-bit matrix multiplication for transformers at scale",
NeurIPS 2022, section 3.1 (vector-wise quantisation).
"""
import copy
from collections.abc import Collection

import torch
from torch import Tensor, nn
from torchao.quantization import Int8DynamicActivationInt8WeightConfig, Int8Tensor, quantize_


def quantizable(model: nn.Module) -> dict[str, nn.Linear]:
    """The layers of the model that can be quantised, by the name that `model.named_modules()` has for them.

    These are the `nn.Linear`, of derived classes too, but for those

    - whose weight another module of the model holds too, such as an output layer that shares its weight with the embedding
      (the integers would be a second weight beside the first one, and the model would get larger);
    - that are the output layer of an `nn.MultiheadAttention`, which does not call it and takes its weight out
      (`nn.modules.linear.NonDynamicallyQuantizableLinear`).

    >>> list(quantizable(nn.Sequential(nn.Embedding(5, 4), nn.Linear(4, 3), nn.LayerNorm(3))))
    ['1']
    """
    ### BEGIN SOLUTION
    holders: dict[int, int] = {}
    for module in model.modules():
        for parameter in module.parameters(recurse=False):
            holders[id(parameter)] = holders.get(id(parameter), 0) + 1
    return {name: layer for name, layer in model.named_modules()
            if isinstance(layer, nn.Linear) and not isinstance(layer, nn.modules.linear.NonDynamicallyQuantizableLinear)
            and holders[id(layer.weight)] == 1}
    ### END SOLUTION


def quantize_model(model: nn.Module, *, keep: Collection[str] = (), reduce_range: bool = False) -> nn.Module:
    """A copy of the model, in evaluation, in which torchao has quantised the `quantizable` layers not named in `keep`.

    Inputs are quantised dynamically and weights row by row, both symmetrically to eight bits: torchao's
    `Int8DynamicActivationInt8WeightConfig` as it is by default, but for `reduce_range`, which is handed on to it: weights and
    inputs then have seven bits, for processors whose eight-bit products overflow. Biases and all else stay float.

    `model` itself is not changed: neither its weights, nor its modes.

    Raises ValueError where `keep` has a name that is none of the `quantizable` layers.

    >>> model = quantize_model(nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2)), keep=["1"])
    >>> type(model[0].weight).__name__, type(model[1].weight).__name__
    ('Int8Tensor', 'Parameter')
    """
    ### BEGIN SOLUTION
    copied = copy.deepcopy(model).eval()
    layers = quantizable(copied)
    if unknown := sorted(set(keep) - set(layers)):
        raise ValueError(f"there is no layer to quantise of the name {', '.join(unknown)}")
    quantize_(copied, Int8DynamicActivationInt8WeightConfig(reduce_range=reduce_range),
              filter_fn=lambda layer, name: name in layers and name not in keep)
    return copied
    ### END SOLUTION


def integer_layers(model: nn.Module) -> list[str]:
    """The names of the `nn.Linear` of the model whose weight is one of torchao's `Int8Tensor`, in the model's order.

    >>> integer_layers(nn.Linear(2, 2))
    []
    """
    ### BEGIN SOLUTION
    return [name for name, layer in model.named_modules() if isinstance(layer, nn.Linear) and isinstance(layer.weight, Int8Tensor)]
    ### END SOLUTION


def bytes_of(model: nn.Module) -> int:
    """How many bytes the numbers of the model take: all its parameters and buffers, each once, however many modules hold it.

    An `Int8Tensor` says that it is of float32, for those who compute with it. What it keeps are tensors: its integers
    (`qdata`), their `scale`, and a `zero_point`, or None for it. They are what counts.

    >>> bytes_of(nn.Linear(8, 4)), bytes_of(quantize_model(nn.Linear(8, 4)))
    (144, 68)
    """
    ### BEGIN SOLUTION
    def parts(tensor: Tensor) -> list[Tensor]:
        if isinstance(tensor, Int8Tensor):
            return [part for part in (tensor.qdata, tensor.scale, tensor.zero_point) if part is not None]
        return [tensor]

    return sum(part.nbytes for tensor in [*model.parameters(), *model.buffers()] for part in parts(tensor))
    ### END SOLUTION

### BEGIN AFTERWORD
# The weights of the linear layers took four bytes a number and take one. The model as a whole shrank by less: the embedding
# is a table of float32 as before, and in a small BERT it is half of all numbers. What was gained is small beside what was
# left alone, which is true of most compression.
# Nor is it faster for having been compressed. Eager torchao quantises the input with one operator after the other, and is
# made for `torch.compile`, which fuses them; measure it, on the machine that is to serve, before you believe it.
### END AFTERWORD

### BEGIN HINTS
# 1. `quantize_` works in place, on the layers for which its `filter_fn` says yes. A filter of your own replaces torchao's,
#    with all that it left out. What does `deepcopy` do with a Parameter that two modules hold?
# 2. Count for each Parameter how many modules hold it (`module.parameters(recurse=False)`). Copy the model first, then look
#    for the layers in the copy. For the bytes take an `Int8Tensor` apart.
# 3. `quantize_(copied, Int8DynamicActivationInt8WeightConfig(reduce_range=reduce_range), filter_fn=lambda layer, name: name
#    in layers and name not in keep)`, and `sum(part.nbytes for part in (weight.qdata, weight.scale, weight.zero_point) if
#    part is not None)`.
### END HINTS
