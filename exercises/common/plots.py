"""The plots of the studies: curves with bands over seeds, grids of results, landscapes, tables, single images."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator

# Colours that stay apart for colour-blind readers and in print (Okabe & Ito 2008).
BLUE, ORANGE, GREEN, PURPLE, SKY, YELLOW = COLORS = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"
STYLE = {
    "figure.dpi": 130, "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
    "grid.alpha": 0.25, "axes.titlesize": 10, "legend.frameon": False,
}


def learning_curves(histories: dict[str, dict[str, list[float]]], path: Path) -> Path:
    """Training loss and test accuracy, epoch by epoch, of each model.

    `histories[model]` has the lists `loss` (one value a step), `accuracy` and `steps` (both one value an epoch).
    """
    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
        for color, (model, history) in zip((BLUE, ORANGE, GREEN), histories.items()):
            per_epoch = history["steps"][0]
            epochs = np.arange(1, len(history["loss"]) + 1) / per_epoch
            left.plot(epochs, history["loss"], color=color, alpha=0.2, linewidth=0.7)
            left.plot(np.arange(1, len(history["steps"]) + 1), _epoch_means(history), color=color, label=model)
            right.plot(np.arange(1, len(history["accuracy"]) + 1), np.multiply(history["accuracy"], 100),
                       color=color, label=f"{model}: {history['accuracy'][-1]:.1%}")
        left.set(title="training loss (bold: the mean of each epoch)", xlabel="epoch", yscale="log")
        right.set(title="accuracy on test images (%)", xlabel="epoch", ylim=(80, 100.5))
        left.legend()
        right.legend(loc="lower right")
        return _save(figure, path)


def _epoch_means(history: dict[str, list[float]]) -> list[float]:
    ends = history["steps"]
    return [float(np.mean(history["loss"][begin:end])) for begin, end in zip([0, *ends], ends)]


def sample_predictions(images: np.ndarray, labels: np.ndarray, probabilities: np.ndarray, path: Path,
                       title: str = "") -> Path:
    """The images that the model got most wrong, then some that it got right, each with what it said.

    images: (samples, channels, height, width), labels: (samples,), probabilities: (samples, classes).
    """
    said = probabilities.argmax(axis=1)
    of_truth = probabilities[np.arange(len(labels)), labels]
    wrong = [i for i in np.argsort(of_truth) if said[i] != labels[i]][:8]
    right = [i for i in range(len(labels)) if said[i] == labels[i]][:16 - len(wrong)]
    with plt.rc_context({**STYLE, "axes.grid": False}):
        figure, axes = plt.subplots(2, 8, figsize=(8, 2.6), layout="constrained")
        for axis, i in zip(axes.flat, [*wrong, *right]):
            axis.imshow(images[i, 0], cmap="gray_r", interpolation="nearest")
            good = said[i] == labels[i]
            axis.set_title(f"{said[i]} ({probabilities[i, said[i]]:.0%})" + ("" if good else f"\nis {labels[i]}"),
                           fontsize=7, color=GREEN if good else ORANGE)
        for axis in axes.flat:
            axis.axis("off")
        figure.suptitle(title, fontsize=9)
        return _save(figure, path)


# ── many runs ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Panel:
    """Curves that share their axes. `series[name]` has a row for each seed and a column for each place on the x axis."""

    title: str
    series: Mapping[str, np.ndarray]        # (seeds, points)
    xlabel: str = "epoch"
    x: Sequence[float] | None = None        # else 1, 2, 3, ...
    xscale: str = "linear"
    yscale: str = "linear"
    limits: tuple[float, float] | None = None
    legend: bool | int = True               # or in how many columns
    levels: Mapping[str, float] = field(default_factory=dict)   # a dotted line across at each height, with its name
    moments: Mapping[str, float] = field(default_factory=dict)  # a line upright at each x, with its name


def bands(panels: Sequence[Panel], path: Path, *, columns: int | None = None, title: str = "",
          colors: Mapping[str, str] | None = None, dashed: Sequence[str] = ()) -> Path:
    """The median seed as a line, and a band from the lowest seed to the highest. A series has one colour in all panels;
    those in `dashed`, which would hide others, are drawn last and dashed.

    Where a value is not finite (a run diverged) it is left out, and the line and band are those of the other seeds.
    """
    names = list(dict.fromkeys(name for panel in panels for name in panel.series))
    colors = colors or {name: COLORS[i % len(COLORS)] for i, name in enumerate(names)}
    columns = columns or len(panels)
    rows = -(-len(panels) // columns)
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(rows, columns, figsize=(8, 2.6 * rows + 0.3), layout="constrained", squeeze=False)
        for axis, panel in zip(axes.flat, panels):
            for name, values in sorted(panel.series.items(), key=lambda item: item[0] in dashed):
                values = np.where(np.isfinite(values), values, np.nan).astype(float)  # (seeds, points)
                seen = np.isfinite(values).any(axis=0)                                # (points,)
                x = np.asarray(panel.x if panel.x is not None else np.arange(1, values.shape[1] + 1))[seen]
                low, middle, high = np.nanpercentile(values[:, seen], [0, 50, 100], axis=0)
                axis.plot(x, middle, color=colors[name], label=name, linestyle="--" if name in dashed else "-",
                          marker="o" if len(x) < 8 else None, markersize=3)
                axis.fill_between(x, low, high, color=colors[name], alpha=0.18, linewidth=0)
            axis.set(title=panel.title, xlabel=panel.xlabel, xscale=panel.xscale, yscale=panel.yscale)
            if panel.x is None:
                axis.xaxis.set_major_locator(MaxNLocator(integer=True))
            if panel.limits:
                axis.set_ylim(*panel.limits)
            for name, height in panel.levels.items():
                axis.axhline(height, color="0.4", linewidth=0.9, linestyle=":")
                axis.text(0.01, height, name, color="0.4", fontsize=7, va="bottom", transform=axis.get_yaxis_transform())
            for place, (name, x) in enumerate(panel.moments.items()):
                axis.axvline(x, color="0.4", linewidth=0.9)
                axis.text(x, 1 - 0.07 * place, f" {name}", color="0.4", fontsize=7, va="top", transform=axis.get_xaxis_transform())
            if panel.legend:
                axis.legend(ncols=int(panel.legend))
        for axis in axes.flat[len(panels):]:
            axis.axis("off")
        figure.suptitle(title, fontsize=10)
        return _save(figure, path)


def grids(panels: Mapping[str, np.ndarray], *, rows: Sequence, columns: Sequence, rowlabel: str, columnlabel: str, path: Path,
          limits: tuple[float, float] = (0, 1), differences: Sequence[str] = (), number: str = "{:.0%}") -> Path:
    """Tables of numbers (rows, columns), coloured by their value, with each number written in its place.

    All panels share one scale of colours, but for those named in `differences`: there 0 is white.
    """
    with plt.rc_context({**STYLE, "axes.grid": False}):
        figure, axes = plt.subplots(1, len(panels), figsize=(1.4 + 2.6 * len(panels), 1.3 + 0.36 * len(rows)),
                                    layout="constrained", squeeze=False, sharey=True)
        for axis, (title, values) in zip(axes.flat, panels.items()):
            if title in differences:
                most = np.nanmax(np.abs(values)) or 1
                colors, low, high = plt.get_cmap("PuOr"), -most, most
            else:
                colors, (low, high) = plt.get_cmap("viridis"), limits
            axis.imshow(values, cmap=colors, vmin=low, vmax=high, aspect="auto")
            for (row, column), value in np.ndenumerate(values):
                shade = np.dot(colors((value - low) / (high - low))[:3], (0.3, 0.59, 0.11))  # how light the cell is
                text = number.format(value) if title not in differences else f"{value * 100:+.0f}"
                axis.text(column, row, text, ha="center", va="center", fontsize=8, color="black" if shade > 0.5 else "white")
            axis.set(title=title, xlabel=columnlabel, xticks=range(len(columns)), xticklabels=columns,
                     yticks=range(len(rows)), yticklabels=rows)
            axis.tick_params(length=0)
            axis.spines[:].set_visible(False)
        axes[0, 0].set_ylabel(rowlabel)
        return _save(figure, path)


def landscape(x: np.ndarray, y: np.ndarray, height: np.ndarray, path: Path, *, tracks: Mapping[str, np.ndarray] | None = None,
              minimum: tuple[float, float] | None = None, title: str = "", xlabel: str = "", ylabel: str = "") -> Path:
    """Level lines of a function of two numbers, and the ways that optimisers took over it.

    x: (columns,), y: (rows,), height: (rows, columns); `tracks[name]` is (steps, 2). Levels are even in the logarithm of the
    height above the lowest place, so that a narrow valley shows. A way that leaves the picture is cut off at its edge.
    """
    above = height - np.nanmin(height)
    levels = np.geomspace(max(np.nanpercentile(above, 1), 1e-6 * np.nanmax(above)), np.nanmax(above), 16)
    with plt.rc_context({**STYLE, "axes.grid": False}):
        figure, axis = plt.subplots(figsize=(5.2, 4.2), layout="constrained")
        axis.contourf(x, y, np.log(np.maximum(above, levels[0])), levels=np.log(levels), cmap="Greys", alpha=0.5, extend="both")
        axis.contour(x, y, above, levels=levels, colors="0.5", linewidths=0.4)
        for color, (name, steps) in zip(COLORS, (tracks or {}).items()):
            axis.plot(*np.asarray(steps).T, color=color, label=name, linewidth=1.2, marker="o", markersize=2)
            axis.plot(*steps[0], "s", color=color, markersize=5)
        if minimum is not None:
            axis.plot(*minimum, marker="*", color="black", markersize=10, linestyle="none", label="minimum")
        axis.set(title=title, xlabel=xlabel, ylabel=ylabel, xlim=(x.min(), x.max()), ylim=(y.min(), y.max()))
        if tracks or minimum is not None:
            axis.legend(loc="upper left", frameon=True, framealpha=0.8)
        return _save(figure, path)


@dataclass
class TradeOff:
    """One axis of costs on which things are compared, and which of them nobody dominates, from left to right."""

    xlabel: str
    values: Mapping[str, float]
    front: Sequence[str]


def trade_offs(panels: Sequence[TradeOff], heights: Mapping[str, tuple[float, float, float]], path: Path, *, ylabel: str,
               colors: Mapping[str, str], beside: Mapping[str, float] | None = None, title: str = "") -> Path:
    """What each thing is worth over what it costs, with an interval; a line through the Pareto front of each panel.

    `heights[name]` is (mean, low, high). Things that are dominated are hollow. `beside` draws levels to compare with.
    """
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(1, len(panels), figsize=(4 * len(panels), 3.8), layout="constrained", squeeze=False, sharey=True)
        for axis, panel in zip(axes.flat, panels):
            for place, (name, height) in enumerate((beside or {}).items()):
                axis.axhline(height, color="0.6", linewidth=0.9, linestyle=("--", ":")[place % 2], label=name)
            steps = [(panel.values[name], heights[name][0]) for name in panel.front]
            axis.plot(*np.array(steps).T, color="0.75", linewidth=4, zorder=1, label="Pareto front", solid_capstyle="round")
            for name, (mean, low, high) in heights.items():
                axis.errorbar(panel.values[name], mean, yerr=[[mean - low], [high - mean]], color=colors[name], label=name,
                              marker="o", markersize=6, capsize=2, linewidth=1, linestyle="none",
                              markerfacecolor=colors[name] if name in panel.front else "white")
            axis.set(xlabel=panel.xlabel, xlim=(0, None))
        axes[0, 0].set_ylabel(ylabel)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4, fontsize=8)
        figure.suptitle(title, fontsize=10)
        return _save(figure, path)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], path: Path, *, title: str = "",
          shaded: Sequence[int] = ()) -> Path:
    """A table of texts as a picture; the first column is set to the left. The rows in `shaded` stand out."""
    widths = [max(map(len, map(str, column))) + 2 for column in zip(header, *rows)]
    with plt.rc_context({**STYLE, "axes.grid": False}):
        figure, axis = plt.subplots(figsize=(0.075 * sum(widths) + 0.3, 0.26 * (len(rows) + 1) + (0.4 if title else 0.1)),
                                    layout="constrained")
        axis.axis("off")
        drawn = axis.table([list(map(str, row)) for row in rows], colLabels=list(header), loc="center", cellLoc="center",
                           colWidths=[width / sum(widths) for width in widths], bbox=(0, 0, 1, 1))
        drawn.auto_set_font_size(False)
        drawn.set_fontsize(9)
        for (row, column), cell in drawn.get_celld().items():
            color = "#DDE3E8" if row == 0 else "#E8F1F8" if row - 1 in shaded else "#F6F7F8"
            cell.set(edgecolor="white", linewidth=1, facecolor=color)
            cell.get_text().set_fontweight("bold" if row == 0 else "normal")
            if column == 0:
                cell.set_text_props(ha="left")
                cell.PAD = 0.02
        axis.set_title(title)
        return _save(figure, path)


def _save(figure, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    plt.close(figure)
    return path
