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
    raise NotImplementedError


async def open_load(send: Send, due: list[float], *, connections: int) -> list[Result]:
    """Send a request at each of the times `due`, in seconds from now, and do not wait for the answers of those before it.

    Request i is `await send(i)`. At most `connections` of them are under way at once; what is due while all are taken waits
    for one, the earliest first, and its time goes on. `due` is in ascending order.

    The results are in the order of the requests. `due` is counted from the call, as is `ended`, on the clock of the running
    event loop. A request that raises an Exception has failed: its result says with which class, `ended` is when it was
    raised, and the others go on.

    Raises ValueError where `connections` is less than 1; then nothing is sent.
    """
    raise NotImplementedError


async def closed_load(send: Send, *, clients: int, seconds: float, pause: float = 0.0) -> list[Result]:
    """Let `clients` send requests for so long, each one after the other, and wait for `pause` seconds after each answer.

    Each client sends its first request at once. It sends another one while less than `seconds` have gone by since the call,
    and waits for the answer of its last one. Requests are numbered from 0 in the order in which they are sent, and the
    results are in that order. In a closed load a request is due when it is sent. A request that raises an Exception has
    failed, as in `open_load`, and its client goes on.

    Raises ValueError where `clients` is less than 1; then nothing is sent.
    """
    raise NotImplementedError
def correct(latencies: list[float], interval: float) -> list[float]:
    """What a generator would have measured that sends every `interval` seconds, whatever is still under way.

    While a request of `t` seconds was under way, a generator that waits for answers sent nothing. The requests it left out
    would have waited for `t - interval`, `t - 2 * interval`, ... seconds: those of them that are at least `interval` are put
    in. The result is sorted; `latencies` is not changed.

    Raises ValueError unless `interval` is above 0.

    >>> correct([1.0, 4.5, 1.0], 1.0)
    [1.0, 1.0, 1.5, 2.5, 3.5, 4.5]
    """
    raise NotImplementedError


class Histogram:
    """Counts of latencies in buckets whose upper bounds grow by a factor, so that percentiles have a bounded relative error.

    The bounds are `lowest * growth ** i` for i = 0, 1, ..., up to the first that is at least `highest`. A latency is counted
    in the first bucket whose bound is not below it; all up to `lowest` are in the first, and what is above the last bound is
    counted too, in a bucket without a bound.

    Raises ValueError unless `0 < lowest <= highest` and `growth > 1`.
    """

    def __init__(self, *, lowest: float = 1e-4, highest: float = 60.0, growth: float = 1.05):
        raise NotImplementedError

    def record(self, latency: float) -> None:
        """Count one latency, in seconds. Raises ValueError, and counts nothing, where it is negative or NaN."""
        raise NotImplementedError

    def percentile(self, share: float) -> float:
        """The bound of the first bucket at which at least `share` of all latencies are counted, in it and below it.

        So it is never less than the percentile of the nearest rank, and never more than `growth` times it, within the
        bounds. It is `math.inf` where that bucket has no bound.

        Raises ValueError where nothing was counted, and unless `share` is above 0 and at most 1.
        """
        raise NotImplementedError

    def merge(self, other: "Histogram") -> None:
        """Add what another histogram has counted, on another machine say. `other` is not changed.

        Raises ValueError, and changes nothing, where its bounds are not the same.
        """
        raise NotImplementedError
