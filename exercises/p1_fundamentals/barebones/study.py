"""Given: the study. What does batch norm change, at which depth and with which learning rate? Made of your functions alone.

    grader study barebones                    digits, three depths, five learning rates, five seeds: about two minutes
    grader study barebones --quick            in seconds, to see that it runs
    grader study barebones --inits            only the picture of initialisations; needs nothing but your initialization.py
    grader study barebones --data cifar10 --epochs 20 --width 256 --seeds 3     the full-size run (needs torchvision)
    grader study barebones --data FILE.npz --device cuda                        your own images, on a GPU

Each network is trained without and with batch norm, from the same weights and with the same batches. A learning rate is
chosen by images that were held out of the training set; what is reported is measured on the test images.
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
from exercises.common.comparison import Paired, compare

from .experiments import Run, Setting, layer_sizes, prepare, run_all, spreads

QUICK_IMAGES, GOOD = 256, 0.9
WITHOUT, WITH = "without batch norm", "with batch norm"
COLORS = {WITHOUT: plots.ORANGE, WITH: plots.BLUE, "small": plots.YELLOW, "Xavier": plots.PURPLE, "He": plots.ORANGE,
          "small, batch norm": plots.GREEN, "He, batch norm": plots.BLUE}
Runs = dict[Setting, list[Run]]
console = Console()


def main(arguments: list[str]) -> dict[str, float]:
    """Run the study; returns the test accuracies of the shallowest and the deepest networks, and how many settings learn."""
    options = parse(arguments)
    output, seeds = Path(options.output), list(range(options.seed, options.seed + options.seeds))
    drawn = [draw_inits(seeds, output / "initialization.png")]
    if options.inits:
        console.print(f"Drawn: {drawn[0]}", soft_wrap=True)
        return {}

    data = prepare(datasets.load(options.data), options.device, QUICK_IMAGES if options.quick else None)
    console.print(f"{data.name}: {len(data.train[0]):,} images to train, {len(data.validation[0]):,} to choose "
                  f"learning rates by, {len(data.test[0]):,} to test, on {options.device}")
    settings = [Setting(depth, lr, normed, batch=options.batch)
                for depth in options.depths for lr in options.lrs for normed in (False, True)]
    # Small batches make many steps, so each is smaller: the linear scaling rule (Goyal et al. 2017).
    by_batch = [Setting(options.depths[0], 0.1 * batch / 64, normed, batch=batch)
                for batch in options.batches for normed in (False, True)]
    with Progress(console=console, transient=True) as progress:
        runs = run_all(data, settings, seeds, width=options.width, epochs=options.epochs, progress=progress)
        of_batches = run_all(data, by_batch, seeds, width=options.width, epochs=max(options.epochs // 3, 1), progress=progress)
    save([runs, of_batches], output / "runs.json")

    chosen = {(depth, normed): choose(runs, depth, normed) for depth in options.depths for normed in (False, True)}
    comparisons = {depth: compare(*(test(runs[chosen[depth, normed]]) for normed in (False, True))) for depth in options.depths}
    before = layer_sizes(data, seeds, depth=max(options.depths), width=options.width)
    drawn += [draw_layers(before, runs, chosen, max(options.depths), output / "layers.png"),
              draw_grid(runs, options.depths, options.lrs, output / "grid.png"),
              draw_curves(runs, chosen, options, output / "curves.png"),
              *report(runs, chosen, comparisons, of_batches, options, output)]
    console.print("Drawn: " + ", ".join(map(str, drawn)), soft_wrap=True)
    return results(runs, chosen, comparisons, options.depths, of_batches)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="grader study barebones", description="Networks with and without batch norm.")
    parser.add_argument("--data", type=datasets.option, default="digits", metavar="NAME|FILE.npz",
                        help=f"one of {', '.join(datasets.NAMED)}, or a file with x_train, y_train, x_test, y_test")
    parser.add_argument("--quick", action="store_true", help=f"two epochs on {QUICK_IMAGES} images, to see that it runs")
    parser.add_argument("--inits", action="store_true", help="draw the picture of initialisations and no more")
    parser.add_argument("--depths", type=int, nargs="+", default=None, metavar="N", help="hidden layers; default: 2 6 16")
    parser.add_argument("--lrs", type=float, nargs="+", default=None, metavar="X", help="learning rates; default: 0.01 to 1")
    parser.add_argument("--width", type=int, default=64, metavar="N", help="units of a hidden layer")
    parser.add_argument("--epochs", type=int, default=None, metavar="N", help="default: 10")
    parser.add_argument("--batch", type=int, default=64, metavar="N", help="images in a step")
    parser.add_argument("--batches", type=int, nargs="+", default=None, metavar="N",
                        help="batch sizes that are compared at the smallest depth; default: 2 8 64")
    parser.add_argument("--seeds", type=int, default=None, metavar="N", help="runs of each setting, 2 or more; default: 5")
    parser.add_argument("--seed", type=int, default=0, help="the first of them")
    parser.add_argument("--output", default="build/study", metavar="DIR", help="where the plots go")
    training.add_device_option(parser)
    options = parser.parse_args(arguments)

    quick = options.quick
    options.depths = sorted(set(options.depths or ((2, 6) if quick else (2, 6, 16))))
    options.lrs = sorted(set(options.lrs or ((0.03, 0.3) if quick else (0.01, 0.03, 0.1, 0.3, 1.0))))
    options.epochs = options.epochs or (2 if quick else 10)
    options.seeds = options.seeds or (2 if quick else 5)
    options.batches = sorted(set(options.batches or ((8, 64) if quick else (2, 8, 64))))
    fewest = min(options.batch, *options.batches, options.seeds)
    if min(*options.depths, options.epochs, options.width, fewest - 1) < 1 or min(options.lrs) <= 0:
        parser.error("--depths, --epochs and --width must be 1 or more; --batch, --batches and --seeds 2; --lrs above 0")
    try:
        options.device = training.pick_device(options.device)
    except ValueError as error:
        parser.error(str(error))
    return options


# ── what the runs say ────────────────────────────────────────────────────────────────────────────────────


def test(of_setting: list[Run]) -> list[float]:
    """The test accuracy of each seed after the last epoch."""
    return [run.test[-1] for run in of_setting]


def choose(runs: Runs, depth: int, normed: bool) -> Setting:
    """The setting whose learning rate has the highest mean accuracy on the held-out images; of equal ones the lowest rate."""
    candidates = [setting for setting in runs if (setting.depth, setting.normed) == (depth, normed)]
    return max(candidates, key=lambda setting: (np.mean([run.validation[-1] for run in runs[setting]]), -setting.lr))


def learning(runs: Runs, normed: bool) -> int:
    """In how many settings of depth and learning rate the median seed reads nine of ten test images."""
    return sum(np.median(test(of_setting)) >= GOOD for setting, of_setting in runs.items() if setting.normed == normed)


def results(runs: Runs, chosen: dict, comparisons: dict[int, Paired], depths: list[int], of_batches: Runs) -> dict[str, float]:
    smallest = min(setting.batch for setting in of_batches)
    by_norm = {setting.normed: test(of) for setting, of in of_batches.items() if setting.batch == smallest}
    found = {"smallest_batch_gain": compare(by_norm[False], by_norm[True]).mean}
    for name, depth in {"shallow": depths[0], "deep": depths[-1]}.items():
        found[f"{name}_without"] = float(np.mean(test(runs[chosen[depth, False]])))
        found[f"{name}_with"] = float(np.mean(test(runs[chosen[depth, True]])))
        found[f"{name}_gain"] = comparisons[depth].mean
    return {**found, "settings_without": learning(runs, False), "settings_with": learning(runs, True)}


def report(runs: Runs, chosen: dict, comparisons: dict[int, Paired], of_batches: Runs, options: argparse.Namespace,
           output: Path) -> list[Path]:
    """Print the two tables, and draw them."""
    lines = []
    for depth, paired in comparisons.items():
        cells = [f"{np.mean(test(runs[at])):.1%} (lr {at.lr:g})" for at in (chosen[depth, False], chosen[depth, True])]
        lines.append([f"{depth} layers", *cells, *in_words(paired)])
    for without, with_norm in zip(*([at for at in of_batches if at.normed == normed] for normed in (False, True))):
        cells = [f"{np.mean(test(of_batches[at])):.1%}" for at in (without, with_norm)]
        paired = compare(test(of_batches[without]), test(of_batches[with_norm]))
        lines.append([f"{without.depth}, batches of {without.batch}", *cells, *in_words(paired)])

    header = ["network", "without", "with", "points [95 %]", "better"]
    title = f"Test accuracy without and with batch norm, mean of {options.seeds} seeds"
    shown = Table(*header, box=SIMPLE, padding=(0, 1), title=title)
    for line in lines:
        shown.add_row(*line)
    console.print(shown)
    console.print(f"The median seed reads {GOOD:.0%} of the test images in {learning(runs, False)} of {len(runs) // 2} "
                  f"settings without batch norm, and in {learning(runs, True)} with it.")
    console.print(f"The lines about batches are after {max(options.epochs // 3, 1)} epochs, the others after {options.epochs}.")
    wide = ["network", WITHOUT, WITH, "difference in points [95 % interval]", "better with"]
    return [plots.table(wide, lines, output / "table.png", shaded=range(len(comparisons)))]


def in_words(paired: Paired) -> tuple[str, str]:
    return paired.points, f"{paired.wins} of {len(paired.differences)}"


def save(parts: list[Runs], path: Path) -> None:
    """All numbers of all runs, for questions that no picture answers."""
    data = [{**setting._asdict(), "runs": [run._asdict() for run in of_setting]}
            for runs in parts for setting, of_setting in runs.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data))


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────────


def draw_inits(seeds: list[int], path: Path) -> Path:
    panels = [plots.Panel(f"{name}: standard deviation of the activations", found, xlabel="layer", yscale="log")
              for name, found in spreads(seeds)]
    return plots.bands(panels, path, colors=COLORS)


def draw_layers(before: dict, runs: Runs, chosen: dict, depth: int, path: Path) -> Path:
    """Signal and gradient in each layer of the deepest network: before training, and after it where it learned best."""
    named = {WITHOUT: runs[chosen[depth, False]], WITH: runs[chosen[depth, True]]}
    panels = []
    for what, title in (("activations", "activations"), ("gradients", "gradients")):
        panels.append(plots.Panel(f"before training: {title}", before[what], xlabel="layer", yscale="log",
                                  legend=what == "gradients"))
        after = {name: np.array([run.layers[what] for run in of_setting]) for name, of_setting in named.items()}
        panels.append(plots.Panel(f"after training: {title}", after, xlabel="layer", yscale="log"))
    return plots.bands([panels[0], panels[2], panels[1], panels[3]], path, columns=2, colors=COLORS,
                       dashed=["small, batch norm"],
                       title=f"{depth} hidden layers: root mean square of what leaves each, and of the gradient that arrives")


def draw_grid(runs: Runs, depths: list[int], lrs: list[float], path: Path) -> Path:
    def medians(normed: bool) -> np.ndarray:
        at = {(setting.depth, setting.lr): np.median(test(of)) for setting, of in runs.items() if setting.normed == normed}
        return np.array([[at[depth, lr] for lr in lrs] for depth in depths])   # (depths, lrs)

    panels = {WITHOUT: medians(False), WITH: medians(True)}
    panels["difference, in points"] = panels[WITH] - panels[WITHOUT]
    return plots.grids(panels, rows=depths, columns=[f"{lr:g}" for lr in lrs], rowlabel="hidden layers",
                       columnlabel="learning rate", differences=["difference, in points"], path=path)


def draw_curves(runs: Runs, chosen: dict, options: argparse.Namespace, path: Path) -> Path:
    """Training loss and test accuracy, epoch by epoch, at the learning rate that was chosen for each."""
    panels = []
    for what, title in (("loss", "training loss"), ("test", "test accuracy")):
        for depth in options.depths:
            series = {name: np.array([getattr(run, what) for run in runs[chosen[depth, normed]]])
                      for name, normed in ((WITHOUT, False), (WITH, True))}
            panels.append(plots.Panel(f"{title}, {depth} layers", series, yscale="log" if what == "loss" else "linear",
                                      limits=None if what == "loss" else (0, 1), legend=what == "loss"))
    return plots.bands(panels, path, columns=len(options.depths), colors=COLORS)
