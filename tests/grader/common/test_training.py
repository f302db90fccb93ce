"""The given code in exercises/common: the training loop for torch models."""
import argparse
import os

import numpy as np
import pytest
import torch
from torch import nn

from exercises.common import training

CPU = torch.device("cpu")


@pytest.fixture
def blobs():
    """Two clouds of points that a line tells apart, and some more of them."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 160)
    points = (rng.normal(size=(160, 2)) + 3 * labels[:, None]).astype(np.float32)
    return training.on(CPU, points[:120], labels[:120]), training.on(CPU, points[120:], labels[120:])


def model_and_sgd(lr: float, seed: int = 0):
    training.seed_everything(seed)
    model = nn.Linear(2, 2)
    return model, torch.optim.SGD(model.parameters(), lr=lr)


def test_a_model_learns_and_everything_is_written_down(blobs):
    train, test = blobs
    model, optimizer = model_and_sgd(0.5)
    history = training.fit(model, optimizer, train, epochs=8, batch=50, watch={"test": test})
    assert history.steps == [3, 6, 9, 12, 15, 18, 21, 24] and len(history.loss) == 24  # 50, 50 and 20 samples
    assert history.scores["test"][-1] == training.evaluate(model, test) > 0.9
    assert history.loss[-1] < history.loss[0] / 2 and history.stopped == "" and history.best == -1
    assert history.curves("test") == {"loss": history.loss, "steps": history.steps, "accuracy": history.scores["test"]}


def test_the_same_seed_is_the_same_run(blobs):
    runs = []
    for seed in (0, 0, 1):
        model, optimizer = model_and_sgd(0.5)
        torch.manual_seed(len(runs))  # the order hangs on the seed that fit is given, and on nothing else
        runs.append(training.fit(model, optimizer, blobs[0], epochs=2, batch=16, seed=seed).loss)
    assert runs[0] == runs[1] != runs[2]


def test_every_sample_is_seen_once_an_epoch():
    seen = []

    class Counts(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(()))

        def forward(self, x):
            assert self.training
            seen.extend(x[:, 0].tolist())
            return x * self.weight

    model = Counts()
    x = torch.arange(10.0)[:, None]
    training.fit(model, torch.optim.SGD(model.parameters(), lr=0.1), (x, x), epochs=2, batch=4, loss=nn.functional.mse_loss)
    assert sorted(seen[:10]) == sorted(seen[10:]) == list(range(10)) and seen[:10] != seen[10:]


def test_an_early_stop_leaves_the_best_model(blobs):
    """Scored by a list that is known: the third epoch is the best, and two later ones do not beat it."""
    train, test = blobs
    model, optimizer = model_and_sgd(0.1)
    given, weights = iter([0.1, 0.2, 0.9, 0.9, 0.3, 0.95]), []

    def score(outputs, targets):
        weights.append(model.weight.detach().clone())
        return torch.full((len(targets),), next(given))

    history = training.fit(model, optimizer, train, epochs=6, watch={"held out": test}, stop_on="held out",
                           patience=2, score=score)
    assert history.stopped == "no progress" and history.best == 2 and len(history.scores["held out"]) == 5
    assert torch.equal(model.weight, weights[2]) and not torch.equal(weights[2], weights[4])


def test_who_never_stops_early_is_also_left_at_its_best(blobs):
    model, optimizer = model_and_sgd(0.1)
    given = iter([0.5, 0.4, 0.4])
    history = training.fit(model, optimizer, blobs[0], epochs=3, watch={"held out": blobs[1]}, stop_on="held out",
                           score=lambda outputs, targets: torch.full((len(targets),), next(given)))
    assert history.stopped == "" and history.best == 0 and history.steps == [2, 4, 6]


def test_a_run_that_diverges_ends(blobs):
    model, optimizer = model_and_sgd(3e38)
    history = training.fit(model, optimizer, blobs[0], epochs=50, watch={"test": blobs[1]})
    assert history.stopped == "diverged" and len(history.steps) < 50
    assert not np.isfinite(history.loss[-2:]).all()


def test_a_schedule_moves_the_learning_rate_and_puts_it_back(blobs):
    model, optimizer = model_and_sgd(0.4)
    rates = []
    step = optimizer.step
    optimizer.step = lambda: (rates.append(optimizer.param_groups[0]["lr"]), step())
    training.fit(model, optimizer, blobs[0], epochs=2, batch=60, schedule=training.cosine)
    assert rates == pytest.approx([0.4, 0.4 * (1 + 0.5**0.5) / 2, 0.2, 0.4 * (1 - 0.5**0.5) / 2])
    assert optimizer.param_groups[0]["lr"] == 0.4


def test_an_optimiser_of_ones_own_needs_two_methods(blobs):
    training.seed_everything(0)
    model = nn.Linear(2, 2)

    class Own:
        def zero_grad(self):
            model.zero_grad()

        def step(self):
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter -= 0.5 * parameter.grad

    other, sgd = model_and_sgd(0.5)
    assert training.fit(model, Own(), blobs[0], epochs=2).loss == training.fit(other, sgd, blobs[0], epochs=2).loss


def test_an_evaluation_leaves_the_mode_and_drops_nothing(blobs):
    model = nn.Sequential(nn.Dropout(0.9), nn.Linear(2, 2))
    assert training.evaluate(model, blobs[1]) == training.evaluate(model, blobs[1], batch=7)
    assert model.training
    model.eval()
    training.evaluate(model, blobs[1])
    assert not model.training


def test_what_is_stopped_by_must_be_watched(blobs):
    model, optimizer = model_and_sgd(0.1)
    with pytest.raises(ValueError, match="not watched"):
        training.fit(model, optimizer, blobs[0], epochs=1, stop_on="test")


def test_devices(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert training.pick_device("auto") == training.pick_device("cpu") == CPU
    with pytest.raises(ValueError, match="sees no GPU"):
        training.pick_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert training.pick_device("auto") == training.pick_device("cuda") == torch.device("cuda")
    assert training.pick_device("cpu") == CPU
    parser = argparse.ArgumentParser()
    training.add_device_option(parser)
    assert parser.parse_args([]).device == "auto" and parser.parse_args(["--device", "cuda"]).device == "cuda"


def test_many_runs_come_back_in_their_order(tmp_path):
    advanced = []

    def run(case):
        (tmp_path / str(os.getpid())).touch()
        weight = torch.full((300, 300), float(case), dtype=torch.float64)
        return (weight @ weight).sum().item(), torch.get_num_threads()

    torch.ones(600, 600) @ torch.ones(600, 600)  # a pool of threads, which no process may wait for
    threads = torch.get_num_threads()
    results = training.run_each(run, range(7), CPU, lambda: advanced.append(1))
    assert [total for total, _ in results] == [300**3 * case**2 for case in range(7)]
    assert len(advanced) == 7 and torch.get_num_threads() == threads
    if len(os.sched_getaffinity(0)) > 1:
        assert {used for _, used in results} == {1} and str(os.getpid()) not in {file.name for file in tmp_path.iterdir()}


def test_a_run_that_raises_ends_them_all():
    def run(case):
        raise ValueError(f"{case} cannot be run")

    with pytest.raises(ValueError, match="cannot be run"):
        training.run_each(run, range(50), CPU)
