# what is wrong: all calls of close await one future themselves, so one that is cancelled cancels it for the others
# told: closes_share_a_future
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
import math
from dataclasses import dataclass
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
        if not max_batch >= 1:
            raise ValueError(f"max_batch must be 1 or more, and is {max_batch}")
        if not max_wait >= 0:
            raise ValueError(f"max_wait must be 0 or more, and is {max_wait}")
        if not max_queue >= max_batch:
            raise ValueError(f"max_queue must be {max_batch} or more, and is {max_queue}")
        self.run, self.max_batch, self.max_wait, self.max_queue = run, max_batch, max_wait, max_queue
        self.queue: deque[Request] = deque()
        self.batch: asyncio.Task | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.closing = False
        self.closed: asyncio.Future | None = None

    @property
    def waiting(self) -> int:
        """How many accepted requests wait for their batch to begin."""
        return len(self.queue)

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
        if self.closing:
            raise ClosedError("the batcher is closed")
        if len(self.queue) >= self.max_queue:
            raise QueueFullError(f"{self.max_queue} requests wait already")
        loop = asyncio.get_running_loop()
        request = Request(item, loop.time(), loop.create_future())
        self.queue.append(request)
        self.look()
        try:
            await asyncio.wait([request.answer], timeout=timeout)
            if not request.answer.done():
                raise DeadlineError(f"no result within {timeout} s")
            return request.answer.result()
        finally:
            request.answer.cancel()
            if request in self.queue:
                self.queue.remove(request)
                self.look()

    async def close(self) -> None:
        """Accept nothing more, and return when every request that was accepted has its result or its error.

        What waits is not held back any longer: a batch begins whenever none is under way. Calls after the first return when
        the first does, and a call that is cancelled changes nothing for the requests.
        """
        if self.closed is None:
            self.closed = asyncio.get_running_loop().create_future()
        self.closing = True
        self.look()
        await self.closed

    def look(self) -> None:
        """Begin a batch, or set the timer, or do nothing."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.batch is not None:
            return
        if not self.queue:
            if self.closing and not self.closed.done():
                self.closed.set_result(None)
            return
        loop = asyncio.get_running_loop()
        due = self.queue[0].since + self.max_wait
        if self.closing or len(self.queue) >= self.max_batch or loop.time() >= due:
            requests = [self.queue.popleft() for _ in range(min(self.max_batch, len(self.queue)))]
            self.batch = loop.create_task(self.answer_all(requests))
            self.batch.add_done_callback(self.ended)
        elif due < math.inf:
            self.timer = loop.call_at(due, self.look)

    def ended(self, batch: asyncio.Task) -> None:
        self.batch = None
        self.look()

    async def attempt(self, requests: list) -> Exception | None:
        """Run these and set their answers; the error, if there was one."""
        try:
            results = await self.run([request.item for request in requests])
            if len(results) != len(requests):
                raise RuntimeError(f"{len(results)} results for {len(requests)} items")
        except Exception as error:
            return error
        for request, result in zip(requests, results):
            if not request.answer.done():
                request.answer.set_result(result)
        return None

    async def answer_all(self, requests: list) -> None:
        try:
            error = await self.attempt(requests)
            if error is None:
                return
            if len(requests) == 1:
                if not requests[0].answer.done():
                    requests[0].answer.set_exception(error)
                return
            for request in requests:
                if not request.answer.done():
                    error = await self.attempt([request])
                    if error is not None and not request.answer.done():
                        request.answer.set_exception(error)
        except BaseException:
            for request in requests:
                request.answer.cancel()
            raise


@dataclass(eq=False)
class Request:
    """A caller's item, when it came, and the future that its caller waits for."""

    item: Any
    since: float
    answer: asyncio.Future
