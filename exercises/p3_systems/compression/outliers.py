r"""Given: a few input channels that are multiplied in float, beside the others in eight bits.

In a transformer a few channels of an activation are several times as large as all others. One range for the whole input then
gives the others few of the 256 steps. With the index set $O$ of the large channels,

$$W x = \underbrace{W_{\bar O}\, x_{\bar O}}_{\text{int8}} + \underbrace{W_O\, x_O}_{\text{float32}},$$

the first product has a small range, and the second few columns.

Source: Dettmers, Lewis, Belkada and Zettlemoyer, "LLM.int8(): 8-bit matrix multiplication for transformers at scale",
NeurIPS 2022, section 3.2. There the channels are found in each call; here they are found once, on other texts.
"""
import copy

import onnx
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from exercises.common import minilm

from .quantize_onnx import weighted_nodes

CHANNELS = 8


class OutliersApart(nn.Module):
    """A linear layer as two: one for all inputs with zeros in the place of `outliers`, one for the outliers alone."""

    def __init__(self, layer: nn.Linear, outliers: Int[Tensor, "outliers"]):
        super().__init__()
        self.outliers = nn.Buffer(outliers)
        self.others = nn.Buffer(torch.ones(layer.in_features).index_fill(0, outliers, 0.0))               # (inputs,)
        self.bulk = nn.Linear(layer.in_features, layer.out_features)
        self.few = nn.Linear(len(outliers), layer.out_features, bias=False)
        with torch.no_grad():
            self.bulk.weight.copy_(layer.weight * self.others)                                             # (outputs, inputs)
            self.bulk.bias.copy_(layer.bias)
            self.few.weight.copy_(layer.weight[:, outliers])                                               # (outputs, outliers)

    def forward(self, x: Float[Tensor, "*batch inputs"]) -> Float[Tensor, "*batch outputs"]:
        return self.bulk(x * self.others) + self.few(x.index_select(-1, self.outliers))


def largest_inputs(encoder: minilm.Encoder, texts: list[str], tokens: minilm.Tokens, batch: int = 32) -> list[Float[Tensor, "hidden"]]:
    """The largest absolute value of each input channel of every block's `down`, over all tokens of the texts."""
    layers = [block.down for block in encoder.blocks]
    largest = [torch.zeros(layer.in_features) for layer in layers]

    def look(place):
        def before(_, inputs):
            torch.maximum(largest[place], inputs[0].flatten(0, -2).abs().amax(0), out=largest[place])
        return before

    hooks = [layer.register_forward_pre_hook(look(place)) for place, layer in enumerate(layers)]
    try:
        with torch.inference_mode():
            for begin in range(0, len(texts), batch):
                encoder(*tokens(texts[begin:begin + batch]))
    finally:
        for hook in hooks:
            hook.remove()
    return largest


def with_outliers_apart(encoder: minilm.Encoder, texts: list[str], tokens: minilm.Tokens) -> minilm.Encoder:
    """A copy of the encoder that computes the same. Its `down` layers, whose inputs have passed GELU, have the outliers apart."""
    copied = copy.deepcopy(encoder)
    for block, largest in zip(copied.blocks, largest_inputs(encoder, texts, tokens)):
        block.down = OutliersApart(block.down, largest.topk(CHANNELS).indices)
    return copied


def products_of_outliers(file: bytes) -> list[str]:
    """The nodes that multiply the outliers, for `keep`: those of CHANNELS inputs."""
    graph = onnx.load_from_string(file).graph
    inputs = {weight.name: weight.dims[0] for weight in graph.initializer if len(weight.dims) == 2}
    nodes = set(weighted_nodes(file))
    return [node.name for node in graph.node if node.name in nodes and inputs[node.input[1]] == CHANNELS]
