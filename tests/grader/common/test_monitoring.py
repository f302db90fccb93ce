"""The given code of 3.3's study: its streams are what it says they are, and its controls have what can be computed otherwise."""
import math

import numpy as np
import pytest

from solutions.p3_systems.monitoring import experiments, study
from solutions.p3_systems.monitoring.experiments import HARD, NEW, SHORT, Answered, Stretch


def pool(count: int, value: float, right: bool) -> Answered:
    return Answered(np.full((count, len(experiments.FEATURES)), value), np.full(count, right))


@pytest.fixture
def pools():
    """Queries of which the cosine says all: right where it is above a half."""
    random = np.random.default_rng(0)
    features = random.uniform(size=(400, len(experiments.FEATURES)))
    usual = Answered(features, features[:, 0] > 0.5)
    return {"": usual, NEW: pool(50, 0.9, False), SHORT: Answered(features * 0.5, usual.right)}


def test_nothing_changes_before_it_does_and_then_the_share_that_was_asked_for(pools):
    random = np.random.default_rng(1)
    service = experiments.watched(pools, 500, random)
    stream = experiments.mixed(service, NEW, 0.25, 8000, 3000, random)
    new = (stream.features == 0.9).all(axis=1)
    assert not new[:3000].any() and not stream.right[new].any()
    assert abs(new[3000:].mean() - 0.25) < 4 * math.sqrt(0.25 * 0.75 / 5000)


def test_what_calibrates_is_never_asked(pools):
    pools[""].features[:, 1] = np.arange(400)
    pools[SHORT].features[:, 1] = np.arange(400)
    asked = [set(part.features[:, 1]) for name, part in experiments.watched(pools, 500, np.random.default_rng(2)).traffic.items()
             if name != NEW]
    usual, short, hard = asked
    assert len(usual) == 200 and short == usual and hard < usual


def test_an_estimate_follows_what_is_hard_and_not_what_is_new(pools):
    random = np.random.default_rng(3)
    service = experiments.watched(pools, 500, random)
    found = {kind: experiments.stretch(service, experiments.mixed(service, kind, 1.0, 1000, 0, random), 100) for kind in (NEW, HARD)}
    assert found[NEW].true.max() == 0 and found[NEW].estimated.min() > 0.9
    assert np.abs(found[HARD].true - found[HARD].estimated).max() < 0.1


def test_an_alarm_takes_two_windows_of_three():
    p = np.ones((6, len(experiments.FEATURES)))
    p[[1, 3, 5], 0] = 1e-9
    none = np.zeros(6)
    found = Stretch(np.full(p.shape, 0.5), p, none, none, none)
    assert experiments.alarms(found).tolist() == [False, False, False, True, False, True]
    assert experiments.alarms(found._replace(distance=np.full(p.shape, 0.01))).sum() == 0   # nothing that matters
    assert experiments.alarms(found, k=1, m=1).tolist() == [False, True, False, True, False, True]


def test_the_delay_is_counted_from_the_query_at_which_it_begins(pools):
    options = study.parse(["--quick", "--window", "50", "--seeds", "2"])
    advanced = []
    run = experiments.play(pools, [(NEW, 1.0), (SHORT, 1e-9)], options, 4, lambda: advanced.append(1))
    assert len(advanced) == 2 and run.delay[SHORT, 1e-9] == math.inf
    assert 50 < run.delay[NEW, 1.0] <= 100                        # two windows, of which the first is begun already
    assert run.after[NEW, 1.0].true[0] > 0 == run.after[NEW, 1.0].true[1:].max()


def test_the_smallest_distance_that_alarms_is_the_one_of_its_level():
    from scipy.stats import kstwobign

    level = experiments.DriftMonitor(reference={name: np.zeros(1) for name in experiments.FEATURES}, test=min, rate=experiments.RATE,
                                     smallest=0, k=experiments.K, m=experiments.M).level
    found = experiments.smallest_alarming(1000, 100)
    assert abs(found - kstwobign.isf(level) * math.sqrt(1 / 1000 + 1 / 100)) < 0.0011
    assert experiments.smallest_alarming(10 ** 6, 10 ** 6) == experiments.SMALLEST


def test_the_shape_of_a_digit():
    images = np.stack([np.eye(8), np.eye(8)[::-1], np.ones((8, 8))])
    ink, height, width, slant = experiments.shape_of(images).T
    assert ink.tolist() == [8, 8, 64] and np.allclose(height, width)
    assert np.allclose(slant, [1, -1, 0]) and np.allclose(height, np.arange(8).std())


def test_the_river_is_found_and_its_shuffled_years_are_not():
    river = experiments.nile(experiments.exact_ks, 20, np.random.default_rng(5))
    assert river.years.tolist() == list(range(1895, 1971, 5))
    assert not river.called[0] and 1905 <= river.alarm <= 1920 and river.quiet.mean() < 0.1


def test_what_is_not_indexed_is_not_among_what_is():
    assert study.parse(["--new", "numpy"]).packages == ["scipy", "networkx"]
    assert "sklearn" not in study.parse(["--long", "--new", "sklearn"]).packages
    with pytest.raises(SystemExit):
        study.parse(["--quick", "--new", "matplotlib"])
