"""Given: a picture of a small graph, with the value and the gradient at every node."""
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from exercises.common import plots

from .activations import relu
from .tensor import Tensor, record


def draw_neuron(path: Path) -> Path:
    """Draw the squared error of one neuron, L = (relu(wx + b) - y)², after a backward pass through your engine."""
    seen: dict[str, tuple[float, float]] = {}  # name: (value, gradient)

    def tap(name: str, tensor: Tensor) -> Tensor:
        """The identity, which notes the gradient that passes through it."""
        def vjp(g):
            seen[name] = (tensor.item(), float(g))
            return (g,)
        return record(tensor.data, (tensor,), vjp)

    w, x, b, y = (Tensor(value, requires_grad=True) for value in (0.5, 2.0, 0.5, 0.5))
    product = tap("wx", tap("w", w) * tap("x", x))
    before = tap("wx + b", product + tap("b", b))
    neuron = tap("a", relu(before))
    error = tap("e", neuron - tap("y", y))
    loss = tap("L", error * error)
    loss.backward()

    # name: (column, row, formula); an edge says what it multiplies the gradient by
    nodes = {
        "w": (0, 2.2, "w"), "x": (0, 1.2, "x"), "wx": (1, 1.7, "wx"), "b": (1, 0.4, "b"),
        "wx + b": (2, 1.2, "wx + b"), "a": (3, 1.2, "a = relu(wx + b)"), "y": (3, 0.1, "y"),
        "e": (4, 0.8, "e = a - y"), "L": (5, 0.8, "L = e·e"),
    }
    edges = {
        ("w", "wx"): "· x", ("x", "wx"): "· w", ("wx", "wx + b"): "· 1", ("b", "wx + b"): "· 1",
        ("wx + b", "a"): "· 1", ("a", "e"): "· 1", ("y", "e"): "· (-1)", ("e", "L"): "· (e + e)",
    }
    with plt.rc_context({**plots.STYLE, "axes.grid": False}):
        figure, axis = plt.subplots(figsize=(9, 3.1), layout="constrained")
        for (start, end), factor in edges.items():
            (x0, y0, _), (x1, y1, _) = nodes[start], nodes[end]
            axis.annotate("", (x1 - 0.36, y1), (x0 + 0.36, y0), arrowprops={"arrowstyle": "->", "color": "0.45"})
            axis.text((x0 + x1) / 2, (y0 + y1) / 2 + 0.1, factor, color=plots.ORANGE, ha="center", fontsize=8)
        for name, (column, row, formula) in nodes.items():
            value, gradient = seen[name]
            axis.text(column, row, f"{formula}\n{value:.2f}", ha="center", va="bottom", fontsize=9)
            axis.text(column, row - 0.05, f"{gradient:+.2f}", ha="center", va="top", fontsize=9, color=plots.ORANGE)
        axis.text(0, -0.35, "black: value, computed left to right", fontsize=8)
        axis.text(2.4, -0.35, "orange: gradient of L, passed right to left, times the factor on each edge; "
                  "where paths meet, gradients add", fontsize=8, color=plots.ORANGE)
        axis.set(xlim=(-0.5, 5.6), ylim=(-0.5, 2.9))
        axis.axis("off")
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
        plt.close(figure)
    return path
