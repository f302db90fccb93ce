"""A step of Adam over 100 tensors of mixed size, 0.7 million numbers, in float32, with the gradients there already.

The baseline is `torch.optim.Adam(foreach=True)` on one thread: the same numbers, the same settings.
"""
from tests.p1_fundamentals.optimizers import probes_adam_step as probes

LIBRARY = "torch foreach"
MODULE = "adam"
STEPS = 10
prepare, run = probes.prepare_steps, probes.run_steps


def baseline():
    import torch
    torch.set_num_threads(1)
    state = probes.Training(torch.optim.Adam, foreach=True)
    return lambda steps: probes.run_steps(None, state, steps)
