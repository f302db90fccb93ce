"""Given: the study. When does it pay to put requests together? Your export, sessions, batcher and load, on three models.

    grader study serving                      a small model, one of 31 MB, MiniLM: under two minutes on two cores
    grader study serving --quick              in half a minute, to see that it runs
    grader study serving --models small large without MiniLM, which needs the extra `compression`
    grader study serving --turns 60 --requests 5000 --seeds 20      the full-size run

First your `measure` of 3.1 (or what stands in for it) takes the processor's time of batches of 1 to 32, one thread, in turns.
Then the load is *played* on the virtual clock: your `schedule` says when requests come, your `Batcher` puts them together,
and a batch takes as long as it was measured to take. So what another program does meanwhile changes nothing but the first
part, and HTTP is in none of it: `grader smoke serving` measures the whole service.
"""
import argparse
import itertools
import json
import logging
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from torch import nn

from exercises.common import plots, virtual_clock
from exercises.common.comparison import mean_interval

from .batcher import Batcher
from .export import export
from .load import Histogram, open_load, schedule
from .session import open_session, predict, session_options

SIZES = (1, 2, 4, 8, 16, 32)
LOADS = (0.25, 0.5, 0.75, 0.95, 1.25, 2.0, 4.0, 8.0)  # of what the model answers in a second one by one
MAX_WAIT, MAX_QUEUE, WAITING = 0.002, 256, 512        # seconds, requests, texts
SMALL, LARGE, MINILM, SORTED, INT8 = "small model", "31 MB model", "MiniLM", "MiniLM, by length", "MiniLM, INT8"
LAYERS = {SMALL: (16, 64, 4), LARGE: (64, 2750, 10)}
OFF, ON = "one by one", "batches up to 32"
COLORS = {OFF: plots.ORANGE, ON: plots.BLUE, SMALL: plots.ORANGE, LARGE: plots.BLUE, MINILM: plots.GREEN, SORTED: plots.PURPLE,
          INT8: plots.YELLOW}
Batch = Callable[[], object]
console = Console()


def main(arguments: list[str]) -> dict[str, float]:
    """Run the study; returns what the thresholds of course.yml are held against."""
    options = parse(arguments)
    output = Path(options.output)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # torchvision's operators are missed by nobody here
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with warnings.catch_warnings(action="ignore"), Progress(console=console, transient=True) as progress:
            batches = prepare(options.models, progress, options.seed)
            seconds = measured(batches, options.turns, progress)               # {model: (turns, sizes)}
            played = play_all(seconds, options, progress)                      # {model: {way: (seeds, loads, what)}}
    finally:
        torch.set_num_threads(threads)
    found = told(seconds, played)
    drawn = [draw_costs(seconds, output / "costs.png"), draw_loads(played, output / "loads.png")]
    (output / "serving.json").write_text(json.dumps({"seconds of a batch": {name: each.tolist() for name, each in seconds.items()}}))
    console.print("Drawn: " + ", ".join(map(str, drawn)), soft_wrap=True)
    return found


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="grader study serving", description="Batches, over the load, for three models.")
    parser.add_argument("--quick", action="store_true", help="few turns, few requests, to see that it runs")
    parser.add_argument("--models", nargs="+", choices=("small", "large", "minilm"), default=["small", "large", "minilm"])
    parser.add_argument("--turns", type=int, default=None, metavar="N", help="in which each batch is measured; default: 10")
    parser.add_argument("--requests", type=int, default=None, metavar="N", help="in each load that is played; default: 400")
    parser.add_argument("--seeds", type=int, default=None, metavar="N", help="loads of each kind, 2 or more; default: 5")
    parser.add_argument("--seed", type=int, default=0, help="the first of them")
    parser.add_argument("--output", default="build/study", metavar="DIR", help="where the plots go")
    options = parser.parse_args(arguments)
    options.turns = options.turns or (4 if options.quick else 10)
    options.requests = options.requests or (60 if options.quick else 400)
    options.seeds = options.seeds or (2 if options.quick else 5)
    if options.seeds < 2 or options.turns < options.seeds or options.requests < 1:
        parser.error("--seeds is 2 or more, --turns no less than that, --requests 1 or more")
    Path(options.output).mkdir(parents=True, exist_ok=True)
    return options


# ── what a batch costs ───────────────────────────────────────────────────────────────────────────────────


def prepare(models: Sequence[str], progress: Progress, seed: int) -> dict[str, dict[int, Batch]]:
    """{model: {size: a function that computes one batch of this size, another one in each call}}"""
    bar = progress.add_task("export", total=len(models))
    found: dict[str, dict[int, Batch]] = {}
    for name in models:
        if name == "minilm":
            found |= of_minilm(seed)
        else:
            which = {"small": SMALL, "large": LARGE}[name]
            found[which] = {size: of_perceptron(*LAYERS[which], size, seed) for size in SIZES}
        progress.advance(bar)
    return found


def of_perceptron(features: int, hidden: int, outputs: int, size: int, seed: int, kept: dict = {}) -> Batch:  # noqa: B006 -- a cache
    if (features, hidden) not in kept:
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, outputs))
        kept[features, hidden], _ = open_session(export(model, torch.zeros(2, features)), session_options(threads=1), [])
    rows = np.random.default_rng(seed).normal(size=(size, features)).astype(np.float32)
    return lambda: predict(kept[features, hidden], rows)


def of_minilm(seed: int) -> dict[str, dict[int, Batch]]:
    """The search's encoder on first sentences of docstrings: as they come, by length, and with weights of eight bits."""
    from exercises.common import functions, minilm

    texts = [each.sentence for each in functions.harvest(("numpy", "networkx"))]
    texts = [texts[place] for place in np.random.default_rng(seed).permutation(len(texts))[:WAITING]]
    tokens = minilm.Tokens()
    lengths = [int(tokens([text])[1].sum()) for text in texts]
    ordered = [texts[place] for place in np.argsort(lengths, kind="stable")]
    file = export_encoder(minilm.load(), tokens(texts[:2]))
    sessions = [open_session(each, session_options(threads=1), [])[0] for each in (file, in_eight_bits(file))]

    def batch(session, texts: list[str], size: int) -> Batch:
        parts = itertools.cycle([{"ids": ids.numpy(), "mask": mask.numpy()} for ids, mask in
                                 (tokens(texts[start:start + size]) for start in range(0, len(texts) - size + 1, size))])
        if texts is ordered:  # neither the shortest nor the longest first
            parts = itertools.cycle(sorted(itertools.islice(parts, len(texts) // size), key=lambda each: hash(each["ids"].tobytes())))
        return lambda: session.run(None, next(parts))

    ways = {MINILM: (sessions[0], texts), SORTED: (sessions[0], ordered), INT8: (sessions[1], texts)}
    return {name: {size: batch(session, of, size) for size in SIZES} for name, (session, of) in ways.items()}


def export_encoder(encoder: nn.Module, example: tuple[torch.Tensor, torch.Tensor]) -> bytes:
    """An encoder of ids and a mask as an ONNX file: two inputs, and two axes that may change."""
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens", max=512)}
    program = torch.export.export(encoder.eval(), example, dynamic_shapes=(axes, axes))
    found = torch.onnx.export(program, dynamic_shapes=(axes, axes), input_names=["ids", "mask"], output_names=["vectors"],
                              opset_version=18, external_data=False, verbose=False)
    return found.model_proto.SerializeToString()


def in_eight_bits(file: bytes) -> bytes:
    """ONNX Runtime's dynamic quantisation, seven bits of eight, as in 3.1: this project does not need that one's exercise."""
    import tempfile

    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.getLogger().setLevel(logging.ERROR)  # of a pre-processing that it would like
    with tempfile.TemporaryDirectory(prefix="study-") as place:
        before, after = (Path(place) / f"{bits}_bits.onnx" for bits in (32, 8))
        before.write_bytes(file)
        quantize_dynamic(before, after, op_types_to_quantize=["MatMul", "Gather"], per_channel=True, reduce_range=True,
                         weight_type=QuantType.QInt8)
        return after.read_bytes()


def measured(batches: dict[str, dict[int, Batch]], turns: int, progress: Progress) -> dict[str, np.ndarray]:
    """The processor's seconds of each batch, (turns, sizes) for each model; in turns, every second one in reverse."""
    functions = [(name, size) for name in batches for size in SIZES]
    found = {name: np.zeros((turns, len(SIZES))) for name in batches}
    bar = progress.add_task("batches", total=turns + 1)
    for turn in range(-1, turns):  # turn -1 is the warm-up
        for name, size in functions[::-1 if turn % 2 else 1]:
            # A clock ticks in microseconds; and sentences are of all lengths, so several are asked in each turn.
            function, repeats = batches[name][size], 20 if name == SMALL else max(1, 16 // size)
            start = time.process_time()
            for _ in range(repeats):
                function()
            if turn >= 0:
                found[name][turn, SIZES.index(size)] = (time.process_time() - start) / repeats
        progress.advance(bar)
    return found


# ── the load ─────────────────────────────────────────────────────────────────────────────────────────────


def play_all(seconds: dict[str, np.ndarray], options: argparse.Namespace, progress: Progress) -> dict[str, dict[str, np.ndarray]]:
    """{model: {way: (seeds, loads, what)}}, with what = answers in a second, p50, p99 in seconds, share refused."""
    seeds = range(options.seed, options.seed + options.seeds)
    bar = progress.add_task("loads", total=len(seconds) * 2 * len(seeds) * len(LOADS))
    found: dict[str, dict[str, np.ndarray]] = {}
    for name, times in seconds.items():
        found[name] = {OFF: np.zeros((len(seeds), len(LOADS), 4)), ON: np.zeros((len(seeds), len(LOADS), 4))}
        for (row, seed), (column, load) in itertools.product(enumerate(seeds), enumerate(LOADS)):
            cost = np.median(times[row::len(seeds)], axis=0)  # this seed's own turns
            for way, most in ((OFF, 1), (ON, SIZES[-1])):
                rate = load / np.median(times[:, 0])
                found[name][way][row, column] = play(cost, rate, most, options.requests, seed)
                progress.advance(bar)
    return found


def play(cost: np.ndarray, rate: float, most: int, requests: int, seed: int) -> tuple[float, float, float, float]:
    """One open load against a batcher whose batch of n takes what was measured, by straight lines between the sizes."""
    async def run(items: list) -> list:
        import asyncio
        await asyncio.sleep(float(np.interp(len(items), SIZES, cost)))
        return items

    async def whole():
        batcher = Batcher(run, max_batch=most, max_wait=0.0 if most == 1 else MAX_WAIT, max_queue=MAX_QUEUE)
        due = schedule(rate, requests / rate, np.random.default_rng(seed))
        results = await open_load(batcher.submit, due, connections=len(due) + 1)
        await batcher.close()
        return results

    results = virtual_clock.run(whole(), most_steps=200 * requests)
    histogram, answers = Histogram(lowest=1e-6, growth=1.02), [each for each in results if not each.error]
    for each in answers:
        histogram.record(each.latency)
    took = max(each.ended for each in answers)
    return len(answers) / took, histogram.percentile(0.5), histogram.percentile(0.99), 1 - len(answers) / len(results)


# ── what came of it ──────────────────────────────────────────────────────────────────────────────────────


def each_of(seconds: np.ndarray) -> np.ndarray:
    """(turns, sizes) of a batch -> of one request in it, relative to a request alone in the same turn."""
    return seconds / np.array(SIZES) / seconds[:, :1]


def told(seconds: dict[str, np.ndarray], played: dict[str, dict[str, np.ndarray]]) -> dict[str, float]:
    table = Table("", "alone, ms", "of 8, each", "of 32, each [95 %]", "answers/s", "with batches", box=SIMPLE, padding=(0, 1),
                  title="The processor's time of a request, and answers in a second at eight times the load, one thread")
    found: dict[str, float] = {}
    for name, times in seconds.items():
        ratios, interval = each_of(times), mean_interval(each_of(times)[:, -1])
        off, on = (played[name][way][:, -1, 0].mean() for way in (OFF, ON))
        table.add_row(name, f"{1e3 * np.median(times[:, 0]):.3f}", f"{np.median(ratios[:, 3]):.2f}",
                      f"{np.median(ratios[:, -1]):.2f} [{interval.low:.2f}, {interval.high:.2f}]", f"{off:,.0f}", f"{on:,.0f}")
        key = {SMALL: "small", LARGE: "large", MINILM: "minilm", SORTED: "minilm_by_length", INT8: "minilm_int8"}[name]
        found |= {f"{key}_of_32": float(np.median(ratios[:, -1])), f"{key}_gain": float(on / off)}
    if INT8 in seconds:
        found["int8_speedup"] = float(np.median(seconds[MINILM][:, 0] / seconds[INT8][:, 0]))
    console.print(table)
    return found


def draw_costs(seconds: dict[str, np.ndarray], path: Path) -> Path:
    panel = plots.Panel("the processor's time of a request in a batch, relative to one alone",
                        {name: each_of(times) for name, times in seconds.items()}, xlabel="requests in the batch", x=SIZES,
                        xscale="log", limits=(0, None))
    return plots.bands([panel], path, colors=COLORS)


def draw_loads(played: dict[str, dict[str, np.ndarray]], path: Path) -> Path:
    shown = [name for name in (SMALL, LARGE, MINILM) if name in played]
    panels = []
    for title, what, factor, scale in (("answers in a second", 0, 1, "log"), ("p99, ms", 2, 1e3, "log")):
        for name in shown:
            panels.append(plots.Panel(f"{name}: {title}", {way: factor * each[:, :, what] for way, each in played[name].items()},
                                      xlabel="load, in doublings", x=np.log2(LOADS).tolist(),
                                      yscale=scale, legend=name == shown[-1] and what == 2))
    return plots.bands(panels, path, columns=len(shown), colors=COLORS)
