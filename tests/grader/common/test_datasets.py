"""The given code in exercises/common: data sets as the studies get them."""
import argparse
import subprocess
import sys
import types

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


# ── by name, or from a file ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def arrays():
    """What an .npz file of colour images has: bytes, channels last."""
    rng = np.random.default_rng(0)
    return {"x_train": rng.integers(0, 256, (20, 4, 5, 3), np.uint8), "y_train": np.arange(20) % 3,
            "x_test": rng.integers(0, 256, (6, 4, 5, 3), np.uint8), "y_test": np.arange(6, dtype=np.uint8) % 3}


def saved(folder, arrays) -> str:
    np.savez(folder / "photos.npz", **arrays)
    return str(folder / "photos.npz")


def test_a_data_set_is_loaded_by_its_name():
    assert datasets.load("digits").name == "digits"


def test_images_of_a_file_get_their_channels_first_and_lie_in_0_to_1(tmp_path, arrays):
    data = datasets.load(saved(tmp_path, {**arrays, "classes": np.array(["a", "b", "c"])}))
    assert data.name == "photos" and data.classes == 3
    assert data.train_images.shape == (20, 3, 4, 5) and data.test_images.shape == (6, 3, 4, 5)
    assert data.train_images.dtype == np.float32 and data.test_labels.dtype == np.int64
    assert data.train_images[7, 2, 1, 4] == pytest.approx(arrays["x_train"][7, 1, 4, 2] / 255)
    assert (data.test_labels == arrays["y_test"]).all()


def test_grey_images_and_floats(tmp_path, arrays):
    floats = {key: (value[..., 0] / 255).astype(np.float64) if key.startswith("x") else value for key, value in arrays.items()}
    data = datasets.load(saved(tmp_path, floats))
    assert data.train_images.shape == (20, 1, 4, 5) and data.train_images.dtype == np.float32
    assert data.train_images[3, 0, 2, 1] == pytest.approx(arrays["x_train"][3, 2, 1, 0] / 255)


@pytest.mark.parametrize("change, said", [
    ({"x_test": None}, "no array x_test"),
    ({"y_train": np.arange(19)}, r"shape \(20, 4, 5, 3\) with labels of shape \(19,\)"),
    ({"y_train": np.linspace(0, 1, 20)}, "whole numbers"),
    ({"y_test": np.array([0, 1, 2, -1, 0, 1])}, "whole numbers"),
    ({"x_train": np.full((20, 4, 5, 3), 7.0)}, "floats from 0 to 1"),
    ({"x_train": np.zeros((20, 4, 5, 3), np.int64)}, "bytes"),
    ({"x_test": np.zeros((6, 60), np.uint8)}, "shape"),
])
def test_what_is_wrong_with_a_file_is_said(tmp_path, arrays, change, said):
    arrays = {key: value for key, value in {**arrays, **change}.items() if value is not None}
    with pytest.raises(ValueError, match=said):
        datasets.load(saved(tmp_path, arrays))


def test_objects_in_a_file_are_not_unpickled(tmp_path, arrays):
    with pytest.raises(ValueError, match="pickle"):
        datasets.load(saved(tmp_path, {**arrays, "y_train": np.array([object()] * 20)}))


def test_what_is_no_data_set(tmp_path, arrays):
    with pytest.raises(ValueError, match="digits, mnist, cifar10"):
        datasets.load("cifar100")
    for text in ("cifar100", str(tmp_path / "missing.npz"), str(tmp_path)):
        with pytest.raises(argparse.ArgumentTypeError):
            datasets.option(text)
    for text in ("cifar10", saved(tmp_path, arrays)):
        assert datasets.option(text) == text


# ── CIFAR-10 ─────────────────────────────────────────────────────────────────────────────────────────────


class Stored:
    """torchvision's CIFAR10, as far as it is used; the real one downloads 170 MB, which tests do not do."""

    def __init__(self, *, root, train, download):
        assert download
        self.root, samples = root, 50 if train else 10
        self.data = np.full((samples, 32, 32, 3), 255 if train else 51, np.uint8)
        self.targets = [number % 10 for number in range(samples)]


def pretend_torchvision(monkeypatch):
    package, module = types.ModuleType("torchvision"), types.ModuleType("torchvision.datasets")
    package.datasets, module.CIFAR10 = module, Stored
    monkeypatch.setitem(sys.modules, "torchvision", package)
    monkeypatch.setitem(sys.modules, "torchvision.datasets", module)


def test_cifar10_is_read_as_torchvision_gives_it(monkeypatch, tmp_path):
    pretend_torchvision(monkeypatch)
    monkeypatch.setenv("ML_DEEPDIVE_DATA", str(tmp_path))
    data = datasets.load("cifar10")
    assert data.train_images.shape == (50, 3, 32, 32) and data.test_images.shape == (10, 3, 32, 32)
    assert data.train_images.max() == 1 and data.test_images.max() == pytest.approx(0.2) and data.classes == 10
    assert data.train_images.dtype == np.float32 and data.train_labels.dtype == np.int64
    assert datasets.downloads() == tmp_path


def test_without_a_network_it_is_said_what_else_there_is(monkeypatch, tmp_path):
    def read(root, train, download):
        raise OSError("no route to host")  # urllib's URLError is one

    pretend_torchvision(monkeypatch)
    monkeypatch.setattr(sys.modules["torchvision.datasets"], "CIFAR10", read)
    monkeypatch.setenv("ML_DEEPDIVE_DATA", str(tmp_path))
    with pytest.raises(OSError, match=r"could not be downloaded: no route to host\. .* \.npz"):
        datasets.load("cifar10")


def test_where_torchvision_is_missing_the_way_to_it_is_said(monkeypatch):
    class Missing:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] == "torchvision":
                raise ModuleNotFoundError(f"No module named '{name}'", name=name)

    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    for name in [each for each in sys.modules if each.partition(".")[0] == "torchvision"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ModuleNotFoundError, match=r"pip install .*vision"):
        datasets.load("cifar10")


BUILT_FOR_ANOTHER_TORCH = """
import torch
@torch.library.register_fake("torchvision::nms")
def meta_nms(dets, scores, iou_threshold):
    raise NotImplementedError
from torchvision import datasets
"""


def test_a_torchvision_that_was_built_for_another_torch(tmp_path):
    """In a process of its own, because operators stay. The package does at its import what torchvision does."""
    folder = tmp_path / "torchvision"
    (folder / "datasets").mkdir(parents=True)
    (folder / "__init__.py").write_text(BUILT_FOR_ANOTHER_TORCH)
    (folder / "datasets/__init__.py").write_text("CIFAR10 = 'here'\n")
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from exercises.common import datasets; " \
             "print(datasets.import_torchvision().datasets.CIFAR10)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, "here"), done.stderr


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_held_out_comes_from_the_training_part_alone():
    data = datasets.digits()
    held = datasets.hold_out(data, 0.2)
    assert (len(held.train_images), len(held.test_images)) == (1077, 270)
    both = np.concatenate([held.train_images, held.test_images]).reshape(1347, -1)
    key = np.lexsort
    assert (both[key(both.T)] == (flat := data.train_images.reshape(1347, -1))[key(flat.T)]).all()  # every image once


def test_the_head_leaves_the_test_images():
    data = datasets.head(datasets.digits(), 50)
    assert len(data.train_images) == len(data.train_labels) == 50 and len(data.test_images) == 450


def test_data_sets_plots_and_comparisons_start_without_torch():
    script = "import sys; from exercises.common import comparison, datasets, plots; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0
