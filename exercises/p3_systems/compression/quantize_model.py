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
    raise NotImplementedError


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
    raise NotImplementedError


def integer_layers(model: nn.Module) -> list[str]:
    """The names of the `nn.Linear` of the model whose weight is one of torchao's `Int8Tensor`, in the model's order.

    >>> integer_layers(nn.Linear(2, 2))
    []
    """
    raise NotImplementedError


def bytes_of(model: nn.Module) -> int:
    """How many bytes the numbers of the model take: all its parameters and buffers, each once, however many modules hold it.

    An `Int8Tensor` says that it is of float32, for those who compute with it. What it keeps are tensors: its integers
    (`qdata`), their `scale`, and a `zero_point`, or None for it. They are what counts.

    >>> bytes_of(nn.Linear(8, 4)), bytes_of(quantize_model(nn.Linear(8, 4)))
    (144, 68)
    """
    raise NotImplementedError
