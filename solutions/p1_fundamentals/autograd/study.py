"""Given: the study. An MLP and a small CNN learn to read digits with nothing but the engine that you built.

    grader study autograd                     both networks on 8x8 digits, in well under two minutes
    grader study autograd --quick             in seconds, to see that it runs: an epoch on 256 images
    grader study autograd --data mnist        the full-size run: 28x28 images, 60,000 to train (downloaded once)
    grader study autograd --models graph      only the picture of a small graph and its gradients

It draws learning curves, sample predictions, and a graph with the gradient at every node.
"""
import argparse
import math
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress

from exercises.common import datasets, plots

from .activations import softmax
from .backward import no_grad
from .graph import draw_neuron
from .losses import cross_entropy
from .models import CNN, MLP
from .modules import Module
from .optimizers import Adam
from .tensor import Tensor

QUICK_IMAGES = 256
console = Console()


def main(arguments: list[str]) -> dict[str, float]:
    """Run the study; returns the test accuracy of each network that was trained."""
    options = parse(arguments)
    output = Path(options.output)
    drawn = [draw_neuron(output / "graph.png")]
    accuracies: dict[str, float] = {}
    if options.models != "graph":
        data = datasets.mnist() if options.data == "mnist" else datasets.digits()
        if options.quick:
            data = data._replace(train_images=data.train_images[:QUICK_IMAGES], train_labels=data.train_labels[:QUICK_IMAGES])
        console.print(f"{data.name}: {len(data.train_images):,} images to train, {len(data.test_images):,} to test")
        histories = {}
        for name in ("mlp", "cnn") if options.models == "both" else (options.models,):
            model = build(name, data, np.random.default_rng(options.seed))
            histories[name.upper()] = train(name, model, data, options)
            accuracies[name] = histories[name.upper()]["accuracy"][-1]
            drawn.append(plots.sample_predictions(
                data.test_images, data.test_labels, probabilities(model, data.test_images),
                output / f"{name}_predictions.png",
                f"{name.upper()}: the test images it got most wrong (orange), and some it got right"))
        drawn.append(plots.learning_curves(histories, output / "curves.png"))
    console.print("Drawn: " + ", ".join(map(str, drawn)), soft_wrap=True)
    return accuracies


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="grader study autograd", description="Train an MLP and a CNN on digits.")
    parser.add_argument("--models", choices=("both", "mlp", "cnn", "graph"), default="both")
    parser.add_argument("--data", choices=("digits", "mnist"), default="digits", help="mnist is the full-size run")
    parser.add_argument("--quick", action="store_true", help=f"an epoch on {QUICK_IMAGES} images, to see that it runs")
    parser.add_argument("--epochs", type=int, default=None, metavar="N", help="default: 30 on digits, 10 on MNIST")
    parser.add_argument("--batch", type=int, default=32, metavar="N", help="images in a step")
    parser.add_argument("--lr", type=float, default=4e-3, help="Adam's learning rate; it falls to 0 on a cosine")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", default="build/study", metavar="DIR", help="where the plots go")
    options = parser.parse_args(arguments)
    if options.epochs is None:
        options.epochs = 1 if options.quick else 10 if options.data == "mnist" else 30
    if min(options.epochs, options.batch) < 1:
        parser.error("--epochs and --batch must be 1 or more")
    return options


def build(name: str, data: datasets.Dataset, rng: np.random.Generator) -> Module:
    side = data.train_images.shape[-1]
    if name == "mlp":
        return MLP(pixels=side * side, hidden=256, classes=data.classes, rng=rng)
    return CNN(side=side, filters=32, classes=data.classes, rng=rng)


def train(name: str, model: Module, data: datasets.Dataset, options: argparse.Namespace) -> dict[str, list[float]]:
    """Minimise the cross-entropy with Adam. Returns the loss of each step, and the test accuracy of each epoch."""
    rng = np.random.default_rng(options.seed)
    optimizer = Adam(model.parameters(), lr=options.lr)
    total = options.epochs * -(-len(data.train_images) // options.batch)
    history: dict[str, list[float]] = {"loss": [], "accuracy": [], "steps": []}

    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task(name.upper(), total=total)
        for epoch in range(1, options.epochs + 1):
            for images, labels in datasets.batches(data.train_images, data.train_labels, options.batch, rng):
                # Large steps first, small ones last: lr(t) = lr/2 (1 + cos πt/T), Loshchilov & Hutter 2017.
                optimizer.lr = options.lr / 2 * (1 + math.cos(math.pi * len(history["loss"]) / total))

                loss = cross_entropy(model(Tensor(images)), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()

                history["loss"].append(loss.item())
                progress.advance(bar)

            predicted = probabilities(model, data.test_images).argmax(axis=1)
            history["accuracy"].append(float(np.mean(predicted == data.test_labels)))
            history["steps"].append(len(history["loss"]))
            if epoch % max(options.epochs // 6, 1) == 0 or epoch == options.epochs:
                console.print(f"{name.upper()}  epoch {epoch:3} of {options.epochs}   loss {history['loss'][-1]:.4f}   "
                              f"test accuracy {history['accuracy'][-1]:.2%}", highlight=False)
    return history


def probabilities(model: Module, images: np.ndarray, batch: int = 500) -> np.ndarray:
    """What the model believes of each image: (samples, 1, height, width) -> (samples, classes)."""
    with no_grad():
        return np.concatenate([softmax(model(Tensor(images[i:i + batch])), axis=1).data
                               for i in range(0, len(images), batch)])
