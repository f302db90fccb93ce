"""Accuracy without labels: every expectation is computed again from all labels that there could be."""
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, expect_raises, expect_true, supporting
from tests.p3_systems.monitoring import probes_without_labels as probes
from tests.strategies import seeds

INF, NAN = math.inf, math.nan


def isotonic_of(score, label):
    """The closed form: at each point the maximum, over all beginnings before it, of the minimum, over all ends after it, of a mean."""
    points = sorted({float(each) for each in score})
    labels = [[bool(y) for s, y in zip(score, label) if float(s) == point] for point in points]
    total = [0, *itertools.accumulate(sum(each) for each in labels)]
    count = [0, *itertools.accumulate(len(each) for each in labels)]
    k = len(points)
    values = [max(min(Fraction(total[b] - total[a], count[b] - count[a]) for b in range(i + 1, k + 1)) for a in range(i + 1)) for i in range(k)]
    return [np.array(points), np.array([float(each) for each in values])]


def known(score, label):
    return {"score": np.array(score), "label": np.array(label)}


@given(n=st.integers(1, 12), distinct=st.sampled_from([3, 6, 40]), seed=seeds, rising=st.booleans())
def test_isotonic(work, n, distinct, seed, rising):
    """isotonic: of all functions that never fall, the one with the smallest squared error, at each distinct score."""
    random = np.random.default_rng(seed)
    score = random.integers(-distinct, distinct, n) / 8
    label = random.random(n) < (0.5 + score / distinct * 4 if rising else 0.5)
    expect(list(work.isotonic(score, label)), equals=isotonic_of(score, label), given=known(score, label), note="(points, values)")


@pytest.mark.parametrize("label", ["0", "1", "01", "10", "110", "100", "1010", "0110", "1001", "11100", "0101010101", "1110001110001", "011001110"])
def test_isotonic_by_hand(work, label):
    """isotonic: one label and several, in order, against it, and those that pool again and again; with ties too."""
    label = np.array([each == "1" for each in label])
    for score in (np.arange(len(label)) / 4 - 1, np.arange(len(label)) // 2 * 1e6, np.arange(len(label))[::-1] / 3, np.full(len(label), 0.25)):
        expect(list(work.isotonic(score, label)), equals=isotonic_of(score, label), given=known(score, label), note="(points, values)")


def test_isotonic_of_many(work):
    """isotonic: a few hundred scores, most of them different, and a thousand labels that all contradict their order."""
    from sklearn.isotonic import IsotonicRegression  # an independent one; it takes longer to import than to use

    for seed in (1, 2):
        random = np.random.default_rng(seed)
        score = random.normal(size=400).round(2)
        label = random.random(400) < 1 / (1 + np.exp(-score))
        points = np.unique(score)
        want = [points, IsotonicRegression().fit(score, label.astype(float)).predict(points).astype(np.float64)]
        expect(list(work.isotonic(score, label)), equals=want, given=known(score, label))
    label = np.arange(1000) < 300 + 1
    expect(list(work.isotonic(np.arange(1000.0), label)), equals=[np.arange(1000.0), np.full(1000, 0.301)], given=known(np.arange(1000.0), label))


def on_lines(score, points, values):
    result = []
    for each in score.tolist():
        after = next((i for i, point in enumerate(points) if point >= each), len(points))
        if after == 0 or after == len(points):
            result.append(values[min(after, len(points) - 1)])
        else:
            part = (each - points[after - 1]) / (points[after] - points[after - 1])
            result.append(values[after - 1] + part * (values[after] - values[after - 1]))
    return np.array(result, dtype=np.float64)


@given(k=st.integers(1, 6), n=st.integers(0, 8), seed=seeds)
def test_calibrate(work, k, n, seed):
    """calibrate: straight lines between the points, and the outermost values beyond them."""
    random = np.random.default_rng(seed)
    points, values = np.sort(random.choice(40, k, replace=False)) / 8, np.sort(random.integers(0, 9, k)) / 8
    score = np.concatenate([random.integers(-8, 50, n) / 8, random.choice(points, 2), [-1e3, 1e3]])
    expect(work.calibrate(score, points, values), equals=on_lines(score, points, values),
           given={"score": score.copy(), "points": points.copy(), "values": values.copy()})


def in_all_worlds(p, predicted):
    """[(probability, tp, fp, fn, tn)] for all labels that there could be, in fractions."""
    p, worlds = [Fraction(float(each)) for each in p], []
    for labels in itertools.product([True, False], repeat=len(p)):
        chance = math.prod(each if y else 1 - each for each, y in zip(p, labels))
        pairs = list(zip(predicted.tolist(), labels))
        worlds.append((chance, *(pairs.count(pair) for pair in ((True, True), (True, False), (False, True), (False, False)))))
    return worlds


def estimates_of(p, predicted):
    """The expected table, and (accuracy, deviation, precision, recall), from all worlds."""
    worlds, n = in_all_worlds(p, predicted), len(p)
    table = [sum(chance * counts[cell] for chance, *counts in worlds) for cell in range(4)]
    accuracy = sum(chance * Fraction(tp + tn, n) for chance, tp, _, _, tn in worlds)
    variance = sum(chance * (Fraction(tp + tn, n) - accuracy) ** 2 for chance, tp, _, _, tn in worlds)
    tp, fp, fn, _ = table
    quotients = [float(tp / below) if below else NAN for below in (tp + fp, tp + fn)]
    return [float(each) for each in table], [float(accuracy), math.sqrt(variance), *quotients]


@st.composite
def answers(draw):
    """Probabilities in sixteenths, 0 and 1 among them, and answers that have little to do with them."""
    random = np.random.default_rng(draw(seeds))
    n = draw(st.integers(1, 6))
    return random.integers(0, 17, n) / 16, random.random(n) < draw(st.sampled_from([0.0, 0.5, 1.0]))


@given(answers())
def test_expected_confusion(work, both):
    """expected_confusion: the mean of each cell over all labels that there could be."""
    p, predicted = both
    expect(list(work.expected_confusion(p, predicted)), equals=estimates_of(p, predicted)[0], given={"p": p.copy(), "predicted": predicted.copy()})


@given(answers())
def test_estimate(work, both):
    """estimate: accuracy and its standard deviation over all labels that there could be, precision and recall by expected numbers."""
    p, predicted = both
    expect(list(work.estimate(p, predicted)), equals=estimates_of(p, predicted)[1], given={"p": p.copy(), "predicted": predicted.copy()},
           note="(accuracy, standard deviation, precision, recall)")


@pytest.mark.parametrize("p", [[0.0], [1.0], [0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0], [0.5], [0.25, 0.75, 0.25, 0.75], [0.1, 0.2, 0.3]])
def test_edges(work, p):
    """estimate: all or nothing answered yes, certainty, and no label that could be true: NaN where nothing can be said."""
    p = np.array(p)
    for predicted in (np.zeros(len(p), bool), np.ones(len(p), bool), p < 0.5, np.arange(len(p)) % 2 == 1):
        table, numbers = estimates_of(p, predicted)
        given = {"p": p.copy(), "predicted": predicted.copy()}
        expect(list(work.estimate(p, predicted)), equals=numbers, given=given, note="(accuracy, standard deviation, precision, recall)")
        expect(list(work.expected_confusion(p, predicted)), equals=table, given=given, note="the expected table")


@pytest.mark.parametrize("bad", [[], [0.5, NAN], [-0.01, 0.5], [0.5, 1.01], [INF], [-INF, 0.5], [NAN]])
@pytest.mark.parametrize("function", ["expected_confusion", "estimate"])
def test_refuses_what_is_no_probability(work, function, bad):
    """expected_confusion and estimate: probabilities outside of [0, 1], and none at all, raise ValueError."""
    for p in ([0.25, 1.0], [0.0, 0.75]):  # else who always refuses would pass
        p, predicted = np.array(p), np.array([True, False])
        expect(list(getattr(work, function)(p, predicted)), equals=estimates_of(p, predicted)[function == "estimate"], given={"p": p.copy(), "predicted": predicted})
    bad, yes = np.array(bad, dtype=float), np.ones(len(bad), bool)
    with expect_raises(ValueError, given={"p": bad.copy(), "predicted": yes}):
        getattr(work, function)(bad, yes)


@pytest.mark.parametrize("bad", [[], [0.5, NAN], [INF], [-INF, 0.5], [NAN]])
def test_isotonic_refuses(work, bad):
    """isotonic: scores that are not finite, and none at all, raise ValueError."""
    for score in ([0.25, 1.0, 2.0], [-3.0, 0.75, 0.75]):
        score, label = np.array(score), np.array([True, False, True])
        expect(list(work.isotonic(score, label)), equals=isotonic_of(score, label), given=known(score, label))
    bad = np.array(bad, dtype=float)
    with expect_raises(ValueError, given=known(bad, np.ones(len(bad), bool))):
        work.isotonic(bad, np.ones(len(bad), bool))


@pytest.mark.parametrize("score, points", [([NAN], [0.0, 1.0]), ([0.5, NAN], [0.0]), ([0.5], []), ([0.5], [1.0, 0.0]), ([0.5], [0.0, 0.0]), ([0.5], [0.0, NAN]),
                                           ([0.5], [0.0, 2.0, 1.0])])
def test_calibrate_refuses(work, score, points):
    """calibrate: a score that is NaN, no points, and points that do not ascend raise ValueError; no scores are allowed."""
    lines = [np.array([0.0, 1.0]), np.array([0.25, 0.75])]
    for good, want in (([], []), ([0.5, 3.0], [0.5, 0.75]), ([-3.0, 0.25], [0.25, 0.375]), ([INF, -INF, 0.25], [0.75, 0.25, 0.375]), ([1.0, 0.5, -1.0], [0.75, 0.5, 0.25])):
        good, want = np.array(good, dtype=float), np.array(want, dtype=float)
        expect(work.calibrate(good, *lines), equals=want, given={"score": good.copy(), "points": lines[0], "values": lines[1]})
    score, points = np.array(score), np.array(points, dtype=float)
    with expect_raises(ValueError, given={"score": score.copy(), "points": points.copy()}):
        work.calibrate(score, points, np.linspace(0, 1, len(points)))


def world(random, n, *, harder=False, turned=False):
    """n scores, answers and labels of a model that is overconfident: P(true) is less extreme than its score says.

    harder: more inputs near the border. turned: P(true | score) has changed, and the inputs have not.
    """
    x = random.normal(size=n) * (0.6 if harder else 2.0)
    truth = 1 / (1 + np.exp(-(x if not turned else 0.3 * x)))
    return 1 / (1 + np.exp(-3 * x)), x > 0, random.random(n) < truth


@supporting  # bounds of a few deviations: others could be within them
def test_follows_the_inputs_and_not_the_answers(work):
    """Harder inputs: the estimate follows the true accuracy. Other answers to the same inputs: it stays, and is wrong."""
    random = np.random.default_rng(3)
    score, _, label = world(random, 4000)
    streams = [world(random, 4000, **shift) for shift in ({}, {"harder": True}, {"turned": True})]
    same, harder, turned = work.run(probes.estimated, score, label, [each[:2] for each in streams])
    truth = [float((predicted == label).mean()) for _, predicted, label in streams]
    for name, numbers, true in (("the same", same, truth[0]), ("harder inputs", harder, truth[1])):
        # Two errors: that of 4000 labels, 0.007, and that of the calibration's own 4000.
        expect_true(abs(numbers[0] - true) < 0.04, got=numbers[0], want=f"{true:.3f}, within 0.04", given={"stream": name, "answers": 4000}, note="the accuracy")
    expect_true(truth[0] - turned[0] < 0.04 < 0.1 < turned[0] - truth[2], got=turned[0], want=f"{truth[0]:.3f}, as before, where {truth[2]:.3f} is true",
                given={"stream": "P(label | score) has changed", "answers": 4000}, note="the accuracy")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_arguments(work, dtype):
    """Scores may be views and of any float dtype, the results are float64, and no argument is changed."""
    arguments = []
    for seed in (1, 2):
        random = np.random.default_rng(seed)
        score = (random.integers(0, 9, 30) / 8).astype(dtype)
        arguments.append([score, random.random(30) < score, score > 0.4])
    got, after = work.run(probes.everything, arguments)
    given = known(*arguments[0][:2])
    for (points, values, p, table, numbers), (score, label, predicted) in zip(got, arguments):
        want = isotonic_of(score, label)
        chances = on_lines(score, *want)
        expect([points, values, p], equals=[*want, chances], given=given, note="points, values, and the calibrated probabilities")
        right = np.where(predicted, chances, 1 - chances)
        expect(numbers[:2], equals=[float(right.mean()), float(np.sqrt((right * (1 - right)).sum()) / 30)], given=given, note="accuracy and standard deviation")
        expect(sum(table), equals=30.0, given=given, note="the sum of the expected table")
    expect(after, equals=arguments, given=given, note="the arguments afterwards")
