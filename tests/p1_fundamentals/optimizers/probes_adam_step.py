"""What the benchmark of a step of Adam does in a worker; see probes.py."""
import torch

# As in a network of many small layers and a few large ones: matrices and their biases, norms, an embedding.
SHAPES = [(128, 128), (128,), (128,), ()] * 18 + [(64, 3, 3, 8), (64,)] * 8 + [(256, 256), (256,), (32,)] * 3 + [(512, 128)] * 3


class Training:
    """Parameters, two sets of gradients that take turns, and an optimiser; the judge holds it as a handle."""

    def __init__(self, optimizer, **options):
        generator = torch.Generator().manual_seed(0)
        self.params, *self.gradients = ([torch.randn(shape, generator=generator) for shape in SHAPES] for _ in range(3))
        self.turn = 0
        for p in self.params:
            p.requires_grad_()
        self.optimizer = optimizer(self.params, lr=1e-3, **options)


def prepare_steps(work):
    """The optimiser and its parameters, to go on with."""
    return Training(work.Adam)


def run_steps(work, state, steps):
    """So many steps with the gradients whose turn it is; returns the mean square of all parameters then."""
    for p, gradient in zip(state.params, state.gradients[state.turn % 2]):
        p.grad = gradient
    state.turn += 1
    for _ in range(steps):
        state.optimizer.step()
    with torch.no_grad():
        return sum(p.square().mean().item() for p in state.params) / len(state.params)
