"""The data sets of the studies, each split into train and test once and for all.

    load("digits" | "mnist" | "cifar10" | "folder/file.npz") ──> Dataset

Images come as float32, (samples, channels, height, width), scaled to [0, 1]; labels as int64, (samples,). What has to be
downloaded is checked against a checksum and kept in `downloads()`.
"""
import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
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


# ── by name, or from a file ──────────────────────────────────────────────────────────────────────────────


def load(name_or_path: str) -> Dataset:
    """The data set of that name, or the one in that `.npz` file. Raises ValueError for what is neither."""
    if name_or_path in NAMED:
        return NAMED[name_or_path]()
    if name_or_path.endswith(".npz"):
        return from_file(Path(name_or_path))
    raise ValueError(f"'{name_or_path}' is no data set: name one of {', '.join(NAMED)}, or a file that ends in .npz")


def option(text: str) -> str:
    """For argparse, `type=datasets.option`: what `load` takes, as far as that can be seen without loading it."""
    if text not in NAMED and not (text.endswith(".npz") and Path(text).is_file()):
        raise argparse.ArgumentTypeError(f"there is no file {text}" if text.endswith(".npz") else
                                         f"'{text}' is none of {', '.join(NAMED)}, and no .npz file")
    return text


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


def cifar10() -> Dataset:
    """60,000 colour photographs of 32x32 pixels, ten kinds of things (Krizhevsky 2009); 10,000 of them to test.

    Downloaded by torchvision once, 170 MB, which refuses a file whose checksum is wrong.
    """
    read = import_torchvision().datasets.CIFAR10
    try:
        train, test = (read(root=str(downloads()), train=part, download=True) for part in (True, False))
    except OSError as error:
        raise OSError(f"CIFAR-10 is not in {downloads()}, and could not be downloaded: {error}. Images that you have at hand "
                      "are read from an .npz file.") from None
    return Dataset("CIFAR-10", channels_first(train.data), np.asarray(train.targets, np.int64),
                   channels_first(test.data), np.asarray(test.targets, np.int64))


NAMED: dict[str, Callable[[], Dataset]] = {"digits": digits, "mnist": mnist, "cifar10": cifar10}


def from_file(path: Path) -> Dataset:
    """The data set in an `.npz` file with the arrays x_train, y_train, x_test and y_test; others in it are not read.

    Images are (samples, height, width, channels), or (samples, height, width) where they are grey: either bytes, or floats
    from 0 to 1. Labels are whole numbers from 0 on, (samples,). Raises ValueError where something of this is otherwise.
    """
    with np.load(path, allow_pickle=False) as file:
        if missing := [key for key in ("x_train", "y_train", "x_test", "y_test") if key not in file.files]:
            raise ValueError(f"{path} has no array {', '.join(missing)}; it has {', '.join(file.files) or 'none'}")
        parts = [(file[f"x_{part}"], file[f"y_{part}"]) for part in ("train", "test")]
    for images, labels in parts:
        if images.ndim not in (3, 4) or labels.shape != images.shape[:1] or not len(labels):
            raise ValueError(f"{path}: images of shape {images.shape} with labels of shape {labels.shape}, where "
                             "(samples, height, width, channels) and (samples,) are expected")
        if labels.dtype.kind not in "iu" or labels.min() < 0:
            raise ValueError(f"{path}: labels are whole numbers from 0 on")
        if images.dtype != np.uint8 and not (images.dtype.kind == "f" and images.min() >= 0 and images.max() <= 1):
            raise ValueError(f"{path}: images are bytes (uint8), or floats from 0 to 1")
    (train_images, train_labels), (test_images, test_labels) = parts
    return Dataset(path.stem, channels_first(train_images), train_labels.astype(np.int64),
                   channels_first(test_images), test_labels.astype(np.int64))


# ── parts of a data set ──────────────────────────────────────────────────────────────────────────────────


def split(name: str, images: np.ndarray, labels: np.ndarray, test_size: float | int) -> Dataset:
    """A random split with as large a share of each class in both parts; the same one every time."""
    from sklearn.model_selection import train_test_split
    train_images, test_images, train_labels, test_labels = train_test_split(
        images.astype(np.float32), labels.astype(np.int64), test_size=test_size, stratify=labels, random_state=0)
    return Dataset(name, train_images, train_labels, test_images, test_labels)


def hold_out(data: Dataset, share: float = 0.2) -> Dataset:
    """The training part alone, split once more; what is its test part serves to choose settings by.

    Who chooses a learning rate by the test images has learned from them: what is then measured on them is too good.
    """
    return split(f"{data.name}, training part", data.train_images, data.train_labels, test_size=share)


def head(data: Dataset, images: int) -> Dataset:
    """The same data set with the first `images` of its training part, for a quick run."""
    return data._replace(train_images=data.train_images[:images], train_labels=data.train_labels[:images])


def batches(images: np.ndarray, labels: np.ndarray, size: int, rng: np.random.Generator):
    """Every sample once, in random order, `size` at a time; the last batch may be smaller."""
    order = rng.permutation(len(images))
    for begin in range(0, len(order), size):
        chosen = order[begin:begin + size]
        yield images[chosen], labels[chosen]


# ── inside ───────────────────────────────────────────────────────────────────────────────────────────────


def channels_first(images: np.ndarray) -> np.ndarray:
    """Bytes or floats to float32 in [0, 1]: (samples, height, width[, channels]) -> (samples, channels, height, width)."""
    images = images[..., None] if images.ndim == 3 else images
    scale = np.float32(255 if images.dtype == np.uint8 else 1)
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2).astype(np.float32) / scale)


def downloads() -> Path:
    """The folder for what was downloaded: $ML_DEEPDIVE_DATA, or one among the user's caches."""
    caches = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(os.environ.get("ML_DEEPDIVE_DATA") or f"{caches}/ml-deepdive").expanduser()


def import_torchvision():
    """torchvision with its data sets, also beside a torch that it was not built for.

    The torchvision of PyPI is built for a torch with CUDA. With the CPU's torch its compiled part is not loaded, and then
    two operators are missing for which it registers shapes. Data sets need neither: it is enough that they have a name.
    """
    try:
        import torchvision.datasets
    except ModuleNotFoundError as error:
        if error.name != "torchvision":
            raise
        raise ModuleNotFoundError("CIFAR-10 is read by torchvision, which is not installed: pip install --constraint "
                                  "constraints.txt '.[vision]' brings it", name="torchvision") from None
    except RuntimeError as error:
        if "torchvision::" not in str(error) or _operators:
            raise
        import torch
        for name in [each for each in sys.modules if each.partition(".")[0] == "torchvision"]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "DEF")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _operators.append(library)
        import torchvision.datasets
    return torchvision


_operators: list = []  # keeps the definitions: an operator is gone with the Library object that defined it
