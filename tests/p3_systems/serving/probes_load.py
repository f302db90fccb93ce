"""What the suite of `load` does beside the learner's functions, in the learner's process.

The event loop's clock is virtual: a second of load takes no time. A probe gets the exercise's module as `work`, returns
plain data, and holds no expected value.
"""
import asyncio

import numpy as np


def drawn(work, rate, seconds, seeds):
    """The schedule that is drawn with each of the seeds."""
    return [list(work.schedule(rate, seconds, np.random.default_rng(seed))) for seed in seeds]


def service_of(takes, failing):
    """(a service of which request number i takes so many seconds, and fails if it is named there, what it was sent)

    What it was sent: [number, seconds since the service was made] of each request.
    """
    sent = []
    start = asyncio.get_running_loop().time()

    async def send(number):
        sent.append([number, asyncio.get_running_loop().time() - start])
        await asyncio.sleep(takes[number])
        if number in failing:
            raise {"ZeroDivisionError": ZeroDivisionError, "ConnectionError": ConnectionError}[failing[number]]("no answer")
        return {"outputs": [number]}
    return send, sent


def opened(work, due, takes, connections, failing=()):
    """([due, ended, error] of each result, its latency, what the service was sent)"""
    from exercises.common import virtual_clock

    async def main():
        send, sent = service_of(takes, dict(failing))
        return await work.open_load(send, list(due), connections=connections), sent
    results, sent = virtual_clock.run(main())
    return [[each.due, each.ended, each.error] for each in results], [each.latency for each in results], sent


def closed(work, takes, clients, seconds, pause, failing=()):
    """([due, ended, error] of each result, what the service was sent)"""
    from exercises.common import virtual_clock

    async def main():
        send, sent = service_of(takes, dict(failing))
        return await work.closed_load(send, clients=clients, seconds=seconds, **({"pause": pause} if pause else {})), sent
    results, sent = virtual_clock.run(main())
    return [[each.due, each.ended, each.error] for each in results], sent


def refused(work, function, number):
    """(the class of the error that a load without connections or clients raises, or "", how many requests it sent)"""
    from exercises.common import virtual_clock
    sent = []

    async def main():
        async def send(number):
            sent.append(number)
        if function == "open_load":
            return await work.open_load(send, [0.0, 1.0], connections=number)
        return await work.closed_load(send, clients=number, seconds=1.0, pause=0.5)
    try:
        virtual_clock.run(main())
    except NotImplementedError:
        raise
    except Exception as raised:
        return type(raised).__name__, len(sent)
    return "", len(sent)


def corrected(work, latencies, interval):
    """(the corrected latencies, the latencies afterwards)"""
    return list(work.correct(latencies, interval)), latencies


def percentiles(work, options, latencies, shares):
    """The percentiles of a histogram that has counted these latencies; one of no share refuses with ValueError."""
    histogram = work.Histogram(**options)
    for latency in latencies:
        histogram.record(latency)
    return [histogram.percentile(share) for share in shares]


def merged(work, options, first, second, shares):
    """The percentiles of a histogram that two were added in, and of the second one afterwards."""
    both, other = work.Histogram(**options), work.Histogram(**options)
    for histogram, latencies in ((both, first), (other, second)):
        for latency in latencies:
            histogram.record(latency)
    both.merge(other)
    after = [both.percentile(share) for share in shares]
    both.record(1.0)  # a histogram that took the other's list would now change it
    return after, [other.percentile(share) for share in shares]


def histogram_refuses(work, what, options, latencies, value):
    """(the class of the error, or "", the percentile .5 before and after)"""
    histogram = work.Histogram(**options)
    for latency in latencies:
        histogram.record(latency)
    before = histogram.percentile(0.5) if latencies else None
    error = ""
    try:
        if what == "merge":
            other = work.Histogram(**value)
            other.record(1.0)
            histogram.merge(other)
        else:
            getattr(histogram, what)(value)
    except NotImplementedError:
        raise
    except Exception as raised:
        error = type(raised).__name__
    return error, before, histogram.percentile(0.5) if latencies else None
