"""The training loop: batches in a new order each epoch, a step of SGD after each batch, accuracy on a test set."""
import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect, expect_true, supporting
from tests.p1_fundamentals.barebones import probes_training_loop as probes
from tests.strategies import seeds, shapes, values

few = settings(max_examples=20)  # numbers of one shape are much like others, and there are few small shapes


def tensor(shape, seed, dtype=torch.float64):
    return torch.from_numpy(values(shape, seed)).to(dtype)


def model_parameters(seed, dtype=torch.float64, outputs=2):
    """Weight, bias and scale of the probes' linear model."""
    return [tensor((3, outputs), seed, dtype), tensor((outputs,), seed + 1, dtype), torch.tensor(0.5 + seed % 3, dtype=dtype)]


def data(samples, seed, dtype=torch.float64):
    """(x, y): the first column of x numbers the samples."""
    x = torch.cat([torch.arange(samples, dtype=dtype)[:, None], tensor((samples, 2), seed, dtype)], dim=1)
    return x, tensor((samples, 2), seed + 1, dtype)


def sizes_of_batches(samples, batch_size):
    return [min(batch_size, samples - start) for start in range(0, samples, batch_size)]


def replayed(parameters, calls, lr):
    """What SGD does with the batches that a model saw, by PyTorch's derivatives in float64.

    The parameters before each batch and after the last, and the loss of each batch.
    """
    now, history, losses = [each.double() for each in parameters], [], []
    for x, y, *_ in calls:
        history.append(now)
        weight, bias, scale = leaves = [each.clone().requires_grad_() for each in now]
        loss = ((scale * (x.double() @ weight) + bias - y.double()) ** 2).sum(dim=1).mean() / 2
        now = [each - lr * gradient for each, gradient in zip(now, torch.autograd.grad(loss, leaves))]
        losses.append(loss.item())
    return [*history, now], losses


def in_dtype(tensors, dtype):
    return [each.to(dtype) for each in tensors]


@few
@given(st.integers(1, 9), st.integers(1, 10), seeds)
def test_batches_in_order(work, samples, batch_size, seed):
    """batches: without a generator the samples come in their order, batch_size at a time, and the last batch too."""
    x, y = tensor((samples, 2), seed), torch.arange(samples) * 10 + seed
    starts = range(0, samples, batch_size)
    want = [[x[start:start + batch_size].clone(), y[start:start + batch_size].clone()] for start in starts]
    got, _ = work.run(probes.epoch, x, y, batch_size=batch_size)
    given = {"samples": samples, "batch_size": batch_size}
    expect([len(pair[0]) for pair in got], equals=sizes_of_batches(samples, batch_size), given=given,
           note="the sizes of the batches")
    expect(got, equals=want, given=given)


@few
@given(st.integers(1, 9), st.integers(1, 10), seeds)
def test_batches_shuffled(work, samples, batch_size, seed):
    """batches: with a generator every sample comes once, with its own label; x and y stay as they were."""
    images = (torch.arange(4 * samples).reshape(samples, 2, 2) + seed % 100).to(torch.uint8)
    labels = torch.arange(samples, dtype=torch.int32) * 10 + seed % 10
    given = {"samples": samples, "batch_size": batch_size, "generator": f"seeded with {seed}"}
    got, after = work.run(probes.epoch, images, labels, batch_size=batch_size, seed=seed)
    expect([len(pair[0]) for pair in got], equals=sizes_of_batches(samples, batch_size), given=given,
           note="the sizes of the batches")
    x, y = torch.cat([pair[0] for pair in got]), torch.cat([pair[1] for pair in got])
    order = y.argsort()
    expect(y[order], equals=labels, given=given, note="all labels of the epoch, sorted")
    expect(x[order], equals=images, given=given, note="the samples that came with them, in that order")
    expect(after, equals=[images, labels], given=given, note="x and y afterwards")


def test_batches_in_any_order(work):
    """batches: each epoch has a new order, any can come, and the generator alone decides which."""
    # Of 600 epochs of 4 samples in one of 24 orders, all 24 come: one is missing with a probability of 2e-10.
    options = {"samples": 4, "batch_size": 2}
    first, untouched = work.run(probes.orders, 4, batch_size=2, seed=1, epochs=600, global_seed=1)
    given = {**options, "generator": "seeded with 1", "epochs": 600}
    expect(sorted({tuple(order) for order in first}), equals=sorted(itertools.permutations(range(4))), given=given,
           note="the orders that came")
    expect_true(untouched, got="it is another", want="the global generator's state is what it was before", given=given)
    for seed, same in ((1, True), (2, False)):
        again, _ = work.run(probes.orders, 4, batch_size=2, seed=seed, epochs=20, global_seed=2)
        expect_true((again == first[:20]) == same, got=f"{'other' if same else 'the same'} orders in 20 epochs",
                    want=f"{'the same' if same else 'other'} orders as with the seed 1",
                    given={**options, "generator": f"seeded with {seed}", "global generator": "in another state"})


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@few
@given(sides=st.lists(shapes(max_dims=2, max_side=3), min_size=1, max_size=3), seed=seeds,
       lr=st.sampled_from([1.0, 0.1, 0.003]))
def test_sgd_step(work, dtype, sides, seed, lr):
    """sgd_step: each parameter moves by lr against its gradient, in place; the gradients are only read."""
    parameters = [tensor(side, seed + place, getattr(torch, dtype)) for place, side in enumerate(sides)]
    gradients = [[tensor(side, seed + 10 * step + place + 5, getattr(torch, dtype)) for place, side in enumerate(sides)]
                 for step in range(2)]
    want = [(p.double() - lr * (one.double() + two.double())).to(p.dtype) for p, one, two in zip(parameters, *gradients)]
    given = {"parameters": parameters, "lr": lr, "gradients, step by step": gradients}
    got, same, after = work.run(probes.steps, parameters, gradients, lr)
    expect(got, equals=want, given=given, note="the tensors that were parameters at first, after two steps")
    expect(same, equals=[True] * len(sides), given=given, note="whether each parameter is the tensor that it was")
    expect(after, equals=gradients, given=given, note="the gradients afterwards")


LOOPS = [(7, 3, 2), (6, 2, 1), (5, 8, 3), (4, 1, 2)]  # samples, batch_size, epochs
LR = 0.01  # so small that no step overshoots, which would make rounding errors grow


@pytest.mark.parametrize("samples, batch_size, epochs", LOOPS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_train_steps(work, samples, batch_size, epochs, dtype):
    """train: the parameters move in place after each batch, by the gradients of that batch alone."""
    dtype = getattr(torch, dtype)
    for seed in (1, 11):
        parameters, (x, y) = model_parameters(seed, dtype), data(samples, seed + 5, dtype)
        options = {"epochs": epochs, "batch_size": batch_size, "lr": LR}
        _, calls, held, same, untouched = work.run(probes.train, parameters, x, y, seed=seed, **options)
        given = {"samples": samples, **options}
        expect(len(calls), equals=epochs * math.ceil(samples / batch_size), given=given,
               note="how often the model was asked for its loss and gradients")
        history, _ = replayed(parameters, calls, LR)
        expect(same, equals=[True] * 3, given=given, note="whether model.parameters holds the tensors that it held before")
        expect(held, equals=in_dtype(history[-1], dtype), given=given, note="the parameters at the end")
        for number, (call, want) in enumerate(zip(calls, history), 1):
            expect(call[2], equals=in_dtype(want, dtype), given=given, note=f"the parameters when batch {number} came")
        expect_true(untouched, got="others", want="the gradients are as the model returned them", given=given)


def test_train_visits_every_sample(work):
    """train: each epoch visits every sample once, with its label, in a new order that the generator decides."""
    visited = {}
    x, y = data(samples=7, seed=21)
    for name, seed in (("seed 1", 1), ("seed 1 again", 1), ("seed 2", 2)):
        options = {"epochs": 3, "batch_size": 3, "lr": 0.0}
        _, calls, *_ = work.run(probes.train, model_parameters(22), x, y, seed=seed, **options)
        given = {"samples": 7, **options, "generator": f"seeded with {seed}"}
        expect([len(call[0]) for call in calls], equals=3 * sizes_of_batches(7, 3), given=given,
               note="the sizes of the batches")
        numbers = torch.cat([call[0][:, 0] for call in calls]).long()
        visited[name] = epochs = numbers.reshape(3, 7).tolist()
        expect([sorted(epoch) for epoch in epochs], equals=[list(range(7))] * 3, given=given,
               note="the numbers of the samples in each epoch, sorted")
        expect(torch.cat([call[0] for call in calls]), equals=x[numbers], given=given, note="the samples, batch by batch")
        expect(torch.cat([call[1] for call in calls]), equals=y[numbers], given=given, note="the labels, batch by batch")
        expect_true(any(epoch != list(range(7)) for epoch in epochs), got="the order of the data, in all of three epochs",
                    want="a random order", given=given)
        expect(len({tuple(epoch) for epoch in epochs}), equals=3, given=given, note="different orders in three epochs")
    given = {"samples": 7, **options}
    expect(visited["seed 1 again"], equals=visited["seed 1"], given=given, note="the orders, by another generator of that seed")
    expect_true(visited["seed 2"] != visited["seed 1"], got="the same orders", want="other orders from another seed",
                given=given)


@pytest.mark.parametrize("samples, batch_size, epochs", LOOPS)
def test_train_losses(work, samples, batch_size, epochs):
    """train: it returns the loss of each epoch as a float, a mean over the samples and not over the batches."""
    for seed in (2, 12):
        parameters, (x, y) = model_parameters(seed), data(samples, seed + 5)
        options = {"epochs": epochs, "batch_size": batch_size, "lr": LR}
        got, calls, *_ = work.run(probes.train, parameters, x, y, seed=seed, **options)
        _, losses = replayed(parameters, calls, LR)
        sums, count = np.zeros(epochs), np.zeros(epochs)
        for number, (call, loss) in enumerate(zip(calls, losses)):
            epoch = number * epochs // len(calls)
            sums[epoch] += len(call[0]) * loss
            count[epoch] += len(call[0])
        expect(got, equals=(sums / count).tolist(), given={"samples": samples, **options, "losses of the batches": losses})


@pytest.mark.parametrize("samples, batch_size, wrong", [
    (7, 3, [0, 1]), (7, 3, [6]), (5, 2, [0, 2, 4]), (5, 2, [4]), (4, 4, [2]), (3, 8, [0]), (6, 1, [5, 0]), (1, 1, [])])
@pytest.mark.parametrize("dtype", ["int64", "uint8"])
def test_evaluate(work, samples, batch_size, wrong, dtype):
    """evaluate: the share of all samples with the largest logit at the label, each sample once, and nothing moves."""
    parameters, (x, _) = model_parameters(31, outputs=4), data(samples, 35)
    weight, bias, scale = (each.numpy() for each in parameters)
    largest = [int(np.argmax(scale * (row @ weight) + bias)) for row in x.numpy()]
    labels = torch.tensor([(k + 1) % 4 if row in wrong else k for row, k in enumerate(largest)], dtype=getattr(torch, dtype))
    given = {"samples": samples, "batch_size": batch_size, "number of wrong ones": len(wrong), "labels": dtype}
    got, calls, after = work.run(probes.evaluate, parameters, x, labels, batch_size=batch_size)
    expect(got, equals=1 - len(wrong) / samples, given=given)
    expect_true(all(len(call[0]) <= batch_size for call in calls), got=[len(call[0]) for call in calls],
                want=f"batches of at most {batch_size} samples", given=given)
    seen = torch.cat([call[0] for call in calls])
    expect(seen[seen[:, 0].argsort()], equals=x, given=given, note="the samples that the model saw, sorted")
    expect(after, equals=parameters, given=given, note="the parameters afterwards")


@supporting
@pytest.mark.parametrize("function, mode", [("train", True), ("evaluate", False)])
@pytest.mark.parametrize("training", [True, False])
def test_modes(work, function, mode, training):
    """train computes in training mode and evaluate does not; both leave the mode as it was, also after an error."""
    parameters, (x, y) = model_parameters(41), data(5, 42)
    y = y if function == "train" else torch.tensor([0, 1, 0, 0, 1])
    given = {"training before": training}
    got, after, error = work.run(probes.modes, function, parameters, x, y, training)
    expect(error, equals="", given=given, note="the error that came")
    calls = 6 if function == "train" else max(len(got), 1)  # evaluate may take smaller batches than it is allowed
    expect(got, equals=[mode] * calls, given=given, note="training, when the model was called")
    expect(after, equals=training, given=given, note="training, at the end")
    _, after, error = work.run(probes.modes, function, parameters, x, y, training, fails_at=2)
    given["the model"] = "raises a RuntimeError when it is called a second time"
    expect(after, equals=training, given=given, note="training, after the error")
    expect(error, equals="RuntimeError", given=given, note="the error that came")
