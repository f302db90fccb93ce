"""What the judge sees in a wrong gradient, whatever the exercise of this project, where no catalogued mistake explains it."""
import itertools
from collections.abc import Iterator

import numpy as np

from grader.judge import Seen, numbers, same

UPSTREAM = ("grad", "upstream gradient")  # its names where a suite shows it
MOST_AXES = 6


def is_not_finite(seen: Seen) -> str | None:
    """NaN or an infinity where the right value is finite: its place, and the number that the operand has there."""
    got, want = numbers(seen.got), numbers(seen.want)
    if got is None or want is None or got.shape != want.shape:
        return None
    wrong = np.argwhere(~np.isfinite(got) & np.isfinite(want))
    if not len(wrong):
        return None
    where = tuple(int(i) for i in wrong[0])
    operands = {name: array for name, value in seen.given.items() if name not in UPSTREAM
                and (array := numbers(value)) is not None and array.shape == got.shape}
    there = [f"{name} is {array[where] + 0.0:g}" for name, array in operands.items()]  # + 0.0: no -0
    came = "NaN" if np.isnan(got[where]) else f"{got[where]:g}"
    at = f" at [{', '.join(map(str, where))}]" if where else ""
    return f"Your result is {came}{at}, where {' and '.join([*there, f'the right value is {want[where] + 0.0:g}'])}."


def lacks_the_upstream_gradient(seen: Seen) -> str | None:
    """The result is right but for a factor: the upstream gradient, which is not in it."""
    got, want = numbers(seen.got), numbers(seen.want)
    upstream = next((array for name in UPSTREAM if (array := numbers(seen.given.get(name))) is not None), None)
    if got is None or want is None or upstream is None or got.shape != want.shape or not np.isfinite(got).all():
        return None
    if not want.any() or (np.abs(upstream) == 1).all():  # 0 fits any factor; and for -1 a wrong sign looks the same
        return None
    if any(same(got * spread, want) for spread in spreads(upstream, want.shape)):
        return ("Multiplied by the upstream gradient, element by element, your result is the right one: "
                "does it depend on that gradient?")
    return None


def spreads(upstream: np.ndarray, shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    """The upstream gradient with axes of length 1 where a reduction has taken axes away: in each way that fits `shape`."""
    if len(shape) > MOST_AXES:
        return
    for axes in itertools.combinations(range(len(shape)), upstream.ndim):
        lengths = [1] * len(shape)
        for axis, length in zip(axes, upstream.shape):
            lengths[axis] = length
        if all(length in (1, whole) for length, whole in zip(lengths, shape)):
            yield upstream.reshape(lengths)


def is_of_another_operand(seen: Seen) -> str | None:
    """Of several gradients one is the right one of another operand."""
    got = numbers(seen.got)
    if got is None or not got.any() or not ("gradient" in seen.note or "vjp" in seen.note):
        return None
    for place, (_, want) in enumerate(seen.together):
        right = numbers(want)
        if place != seen.place and right is not None and same(got, right):
            return (f"Your gradient number {seen.place + 1} is the right one for number {place + 1}: "
                    "does each operand get its own?")
    return None


# After those that hold for any result: a sign that is wrong says more than that x - y and y - x have each other's gradient.
OBSERVATIONS = [is_not_finite, lacks_the_upstream_gradient, ..., is_of_another_operand]
