"""A monitor with a stated false-alarm rate: its promise is computed exactly, and measured over many runs."""
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from grader.judge import expect, expect_raises, expect_true, supporting
from tests.p3_systems.monitoring import probes_drift_monitor as probes
from tests.strategies import seeds

NAN = math.nan
RULES = [(1, 1), (1, 3), (2, 2), (2, 3), (3, 3), (2, 5), (4, 5), (7, 10)]
EXACT = {"rtol": 2e-9, "atol": 0}  # the contract's precision: a tiny rate has all its digits too
NAMES = {"rate": 0.05, "smallest": 0.5, "k": 2, "m": 3}


def alarms_of(level, k, m):
    """P(k or more of m), from fractions, as all outcomes of m windows when there are few, else term by term."""
    p = Fraction(level)
    if m <= 5:
        return sum(math.prod(p if hit else 1 - p for hit in hits)
                   for hits in itertools.product([True, False], repeat=m) if sum(hits) >= k)
    return sum(math.comb(m, j) * p ** j * (1 - p) ** (m - j) for j in range(k, m + 1))


@given(rule=st.sampled_from(RULES), level=st.sampled_from([0.5, 0.25, 0.05, 0.9, 1e-3, 1e-8, 0.0, 1.0]) | st.floats(1e-3, 1))
def test_false_alarm_rate(work, rule, level):
    """false_alarm_rate: the probability of k or more of m windows, with all its digits also where it is tiny."""
    k, m = rule
    expect(work.false_alarm_rate(level, k=k, m=m), equals=float(alarms_of(level, k, m)), given={"level": level, "k": k, "m": m}, **EXACT)


@given(rule=st.sampled_from(RULES), rate=st.sampled_from([0.05, 0.5, 0.01, 1e-4, 1e-12, 1e-30, 0.999, 0.0, 1.0]) | st.floats(1e-3, 0.99))
def test_level_for(work, rule, rate):
    """level_for: the level at which k or more of m windows happen at that rate, with all its digits also where it is tiny."""
    k, m = rule
    # P(Bin(m, a) >= k) is the distribution function of a beta variable at a.
    want = float(stats.beta.ppf(rate, k, m - k + 1))
    expect(work.level_for(rate, k=k, m=m), equals=want, given={"rate": rate, "k": k, "m": m}, **EXACT)


@pytest.mark.parametrize("value, k, m", [(-0.01, 2, 3), (1.01, 2, 3), (NAN, 2, 3), (0.5, 0, 3), (0.5, 4, 3), (0.5, -1, 3), (0.5, 0, 0)])
@pytest.mark.parametrize("function", ["false_alarm_rate", "level_for"])
def test_refuses_what_is_no_rate(work, function, value, k, m):
    """false_alarm_rate and level_for: what is not in [0, 1], and k outside of 1 to m, raise ValueError."""
    for good in (0.028, 0.104):
        want = float(alarms_of(good, 2, 3)) if function == "false_alarm_rate" else float(stats.beta.ppf(good, 2, 2))
        expect(getattr(work, function)(good, k=2, m=3), equals=want, given={"the first": good, "k": 2, "m": 3}, **EXACT)
    with expect_raises(ValueError, given={"the first": value, "k": k, "m": m}):
        getattr(work, function)(value, k=k, m=m)


@pytest.mark.parametrize("rule", RULES)
def test_level_of_the_monitor(work, rule):
    """DriftMonitor: its level is the one whose false alarms, of one feature, are the rate divided by the features."""
    k, m = rule
    for features, rate in ((1, 0.05), (4, 0.05), (10, 0.01), (3, 0.3)):
        want = float(stats.beta.ppf(rate / features, k, m - k + 1))
        named = {"rate": rate, "smallest": 0.0, "k": k, "m": m}
        expect(work.run(probes.made, [f"f{i}" for i in range(features)], **named), equals=want, given={"features": features, **named}, **EXACT)


def states_of(features, windows, *, k, m, smallest, level=1.0, **_):
    """What is in alarm after each window, looked up in the whole past: no state but a list."""
    results, past = [], []
    for window in windows:
        if window == "reset":
            past = []
            continue
        past.append(window)
        results.append([name for name in features
                        if sum(w[name][1] <= level and abs(w[name][0]) >= smallest for w in past[-m:]) >= k])
    return results


@given(rule=st.sampled_from([*RULES, (2, 4)]), features=st.sampled_from([["a"], ["b", "a"], ["x", "z", "y"]]), length=st.integers(1, 14), seed=seeds,
       share=st.sampled_from([0.4, 0.7]))
def test_alarms(work, rule, features, length, seed, share):
    """update: in alarm is what was suspicious in k or more of the last m windows, feature by feature; reset forgets them all."""
    random = np.random.default_rng(seed)
    named = {**NAMES, "k": rule[0], "m": rule[1]}
    windows = [{name: (2.0, 0.5 if random.random() < share else 1.5) for name in features} for _ in range(length)]
    if length > 5:
        windows[length // 2] = "reset"
    expect(work.run(probes.seen, features, windows, **named), equals=states_of(features, windows, **named),
           given={"(effect, p / level)": windows, **named}, note="what is in alarm after each window")


def test_alarms_begin_and_end(work):
    """update: an alarm ends by itself, begins again, and what is long past counts no more."""
    hit, miss = {"a": (1.0, 0.5), "b": (1.0, 2.0)}, {"a": (1.0, 2.0), "b": (1.0, 0.5)}
    for k, m in ((1, 1), (2, 3), (3, 3), (2, 5), (1, 4)):
        for windows in ([hit] * 5 + [miss] * 6 + [hit] * 4, [hit, *[miss] * 5] * 3, [hit, miss] * 6, [hit] * 3 + ["reset"] + [hit] * 3,
                        [miss, "reset", "reset", hit, hit, "reset", miss, miss, miss, hit]):
            named = {**NAMES, "k": k, "m": m}
            expect(work.run(probes.seen, ["a", "b"], windows, **named), equals=states_of(["a", "b"], windows, **named),
                   given={"(effect, p / level)": windows, **named}, note="what is in alarm after each window")


@pytest.mark.parametrize("smallest", [0.0, 0.5, 2.0])
def test_both_conditions(work, smallest):
    """update: suspicious takes a p-value at the level or below *and* an effect of the smallest size or more, up or down."""
    named = {"rate": 0.04, "smallest": smallest, "k": 1, "m": 1}
    effects = (0.0, 0.25, 0.5, 1.0, 2.0, 5.0, math.inf)
    windows = [{"a": (sign * effect, p), "b": (effect, 5.0)} for effect in effects for sign in (1, -1) for p in (0.0, 0.9, 1.1, 4.0)]
    expect(work.run(probes.seen, ["a", "b"], windows, **named), equals=states_of(["a", "b"], windows, **named),
           given={"(effect, p / level)": windows, **named}, note="what is in alarm after each window")
    expect(work.run(probes.at_the_level, ["a", "b"], rate=0.04, smallest=0.5), equals=[["a", "b"], []],
           given={"p": "the level, and the next larger float", "k": 1, "m": 1}, note="what is in alarm")


@pytest.mark.parametrize("bad", [{"a": (1.0, 0.01)}, {"a": (1.0, 0.01), "b": (1.0, 0.01), "c": (1.0, 0.01)}, {"a": (1.0, 0.01), "c": (1.0, 0.01)},
                                 {"a": (1.0, 0.01), "b": (1.0, NAN)}, {"a": (1.0, 0.01), "b": (1.0, -0.1)}, {"a": (1.0, 0.01), "b": (1.0, 1.1)},
                                 {"a": (1.0, 0.01), "b": (NAN, 0.01)}, {"a": (1.0, 0.01), "b": (NAN, 0.9)}, {}])
def test_refuses_a_window_whole(work, bad):
    """update: other features, a p-value outside of [0, 1] or an effect that is NaN raise ValueError, and leave no trace."""
    hit, miss = {"a": (1.0, 0.01), "b": (1.0, 0.01)}, {"a": (1.0, 0.8), "b": (1.0, 1.0)}
    for before, after in (([hit], [hit]), ([miss], [hit, hit]), ([hit, miss], [hit]), ([hit, hit], [miss, miss])):
        want = states_of(["a", "b"], before + after, **NAMES, level=0.05)
        want.insert(len(before), "ValueError")
        windows = [*before, bad, *after]
        expect(work.run(probes.seen, ["a", "b"], windows, in_levels=False, **NAMES), equals=want,
               given={"(effect, p)": windows, **NAMES}, note="what is in alarm after each window")
    broken = {"a": (1.0, 0.01), "b": (99.0, 0.01)}
    expect(work.run(probes.after_an_error, [broken, hit, broken, miss, hit], **NAMES), equals=["KeyError", [], "KeyError", [], ["a", "b"]],
           given={"(effect, p)": [broken, hit, broken, miss, hit], **NAMES}, note="with a test that raises KeyError for an effect of 99")


@pytest.mark.parametrize("change", [{"rate": 0.0}, {"rate": 1.0}, {"rate": NAN}, {"rate": -0.1}, {"smallest": -0.5}, {"smallest": NAN}, {"k": 0},
                                    {"k": 4}, {"features": []}])
def test_refuses_a_monitor(work, change):
    """DriftMonitor: no features, and a rate, effect or rule out of bounds raise ValueError."""
    for rate in (0.05, 0.2):
        expect(work.run(probes.made, ["a"], **{**NAMES, "rate": rate, "smallest": 0.0}), equals=float(stats.beta.ppf(rate, 2, 2)),
               given={**NAMES, "rate": rate}, note="the level of a monitor that is right", **EXACT)
    named = {"features": ["a"], **NAMES, **change}
    expect(work.run(probes.made, **named), equals="ValueError", given=named)


@pytest.mark.parametrize("changed", [False, True])
def test_what_is_tested(work, changed):
    """update: the test gets (reference, window) of each feature once, the reference always as it was in the beginning."""
    references = {"b": [1.0, 2.0, 3.0], "a": [7.0, 8.0]}
    windows = [{"a": [5.0 + t], "b": [6.0 + t, 6.5]} for t in range(4)]
    want = [[references[name], window[name]] for window in windows for name in references]
    got = work.run(probes.calls_of_the_test, references, windows, changed=changed, **NAMES)
    # No order of the features is asked for: those of each window are put in one.
    ordered = [sorted(calls[i:i + 2]) for calls in (got, want) for i in range(0, len(calls), 2)]
    expect([len(got), ordered[:len(ordered) // 2]], equals=[len(want), ordered[len(ordered) // 2:]],
           given={"reference": references, "windows": windows, "the caller's arrays change": changed}, note="how often it is called, and with what")


def test_two_monitors(work):
    """Two monitors know nothing of each other."""
    windows = [(1.0, 0.01), (1.0, 0.9), (1.0, 0.02), (1.0, 0.03), (1.0, 0.9), (1.0, 0.01)]
    want = [states_of(["a"], [{"a": w} for w in windows[place % 2:place + 1:2]], **NAMES, level=0.1)[-1] for place in range(len(windows))]
    expect(work.run(probes.two_side_by_side, windows, **NAMES), equals=want, given={"(effect, p)": windows, **NAMES})


def bounds(rate, runs):
    """Between which shares of the runs an event of probability `rate` is seen, but for 1 case in 100,000."""
    return [float(each) / runs for each in stats.binom.ppf([5e-6, 1 - 5e-6], runs, rate)]


@supporting  # a share of many runs: others could have it too
@pytest.mark.parametrize("features, k, m, rate", [(5, 2, 3, 0.1), (1, 1, 1, 0.05)])
def test_false_alarms_are_as_rare_as_promised(work, features, k, m, rate):
    """Where nothing changes the monitor is in alarm after a window as often as was stated, over 1,500 runs."""
    runs = 1500
    p = np.random.default_rng(11).uniform(size=(runs, m + 1, features))  # p-values of independent windows
    share = float(work.run(probes.ends, p, began=m, rate=rate, k=k, m=m)[:, 0].mean())
    low, high = bounds(1 - (1 - rate / features) ** features, runs)
    expect_true(low <= share <= high, got=share, want=f"a share from {low:.4f} to {high:.4f}", note="the share of runs in alarm after the last window",
                given={"runs": runs, "features": features, "rate": rate, "k": k, "m": m})


def delay(q, k, m):
    """(mean, standard deviation) of the windows until k of the last m are suspicious, each with probability q."""
    states, mean, square, after = {(): 1.0}, 0.0, 0.0, 0
    while sum(states.values()) > 1e-13:
        after += 1
        following, found = {}, 0.0
        for past, weight in states.items():
            for hit, chance in ((1, q), (0, 1 - q)):
                recent = (*past, hit)[-m:]
                if sum(recent) >= k:
                    found += weight * chance
                else:
                    following[recent] = following.get(recent, 0.0) + weight * chance
        states, mean, square = following, mean + after * found, square + after ** 2 * found
    return mean, math.sqrt(max(0.0, square - mean ** 2))


@supporting  # a mean over many runs: others could have it too
@pytest.mark.parametrize("k, m", [(2, 3), (3, 4), (1, 1)])
def test_detection_delay(work, k, m):
    """A change that half of the windows show is found as soon as the rule allows: the mean delay over 300 runs."""
    runs, rate = 300, 0.02
    level = float(stats.beta.ppf(rate, k, m - k + 1))
    # p = u^c with c = log(level) / log(1/2) is at most the level in half of the windows.
    p = np.random.default_rng(k).uniform(size=(runs, 60, 1)) ** (math.log(level) / math.log(0.5))
    first = work.run(probes.ends, p, began=0, rate=rate, k=k, m=m)[:, 1]
    mean, deviation = delay(0.5, k, m)
    slack = 4.5 * deviation / math.sqrt(runs)
    got = float(first.mean()) + 1
    expect_true(bool((first >= k - 1).all()) and abs(got - mean) <= slack, got=got, want=f"{mean - slack:.2f} to {mean + slack:.2f} windows",
                note="the mean delay in windows", given={"runs": runs, "rate": rate, "k": k, "m": m, "share of windows that show the change": 0.5})


@supporting  # a share of many runs: others could have it too
def test_a_stream_with_a_real_test(work):
    """With a z-test on normal streams: false alarms at the stated rate, and a shift of a standard deviation is found."""
    runs, features, size = 300, 3, 20
    random = np.random.default_rng(5)
    references, windows = random.normal(size=(runs, features, 400)), random.normal(size=(runs, 4, features, size))
    named = {"rate": 0.1, "k": 2, "m": 3}
    quiet = float(work.run(probes.shares, references, windows, **named)[:, -1].mean())
    windows[:, :, 0] += 1.0
    found = float(work.run(probes.shares, references, windows, **named)[:, -1].mean())
    low, high = 0.03, 0.19  # 0.0967 for independent windows; those of one reference are nearly so, with 400 values against 20
    given = {"runs": runs, "features": features, "reference": 400, "window": size, **named}
    expect_true(low <= quiet <= high, got=quiet, want=f"from {low} to {high}", given=given, note="the share of runs in alarm where nothing changed")
    expect_true(found >= 0.97, got=found, want="0.97 or more", given=given, note="the share of runs in alarm after a shift of 1")
