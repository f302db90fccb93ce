"""A step of Adam over 100 tensors of mixed size, 0.7 million numbers, in float32, with the gradients there already.

The baseline is `torch.optim.Adam(foreach=True)` on one thread: the same numbers, the same settings. Run as a program, it
measures the other forms that PyTorch has beside that, in the CPU time of a step.
"""
import statistics
import time

from tests.p1_fundamentals.optimizers import probes_adam_step as probes

LIBRARY = "torch foreach"
MODULE = "adam"
STEPS = 10
prepare, run = probes.prepare_steps, probes.run_steps

FORMS = {"one by one": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}


def baseline(form="foreach"):
    import torch
    torch.set_num_threads(1)
    state = probes.Training(torch.optim.Adam, **FORMS[form])
    return lambda steps: probes.run_steps(None, state, steps)


def measure_forms(turns=21):
    """{form: median CPU milliseconds of a step}, measured in turns; the first one warms up."""
    forms, taken = {form: baseline(form) for form in FORMS}, {form: [] for form in FORMS}
    for _ in range(turns + 1):
        for form, steps in forms.items():
            before = time.process_time()
            steps(STEPS)
            taken[form].append((time.process_time() - before) * 1000 / STEPS)
    return {form: statistics.median(times[1:]) for form, times in taken.items()}


if __name__ == "__main__":
    measured = measure_forms()
    for form, milliseconds in measured.items():
        print(f"torch.optim.Adam, {form:<10}  {milliseconds:6.2f} ms   {milliseconds / measured['foreach']:.2f}x foreach")
