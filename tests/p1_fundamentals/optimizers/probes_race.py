"""The tracks of `race`, and what else its suite does beside the learner's optimiser, in the learner's process.

The gradients are computed here, one for each step, and that is all that the optimiser gets. A probe gets the exercise's
module as `work`, returns plain data, and holds no expected value. The suite also hands over a `work` whose `Mine` is
PyTorch's SGD: that is how it finds out what SGD reaches.
"""
import math
import random

import numpy as np
import torch


class Quadratic:
    """½ Σ λᵢ yᵢ² with y = Q (x - s)."""

    def __init__(self, start, rotation, shift, curvatures):
        self.rotation, self.shift, self.curvatures = rotation, shift, curvatures
        self.params = [start.clone().requires_grad_()]

    def loss(self):
        y = self.rotation @ (self.params[0].detach() - self.shift)
        return float((self.curvatures * y * y).sum() / 2)

    def gradients(self, step):
        y = self.rotation @ (self.params[0].detach() - self.shift)
        return [self.rotation.T @ (self.curvatures * y)]


class Rosenbrock:
    """(1 - y₁)² + 100 (y₂ - y₁²)² with y = Q (x - s)."""

    def __init__(self, start, rotation, shift):
        self.rotation, self.shift = rotation, shift
        self.params = [start.clone().requires_grad_()]

    def loss(self):
        a, b = (self.rotation @ (self.params[0].detach() - self.shift)).tolist()
        return square(1 - a) + 100 * square(b - a * a)

    def gradients(self, step):
        a, b = (self.rotation @ (self.params[0].detach() - self.shift)).tolist()
        off = b - a * a
        return [self.rotation.T @ torch.tensor([-2 * (1 - a) - 400 * a * off, 200 * off], dtype=torch.float64)]


def square(number):
    """Its square, infinite where it overflows; `**` would raise an error."""
    return number * number


class Digits:
    """The mean cross-entropy of a perceptron with one hidden layer on images of digits; a step sees all of them."""

    def __init__(self, x, y, seed, hidden):
        self.x, self.y = x, y
        generator = torch.Generator().manual_seed(seed)
        widths = [x.shape[1], *hidden, 10]
        self.params = []
        for inputs, outputs in zip(widths, widths[1:]):
            weight = torch.randn(inputs, outputs, generator=generator) * math.sqrt(2 / inputs)
            self.params += [weight.requires_grad_(), torch.zeros(outputs).requires_grad_()]

    def value(self):
        h = self.x
        for place in range(0, len(self.params), 2):
            h = h @ self.params[place] + self.params[place + 1]
            h = h.relu() if place + 2 < len(self.params) else h
        return torch.nn.functional.cross_entropy(h, self.y)

    def loss(self):
        with torch.no_grad():
            return float(self.value())

    def gradients(self, step):
        return torch.autograd.grad(self.value(), self.params)


TRACKS = {"quadratic": Quadratic, "rosenbrock": Rosenbrock, "digits": Digits}


def race(work, track, course, rates, steps):
    """The loss at the end for each learning rate, from `steps` gradients each; infinite where it left the numbers."""
    return [descended(work, TRACKS[track](*course), lr, steps) for lr in rates]


def descended(work, track, lr, steps):
    optimizer = work.Mine(track.params, lr=lr)
    for step in range(steps):
        for p, gradient in zip(track.params, track.gradients(step)):
            p.grad = gradient
        if not all(torch.isfinite(p.grad).all() for p in track.params):
            return math.inf
        optimizer.step()
    loss = track.loss()
    return loss if math.isfinite(loss) else math.inf


def trained(optimizer, leaves, gradients):
    for arrived in gradients:
        for p, gradient in zip(leaves, arrived):
            p.grad = gradient.clone()
        optimizer.step()


def leaves_of(params):
    return [p.clone().requires_grad_() for p in params]


def in_place(work, params, gradients, layout, *, overwritten, lr):
    """The tensors that were parameters, after all steps; and the gradients after each step, which are then `overwritten`."""
    leaves = []
    for p in params:
        if layout == "gaps":
            leaf = torch.stack([p, p], dim=-1)[..., 0]
        elif layout == "columns":
            backwards = tuple(reversed(range(p.ndim)))
            leaf = p.permute(backwards).contiguous().permute(backwards)
        else:
            leaf = p.contiguous()
        leaves.append(leaf.clone(memory_format=torch.preserve_format) if layout != "gaps" else leaf)
    leaves = [leaf.detach().requires_grad_() for leaf in leaves]
    optimizer, afterwards = work.Mine(leaves, lr=lr), []
    for step in gradients:
        arrived = [g.clone() for g in step]
        for p, gradient in zip(leaves, arrived):
            p.grad = gradient
        optimizer.step()
        afterwards.append([gradient.clone() for gradient in arrived] if overwritten else arrived)
        for gradient in arrived if overwritten else []:
            gradient.fill_(1.0)
    return [leaf.detach() for leaf in leaves], afterwards


def seed_all(seed):
    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed)


def resumed(work, params, gradients, middle, *, lr):
    """The parameters after all steps at once, and after those of an optimiser and of another that has loaded its state."""
    straight = leaves_of(params)
    seed_all(1)
    trained(work.Mine(straight, lr=lr), straight, gradients)
    first = leaves_of(params)
    seed_all(1)  # so that random numbers, which another check is about, are the same in both
    optimizer = work.Mine(first, lr=lr)
    trained(optimizer, first, gradients[:middle])
    second = leaves_of([p.detach() for p in first])
    other = work.Mine(second, lr=lr)
    other.load_state_dict(optimizer.state_dict())
    trained(other, second, gradients[middle:])
    return [p.detach() for p in straight], [p.detach() for p in second]


def twice(work, params, gradients, *, lr):
    """The parameters at the end of two runs, with other states of the global generators."""
    ends = []
    for seed in (1, 2):
        seed_all(seed)
        leaves = leaves_of(params)
        trained(work.Mine(leaves, lr=lr), leaves, gradients)
        ends.append([p.detach() for p in leaves])
    return ends
