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
        ### BEGIN SOLUTION
        if max_batch < 1:
            raise ValueError(f"max_batch is 1 or more, and not {max_batch}")
        if not max_wait >= 0:  # also for NaN, of which every comparison is False
            raise ValueError(f"max_wait is 0 or more, and not {max_wait}")
        if max_queue < max_batch:
            raise ValueError(f"max_queue is max_batch, {max_batch}, or more, and not {max_queue}")
        self.run, self.max_batch, self.max_wait, self.max_queue = run, max_batch, max_wait, max_queue
        self.queue: deque[Request] = deque()           # what waits, the oldest first
        self.under_way: asyncio.Task | None = None     # the batch that has begun
        self.timer: asyncio.TimerHandle | None = None  # for the oldest request, while no batch is under way
        self.closed = False
        ### END SOLUTION

    @property
    def waiting(self) -> int:
        """How many accepted requests wait for their batch to begin."""
        ### BEGIN SOLUTION
        return len(self.queue)
        ### END SOLUTION

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
        ### BEGIN SOLUTION
        if self.closed:
            raise ClosedError("the batcher is closed")
        if len(self.queue) >= self.max_queue:
            raise QueueFullError(f"{self.max_queue} requests wait already")
        request = Request(item, asyncio.get_running_loop())
        self.queue.append(request)
        self.begin_if_due()

        try:
            # asyncio.wait leaves the model's own TimeoutError alone, which asyncio.wait_for would not tell from its own.
            done, _ = await asyncio.wait([request.answer], timeout=timeout)
            if not done:
                raise DeadlineError(f"there is no result after {timeout} s")
            return request.answer.result()
        finally:  # answered, or out of time, or cancelled: nobody waits for it any more
            request.answer.cancel()
            if request in self.queue:
                self.queue.remove(request)
        ### END SOLUTION

    async def close(self) -> None:
        """Accept nothing more, and return when every request that was accepted has its result or its error.

        What waits is not held back any longer: a batch begins whenever none is under way. Calls after the first return when
        the first does, and a call that is cancelled changes nothing for the requests and for the other calls.
        """
        ### BEGIN SOLUTION
        self.closed = True
        self.begin_if_due()
        while self.under_way is not None:
            await asyncio.wait([self.under_way])  # `await self.under_way` would cancel the batch with its caller
        ### END SOLUTION

    ### BEGIN SOLUTION
    def begin_if_due(self, *_) -> None:
        """Begin a batch if there is reason to, else set the timer. Called whenever something has happened."""
        if self.under_way is not None or not self.queue:
            return
        loop, oldest = asyncio.get_running_loop(), self.queue[0]
        if len(self.queue) >= self.max_batch or self.closed or loop.time() >= oldest.since + self.max_wait:
            if self.timer is not None:
                self.timer.cancel()
                self.timer = None
            batch = [self.queue.popleft() for _ in range(min(self.max_batch, len(self.queue)))]
            self.under_way = loop.create_task(self.compute(batch))
            self.under_way.add_done_callback(self.on_end)
        elif self.timer is None:
            self.timer = loop.call_at(oldest.since + self.max_wait, self.on_timer)

    def on_timer(self) -> None:
        self.timer = None
        self.begin_if_due()  # if the oldest request has left meanwhile, this sets the timer for the next one

    def on_end(self, task: asyncio.Task) -> None:
        self.under_way = None
        self.begin_if_due()

    async def compute(self, batch: list["Request"]) -> None:
        try:
            results = await self.run([request.item for request in batch])
            if len(results) != len(batch):
                raise RuntimeError(f"the model gave {len(results)} results for {len(batch)} items")
        except Exception as error:
            if len(batch) > 1:
                for request in batch:
                    if not request.answer.done():
                        await self.compute([request])
            elif not batch[0].answer.done():
                batch[0].answer.set_exception(error)
            return
        for request, result in zip(batch, results):
            if not request.answer.done():  # the caller may have gone while the model computed
                request.answer.set_result(result)
    ### END SOLUTION


### BEGIN SOLUTION
class Request:
    """One caller's item, since when it waits, and the future by which the caller gets the result."""

    def __init__(self, item: Any, loop: asyncio.AbstractEventLoop):
        self.item, self.since, self.answer = item, loop.time(), loop.create_future()
### END SOLUTION

### BEGIN AFTERWORD
# No caller runs the model here. It is tempting to let the one who completes a batch run it for all: it is there anyway. But
# then its cancellation is everybody's, and a client that hangs up takes 31 strangers down with it. Each caller waits for a
# future of its own, and the batch is a task that belongs to nobody.
# One at a time, each alone, is the simplest way to find what poisons a batch. It costs n more runs; halving costs about
# 2 log2(n) for one poisoned item and more for several. Which is better depends on how often it happens: never is cheapest,
# and an application that refuses NaN at the door comes close.
# max_queue is a promise about time: who is accepted waits for at most max_queue / max_batch batches. A queue without a bound
# turns an overload of a minute into an hour of late answers, computed for callers who have long gone.
### END AFTERWORD

### BEGIN HINTS
# 1. Give each caller a future of its own (`loop.create_future()`), and let it wait for nothing else. Write one function that
#    looks at what is there, and begins a batch or sets a timer or does nothing; call it whenever something has happened: a
#    request came, the timer went off, a batch ended, `close` was called.
# 2. The batch is a task (`loop.create_task`), whose done callback looks again. `asyncio.wait([answer], timeout=…)` waits for a
#    future and neither raises nor cancels it; a `finally` after it is where a caller that leaves gives up its place. Compare
#    requests by identity, in an object of your own: `==` between NumPy arrays gives no truth.
# 3. `if busy or not queue: return`; `if len(queue) >= max_batch or closed or loop.time() >= queue[0].since + max_wait:` take
#    `min(max_batch, len(queue))` from the left and begin; `elif timer is None: timer = loop.call_at(…, on_timer)`. In the
#    task: `try: results = await run(items)`, `except Exception:` for each request whose future is not `done()`, the same with
#    that one alone; `set_result` and `set_exception` only where `not answer.done()`.
### END HINTS
