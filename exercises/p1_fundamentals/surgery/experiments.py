"""Given: the runs of the study. What is built, cut, and trained; nothing is drawn or judged here."""
import copy
import itertools
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from rich.progress import Progress
from torch import Tensor, nn
from torch.nn import functional as F

from exercises.common import datasets, training

from .fine_tuning import fine_tune, mask_weights, pruned_layers
from .pruning import prunable_layers, prune_globally, prune_per_layer
from .residual import add_skips
from .swap_activations import swap_activations
from .swish import Swish
from .vgg import vgg

CHANNELS, CONFIG, MOMENTUM = 8, "16 16 M 32 32", 0.9


class Data(NamedTuple):
    """Standardised images on one device: to learn from, and to be judged by."""

    name: str
    classes: int
    train: tuple[Tensor, Tensor]        # (samples, channels, height, width), (samples,)
    test: tuple[Tensor, Tensor]


def prepare(data: datasets.Dataset, device: torch.device, quick_images: int | None = None) -> Data:
    """Take off each channel its mean over the training images, and divide by its standard deviation."""
    if quick_images is not None:
        data = datasets.head(data, quick_images)
    axes = (0, 2, 3)
    mean, std = data.train_images.mean(axes, keepdims=True), data.train_images.std(axes, keepdims=True)

    def standard(images: np.ndarray, labels: np.ndarray) -> tuple[Tensor, Tensor]:
        return training.on(device, ((images - mean) / std).astype(np.float32), labels)

    return Data(data.name, data.classes, standard(data.train_images, data.train_labels),
                standard(data.test_images, data.test_labels))


def cases_of(settings: Sequence, seeds: list[int], run: Callable, data: Data, progress: Progress, what: str) -> dict:
    """run(setting, seed) for every setting with every seed: {setting: a result for each seed, in order}."""
    cases = list(itertools.product(settings, seeds))
    bar = progress.add_task(what, total=len(cases))
    found = training.run_each(lambda case: run(*case), cases, data.train[0].device, lambda: progress.advance(bar))
    return {setting: found[place * len(seeds):(place + 1) * len(seeds)] for place, setting in enumerate(settings)}


def fit(model: nn.Module, data: Data, *, epochs: int, lr: float, seed: int, batch: int) -> training.History:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=MOMENTUM)
    return training.fit(model, optimizer, data.train, epochs=epochs, batch=batch, seed=seed, schedule=training.cosine,
                        watch={"test": data.test}, progress=Progress(disable=True))


# ── skips over depth ─────────────────────────────────────────────────────────────────────────────────────


class Depth(NamedTuple):
    """A network of so many stages of two convolutions each, with or without skips around them."""

    stages: int
    skips: bool


class DepthRun(NamedTuple):
    """The training loss and the test accuracy of each epoch, and each stage's gradient before training."""

    loss: list[float]
    test: list[float]
    gradients: list[float]


def stage() -> nn.Sequential:
    """conv, norm, relu, conv, norm, relu: two convolutions that change neither size nor channels."""
    layers = []
    for _ in range(2):
        layers += [nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, bias=False), nn.BatchNorm2d(CHANNELS), nn.ReLU()]
    return nn.Sequential(*layers)


def build_deep(data: Data, setting: Depth, seed: int) -> nn.Sequential:
    """The same seed gives the same weights with and without skips: identities have none."""
    training.seed_everything(seed)
    images = data.train[0]
    model = nn.Sequential(nn.Conv2d(images.shape[1], CHANNELS, 3, padding=1, bias=False), nn.BatchNorm2d(CHANNELS), nn.ReLU())
    names = [f"stage{place}" for place in range(setting.stages)]
    for name in names:
        model.add_module(name, stage())
    for name, layer in (("pool", nn.AdaptiveAvgPool2d(2)), ("flatten", nn.Flatten()),
                        ("head", nn.Linear(4 * CHANNELS, data.classes))):
        model.add_module(name, layer)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    if setting.skips:
        add_skips(model, names, images[:1].cpu())
    return model.to(images.device)


def run_depth(data: Data, setting: Depth, seed: int, *, epochs: int, batch: int, lr: float) -> DepthRun:
    model = build_deep(data, setting, seed)
    gradients = stage_gradients(model, data, setting.stages)
    history = fit(model, data, epochs=epochs, lr=lr, seed=seed, batch=batch)
    return DepthRun(epoch_means(history, epochs), padded(history.scores["test"], epochs), gradients)


def stage_gradients(model: nn.Sequential, data: Data, stages: int, images: int = 256) -> list[float]:
    """For each stage the root mean square of the loss's gradient by its first convolution's weight."""
    model.train()
    loss = F.cross_entropy(model(data.train[0][:images]), data.train[1][:images])
    model.zero_grad()
    loss.backward()
    firsts = [next(module for module in model.get_submodule(f"stage{place}").modules() if isinstance(module, nn.Conv2d))
              for place in range(stages)]
    found = [conv.weight.grad.double().square().mean().sqrt().item() for conv in firsts]
    model.zero_grad()
    return found


def epoch_means(history: training.History, epochs: int) -> list[float]:
    ends = [0, *history.steps]
    return padded([float(np.mean(history.loss[begin:end])) for begin, end in itertools.pairwise(ends)], epochs)


def padded(values: list[float], epochs: int) -> list[float]:
    """A run that diverged has fewer epochs; what it had then it has to the end."""
    return values + values[-1:] * (epochs - len(values))


# ── activations, and pruning ─────────────────────────────────────────────────────────────────────────────


def build_vgg(data: Data, seed: int) -> nn.Sequential:
    training.seed_everything(seed)
    images = data.train[0]
    return vgg(CONFIG, in_channels=images.shape[1], classes=data.classes, batch_norm=True).to(images.device)


ACTIVATIONS: dict[str, Callable[[nn.Module], nn.Module] | None] = {
    "relu": None, "swish": lambda _: Swish(), "swish, learned": lambda _: Swish(learned=True)}


def run_activation(data: Data, name: str, seed: int, *, epochs: int, batch: int, lr: float) -> list[float]:
    """The test accuracy of each epoch. The first weights and the batches are the same for all activations."""
    model = build_vgg(data, seed)
    if ACTIVATIONS[name] is not None:
        swap_activations(model, nn.ReLU, ACTIVATIONS[name])
    return padded(fit(model, data, epochs=epochs, lr=lr, seed=seed, batch=batch).scores["test"], epochs)


class PruneRun(NamedTuple):
    """Test accuracies of one seed. All but `cut` had the same number of epochs in all."""

    dense: float                        # never pruned, trained for as many epochs as the others
    cut: dict[tuple[str, float], float]        # just after pruning, by way and share
    tuned: dict[tuple[str, float], float]      # and after fine-tuning
    scratch: dict[float, float]                # the global way's mask on new first weights, trained for all epochs


WAYS = {"per layer": prune_per_layer, "global": prune_globally}


def run_pruning(data: Data, shares: Sequence[float], seed: int, *, epochs: int, tune: int, batch: int, lr: float) -> PruneRun:
    """Train; then train on as it is, or prune and fine-tune; or take the mask and begin anew. The batches are the same."""
    trained = build_vgg(data, seed)
    fit(trained, data, epochs=epochs, lr=lr, seed=seed, batch=batch)

    dense = copy.deepcopy(trained)
    fit(dense, data, epochs=tune, lr=lr, seed=seed + 500, batch=batch)
    found = PruneRun(accuracy(dense, data), {}, {}, {})
    for (way, prune), share in itertools.product(WAYS.items(), shares):
        model = copy.deepcopy(trained)
        prune(model, share)
        found.cut[way, share] = accuracy(model, data)
        fine_tune_for(model, data, epochs=tune, lr=lr, seed=seed + 500, batch=batch)
        found.tuned[way, share] = accuracy(model, data)
        if way == "global":
            found.scratch[share] = from_scratch(data, model, seed, epochs=epochs + tune, batch=batch, lr=lr)
    return found


def from_scratch(data: Data, pruned: nn.Module, seed: int, *, epochs: int, batch: int, lr: float) -> float:
    """The same mask on other first weights (Liu et al. 2019): is it the weights that were worth keeping, or the mask?"""
    model = build_vgg(data, seed + 900)
    for layer, other in zip(prunable_layers(model), pruned_layers(pruned)):
        layer.register_buffer("weight_mask", other.weight_mask.clone())
    fine_tune_for(model, data, epochs=epochs, lr=lr, seed=seed, batch=batch)
    return accuracy(model, data)


def fine_tune_for(model: nn.Module, data: Data, *, epochs: int, lr: float, seed: int, batch: int) -> None:
    """Your `fine_tune`, an epoch at a time, with the same batches and rates as `fit` takes."""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=MOMENTUM)
    order, (inputs, targets) = torch.Generator().manual_seed(seed), data.train
    steps = -(-len(inputs) // batch)
    mask_weights(model)
    for epoch in range(epochs):
        chosen = torch.randperm(len(inputs), generator=order).to(inputs.device).split(batch)
        for place, part in enumerate(chosen):
            optimizer.param_groups[0]["lr"] = lr * training.cosine((epoch * steps + place) / (epochs * steps))
            losses = fine_tune(model, optimizer, [(inputs[part], targets[part])], F.cross_entropy)
            if not math.isfinite(losses[-1]):
                return


def accuracy(model: nn.Module, data: Data) -> float:
    return training.evaluate(model, data.test)
