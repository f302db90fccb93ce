"""Quantise an ONNX file with ONNX Runtime: dynamically, or statically with ranges from calibration."""
import numpy as np
import pytest

from grader.judge import expect, expect_true, supporting
from tests.p3_systems.compression import probes_quantize_onnx as probes
from tests.strategies import values

BOTH = pytest.mark.parametrize("how", ["dynamic", "static"])
PRODUCTS = ["first", "second", "third"]
WEIGHTS = {"first": "w1", "second": "w2", "third": "w3"}


def drawn(seed):
    """w1 (6, 5), b1 (5,), w2 (4, 5), b2 (4,), w3 (4, 3), of one dtype; channels of very different sizes."""
    shapes = [(6, 5), (5,), (4, 5), (4,), (4, 3)]
    w1, b1, w2, b2, w3 = (values(shape, seed + n, dtype=np.float32) for n, shape in enumerate(shapes))
    return [w1 * np.float32([1, 8, 0.5, 2, 0.25]), b1, w2 * np.float32([[1], [4], [0.5], [2]]), b2, w3 * np.float32([1, 0.125, 4])]


def batches_of(seed, shift=0.0):
    """Three batches. The second has the largest value, the last the smallest."""
    one, two, three = (values((n + 2, 6), seed + n, low=-1, high=1, dtype=np.float32) + np.float32(shift) for n in range(3))
    two[1, 2], three[0, 4] = 3.5 + shift, -2.5 + shift
    return [one, two, three]


def through(weights, rows):
    """The inputs of the three products, and the answer, in float64."""
    w1, b1, w2, b2, w3 = (each.astype(np.float64) for each in weights)
    c = np.maximum(rows.astype(np.float64) @ w1 + b1, 0)                  # (batch, 5)
    d = c @ w2.T + b2                                                     # (batch, 4)
    mixed = d @ d.T @ d                                                   # (batch, 4)
    return {"first": rows.astype(np.float64), "second": c, "third": mixed}, mixed @ w3


def quantize(work, how, weights, options, batches, calibration, kind="network", **more):
    return work.run(probes.quantized, kind, weights, None if how == "dynamic" else calibration, options, batches, **more)


@supporting
@pytest.mark.parametrize("tables", [False, True])
def test_weighted_nodes(work, tables):
    """weighted_nodes: the names of MatMul and Gemm with a weight, in the graph's order, and of Gather where tables are asked for."""
    for seed in (1, 11):
        got = work.run(probes.named, "network", drawn(seed), tables)
        given = {"nodes": "first (MatMul), bias, relu, second (Gemm), turn, attention and mix (MatMul of results), third (MatMul)", "tables": tables}
        expect(got, equals=PRODUCTS, given=given)
        got = work.run(probes.named, "lookup", [values((7, 4), seed, dtype=np.float32), values((4, 2), seed, dtype=np.float32)], tables)
        expect(got, equals=["embedding"] * tables + ["head"], given={"nodes": "embedding (Gather), head (MatMul)", "tables": tables})


def test_reader(work):
    """Reader: each batch under the input's name, in order, then None; rewind begins again."""
    for seed in (2, 12):
        batches = batches_of(seed)
        want = [["rows", each] for each in batches]
        got, after = work.run(probes.read, batches, [5, 2, 4])
        given = {"batches": 3, "calls of get_next": "5, then rewind, 2, then rewind, 4"}
        for number, (one, other) in enumerate(zip(got, [*want, None, None, *want[:2], *want, None]), 1):
            note = f"call {number} of get_next"
            if other is None:
                expect(one, equals=None, given=given, note=note)
            else:
                expect_true(one is not None and one[0] == ["rows"], got=one and one[0], want="one name, 'rows'", given=given, note=note)
                expect(one[1], equals=other[1], given=given, note=note)
        expect(after, equals=batches, given=given, note="the batches afterwards")


@BOTH
@pytest.mark.parametrize("keep", [[], ["second"], ["first", "third"], ["third"], PRODUCTS])
def test_which(work, how, keep):
    """dynamic and static: products by a weight are in integers, but for those in `keep`; all others stay float."""
    weights, calibration = drawn(3), batches_of(3)
    got, *_ = quantize(work, how, weights, {"keep": keep}, [], calibration)
    given = {"function": how, "nodes": "first (MatMul), second (Gemm), attention and mix (MatMul of results), third (MatMul)", "keep": keep}
    expect(sorted(name.removesuffix("_Transposed") for name in got["weights"]),
           equals=[WEIGHTS[name] for name in PRODUCTS if name not in keep], given=given, note="the weights that are integers")
    operators = got["operators"]
    if how == "dynamic":
        expect(operators.get("MatMulInteger", 0), equals=3 - len(keep), given=given, note="operators MatMulInteger")
        expect(operators.get("DynamicQuantizeLinear", 0), equals=3 - len(keep), given=given, note="operators that measure a range")
    else:
        expect(operators.get("MatMul", 0) + operators.get("Gemm", 0), equals=5, given=given, note="products, as in the model")
        expect(operators.get("MatMulInteger", 0) + operators.get("QLinearMatMul", 0) + operators.get("QGemm", 0), equals=0, given=given,
               note="operators that are no QDQ")
        expect_true(("QuantizeLinear" in operators) == (len(keep) < 3), got=operators, want="QuantizeLinear where something is quantised", given=given)


@BOTH
@pytest.mark.parametrize("options", [{}, {"per_channel": False}, {"reduce_range": False}, {"per_channel": False, "reduce_range": False}])
def test_weights(work, how, options):
    """dynamic and static: weights are signed bytes, of seven bits or eight, with a scale for each channel or for all."""
    per_channel, bits = options.get("per_channel", True), 7 if options.get("reduce_range", True) else 8
    for seed in (4, 14):
        weights = drawn(seed)
        got, *_ = quantize(work, how, weights, options, [], batches_of(seed))
        for name, weight in (("w1", weights[0]), ("w2", weights[2].T), ("w3", weights[4])):  # each (in, out)
            given = {"function": how, **options, "weight": weight}
            found = next((each for key, each in got["weights"].items() if key.removesuffix("_Transposed") == name), None)
            expect_true(found is not None, got=list(got["weights"]), want=f"integers for {name}", given=given)
            dtype, codes, scale, zero = found
            codes = codes.T if codes.shape != weight.shape else codes
            expect(dtype, equals="int8", given=given, note=f"{name}: the dtype")
            expect(scale.size, equals=weight.shape[1] if per_channel else 1, given=given, note=f"{name}: the number of scales")
            # Symmetric: the largest value of a channel, or of all, is at the end of the range.
            end, largest = 2 ** (bits - 1) - 1, np.abs(weight).max(axis=0) if per_channel else np.abs(weight).max()
            expect(bool(np.all(zero == 0)), equals=True, given=given, note=f"{name}: whether 0 is the code of 0")
            expect_true(bool(np.all(np.abs(codes).max(axis=0 if per_channel else None) - end <= 1)) and np.abs(codes).max() >= end - 1,
                        got=int(np.abs(codes).max()), want=f"about {end}, for {bits} bits", given=given, note=f"{name}: the largest code")
            off = np.abs(codes * scale.astype(np.float64) - weight) / (largest / end)
            expect_true(bool(off.max() <= 0.51), got=float(off.max()), want="at most half a step", given=given,
                        note=f"{name}: how far it is from the weight, in steps")


@pytest.mark.parametrize("shift", [0.0, 4.0, -5.0])
def test_calibration(work, shift):
    """static: inputs go from the smallest to the largest value of all batches, and hold 0."""
    for seed, name in ((5, "rows"), (15, "pixels")):
        weights, batches = drawn(seed), batches_of(seed, shift)
        inputs = [through(weights, batch)[0] for batch in batches]
        got, _, after, _ = quantize(work, "static", weights, {}, [], batches, input_name=name)
        for node, tensor in (("first", name), ("second", "c"), ("third", "mixed")):
            low = min(0.0, *(each[node].min() for each in inputs))
            high = max(0.0, *(each[node].max() for each in inputs))
            given = {"node": node, "values of its input": f"from {low:.3f} to {high:.3f}, with 0", "batches": 3, "the model's input": name}
            expect_true(tensor in got["ranges"], got=list(got["ranges"]), want=f"a range for {tensor}", given=given)
            dtype, scale, zero = got["ranges"][tensor]
            expect(dtype, equals="uint8", given=given, note="the dtype")
            expect(scale, equals=(high - low) / 255, given=given, rtol=1e-4, note="the scale")  # ranges are measured in float32
            expect_true(abs(zero + low / ((high - low) / 255)) <= 0.51, got=zero, want=f"{-low / ((high - low) / 255):.2f}, rounded", given=given, note="the zero point")
        expect(after, equals=batches_of(seed, shift), given={"batches": 3}, note="the batches afterwards")


@supporting
@BOTH
def test_answers(work, how):
    """dynamic and static: the answers are those of the model, but for some steps of rounding, for any batch."""
    for seed in (6, 16):
        weights, calibration = drawn(seed), batches_of(seed)
        batches = [calibration[1], calibration[2][:1]]
        want = [through(weights, batch)[1] for batch in batches]
        for options, share in (({}, 0.15), ({"keep": PRODUCTS}, 1e-5)):
            _, got, _, left = quantize(work, how, weights, options, batches, calibration)
            for batch, one, other in zip(batches, got, want):
                given = {"function": how, **options, "rows": batch}
                expect(one.shape, equals=other.shape, given=given, note="the shape of the answer")
                # Seven bits a weight, eight an input, cubed on the way: a few per cent of the largest answer.
                off = float(np.abs(one - other).max() / np.abs(want[0]).max())
                expect_true(off < share, got=off, want=f"less than {share}", given=given, note="how far the answer is, of the largest one")
            expect(left, equals=0, given={"function": how}, note="files and folders that were left behind")


@BOTH
def test_tables(work, how):
    """dynamic and static: tables become bytes where they are asked for, and only there."""
    for seed, options in ((7, {}), (17, {"tables": True}), (27, {"tables": True}), (37, {"tables": True, "keep": ["embedding"]})):
        table, weight = values((7, 4), seed, dtype=np.float32), values((4, 2), seed + 1, dtype=np.float32)
        ids = [np.array([0, 3, 6]), np.array([5])]
        got, answers, *_ = quantize(work, how, [table, weight], options, ids, [np.arange(7)], kind="lookup")
        given = {"function": how, "nodes": "embedding (Gather), head (MatMul)", **options}
        wanted = ["table"] * (options.get("tables", False) and not options.get("keep")) + ["w1"]
        expect(sorted(got["weights"]), equals=wanted, given=given, note="what is in integers")
        if "table" in wanted:
            _, codes, scale, zero = got["weights"]["table"]
            off = float(np.abs((codes - zero) * scale.astype(np.float64) - table).max() / np.abs(table).max())
            expect_true(off < 0.02, got=off, want="less than 0.02", given=given, note="how far the table is off, of its largest value")
        for batch, one in zip(ids, answers):
            off = float(np.abs(one - table[batch] @ weight).max() / np.abs(table @ weight).max())
            expect_true(off < 0.1, got=off, want="less than 0.1", given=given | {"ids": batch}, note="how far the answer is, of the largest one")


@supporting
@BOTH
def test_refuses(work, how):
    """A name in `keep` that is no node with a weight raises ValueError, and so does static without batches."""
    weights, calibration = drawn(8), batches_of(8)
    for keep in (["fourth"], ["first", "attention"], ["relu"]):
        error = work.run(probes.refused, weights, None if how == "dynamic" else calibration, {"keep": keep})
        expect(error, equals="ValueError", given={"function": how, "keep": keep}, note="the error that came")
    error = work.run(probes.refused, weights, [], {})
    expect(error, equals="ValueError", given={"function": "static", "batches": 0}, note="the error that came")
