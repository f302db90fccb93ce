"""A training step of a 784-256-10 MLP on a batch of 64 (forward, backward, SGD with momentum), in float32.

The baseline is PyTorch eager on one thread: the same numbers, the same initial weights, the same optimiser.
"""
from tests.p1_fundamentals.autograd import probes_training_step as probes

LIBRARY = "PyTorch"
MODULE = "models"
STEPS = 20
prepare, run = probes.prepare_training, probes.run_training


def baseline():
    import torch
    from torch import nn
    torch.set_num_threads(1)
    images, labels, weights = probes.training_data()
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), weights):
            parameter.copy_(torch.from_numpy(value))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    images, labels = torch.from_numpy(images), torch.from_numpy(labels)

    def steps(count: int) -> float:
        for _ in range(count):
            loss = nn.functional.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return loss.item()
    return steps
