"""Count the zeros, and what they save."""
import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_raises, supporting
from tests.p3_systems.compression import probes_sparsity as probes
from tests.strategies import seeds

# Name, shape, and whether it is a weight of a Linear layer and of no embedding: written by hand.
TABLES = {
    "layers": [("0.weight", (4, 3), True), ("0.bias", (4,), False), ("2.weight", (2, 4), True)],
    "one layer": [("weight", (3, 4), True), ("bias", (3,), False)],
    "encoder": [("mixing", (3, 3), False), ("embedding.weight", (5, 3), False),
                ("positions.weight", (2, 3), False), ("block.query.weight", (3, 3), True),
                ("block.query.bias", (3,), False), ("block.norm.weight", (3,), False), ("block.norm.bias", (3,), False),
                ("block.up.weight", (4, 3), True), ("bilinear.weight", (1, 2, 2), False), ("bilinear.bias", (1,), False)],
    "norms": [("0.weight", (3,), False), ("0.bias", (3,), False), ("1.weight", (3, 2, 2), False), ("1.bias", (3,), False),
              ("2.weight", (2,), False), ("2.bias", (2,), False)],
    "equal layers": [("0.weight", (2, 2), True), ("0.bias", (2,), False), ("1.weight", (2, 2), True), ("1.bias", (2,), False)],
    "empty": [("0.weight", (2, 0), True), ("0.bias", (2,), False), ("1.weight", (0, 2), True)],
    "no parameters": [],
}
HEAD_FIRST = dict((each[0], each) for each in TABLES["encoder"])
TABLES["encoder, head first"] = [HEAD_FIRST["mixing"], ("head.weight", (5, 3), False),
                                 *[each for each in TABLES["encoder"] if each[0] not in ("mixing", "embedding.weight")]]


def table(kind, values):
    """The rows, as lists: a loop over the numbers that each Parameter gets."""
    rows = []
    for number, (name, shape, weight) in enumerate(TABLES[kind]):
        row, count = values[number % len(values)], math.prod(shape)
        zeros = sum(1 for place in range(count) if row[place % len(row)] == 0)
        rows.append([name, count, zeros, weight])
    return rows


def drawn(seed, count=5):
    """Lists of numbers, of which some are 0 and some are small."""
    draw = np.random.default_rng(seed)
    return [[float(each) for each in draw.choice([0.0, 0.0, 1.0, -0.5, 2.0], size=7)] for _ in range(count)]


def check_zeros(work, kind, values, dtype="float32"):
    want = table(kind, values)
    given = {"numbers of the Parameters, over and over": values, "dtype": dtype}
    rows, unchanged = work.run(probes.table, kind, values, dtype)
    expect([row[2] for row in rows], equals=[row[2] for row in want], given=given, note="zeros of each row")
    expect(unchanged, equals=True, given=given, note="whether the Parameters are as they were")


@settings(max_examples=15)  # each builds a model
@given(seeds)
def test_zeros(work, seed):
    """sparsity_table: in each Parameter the zeros are counted."""
    check_zeros(work, "layers", drawn(seed))


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64", "bfloat16"])
def test_what_is_zero(work, dtype):
    """sparsity_table: -0.0 is a zero; tiny numbers, infinity and NaN are none, in any dtype."""
    tiny = {"float32": 1e-45, "float16": 6e-8, "float64": 5e-324, "bfloat16": 1e-38}[dtype]
    for kind in ("layers", "one layer"):
        check_zeros(work, kind, [[-0.0, 0.0, 1.0], [tiny, -tiny, 0.0, 1e-7], [math.nan, math.inf, -0.0, -1.0]], dtype)


@pytest.mark.parametrize("kind", list(TABLES))
def test_rows(work, kind):
    """sparsity_table: a row for each Parameter, once and in order, with its name, its count and whether it is a weight."""
    for values in (drawn(1), drawn(2), [[0.5, 0.0, 1.0]]):  # the last: Parameters of one shape are equal
        want = table(kind, values)
        given = {"model": kind, "Parameters and shapes": [f"{name} {shape}" for name, shape, _ in TABLES[kind]]}
        rows, _ = work.run(probes.table, kind, values)
        expect([row[0] for row in rows], equals=[row[0] for row in want], given=given, note="the names")
        expect([row[1] for row in rows], equals=[row[1] for row in want], given=given, note="the counts")
        expect([row[0] for row in rows if row[3] is True], equals=[row[0] for row in want if row[3]], given=given,
               note="the names of the rows in which weight is True")
        expect([type(each).__name__ for row in rows for each in row[1:]], equals=["int", "int", "bool"] * len(want), given=given,
               note="the types of count, zeros and weight")


ROWS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.booleans()), max_size=5).map(
    lambda drawn: [[f"{place}.weight", max(pair[:2]), min(pair[:2]), pair[2]] for place, pair in enumerate(drawn)])


@supporting
@given(ROWS, st.booleans())
def test_share(work, rows, weights_only):
    """zero_share: all zeros over all numbers, of the weights only where that is asked; 0.0 where there are none."""
    # The second table has the first one's numbers that are not 0 as its zeros: who remembers a share has it wrong.
    tables = [rows, [[name, count, count - zeros, weight] for name, count, zeros, weight in rows]]
    got = work.run(probes.shares, *tables, weights_only=weights_only)
    for each, one in zip(tables, got):
        counted = [row for row in each if row[3]] if weights_only else each
        count = sum(row[1] for row in counted)
        want = float(Fraction(sum(row[2] for row in counted), count)) if count else 0.0
        expect(one, equals=want, given={"rows": each, "weights_only": weights_only})


def in_torch(rows, columns, nonzeros, seed):
    """The bytes of the tensors that PyTorch keeps for such a matrix: with float32 and indices of 32 and of 64 bits."""
    places = np.random.default_rng(seed).permutation(rows * columns)[:nonzeros]
    matrix = torch.zeros(rows * columns)
    matrix[torch.tensor(places, dtype=torch.int64)] = 1.0
    matrix = matrix.reshape(rows, columns)
    csr, coo = matrix.to_sparse_csr(), matrix.to_sparse_coo().coalesce()
    count = csr.crow_indices().numel() + csr.col_indices().numel()
    values = csr.values().nbytes
    return {4: {"dense": matrix.nbytes, "csr": values + 4 * count, "coo": values + 4 * coo.indices().numel()},
            8: {"dense": matrix.nbytes, "csr": values + 8 * count, "coo": values + 8 * coo.indices().numel()}}


def bytes_of(rows, columns, nonzeros, value_bytes, index_bytes):
    """The bytes, one number after the other."""
    bits = columns * rows
    bitmap = bits // 8 + (1 if bits % 8 else 0)
    return {"dense": rows * columns * value_bytes, "bitmap": bitmap + nonzeros * value_bytes,
            "coo": nonzeros * value_bytes + 2 * nonzeros * index_bytes,
            "csr": nonzeros * value_bytes + nonzeros * index_bytes + rows * index_bytes + index_bytes}


SIDES = st.integers(0, 12)


@settings(max_examples=60)
@given(SIDES, SIDES, st.floats(0, 1), st.sampled_from([1, 2, 4, 8]), st.sampled_from([2, 4, 8]))
def test_storage(work, rows, columns, share, value_bytes, index_bytes):
    """storage: the bytes of a matrix dense, with a bitmap, in COO and in CSR."""
    nonzeros = round(share * rows * columns)
    want = bytes_of(rows, columns, nonzeros, value_bytes, index_bytes)
    given = {"rows": rows, "columns": columns, "nonzeros": nonzeros, "value_bytes": value_bytes, "index_bytes": index_bytes}
    got = work.storage(rows, columns, nonzeros, value_bytes=value_bytes, index_bytes=index_bytes)
    expect(sorted(got), equals=sorted(want), given=given, note="the keys")
    for name in want:
        expect(got[name], equals=want[name], given=given, note=name)
        expect(type(got[name]).__name__, equals="int", given=given, note=f"the type of {name}")


@pytest.mark.parametrize("rows, columns, nonzeros", [(3, 5, 7), (6, 2, 0), (1, 9, 9), (8, 3, 11)])
def test_storage_as_in_torch(work, rows, columns, nonzeros):
    """storage: COO and CSR take what the tensors of such a matrix take in PyTorch."""
    for index_bytes, want in in_torch(rows, columns, nonzeros, seed=rows).items():
        got = work.storage(rows, columns, nonzeros, index_bytes=index_bytes)
        given = {"rows": rows, "columns": columns, "nonzeros": nonzeros, "index_bytes": index_bytes}
        for name in want:
            expect(got[name], equals=want[name], given=given, note=name)


@settings(max_examples=60)
@given(SIDES, SIDES, st.sampled_from(["bitmap", "coo", "csr"]), st.sampled_from([1, 2, 4, 8]), st.sampled_from([2, 4, 8]))
def test_break_even(work, rows, columns, format, value_bytes, index_bytes):
    """break_even: the smallest number of zeros with which the format takes fewer bytes than dense; None where none does."""
    places, want = rows * columns, None
    for zeros in range(places, -1, -1):
        sizes = bytes_of(rows, columns, places - zeros, value_bytes, index_bytes)
        if sizes[format] < sizes["dense"]:
            want = zeros
    given = {"rows": rows, "columns": columns, "format": format, "value_bytes": value_bytes, "index_bytes": index_bytes}
    expect(work.break_even(rows, columns, format, value_bytes=value_bytes, index_bytes=index_bytes), equals=want, given=given)


@supporting
def test_refuses(work):
    """ValueError: for numbers that no matrix has, for indices that do not fit, and for an unknown format."""
    for rows, columns, nonzeros, options in [(-1, 2, 0, {}), (2, -1, 0, {}), (-1, -1, 1, {}), (2, 2, -1, {}), (2, 3, 7, {}),
                                             (2, 2, 1, {"value_bytes": 0}), (2, 2, 1, {"index_bytes": 0}),
                                             (257, 1, 1, {"index_bytes": 1}), (1, 257, 1, {"index_bytes": 1}),
                                             (16, 16, 256, {"index_bytes": 1}), (1, 65_537, 1, {"index_bytes": 2})]:
        with expect_raises(ValueError, given={"rows": rows, "columns": columns, "nonzeros": nonzeros, **options}):
            work.storage(rows, columns, nonzeros, **options)
    for rows, columns, nonzeros in [(256, 1, 255), (1, 256, 255), (16, 16, 255)]:
        expect(work.storage(rows, columns, nonzeros, index_bytes=1)["coo"], equals=6 * nonzeros,
               given={"rows": rows, "columns": columns, "nonzeros": nonzeros, "index_bytes": 1}, note="coo")
    for format in ("dense", "CSR", ""):
        with expect_raises(ValueError, given={"rows": 4, "columns": 4, "format": format}):
            work.break_even(4, 4, format)
