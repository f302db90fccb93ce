"""What the benchmark of a training step does in a worker; see probes.py."""
import numpy as np


def training_data():
    """A batch of 64 random images with labels, and initial weights and biases of a 784-256-10 MLP, in float32."""
    rng = np.random.default_rng(0)
    images = rng.uniform(size=(64, 1, 28, 28)).astype(np.float32)
    labels = rng.integers(0, 10, 64)
    weights = [(rng.uniform(-1, 1, shape) / np.sqrt(shape[-1])).astype(np.float32)
               for shape in ((256, 784), (256,), (10, 256), (10,))]
    return images, labels, weights


def prepare_training(work):
    """The network, its optimiser and its data, to go on with."""
    from exercises.p1_fundamentals.autograd.optimizers import SGD
    images, labels, weights = training_data()
    model = work.MLP(pixels=784, hidden=256, classes=10, rng=np.random.default_rng(0))
    for parameter, value in zip(model.parameters(), weights):
        parameter.data = value
    return Training(model, SGD(model.parameters(), lr=0.01, momentum=0.9), work.Tensor(images), labels)


class Training:
    """What `run_training` goes on with; the judge holds it as a handle."""

    def __init__(self, model, optimizer, images, labels):
        self.model, self.optimizer, self.images, self.labels = model, optimizer, images, labels


def run_training(work, state, steps):
    """So many training steps; returns the loss of the last."""
    from exercises.p1_fundamentals.autograd.losses import cross_entropy
    for _ in range(steps):
        loss = cross_entropy(state.model(state.images), state.labels)
        state.optimizer.zero_grad()
        loss.backward()
        state.optimizer.step()
    return loss.item()
