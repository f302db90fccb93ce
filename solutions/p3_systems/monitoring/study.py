"""Given: the study. An incident: a search service is asked for what it has never indexed. When does the alarm come, and why?

    grader study monitoring                     MiniLM's search, ten seeds, then the Nile and digits: under two minutes
    grader study monitoring --quick             in seconds, to see that it runs
    grader study monitoring --search letters    TF-IDF in place of MiniLM, which needs the extra `compression`
    grader study monitoring --new sklearn       another package is the one that was not indexed
    grader study monitoring --long              the full-size run: all packages, 1,500 functions, fifty seeds

Each text is embedded once. The streams are then drawn from the answers, so that many seeds cost little.
"""
import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from exercises.common import functions, plots
from exercises.common.comparison import Interval, mean_interval

from .effect_size import mean_shift
from .experiments import (
    BEST,
    FEATURES,
    HARD,
    LABELS,
    LEVEL,
    NEW,
    OF_DIGITS,
    RATE,
    SHORT,
    River,
    Run,
    Stretch,
    Turned,
    accused,
    alarms,
    digits,
    exact_ks,
    make_pools,
    nile,
    play,
    smallest_alarming,
)
from .figures import CHANGE, FIRST_YEAR, NILE
from .ks_statistic import ecdf, ks_statistic
from .psi import psi_by_chance

SHARES = (0.1, 0.25, 0.5, 1.0)  # of the queries that come from the new package
ANGLES = (0, 5, 10, 15, 20, 30, 45)
KINDS = (NEW, SHORT, HARD)
TESTS = {"mean": mean_shift, "KS": exact_ks}  # of the Nile
TRUE, ESTIMATED, LABELLED = "true", "estimated, no labels", f"{LABELS} labels"
OF_SEARCH, OF_PIXELS = dict(zip(FEATURES, plots.COLORS)), dict(zip(OF_DIGITS, plots.COLORS))
COLORS = OF_SEARCH | OF_PIXELS | {TRUE: "black", ESTIMATED: plots.BLUE, LABELLED: plots.YELLOW, "reference": plots.BLUE,
                                  "after": plots.ORANGE, "flow": plots.BLUE, "queries": plots.ORANGE}
console = Console()


def main(arguments: list[str]) -> dict[str, float]:
    """Run the study; returns what the thresholds of course.yml are held against."""
    options = parse(arguments)
    output, seeds = Path(options.output), range(options.seed, options.seed + options.seeds)
    cases = list(dict.fromkeys([*((kind, options.share) for kind in KINDS), *((NEW, share) for share in SHARES)]))
    with Progress(console=console, transient=True) as progress:
        # First what is quick: a function that is not written yet is told at once.
        bar = progress.add_task("the Nile and digits", total=len(seeds) + 1)
        rivers = {name: nile(test, options.shuffles, np.random.default_rng(options.seed)) for name, test in TESTS.items()}
        progress.advance(bar)
        turned = []
        for seed in seeds:
            turned.append(digits(ANGLES, 100, np.random.default_rng(seed)))
            progress.advance(bar)
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # on a busy machine two threads mostly wait for each other
        pools = make_pools(options, progress)
        torch.set_num_threads(threads)
        bar = progress.add_task("streams", total=len(seeds) * len(cases))
        runs = [play(pools, cases, options, seed, lambda: progress.advance(bar)) for seed in seeds]

    console.print(f"The search finds {pools[''].right.mean():.3f} of {len(pools[''].right)} indexed functions among its first ten, "
                  f"{pools[SHORT].right.mean():.3f} by their first three words. {options.new} is not indexed.")
    found = told_incidents(runs, options) | told_reasons(runs, options) | told_controls(rivers, turned)
    drawn = [draw_incident(runs, options, output / "incident.png"), draw_why(runs, output / "why.png"),
             draw_controlled(runs, rivers, turned, options, output / "controlled.png")]
    output.mkdir(parents=True, exist_ok=True)
    (output / "monitoring.json").write_text(json.dumps(
        {"queries until the alarm": {f"{kind}, {share}": [None if math.isinf(run.delay[kind, share]) else run.delay[kind, share]
                                                          for run in runs] for kind, share in cases}}))
    console.print("Drawn: " + ", ".join(map(str, drawn)), soft_wrap=True)
    return found


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="grader study monitoring", description="An incident, its alarm, and accuracy without labels.")
    parser.add_argument("--quick", action="store_true", help="a small index, two of six blocks, two seeds")
    parser.add_argument("--long", action="store_true", help="1,500 functions of all packages, fifty seeds")
    parser.add_argument("--search", choices=("minilm", "letters"), default="minilm", help="by meaning, or by letters in a row")
    parser.add_argument("--new", choices=functions.PACKAGES, default="networkx", help="the package that is not indexed")
    parser.add_argument("--share", type=float, default=0.5, metavar="X", help="of the queries that an incident changes")
    parser.add_argument("--size", type=int, default=None, metavar="N", help="functions in the index; default: 1,000")
    parser.add_argument("--seeds", type=int, default=None, metavar="N", help="streams, 2 or more; default: 10")
    parser.add_argument("--window", type=int, default=None, metavar="N", help="queries in a window; default: 100")
    parser.add_argument("--seed", type=int, default=0, help="the first of them, and which functions are indexed")
    parser.add_argument("--output", default="build/study", metavar="DIR", help="where the plots go")
    options = parser.parse_args(arguments)

    quick, long = options.quick, options.long
    options.size = options.size or (60 if quick else 1_500 if long else 1_000)
    options.seeds = options.seeds or (2 if quick else 50 if long else 10)
    options.window = options.window or (40 if quick else 100)
    options.queries, options.blocks = (options.size, 2 if quick else None)
    options.before, options.after, options.shuffles = (10, 6, 5) if quick else (100, 20, 100)
    options.reference = 10 * options.window  # long, beside a window: see the section on the monitor
    options.packages = [each for each in (functions.PACKAGES if long else ("matplotlib",) if quick else ("numpy", "scipy", "networkx"))
                        if each != options.new]
    if options.size < 20 or options.seeds < 2 or options.window < 10 or not 0 < options.share <= 1:
        parser.error("--size is 20 or more, --seeds 2, --window 10, and --share above 0 and at most 1")
    if not options.packages:
        parser.error(f"--quick indexes matplotlib alone, so --new {options.new} leaves nothing")
    return options


# ── what came of it ──────────────────────────────────────────────────────────────────────────────────────


def told_incidents(runs: list[Run], options: argparse.Namespace) -> dict[str, float]:
    """False alarms before, the delay of the alarm, and the share of right answers after, true and estimated."""
    promised = [alarms(run.quiet).mean() for run in runs]
    at_once = [alarms(run.quiet, k=1, m=1).mean() for run in runs]
    nothing = [(run.quiet.p <= LEVEL).any(axis=1).mean() for run in runs]
    console.print(f"Windows in alarm where nothing has changed, of {len(runs) * options.before:,}; promised: {RATE:.1%}. Two of three: "
                  f"{share(mean_interval(promised))}; one of one: {share(mean_interval(at_once))}; any feature with p <= {LEVEL}: "
                  f"{share(mean_interval(nothing))}.")

    table = Table("", "share", "alarm", "after queries", "right", "estimated", "wrong by", box=SIMPLE, padding=(0, 1, 0, 0),
                  title=f"Incidents, {len(runs)} seeds [95 %]; right: among the first ten")
    rows = {("before", 0.0): [run.quiet for run in runs]}
    rows |= {case: [of_whole_windows(run.after[case]) for run in runs] for case in runs[0].after}
    error = {}
    for case, stretches in rows.items():
        true, estimated = ([getattr(each, what).mean() for each in stretches] for what in ("true", "estimated"))
        error[case] = of = mean_interval(np.subtract(estimated, true))
        delays = np.array([run.delay[case] for run in runs if case in run.delay])
        came = delays[np.isfinite(delays)]
        when = queries(mean_interval(came)) if len(came) > 1 else "".join(f"{each:.0f}" for each in came)
        table.add_row(case[0], f"{case[1]:.0%}" if case[1] else "", f"{len(came)}/{len(delays)}" if len(delays) else "", when,
                      f"{np.mean(true):.3f}", f"{np.mean(estimated):.3f}", f"{of.mean:+.2f} [{of.low:+.2f}, {of.high:+.2f}]")
    console.print(table)

    delays = np.array([run.delay[NEW, options.share] for run in runs])
    end = options.after * options.window  # where none came, it took at least so long
    return {"false_alarms": float(np.mean(promised)), "false_alarms_of_p": float(np.mean(nothing)),
            "alarmed": float(np.isfinite(delays).mean()), "delay": float(np.minimum(delays, end).mean()),
            "error_before": abs(error["before", 0.0].mean), "error_new_package": error[NEW, options.share].mean,
            "error_three_words": error[SHORT, options.share].mean, "error_hard_ones": abs(error[HARD, options.share].mean)}


def of_whole_windows(found: Stretch) -> Stretch:
    """Without the window in which the incident begins, half of which is as it was."""
    return Stretch(*(each[1:] for each in found))


def told_reasons(runs: list[Run], options: argparse.Namespace) -> dict[str, float]:
    """Which features moved: how far, where, and how many windows accuse each by itself."""
    table = Table("", "D before", "D after", "farthest at", "PSI before", "PSI after", "accused before", "accused after", box=SIMPLE,
                  padding=(0, 1, 0, 0), title=f"Why: {options.share:.0%} of the queries from {options.new}")
    case = (NEW, options.share)
    before, after = (np.mean([each.mean(axis=0) for each in of], axis=0) for of in
                     ([run.quiet.distance for run in runs], [run.after[case].distance[1:] for run in runs]))
    quiet, late = (np.mean([accused(each).mean(axis=0) for each in of], axis=0) for of in
                   ([run.quiet for run in runs], [run.after[case] for run in runs]))
    psi_before, psi_after = np.mean([run.moved for run in runs], axis=0).T
    for place, name in enumerate(FEATURES):
        where = np.mean([ks_statistic(run.samples["before"][:, place], run.samples["after"][:, place])[1] for run in runs])
        table.add_row(name, f"{before[place]:.3f}", f"{after[place]:.3f}", f"{where:.2f}", f"{psi_before[place]:.2f}",
                      f"{psi_after[place]:.2f}", f"{quiet[place]:.1%}", f"{late[place]:.1%}")
    console.print(table)
    console.print(f"PSI by chance: {psi_by_chance(10, options.reference, options.window):.2f}. Accused: windows in which Holm rejects the "
                  f"feature at {LEVEL}.")
    return {"moved_most": float(after[FEATURES.index(BEST)])}


def told_controls(rivers: dict[str, River], turned: list[Turned]) -> dict[str, float]:
    for name, river in rivers.items():
        early = river.called[river.years < CHANGE]
        when = f"at the end of {river.alarm:.0f}" if math.isfinite(river.alarm) else "never"
        console.print(f"The Nile by {name}: the dam was begun in {CHANGE}, the alarm comes {when}; before, {early.sum()} of {len(early)} "
                      f"windows. With the years in no order {share(mean_interval(river.quiet))} of the windows are in alarm.")
    table = Table("turned by", "alarm in", "accuracy", "estimated", "wrong by [95 %]", box=SIMPLE, padding=(0, 1, 0, 0),
                  title=f"Digits, {len(turned)} seeds")
    called = np.mean([each.called for each in turned], axis=0)
    errors = []
    for place, angle in enumerate(ANGLES):
        true, estimated = (np.array([getattr(each, what)[place] for each in turned]) for what in ("true", "estimated"))
        errors.append(mean_interval(estimated - true))
        table.add_row(f"{angle}°", f"{round(called[place] * len(turned))} of {len(turned)}", f"{true.mean():.3f}", f"{estimated.mean():.3f}",
                      f"{errors[-1].mean:+.3f} [{errors[-1].low:+.3f}, {errors[-1].high:+.3f}]")
    console.print(table)
    return {"nile_year": rivers["KS"].alarm, "nile_false_alarms": float(rivers["KS"].quiet.mean()), "digits_false_alarms": float(called[0]),
            "digits_alarmed_at_15": float(called[ANGLES.index(15)]), "digits_error_at_0": abs(errors[0].mean),
            "digits_error_at_45": errors[-1].mean}


def share(of: Interval) -> str:
    return f"{of.mean:.1%} [{max(0.0, of.low):.1%}, {of.high:.1%}]"


def queries(of: Interval) -> str:
    return f"{of.mean:.0f} [{of.low:.0f}, {of.high:.0f}]"


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────────


def draw_incident(runs: list[Run], options: argparse.Namespace, path: Path) -> Path:
    """When: each feature's distance, window after window, and below it what became of the answers."""
    shown = min(options.before, 10)
    x = np.arange(1 - shown, options.after + 1) * options.window                    # queries at the windows' ends
    alarming = smallest_alarming(options.reference, options.window)
    panels = []
    for kind in KINDS:
        whole = [run.quiet.then(run.after[kind, options.share]) for run in runs]
        distance = np.array([each.distance[-len(x):] for each in whole])            # (seeds, windows, features)
        delays = [run.delay[kind, options.share] for run in runs]
        middle = float(np.median(delays))
        panels.append(plots.Panel(f"D: {kind}", {name: distance[:, :, place] for place, name in enumerate(FEATURES)},
                                  xlabel="queries since it began", x=x, limits=(0, 0.8), legend=kind == KINDS[-1],
                                  levels={"suspicious": alarming}, moments={"alarm": middle} if math.isfinite(middle) else {}))
    for kind in KINDS:
        whole = [run.quiet.then(run.after[kind, options.share]) for run in runs]
        series = {name: np.array([getattr(each, what)[-len(x):] for each in whole])
                  for name, what in ((LABELLED, "labelled"), (TRUE, "true"), (ESTIMATED, "estimated"))}
        panels.append(plots.Panel("right among the first ten", series, xlabel="queries since it began", x=x, limits=(0, 1),
                                  legend=kind == KINDS[-1], moments={"": 0}))
    return plots.bands(panels, path, columns=len(KINDS), colors=COLORS)


def draw_why(runs: list[Run], path: Path) -> Path:
    """Each feature's distribution function, before and after, by your `ecdf`."""
    panels = []
    for place, name in enumerate(FEATURES):
        values = np.concatenate([run.samples[when][:, place] for run in runs for when in ("before", "after")])
        points = np.linspace(*np.quantile(values, [0.002, 0.998]), 200)
        series = {label: np.array([ecdf(run.samples[when][:, place], points) for run in runs])
                  for label, when in (("reference", "before"), ("after", "after"))}
        far = np.mean([ks_statistic(run.samples["before"][:, place], run.samples["after"][:, place])[:2] for run in runs], axis=0)
        panels.append(plots.Panel(f"{name}: D = {far[0]:.2f}", series, xlabel="", x=points, limits=(0, 1.02), legend=place == 0,
                                  moments={f"{far[1]:.2f}": float(far[1])}))
    return plots.bands(panels, path, columns=3, colors=COLORS)


def draw_controlled(runs: list[Run], rivers: dict[str, River], turned: list[Turned], options: argparse.Namespace, path: Path) -> Path:
    """Shifts whose size is known: the Nile, shares of the queries, and angles of digits."""
    moments = {f"alarm, {name}": river.alarm for name, river in rivers.items() if math.isfinite(river.alarm)}
    end = options.after * options.window
    delays = np.array([[min(run.delay[NEW, share], end) for share in SHARES] for run in runs])    # (seeds, shares)
    panels = [
        plots.Panel("flow of the Nile", {"flow": NILE[None]}, xlabel="year", x=np.arange(FIRST_YEAR, FIRST_YEAR + len(NILE)),
                    legend=False, moments={"dam": CHANGE} | moments),
        plots.Panel("queries until the alarm", {"queries": delays}, xlabel="share of the queries from the new package", x=SHARES,
                    legend=False, limits=(0, 1.05 * end), levels={"the end": end}),
        plots.Panel("digits: D", {name: np.array([each.distance[:, place] for each in turned]) for place, name in enumerate(OF_DIGITS)},
                    xlabel="turned by (degrees)", x=ANGLES, limits=(0, 1.35), legend=3,
                    levels={"suspicious": smallest_alarming(397, 100, OF_DIGITS)}),
        plots.Panel("digits: accuracy", {TRUE: np.array([each.true for each in turned]),
                                         ESTIMATED: np.array([each.estimated for each in turned])},
                    xlabel="turned by (degrees)", x=ANGLES, limits=(0, 1.02))]
    return plots.bands(panels, path, columns=2, colors=COLORS)
