"""The given code in exercises/common: data sets as the studies get them."""
import numpy as np
import pytest
import sklearn.datasets

from exercises.common import datasets


def test_digits_are_split_by_class_and_scaled():
    data = datasets.digits()
    assert data.train_images.shape == (1347, 1, 8, 8) and data.test_images.shape == (450, 1, 8, 8)
    assert data.train_images.dtype == np.float32 and data.train_labels.dtype == np.int64 and data.classes == 10
    assert data.train_images.min() == 0 and data.train_images.max() == 1
    shares = [np.bincount(labels, minlength=10) / len(labels) for labels in (data.train_labels, data.test_labels)]
    assert np.abs(shares[0] - shares[1]).max() < 0.005  # stratified: an image or two of 450
    both = np.concatenate([data.train_images, data.test_images]).sum()
    assert both == pytest.approx(sklearn.datasets.load_digits().data.sum() / 16)  # every image once


def test_mnist_is_read_as_openml_gives_it(monkeypatch):
    """Flat pixels up to 255 and labels as texts; the real thing is downloaded, which tests do not do."""
    rng = np.random.default_rng(0)

    def fetch(name, *, version, return_X_y, as_frame, parser):
        assert (name, version, return_X_y, as_frame) == ("mnist_784", 1, True, False)
        return rng.integers(0, 256, (20_000, 784)).astype(np.float64), rng.integers(0, 10, 20_000).astype(str).astype(object)

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch)
    data = datasets.mnist()
    assert data.train_images.shape == (10_000, 1, 28, 28) and data.test_images.shape == (10_000, 1, 28, 28)
    assert data.train_images.max() == 1 and data.train_labels.dtype == np.int64 and data.classes == 10


def test_batches_hold_every_sample_once():
    images, labels = np.arange(10.0).reshape(10, 1, 1, 1), np.arange(10)
    batches = list(datasets.batches(images, labels, 4, np.random.default_rng(0)))
    assert [len(chosen) for _, chosen in batches] == [4, 4, 2]
    assert sorted(np.concatenate([chosen for _, chosen in batches])) == list(range(10))
    assert all((pictures[:, 0, 0, 0] == chosen).all() for pictures, chosen in batches)
