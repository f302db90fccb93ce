"""What the suite of `training_loop` does beside the learner's objects, in the learner's process.

A probe gets the exercise's module as `work`, returns plain data, and holds no expected value.
"""
import torch


class Recorder:
    """A linear model scale * (x @ w) + b with the loss ½ |model(x) - y|², meant over the batch, which records its calls.

    `calls` has for each call x, y (None where the model was only asked for its logits), the parameters and the mode, as
    they were then. At call number `fails_at`, counted from 1, the model raises a RuntimeError.
    """

    def __init__(self, parameters, training, fails_at=0):
        weight, bias, scale = parameters
        self.weight = weight.mT.contiguous().mT  # a view, such as a layer that keeps its weights transposed has
        self.bias, self.scale = bias.clone(), scale.clone()
        self.parameters = [self.weight, self.bias, self.scale]
        self.training, self.fails_at = training, fails_at
        self.calls, self.gradients = [], []

    def __call__(self, x):
        self.record(x, None)
        return self.scale * (x @ self.weight) + self.bias

    def loss_and_gradients(self, x, y):
        self.record(x, y)
        product = x @ self.weight                            # (batch, outputs)
        error = self.scale * product + self.bias - y         # (batch, outputs)
        each = error / len(x)
        gradients = [self.scale * (x.mT @ each), each.sum(dim=0), (each * product).sum()]
        self.gradients += [(gradient, gradient.clone()) for gradient in gradients]
        return error.square().sum() / (2 * len(x)), gradients

    def record(self, x, y):
        parameters = [parameter.clone() for parameter in (self.weight, self.bias, self.scale)]
        self.calls.append([x.clone(), y if y is None else y.clone(), parameters, self.training])
        if len(self.calls) == self.fails_at:
            raise RuntimeError("the model fails")


def epoch(work, x, y, *, batch_size, seed=None):
    """The pairs of one epoch, with a generator where there is a seed, and x and y afterwards."""
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    return [[*pair] for pair in work.batches(x, y, batch_size=batch_size, generator=generator)], [x, y]


def orders(work, samples, *, batch_size, seed, epochs, global_seed):
    """The order of the samples in each epoch, and whether the global generator is as it was."""
    generator, y = torch.Generator().manual_seed(seed), torch.arange(samples)
    torch.manual_seed(global_seed)
    before = torch.get_rng_state()
    found = [[label for _, labels in work.batches(y[:, None], y, batch_size=batch_size, generator=generator)
              for label in labels.tolist()] for _ in range(epochs)]
    return found, torch.equal(before, torch.get_rng_state())


def steps(work, parameters, gradients, lr):
    """Several steps of SGD: the parameters at the end, whether they are still the same tensors, and the gradients then.

    The parameters are views that do not lie in one piece in memory.
    """
    held = [torch.stack([each, each], dim=-1)[..., 0] for each in parameters]
    handed = list(held)
    for given in gradients:
        work.sgd_step(handed, given, lr=lr)
    return held, [one is other for one, other in zip(handed, held, strict=True)], gradients


def train(work, parameters, x, y, *, seed, training=False, **options):
    """What `train` returns, the calls of the model, and the parameters at the end.

    Then whether `model.parameters` holds the same tensors as before, and whether all gradients are as the model made them.
    """
    model = Recorder(parameters, training)
    held = list(model.parameters)
    losses = work.train(model, x, y, generator=torch.Generator().manual_seed(seed), **options)
    same = [one is other for one, other in zip(model.parameters, held, strict=True)]
    return losses, model.calls, held, same, all(torch.equal(*pair) for pair in model.gradients)


def evaluate(work, parameters, x, y, *, batch_size):
    """What `evaluate` returns, the calls of the model, and the parameters at the end."""
    model = Recorder(parameters, training=True)
    accuracy = work.evaluate(model, x, y, batch_size=batch_size)
    return accuracy, model.calls, [model.weight, model.bias, model.scale]


def modes(work, function, parameters, x, y, training, fails_at=0):
    """The mode at each call of the model, the mode afterwards, and the class of the error that came out, or ""."""
    model, error = Recorder(parameters, training, fails_at), ""
    options = {"epochs": 2, "lr": 0.25, "generator": torch.Generator()} if function == "train" else {}
    try:
        getattr(work, function)(model, x, y, batch_size=2, **options)
    except NotImplementedError:
        raise
    except Exception as raised:
        error = type(raised).__name__
    return [call[-1] for call in model.calls], model.training, error
