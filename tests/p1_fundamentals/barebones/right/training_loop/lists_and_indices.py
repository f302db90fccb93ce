"""Python lists of row numbers, cut by slices; the update through a product and copy_; a while loop."""
import torch
from torch import Tensor


def batches(x: Tensor, y: Tensor, *, batch_size: int, generator=None):
    # sorting random keys is a random order; ties have no chance worth speaking of in float64
    if generator is None:
        numbers = list(range(len(y)))
    else:
        numbers = torch.argsort(torch.rand(len(y), generator=generator, dtype=torch.float64)).tolist()
    result = []
    while numbers:
        head, numbers = numbers[:batch_size], numbers[batch_size:]
        result.append([x[head], y[head]])
    return result


def sgd_step(parameters: list[Tensor], gradients: list[Tensor], *, lr: float) -> None:
    for i in range(len(parameters)):
        parameters[i].copy_(parameters[i] + gradients[i] * -lr)


def train(model, x, y, *, epochs, batch_size, lr, generator):
    mode = model.training
    try:
        results = []
        while len(results) < epochs:
            model.training = True
            mean = 0.0
            for pair in batches(x, y, batch_size=batch_size, generator=generator):
                loss, gradients = model.loss_and_gradients(*pair)
                mean += loss.item() * (len(pair[1]) / len(y))
                sgd_step(model.parameters, gradients, lr=lr)
            results.append(mean)
        return results
    finally:
        model.training = mode


def evaluate(model, x, y, *, batch_size):
    mode = model.training
    try:
        model.training = False
        wrong = 0
        for inputs, labels in batches(x, y, batch_size=batch_size):
            logits = model(inputs)
            for row, label in zip(logits, labels.tolist()):
                wrong += int(row.argmax()) != label
        return 1 - wrong / len(y)
    finally:
        model.training = mode
