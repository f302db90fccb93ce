"""Values as text for the learner: small values whole, large ones by shape."""
import numpy as np

LONGEST = 160        # characters of one value
LONGEST_WHOLE = 800  # and of a value that holds several


def is_tensor(value) -> bool:
    """Whether `value` is a tensor of torch, told without importing torch."""
    return type(value).__module__.startswith("torch") and hasattr(value, "detach")


def show(value) -> str:
    """`value` as one line. Never calls the learner's code, because all values here are of exact, rebuilt types."""
    return _cut(_whole(value), LONGEST_WHOLE)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _whole(value) -> str:
    if is_tensor(value):
        return "tensor " + _whole(value.detach().cpu().numpy())
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        if value.ndim == 0:
            return _whole(value.item())
        if value.size > 6:
            return f"shape {value.shape}" + ("" if value.dtype == np.float64 else f" {value.dtype}")
        return _numbers(value.tolist()) + ("" if value.dtype == np.float64 else f" {value.dtype}")
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)) and len(value) <= 6:
        inner = ", ".join(_whole(v) for v in value)
        return f"({inner}{',' if len(value) == 1 else ''})" if isinstance(value, tuple) else f"[{inner}]"
    if isinstance(value, dict) and len(value) <= 6:
        return "{" + ", ".join(f"{_whole(k)}: {_whole(v)}" for k, v in value.items()) + "}"
    return _cut(repr(value), LONGEST)


def _numbers(rows) -> str:
    """Nested lists of numbers, such as [[1, 2.5], [0, -1]], with at most four significant digits each."""
    if isinstance(rows, list):
        return "[" + ", ".join(map(_numbers, rows)) + "]"
    return f"{rows:.4g}" if isinstance(rows, float) else str(rows)
