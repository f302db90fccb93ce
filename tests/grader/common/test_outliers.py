"""The layers of the study of compression that multiply a few channels in float."""
import torch
from torch import nn

from exercises.common import minilm
from exercises.p3_systems.compression.outliers import CHANNELS, OutliersApart, largest_inputs, with_outliers_apart

SMALL = minilm.Config(vocabulary=40, longest=8, width=12, hidden=24, heads=2, blocks=2)


def two_texts(texts):
    ids = torch.arange(len(texts) * 6).reshape(len(texts), 6) % 40
    return ids, torch.ones_like(ids)


def test_a_layer_in_two_parts_computes_what_it_did():
    torch.manual_seed(0)
    layer, x = nn.Linear(10, 4), torch.randn(3, 5, 10)
    apart = OutliersApart(layer, torch.tensor([7, 2]))
    torch.testing.assert_close(apart(x), layer(x))
    assert not apart.bulk.weight[:, [7, 2]].any() and apart.few.weight.shape == (4, 2)


def test_the_largest_channels_of_each_block_are_apart_in_a_copy():
    torch.manual_seed(0)
    encoder = minilm.Encoder(SMALL).eval()
    with torch.no_grad():
        encoder.blocks[1].up.weight[5] *= 100
    largest = largest_inputs(encoder, ["a", "b"], two_texts)
    assert [each.shape for each in largest] == [(24,), (24,)] and largest[1].argmax() == 5
    other = with_outliers_apart(encoder, ["a", "b"], two_texts)
    assert 5 in other.blocks[1].down.outliers.tolist() and len(other.blocks[0].down.outliers) == CHANNELS
    assert type(encoder.blocks[1].down) is nn.Linear
    torch.testing.assert_close(other(*two_texts("abc")), encoder(*two_texts("abc")))
