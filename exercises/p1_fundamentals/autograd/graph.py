"""Given: a picture of a small graph, with the value and the gradient at every node."""
from pathlib import Path

import matplotlib.pyplot as plt

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

    # name: (column, row, formula); an edge says what the gradient is multiplied by on its way back
    nodes = {
        "w": (0, 2, "w"), "x": (0, 1, "x"), "wx": (1, 1.5, "wx"), "b": (1, 0.5, "b"), "wx + b": (2, 1, "wx + b"),
        "a": (3, 1, "a = relu(wx + b)"), "y": (3, 0, "y"), "e": (4, 0.5, "e = a - y"), "L": (5, 0.5, "L = e·e"),
    }
    edges = {
        ("w", "wx"): "·x", ("x", "wx"): "·w", ("wx", "wx + b"): "·1", ("b", "wx + b"): "·1", ("wx + b", "a"): "·1",
        ("a", "e"): "·1", ("y", "e"): "·(-1)", ("e", "L"): "·2e",
    }
    with plt.rc_context({**plots.STYLE, "axes.grid": False}):
        figure, axis = plt.subplots(figsize=(9, 3.6), layout="constrained")
        for (start, end), factor in edges.items():
            (x0, y0, _), (x1, y1, _) = nodes[start], nodes[end]
            axis.annotate("", (x1 - 0.3, y1), (x0 + 0.3, y0), arrowprops={"arrowstyle": "->", "color": "0.5"})
            axis.text((x0 + x1) / 2, (y0 + y1) / 2, factor, color=plots.ORANGE, ha="center", va="center", fontsize=9,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
        for name, (column, row, formula) in nodes.items():
            value, gradient = seen[name]
            axis.add_patch(plt.Rectangle((column - 0.3, row - 0.24), 0.6, 0.48, facecolor="#F4F6F8", edgecolor="0.6"))
            axis.text(column, row + 0.28, formula, ha="center", va="bottom", fontsize=9)
            axis.text(column, row + 0.02, f"{value:.2f}", ha="center", va="bottom", fontsize=10)
            axis.text(column, row - 0.02, f"{gradient:+.2f}", ha="center", va="top", fontsize=10, color=plots.ORANGE)
        axis.text(5.3, 2.25, "values, left to right", ha="right", fontsize=9)
        axis.text(5.3, 2.0, "gradients of L, right to left, times the factor on the edge", ha="right", fontsize=9,
                  color=plots.ORANGE)
        axis.set(xlim=(-0.4, 5.4), ylim=(-0.35, 2.5))
        axis.axis("off")
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
        plt.close(figure)
    return path
