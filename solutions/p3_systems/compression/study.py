"""Given: the study. What do half of the weights, or three quarters of the bits, cost a search, and what do they gain?

    grader study compression                  find the function: 800 of them, 300 queries; under two minutes
    grader study compression --quick          in seconds, to see that it runs: two of six blocks, no torchao
    grader study compression --steps 0        without distillation
    grader study compression --long           1,500 functions and queries, and 1,500 steps of distillation

All models answer the same queries. Differences of recall come with paired intervals, times are CPU times of interleaved turns
on one thread.
"""
import argparse
import copy
import json
from pathlib import Path

import numpy as np
import torch
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from exercises.common import functions, minilm, plots

from .benchmark import speedups, summarize
from .experiments import (
    APART,
    CHARACTERS,
    FEW,
    FULL,
    GLOBAL,
    NAMES,
    PER_LAYER,
    RECOVERED,
    RUNTIME,
    RUNTIME_INT8,
    TORCHAO,
    WORDS,
    Model,
    against,
    as_bitmap,
    checked,
    in_onnx_runtime,
    instruction_set,
    judge,
    latencies,
    loaded,
    own_interval,
    pruned,
    quality,
    quantised_by_torchao,
    recover,
)
from .pareto import pareto_front

COLORS = {FULL: plots.ORANGE, PER_LAYER: plots.PURPLE, GLOBAL: plots.SKY, RECOVERED: plots.GREEN, TORCHAO: plots.YELLOW,
          RUNTIME: "#555555", RUNTIME_INT8: "#999999",
          APART: plots.BLUE}
TEXTS_FOR_OUTLIERS = 200
console = Console()


def main(arguments: list[str]) -> dict[str, float]:
    """Run the study; returns what the thresholds of course.yml are held against."""
    options = parse(arguments)
    output = Path(options.output)
    torch.set_num_threads(1)  # on a busy machine two threads mostly wait for each other, and waiting takes processor time too
    console.print(instruction_set())
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("functions", total=None)
        task = functions.make_task(functions.harvest(options.packages), size=options.size, seed=options.seed)
        chosen = np.sort(np.random.default_rng(options.seed).permutation(options.size)[:options.queries])
        task = task._replace(queries=[task.queries[place] for place in chosen], answers=task.answers[chosen])
        tokens = minilm.Tokens()
        progress.remove_task(bar)
        models, found, losses, bitmap = compare_models(task, tokens, options, progress)
        bar = progress.add_task("latency", total=None)
        one = latencies(models, task.queries[:1], tokens, options.turns)
        batch = latencies({name: model for name, model in models.items() if name != TORCHAO}, task.queries[:8], tokens, options.turns)
        progress.remove_task(bar)

    faster = speedups(one, FULL) | speedups(batch, FULL)  # torchao: of a sentence by itself, the others of eight
    cost = {name: 1000 * summarize(times).cpu for name, times in one.items()}                              # ms a sentence
    cost |= {name: 1000 * summarize(times).cpu / len(task.queries[:8]) for name, times in batch.items()}
    console.print(f"{options.size:,} functions, {len(task.queries):,} queries; {len(models[FULL].encode.blocks)} blocks; {len(losses)} "
                  f"steps of distillation on {len(task.training):,} other texts. Pruned, stored as a bitmap with the values that "
                  f"remain: {bitmap / 1e6:.1f} MB.")
    finds, costs = [], []
    for name in [WORDS, CHARACTERS, *models]:
        of, times = found[name], one.get(name)
        searched = len(of.ten) > 0
        finds.append([name, f"{of.first.mean():.3f}" if searched else "", f"{of.ten.mean():.3f}" if searched else "",
                      "" if name == FULL or not searched else points(against(found[FULL], of, options.seed)),
                      f"{of.cosines.mean():.3f}" if times else "", f"{of.cosines.min():.3f}" if times else "",
                      str(len(of.cosines)) if times else ""])
        costs.append([f"{models[name].size / 1e6:.1f}", f"{cost[name]:.2f}", f"{faster[name]:.2f}",
                      f"{1000 * summarize(times).p50:.1f}", f"{1000 * summarize(times).p95:.1f}"] if times else [""] * 5)
    found_header = ["model", "R@1", "R@10", "points [95 %]", "cosine", "worst", "texts"]
    cost_header = ["MB", "CPU ms", "times faster", "alone: p50 ms", "p95 ms"]
    show("What it finds, and how near its vectors are", found_header, finds)
    show("What it costs", ["model", *cost_header], [[line[0], *rest] for line, rest in zip(finds, costs) if any(rest)])
    if TORCHAO in models:
        console.print(f"CPU ms are of a sentence among eight, of {TORCHAO} of one alone.")
    pictures = [plots.table(found_header + cost_header, [line + rest for line, rest in zip(finds, costs)],
                            output / "compression_table.png", title="Find the function"),
                draw(models, found, cost, options, output / "compression.png")]

    output.mkdir(parents=True, exist_ok=True)
    (output / "compression.json").write_text(json.dumps({
        "losses": losses, "models": {name: {"size": model.size, "cpu_ms": cost[name], "recall_10": found[name].ten.tolist(),
                                            "worst_cosine": float(found[name].cosines.min())}
                                     for name, model in models.items()}}))
    console.print("Drawn: " + ", ".join(map(str, pictures)), soft_wrap=True)
    full, small = found[FULL].ten.mean(), found[APART]
    return {"recall_10": float(full), "over_tfidf": float(full - found[CHARACTERS].ten.mean()),
            "int8_speedup": faster[APART], "int8_size": models[APART].size / models[FULL].size,
            "int8_worst_cosine": float(small.cosines.min()), "int8_loss": float(full - small.ten.mean()),
            "pruned_loss": float(full - found[PER_LAYER].ten.mean()), "recovered_loss": float(full - found[RECOVERED].ten.mean())}


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="grader study compression", description="Pruned, distilled, in eight bits: what it costs.")
    parser.add_argument("--quick", action="store_true", help="two blocks, a small index, two steps, no torchao")
    parser.add_argument("--long", action="store_true", help="1,500 functions, all queries, 1,500 steps")
    parser.add_argument("--size", type=int, default=None, metavar="N", help="functions in the index; default: 800")
    parser.add_argument("--queries", type=int, default=None, metavar="N", help="of them that are searched for; default: 300")
    parser.add_argument("--steps", type=int, default=None, metavar="N", help="of distillation; default: 48")
    parser.add_argument("--lr", type=float, default=3e-4, metavar="X", help="of AdamW in distillation")
    parser.add_argument("--turns", type=int, default=None, metavar="N", help="in which latency is measured; default: 16")
    parser.add_argument("--seed", type=int, default=0, help="which modules are searched, and which are learned from")
    parser.add_argument("--output", default="build/study", metavar="DIR", help="where the plots go")
    options = parser.parse_args(arguments)

    quick, long = options.quick, options.long
    options.size = options.size or (60 if quick else 1_500 if long else 800)
    options.queries = min(options.size, options.queries or (30 if quick else options.size if long else 300))
    options.steps = (2 if quick else 1_500 if long else 48) if options.steps is None else options.steps
    options.turns = options.turns or (2 if quick else 16)
    options.packages, options.blocks = (("networkx",), 2) if quick else (functions.PACKAGES, None)
    if options.size < 2 or options.queries < 2 or options.steps < 0 or options.turns < 1 or options.lr <= 0:
        parser.error("--size and --queries must be 2 or more, --turns 1, --steps 0; --lr above 0")
    return options


def compare_models(task: functions.Task, tokens: minilm.Tokens, options: argparse.Namespace, progress: Progress) -> tuple:
    """(the models, what each finds, the losses of distillation, the bytes of a pruned one as a bitmap)."""
    found = {name: quality(functions.tfidf(task, kind), task.answers) for name, kind in ((WORDS, "words"), (CHARACTERS, "characters"))}
    texts = len(task.documents) + len(task.queries)
    bar = progress.add_task("models", total=texts * (len(NAMES) - len(FEW)) + options.steps * 4 * 32)
    teacher = loaded(options.blocks)
    size = sum(parameter.nbytes for parameter in teacher.parameters())
    models, losses = {FULL: Model(teacher, size)}, []

    for name, scope in ((PER_LAYER, "layer"), (GLOBAL, "global")):
        models[name] = Model(pruned(teacher, scope), size)
    student = copy.deepcopy(models[PER_LAYER].encode)
    if options.steps:
        losses = recover(student, teacher, task.training, tokens, steps=options.steps, lr=options.lr, seed=options.seed,
                         advance=lambda: progress.advance(bar, 4 * 32))
    models[RECOVERED] = Model(student.eval(), size)
    if not options.quick:
        models[TORCHAO] = quantised_by_torchao(teacher)
    models |= in_onnx_runtime(teacher, task.training[:TEXTS_FOR_OUTLIERS], tokens)

    full = None
    for name, model in models.items():
        if name in FEW:
            found[name] = checked(model, task.documents[:FEW[name]], tokens, full[:FEW[name]])
            continue
        found[name], vectors = judge(model, task, tokens, full, lambda done: progress.advance(bar, done))
        full = vectors if full is None else full
    return models, found, losses, as_bitmap(models[PER_LAYER].encode)


def points(interval) -> str:
    return f"{100 * interval.mean:+.1f} [{100 * interval.low:+.1f}, {100 * interval.high:+.1f}]"


def show(title: str, header: list[str], lines: list[list[str]]) -> None:
    shown = Table(header[0], box=SIMPLE, padding=(0, 1, 0, 0), title=title)
    for name in header[1:]:
        shown.add_column(name, justify="right")
    for line in lines:
        shown.add_row(*line)
    console.print(shown)


def draw(models: dict, found: dict, cost: dict, options: argparse.Namespace, path: Path) -> Path:
    """Recall over size and over time, each with its Pareto front, your `pareto_front`."""
    models = {name: model for name, model in models.items() if len(found[name].ten)}
    intervals = {name: own_interval(found[name], options.seed) for name in models}
    panels = []
    for label, values in (("megabytes", {name: model.size / 1e6 for name, model in models.items()}), ("CPU ms for a sentence", cost)):
        rows = np.array([[values[name], intervals[name].mean] for name in models])
        front = [list(models)[place] for place in pareto_front(rows, [False, True])]
        panels.append(plots.TradeOff(label, values, front))
    beside = {name: float(found[name].ten.mean()) for name in (WORDS, CHARACTERS)}
    return plots.trade_offs(panels, {name: tuple(of) for name, of in intervals.items()}, path, ylabel="recall at 10",
                            colors=COLORS, beside=beside)
