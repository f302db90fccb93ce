"""Given: the runs of the study. What is measured, of which networks; nothing is drawn or judged here."""
import itertools
import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from rich.progress import Progress
from torch import Tensor

from exercises.common import datasets, training

from .initialization import he_normal, layer_statistics, xavier_normal
from .models import MLP
from .training_loop import evaluate, train


def small_normal(shape: tuple[int, int], generator: torch.Generator) -> Tensor:
    """Weights of standard deviation 0.01, whatever the layer's size: how it was done before 2010, and a bad idea."""
    return 0.01 * torch.randn(shape, generator=generator)


INITS: dict[str, Callable] = {"small": small_normal, "Xavier": xavier_normal, "He": he_normal}


class Data(NamedTuple):
    """Standardised, flat images on one device: to learn from, to choose learning rates by, and to be judged by."""

    name: str
    classes: int
    train: tuple[Tensor, Tensor]        # (samples, inputs), (samples,)
    validation: tuple[Tensor, Tensor]
    test: tuple[Tensor, Tensor]


class Setting(NamedTuple):
    """What a run is made of, besides its seed."""

    depth: int
    lr: float
    normed: bool
    init: str = "He"
    batch: int = 64


class Run(NamedTuple):
    """What came of a run: three numbers an epoch, and at the end the sizes of signal and gradient in each layer.

    After a loss that is not finite nothing is trained any more, and all numbers stay as they are.
    """

    loss: list[float]
    validation: list[float]
    test: list[float]
    layers: dict[str, list[float]]


def prepare(data: datasets.Dataset, device: torch.device, quick_images: int | None = None) -> Data:
    """Hold a fifth of the training images out, to choose by, and take off all images the mean of those that are left."""
    held = datasets.hold_out(data)
    if quick_images is not None:
        held = datasets.head(held, quick_images)
    mean, std = held.train_images.mean(), held.train_images.std()

    def flat(images: np.ndarray, labels: np.ndarray) -> tuple[Tensor, Tensor]:
        standard = (images.reshape(len(images), -1) - mean) / std      # (samples, c, h, w) -> (samples, c·h·w)
        return training.on(device, standard.astype(np.float32), labels)

    return Data(data.name, data.classes, flat(held.train_images, held.train_labels),
                flat(held.test_images, held.test_labels), flat(data.test_images, data.test_labels))


def build(data: Data, setting: Setting, *, width: int, seed: int) -> MLP:
    """The same seed gives the same weights with and without batch norm."""
    return MLP(inputs=data.train[0].shape[1], width=width, depth=setting.depth, classes=data.classes, normed=setting.normed,
               generator=torch.Generator().manual_seed(seed), init=INITS[setting.init], device=data.train[0].device)


def fit(model: MLP, data: Data, setting: Setting, *, epochs: int, seed: int) -> Run:
    """Train with your training loop, an epoch at a time, and measure after each."""
    order, run = torch.Generator().manual_seed(seed), Run([], [], [], {})
    x, y = data.train
    if setting.normed and len(x) % setting.batch == 1:
        x, y = x[:-1], y[:-1]  # batch norm can make nothing of a last batch of one image
    while len(run.test) < epochs:
        if run.loss and not math.isfinite(run.loss[-1]):
            for values in (run.loss, run.validation, run.test):
                values.append(values[-1])
        else:
            run.loss.extend(train(model, x, y, epochs=1, batch_size=setting.batch, lr=setting.lr, generator=order))
            run.validation.append(evaluate(model, *data.validation, batch_size=1000))
            run.test.append(evaluate(model, *data.test, batch_size=1000))
    run.layers.update(model.layer_sizes(*first_images(data)))
    return run


def run_all(data: Data, settings: list[Setting], seeds: list[int], *, width: int, epochs: int,
            progress: Progress) -> dict[Setting, list[Run]]:
    """Every setting with every seed: {setting: a run for each seed, in order}."""
    cases = list(itertools.product(settings, seeds))

    def run(case: tuple[Setting, int]) -> Run:
        setting, seed = case
        with torch.inference_mode():  # nothing is to be recorded: you have written the gradients yourself
            model = build(data, setting, width=width, seed=seed)
            return fit(model, data, setting, epochs=epochs, seed=seed)

    bar = progress.add_task(f"{len(settings)} networks, {len(seeds)} seeds", total=len(cases))
    runs = training.run_each(run, cases, data.train[0].device, lambda: progress.advance(bar))
    return {setting: runs[place * len(seeds):(place + 1) * len(seeds)] for place, setting in enumerate(settings)}


def first_images(data: Data, batch: int = 256) -> tuple[Tensor, Tensor]:
    return data.train[0][:batch], data.train[1][:batch]


def layer_sizes(data: Data, seeds: list[int], *, depth: int, width: int) -> dict[str, dict[str, np.ndarray]]:
    """Before any training: {"activations", "gradients": {network: (seeds, depth)}}, on one batch."""
    networks = {"small": ("small", False), "Xavier": ("Xavier", False), "He": ("He", False),
                "small, batch norm": ("small", True), "He, batch norm": ("He", True)}
    sizes: dict[str, dict[str, np.ndarray]] = {"activations": {}, "gradients": {}}
    for name, (init, normed) in networks.items():
        setting = Setting(depth, lr=0.0, normed=normed, init=init)
        found = [build(data, setting, width=width, seed=seed).layer_sizes(*first_images(data)) for seed in seeds]
        for what, of_network in sizes.items():
            of_network[name] = np.array([each[what] for each in found])
    return sizes


def spreads(seeds: list[int], *, depth: int = 30, width: int = 256) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    """Random numbers through a stack of layers, by your `layer_statistics`: {init: (seeds, depth)} of each activation."""
    for name, activation in (("tanh", torch.tanh), ("relu", torch.relu)):
        found: dict[str, list[np.ndarray]] = {init: [] for init in INITS}
        for seed, (init, draw) in itertools.product(seeds, INITS.items()):
            generator = torch.Generator().manual_seed(seed)
            x = torch.randn((128, width), generator=generator, dtype=torch.float64)  # where 1e-28 can be squared
            weights = [draw((width, width), generator).double() for _ in range(depth)]
            found[init].append(layer_statistics(x, weights, activation)[0].numpy())
        yield name, {init: np.array(values) for init, values in found.items()}
