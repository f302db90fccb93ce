"""A micro-batcher: requests come one by one, and a model answers many at once for less.

All times are fractions with a power of two below, which floats hold exactly. They lie on grids of their own, so that no two
things of different kinds happen at one moment: requests come at eighths of a second; a request is held back for MAX_WAIT,
an odd number of sixteenths; each run of the model adds 1/512 to a number of eighths, at most sixteen times; callers are
cancelled an odd number of 32nds after they came, their time is up after an odd number of 64ths, and `close` is called at an
odd number of 128ths.
"""
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect
from tests.p3_systems.serving import probes_batcher as probes

MAX_WAIT = 3 / 8 + 1 / 16
CANCELLED, EXPIRED, CLOSED, RUN = 1 / 32, 3 / 64, 5 / 128, 1 / 512


@st.composite
def schedules(draw, leaves=None, least=1, closest=0):
    """Arrivals as the probe takes them. `leaves` says how callers leave: "cancelled" or "expired"; None: none does."""
    gaps = draw(st.lists(st.integers(closest, 4), min_size=least, max_size=8))
    arrivals, at = [], 0.0
    for item, gap in enumerate(gaps):
        at += gap / 8
        after = draw(st.none() | st.integers(0, 8)) if leaves else None
        patience = after / 8 + CANCELLED if leaves == "cancelled" and after is not None else None
        timeout = after / 8 + EXPIRED if leaves == "expired" and after is not None else None
        arrivals.append([at, item, patience, timeout])
    return arrivals


costs = st.integers(0, 8).map(lambda eighths: eighths / 8 + RUN)
sizes = st.integers(1, 4)


def simulate(arrivals, *, max_batch, max_wait, max_queue, cost, poison=(), short=(), close=math.inf):
    """The batches [when, items], what comes to each caller, when all is done, and how many wait before each arrival.

    It goes from event to event. When each caller leaves is known before, so a batch is played to its end when it begins.
    """
    leaves = [at + min(math.inf if each is None else each for each in (patience, timeout))
              for at, _, patience, timeout in arrivals]
    calls, outcomes, waiting, queue, free, coming = [], {}, [], [], 0.0, list(range(len(arrivals)))

    def come(i, at):
        waiting.append(len(queue))
        if at > close:
            outcomes[i] = ["ClosedError", "", at]
        elif len(queue) >= max_queue:
            outcomes[i] = ["QueueFullError", "", at]
        else:
            queue.append(i)

    def run(batch, at):
        """Run a batch that begins at `at`, and return when it has ended."""
        numbers = [arrivals[i][1] for i in batch]
        calls.append([at, numbers])
        at += cost
        bad = {*poison, *short} & {*numbers}
        if not bad:
            outcomes.update({i: ["answer", [10 * arrivals[i][1]] * 2, at] for i in batch if leaves[i] > at})
        elif len(batch) == 1:
            if leaves[batch[0]] > at:
                name = "PoisonedError" if bad & {*poison} else "RuntimeError"
                outcomes[batch[0]] = [name, str(*numbers) if bad & {*poison} else "", at]
        else:
            for i in batch:
                if leaves[i] > at:
                    at = run([i], at)
        return at

    now = 0.0
    while coming or queue:
        # The next thing that happens: a caller comes, the first that waits leaves, or a batch begins.
        begins = math.inf
        if queue:
            reason = now if len(queue) >= max_batch else min(arrivals[queue[0]][0] + max_wait, max(now, close))
            begins = max(free, reason)
        arrives = arrivals[coming[0]][0] if coming else math.inf
        left = min((leaves[i] for i in queue), default=math.inf)
        now = min(begins, arrives, left)
        if now == begins:
            batch, queue = queue[:max_batch], queue[max_batch:]
            free = run(batch, now)
        elif now == left:
            queue = [i for i in queue if leaves[i] != now]
        else:
            come(coming.pop(0), now)
    for i, (_, _, patience, timeout) in enumerate(arrivals):
        if i not in outcomes:
            outcomes[i] = ["CancelledError" if patience is not None else "DeadlineError", "", leaves[i]]
    return calls, [outcomes[i] for i in range(len(arrivals))], max(free, close), waiting


def play(work, arrivals, *, max_batch=2, max_wait=MAX_WAIT, max_queue=100, cost=RUN, poison=(), short=(), close=None, **more):
    """What happened, what should have, and what to show of the schedule."""
    options = {"max_batch": max_batch, "max_wait": max_wait, "max_queue": max_queue, "cost": cost}
    want = simulate(arrivals, poison=poison, short=short, close=math.inf if close is None else close, **options)
    got = work.run(probes.play, arrivals, poison=list(poison), short=list(short),
                   closes=[] if close is None else [close, close + 1 / 8], **options, **more)
    given = {"requests": [told(*each) for each in arrivals], "max_batch": max_batch, "max_wait": max_wait}
    given |= {"max_queue": max_queue} if max_queue < 100 else {}
    given |= {"run takes": cost} | ({"run fails for": sorted({*poison, *short})} if poison or short else {})
    given |= {"close at": close} if close is not None else {}
    return got, want, given


def told(at, item, patience, timeout):
    leaves = f", cancelled after {patience} s" if patience is not None else ""
    return f"{item} at {at} s{leaves}" + (f", timeout={timeout}" if timeout is not None else "")


def compare_results(got, want, given):
    """What came to each caller, whenever it came."""
    expect([each[:2] for each in got[1]], equals=[each[:2] for each in want[1]], given=given, note="what came to each caller")


def compare_batches(got, want, given):
    expect(got[0], equals=want[0], given=given, note="the calls of run: when, and with which items")


def compare_times(got, want, given):
    expect(got[1], equals=want[1], given=given, note="what came to each caller, and when")


@given(schedules(), sizes, costs, st.booleans())
def test_answers(work, arrivals, max_batch, cost, early):
    """Every caller gets the result of its own item, also of a batcher that was made before the event loop ran."""
    compare_results(*play(work, arrivals, max_batch=max_batch, cost=cost, early=early))


@given(schedules(), sizes)
def test_begins(work, arrivals, max_batch):
    """A batch begins when max_batch requests wait, or when the oldest has waited max_wait, and not before."""
    got, want, given = play(work, arrivals, max_batch=max_batch)
    compare_batches(got, want, given)
    compare_times(got, want, given)


@given(schedules(closest=1), sizes)
def test_begins_at_once(work, arrivals, max_batch):
    """With max_wait=0 a request waits for nothing but the batch that is under way."""
    compare_batches(*play(work, arrivals, max_batch=max_batch, max_wait=0.0, cost=2 / 8 + RUN))


@given(schedules(least=3), sizes, costs)
def test_one_at_a_time(work, arrivals, max_batch, cost):
    """One batch is under way at a time; what comes meanwhile waits, and the oldest go first."""
    got, want, given = play(work, arrivals, max_batch=max_batch, cost=cost)
    expect(got[3], equals=1, given=given, note="the most calls of run that were under way at once")
    compare_batches(got, want, given)


@pytest.mark.parametrize("how", ["poison", "short"])
@given(schedules(least=2), st.integers(1, 4), costs, st.sets(st.integers(0, 5), min_size=1, max_size=2))
def test_poison(work, how, arrivals, max_batch, cost, bad):
    """Where run fails for several items, or gives too few results, each is run once more, alone: only what fails alone fails."""
    got, want, given = play(work, arrivals, max_batch=max_batch, cost=cost, **{how: sorted(bad)})
    compare_results(got, want, given)
    compare_batches(got, want, given)


@given(schedules("cancelled", least=2), st.integers(1, 4), costs, st.sets(st.integers(0, 7), max_size=1))
def test_cancelled(work, arrivals, max_batch, cost, bad):
    """A caller that is cancelled gives up its place, and nobody else notices."""
    got, want, given = play(work, arrivals, max_batch=max_batch, cost=cost, poison=sorted(bad))
    compare_results(got, want, given)
    compare_batches(got, want, given)
    compare_times(got, want, given)


@given(schedules("expired", least=2), st.integers(1, 4), costs)
def test_deadlines(work, arrivals, max_batch, cost):
    """Who has no result after its timeout gets DeadlineError then, and its place is free."""
    got, want, given = play(work, arrivals, max_batch=max_batch, cost=cost)
    compare_times(got, want, given)
    compare_batches(got, want, given)


@pytest.mark.parametrize("max_batch", [1, 2])
def test_errors_of_the_model(work, max_batch):
    """A TimeoutError that run itself raises comes to its caller as it is, also where the caller gave a timeout."""
    arrivals = [[0.0, 0, None, None], [0.0, 1, None, 5 + EXPIRED], [3.0, 2, None, 5 + EXPIRED]]
    got, want, given = play(work, arrivals, max_batch=max_batch, poison=[1], error="TimeoutError")
    want[1][1][0] = "TimeoutError"
    compare_results(got, want, given)


@given(schedules("cancelled", least=1), st.integers(1, 2), st.integers(0, 2), costs)
def test_full(work, arrivals, max_batch, more, cost):
    """While max_queue requests wait the next gets QueueFullError at once; those whose batch has begun do not count."""
    most = max_batch + more
    # Two more come at once, first of all, than there is room for.
    arrivals = [[0.0, 90 + i, None, None] for i in range(max_batch + most + 2)] + arrivals
    got, want, given = play(work, arrivals, max_batch=max_batch, max_queue=most, cost=cost)
    seen, right = ([f"{sum(each[0] == 'QueueFullError' for each in outcomes)} callers got QueueFullError, at most {max(waiting)} waited"]
                   for outcomes, waiting in ((got[1], got[4]), (want[1], want[3])))
    expect(seen, equals=right, given=given, note="as seen just before each request")
    expect(got[4], equals=want[3], given=given, note="what `waiting` was just before each request")
    compare_times(got, want, given)


@given(schedules(least=2), st.integers(1, 3), costs, st.integers(0, 12))
def test_close(work, arrivals, max_batch, cost, at):
    """close begins what waits without holding it back, and returns when all have their results; later requests get ClosedError."""
    close = at / 8 + CLOSED
    got, want, given = play(work, arrivals, max_batch=max_batch, cost=cost, close=close)
    compare_times(got, want, given)
    compare_batches(got, want, given)
    expect(got[2], equals=[want[2], max(want[2], close + 1 / 8)], given=given,
           note="when two calls of close returned, the second an eighth of a second after the first")


def test_close_cancelled(work):
    """Cancelling a call of close cancels no request and no other call, and the batcher stays closed."""
    arrivals = [[0.0, each, None, None] for each in range(3)] + [[2.0, 3, None, None]]
    want = simulate(arrivals, max_batch=2, max_wait=MAX_WAIT, max_queue=9, cost=1.0, close=CLOSED)
    got = work.run(probes.play, arrivals, max_batch=2, max_wait=MAX_WAIT, max_queue=9, cost=1.0,
                   closes=[[CLOSED, 0.5], [CLOSED + 1 / 8, None]])
    given = {"requests": [told(*each) for each in arrivals], "close at": CLOSED, "and cancelled after": 0.5}
    expect(got[1], equals=want[1], given=given, note="what came to each caller, and when")
    expect(got[2][1], equals=want[2], given=given, note="when a second call of close returned, an eighth of a second after the first")


GOOD = {"max_batch": 2, "max_wait": 0.0, "max_queue": 2}


@pytest.mark.parametrize("name, value", [("max_batch", 0), ("max_batch", -1), ("max_wait", -0.5), ("max_wait", math.nan),
                                         ("max_queue", 1), ("max_queue", 0)])
def test_refuses(work, name, value):
    """max_batch below 1, max_wait below 0 or NaN, and max_queue below max_batch raise ValueError; the smallest allowed do not."""
    for options, wrong in [(GOOD, False), (GOOD | {"max_batch": 1, "max_queue": 1}, False), (GOOD | {name: value}, True)]:
        raised = work.run(probes.refusal, **options)
        expect("ValueError" in raised, equals=wrong, given=options, note="whether ValueError is raised")
