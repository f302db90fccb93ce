"""Given: the study. What do skips, activations and pruning change? The same budget for all, several seeds, your functions.

    grader study surgery                      digits: depth, activations, pruning, latency; five seeds: under two minutes
    grader study surgery --quick              in seconds, to see that it runs
    grader study surgery --only depth         one part: depth, activations, pruning or latency
    grader study surgery --latency            the same as --only latency: time beside FLOPs
    grader study surgery --data cifar10 --epochs 30 --depths 2 9 27 --device cuda   the full-size run (needs torchvision)

Whatever is compared starts from the same weights where it has the same layers, sees the same batches, and is trained for as
many epochs.
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

from .costs import draw_latency
from .experiments import (
    ACTIVATIONS,
    Data,
    Depth,
    DepthRun,
    PruneRun,
    cases_of,
    prepare,
    run_activation,
    run_depth,
    run_pruning,
)

QUICK_IMAGES, PARTS = 256, ("depth", "activations", "pruning", "latency")
PLAIN, SKIPS = "without skips", "with skips"
COLORS = {
    PLAIN: plots.ORANGE, SKIPS: plots.BLUE, "relu": plots.ORANGE, "swish": plots.BLUE, "swish, learned": plots.GREEN,
    "dense": plots.PURPLE, "pruned": plots.YELLOW, "from scratch": plots.ORANGE, "fine-tuned, per layer": plots.GREEN,
    "fine-tuned, global": plots.BLUE,
}
console = Console()


def main(arguments: list[str]) -> dict[str, float]:
    """Run the study; returns what the thresholds of course.yml are held against."""
    options = parse(arguments)
    output, seeds = Path(options.output), list(range(options.seed, options.seed + options.seeds))
    data = prepare(datasets.load(options.data), options.device, QUICK_IMAGES if options.quick else None)
    console.print(f"{data.name}: {len(data.train[0]):,} images to train, {len(data.test[0]):,} to test, on {options.device}")
    found, drawn, numbers = {}, [], {}
    with Progress(console=console, transient=True) as progress:
        for part in (part for part in PARTS[:-1] if part in options.parts):
            one = {"depth": of_depth, "activations": of_activations, "pruning": of_pruning}[part]
            results, pictures, numbers[part] = one(data, options, seeds, progress, output)
            found.update(results)
            drawn += pictures
    if "latency" in options.parts:  # alone on the machine: the other parts' processes have ended
        results, picture = draw_latency(output / "latency.png", quick=options.quick)
        found.update(results)
        drawn.append(picture)
    output.mkdir(parents=True, exist_ok=True)
    (output / "surgery.json").write_text(json.dumps(numbers))
    console.print("Drawn: " + ", ".join(map(str, drawn)), soft_wrap=True)
    return found


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="grader study surgery", description="Skips, activations, pruning, and their cost.")
    parser.add_argument("--data", type=datasets.option, default="digits", metavar="NAME|FILE.npz",
                        help=f"one of {', '.join(datasets.NAMED)}, or a file with x_train, y_train, x_test, y_test")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=None, dest="parts", metavar="PART",
                        help=f"of {', '.join(PARTS)}")
    parser.add_argument("--latency", action="store_true", help="the same as --only latency")
    parser.add_argument("--quick", action="store_true", help=f"a few epochs on {QUICK_IMAGES} images, to see that it runs")
    parser.add_argument("--depths", type=int, nargs="+", default=None, metavar="N",
                        help="stages of two convolutions each; default: 2 8 14")
    parser.add_argument("--shares", type=float, nargs="+", default=None, metavar="X",
                        help="that are pruned; default: 0.2 0.5 0.8 0.95")
    parser.add_argument("--epochs", type=int, default=None, metavar="N", help="default: 6; fine-tuning takes half as many")
    parser.add_argument("--batch", type=int, default=64, metavar="N", help="images in a step")
    parser.add_argument("--lr", type=float, default=0.05, metavar="X", help="of SGD with momentum, falling along a cosine")
    parser.add_argument("--seeds", type=int, default=None, metavar="N", help="runs of each setting, 2 or more; default: 5")
    parser.add_argument("--seed", type=int, default=0, help="the first of them")
    parser.add_argument("--output", default="build/study", metavar="DIR", help="where the plots go")
    training.add_device_option(parser)
    options = parser.parse_args(arguments)

    quick = options.quick
    options.parts = ["latency"] if options.latency else options.parts or PARTS
    options.depths = sorted(set(options.depths or ((2, 6) if quick else (2, 8, 14))))
    options.shares = sorted(set(options.shares or ((0.2, 0.9) if quick else (0.2, 0.5, 0.8, 0.95))))
    options.epochs = options.epochs or (2 if quick else 6)
    options.seeds = options.seeds or (2 if quick else 5)
    options.tune = max(1, options.epochs // 2)
    if min(*options.depths, options.epochs, options.batch, options.seeds - 1) < 1 or options.lr <= 0:
        parser.error("--depths, --epochs and --batch must be 1 or more; --seeds 2; --lrs above 0")
    if not all(0 <= share <= 1 for share in options.shares):
        parser.error("--shares go from 0 to 1")
    try:
        options.device = training.pick_device(options.device)
    except ValueError as error:
        parser.error(str(error))
    return options


def show(title: str, header: list[str], lines: list[list[str]], path: Path) -> Path:
    """Print a table, and draw it."""
    shown = Table(*header, box=SIMPLE, padding=(0, 1), title=title)
    for line in lines:
        shown.add_row(*line)
    console.print(shown)
    return plots.table(header, lines, path, title=title)


# ── skips ────────────────────────────────────────────────────────────────────────────────────────────────


def of_depth(data: Data, options: argparse.Namespace, seeds: list[int], progress: Progress, output: Path) -> tuple:
    settings = [Depth(stages, skips) for stages in options.depths for skips in (False, True)]
    how = {"epochs": options.epochs, "batch": options.batch, "lr": options.lr}
    runs: dict[Depth, list[DepthRun]] = cases_of(settings, seeds, lambda at, seed: run_depth(data, at, seed, **how),
                                                 data, progress, "depth")
    last = {at: [run.test[-1] for run in of] for at, of in runs.items()}
    lines, found = [], {}
    for stages in options.depths:
        plain, skips = last[Depth(stages, False)], last[Depth(stages, True)]
        paired = compare(plain, skips)
        lines.append([f"{2 * stages + 2} layers", f"{np.mean(plain):.1%}", f"{np.mean(skips):.1%}", paired.points])
        if stages == options.depths[-1]:
            found = {"deep_plain": float(np.mean(plain)), "deep_skips": float(np.mean(skips)), "deep_skips_gain": paired.mean}

    deepest = options.depths[-1]
    panels = [plots.Panel(f"training loss, {2 * stages + 2} layers",
                          {name: np.array([run.loss for run in runs[Depth(stages, skips)]])
                           for name, skips in ((PLAIN, False), (SKIPS, True))}, yscale="log",
                          legend=stages == options.depths[0])
              for stages in options.depths]
    gradients = {name: np.array([run.gradients for run in runs[Depth(deepest, skips)]])
                 for name, skips in ((PLAIN, False), (SKIPS, True))}
    panels.append(plots.Panel("before training: gradient of each stage", gradients, xlabel="stage", yscale="log", legend=False))
    pictures = [plots.bands(panels, output / "depth.png", columns=2, colors=COLORS),
                show(f"Test accuracy after {options.epochs} epochs, mean of {len(seeds)} seeds",
                     ["network", PLAIN, SKIPS, "points [95 %]"], lines, output / "depth_table.png")]
    return found, pictures, [{**at._asdict(), "runs": [run._asdict() for run in of]} for at, of in runs.items()]


# ── activations ──────────────────────────────────────────────────────────────────────────────────────────


def of_activations(data: Data, options: argparse.Namespace, seeds: list[int], progress: Progress, output: Path) -> tuple:
    how = {"epochs": options.epochs, "batch": options.batch, "lr": options.lr}
    runs = cases_of(list(ACTIVATIONS), seeds, lambda name, seed: run_activation(data, name, seed, **how), data, progress,
                    "activations")
    last = {name: [test[-1] for test in of] for name, of in runs.items()}
    lines = [[name, str(mean_interval(values)), "" if name == "relu" else compare(last["relu"], values).points]
             for name, values in last.items()]
    pictures = [plots.bands([plots.Panel("test accuracy", {name: np.array(of) for name, of in runs.items()})],
                            output / "activations.png", colors=COLORS),
                show(f"Test accuracy after {options.epochs} epochs", ["activation", "mean [95 %]", "points over relu"], lines,
                     output / "activations_table.png")]
    return {"swish_gain": compare(last["relu"], last["swish"]).mean}, pictures, runs


# ── pruning ──────────────────────────────────────────────────────────────────────────────────────────────


def of_pruning(data: Data, options: argparse.Namespace, seeds: list[int], progress: Progress, output: Path) -> tuple:
    how = {"epochs": options.epochs, "tune": options.tune, "batch": options.batch, "lr": options.lr}
    runs: list[PruneRun] = cases_of(["all"], seeds, lambda _, seed: run_pruning(data, options.shares, seed, **how),
                                    data, progress, "pruning")["all"]
    dense = [run.dense for run in runs]
    lines, found = [], {"dense": float(np.mean(dense))}
    for share in options.shares:
        cut, tuned = ([getattr(run, what)["global", share] for run in runs] for what in ("cut", "tuned"))
        per_layer, scratch = [run.tuned["per layer", share] for run in runs], [run.scratch[share] for run in runs]
        lines.append([f"{share:.0%}", f"{np.mean(cut):.1%}", f"{np.mean(tuned):.1%}", compare(dense, tuned).points,
                      f"{np.mean(per_layer):.1%}", f"{np.mean(scratch):.1%}", compare(scratch, tuned).points])
        found[f"pruned_{round(share * 100)}_loss"] = -compare(dense, tuned).mean

    def over_shares(pick) -> np.ndarray:
        return np.array([[pick(run, share) for share in options.shares] for run in runs])   # (seeds, shares)

    series = {"dense": over_shares(lambda run, share: run.dense),
              "pruned": over_shares(lambda run, share: run.cut["global", share]),
              "from scratch": over_shares(lambda run, share: run.scratch[share]),
              **{f"fine-tuned, {way}": over_shares(lambda run, share, way=way: run.tuned[way, share])
                 for way in ("per layer", "global")}}
    x = [100 * share for share in options.shares]
    panels = [plots.Panel("test accuracy", series, xlabel="weights pruned (%)", x=x),
              plots.Panel("the same, closer", {name: values for name, values in series.items() if name != "pruned"},
                          xlabel="weights pruned (%)", x=x, legend=False)]
    header = ["pruned", "at once", "fine-tuned", "points over dense", "per layer", "from scratch", "fine-tuned over scratch"]
    title = f"Test accuracy, mean of {len(seeds)} seeds; dense: {np.mean(dense):.1%}"
    pictures = [plots.bands(panels, output / "pruning.png", colors=COLORS),
                show(title, header, lines, output / "pruning_table.png")]
    plain = [{"dense": run.dense, "scratch": {str(k): v for k, v in run.scratch.items()},
              **{what: {f"{way}, {share}": v for (way, share), v in getattr(run, what).items()} for what in ("cut", "tuned")}}
             for run in runs]
    return found, pictures, plain
