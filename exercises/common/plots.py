"""The plots of the studies: learning curves and what a model makes of single images."""
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

# Three colours that stay apart for colour-blind readers and in print (Okabe & Ito 2008).
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
STYLE = {
    "figure.dpi": 130, "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
    "grid.alpha": 0.25, "axes.titlesize": 10, "legend.frameon": False,
}


def learning_curves(histories: dict[str, dict[str, list[float]]], path: Path) -> Path:
    """Training loss and test accuracy, epoch by epoch, of each model.

    `histories[model]` has the lists `loss` (one value a step), `accuracy` and `steps` (both one value an epoch).
    """
    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
        for color, (model, history) in zip((BLUE, ORANGE, GREEN), histories.items()):
            per_epoch = history["steps"][0]
            epochs = np.arange(1, len(history["loss"]) + 1) / per_epoch
            left.plot(epochs, history["loss"], color=color, alpha=0.2, linewidth=0.7)
            left.plot(np.arange(1, len(history["steps"]) + 1), _epoch_means(history), color=color, label=model)
            right.plot(np.arange(1, len(history["accuracy"]) + 1), np.multiply(history["accuracy"], 100),
                       color=color, label=f"{model}: {history['accuracy'][-1]:.1%}")
        left.set(title="training loss (bold: the mean of each epoch)", xlabel="epoch", yscale="log")
        right.set(title="accuracy on test images (%)", xlabel="epoch", ylim=(80, 100.5))
        left.legend()
        right.legend(loc="lower right")
        return _save(figure, path)


def _epoch_means(history: dict[str, list[float]]) -> list[float]:
    ends = history["steps"]
    return [float(np.mean(history["loss"][begin:end])) for begin, end in zip([0, *ends], ends)]


def sample_predictions(images: np.ndarray, labels: np.ndarray, probabilities: np.ndarray, path: Path,
                       title: str = "") -> Path:
    """The images that the model got most wrong, then some that it got right, each with what it said.

    images: (samples, channels, height, width), labels: (samples,), probabilities: (samples, classes).
    """
    said = probabilities.argmax(axis=1)
    of_truth = probabilities[np.arange(len(labels)), labels]
    wrong = [i for i in np.argsort(of_truth) if said[i] != labels[i]][:8]
    right = [i for i in range(len(labels)) if said[i] == labels[i]][:16 - len(wrong)]
    with plt.rc_context({**STYLE, "axes.grid": False}):
        figure, axes = plt.subplots(2, 8, figsize=(8, 2.6), layout="constrained")
        for axis, i in zip(axes.flat, [*wrong, *right]):
            axis.imshow(images[i, 0], cmap="gray_r", interpolation="nearest")
            good = said[i] == labels[i]
            axis.set_title(f"{said[i]} ({probabilities[i, said[i]]:.0%})" + ("" if good else f"\nis {labels[i]}"),
                           fontsize=7, color=GREEN if good else ORANGE)
        for axis in axes.flat:
            axis.axis("off")
        figure.suptitle(title, fontsize=9)
        return _save(figure, path)


def _save(figure, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    plt.close(figure)
    return path
