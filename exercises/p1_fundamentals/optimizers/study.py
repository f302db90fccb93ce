"""Given: the study. Which optimiser learns fastest, and what does its way look like? A race of the ones that you wrote.

    grader study optimizers                   digits, a small CNN, SGD, RMSProp, Adam and yours, five seeds: about a minute
    grader study optimizers --quick           in seconds, to see that it runs
    grader study optimizers --methods SGD Adam AdamW Lion Muon      any of those that you have written
    grader study optimizers --data FILE.npz --model resnet20 --epochs 2             the full race, on your own images
    grader study optimizers --data cifar10 --model resnet18 --epochs 30 --device cuda    (needs torchvision)

Each method gets the same first weights, the same batches, the same one-cycle schedule, and four learning rates to try. A rate
is chosen by images that were held out of the training set; what is reported is measured on the test images.
"""
import argparse
import json
from pathlib import Path

import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from exercises.common import datasets, plots, training
from exercises.common.comparison import compare, mean_interval

from .convergence import bootstrap_interval, cost_to_target, sign_test
from .experiments import METHODS, OLYMPICS, Data, Run, Setting, plane, prepare, surface, train_all, written
from .models import MODELS
from .schedules import one_cycle

QUICK_IMAGES, SMOOTHED, HOLD, POINTS = 256, 10, 5, 25  # images; steps averaged; steps below a target; points a side
Runs = dict[Setting, list[Run]]
console = Console()


def main(arguments: list[str]) -> dict[str, float]:
    """Run the study; returns each method's mean test accuracy, and what Adam gains over SGD."""
    options = parse(arguments)
    output, seeds = Path(options.output), list(range(options.seed, options.seed + options.seeds))
    methods, missing = written(options.methods)
    if missing:
        console.print(f"Not written yet, and left out: {', '.join(missing)}.")
    if not methods:
        return {}

    data = prepare(datasets.load(options.data), options.device, QUICK_IMAGES if options.quick else None)
    console.print(f"{data.name}: {len(data.train[0]):,} images to train, {len(data.validation[0]):,} to choose learning rates "
                  f"by, {len(data.test[0]):,} to test; {options.model} on {options.device}")
    total = options.epochs * -(-len(data.train[0]) // options.batch)
    how = {"model": options.model, "epochs": options.epochs, "batch": options.batch,
           "schedule": lambda t: one_cycle(round(t * total), total=total)}  # t is the share of the training that is over
    with Progress(console=console, transient=True) as progress:
        chosen = choose(data, methods, options, progress, how)
        runs = train_all(data, list(chosen.values()), seeds, progress, **how)
        every = max(1, len(runs[chosen[methods[0]]][0].loss) // 40)
        ways = train_all(data, list(chosen.values()), seeds[:1], progress, every=every, **how) if options.landscape else {}

    save(runs, options, output / "optimizers.json")
    named = {name: runs[setting] for name, setting in chosen.items()}
    drawn = [draw_curves(named, output / "race.png"), *report(chosen, named, output)]
    if ways:
        drawn.append(draw_landscape(data, options.model, {name: ways[at][0].path for name, at in chosen.items()},
                                    output / "landscape.png", side=7 if options.quick else POINTS))
    console.print("Drawn: " + ", ".join(map(str, drawn)), soft_wrap=True)
    return results(named)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="grader study optimizers", description="A race of the optimisers that you wrote.")
    parser.add_argument("--data", type=datasets.option, default="digits", metavar="NAME|FILE.npz",
                        help=f"one of {', '.join(datasets.NAMED)}, or a file with x_train, y_train, x_test, y_test")
    parser.add_argument("--model", choices=list(MODELS), default="cnn")
    parser.add_argument("--methods", nargs="+", choices=list(METHODS), default=list(OLYMPICS), metavar="NAME",
                        help=f"of {', '.join(METHODS)}; default: {' '.join(OLYMPICS)}")
    parser.add_argument("--quick", action="store_true", help=f"two epochs on {QUICK_IMAGES} images, to see that it runs")
    parser.add_argument("--epochs", type=int, default=None, metavar="N", help="default: 6")
    parser.add_argument("--batch", type=int, default=None, metavar="N",
                        help="images in a step; default: 32, residual networks 128")
    parser.add_argument("--seeds", type=int, default=None, metavar="N", help="default: 5, of a residual network 1")
    parser.add_argument("--seed", type=int, default=0, help="the first of them")
    parser.add_argument("--tune", action=argparse.BooleanOptionalAction, default=None,
                        help="try each method's rates first; default: for the small CNN only, others take the second")
    parser.add_argument("--landscape", action=argparse.BooleanOptionalAction, default=None,
                        help="draw the ways over the loss; default: for the small CNN only")
    parser.add_argument("--output", default="build/study", metavar="DIR", help="where the plots go")
    training.add_device_option(parser)
    options = parser.parse_args(arguments)

    small = options.model == "cnn"
    options.epochs = options.epochs or (2 if options.quick else 6)
    options.batch = options.batch or (32 if small else 128)
    options.seeds = options.seeds or (2 if options.quick else 5 if small else 1)
    options.tune = small if options.tune is None else options.tune
    options.landscape = small if options.landscape is None else options.landscape
    if min(options.epochs, options.batch, options.seeds) < 1:
        parser.error("--epochs, --batch and --seeds must be 1 or more")
    try:
        options.device = training.pick_device(options.device)
    except ValueError as error:
        parser.error(str(error))
    return options


def choose(data: Data, methods: list[str], options: argparse.Namespace, progress: Progress, how: dict) -> dict[str, Setting]:
    """For each method the rate with the highest accuracy on the held-out images, tried with two seeds that are not raced."""
    if not options.tune:
        return {name: Setting(name, METHODS[name].rates[1]) for name in methods}
    settings = [Setting(name, lr) for name in methods for lr in METHODS[name].rates]
    tried = train_all(data, settings, [1000, 1001][:options.seeds], progress, **how)
    of = {setting: float(np.mean([run.validation[-1] for run in runs])) for setting, runs in tried.items()}
    return {name: max((at for at in settings if at.method == name), key=lambda at: (of[at], -at.lr)) for name in methods}


# ── what the runs say ────────────────────────────────────────────────────────────────────────────────────


def smoothed(losses: list[float]) -> np.ndarray:
    """The mean of each loss and those before it, SMOOTHED at most: a batch's loss jumps."""
    sums = np.concatenate([[0.0], np.cumsum(losses)])
    ends = np.arange(1, len(losses) + 1)
    starts = np.maximum(ends - SMOOTHED, 0)
    return (sums[ends] - sums[starts]) / (ends - starts)


def target_of(named: dict[str, list[Run]]) -> float:
    """A loss that every method's median seed comes to: the highest of their last ones, and a little more."""
    last = [np.median([smoothed(run.loss)[-1] for run in runs]) for runs in named.values()]
    return float(1.05 * max(last))


def steps_of(runs: list[Run], target: float) -> np.ndarray:
    """By your `cost_to_target`: the steps that each seed takes, (seeds,); infinity for a run that never comes there."""
    return np.array([cost_to_target(np.arange(1.0, len(run.loss) + 1), smoothed(run.loss), target, hold=HOLD) for run in runs])


def median_steps(steps: np.ndarray) -> str:
    """The median over the seeds, and between what two numbers it lies, by your `bootstrap_interval`."""
    low, high = bootstrap_interval(steps, np.median, level=0.95, resamples=2000, generator=np.random.default_rng(0))
    words = [f"{value:.0f}" if np.isfinite(value) else "never" for value in (np.median(steps), low, high)]
    return f"{words[0]} [{words[1]}, {words[2]}]" if len(steps) > 1 else words[0]


def results(named: dict[str, list[Run]]) -> dict[str, float]:
    found = {name.lower(): float(np.mean([run.test[-1] for run in runs])) for name, runs in named.items()}
    if {"SGD", "Adam"} <= set(named):
        target = target_of(named)
        sgd, adam = (float(np.median(steps_of(named[name], target))) for name in ("SGD", "Adam"))
        found["adam_steps_to_sgd_steps"] = adam / sgd
    return found


def report(chosen: dict[str, Setting], named: dict[str, list[Run]], output: Path) -> list[Path]:
    """Print the table of results, and draw it. Differences are to the first method, seed by seed."""
    target, first, lines = target_of(named), next(iter(named)), []
    for name, runs in named.items():
        test = [run.test[-1] for run in runs]
        accuracy = str(mean_interval(test)) if len(test) > 1 else f"{test[0]:.1%}"
        steps = steps_of(runs, target)
        against = "" if name == first or len(test) < 2 else f"{sign_test(steps, steps_of(named[first], target)):.2f}"
        paired = "" if name == first or len(test) < 2 else compare([run.test[-1] for run in named[first]], test).points
        lines.append([name, f"{chosen[name].lr:g}", accuracy, paired, median_steps(steps), against])

    header = ["method", "lr", "test accuracy", f"points over {first}", f"steps to {target:.3f}", "sign test"]
    shown = Table(*header, box=SIMPLE, padding=(0, 1),
                  title="Test accuracy, mean [95 % interval]; median steps to a training loss")
    for line in lines:
        shown.add_row(*line)
    console.print(shown)
    return [plots.table(header, lines, output / "optimizers.png")]


def save(runs: Runs, options: argparse.Namespace, path: Path) -> None:
    """All numbers of all runs, for questions that no picture answers."""
    data = {"model": options.model, "data": str(options.data), "epochs": options.epochs, "batch": options.batch,
            "runs": [{**at._asdict(), **{key: value for key, value in run._asdict().items() if key != "path"}}
                     for at, of_setting in runs.items() for run in of_setting]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data))


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────────


def draw_curves(named: dict[str, list[Run]], path: Path) -> Path:
    """The race: training loss, step by step, and test accuracy, epoch by epoch; the median seed and the band of all."""
    loss = {name: np.array([smoothed(run.loss) for run in runs]) for name, runs in named.items()}
    test = {name: np.array([run.test for run in runs]) for name, runs in named.items()}
    lowest = float(np.nanmin([values[:, 0].min() for values in test.values()]))
    return plots.bands([plots.Panel(f"training loss, mean of {SMOOTHED} steps", loss, xlabel="step", yscale="log"),
                        plots.Panel("test accuracy", test, limits=(max(0.0, lowest - 0.05), 1.0), legend=False)], path)


def draw_landscape(data: Data, model: str, paths: dict[str, np.ndarray], path: Path, side: int) -> Path:
    """The loss on the plane that shows most of the paths, and the paths in it."""
    centre, directions = plane(paths)
    tracks = {name: (points - centre) @ directions.T for name, points in paths.items()}   # (points, 2)
    ends = np.concatenate(list(tracks.values()))
    low, high = ends.min(axis=0), ends.max(axis=0)
    margin = 0.15 * (high - low)
    x, y = (np.linspace(low[axis] - margin[axis], high[axis] + margin[axis], side) for axis in (0, 1))
    height = surface(data, model, centre, directions, x, y)
    return plots.landscape(x, y, height, path, tracks=tracks, xlabel="first principal direction",
                           ylabel="second principal direction", title="training loss, and the ways of one seed")
