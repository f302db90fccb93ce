"""The given encoder. Small ones with random weights; the real weights only where their package is installed."""
import importlib.util

import numpy as np
import pytest
import torch

from exercises.common import minilm

SMALL = minilm.Config(vocabulary=20, width=8, heads=2, blocks=2, hidden=16, longest=12)


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    return minilm.Encoder(SMALL).eval()


def test_vectors_have_length_1_and_padding_changes_nothing(encoder):
    ids = torch.tensor([[1, 2, 3, 0, 0], [4, 5, 6, 7, 8]])
    mask = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
    both = encoder(ids, mask)
    assert both.shape == (2, 8)
    torch.testing.assert_close(both.norm(dim=1), torch.ones(2))
    torch.testing.assert_close(both[:1], encoder(ids[:1, :3], mask[:1, :3]))
    ids[0, 3:] = 9
    torch.testing.assert_close(both, encoder(ids, mask))


class Letters:
    """A tokenizer of one token a letter."""

    def __call__(self, texts):
        longest = max(map(len, texts))
        ids = torch.tensor([[ord(letter) - 96 for letter in text] + [0] * (longest - len(text)) for text in texts])
        return ids, (ids > 0).long()

    def lengths(self, texts):
        return list(map(len, texts))


def test_texts_come_back_in_their_order_in_batches_of_like_length(encoder):
    texts, widths, done = ["abcdef", "a", "abc", "bcdefg", "b"], [], []

    def encode(ids, mask):
        widths.append(ids.shape[1])
        return encoder(ids, mask)

    vectors = minilm.embed(encode, texts, Letters(), batch=2, progress=done.append)
    assert vectors.dtype == np.float32 and widths == [1, 6, 6] and done == [2, 2, 1]
    with torch.inference_mode():
        want = np.concatenate([encoder(*Letters()([text])).numpy() for text in texts])
    np.testing.assert_allclose(vectors, want, atol=1e-5)
    with pytest.raises(ValueError):
        minilm.embed(encode, [], Letters())


def test_an_exported_encoder_gives_the_vectors_that_torch_gives(encoder):
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    encode = minilm.encode_with(runtime.InferenceSession(minilm.export(encoder), providers=["CPUExecutionProvider"]))
    for texts in (["abcdef", "a", "bca"], ["dddd"], ["b"] * 5):  # other numbers of texts and tokens than it was exported with
        vectors = encode(*Letters()(texts))
        with torch.inference_mode():
            cosines = (vectors * encoder(*Letters()(texts)).numpy()).sum(axis=1)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
        assert (cosines > 0.999).all()


def test_without_the_package_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(minilm, "PACKAGE", "no_such_package")
    with pytest.raises(ModuleNotFoundError, match="compression"):
        minilm.folder()


@pytest.mark.skipif(importlib.util.find_spec(minilm.PACKAGE) is None, reason="the encoder's weights are not installed")
def test_the_real_one_knows_what_sentences_mean_and_two_share_nothing():
    encoder, other, tokens = minilm.load(), minilm.load(), minilm.Tokens(longest=8)
    vectors = minilm.embed(encoder, ["Compute the median of an array.", "The middle value of numbers.", "Draw a circle."], tokens)
    assert vectors[0] @ vectors[1] > 2 * abs(vectors[0] @ vectors[2])
    assert not {each.data_ptr() for each in encoder.parameters()} & {each.data_ptr() for each in other.parameters()}
    assert not encoder.training and all(each.requires_grad for each in encoder.parameters())
    assert tokens(["one two three four five six seven eight nine"])[0].shape == (1, 8)
