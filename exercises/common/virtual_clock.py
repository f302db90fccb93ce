"""A virtual clock for asyncio: an event loop whose time jumps to the next timer, so that waiting takes no time.

    async def late():
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    virtual_clock.run(late())        # 3600.0, at once

Where nothing is ready to run, the clock goes on to the moment at which the next timer is due. Timers that are due at one
moment go off in the order in which they were set, so two runs of one program are the same to the last step. There are no
sockets, no files, no threads and no signals: what waits for one of them waits for ever, and that is an error here.

What reads another clock than the loop's (`time.monotonic`, `time.sleep`) does not see the jumps.
"""
import asyncio
import asyncio.base_events
import heapq
import math
from collections.abc import Coroutine
from typing import Any

MOST_STEPS = 100_000  # of the loop; each runs all that is ready


class NothingToWaitForError(RuntimeError):
    """Every task waits, and no timer is set that could wake one."""


class TooManyStepsError(RuntimeError):
    """The loop went round too often: a task asks again and again whether something has happened, say."""


class Timer(asyncio.TimerHandle):
    """A timer that is ordered by its moment, and among those of one moment by when it was set."""

    __slots__ = ("number",)

    def __lt__(self, other):
        return (self._when, self.number) < (other._when, other.number)


class VirtualClockLoop(asyncio.base_events.BaseEventLoop):
    """An event loop that begins at time 0 and jumps from timer to timer."""

    def __init__(self, most_steps: int = MOST_STEPS):
        super().__init__()
        self.now, self.steps, self.most_steps, self.timers_set = 0.0, 0, most_steps, 0
        self._selector = self  # what the base class asks to wait, with `select`

    def time(self) -> float:
        return self.now

    @property
    def _clock_resolution(self) -> float:
        """Timers that are due less than this after the present moment go off with it: none but those of this moment."""
        return math.ulp(self.now)

    @_clock_resolution.setter
    def _clock_resolution(self, value: float) -> None:
        """The base class sets that of the real clock."""

    def call_at(self, when, callback, *args, context=None):
        self._check_closed()
        timer = Timer(when, callback, args, self, context)
        timer.number, self.timers_set = self.timers_set, self.timers_set + 1
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    def select(self, timeout: float | None) -> list:
        """Wait for `timeout` seconds, which takes no time. The base class calls this once in each step."""
        self.steps += 1
        if self.steps > self.most_steps:
            raise TooManyStepsError(f"after {self.most_steps} steps there is no end: does a task ask again and again?")
        if timeout is None:
            raise NothingToWaitForError("everything waits, and no timer is set: what was to wake it never came")
        if timeout > 0:
            self.now = max(self.now, self._scheduled[0]._when)  # not now + timeout, which rounds
        return []

    def _process_events(self, events) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nothing sleeps that would have to be woken."""


def run(main: Coroutine, *, most_steps: int = MOST_STEPS) -> Any:
    """The result of a coroutine, which runs on a virtual clock that begins at 0. What else still runs then is cancelled.

    Raises NothingToWaitForError if everything waits and no timer is set, and TooManyStepsError after `most_steps` steps.
    """
    loop = VirtualClockLoop(most_steps)
    try:
        return loop.run_until_complete(main)
    finally:
        try:
            cancel_what_is_left(loop)
        finally:
            loop.close()


def cancel_what_is_left(loop: VirtualClockLoop) -> None:
    """Cancel the tasks that still run and wait until they have ended, if they do."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.steps = 0
    try:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True) if left else loop.shutdown_asyncgens())
    except (NothingToWaitForError, TooManyStepsError):  # a task that does not let itself be cancelled
        for task in left:
            task._log_destroy_pending = False
