r"""Load, open and closed: measure a service as those who use it meet it.

In a *closed* load each of $c$ clients waits for its answer before it sends again, so a service that slows down is asked less.
By Little's law its throughput is

$$\lambda = \frac{c}{R + Z},$$

with $R$ the mean time of an answer and $Z$ the pause after it. In an *open* load requests arrive when they arrive, as users
do who know nothing of each other; what waits behind a stall waits, and its time begins when it should have been sent. A
generator that starts the clock only when it gets round to sending leaves that wait out: *coordinated omission*.

Source: Schroeder, Wierman and Harchol-Balter, "Open versus closed: a cautionary tale", NSDI 2006, sections 2 and 4; for the
correction and the histogram, Tene, HdrHistogram, `recordValueWithExpectedInterval`.
"""
import asyncio
import math
from bisect import bisect_left
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import numpy as np

Send = Callable[[int], Awaitable[object]]


@dataclass(frozen=True)
class Result:
    """One request: when it was due and when its answer was there, in seconds, and the class of its error, or ""."""

    due: float
    ended: float
    error: str = ""

    @property
    def latency(self) -> float:
        return self.ended - self.due


def schedule(rate: float, seconds: float, rng: np.random.Generator | None = None) -> list[float]:
    """When the requests of an open load are due: `rate` in a second, from 0 up to but not including `seconds`.

    Without `rng` they are evenly spaced: request i at `i / rate`. With one they are a Poisson process: the gaps, the one
    before the first request too, are independent and exponentially distributed, with the mean `1 / rate`.

    Raises ValueError unless `rate` and `seconds` are above 0 and finite.

    >>> schedule(4, 1)
    [0.0, 0.25, 0.5, 0.75]
    """
    ### BEGIN SOLUTION
    if not (0 < rate < math.inf and 0 < seconds < math.inf):
        raise ValueError(f"a rate and a duration are above 0 and finite, not {rate} and {seconds}")
    found: list[float] = []
    at = 0.0 if rng is None else rng.exponential(1 / rate)
    while at < seconds:
        found.append(at)
        at = len(found) / rate if rng is None else at + rng.exponential(1 / rate)
    return found
    ### END SOLUTION


async def open_load(send: Send, due: list[float], *, connections: int) -> list[Result]:
    """Send a request at each of the times `due`, in seconds from now, and do not wait for the answers of those before it.

    Request i is `await send(i)`. At most `connections` of them are under way at once; what is due while all are taken waits
    for one, the earliest first, and its time goes on. `due` is in ascending order.

    The results are in the order of the requests. `due` is counted from the call, as is `ended`, on the clock of the running
    event loop. A request that raises an Exception has failed: its result says with which class, `ended` is when it was
    raised, and the others go on.

    Raises ValueError where `connections` is less than 1; then nothing is sent.
    """
    ### BEGIN SOLUTION
    if connections < 1:
        raise ValueError("there is at least one connection")
    loop = asyncio.get_running_loop()
    start, free = loop.time(), asyncio.Semaphore(connections)  # a semaphore lets those in first that came first

    async def one(number: int) -> Result:
        await asyncio.sleep(due[number] - (loop.time() - start))
        async with free:
            return await timed(send, number, due[number], start)

    return list(await asyncio.gather(*(one(number) for number in range(len(due)))))
    ### END SOLUTION


async def closed_load(send: Send, *, clients: int, seconds: float, pause: float = 0.0) -> list[Result]:
    """Let `clients` send requests for so long, each one after the other, and wait for `pause` seconds after each answer.

    Each client sends its first request at once. It sends another one while less than `seconds` have gone by since the call,
    and waits for the answer of its last one. Requests are numbered from 0 in the order in which they are sent, and the
    results are in that order. In a closed load a request is due when it is sent. A request that raises an Exception has
    failed, as in `open_load`, and its client goes on.

    Raises ValueError where `clients` is less than 1; then nothing is sent.
    """
    ### BEGIN SOLUTION
    if clients < 1:
        raise ValueError("there is at least one client")
    loop = asyncio.get_running_loop()
    start, results = loop.time(), {}

    async def client() -> None:
        while loop.time() - start < seconds:
            number = len(results)
            results[number] = None  # its place, while the answer is awaited
            results[number] = await timed(send, number, loop.time() - start, start)
            await asyncio.sleep(pause)

    await asyncio.gather(*(client() for _ in range(clients)))
    return list(results.values())
    ### END SOLUTION


### BEGIN SOLUTION
async def timed(send: Send, number: int, due: float, start: float) -> Result:
    loop, error = asyncio.get_running_loop(), ""
    try:
        await send(number)
    except Exception as raised:  # not CancelledError: whoever cancels the load ends it
        error = type(raised).__name__
    return Result(due, loop.time() - start, error)


### END SOLUTION
def correct(latencies: list[float], interval: float) -> list[float]:
    """What a generator would have measured that sends every `interval` seconds, whatever is still under way.

    While a request of `t` seconds was under way, a generator that waits for answers sent nothing. The requests it left out
    would have waited for `t - interval`, `t - 2 * interval`, ... seconds: those of them that are at least `interval` are put
    in. The result is sorted; `latencies` is not changed.

    Raises ValueError unless `interval` is above 0.

    >>> correct([1.0, 4.5, 1.0], 1.0)
    [1.0, 1.0, 1.5, 2.5, 3.5, 4.5]
    """
    ### BEGIN SOLUTION
    if not interval > 0:
        raise ValueError("an interval is above 0")
    found = list(latencies)
    for latency in latencies:
        # t - k interval >= interval, for k = 1, 2, ...
        k = 1
        while (missed := latency - k * interval) >= interval:
            found.append(missed)
            k += 1
    return sorted(found)
    ### END SOLUTION


class Histogram:
    """Counts of latencies in buckets whose upper bounds grow by a factor, so that percentiles have a bounded relative error.

    The bounds are `lowest * growth ** i` for i = 0, 1, ..., up to the first that is at least `highest`. A latency is counted
    in the first bucket whose bound is not below it; all up to `lowest` are in the first, and what is above the last bound is
    counted too, in a bucket without a bound.

    Raises ValueError unless `0 < lowest <= highest` and `growth > 1`.
    """

    def __init__(self, *, lowest: float = 1e-4, highest: float = 60.0, growth: float = 1.05):
        ### BEGIN SOLUTION
        if not (0 < lowest <= highest and growth > 1):
            raise ValueError("0 < lowest <= highest, and the bounds grow")
        self.bounds = [lowest]
        while self.bounds[-1] < highest:
            self.bounds.append(lowest * growth ** len(self.bounds))
        self.counts = [0] * (len(self.bounds) + 1)  # the last has no bound
        ### END SOLUTION

    def record(self, latency: float) -> None:
        """Count one latency, in seconds. Raises ValueError, and counts nothing, where it is negative or NaN."""
        ### BEGIN SOLUTION
        if not latency >= 0:
            raise ValueError(f"{latency} is no latency")
        self.counts[bisect_left(self.bounds, latency)] += 1
        ### END SOLUTION

    def percentile(self, share: float) -> float:
        """The bound of the first bucket at which at least `share` of all latencies are counted, in it and below it.

        So it is never less than the percentile of the nearest rank, and never more than `growth` times it, within the
        bounds. It is `math.inf` where that bucket has no bound.

        Raises ValueError where nothing was counted, and unless `share` is above 0 and at most 1.
        """
        ### BEGIN SOLUTION
        total = sum(self.counts)
        if not total or not 0 < share <= 1:
            raise ValueError("something was counted, and a share is above 0 and at most 1")
        below = 0
        for bound, count in zip([*self.bounds, math.inf], self.counts):
            below += count
            if below / total >= share:
                return bound
        ### END SOLUTION

    def merge(self, other: "Histogram") -> None:
        """Add what another histogram has counted, on another machine say. `other` is not changed.

        Raises ValueError, and changes nothing, where its bounds are not the same.
        """
        ### BEGIN SOLUTION
        if self.bounds != other.bounds:
            raise ValueError("two histograms are added where their bounds are the same")
        self.counts = [one + more for one, more in zip(self.counts, other.counts)]
        ### END SOLUTION

### BEGIN AFTERWORD
# The same service has two latencies: what it needs for a request, and what the one who sent it waits for. Under a closed
# load they look alike, because the load politely stops while the service stalls. A percentile of a stalled minute from a
# closed load is the percentile of the requests that were not sent.
# Percentiles cannot be averaged: the mean of two machines' p99 is nobody's p99. Counts can be added, which is why
# Prometheus, and this histogram, keep counts.
### END AFTERWORD

### BEGIN HINTS
# 1. Ask of each time when it begins. In an open load that is when the request was due, whether or not a connection was
#    free; and no request may wait for the answer of the one before it.
# 2. `asyncio.gather` over one coroutine for each request: it sleeps until the request is due, waits for a semaphore, sends,
#    and measures from the due time. A client of the closed load is a loop. The histogram keeps a count for each bound and one more.
# 3. `await asyncio.sleep(due[i] - (loop.time() - start))`, then `async with semaphore: ...`, then `Result(due[i],
#    loop.time() - start, error)`; `self.counts[bisect_left(self.bounds, latency)] += 1`; add up counts until
#    `below / total >= share`.
### END HINTS
