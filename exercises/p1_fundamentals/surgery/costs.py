"""Given: what the removal of channels saves in FLOPs, and what it saves in time. Your `prune_channels`, `count`, `measure`."""
import copy
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from torch import nn

from exercises.common import plots

from .channel_pruning import prune_channels
from .counting import count
from .latency import measure, ratio
from .vgg import vgg

CONFIG, IMAGE, REPEATS = "64 64 M 128 128", (8, 3, 32, 32), 25
SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
console = Console()


def build(share: float) -> nn.Module:
    """A VGG whose layers have lost this share of their channels; the same weights for all shares."""
    torch.manual_seed(0)
    model = vgg(CONFIG, batch_norm=True).eval()
    prune_channels(model, share)
    return model


def draw_latency(path: Path, *, quick: bool = False) -> tuple[dict[str, float], Path]:
    """Time and FLOPs of the cut networks over those of the whole one, on one thread of this machine's CPU.

    Returned are what is measured for half of the channels, and the plot.
    """
    shares = SHARES[::3] if quick else SHARES
    models = {f"{share:.0%}": build(share) for share in shares}
    images = torch.randn(IMAGE, generator=torch.Generator().manual_seed(0))
    whole = next(iter(models))
    models["whole again"] = copy.deepcopy(models[whole])  # how far two equal networks lie apart
    flops = {name: count(model, IMAGE)["flops"] for name, model in models.items()}

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            times = measure({name: lambda model=model: model(images) for name, model in models.items()},
                            repeats=7 if quick else REPEATS, warmup=3)
    finally:
        torch.set_num_threads(threads)
    ratios = {name: ratio(times[name], times[whole]) for name in models}

    table = Table("channels removed", "FLOPs", "time [95 %]", box=SIMPLE, padding=(0, 1),
                  title="Ratios to the whole network, one thread")
    for name, (median, low, high) in ratios.items():
        table.add_row(name, f"{flops[name] / flops[whole]:.2f}", f"{median:.2f} [{low:.2f}, {high:.2f}]")
    console.print(table)

    cut = [f"{share:.0%}" for share in shares]
    with plt.rc_context(plots.STYLE):
        figure, axis = plt.subplots(figsize=(5.6, 3.2), layout="constrained")
        x = [100 * share for share in shares]
        axis.plot(x, [flops[name] / flops[whole] for name in cut], color=plots.ORANGE, label="FLOPs", marker="o", markersize=3)
        middle, low, high = zip(*(ratios[name] for name in cut))
        axis.plot(x, middle, color=plots.BLUE, label="time", marker="o", markersize=3)
        axis.fill_between(x, low, high, color=plots.BLUE, alpha=0.18, linewidth=0)
        axis.axhline(1, color="0.6", linewidth=0.8)
        axis.set(xlabel="channels removed from each layer (%)", ylabel="ratio to the whole network", ylim=(0, None))
        axis.legend()
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
        plt.close(figure)
    last = cut[-1]
    return {"half_flops": flops[last] / flops[whole], "half_time": ratios[last][0],
            "five_percent_time": ratios["5%"][0] if "5%" in ratios else ratios[cut[1]][0]}, path
