"""Counts: the chi-square test for two samples of categories, and a permutation test for any statistic."""
from collections import Counter
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from grader.judge import expect, expect_raises, expect_true, supporting
from tests.p3_systems.monitoring import probes_discrete as probes
from tests.strategies import seeds

TINY = {"rtol": 1e-9, "atol": 1e-300}  # p-values are compared by their ratio


def table_of(x, y):
    counters = [Counter(sample.tolist()) for sample in (x, y)]
    categories = sorted(counters[0] | counters[1])
    return [np.array(categories, dtype=np.int64),
            np.array([[counter[each] for each in categories] for counter in counters], dtype=np.int64).reshape(2, len(categories))]


@given(n=st.integers(1, 8), m=st.integers(1, 8), seed=seeds, names=st.sampled_from([
    [0, 1, 2], [-3, 5, 5, 8], [10**12, -10**12, 0, 7], [4], [3, 2, 1, 0, -1, -2]]))
def test_count_table(work, n, m, seed, names):
    """count_table: every category of either sample, in ascending order, with 0 where a sample has none of it."""
    random = np.random.default_rng(seed)
    x, y = random.choice(names, n), random.choice(names[:1 + seed % len(names)], m)
    expect(list(work.count_table(x, y)), equals=table_of(x, y), given={"x": x.copy(), "y": y.copy()})
    expect(list(work.count_table(y, x)), equals=table_of(y, x), given={"x": y.copy(), "y": x.copy()})


def pooled(table, least):
    """With fractions, category by category."""
    rows = [Fraction(int(each)) for each in table.sum(1)]
    columns = [list(map(int, column)) for column in table.T]

    def is_small(column):
        return any(row * sum(column) / sum(rows) < Fraction(least) for row in rows)

    small = [column for column in columns if is_small(column)]
    others = [column for column in columns if not is_small(column)]
    if not small:
        return table.astype(np.int64)
    last = [sum(column[0] for column in small), sum(column[1] for column in small)]
    while others and is_small(last):
        least_of_all = min(others, key=sum)
        others.remove(least_of_all)  # the first of equal ones
        last = [last[0] + least_of_all[0], last[1] + least_of_all[1]]
    return np.array([*others, last], dtype=np.int64).T


def check_pool(work, table, **least):
    expect(work.pool_small(table, **least), equals=pooled(table, least.get("least", 5.0)), given={"table": table.copy(), **least})


TABLES = [[[50, 4, 30, 2], [40, 2, 50, 6]], [[3, 2, 1, 40], [4, 0, 3, 60]], [[1, 2], [3, 1]], [[10, 20, 30], [12, 18, 33]],
          [[100, 0, 100], [7, 0, 9]], [[5, 5], [5, 5]], [[4, 6], [6, 4]], [[20, 9, 9, 1], [20, 9, 8, 2]], [[9, 20, 1, 8, 30], [8, 19, 1, 9, 30]],
          [[0, 6, 0], [200, 210, 0]], [[7], [3]], [[2, 900, 40], [30, 80, 3]]]


@given(columns=st.integers(1, 6), reach=st.sampled_from([4, 12, 40]), seed=seeds)
def test_pool_small(work, columns, reach, seed):
    """pool_small: categories with an expected count below the limit become one, at the end, and others join it as needed."""
    table = np.random.default_rng(seed).integers(0, reach, (2, columns)) + (np.arange(columns) == 0)
    check_pool(work, table)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("least", [5.0, 1.0, 8.0])
def test_pool_small_by_hand(work, table, least):
    """pool_small: any limit, expected counts exactly at it, categories without values, and a single category."""
    table = np.array(table)
    check_pool(work, table, least=least)
    check_pool(work, table[::-1].copy(), least=least)


def check_chi_square(work, table):
    """Against SciPy, and where one category is left against what the contract has."""
    kept = table[:, table.any(0)]
    want = [0.0, 0, 1.0]
    if kept.shape[1] > 1:
        found = stats.chi2_contingency(kept, correction=False)
        want = [float(found.statistic), int(found.dof), float(found.pvalue)]
    got = work.chi_square(table)
    given = {"table": table.copy()}
    expect(len(got), equals=3, given=given, note="how many results")
    expect(list(got)[:2], equals=want[:2], given=given)
    expect(got[2], equals=want[2], given=given, note="the p-value", **TINY)


@given(columns=st.integers(1, 5), reach=st.sampled_from([6, 100]), seed=seeds)
def test_chi_square(work, columns, reach, seed):
    """chi_square: statistic, degrees of freedom and p-value, for samples of equal and unequal sizes."""
    table = np.random.default_rng(seed).integers(0, [[reach], [3 * reach]], (2, columns)) + (np.arange(columns) == columns - 1)
    check_chi_square(work, table)


@pytest.mark.parametrize("table", [
    *TABLES, [[0, 5, 3], [0, 2, 9]], [[4, 0], [9, 0]], [[3], [8]], [[30, 0], [0, 40]], [[900, 100], [100, 900]], [[10, 20], [30, 60]],
    [[200_000, 100_000, 3_000_000_000], [1, 2, 300]], [[12, 0, 0], [0, 4, 9]]])
def test_chi_square_by_hand(work, table):
    """chi_square: equal shares, tiny p-values, categories that do not occur, a single one, and large counts."""
    check_chi_square(work, np.array(table))


@pytest.mark.parametrize("x, y", [([], [1]), ([2], []), ([], [])])
def test_count_table_refuses(work, x, y):
    """count_table: an empty sample raises ValueError."""
    for other in ([1, 2], [2, 2]):
        expect(list(work.count_table(np.array(other), np.array([2, 3]))), equals=table_of(np.array(other), np.array([2, 3])),
               given={"x": np.array(other), "y": np.array([2, 3])})
    x, y = np.array(x, dtype=int), np.array(y, dtype=int)
    with expect_raises(ValueError, given={"x": x, "y": y}):
        work.count_table(x, y)


@pytest.mark.parametrize("table", [[[3, -1], [2, 4]], [[0, 0], [2, 4]], [[3, 1], [0, 0]], [[0], [0]]])
def test_chi_square_refuses(work, table):
    """chi_square: a negative count, and a sample without any value, raise ValueError."""
    for other in ([[3, 1], [2, 4]], [[3, 0], [2, 4]]):
        check_chi_square(work, np.array(other))
    with expect_raises(ValueError, given={"table": np.array(table)}):
        work.chi_square(np.array(table))


@pytest.mark.parametrize("layout", ["gaps", "columns"])
@pytest.mark.parametrize("function", ["count_table", "pool_small", "chi_square"])
def test_arguments(work, function, layout):
    """No argument is changed, whatever its integer dtype and layout, and another call changes no earlier result."""
    for dtype in ("int64", "int32", "int16"):
        if function == "count_table":
            several = [[np.array(x, dtype=dtype) for x in pair] for pair in (([5, 1, 5], [7, 1]), ([2, 9, 2], [9, -4]))]
            want = [table_of(*pair) for pair in several]
        else:
            several = [[np.array(table, dtype=dtype)] for table in ([[30, 3, 2], [200, 5, 0]], [[1, 20, 31], [3, 20, 17]])]
            want = [[pooled(table, 5.0)] for table, in several]
            if function == "chi_square":
                found = [stats.chi2_contingency(table, correction=False) for table, in several]
                want = [[float(each.statistic), int(each.dof), float(each.pvalue)] for each in found]
        given = {"function": function, "first": several[0][0].copy(), "dtype": dtype, "layout": layout}
        results, after = work.run(probes.two_results, function, several, layout)
        expect(results, equals=want, given=given, note="the results of two calls")
        expect(after, equals=several, given=given, note="the arguments afterwards")


SAMPLES = [([0.1, 0.2, 0.7], [0.4, 0.5, 0.9, 1.1]), ([3, 1, 2, 2], [2, 5, 9]), ([0.3, 0.6], [0.1, 0.7, 0.2, 0.4, 1.9]), ([-2.0], [1.0, 4.0])]


@supporting  # it looks at what the statistic is called with, and at no p-value
@pytest.mark.parametrize("x, y", SAMPLES)
@pytest.mark.parametrize("statistic", ["difference", "spread", "of_ranges"])
def test_splits(work, x, y, statistic):
    """permutation_pvalue: each split deals out all values anew, in samples of the same sizes, by the generator that was given."""
    x, y = np.array(x), np.array(y)
    seen = set()
    for seed in (1, 2):
        got = work.run(probes.recorded, x, y, statistic, 40, seed)
        given = {"x": x.copy(), "y": y.copy(), "statistic": statistic, "permutations": 40, "seed": seed}
        expect(len(got["sizes"]), equals=41, given=given, note="how often the statistic was called")
        expect(got["sizes"], equals=[[len(x), len(y)]] * 41, given=given, note="the sizes of the two samples in each call")
        expect(got["pools"], equals=[np.sort(np.concatenate([x, y])).tolist()] * 41, given=given, note="all values of each call, sorted")
        expect_true(got["own"] >= 1, got=got["own"], want="at least once", given=given, note="calls with the samples themselves")
        expect(got["after"], equals=[x, y], given=given, note="the samples afterwards")
        expect([got["alone"], got["used"]], equals=[True, True], given=given, note="NumPy's global generator is left alone, rng is used")
        again = work.run(probes.recorded, x, y, statistic, 40, seed)
        expect(again["values"], equals=got["values"], given=given, note="the statistics of a second call with the same seed")
        seen.add(tuple(got["values"].tolist()))
    expect(len(seen), equals=2, given={"x": x.copy(), "y": y.copy(), "statistic": statistic}, note="different results for two seeds")


@pytest.mark.parametrize("x, y", SAMPLES)
@pytest.mark.parametrize("statistic", ["difference", "spread", "of_ranges"])
def test_p_value(work, x, y, statistic):
    """permutation_pvalue: (b + 1) / (B + 1), with b the splits at least as extreme, by absolute value and but for rounding."""
    x, y = np.array(x), np.array(y)
    own = abs(probes.STATISTICS[statistic](x, y))
    for permutations, seed in ((1, 3), (19, 1), (60, 2)):
        got = work.run(probes.recorded, x, y, statistic, permutations, seed)
        given = {"x": x.copy(), "y": y.copy(), "statistic": statistic, "permutations": permutations}
        expect(len(got["values"]), equals=permutations + 1, given=given, note="how often the statistic was called")
        # Among the recorded values are the samples' own, so this counts b + 1.
        want = int((np.abs(got["values"]) >= own * (1 - 1e-9)).sum()) / (permutations + 1)
        expect(got["p"], equals=want, given={**given, "the statistics": got["values"]})


@pytest.mark.parametrize("x, y", SAMPLES[:3])
def test_against_all_splits(work, x, y):
    """permutation_pvalue: 1,000 random splits agree with all splits, as closely as chance allows."""
    for moved in (0, 10):
        values = [Fraction(str(each)) for each in x] + [Fraction(str(each)) + moved for each in y]
        n, total = len(x), sum(values)

        def size(chosen):
            part = sum(values[i] for i in chosen)
            return abs(part / n - (total - part) / (len(values) - n))

        every = [size(chosen) for chosen in combinations(range(len(values)), n)]
        right = sum(each >= every[0] for each in every) / len(every)
        low, high = (float(each) / 1000 for each in stats.binom.ppf([5e-6, 1 - 5e-6], 1000, right))
        got = work.run(probes.p_values, np.array(x), np.array(y) + moved, "difference", 1000, [1])
        expect_true(low - 0.001 <= got[0] <= high + 0.001, got=float(got[0]), want=f"from {low:.3f} to {high:.3f}",
                    given={"x": np.array(x), "y": np.array(y) + moved, "permutations": 1000})


@pytest.mark.parametrize("x, y, statistic, permutations", [
    ([], [1.0], "difference", 9), ([1.0], [], "difference", 9), ([1.0], [2.0], "difference", 0), ([1.0], [2.0], "difference", -1),
    ([1.0], [2.0], "nan", 9)])
def test_permutation_refuses(work, x, y, statistic, permutations):
    """permutation_pvalue: an empty sample, no permutations, and a statistic that is NaN raise ValueError."""
    got = work.run(probes.recorded, np.array([1.0, 2.0]), np.array([4.0, 5.0, 9.0]), "difference", 30, len(x) + permutations + 2)
    expect(got["p"], equals=int((np.abs(got["values"]) >= 4.5 * (1 - 1e-9)).sum()) / 31, given={"x": [1.0, 2.0], "y": [4.0, 5.0, 9.0]})
    with expect_raises(ValueError, given={"x": x, "y": y, "statistic": statistic, "permutations": permutations}):
        work.run(probes.refused, np.array(x, dtype=float), np.array(y, dtype=float), statistic, permutations)
