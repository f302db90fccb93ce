"""What learners get wrong in `load`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── The schedule ────────────────────────────────────────────────────────────────────────────────────────────────

EVEN = "at = len(found) / rate if rng is None else at + rng.exponential(1 / rate)"

mistake("load.schedule", """Your schedule adds up the gaps. 1 / rate is rounded, and each sum is rounded again: after ten
    steps of .1 it stands at .9999999999999999, and there is one request too many. Compute each time from its number,
    `i / rate`.""", name="adds_up_gaps", replace=EVEN,
        by="at = at + (1 / rate if rng is None else rng.exponential(1 / rate))",
        forms=[{"replace": EVEN, "by": "at = len(found) * (1 / rate) if rng is None else at + rng.exponential(1 / rate)"}])

mistake("load.schedule", """Your schedule gives the generator the rate where it wants the mean. `rng.exponential` takes the
    scale, which is the mean gap, 1 / rate.""", name="rate_for_scale", replace="at + rng.exponential(1 / rate)",
        by="at + rng.exponential(rate)")

mistake("load.schedule", """Your schedule draws uniform gaps. The gaps of a Poisson process are exponential: short ones are
    the most frequent, and now and then there is a long one.""", name="uniform_gaps",
        replace="at + rng.exponential(1 / rate)", by="at + rng.uniform(0, 2 / rate)")

mistake("load.schedule", """Your Poisson schedule begins with a request at 0. There is a gap before the first request as
    before every other one: time 0 is when you begin to look, and nothing arrives because of that.""",
        name="first_at_zero", replace="at = 0.0 if rng is None else rng.exponential(1 / rate)", by="at = 0.0")

mistake("load.schedule", """Your schedule has a request at the very end. The end is not included.""", name="includes_the_end",
        replace="while at < seconds:", by="while at <= seconds:")

# ── The open load ───────────────────────────────────────────────────────────────────────────────────────────────

SENDS = "return await timed(send, number, due[number], start)"
GATHER = "return list(await asyncio.gather(*(one(number) for number in range(len(due)))))"

mistake("load.open_load", """Your open load starts a request's clock when it is sent. Where it was due earlier and waited
    for a connection, that wait is left out: coordinated omission. Users wait from when they ask: measure from `due`.""",
        name="clock_starts_at_sending", replace=SENDS,
        by="return await timed(send, number, loop.time() - start, start)",
        forms=[{"replace": SENDS, "by": """begun = loop.time() - start
            result = await timed(send, number, due[number], start)
            return Result(due[number], due[number] + result.ended - begun, result.error)"""}])

mistake("load.open_load", """Your open load waits for each answer before it sends the next request. That is a closed load
    with one client: a slow answer holds back all that are due meanwhile. Send each in a task of its own.""",
        name="one_at_a_time", replace=GATHER, by="return [await one(number) for number in range(len(due))]")

mistake("load.open_load", """Your open load has no limit on the requests that are under way. A load generator has so many
    connections; what is due while all are taken waits for one.""", name="no_limit",
        replace="async with free:\n            return await timed", by="if True:\n            return await timed")

mistake("load.open_load", """Your open load takes a connection while it waits for the time at which the request is due. So
    connections are taken by requests that nobody has made yet: sleep first, then take one.""", name="connection_while_asleep",
        replace="""await asyncio.sleep(due[number] - (loop.time() - start))
        async with free:
            return await""", by="""async with free:
            await asyncio.sleep(due[number] - (loop.time() - start))
            return await""")

mistake("load.open_load", """Your open load sends everything at once: it does not wait until a request is due.""",
        name="does_not_wait_until_due", replace="await asyncio.sleep(due[number] - (loop.time() - start))", by="await asyncio.sleep(0)")

mistake("load.open_load", """Your open load gives the results in the order in which the answers came. The contract has the
    order of the requests.""", name="order_of_answers", replace=GATHER,
        by="return [await each for each in asyncio.as_completed([one(number) for number in range(len(due))])]")

# ── The closed load ─────────────────────────────────────────────────────────────────────────────────────────────

mistake("load.closed_load", """Your clients do not pause after an answer. The pause is the time in which a user reads.""",
        name="no_pause", replace="await asyncio.sleep(pause)", by="await asyncio.sleep(0)")

mistake("load.closed_load", """Your clients pause before their first request. Each sends it at once, and pauses after an
    answer.""", name="pauses_first", replace="async def client() -> None:\n", by="async def client() -> None:\n        await asyncio.sleep(pause)\n")

mistake("load.closed_load", """Your closed load keeps a beat: the pause begins when a request is sent, not when its answer is
    there. In a closed load a slow answer moves everything after it.""", name="pause_from_sending",
        replace="await asyncio.sleep(pause)", by="await asyncio.sleep(max(0, pause - results[number].latency))")

mistake("load.closed_load", """Your closed load has one client, whatever number is asked for. Run so many of them at once,
    with `asyncio.gather`.""", name="one_client", replace="for _ in range(clients)))", by="for _ in range(1)))")

mistake("load.closed_load", """Your closed load stops when the time is over and drops the requests that are under way. A
    client waits for the answer of its last request: those that are left out are the slowest.""", name="drops_the_last",
        replace="return list(results.values())", by="return [each for each in results.values() if each.ended <= seconds]")

mistake("load.closed_load", """Your closed load gives the results in the order in which the answers came. The contract has
    the order in which requests were sent.""", name="closed_order_of_answers", replace="return list(results.values())",
        by="return sorted(results.values(), key=lambda each: each.ended)")

# ── Failures ────────────────────────────────────────────────────────────────────────────────────────────────────

CATCH = "error = type(raised).__name__"

mistake("load", """Your loads let the first error through, which ends the whole measurement. A request that fails is a
    result: note its class and its time, and go on.""", name="stops_at_the_first_error", replace=CATCH, by="raise",
        forms=[{"replace": "except Exception as raised:", "by": "except ValueError as raised:"}])

mistake("load", """Your loads count a request that failed as one that did not. A service that answers at once with an error
    is then the fastest of all: note the class of the error.""", name="failures_pass_for_answers", replace=CATCH, by="pass")

mistake("load", """Your loads note the error's message. The contract has the name of its class, of which there are few:
    messages are countless, and may say what was sent.""", name="notes_the_message", replace=CATCH, by="error = str(raised)")

# ── The correction, the histogram ───────────────────────────────────────────────────────────────────────────────

MISSED = "while (missed := latency - k * interval) >= interval:"

mistake("load.correct", """Your correction puts in requests that would have waited for less than the interval. Those were sent
    by the generator itself, when it was free again.""", name="corrects_down_to_zero", replace=MISSED,
        by="while (missed := latency - k * interval) > 0:")

mistake("load.correct", """Your correction leaves out the request that would have waited for exactly the interval.""",
        name="leaves_out_the_interval", replace=MISSED, by="while (missed := latency - k * interval) > interval:")

mistake("load.correct", """Your correction puts in one request for each long one. While it was under way several were due, one
    in each interval: `t - interval`, `t - 2 * interval`, and so on.""", name="corrects_once", replace="k += 1", by="break")

mistake("load.correct", """Your correction puts the long latency itself in again. The requests that were left out came later,
    and would have waited for less.""", name="repeats_the_latency", replace="found.append(missed)", by="found.append(latency)")

mistake("load.Histogram.record", """Your histogram counts a latency that is exactly a bound in the bucket above it. A bound
    belongs to its bucket, as in Prometheus's `le`: less or equal.""", name="bound_in_the_next_bucket", replace="bisect_left(self.bounds, latency)",
        by="__import__('bisect').bisect_right(self.bounds, latency)")

mistake("load.Histogram.record", """Your histogram does not count what is above its last bound. The slowest answers are then
    missing from every percentile.""", name="drops_what_is_above",
        replace="self.counts[bisect_left(self.bounds, latency)] += 1",
        by="if latency <= self.bounds[-1]:\n            self.counts[bisect_left(self.bounds, latency)] += 1")

mistake("load.Histogram.record", """Your histogram counts what is above its last bound in the last bucket with a bound, so it
    reports less than what was measured. Such a latency belongs to a bucket without a bound, and its percentile is
    infinite.""", name="clamps_to_the_last",
        replace="self.counts[bisect_left(self.bounds, latency)] += 1",
        by="self.counts[min(bisect_left(self.bounds, latency), len(self.bounds) - 1)] += 1")

mistake("load.Histogram.percentile", """Your percentile is the lower bound of its bucket: less than what was measured. The
    upper bound errs on the safe side.""", name="lower_bound", replace="zip([*self.bounds, math.inf], self.counts)",
        by="zip([0.0, *self.bounds], self.counts)")

mistake("load.Histogram.percentile", """Your percentile goes on to the next bucket where a bucket holds exactly that share: at
    least `share` includes equal.""", name="more_than_the_share", replace="below / total >= share", by="below / total > share",
        forms=[{"replace": "below / total >= share", "by": "below / total > share or below == total"}])

mistake("load.Histogram.merge", """Your merge takes the other histogram's counts and forgets its own. Add them.""",
        name="replaces_counts", replace="[one + more for one, more in zip(self.counts, other.counts)]", by="list(other.counts)")

mistake("load.Histogram.merge", """Your merge averages the two counts, so the machine that answered more requests weighs
    less than it should, where numbers are rounded. Add the counts.""", name="averages_counts",
        replace="[one + more for one, more in zip(self.counts, other.counts)]",
        by="[(one + more) // 2 for one, more in zip(self.counts, other.counts)]")

mistake("load.Histogram.merge", """Your merge does not look at the bounds. Counts of other buckets are added to counts that mean
    something else.""", name="merges_any_bounds", replace="if self.bounds != other.bounds:", by="if False:",
        forms=[{"replace": "if self.bounds != other.bounds:", "by": "if len(self.bounds) != len(other.bounds):"}])
