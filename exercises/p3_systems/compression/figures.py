"""The figures of the theory: `python exercises/p3_systems/compression/figures.py` draws them into figures/.

They need no model and no data: matrices of the size that MiniLM has, and drawn activations. Times are medians of turns that are
taken one after the other, CPU time on one thread, in units of the dense product of the same turns.
"""
import statistics
import time
import warnings
from pathlib import Path

import torch
from matplotlib import pyplot as plt

ROWS, COLUMNS, BATCH = 384, 1536, 128
SHARES = [0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98]


def pruned(share: float) -> torch.Tensor:
    """A matrix (ROWS, COLUMNS) of which this share is 0, in no order."""
    torch.manual_seed(0)
    weight = torch.randn(ROWS, COLUMNS)
    return weight.masked_fill(torch.rand(ROWS, COLUMNS) < share, 0)


def cpu_times(products, turns: int = 15) -> list[float]:
    """The median CPU time of each product, in units of the first one's. They take turns."""
    times = [[] for _ in products]
    for turn in range(turns + 3):
        for product, seen in zip(products, times):
            start = time.process_time()
            product()
            seen.append(time.process_time() - start)
    medians = [statistics.median(seen[3:]) for seen in times]  # the first three turns warm up
    return [each / medians[0] for each in medians]


def draw_zeros(folder: Path) -> None:
    """Bytes and time of a matrix over the share of its zeros."""
    x = torch.randn(COLUMNS, BATCH)
    dense = pruned(0.0)
    matrices = [pruned(share) for share in SHARES]
    sparse = [matrix.to_sparse_csr() for matrix in matrices]
    products = [lambda: dense @ x, *[lambda m=m: m @ x for m in matrices], *[lambda m=m: m @ x for m in sparse]]
    times = cpu_times(products)[1:]

    shares = torch.linspace(0, 1, 101)
    places = ROWS * COLUMNS
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    kept = 1 - shares
    for value_bytes, index_bytes, style in ((4, 4, "-"), (1, 2, "--")):
        label = "float32, 4-byte indices" if value_bytes == 4 else "int8, 2-byte indices"
        left.plot(shares, (value_bytes * kept + 1 / 8) / value_bytes, "C0" + style, label=f"bitmap, {label}")
        csr = ((value_bytes + index_bytes) * kept + index_bytes * (ROWS + 1) / places) / value_bytes
        left.plot(shares, csr, "C1" + style, label=f"CSR, {label}")
    left.axhline(1, color="gray", linewidth=1)
    left.set(xlabel="share of zeros", ylabel="bytes, in units of the dense matrix", ylim=(0, 3.1), title="What is stored")
    left.legend(fontsize=8)

    right.plot(SHARES, times[:len(SHARES)], "C2o-", label="dense, with zeros in it")
    right.plot(SHARES, times[len(SHARES):], "C1o-", label="CSR")
    right.axhline(1, color="gray", linewidth=1)
    right.set(xlabel="share of zeros", ylabel="CPU time, in units of the dense product", yscale="log",
              title=f"What is multiplied: ({ROWS}, {COLUMNS}) by {BATCH}")
    right.set_yticks([0.2, 0.5, 1, 2, 5], labels=["0.2", "0.5", "1", "2", "5"])
    right.minorticks_off()
    right.legend(fontsize=8)
    figure.savefig(folder / "zeros.png", dpi=110)
    print("share  dense   CSR")
    for share, one, other in zip(SHARES, times, times[len(SHARES):]):
        print(f"{share:5.2f}  {one:5.2f}  {other:5.2f}")


def draw_clipping(folder: Path) -> None:
    """The mean squared error of eight and of four bits over where a long-tailed activation is clipped."""
    torch.manual_seed(0)
    values = torch.distributions.StudentT(3.0).sample((200_000,)).double()
    largest = float(values.abs().max())
    bounds = largest * torch.logspace(-2.2, 0, 80, dtype=torch.float64)
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    for axis, bits in zip(axes, (8, 4)):
        rounding, clipping = [], []
        for bound in bounds:
            scale = bound / (2 ** (bits - 1) - 1)
            inside = values.abs() <= bound
            back = (values / scale).round() * scale
            rounding.append(float(((values - back).square() * inside).mean()))
            clipping.append(float(((values.abs() - bound).square() * ~inside).mean()))
        total = [one + other for one, other in zip(rounding, clipping)]
        best = min(range(len(total)), key=total.__getitem__)
        axis.plot(bounds, rounding, "C0", label="rounding")
        axis.plot(bounds, clipping, "C1", label="clipping")
        axis.plot(bounds, total, "k", label="both")
        axis.plot(bounds[best], total[best], "ko")
        for tail in (0.01, 0.0001):
            place = float(values.abs().quantile(1 - tail))
            axis.axvline(place, color="gray", linestyle=":", linewidth=1)
            axis.text(place, 9, f" {100 * (1 - tail):g} %", fontsize=8, va="top")
        axis.set(xscale="log", yscale="log", xlabel="clipped at ±b; the right end is min-max", ylabel="mean squared error",
                 title=f"{bits} bits", ylim=(1e-6, 10))
        axis.legend(fontsize=8)
        print(f"{bits} bits: the best bound is {float(bounds[best]):.2f} of {largest:.1f}, with {total[best] / total[-1]:.3f} of the error")
    figure.savefig(folder / "clipping.png", dpi=110)


def main() -> None:
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", message="Sparse CSR tensor support")
    plt.switch_backend("Agg")
    folder = Path(__file__).resolve().parents[3] / "exercises" / "p3_systems" / "compression" / "figures"
    folder.mkdir(exist_ok=True)
    draw_zeros(folder)
    draw_clipping(folder)


if __name__ == "__main__":
    main()
