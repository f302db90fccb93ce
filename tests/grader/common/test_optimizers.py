"""The given code of 1.3: its networks, and the plane on which the study draws ways."""
import numpy as np
import pytest
import torch

from solutions.p1_fundamentals.optimizers import experiments, models


@pytest.mark.parametrize("name, side, parameters", [("cnn", 8, 6_090), ("resnet20", 32, 272_474), ("resnet18", 32, 11_173_962)])
def test_a_network_has_the_size_that_its_paper_gives(name, side, parameters):
    channels = 1 if name == "cnn" else 3
    model = models.build(name, channels=channels, classes=10)
    assert sum(p.numel() for p in model.parameters()) == parameters
    if name != "resnet18":  # which takes a second for a batch
        assert model(torch.zeros(2, channels, side, side)).shape == (2, 10)


def test_the_plane_holds_ways_that_lie_in_one():
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(50, 2)))[0].T                       # (2, 50)
    paths = {name: rng.normal(size=(7, 2)) @ basis for name in ("one", "other")}
    centre, directions = experiments.plane(paths)
    assert np.allclose(directions @ directions.T, np.eye(2))
    for path in paths.values():
        inside = (path - centre) @ directions.T @ directions
        assert np.allclose(inside, path - centre)


def test_only_what_is_not_written_is_left_out(monkeypatch):
    def unwritten(model, lr):
        raise NotImplementedError

    monkeypatch.setitem(experiments.METHODS, "yours", experiments.Method(unwritten, (0.1, 0.1)))
    assert experiments.written(("SGD", "yours", "Adam")) == (["SGD", "Adam"], ["yours"])
