"""A training loop for torch models: mini-batches, a progress bar, scores after each epoch, an early stop.

    device = pick_device(options.device)
    train, test = on(device, data.train_images, data.train_labels), on(device, data.test_images, data.test_labels)
    seed_everything(options.seed)
    model = build().to(device)
    history = fit(model, torch.optim.SGD(model.parameters(), lr=0.1), train, watch={"test": test}, epochs=10)

Whatever has `step()` and `zero_grad()` is an optimiser here, also one that you wrote.
"""
import argparse
import copy
import math
import multiprocessing
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import nullcontext
from dataclasses import dataclass, field

import numpy as np
import torch
from rich.progress import Progress
from torch import Tensor, nn

Pair = tuple[Tensor, Tensor]  # inputs (samples, ...) and targets (samples, ...), on one device
DEVICES = ("auto", "cpu", "cuda")


@dataclass
class History:
    """What happened in a run."""

    loss: list[float] = field(default_factory=list)                # of each step
    steps: list[int] = field(default_factory=list)                 # how many steps were taken at the end of each epoch
    scores: dict[str, list[float]] = field(default_factory=dict)   # of each set that was watched, at the end of each epoch
    stopped: str = ""                                              # why before the last epoch: "no progress", "diverged"
    best: int = -1                                                 # with an early stop: the epoch whose model is left, from 0

    def curves(self, watched: str = "test") -> dict[str, list[float]]:
        """What `plots.learning_curves` draws."""
        return {"loss": self.loss, "accuracy": self.scores[watched], "steps": self.steps}


# ── devices and seeds ────────────────────────────────────────────────────────────────────────────────────


def add_device_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=DEVICES, default="auto", help="auto takes a GPU where torch sees one")


def pick_device(choice: str) -> torch.device:
    """Raises ValueError for "cuda" where torch sees no GPU: a run that was meant for one is not started on the CPU."""
    if choice == "cuda" and not torch.cuda.is_available():
        raise ValueError("--device cuda was asked for, and torch sees no GPU (this torch is "
                         f"{torch.__version__}); --device auto takes what there is")
    return torch.device("cuda" if choice != "cpu" and torch.cuda.is_available() else "cpu")


def seed_everything(seed: int) -> None:
    """For code that draws from the global generators, as layers of torch.nn do for their first weights."""
    np.random.seed(seed)
    torch.manual_seed(seed)  # the GPU's generators too


def on(device: torch.device, inputs: np.ndarray, targets: np.ndarray) -> Pair:
    """Arrays as tensors on the device. The sets of this course fit into a GPU as a whole; copying each batch costs more."""
    return torch.from_numpy(inputs).to(device), torch.from_numpy(targets).to(device)


# ── many runs ────────────────────────────────────────────────────────────────────────────────────────────


def run_each(run: Callable, cases: Sequence, device: torch.device, advance: Callable[[], None] = lambda: None) -> list:
    """[run(case) for case in cases], on the CPU by one process for each core; `advance` is called after each case.

    Each process computes with one thread: networks as small as those of the studies gain nothing from more. `run` may be any
    function, also one within another. What it returns is pickled, and must hold no tensor. On a GPU, and where a process
    cannot fork, the cases are run one after another.
    """
    cores = min(len(os.sched_getaffinity(0)), len(cases)) if hasattr(os, "sched_getaffinity") else 1
    if device.type != "cpu" or cores < 2:
        return [_and_then(advance, run(case)) for case in cases]

    global _run, _cases
    _run, _cases, threads = run, cases, torch.get_num_threads()  # the processes inherit these: nothing is pickled on the way in
    torch.set_num_threads(1)  # before the fork: a process that inherits a pool of threads waits for them for ever
    pool = ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("fork"))
    try:
        futures = [pool.submit(_run_case, number) for number in range(len(cases))]
        for future in as_completed(futures):
            _and_then(advance, future.result())
        return [future.result() for future in futures]
    finally:
        pool.shutdown(cancel_futures=True)  # a case that raised, or Ctrl-C, ends the others
        torch.set_num_threads(threads)
        _run, _cases = None, ()


_run: Callable | None = None  # of `run_each`, in its processes
_cases: Sequence = ()


def _run_case(number: int):
    return _run(_cases[number])


def _and_then(advance: Callable[[], None], result):
    advance()
    return result


# ── the loop ─────────────────────────────────────────────────────────────────────────────────────────────


def fit(model: nn.Module, optimizer, train: Pair, *, epochs: int, batch: int = 64, seed: int = 0,
        loss: Callable[[Tensor, Tensor], Tensor] = nn.functional.cross_entropy, watch: Mapping[str, Pair] | None = None,
        score: Callable[[Tensor, Tensor], Tensor] | None = None, stop_on: str | None = None, patience: int = 5,
        schedule: Callable[[float], float] | None = None, progress: Progress | None = None, label: str = "training") -> History:
    """Train `model` on `train`, in mini-batches of a new random order each epoch, and return what happened.

    watch      sets that are scored after each epoch, by name
    score      (outputs, targets) -> one number for each sample, the higher the better; by default whether the largest
               output is the target's, so that its mean is the accuracy
    stop_on    the watched set that an early stop goes by: training ends when its score was not beaten for `patience` epochs,
               and the model is left as it was at its best. It should not be the test set, which nothing is chosen by.
    schedule   the optimiser's learning rates are multiplied by schedule(t), where t goes from 0 to 1 during the training
    progress   a bar that others share; without it there is one of its own

    The order of the samples is drawn from `seed` and from nothing else, so that two models that are trained with the same
    seed see the same batches. A loss that is no longer finite ends the run: nothing finite would come after it.
    """
    watch, score = watch or {}, score or is_right
    if stop_on is not None and stop_on not in watch:
        raise ValueError(f"stop_on names '{stop_on}', which is not watched: {', '.join(watch) or 'nothing is'}")
    inputs, targets = train
    order = torch.Generator().manual_seed(seed)  # on the CPU, so that all devices see the same order
    total = epochs * -(-len(inputs) // batch)
    history, best_score, best_state = History(scores={name: [] for name in watch}), -math.inf, None
    rates = [group["lr"] for group in optimizer.param_groups] if schedule else []

    with nullcontext(progress) if progress else Progress(transient=True) as bar:
        task = bar.add_task(label, total=total)
        for epoch in range(epochs):
            model.train()
            losses = []
            for chosen in torch.randperm(len(inputs), generator=order).to(inputs.device).split(batch):
                if schedule:
                    factor = schedule((len(history.loss) + len(losses)) / total)
                    for group, rate in zip(optimizer.param_groups, rates):
                        group["lr"] = rate * factor
                optimizer.zero_grad()
                value = loss(model(inputs[chosen]), targets[chosen])
                value.backward()
                optimizer.step()
                losses.append(value.detach())
                bar.advance(task)

            history.loss += torch.stack(losses).tolist()  # once an epoch: asking a GPU for a number waits for it
            history.steps.append(len(history.loss))
            for name, pair in watch.items():
                history.scores[name].append(evaluate(model, pair, score=score))
            if not all(map(math.isfinite, history.loss[-len(losses):])):
                history.stopped = "diverged"
                break
            if stop_on is not None:
                if history.scores[stop_on][-1] > best_score:
                    best_score, history.best = history.scores[stop_on][-1], epoch
                    best_state = copy.deepcopy(model.state_dict())
                elif epoch - history.best >= patience:
                    history.stopped = "no progress"
                    break
        bar.remove_task(task)

    for group, rate in zip(optimizer.param_groups if schedule else [], rates):
        group["lr"] = rate
    if best_state is not None:
        model.load_state_dict(best_state)
    return history


def evaluate(model: nn.Module, pair: Pair, *, score: Callable[[Tensor, Tensor], Tensor] | None = None,
             batch: int = 1000) -> float:
    """The mean score over a set, in evaluation mode and without recording a graph. The model's mode is left as it was."""
    before = model.training
    model.eval()
    try:
        with torch.no_grad():
            parts = zip(*(part.split(batch) for part in pair))
            scores = [(score or is_right)(model(inputs), targets) for inputs, targets in parts]
    finally:
        model.train(before)
    return torch.cat(scores).double().mean().item()


def is_right(outputs: Tensor, targets: Tensor) -> Tensor:
    """(samples, classes), (samples,) -> (samples,)."""
    return outputs.argmax(dim=1) == targets


def cosine(t: float) -> float:
    """A schedule: from 1 down to 0 along half a wave (Loshchilov and Hutter 2017)."""
    return (1 + math.cos(math.pi * t)) / 2
