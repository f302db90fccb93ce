"""Hypothesis strategies that the suites share.

Values come from a drawn seed, in eighths: quick to draw, exact in binary, pleasant to read, and varied enough that
no gradient is zero by accident. Shapes shrink; seeds shrink towards 0.
"""
import numpy as np
from hypothesis import strategies as st


def shapes(*, min_dims: int = 0, max_dims: int = 3, min_side: int = 1, max_side: int = 4):
    """Tuples of ints; min_side=0 lets empty arrays in."""
    return st.lists(st.integers(min_side, max_side), min_size=min_dims, max_size=max_dims).map(tuple)


def values(shape: tuple[int, ...], seed: int, *, low: float = -3, high: float = 3, dtype=np.float64) -> np.ndarray:
    """An array of multiples of 1/8 in [low, high]; the same for the same seed."""
    eighths = np.random.default_rng(seed).integers(int(low * 8), int(high * 8) + 1, size=shape)
    return np.asarray(eighths / 8, dtype=dtype)


seeds = st.integers(0, 9999)


@st.composite
def arrays(draw, shape=shapes(), *, low: float = -3, high: float = 3, dtype=np.float64):
    """An array whose shape is drawn from `shape` (a strategy, or a tuple)."""
    return values(draw(shape) if hasattr(shape, "example") else shape, draw(seeds), low=low, high=high, dtype=dtype)


@st.composite
def equal_shapes(draw, count: int, shape=shapes(), *, low: float = -3, high: float = 3):
    """`count` arrays of one drawn shape."""
    drawn, seed = draw(shape), draw(seeds)
    return tuple(values(drawn, seed + 10_000 * i, low=low, high=high) for i in range(count))


@st.composite
def broadcast_pairs(draw, *, max_dims: int = 4, max_side: int = 4):
    """(grad, shape): `shape` broadcasts to the shape of `grad`."""
    full = draw(shapes(max_dims=max_dims, max_side=max_side))
    shape = tuple(1 if draw(st.booleans()) else n for n in full)
    return values(full, draw(seeds)), shape[draw(st.integers(0, len(shape))):]
