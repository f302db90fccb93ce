"""The given code in exercises/common: the virtual clock."""
import asyncio
import socket
import time

import pytest

from exercises.common import virtual_clock


def now():
    return asyncio.get_running_loop().time()


def test_a_year_takes_no_time():
    async def late():
        await asyncio.sleep(365 * 86400)
        return now()

    begun = time.process_time()
    assert virtual_clock.run(late()) == 365 * 86400
    assert time.process_time() - begun < 60


def test_times_are_exact():
    async def times():
        seen = []
        for _ in range(3):
            await asyncio.sleep(0.1)
            seen.append(now())
        return seen

    assert virtual_clock.run(times()) == [0.1, 0.1 + 0.1, 0.1 + 0.1 + 0.1]


def test_timers_of_one_moment_go_off_in_the_order_in_which_they_were_set():
    async def main():
        loop, seen = asyncio.get_running_loop(), []
        for number in range(50):
            loop.call_at(2.0 if number % 2 else 1.0, seen.append, number)
        loop.call_at(1.5, loop.call_at, 2.0, seen.append, "last")
        timers = [loop.call_at(2.0, seen.append, "cancelled") for _ in range(300)]
        for timer in timers:
            timer.cancel()
        await asyncio.sleep(3)
        return seen

    assert virtual_clock.run(main()) == [*range(0, 50, 2), *range(1, 50, 2), "last"]


def test_what_is_due_the_least_bit_later_is_due_later():
    async def main():
        loop, seen = asyncio.get_running_loop(), []
        for at in (1.0 + 1e-12, 1.0, 1.0 + 5e-16):
            loop.call_at(at, lambda: seen.append(now()))
        await asyncio.sleep(2)
        return seen

    assert virtual_clock.run(main()) == sorted([1.0, 1.0 + 5e-16, 1.0 + 1e-12])


def test_what_is_ready_runs_before_time_goes_on():
    async def main():
        seen = []

        async def steps():
            for number in range(100):
                await asyncio.sleep(0)
                seen.append(now())

        task = asyncio.ensure_future(steps())
        await asyncio.sleep(1)
        return task.done() and set(seen)

    assert virtual_clock.run(main()) == {0.0}


def test_timeouts_queues_and_locks_work():
    async def main():
        queue, lock = asyncio.Queue(1), asyncio.Lock()

        async def put():
            async with lock:
                for number in range(3):
                    await asyncio.sleep(1)
                    await queue.put(number)

        task = asyncio.ensure_future(put())
        got = [await queue.get() for _ in range(3)]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2.5):
                await queue.get()
        await task
        return got, now()

    assert virtual_clock.run(main()) == ([0, 1, 2], 5.5)


def test_an_error_comes_through_and_what_still_runs_is_cancelled():
    seen = []

    async def goes_on():
        try:
            await asyncio.sleep(1e9)
        finally:
            seen.append("cancelled")

    async def fails():
        asyncio.ensure_future(goes_on())
        await asyncio.sleep(1)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        virtual_clock.run(fails())
    assert seen == ["cancelled"]


def test_who_waits_for_nothing_is_told():
    async def waits():
        await asyncio.get_running_loop().create_future()

    with pytest.raises(virtual_clock.NothingToWaitForError):
        virtual_clock.run(waits())


@pytest.mark.parametrize("deaf", [False, True])
def test_who_asks_again_and_again_is_told(deaf):
    async def asks():
        while True:
            try:
                await asyncio.sleep(0)
            except asyncio.CancelledError:
                if not deaf:
                    raise

    with pytest.raises(virtual_clock.TooManyStepsError):
        virtual_clock.run(asks(), most_steps=100)


def test_it_opens_no_socket(monkeypatch):
    monkeypatch.setattr(socket, "socketpair", None)
    monkeypatch.setattr(socket, "socket", None)

    async def nothing():
        return 1

    assert virtual_clock.run(nothing()) == 1
