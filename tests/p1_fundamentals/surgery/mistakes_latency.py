"""What learners get wrong in `latency`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
import time

from grader.judge.mistakes import mistake

# ── measure ─────────────────────────────────────────────────────────────────────────────────────────────────────


def each_with_its_warmup(functions, *, repeats, warmup, clock=time.perf_counter):
    times = {}
    for name, function in functions.items():
        for _ in range(warmup):
            function()
        times[name] = []
        for _ in range(repeats):
            start = clock()
            function()
            times[name].append(clock() - start)
    return times


@mistake("latency.measure", """Your measure takes the functions one after another, all rounds of the first and then all of
    the next. If the machine slows down meanwhile, the last one is blamed for it: warm all of them up, and then let the rounds
    be the outer loop.""", forms=[each_with_its_warmup])
def one_after_another(functions, *, repeats, warmup, clock=time.perf_counter):
    for _ in range(warmup):
        for function in functions.values():
            function()
    times = {name: [] for name in functions}
    for name, function in functions.items():
        for _ in range(repeats):
            start = clock()
            function()
            times[name].append(clock() - start)
    return times


FIRST = "first = turn % len(names)"

mistake("latency.measure", """Your measure begins each round with the same function. Whatever the first in a round has to
    bear, or the one that follows a large one, is always borne by the same: begin one further on in each round.""",
        name="never_turns",
        replace=FIRST, by="first = 0")

mistake("latency.measure", """Your rounds turn the other way: the last function comes to the front in each. Round number r
    begins with function number r.""", name="turns_backwards", replace=FIRST, by="first = -turn % len(names)")

mistake("latency.measure", """Your first round begins with the second function. Rounds count from 0, and round number 0
    begins with function number 0.""", name="begins_with_the_second", replace=FIRST, by="first = (turn + 1) % len(names)")

mistake("latency.measure", """Your measure turns every second round about. Each round begins one further on and keeps the
    order: abc, bca, cab.""",
        name="reverses_every_second", replace="names[first:] + names[:first]", by="names[::-1 if turn % 2 else 1]")

WARMUP = """for _ in range(warmup):
        for function in functions.values():
            function()

    names,"""

mistake("latency.measure", """Your measure has no warm-up: the first calls, which fill caches and choose kernels, are among
    the times.""",
        name="warms_nothing_up", replace=WARMUP, by="names,")

mistake("latency.measure", """Your measure warms each function up once, however large `warmup` is. Some need several calls:
    make as many as are asked for.""",
        name="warms_up_once", replace="for _ in range(warmup):", by="for _ in range(min(warmup, 1)):")

mistake("latency.measure", """Your measure warms up the first function only. Each has caches and kernels of its own: all of
    them are called `warmup` times.""", name="warms_up_the_first", replace="for function in functions.values():",
        by="for function in list(functions.values())[:1]:")

mistake("latency.measure", """Your measure takes `warmup` off `repeats`, and returns too few times. The calls of the warm-up
    come in addition.""",
        name="takes_the_warmup_off", replace="for turn in range(repeats):", by="for turn in range(repeats - warmup):")


@mistake("latency.measure", """Your measure warms each function up right before its own first measurement. The first one is then
    measured in a process in which the others have not been called yet, and in the first round the others' warm-up lies between
    the calls that are to be compared: make all calls of the warm-up before the first measurement.""")
def warms_up_within_the_first_round(functions, *, repeats, warmup, clock=time.perf_counter):
    names, times = list(functions), {name: [] for name in functions}
    for turn in range(repeats):
        for step in range(len(names)):
            name = names[(turn + step) % len(names)]
            for _ in range(0 if turn else warmup):
                functions[name]()
            start = clock()
            functions[name]()
            stop = clock()
            times[name].append(stop - start)
    return times


mistake("latency.measure", """Your measure reads the clock also where nothing is measured, as in the warm-up. A reading takes
    time too: two for each measured call are enough.""", name="reads_the_clock_in_the_warm_up",
        replace=WARMUP, by=WARMUP.replace("function()", "clock(), function(), clock()"))

CALL = "function()                                                    # no name for the result: it is let go at once"


@mistake("latency.measure", """Your measure reads the clock once at the beginning of a round. What it returns for a function
    has all in it that was called before it in the round: read the clock right before each call.""")
def reads_once_a_round(functions, *, repeats, warmup, clock=time.perf_counter):
    for _ in range(warmup):
        for function in functions.values():
            function()
    names, times = list(functions), {name: [] for name in functions}
    for turn in range(repeats):
        start = clock()
        for step in range(len(names)):
            name = names[(turn + step) % len(names)]
            functions[name]()
            times[name].append(clock() - start)
    return times


mistake("latency.measure", """Your measure returns one mean for each function. One call that was interrupted moves a mean as
    far as it likes, and the rounds are needed to take a ratio in each: return all times.""",
        name="returns_means", replace="return times",
        by="return {name: sum(each) / len(each) for name, each in times.items()}",
        forms=[{"replace": "return times", "by": "return {name: [sum(each) / len(each)] for name, each in times.items()}"}])

mistake("latency.measure", """Your measure sorts the times of each function. Times at one place of two lists are of one
    round, so that a ratio can be taken: leave them as they came.""",
        name="sorts_the_times",
        replace="return times", by="return {name: sorted(each) for name, each in times.items()}")

mistake("latency.measure", """Your measure keeps what the functions return. The memory of all results stays taken, and later
    calls get other, fresh memory, which costs time: let a result go before the next call.""", name="keeps_the_results",
        replace=CALL, by="result = function()",
        forms=[{"replace": CALL, "by": "kept = [*locals().get('kept', []), function()]"}])

# ── spread ──────────────────────────────────────────────────────────────────────────────────────────────────────

mistake("latency.spread", """Your spread does not sort. A quantile is a place among the sorted times.""", name="does_not_sort",
        replace="sorted(times)", by="list(times)")

mistake("latency.spread", """Your spread sorts the list that it is given. It belongs to the caller, for whom each place is a
    round: `sorted` makes a new list.""",
        name="sorts_in_place", replace="ordered = sorted(times)", by="times.sort()\n    ordered = times")

MIDDLE = "return quantile(0.25), quantile(0.5), quantile(0.75)"

mistake("latency.spread", """Your spread returns the mean in the place of the median. One call that was interrupted moves a
    mean as far as it likes.""", name="returns_the_mean", replace=MIDDLE,
        by="return quantile(0.25), float(sum(ordered) / len(ordered)), quantile(0.75)")

mistake("latency.spread", """Your spread takes the time at a place that was rounded. Between two places the quantile lies on
    the straight line from the one time to the other.""", name="rounds_the_place",
        replace="return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))",
        by="return float(ordered[below])",
        forms=[{"replace": "return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))",
                "by": "return float(ordered[round(place)])"}])

mistake("latency.spread", """Your spread reads the value behind a place also where there is none. A place that is the last, as
    the only one of a single time is, has no next value, and needs none.""", name="reads_behind_the_last",
        replace="above = min(below + 1, len(ordered) - 1)", by="above = below + 1")

mistake("latency.spread", """Your quartiles lie at other places: q n or q (n + 1) - 1 in the place of q (n - 1). There are
    several definitions of a quantile, and this one goes from the first value, at 0, to the last, at n - 1.""",
        name="takes_other_places",
        replace="place = share * (len(ordered) - 1)",
        by="place = min(max(share * (len(ordered) + 1) - 1, 0), len(ordered) - 1)",
        forms=[{"replace": "place = share * (len(ordered) - 1)", "by": "place = min(share * len(ordered), len(ordered) - 1)"}])

# ── ratio ───────────────────────────────────────────────────────────────────────────────────────────────────────

RATIOS = "ratios = sorted(one / other for one, other in zip(times, baseline))"

mistake("latency.ratio", """Your ratio sorts both lists before it divides. Times at the same place are then of different
    rounds, and what the two had in common in a round no longer falls out: divide round by round, and sort the ratios.""",
        name="sorts_before_it_divides", replace="zip(times, baseline)", by="zip(sorted(times), sorted(baseline))")

mistake("latency.ratio", """Your ratio is that of the baseline to the times. It says how much longer the times are: they
    stand above the fraction bar.""",
        name="divides_the_wrong_way", replace="one / other for one, other", by="other / one for one, other")

RESULT = "return spread(ratios)[1], ratios[k - 1], ratios[count - k]"

mistake("latency.ratio", """Your ratio divides one median by the other. The two medians may be of rounds with different
    drifts: take the median of the ratios, each of one round.""", name="divides_the_medians", replace=RESULT,
        by="return spread(times)[1] / spread(baseline)[1], ratios[k - 1], ratios[count - k]")

mistake("latency.ratio", """Your ratio is the mean of the ratios. A round in which one call was interrupted moves it as far
    as it likes: take the median.""",
        name="means_the_ratios", replace=RESULT, by="return sum(ratios) / count, ratios[k - 1], ratios[count - k]")

mistake("latency.ratio", """Your interval is one too wide at both ends: k counts from 1, so the k-th smallest is at k - 1 in
    a list and the k-th largest at n - k. Or your k is not the largest that is sure enough.""", name="cuts_one_too_few",
        replace=RESULT, by="return spread(ratios)[1], ratios[max(k - 2, 0)], ratios[min(count - k + 1, count - 1)]")

mistake("latency.ratio", """Your interval is one too narrow at its ends: the k-th smallest is at the place k - 1 of a list,
    and the k-th largest at n - k.""",
        name="cuts_one_too_many", replace="ratios[k - 1], ratios[count - k]", by="ratios[k], ratios[count - k - 1]",
        forms=[{"replace": "ratios[k - 1], ratios[count - k]", "by": "ratios[k - 1], ratios[count - k - 1]"}])

mistake("latency.ratio", """Your interval counts one side only. The median can lie below the interval as well as above it,
    so the probability of either counts twice.""", name="counts_one_side", replace="k, outside = 0, 2", by="k, outside = 0, 1",
        forms=[{"replace": "1 - outside / 2 ** count", "by": "1 - outside / 2 ** (count + 1)"}])

mistake("latency.ratio", """Your ratio refuses a k whose probability is exactly the confidence. At least that much is asked
    for, so equal is enough: two rounds have an interval for 50 %.""", name="asks_for_more",
        replace="/ 2 ** count >= confidence", by="/ 2 ** count > confidence")

mistake("latency.ratio", """Your interval is from quartile to quartile. It tells where half of the rounds lie and does not
    get narrower with more of them; how sure the median is does.""", name="takes_the_quartiles", replace=RESULT,
        by="return spread(ratios)[1], spread(ratios)[0], spread(ratios)[2]")

mistake("latency.ratio", """Your ratio takes pairs as long as there are some, and drops the rest. Lists of different lengths
    are not of the same rounds, so nobody knows what belongs together: raise ValueError.""", name="drops_the_rest",
        replace="if len(times) != len(baseline):", by="if False:")

mistake("latency.ratio", """Your ratio returns an interval also where there are too few rounds for any that is as sure as
    was asked. From the smallest to the largest of 5 is the widest there is, and it misses in one case of 16: raise
    ValueError.""",
        name="always_has_an_interval", replace="if not k:", by="if not k and count:\n        k = 1\n    if not k:")
