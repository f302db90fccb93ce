"""What the suite of `drift_monitor` does beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import math

import numpy as np


def by_hand(reference, window):
    """A test whose results are in the window: (effect, p-value)."""
    return float(window[0]), float(window[1])


def monitor_of(work, features, test=by_hand, **named):
    return work.DriftMonitor(reference={name: np.zeros(4) for name in features}, test=test, **named)


def made(work, features, **named):
    """What comes of making a monitor: its level, or the exception's name."""
    try:
        return float(monitor_of(work, features, **named).level)
    except ValueError:
        return "ValueError"


def seen(work, features, windows, *, in_levels=True, **named):
    """What `update` gives for each window, {feature: (effect, p)}, the p-value as a multiple of the monitor's level.

    "reset" in place of a window resets the monitor, and of a window that raises ValueError the result is "ValueError".
    """
    monitor, results = monitor_of(work, features, **named), []
    for window in windows:
        if isinstance(window, str):
            monitor.reset()
            continue
        arrays = {name: np.array([effect, p * monitor.level if in_levels else p]) for name, (effect, p) in window.items()}
        try:
            results.append(list(monitor.update(arrays)))
        except ValueError:
            results.append("ValueError")
    return results


def at_the_level(work, features, **named):
    """Whether a p-value just at the level raises an alarm, and the next larger float: of a monitor that calls at once."""
    monitor, level = monitor_of(work, features, k=1, m=1, **named), None
    level = float(monitor.level)
    return [list(monitor.update({name: np.array([1.0, p]) for name in features})) for p in (level, math.nextafter(level, 2))]


def calls_of_the_test(work, references, windows, *, changed, **named):
    """What the test was called with: (reference, window) as lists. `changed`: the caller's arrays are overwritten meanwhile."""
    calls = []

    def test(reference, window):
        calls.append([np.array(reference).tolist(), np.array(window).tolist()])
        return 0.0, 1.0

    references = {name: np.array(values) for name, values in references.items()}
    monitor = work.DriftMonitor(reference=references, test=test, **named)
    for window in windows:
        if changed:
            for values in references.values():
                values += 100
            references.pop("gone", None)
        monitor.update({name: np.array(values) for name, values in window.items()})
    return calls


def after_an_error(work, windows, **named):
    """As `seen`, for one feature, with a test that raises KeyError where the effect is 99: "KeyError" is its result."""

    def test(reference, window):
        if window[0] == 99:
            raise KeyError("the test failed")
        return by_hand(reference, window)

    monitor, results = monitor_of(work, ["a", "b"], test, **named), []
    for window in windows:
        try:
            results.append(list(monitor.update({name: np.array([effect, p]) for name, (effect, p) in window.items()})))
        except KeyError:
            results.append("KeyError")
    return results


def two_side_by_side(work, windows, **named):
    """What each of two monitors gives, of which the first one sees the windows at even places and the other one those at odd ones."""
    monitors = [monitor_of(work, ["a"], **named) for _ in range(2)]
    return [list(monitors[place % 2].update({"a": np.array(window)})) for place, window in enumerate(windows)]


def ends(work, p, *, began, **named):
    """For each run of p-values, (runs, windows, features): whether any feature is in alarm after window number `began`, and
    the first window after which one is, or -1. The monitor is reset between the runs.
    """
    names = [f"f{number}" for number in range(p.shape[2])]
    monitor, found = monitor_of(work, names, smallest=0.0, **named), []
    for run in p:
        monitor.reset()
        states = [bool(monitor.update({name: np.array([1.0, each]) for name, each in zip(names, row)})) for row in run]
        found.append([states[began], states.index(True) if True in states else -1])
    return np.array(found)


def shares(work, references, windows, **named):
    """For each run, whether a monitor with a z-test of means, at sizes as they are, is in alarm after the last window.

    references: (runs, features, n); windows: (runs, windows, features, m).
    """

    def z_test(reference, window):
        spread = reference.std(ddof=1)
        shift = float(window.mean() - reference.mean()) / spread
        return shift, math.erfc(abs(shift) / math.sqrt(2 * (1 / len(reference) + 1 / len(window))))

    ended = []
    for reference, stream in zip(references, windows):
        names = [f"f{number}" for number in range(len(reference))]
        monitor = work.DriftMonitor(reference=dict(zip(names, reference)), test=z_test, smallest=0.0, **named)
        ended.append([bool(monitor.update(dict(zip(names, window)))) for window in stream])
    return np.array(ended)
