r"""Measure a model honestly: a warm-up, turns that alternate, what was queued on a GPU waited for, and p95 beside p50.

Of the sorted times $t_{(1)} \le \dots \le t_{(n)}$ the percentile of a share $s$ is the one of the nearest rank,

$$t_{(k)}, \qquad k = \min \{\, i : i / n \ge s \,\},$$

a time that was measured, and no value between two of them.

Source: for the nearest rank, Hyndman and Fan, "Sample quantiles in statistical packages", The American Statistician 50(4),
1996, definition 1; for what goes wrong without care, Mytkowicz, Diwan, Hauswirth and Sweeney, "Producing wrong data without
doing anything obviously wrong!", ASPLOS 2009, section 4.
"""
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Times:
    """What the calls of one function took, in seconds, call by call: on the wall's clock, and of the processor."""

    wall: list[float]
    cpu: list[float]


@dataclass(frozen=True)
class Summary:
    """The percentiles .5 and .95 of the wall's times, and the percentile .5 of the processor's, in seconds."""

    p50: float
    p95: float
    cpu: float


def measure(functions: dict[str, Callable[[], object]], *, turns: int, warmup: int = 1,
            wall_clock: Callable[[], float] = time.perf_counter, cpu_clock: Callable[[], float] = time.process_time,
            synchronize: Callable[[], object] | None = None) -> dict[str, Times]:
    """How long each of the functions takes, by name, in as many calls as there are turns.

    First each is called `warmup` times, untimed. Then come the turns, and in each turn every function is called once: in
    the order of `functions` in the first turn, in the reverse order in the second, and so on in alternation. So a machine
    that slows down steadily costs all of them the same, over an even number of turns.

    A time is the difference between two readings of a clock, one right before the call and one right after it; each clock
    is read for timed calls only. `synchronize`, where it is given, waits until a device has done what was queued on it, as
    `torch.cuda.synchronize` does. A call's time goes on until what it queued is done, and nothing that was queued before it
    is in it.

    Raises ValueError where there are no functions, where `turns` is less than 1, or `warmup` less than 0; then nothing is
    called.

    >>> ticks = iter(range(100))
    >>> measure({"nothing": lambda: None}, turns=2, wall_clock=lambda: next(ticks), cpu_clock=lambda: 0)
    {'nothing': Times(wall=[1, 1], cpu=[0, 0])}
    """
    ### BEGIN SOLUTION
    if not functions or turns < 1 or warmup < 0:
        raise ValueError("there is at least one function and one turn, and no negative warm-up")
    wait = synchronize or (lambda: None)
    for function in functions.values():
        for _ in range(warmup):
            function()

    found = {name: Times([], []) for name in functions}
    for turn in range(turns):
        for name in list(functions)[::-1 if turn % 2 else 1]:
            wait()  # what is still queued belongs to the call before
            cpu, wall = cpu_clock(), wall_clock()
            functions[name]()
            wait()  # the call has returned, its work on the device may not be done
            wall, cpu = wall_clock() - wall, cpu_clock() - cpu
            found[name].wall.append(wall)
            found[name].cpu.append(cpu)
    return found
    ### END SOLUTION


def percentile(times: list[float], share: float) -> float:
    """The smallest of the times with at least `share` of all times less than or equal to it.

    The times come in any order, and are not changed. Of 20 times the percentile .95 is the 19th smallest.

    Raises ValueError where there are no times, and unless `share` is more than 0 and at most 1; NaN is not.

    >>> percentile([3.0, 1.0, 2.0, 10.0], 0.5), percentile([3.0, 1.0, 2.0, 10.0], 0.95)
    (2.0, 10.0)
    """
    ### BEGIN SOLUTION
    if not times or not 0 < share <= 1:
        raise ValueError("there is at least one time, and a share is above 0 and at most 1")
    ordered, n = sorted(times), len(times)
    # k / n >= share, and not k >= share * n: .07 * 100 is 7.000000000000001, while 7 / 100 is .07.
    return ordered[next(k for k in range(1, n + 1) if k / n >= share) - 1]
    ### END SOLUTION


def summarize(times: Times) -> Summary:
    """The percentiles of the times of one function.

    >>> summarize(Times(wall=[4.0, 2.0, 3.0], cpu=[1.0, 1.0, 5.0]))
    Summary(p50=3.0, p95=4.0, cpu=1.0)
    """
    ### BEGIN SOLUTION
    return Summary(p50=percentile(times.wall, 0.5), p95=percentile(times.wall, 0.95), cpu=percentile(times.cpu, 0.5))
    ### END SOLUTION


def speedups(measured: dict[str, Times], baseline: str) -> dict[str, float]:
    """By how much each function beats the baseline: the baseline's `Summary.cpu` divided by its own. 2 is twice as fast.

    All functions are in the result, in the order of `measured`, the baseline with 1. A function whose `Summary.cpu` is 0
    was too short for the clock.

    Raises ValueError where `baseline` is no name in `measured`, and where the `Summary.cpu` of any function is 0.

    >>> speedups({"float": Times([4.0], [6.0]), "int8": Times([3.0], [4.0])}, "float")
    {'float': 1.0, 'int8': 1.5}
    """
    ### BEGIN SOLUTION
    if baseline not in measured:
        raise ValueError(f"nothing was measured of '{baseline}'")
    cpu = {name: summarize(times).cpu for name, times in measured.items()}
    if not all(cpu.values()):
        raise ValueError("a function was too short for the clock: let it do more in one call")
    return {name: cpu[baseline] / own for name, own in cpu.items()}
    ### END SOLUTION


def choose_devices(wanted: list[str], present: list[str] | None = None) -> tuple[list[str], dict[str, str]]:
    """(the devices to measure on, why not for each of the others), each device once, in the order of `wanted`.

    `present` are the devices of this machine: where it is None, "cpu", and "cuda" where torch has a GPU. What is wanted and
    not present is not measured, and is not measured on another device in its stead: it stands in the second result, with
    a sentence in which its name occurs.

    >>> choose_devices(["cuda", "cpu"], present=["cpu"])
    (['cpu'], {'cuda': 'cuda is not measured: this machine has none.'})
    """
    ### BEGIN SOLUTION
    if present is None:
        present = ["cpu"] + ["cuda"] * torch.cuda.is_available()
    once = list(dict.fromkeys(wanted))
    missing = {device: f"{device} is not measured: this machine has none." for device in once if device not in present}
    return [device for device in once if device in present], missing
    ### END SOLUTION

### BEGIN AFTERWORD
# The wall's clock is what a user waits by, and everything else on the machine is in it; the processor's is what the model
# costs, and on two busy cores it is the steadier of the two. A call that works in several threads may take less of the
# first and more of the second, so neither of them alone says what got better.
# Of 20 calls p95 is the second largest, and of 10 it is the largest: the tail of few calls is an anecdote.
### END AFTERWORD

### BEGIN HINTS
# 1. `measure` is two loops, one for the warm-up and one for the turns; think about what a GPU is still doing at each of the
#    four moments at which a clock is read. `percentile` needs no interpolation: it is a place in a sorted list.
# 2. In odd turns go through the names in reverse. Synchronise before the first reading and before the second. Count k up
#    from 1 until k / n reaches the share.
# 3. `for name in list(functions)[::-1 if turn % 2 else 1]: wait(); cpu, wall = cpu_clock(), wall_clock();
#    functions[name](); wait(); wall, cpu = wall_clock() - wall, cpu_clock() - cpu`, and
#    `sorted(times)[next(k for k in range(1, n + 1) if k / n >= share) - 1]`.
### END HINTS
