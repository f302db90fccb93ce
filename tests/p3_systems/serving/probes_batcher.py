"""What the suite of `batcher` does beside the learner's objects, in the learner's process, on a virtual clock.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import asyncio

import numpy as np

from exercises.common import virtual_clock

LONG = 1000.0  # seconds of the virtual clock after the last arrival: who has no answer then gets none
SETTLE = 20    # steps of the loop after each arrival, so that a batch which is due has begun, in whatever way it is begun


class PoisonedError(Exception):
    """What the model raises for an item that poisons its batch."""


class Model:
    """Ten times each item. It notes when it is called, with what, and how many calls are under way at most."""

    def __init__(self, cost, poison=(), error="PoisonedError", short=()):
        self.cost, self.poison, self.error, self.short = cost, set(poison), error, set(short)
        self.calls, self.now, self.most = [], 0, 0

    async def __call__(self, items):
        loop = asyncio.get_running_loop()
        numbers = [int(item[0]) for item in items]
        self.calls.append([loop.time(), numbers])
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.cost)
            if self.poison & set(numbers):
                raise (TimeoutError if self.error == "TimeoutError" else PoisonedError)(str(min(self.poison & set(numbers))))
            results = np.array([10 * item for item in items])
            items.clear()  # the list is the model's
            return results[:-1] if self.short & set(numbers) else results
        finally:
            self.now -= 1


def play(work, arrivals, *, max_batch, max_wait, max_queue, cost, poison=(), error="PoisonedError", short=(), closes=(),
         early=False):
    """Play a schedule, and tell what happened.

    arrivals  a list of [at, item, cancelled after, timeout], the last two in seconds or None
    closes    when `close` is called; a pair [at, cancelled after] is such a call that is cancelled
    early     whether the batcher is made before the loop runs

    The calls of the model [when, items]; for each caller what came to it, [kind, value, when]; for each call of `close`
    when it returned; the most calls of the model that were under way at once; and what `waiting` was before each arrival.
    """
    model = Model(cost, poison, error, short)

    def make():
        return work.Batcher(model, max_batch=max_batch, max_wait=max_wait, max_queue=max_queue)

    made = make() if early else None

    async def main():
        loop, batcher, waiting = asyncio.get_running_loop(), made or make(), []

        async def caller(item, timeout):
            options = {} if timeout is None else {"timeout": timeout}
            try:
                result = await batcher.submit(np.array([item, item]), **options)
                return ["answer", [int(number) for number in result], loop.time()]
            except (asyncio.CancelledError, PoisonedError) as raised:
                return [type(raised).__name__, str(raised), loop.time()]
            except NotImplementedError:
                raise
            except Exception as raised:
                told = str(raised) if type(raised) is TimeoutError else ""
                return [type(raised).__name__, told, loop.time()]

        async def closer(at, patience):
            await asyncio.sleep(at - loop.time())
            task = loop.create_task(batcher.close())
            if patience is not None:
                loop.call_later(patience, task.cancel)
            await asyncio.wait([task], timeout=LONG)
            if not task.done():
                return None
            return "cancelled" if task.cancelled() else task.result() or loop.time()

        closing = [loop.create_task(closer(*(each if isinstance(each, (list, tuple)) else (each, None)))) for each in closes]
        callers = []
        for at, item, patience, timeout in arrivals:  # one task lets all of them in, in this order
            if at > loop.time():
                await asyncio.sleep(at - loop.time())
            waiting.append(batcher.waiting)
            callers.append(loop.create_task(caller(item, timeout)))
            if patience is not None:
                loop.call_later(patience, callers[-1].cancel)
            for _ in range(SETTLE):
                await asyncio.sleep(0)
        done, _ = await asyncio.wait(callers, timeout=LONG)
        outcomes = [each.result() if each in done else ["no answer at all", "", 0.0] for each in callers]
        closed = [await each for each in closing]
        return [list(call) for call in model.calls], outcomes, closed, model.most, waiting

    return virtual_clock.run(main())


def refusal(work, max_batch, max_wait, max_queue):
    """The names of the classes of what is raised when a batcher is made so; empty if nothing is."""
    try:
        work.Batcher(Model(0.0), max_batch=max_batch, max_wait=max_wait, max_queue=max_queue)
    except NotImplementedError:
        raise
    except Exception as error:
        return [each.__name__ for each in type(error).__mro__]
    return []
