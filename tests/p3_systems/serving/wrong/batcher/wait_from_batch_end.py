# what is wrong: a worker begins to count max_wait when it turns to the queue, so who came during the last batch is held back for max_wait once more
# told: counts_from_the_end_of_a_batch
r"""A micro-batcher: requests come one by one, and a model answers many at once for less.

A model that needs $t(n) = a + b n$ seconds for a batch of $n$ requests answers

$$\frac{n}{a + b n} \quad \text{requests a second:} \quad \frac{1}{a + b} \text{ one by one, and at most } \frac{1}{b}.$$

A micro-batcher holds a request back for a moment, `max_wait` seconds at most, so that others may join it. While the model
computes, what comes gathers anyway. So at a low load a request waits for nothing but `max_wait`, and at a high load batches
become full by themselves.

All time is the event loop's (`loop.time()`, `loop.call_at`, `asyncio.sleep`, `asyncio.wait`), and nothing here needs a lock:
between two `await`s no other coroutine runs.

Source: Crankshaw, Wang, Zhou, Franklin, Gonzalez and Stoica, "Clipper: a low-latency online prediction serving system",
NSDI 2017, section 4.3; for queues with a bound, Beyer and others, "Site reliability engineering", O'Reilly 2016, chapter 22.
"""
import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from exercises.p3_systems.serving.errors import ClosedError, DeadlineError, QueueFullError


class Batcher:
    """Gathers requests into batches, in the order in which they come, and runs one batch at a time.

    A batch begins as soon as no other is under way and either `max_batch` requests wait, or the oldest of those that wait
    has waited `max_wait` seconds. It takes the `max_batch` oldest, or all if fewer wait. A request that belongs to a batch
    which has begun waits no longer.

    run        an async function: a list of items in, a list (or array) with one result for each of them, in the same order,
               out. It gets a list of its own each time.
    max_batch  the most items that it is given at once, 1 or more
    max_wait   the longest that a request is held back for others to come, in seconds, 0 or more
    max_queue  the most requests that may wait, `max_batch` or more
    """

    def __init__(self, run: Callable[[list], Awaitable[Any]], *, max_batch: int, max_wait: float, max_queue: int):
        """A batcher may be made before an event loop runs.

        Raises ValueError unless `max_batch`, `max_wait` and `max_queue` are in their ranges; NaN is in none.
        """
        for name, value, least in (("max_batch", max_batch, 1), ("max_wait", max_wait, 0), ("max_queue", max_queue, max_batch)):
            if value != value or value < least:
                raise ValueError(f"{name}={value!r} should be at least {least}")
        self._run = run
        self._max_batch = max_batch
        self._max_wait = max_wait
        self._max_queue = max_queue
        self._pending = deque()
        self._worker = None
        self._stop = False
        self._finished = asyncio.Event()
        self._changed = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many accepted requests wait for their batch to begin."""
        return len(self._pending)

    async def submit(self, item: Any, *, timeout: float | None = None) -> Any:
        """The result of `item`, once its batch was run. Items may be anything, NumPy arrays too.

        Raises, at once, ClosedError after `close` was called, and QueueFullError if `max_queue` requests wait already.
        Raises DeadlineError `timeout` seconds (more than 0) after the call, if there is no result by then; None is for ever.

        A caller may be cancelled, or its time may be up, while it waits: then its place is free, and `run` never sees its
        item. If its batch has begun, the batch goes on for the others.

        If `run` raises an Exception for several items, or returns another number of results than it was given items, each of
        them is run once more, alone, in the same order and one after the other, but those whose callers are gone. They are
        still one batch under way. Only what fails alone fails: its own caller gets the error that `run` raised for it (a
        TimeoutError, too, is no DeadlineError), or a RuntimeError if the number of results is not 1.

        >>> async def double(items):
        ...     return [2 * item for item in items]
        >>> async def two_callers():
        ...     batcher = Batcher(double, max_batch=2, max_wait=1.0, max_queue=8)
        ...     return await asyncio.gather(batcher.submit(1), batcher.submit(20))
        >>> asyncio.run(two_callers())
        [2, 40]
        """
        if self._stop:
            raise ClosedError("closed")
        if len(self._pending) >= self._max_queue:
            raise QueueFullError("full")
        job = _Job(item)
        self._pending.append(job)
        self._changed.set()
        if self._worker is None:
            self._worker = asyncio.get_running_loop().create_task(self._work())
        try:
            async with asyncio.timeout(timeout):
                await job.finished.wait()
        except TimeoutError:
            if not job.finished.is_set():
                raise DeadlineError(f"nothing after {timeout} seconds") from None
        finally:
            self._leave(job)
        if job.error is not None:
            raise job.error
        return job.result

    async def close(self) -> None:
        """Accept nothing more, and return when every request that was accepted has its result or its error.

        What waits is not held back any longer: a batch begins whenever none is under way. Calls after the first return when
        the first does, and a call that is cancelled changes nothing for the requests.
        """
        self._stop = True
        self._changed.set()
        if self._worker is None:
            self._finished.set()
        await self._finished.wait()

    def _leave(self, job) -> None:
        job.gone = True
        self._pending = deque(other for other in self._pending if other is not job)

    def _take(self) -> list:
        jobs = []
        while self._pending and len(jobs) < self._max_batch:
            jobs.append(self._pending.popleft())
        return jobs

    async def _work(self) -> None:
        """Wait for company, run a batch, and so on until nobody waits."""
        loop = asyncio.get_running_loop()
        while self._pending:
            until = loop.time() + self._max_wait
            while 0 < len(self._pending) < self._max_batch and not self._stop:
                self._changed.clear()
                try:
                    async with asyncio.timeout_at(until):
                        await self._changed.wait()
                except TimeoutError:
                    break
            jobs = self._take()
            if jobs:
                await self._serve(jobs)
        self._worker = None
        if self._stop:
            self._finished.set()

    async def _call(self, *items):
        results = await self._run(list(items))
        if len(results) != len(items):
            raise RuntimeError(f"run returned {len(results)} results for {len(items)} items")
        return results

    async def _serve(self, jobs: list) -> None:
        try:
            results = await self._call(*(job.item for job in jobs))
        except Exception as error:
            if len(jobs) == 1:
                jobs[0].settle(error=error)
                return
        else:
            for index, job in enumerate(jobs):
                job.settle(result=results[index])
            return
        for job in jobs:
            if job.gone:
                continue
            try:
                results = await self._call(job.item)
            except Exception as error:
                job.settle(error=error)
            else:
                job.settle(result=results[0])


class _Job:
    """One request on its way."""

    def __init__(self, item):
        self.item, self.result, self.error = item, None, None
        self.gone = False
        self.finished = asyncio.Event()

    def settle(self, *, result=None, error=None):
        if not self.finished.is_set():
            self.result, self.error = result, error
            self.finished.set()
