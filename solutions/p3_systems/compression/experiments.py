"""Given: the models of the study, and how they are measured. Nothing is drawn or judged here."""
import copy
import itertools
import logging
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from exercises.common import functions, minilm

from .benchmark import Times, measure
from .distill import distill, masks_of
from .outliers import products_of_outliers, with_outliers_apart
from .prune_magnitude import prunable, prune
from .quantize_onnx import dynamic
from .recall import Interval, paired_interval, recall_at
from .sparsity import storage

FULL, PER_LAYER, GLOBAL, RECOVERED, TORCHAO, RUNTIME, RUNTIME_INT8, APART = NAMES = (
    "float32", "pruned, layer", "pruned, global", "recovered", "int8, torchao", "float32, ORT", "int8, ORT", "int8, apart")
WORDS, CHARACTERS = "TF-IDF, words", "TF-IDF, letters"
SHARE, BATCH = 0.5, 32
FEW = {TORCHAO: 4, RUNTIME: 16}  # texts: the one is slow without compiling, the other computes what float32 does


class Model(NamedTuple):
    """A model that is compared, however it runs: what encodes, and how many bytes its numbers or its file have."""

    encode: minilm.Encode
    size: int


class Quality(NamedTuple):
    """What a search finds, query by query, and how near its vectors are to those of the model that was not compressed."""

    first: np.ndarray        # (queries,): recall at 1
    ten: np.ndarray          # (queries,): recall at 10
    cosines: np.ndarray      # (texts,): empty for what has no such vectors


# ── models ───────────────────────────────────────────────────────────────────────────────────────────────


def loaded(blocks: int | None = None) -> minilm.Encoder:
    """MiniLM, or its first blocks alone: a quick run has no time for all six."""
    encoder = minilm.load()
    encoder.blocks = encoder.blocks[:blocks]
    return encoder


def pruned(encoder: minilm.Encoder, scope: str) -> minilm.Encoder:
    """A copy with half of the weights of its linear layers at 0."""
    copied = copy.deepcopy(encoder)
    prune(copied, SHARE, scope=scope)
    return copied


def recover(student: minilm.Encoder, teacher: minilm.Encoder, texts: list[str], tokens: minilm.Tokens, *, steps: int,
            lr: float, seed: int, advance: Callable[[], object]) -> list[float]:
    """Your `distill`, for so many steps, at a rate that rises for a tenth of them and then falls along a cosine.

    The table of words was not pruned and does not learn: it is half of all numbers, and each step would go through it.
    """
    student.words.requires_grad_(False)
    optimizer = torch.optim.AdamW([each for each in student.parameters() if each.requires_grad], lr=lr, weight_decay=0.0)

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        for step, part in enumerate(itertools.islice(texts_of_like_length(texts, tokens, seed), steps)):
            for group in optimizer.param_groups:
                group["lr"] = lr * min(1.0, (step + 1) / (0.1 * steps)) * 0.5 * (1 + math.cos(math.pi * step / steps))
            advance()
            yield tokens(part)

    return distill(student, teacher, batches(), optimizer, masks=masks_of(student))


def texts_of_like_length(texts: list[str], tokens: minilm.Tokens, seed: int) -> Iterator[list[str]]:
    """Batches without end. A batch's texts are drawn from all of them and are of like length: little is padding."""
    draw = np.random.default_rng(seed)
    lengths = np.array(tokens.lengths(texts))
    while True:
        order = np.lexsort([draw.random(len(texts)), lengths + draw.integers(-1, 2, len(texts))])   # neighbours of like length
        parts = [order[begin:begin + BATCH] for begin in range(0, len(order) - BATCH + 1, BATCH)] or [order]
        for place in draw.permutation(len(parts)):
            yield [texts[text] for text in parts[place]]


def opened(file: bytes):
    """A session on one thread: what is compared with it has one thread too."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def quantised_by_torchao(encoder: minilm.Encoder) -> Model:
    """Weights and inputs of the linear layers in eight bits; the tables stay as they are.

    torchao is imported here, since it takes seconds and a quick run goes without.
    """
    with without_warnings():  # of parts of torchao for other processors
        from .quantize_model import bytes_of, quantize_model

    model = quantize_model(encoder, reduce_range=not has_integer_products())
    return Model(model, bytes_of(model))


def in_onnx_runtime(encoder: minilm.Encoder, texts: list[str], tokens: minilm.Tokens) -> dict[str, Model]:
    """The encoder in ONNX Runtime; that file quantised dynamically, the table of words with it; and with its outliers apart.

    `texts` say which channels are outliers. They are none of those that are searched.
    """
    file, apart = minilm.export(encoder), minilm.export(with_outliers_apart(encoder, texts, tokens))
    options = {"tables": True, "per_channel": True, "reduce_range": not has_integer_products()}
    with without_warnings():  # it is advised to optimise the graph first, as the session does
        files = {RUNTIME: file, RUNTIME_INT8: dynamic(file, **options),
                 APART: dynamic(apart, keep=products_of_outliers(apart), **options)}
    return {name: Model(minilm.encode_with(opened(each)), len(each)) for name, each in files.items()}


@contextmanager
def without_warnings() -> Iterator[None]:
    """What libraries log between here and there is shown only where it is an error."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def as_bitmap(model: nn.Module) -> int:
    """The bytes of a pruned model whose zeros are left out: a bit for each weight, and the values that remain."""
    found = sum(parameter.numel() * 4 for parameter in model.parameters())
    for weight in prunable(model).values():
        rows, columns = weight.shape
        found += storage(rows, columns, int((weight != 0).sum()))["bitmap"] - weight.numel() * 4
    return found


# ── measures ─────────────────────────────────────────────────────────────────────────────────────────────


def quality(scores: np.ndarray, answers: np.ndarray, cosines: np.ndarray | None = None) -> Quality:
    """Your `recall_at` for scores (queries, documents) and the place of each query's document."""
    relevant = np.arange(scores.shape[1]) == answers[:, None]                           # (queries, documents)
    return Quality(recall_at(scores, relevant, 1), recall_at(scores, relevant, min(10, scores.shape[1])),
                   np.empty(0) if cosines is None else cosines)


def judge(model: Model, task: functions.Task, tokens: minilm.Tokens, full: np.ndarray | None,
          progress: Callable[[int], object]) -> tuple[Quality, np.ndarray]:
    """How well a model finds, and its vectors (texts, width): the documents' first, then the queries'. `full` are float32's."""
    vectors = minilm.embed(model.encode, task.documents + task.queries, tokens, batch=BATCH, progress=progress)
    documents, queries = vectors[:len(task.documents)], vectors[len(task.documents):]
    cosines = (vectors * (vectors if full is None else full)).sum(axis=1)
    return quality(functions.similarities(queries, documents), task.answers, cosines), vectors


def checked(model: Model, texts: list[str], tokens: minilm.Tokens, full: np.ndarray) -> Quality:
    """Only the cosines of a few texts: for what is too slow to be asked for all of them, or is known to find the same."""
    vectors = minilm.embed(model.encode, texts, tokens, batch=BATCH)
    return Quality(np.empty(0), np.empty(0), (vectors * full).sum(axis=1))


def against(first: Quality, second: Quality, seed: int) -> Interval:
    """Your `paired_interval` of the second's recall at 10 over the first's, on the same queries."""
    return paired_interval(first.ten, second.ten, generator=np.random.default_rng(seed))


def own_interval(found: Quality, seed: int) -> Interval:
    return paired_interval(np.zeros_like(found.ten), found.ten, generator=np.random.default_rng(seed))


def latencies(models: dict[str, Model], texts: list[str], tokens: minilm.Tokens, turns: int) -> dict[str, Times]:
    """Your `measure`: one batch of real sentences in each call, all models in turn, on one thread."""
    ids, mask = tokens(texts)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            return measure({name: lambda encode=model.encode: encode(ids, mask) for name, model in models.items()},
                           turns=turns, warmup=1)
    finally:
        torch.set_num_threads(threads)


# ── the processor ────────────────────────────────────────────────────────────────────────────────────────

INTEGER_PRODUCTS = {"avx512_vnni": "AVX-512 VNNI", "avx_vnni": "AVX-VNNI", "amx_int8": "AMX", "asimddp": "NEON dot products",
                    "i8mm": "NEON int8 matrices"}


def processor_flags(path: str = "/proc/cpuinfo") -> set[str]:
    """What the processor says that it can; empty where there is no such file."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return set()
    return next((set(line.partition(":")[2].split()) for line in lines if line.startswith(("flags", "Features"))), set())


def has_integer_products() -> bool:
    """Whether the processor adds four products of bytes in one instruction, without rounding or saturation on the way."""
    return bool(INTEGER_PRODUCTS.keys() & processor_flags())


def instruction_set() -> str:
    """One sentence about the processor, since eight bits are another story with such instructions than without."""
    flags = processor_flags()
    if not flags:
        return "This processor does not say what it can; eight bits may be fast or slow on it."
    wide = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "NEON" if "asimd" in flags else "no wide registers"
    special = [name for flag, name in INTEGER_PRODUCTS.items() if flag in flags]
    if special:
        return f"This processor has {wide} and products of bytes ({', '.join(special)}): INT8 at its best."
    return (f"This processor has {wide} and no instruction for products of bytes (neither VNNI nor AMX): "
            "INT8 has seven bits here, so that nothing saturates, and gains less time.")
