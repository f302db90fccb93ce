"""What learners get wrong in `benchmark`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── The turns ───────────────────────────────────────────────────────────────────────────────────────────────────

WARM = """for function in functions.values():
        for _ in range(warmup):
            function()
"""
ORDER = "for name in list(functions)[::-1 if turn % 2 else 1]:"
BEFORE = "wait()  # what is still queued belongs to the call before"
AFTER = "wait()  # the call has returned, its work on the device may not be done"

mistake("benchmark.measure", """Your measure has no warm-up. The first calls load code, fill caches and let libraries set
    themselves up; they are slower than all that follow, and belong to no function's time.""", name="no_warm_up",
        replace=WARM, by="", forms=[{"replace": "for _ in range(warmup):", "by": "for _ in range(warmup and 1):"}])

mistake("benchmark.measure", """Your measure calls the functions in the same order in every turn. On a machine that slows
    down, each call is a little later than the one before it, so the last function pays in every turn. Go through them in
    the reverse order in every second turn.""", name="same_order_in_every_turn", replace=ORDER, by="for name in functions:")

mistake("benchmark.measure", """Your measure begins with the reverse order. The first turn goes in the order of
    `functions`, the second in the reverse order.""", name="begins_with_the_reverse", replace=ORDER,
        by="for name in list(functions)[::1 if turn % 2 else -1]:")


@mistake("benchmark.measure", """Your measure makes all calls of one function before it comes to the next. Whatever the
    machine does in the meantime is then charged to the functions that run at that time. Let them take turns: each
    function once in every turn.""")
def one_function_after_the_other(functions, *, turns, warmup=1, wall_clock=None, cpu_clock=None, synchronize=None):
    if not functions or turns < 1 or warmup < 0:
        raise ValueError("there is at least one function and one turn, and no negative warm-up")
    wait, wall_clock, cpu_clock = synchronize or (lambda: None), wall_clock or time.perf_counter, cpu_clock or time.process_time
    found = {name: Times([], []) for name in functions}
    for name, function in functions.items():
        for _ in range(warmup):
            function()
        for _ in range(turns):
            wait()
            cpu, wall = cpu_clock(), wall_clock()
            function()
            wait()
            found[name].wall.append(wall_clock() - wall)
            found[name].cpu.append(cpu_clock() - cpu)
    return found


# ── The device ──────────────────────────────────────────────────────────────────────────────────────────────────

mistake("benchmark.measure", """Your measure reads the clocks when the call returns. On a GPU a call only queues its work and returns at
    once: synchronise before the second reading, or you time the queueing.""", name="does_not_wait_after_the_call",
        replace=AFTER, by="pass", forms=[{"replace": AFTER + "\n            wall, cpu = wall_clock() - wall, cpu_clock() - cpu",
                                         "by": "wall, cpu = wall_clock() - wall, cpu_clock() - cpu\n            wait()"}])

mistake("benchmark.measure", """Your measure does not synchronise before the first reading. What the warm-up or the call
    before has queued is then waited for inside of this call's time.""", name="does_not_wait_before_the_call",
        replace=BEFORE, by="pass")

# ── The clocks ──────────────────────────────────────────────────────────────────────────────────────────────────

mistake("benchmark.measure", """Your measure has the two clocks the wrong way round: what the processor's clock says stands
    in `wall`, and the wall's in `cpu`.""", name="swaps_the_clocks", replace="found[name].wall.append(wall)\n            found[name].cpu.append(cpu)",
        by="found[name].wall.append(cpu)\n            found[name].cpu.append(wall)")

mistake("benchmark.measure", """Your measure reads the real clocks, and not those that it was given. A harness that takes
    its clocks as arguments can be tested without waiting: read `wall_clock` and `cpu_clock`.""", name="reads_real_clocks",
        replace="wait = synchronize or (lambda: None)",
        by="wait, wall_clock, cpu_clock = synchronize or (lambda: None), time.perf_counter, time.process_time")

mistake("benchmark.measure", """Your measure takes the wall's time for both. The processor's time has a clock of its own,
    `cpu_clock`: while a call waits it stands still.""", name="one_clock_for_both",
        replace="wall, cpu = wall_clock() - wall, cpu_clock() - cpu", by="wall = cpu = wall_clock() - wall")

# ── Percentiles ─────────────────────────────────────────────────────────────────────────────────────────────────

RANK = "ordered[next(k for k in range(1, n + 1) if k / n >= share) - 1]"

mistake("benchmark.percentile", """Your percentile lies between two of the times. The one of the nearest rank is a time
    that was measured: the smallest with at least that share of all times less than or equal to it.""",
        name="interpolates", replace=RANK, by="float(torch.tensor(ordered, dtype=torch.float64).quantile(share))",
        forms=[{"replace": RANK, "by": "ordered[0] if n == 1 else __import__('statistics').quantiles(ordered, n=1000, "
                "method='inclusive')[max(0, min(998, round(1000 * share) - 1))]"}])

mistake("benchmark.percentile", """Your percentile is one rank too high where `share * n` is an integer: of 20 times .95 is
    the 19th smallest, which has the index 18. `int(share * n)` as an index counts from 0.""", name="index_from_share",
        replace=RANK, by="ordered[min(int(share * n), n - 1)]")

mistake("benchmark.percentile", """Your percentile rounds `share * n` to the nearest integer. The rank is rounded up: with
    fewer than that share of the times at or below it, it is no percentile of that share.""", name="rounds_the_rank",
        replace=RANK, by="ordered[max(round(share * n), 1) - 1]",
        forms=[{"replace": RANK, "by": "ordered[max(int(share * n), 1) - 1]"}])

mistake("benchmark.percentile", """Your percentile rounds `share * n` up, and that product is not exact: .07 * 100 is
    7.000000000000001, which becomes 8. Compare `k / n` with the share instead.""", name="ceils_a_rounding_error",
        replace=RANK, by="ordered[__import__('math').ceil(share * n) - 1]",
        forms=[{"replace": RANK, "by": "ordered[-int(-share * n // 1) - 1]"}])

mistake("benchmark.percentile", """Your percentile takes the times as they come. Sort them first.""", name="does_not_sort",
        replace="sorted(times)", by="list(times)")

mistake("benchmark.percentile", """Your percentile sorts the caller's list in place. Their order is which call was which:
    `sorted` makes a new list.""", name="sorts_in_place", replace="ordered, n = sorted(times), len(times)",
        by="times.sort()\n    ordered, n = times, len(times)")

mistake("benchmark.percentile", """Your percentile lets a share through that is none. 95 is not .95, and NaN fails every
    comparison: ask whether the share is inside, `0 < share <= 1`, and refuse what is not.""", name="accepts_any_share",
        replace="not times or not 0 < share <= 1", by="not times or share <= 0",
        forms=[{"replace": "not times or not 0 < share <= 1", "by": "not times or share <= 0 or share > 1"}])

# ── What comes of it ────────────────────────────────────────────────────────────────────────────────────────────

mistake("benchmark.summarize", """Your summary gives the mean. One call in which the machine did something else moves it;
    the contract has percentiles.""", name="means", replace="percentile(times.wall, 0.5)",
        by="sum(times.wall) / len(times.wall)",
        forms=[{"replace": "percentile(times.cpu, 0.5)", "by": "sum(times.cpu) / len(times.cpu)"}])

mistake("benchmark.summarize", """Your summary gives the largest time for p95. The largest of many calls is the one in which
    something else happened: p95 leaves out the worst twentieth.""", name="takes_the_worst",
        replace="percentile(times.wall, 0.95)", by="max(times.wall)")

mistake("benchmark.speedups", """Your speedups are upside down: they divide a function's time by the baseline's. A speedup of
    2 is half of the time.""", name="upside_down", replace="cpu[baseline] / own", by="own / cpu[baseline]")

mistake("benchmark.speedups", """Your speedups compare the wall's times. What else ran on the machine is in them: the
    contract has the processor's.""", name="compares_the_wall", replace="summarize(times).cpu", by="summarize(times).p50")

mistake("benchmark.choose_devices", """Your choose_devices leaves out what is missing and says nothing. A reader of the
    table then does not know whether it was measured: name each device that was not, and say so.""", name="says_nothing",
        replace="return [device for device in once if device in present], missing",
        by="return [device for device in once if device in present], {}")

mistake("benchmark.choose_devices", """Your choose_devices measures on another device in the place of one that is missing:
    its numbers would stand under the wrong name. What is not there is not measured.""", name="falls_back",
        replace="return [device for device in once if device in present], missing",
        by="return list(dict.fromkeys(device if device in present else present[0] for device in once)), missing",
        forms=[{"replace": "return [device for device in once if device in present], missing",
                "by": "return once, missing"}])

mistake("benchmark.choose_devices", """Your choose_devices says that there is a GPU, or none, without asking. Where
    `present` is None, `torch.cuda.is_available()` tells.""", name="does_not_ask",
        replace='["cpu"] + ["cuda"] * torch.cuda.is_available()', by='["cpu"]',
        forms=[{"replace": '["cpu"] + ["cuda"] * torch.cuda.is_available()', "by": '["cpu", "cuda"]'}])
