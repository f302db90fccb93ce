"""1.3 on a GPU: the four optimisers of the study on ResNet-18 for two epochs, beside the same steps on the CPU."""
import statistics
import time
from pathlib import Path

import torch
from torch.nn import functional as F

from exercises.common import datasets
from solutions.p1_fundamentals.optimizers.experiments import (
    METHODS,
    OLYMPICS,
    Data,
    Setting,
    first_model,
    prepare,
    train,
)

MODEL, BATCH, EPOCHS, CPU_STEPS = "resnet18", 128, 2, 4


def run(path: Path, quick: bool = False) -> dict:
    """Accuracy and time of two epochs on the GPU, and the time of a step there and on the CPU."""
    return {"model": MODEL, "batch": BATCH, "epochs": EPOCHS,
            "methods": {name: of_method(name, path, quick) for name in OLYMPICS}}


def of_method(name: str, path: Path, quick: bool) -> dict:
    loaded = datasets.load(str(path))
    setting = Setting(name, METHODS[name].rates[1])
    on_gpu = prepare(loaded, torch.device("cuda"), 4 * BATCH if quick else None)
    on_cpu = prepare(loaded, torch.device("cpu"), 4 * BATCH)
    train(on_gpu, setting, model=MODEL, epochs=1, batch=BATCH, seed=1, schedule=None)  # chooses kernels, fills caches
    torch.cuda.synchronize()
    ran = train(on_gpu, setting, model=MODEL, epochs=EPOCHS, batch=BATCH, seed=0, schedule=one_cycle_factor)
    gpu, cpu = (seconds_of_a_step(data, setting) for data in (on_gpu, on_cpu))
    found = {"lr": setting.lr, "test accuracy": ran.test[-1], "seconds of the epochs": ran.seconds,
             "seconds of a step": gpu, "seconds of a step on the CPU": cpu, "times as fast as the CPU": cpu / gpu,
             "CPU threads": torch.get_num_threads(), "first loss, GPU and CPU": first_losses(on_gpu, on_cpu)}
    print(f"{name}: {ran.test[-1]:.1%} after {EPOCHS} epochs, {ran.seconds:.1f} s; a step is {cpu / gpu:.0f} times as fast as on "
          f"{torch.get_num_threads()} threads of the CPU", flush=True)
    return found


def one_cycle_factor(t: float) -> float:
    """The schedule of the study, as a factor of the rate: up in the first quarter, then down along a cosine."""
    return t / 0.25 if t < 0.25 else (1 + torch.cos(torch.tensor(torch.pi * (t - 0.25) / 0.75)).item()) / 2


def seconds_of_a_step(data: Data, setting: Setting) -> float:
    """The median wall time of forward, backward and the optimiser's step, after the first."""
    network = first_model(data, MODEL, seed=0)
    optimizer = METHODS[setting.method].build(network, setting.lr)
    images, labels = data.train[0][:BATCH], data.train[1][:BATCH]
    taken = []
    for _ in range(CPU_STEPS + 1):
        began = time.perf_counter()
        optimizer.zero_grad()
        F.cross_entropy(network(images), labels).backward()
        optimizer.step()
        if images.is_cuda:
            torch.cuda.synchronize()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def first_losses(on_gpu: Data, on_cpu: Data) -> list[float]:
    """The loss of the first weights on the same images, on both: they differ by rounding alone."""
    found = []
    for data in (on_gpu, on_cpu):
        device = data.train[0].device
        images, labels = on_cpu.train[0][:32].to(device), on_cpu.train[1][:32].to(device)
        with torch.no_grad():
            found.append(F.cross_entropy(first_model(data, MODEL, seed=0)(images), labels).item())
    return found
