"""The data sets of the studies, each split into train and test once and for all.

Images come as float32, (samples, channels, height, width), scaled to [0, 1]; labels as int64, (samples,).
"""
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Int64


class Dataset(NamedTuple):
    """A labelled set of images, in a part to learn from and a part to be judged by."""

    name: str
    train_images: Float32[np.ndarray, "train channels height width"]
    train_labels: Int64[np.ndarray, "train"]
    test_images: Float32[np.ndarray, "test channels height width"]
    test_labels: Int64[np.ndarray, "test"]

    @property
    def classes(self) -> int:
        return int(self.train_labels.max()) + 1


def digits() -> Dataset:
    """1,797 handwritten digits of 8x8 pixels, which scikit-learn carries with it; three quarters to train."""
    from sklearn.datasets import load_digits
    images, labels = load_digits(return_X_y=True)
    return split("digits", images.reshape(-1, 1, 8, 8) / 16.0, labels, test_size=0.25)  # (1797, 64) -> (1797, 1, 8, 8)


def mnist() -> Dataset:
    """70,000 handwritten digits of 28x28 pixels (LeCun et al. 1998). Downloaded from OpenML once, 15 MB."""
    from sklearn.datasets import fetch_openml
    images, labels = fetch_openml("mnist_784", version=1, return_X_y=True, as_frame=False, parser="liac-arff")
    return split("MNIST", images.reshape(-1, 1, 28, 28) / 255.0, labels, test_size=10_000)


def split(name: str, images: np.ndarray, labels: np.ndarray, test_size: float | int) -> Dataset:
    """A random split with as large a share of each class in both parts; the same one every time."""
    from sklearn.model_selection import train_test_split
    train_images, test_images, train_labels, test_labels = train_test_split(
        images.astype(np.float32), labels.astype(np.int64), test_size=test_size, stratify=labels, random_state=0)
    return Dataset(name, train_images, train_labels, test_images, test_labels)


def batches(images: np.ndarray, labels: np.ndarray, size: int, rng: np.random.Generator):
    """Every sample once, in random order, `size` at a time; the last batch may be smaller."""
    order = rng.permutation(len(images))
    for begin in range(0, len(order), size):
        chosen = order[begin:begin + size]
        yield images[chosen], labels[chosen]
