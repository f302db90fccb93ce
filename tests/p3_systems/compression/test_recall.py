"""Recall, and an interval for a difference."""
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_raises
from tests.p3_systems.compression import probes_recall as probes
from tests.strategies import seeds, values

few = settings(max_examples=20)


def drawn_at_random(scores, relevant, k):
    """What is right by the definition: the mean recall over all orders of the documents, each sorted stably by score."""
    want = []
    for row, marks in zip(scores, relevant):
        orders = list(itertools.permutations(range(len(row))))
        found = sum(bool(marks[place]) for order in orders for place in sorted(order, key=lambda place: -row[place])[:k])
        want.append(found / (len(orders) * int(marks.sum())))
    return np.array(want)


def counted(scores, relevant, k):
    """The same in exact fractions, by counting who is above and who is equal: for more documents than have few orders."""
    want = []
    for row, marks in zip(scores.tolist(), relevant.tolist()):
        total = Fraction(0)
        for score in (score for score, mark in zip(row, marks) if mark):
            above, equal = sum(other > score for other in row), sum(other == score for other in row)
            total += min(Fraction(1), max(Fraction(0), Fraction(k - above, equal)))
        want.append(float(total / sum(marks)))
    return np.array(want)


def task(queries, documents, seed, *, ties):
    """(scores, relevant): scores in halves or all different, and each query has a relevant document."""
    draw = np.random.default_rng(seed)
    if ties:
        scores = values((queries, documents), seed, low=-1, high=1).round() / 2
    else:
        scores = np.stack([draw.permutation(documents) - documents / 2 for _ in range(queries)]) / 8
    relevant = draw.random((queries, documents)) < 0.4
    relevant[np.arange(queries), draw.integers(documents, size=queries)] = True
    return scores, relevant


def check_recall(work, scores, relevant, k, oracle):
    want = oracle(scores, relevant, k)
    expect(work.recall_at(scores, relevant, k), equals=want,
           given={"scores": scores.copy(), "relevant": relevant.copy(), "k": k})


# ── recall_at ────────────────────────────────────────────────────────────────────────────────────────────────


@few
@given(queries=st.integers(1, 3), documents=st.integers(2, 9), k=st.integers(1, 9), seed=seeds)
def test_recall(work, queries, documents, k, seed):
    """recall_at: of each query, the share of its relevant documents among its k best, where no scores are equal."""
    for shift, spread in ((0, 1), (1, 1), (2, 2 ** -30)):  # in the last one scores are close to each other, and not equal
        scores, relevant = task(queries, documents, seed + shift, ties=False)
        check_recall(work, 1 + scores * spread, relevant, min(k, documents - 1), counted)


@few
@given(queries=st.integers(1, 3), documents=st.integers(2, 5), k=st.integers(1, 4), seed=seeds)
def test_recall_with_ties(work, queries, documents, k, seed):
    """recall_at: where scores are equal, the mean over all orders of the documents that are equal."""
    for shift in (0, 1, 2):
        check_recall(work, *task(queries, documents, seed + shift, ties=True), min(k, documents - 1), drawn_at_random)


@pytest.mark.parametrize("documents", [6, 40])
def test_recall_where_all_is_equal(work, documents):
    """recall_at: with all scores equal each document is shown with the probability k / documents, wherever it stands."""
    for place in (0, 2, documents - 1):
        for k in (1, 3, 5):
            relevant = np.zeros((2, documents), dtype=bool)
            relevant[:, place] = True
            check_recall(work, np.full((2, documents), 0.25), relevant, k, counted)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("layout", ["Fortran", "strided"])
def test_recall_of_other_arrays(work, dtype, layout):
    """recall_at: any float dtype and layout, infinite scores, no queries, a k as large as the index; float64 comes back."""
    for seed in (1, 2):
        scores, relevant = task(4, 7, seed, ties=True)
        scores[0, :3], scores[1, 2:5] = -np.inf, np.inf
        relevant[:2, 2] = True
        for k in (2, 6, 7, 8, 100):
            want = counted(scores, relevant, k)
            got, after = work.run(probes.recall, scores, relevant, k, dtype=dtype, layout=layout)
            given = {"scores": scores, "relevant": relevant, "k": k, "dtype": dtype, "layout": layout}
            expect(got, equals=want, given=given)
            expect(after, equals=[scores.astype(dtype), relevant], given=given, note="the arguments afterwards")
            nothing = np.zeros((0, 7)), np.zeros((0, 7), dtype=bool)
            expect(work.recall_at(*nothing, k), equals=np.zeros(0), given={"scores": nothing[0], "k": k})


@pytest.mark.parametrize("why", ["k is 0", "k is negative", "a score is NaN", "no relevant document"])
def test_recall_refuses(work, why):
    """recall_at: ValueError for a k below 1, for a score that is NaN, and for a query without a relevant document."""
    for seed in (3, 4):
        scores, relevant = task(3, 4, seed, ties=False)
        check_recall(work, scores, relevant, 2, counted)  # else who always refuses would pass
        for shown in ((2, 4) if why in ("a score is NaN", "no relevant document") else (0,)):
            k = {"k is 0": 0, "k is negative": -1}.get(why, shown)
            bad, marks = scores.copy(), relevant.copy()
            if why == "a score is NaN":
                bad[1, 3] = np.nan
            if why == "no relevant document":
                marks[2] = False
            with expect_raises(ValueError, given={"scores": bad, "relevant": marks, "k": k}):
                work.recall_at(bad, marks, k)


# ── paired_interval ──────────────────────────────────────────────────────────────────────────────────────────


def resampled(first, second, seed, resamples, confidence):
    """The interval as the contract tells it, by loops over Python's floats; what the generator gives next."""
    generator = np.random.default_rng(seed)
    differences = [float(b) - float(a) for a, b in zip(first, second)]
    n, means = len(differences), []
    for row in generator.integers(n, size=(resamples, n)).tolist():
        means.append(math.fsum(differences[place] for place in row) / n)
    ends = [between(sorted(means), (1 + side * confidence) / 2) for side in (-1, 1)]
    return [math.fsum(differences) / n, *ends], int(generator.integers(1_000_000))


def between(ordered, share):
    """A quantile: on the line from one value to the next."""
    place = share * (len(ordered) - 1)
    below = min(int(place), len(ordered) - 2) if len(ordered) > 1 else 0
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


@few
@given(queries=st.integers(2, 12), seed=seeds, resamples=st.sampled_from([50, 20, 101]),
       confidence=st.sampled_from([0.95, 0.8, 0.5]))
def test_interval(work, queries, seed, resamples, confidence):
    """paired_interval: the mean difference, and the quantiles of the means of the same queries, drawn with replacement."""
    for shift in (0, 1):
        first, second = (values((queries,), seed + shift + 5_000 * i, low=0, high=1) for i in (0, 1))
        want, then = resampled(first, second, seed, resamples, confidence)
        given = {"first": first, "second": second, "generator": f"np.random.default_rng({seed})", "resamples": resamples,
                 "confidence": confidence}
        got, drawn, after = work.run(probes.interval, first, second, seed, {"resamples": resamples, "confidence": confidence})
        expect(got, equals=want, given=given, note="the mean, and the two ends")
        expect(drawn, equals=then, given=given, note="generator.integers(1_000_000), afterwards")
        expect(after, equals=[first, second], given=given, note="the arguments afterwards")


@pytest.mark.parametrize("kind", ["alike", "opposite", "one query", "float16"])
def test_interval_at_the_edges(work, kind):
    """paired_interval: two equal systems, differences that are all the same, one query, and float16, with the usual options."""
    for seed in (5, 6):
        first = values((9 if kind != "one query" else 1,), seed, low=0, high=1)
        second = {"alike": first, "opposite": first + 0.25}.get(kind, values(first.shape, seed + 10, low=0, high=1))
        if kind == "float16":
            first, second = (first / 3).astype(np.float16), (second * 100 / 3).astype(np.float16)
        want, _ = resampled(first, second, seed, 2_000, 0.95)
        got, _, _ = work.run(probes.interval, first, second, seed, {})
        expect(got, equals=want, given={"first": first, "second": second, "generator": f"np.random.default_rng({seed})"},
               note="the mean, and the two ends")


REFUSED = {
    "no queries": (np.ones(0), np.ones(0), {}), "NaN": (np.array([1.0, np.nan]), np.ones(2), {}),
    "infinity": (np.ones(2), np.array([1.0, np.inf]), {}), "no resamples": (np.ones(2), np.ones(2), {"resamples": 0}),
    "confidence 0": (np.ones(2), np.ones(2), {"confidence": 0.0}), "confidence 1": (np.ones(2), np.ones(2), {"confidence": 1.0}),
    "95": (np.ones(2), np.ones(2), {"confidence": 95.0}), "NaN confidence": (np.ones(2), np.ones(2), {"confidence": math.nan}),
}


@pytest.mark.parametrize("why", REFUSED)
def test_interval_refuses(work, why):
    """paired_interval: ValueError for no queries, for what is not finite, and for options out of range."""
    first, second, options = REFUSED[why]
    for seed in (7, 8):
        right = values((4,), seed, low=0, high=1), values((4,), seed + 10, low=0, high=1)
        want, _ = resampled(*right, seed, 20, 0.9)
        got, _, _ = work.run(probes.interval, *right, seed, {"resamples": 20, "confidence": 0.9})
        expect(got, equals=want, given={"first": right[0], "second": right[1]}, note="the mean, and the two ends")
        with expect_raises(ValueError, given={"first": first, "second": second, **options}):
            work.run(probes.interval, first, second, seed, options)
