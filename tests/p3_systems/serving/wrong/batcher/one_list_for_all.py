# what is wrong: the list that run was given is used again afterwards, so a run that empties or changes its list spoils the count and the second try
# told: uses_the_list_again
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
        if not (max_batch >= 1 and max_wait >= 0 and max_queue >= max_batch):
            raise ValueError("needed: max_batch >= 1, max_wait >= 0, max_queue >= max_batch")
        self._run, self._limits = run, (max_batch, max_wait, max_queue)
        self._queue: deque[tuple[Any, asyncio.Future, float]] = deque()  # (item, future, when it is due)
        self._current: asyncio.Task | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._closed = False
        self._closers: list[asyncio.Future] = []

    @property
    def waiting(self) -> int:
        """How many accepted requests wait for their batch to begin."""
        return sum(not future.done() for _, future, _ in self._queue)

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
        _, max_wait, max_queue = self._limits
        if self._closed:
            raise ClosedError("this batcher was closed")
        if self.waiting >= max_queue:
            raise QueueFullError("come again later")
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._queue.append((item, future, loop.time() + max_wait))
        self._dispatch()
        limit = None if timeout is None else loop.call_later(timeout, self._expire, future, timeout)
        try:
            return await future
        finally:
            if limit is not None:
                limit.cancel()
            self._dispatch()

    async def close(self) -> None:
        """Accept nothing more, and return when every request that was accepted has its result or its error.

        What waits is not held back any longer: a batch begins whenever none is under way. Calls after the first return when
        the first does, and a call that is cancelled changes nothing for the requests.
        """
        self._closed = True
        self._dispatch()
        if self._current is not None:
            closer = asyncio.get_running_loop().create_future()  # of this call alone
            self._closers.append(closer)
            await closer

    def _expire(self, future: asyncio.Future, timeout: float) -> None:
        if not future.done():
            future.set_exception(DeadlineError(f"{timeout} s are over"))

    def _dispatch(self) -> None:
        """Whatever has happened: do what is to be done now. A future that is done belongs to a caller who has left the queue."""
        max_batch = self._limits[0]
        self._queue = deque(entry for entry in self._queue if not entry[1].done())
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._current is not None:
            return
        if not self._queue:
            if self._closed:
                for closer in self._closers:
                    if not closer.done():
                        closer.set_result(None)
                self._closers.clear()
            return
        loop = asyncio.get_running_loop()
        due = self._queue[0][2]
        if self._closed or len(self._queue) >= max_batch or due <= loop.time():
            batch = [self._queue.popleft()[:2] for _ in range(min(max_batch, len(self._queue)))]
            self._current = loop.create_task(self._process(batch))
        elif due != float("inf"):
            self._alarm = loop.call_at(due, self._dispatch)

    async def _process(self, batch: list[tuple[Any, asyncio.Future]]) -> None:
        try:
            await self._compute(batch)
        finally:
            for _, future in batch:
                future.cancel()  # changes nothing where there is a result
            self._current = None
            self._dispatch()

    async def _compute(self, batch: list[tuple[Any, asyncio.Future]]) -> None:
        failure = None
        items = [item for item, _ in batch]
        try:
            results = await self._run(items)
            if len(results) != len(items):
                raise RuntimeError(f"{len(items)} items, but {len(results)} results")
        except Exception as error:
            failure = error
        if failure is None:
            for (_, future), result in zip(batch, results):
                if not future.done():
                    future.set_result(result)
        elif len(batch) == 1:
            if not batch[0][1].done():
                batch[0][1].set_exception(failure)
        else:
            for item, (_, future) in zip(items, batch):
                if not future.done():
                    await self._compute([(item, future)])


# Nothing else is needed: a request is a tuple.
