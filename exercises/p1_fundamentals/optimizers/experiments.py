"""Given: the runs of the study. What is trained, with which optimiser and rate; nothing is drawn or judged here."""
import itertools
import math
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from rich.progress import Progress
from torch import Tensor, nn
from torch.nn import functional as F

from exercises.common import datasets, training

from . import models
from .adam import Adam, AdamW
from .landscape import loss_surface
from .lion import Lion
from .muon import Muon, split_parameters
from .race import Mine
from .rmsprop import RMSprop
from .sgd import SGD


class Method(NamedTuple):
    """An optimiser, and the learning rates that are tried for it."""

    build: Callable
    rates: tuple[float, ...]


class BothKinds:
    """Muon for the hidden matrices and AdamW for the rest, as one optimiser: what `fit` calls is called on both."""

    def __init__(self, model: nn.Module, lr: float):
        head = [module for module in model.modules() if isinstance(module, nn.Linear)][-1]
        matrices, others = split_parameters(model, head)
        self.parts = [Muon(matrices, lr=lr), AdamW(others, lr=lr / 10)]

    @property
    def param_groups(self) -> list[dict]:
        return [group for part in self.parts for group in part.param_groups]

    def zero_grad(self) -> None:
        for part in self.parts:
            part.zero_grad()

    def step(self) -> None:
        for part in self.parts:
            part.step()


# Four rates a method, a factor of about 3 apart. A network that is not tuned takes the second.
METHODS: dict[str, Method] = {
    "SGD": Method(lambda model, lr: SGD(model.parameters(), lr=lr, momentum=0.9), (0.03, 0.1, 0.3, 1.0)),
    "RMSProp": Method(lambda model, lr: RMSprop(model.parameters(), lr=lr), (0.001, 0.003, 0.01, 0.03)),
    "Adam": Method(lambda model, lr: Adam(model.parameters(), lr=lr), (0.003, 0.01, 0.03, 0.1)),
    "yours": Method(lambda model, lr: Mine(model.parameters(), lr=lr), (0.003, 0.01, 0.03, 0.1)),
    "AdamW": Method(lambda model, lr: AdamW(model.parameters(), lr=lr), (0.003, 0.01, 0.03, 0.1)),
    "Lion": Method(lambda model, lr: Lion(model.parameters(), lr=lr), (0.0003, 0.001, 0.003, 0.01)),
    "Muon": Method(BothKinds, (0.01, 0.03, 0.1, 0.3)),
}
OLYMPICS = ("SGD", "RMSProp", "Adam", "yours")


class Data(NamedTuple):
    """Standardised images on one device: to learn from, to choose learning rates by, and to be judged by."""

    name: str
    classes: int
    train: tuple[Tensor, Tensor]        # (samples, channels, height, width), (samples,)
    validation: tuple[Tensor, Tensor]
    test: tuple[Tensor, Tensor]


class Setting(NamedTuple):
    """What a run is made of, besides its seed."""

    method: str
    lr: float


class Run(NamedTuple):
    """What came of a run. `path` holds the parameters on the way, (points, parameters), where it was asked for."""

    loss: list[float]                   # of each step
    steps: list[int]                    # how many were taken at the end of each epoch
    validation: list[float]             # accuracy at the end of each epoch
    test: list[float]
    seconds: float                      # of the optimiser's steps and all else, on this machine
    path: np.ndarray | None = None


def prepare(data: datasets.Dataset, device: torch.device, quick_images: int | None = None) -> Data:
    """Hold a fifth of the training images out, to choose by; take off each channel its mean over those that are left."""
    held = datasets.hold_out(data)
    if quick_images is not None:
        held = datasets.head(held, quick_images)
    axes = (0, 2, 3)
    mean, std = held.train_images.mean(axes, keepdims=True), held.train_images.std(axes, keepdims=True)

    def standard(images: np.ndarray, labels: np.ndarray) -> tuple[Tensor, Tensor]:
        return training.on(device, ((images - mean) / std).astype(np.float32), labels)

    return Data(data.name, data.classes, standard(held.train_images, held.train_labels),
                standard(held.test_images, held.test_labels), standard(data.test_images, data.test_labels))


def first_model(data: Data, name: str, seed: int) -> nn.Module:
    """The same seed gives the same first weights to every method."""
    training.seed_everything(seed)
    images = data.train[0]
    return models.build(name, channels=images.shape[1], classes=data.classes).to(images.device)


class Traced:
    """An optimiser that notes the model's parameters at the start and after every `every` steps."""

    def __init__(self, optimizer, model: nn.Module, every: int):
        self.optimizer, self.model, self.every, self.taken = optimizer, model, every, 0
        self.param_groups, self.zero_grad = optimizer.param_groups, optimizer.zero_grad
        self.path = [models.flat(model).cpu().numpy()]

    def step(self) -> None:
        self.optimizer.step()
        self.taken += 1
        if self.taken % self.every == 0:
            self.path.append(models.flat(self.model).cpu().numpy())


def train(data: Data, setting: Setting, *, model: str, epochs: int, batch: int, seed: int, schedule: Callable | None,
          every: int = 0, progress: Progress | None = None) -> Run:
    """One run. The order of the batches is drawn from `seed` too, so all methods see the same ones."""
    network = first_model(data, model, seed)
    optimizer = METHODS[setting.method].build(network, setting.lr)
    if every:
        optimizer = Traced(optimizer, network, every)
    began = time.perf_counter()
    history = training.fit(network, optimizer, data.train, epochs=epochs, batch=batch, seed=seed, schedule=schedule,
                           watch={"validation": data.validation, "test": data.test}, progress=progress,
                           label=f"{setting.method}, lr {setting.lr:g}, seed {seed}")
    seconds = time.perf_counter() - began

    # A run that diverged has fewer epochs; what it read then it would have read to the end.
    missing = epochs - len(history.steps)
    steps = -(-len(data.train[0]) // batch)
    loss = [value if math.isfinite(value) else math.inf for value in history.loss] + [math.inf] * steps * missing
    scores = {name: values + values[-1:] * missing for name, values in history.scores.items()}
    return Run(loss, [steps * (epoch + 1) for epoch in range(epochs)], scores["validation"], scores["test"], seconds,
               np.stack(optimizer.path) if every else None)


def train_all(data: Data, settings: list[Setting], seeds: list[int], progress: Progress, **options) -> dict[Setting, list[Run]]:
    """Every setting with every seed: {setting: a run for each seed, in order}."""
    cases = list(itertools.product(settings, seeds))
    alone = len(cases) == 1
    bar = progress.add_task(f"{len(settings)} settings, {len(seeds)} seeds", total=len(cases))

    def run(case: tuple[Setting, int]) -> Run:
        return train(data, case[0], seed=case[1], progress=progress if alone else Progress(disable=True), **options)

    runs = training.run_each(run, cases, data.train[0].device, lambda: progress.advance(bar))
    return {setting: runs[place * len(seeds):(place + 1) * len(seeds)] for place, setting in enumerate(settings)}


def written(methods: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The methods whose exercises are written, and those whose are not."""
    there, missing = [], []
    for name in methods:
        model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(2, 2), nn.Linear(2, 2))
        try:
            optimizer = METHODS[name].build(model, 1e-3)
            F.cross_entropy(model(torch.ones(2, 1, 3, 3)), torch.tensor([0, 1])).backward()
            optimizer.step()
            there.append(name)
        except NotImplementedError:
            missing.append(name)
    return there, missing


def plane(paths: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """(centre, directions) of the plane that shows most of all the paths: the mean of their ends, and (2, parameters).

    The first two principal components of all points about the centre (Li et al. 2018, section 7), each of length 1.
    """
    centre = np.mean([path[-1] for path in paths.values()], axis=0)
    points = np.concatenate(list(paths.values())) - centre            # (points, parameters)
    # Of so few points in so many dimensions the small Gram matrix has the same components.
    values, vectors = np.linalg.eigh(points @ points.T)               # ascending
    directions = vectors[:, [-1, -2]].T @ points                      # (2, parameters)
    return centre, directions / np.linalg.norm(directions, axis=1, keepdims=True)


def surface(data: Data, model: str, centre: np.ndarray, directions: np.ndarray, x: np.ndarray, y: np.ndarray,
            images: int = 256) -> np.ndarray:
    """By your `loss_surface`: the loss on some training images at centre + x direction₀ + y direction₁, (len(y), len(x))."""
    network = first_model(data, model, seed=0)
    device = data.train[0].device
    nn.utils.vector_to_parameters(torch.from_numpy(centre).to(device), network.parameters())
    inputs, labels = data.train[0][:images], data.train[1][:images]

    def loss(net: nn.Module) -> float:
        return F.cross_entropy(net(inputs), labels).item()

    parameters = list(network.parameters())
    shaped = [[part.view_as(p) for part, p in zip(direction.split([p.numel() for p in parameters]), parameters)]
              for direction in torch.from_numpy(directions).to(device)]   # (2, parameters) -> two lists of tensors
    found = loss_surface(network, loss, shaped, torch.from_numpy(x), torch.from_numpy(y))
    return found.numpy().T                                                # (x, y) -> (y, x): a picture's rows are its heights
