"""Quantise a model with PyTorch's own tools: torchao turns the weights of linear layers into integers."""
import math

import pytest
import torch

from grader.judge import expect, expect_true, supporting
from tests.p3_systems.compression import probes_quantize_model as probes

# The layers that can be quantised, and all that are nn.Linear.
QUANTIZABLE = {"mlp": ["0", "2.1", "4"], "attention": ["out"], "tied": ["body"], "one layer": [""], "no layers": [], "shared": ["0", "3"],
               "names": ["out", "out2"]}
LINEAR = {"mlp": ["0", "2.1", "4"], "attention": ["inner.out_proj", "out"], "tied": ["body", "head"], "one layer": [""], "no layers": [],
          "names": ["out", "out2"]}
WORDS = {"mlp": "Linear, a bias-free one inside of a block, LayerNorm, a class derived from Linear", "tied": "Embedding, body (Linear), head (Linear "
         "with the embedding's weight)", "attention": "inner (MultiheadAttention), out (Linear)", "one layer": "one Linear",
         "no layers": "LayerNorm, Conv1d", "shared": "one Linear at two places, and another one", "names": "out (Linear), out2 (Linear)"}


@pytest.mark.parametrize("kind", list(QUANTIZABLE))
def test_quantizable(work, kind):
    """quantizable: each Linear by its name, but for shared weights and the output layer of MultiheadAttention."""
    expect(work.run(probes.names, kind), equals=QUANTIZABLE[kind], given={"model": WORDS[kind]})


CASES = [("mlp", {}), ("mlp", {"keep": ["4"]}), ("mlp", {"keep": ["0", "2.1", "4"]}), ("mlp", {"reduce_range": True}), ("one layer", {}),
         ("names", {"keep": ["out"]}), ("names", {"keep": ["out2"]}),
         ("attention", {}), ("tied", {}), ("no layers", {})]


@pytest.mark.parametrize("kind, options", CASES)
def test_which(work, kind, options):
    """quantize_model: the quantizable layers have integer weights, but for those in `keep`; integer_layers names them."""
    got, named, named_before, *_ = work.run(probes.weights, kind, 1, options)
    given = {"model": WORDS[kind], **options}
    want = [name for name in QUANTIZABLE[kind] if name not in options.get("keep", [])]
    expect([name for name in LINEAR[kind] if got[name][1] is not None], equals=want, given=given, note="the layers with integers")
    expect(named, equals=want, given=given, note="integer_layers of the copy")
    expect(named_before, equals=[], given=given, note="integer_layers of the model itself")


@pytest.mark.parametrize("options", [{}, {"reduce_range": True}])
def test_integers(work, options):
    """quantize_model: each row of a weight by its own scale, symmetrically, to eight bits or with reduce_range to seven."""
    steps = 63.5 if options else 127.5
    for kind, seed in (("mlp", 2), ("one layer", 12)):
        got, *_ = work.run(probes.weights, kind, seed, options)
        for name in QUANTIZABLE[kind]:
            weight, integers, _ = got[name]
            given = {"model": WORDS[kind], "layer": name, **options}
            expect_true(integers is not None, got="float", want="integers", given=given)
            scale = weight.abs().amax(dim=1, keepdim=True).double() / steps
            expect(integers[1].double(), equals=scale, given=given, rtol=1e-5, note="the scales")
            off = (integers[0].double() - weight.double() / scale).abs()
            # The largest value of a row is at 127.5 steps, and is cut off at 127: half a step, too.
            expect_true(bool((off <= 0.501).all()), got=float(off.max()), want="at most half a step", given=given,
                        note="how far a code is from its weight, in steps")


@supporting
def test_inputs(work):
    """quantize_model: inputs are quantised dynamically, row by row, symmetrically."""
    for seed, reduce_range in ((3, False), (13, True)):
        got = work.run(probes.kinds_of_activation, seed, reduce_range)
        given = {"model": "one Linear", "reduce_range": reduce_range}
        expect_true(got is not None, got="nothing", want="that inputs are quantised", given=given)
        expect(got, equals=["PerRow", "SYMMETRIC", reduce_range], given=given, note="granularity, mapping, reduce_range")


@supporting
@pytest.mark.parametrize("kind", ["mlp", "attention", "tied"])
def test_copy(work, kind):
    """quantize_model: a copy in evaluation; the model itself keeps its weights, its modes and its memory."""
    for seed in (4, 14):
        got, _, _, trains, modes, numbers, same = work.run(probes.weights, kind, seed, {})
        given = {"model": WORDS[kind], "in training": "all modules"}
        expect(same, equals=False, given=given, note="whether the model itself came back")
        expect(trains, equals=False, given=given, note="whether a module of the copy is in training")
        expect(modes[1], equals=modes[0], given=given, note="the modules of the model that are in training afterwards")
        for name, before in numbers[0].items():
            expect(numbers[1][name], equals=before, given=given, note=f"the model's {name} afterwards")
        expect([name for name, (*_, shares) in got.items() if shares], equals=[], given=given,
               note="layers of the copy that share memory with the model")


@supporting
@pytest.mark.parametrize("kind, options", [("mlp", {}), ("mlp", {"keep": ["0"]}), ("attention", {}), ("tied", {})])
def test_rest(work, kind, options):
    """quantize_model: biases, norms, embeddings and layers that are kept stay as they are, and tied weights stay tied."""
    for seed in (5, 15):
        before, after = work.run(probes.others, kind, seed, options)
        given = {"model": WORDS[kind], **options}
        for name, each in before.items():
            expect(after[name], equals=each, given=given, note=name)
        is_one, names = work.run(probes.tied, seed)
        expect(is_one, equals=True, given={"model": WORDS["tied"]}, note="whether head and embedding have one weight in the copy")


@supporting
def test_answers(work):
    """quantize_model: the copy answers as the model does in evaluation, but for steps of rounding."""
    for kind, seed, shape in (("mlp", 6, (5, 16)), ("mlp", 16, (1, 16)), ("attention", 7, (2, 3, 8)), ("one layer", 8, (4, 8))):
        x = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
        # Seven bits: with eight, products may overflow on processors without VNNI.
        want, got = work.run(probes.answers, kind, seed, {"reduce_range": True}, x)
        off = float((got - want).abs().max() / want.abs().max())
        # Four layers of half a step of 1/63 each come to a few per cent.
        expect_true(got.shape == want.shape and off < 0.1, got=off, want="less than 0.1 of the largest answer",
                    given={"model": WORDS[kind], "shape of the input": shape, "reduce_range": True}, note="how far the answers are")


@pytest.mark.parametrize("kind", ["mlp", "one layer", "no layers"])
def test_bytes(work, kind):
    """bytes_of: all parameters and buffers, each once; of a quantised weight its integers, scales and zero points."""
    plain, quantized, parts, rest = work.run(probes.sizes, kind)
    shapes = {"mlp": [(24, 16), (24,), (16, 24), (16,), (16,), (8, 16), (8,)], "one layer": [(6, 8), (6,)],
              "no layers": [(4,), (4,), (2, 2, 1), (2,)]}[kind]
    given = {"model": WORDS[kind], "and buffers": "5 of int64, 3 of bool"}
    expect(plain, equals=sum(4 * math.prod(shape) for shape in shapes) + 43, given=given, note="the model")
    want = sum(math.prod(shape) * size for shape, size in [*parts, *rest])
    expect(quantized, equals=want, given=given, note="the model, quantised by torchao")


def test_bytes_of_tied(work):
    """bytes_of: a weight that two modules hold counts once, before and after."""
    plain, quantized, parts, rest = work.run(probes.sizes, "tied")
    given = {"model": WORDS["tied"], "and buffers": "5 of int64, 3 of bool"}
    expect(plain, equals=4 * (12 * 16 + 16 * 16 + 16) + 43, given=given, note="the model")
    expect(quantized, equals=sum(math.prod(shape) * size for shape, size in [*parts, *rest]), given=given, note="the model, quantised by torchao as a whole")


@supporting
def test_refuses(work):
    """quantize_model: a name in `keep` that is no quantizable layer raises ValueError."""
    for kind, keep in (("mlp", ["1"]), ("mlp", ["0", "last"]), ("tied", ["head"]), ("attention", ["inner.out_proj"])):
        expect(work.run(probes.refused, kind, keep), equals="ValueError", given={"model": WORDS[kind], "keep": keep}, note="the error that came")
