"""Observations: what the judge sees in a wrong result, whatever the exercise. Shown if no catalogued mistake's words fit.

An observation is literally true of the result that came back. It guesses no cause; at most it asks a question. A project
can add others (added_observations.py).
"""
import itertools
import math

import numpy as np

from grader.judge.expect import MismatchError
from grader.judge.remote import LearnerError, Remote, is_plain
from grader.judge.show import is_tensor

ENOUGH = 2           # numbers other than 0 that a factor, or an order, is read from
CLOSE = 1e-4         # relative
LARGEST = 100_000    # numbers of an array that is looked at
FACTORS = (-1.0, 2.0, 0.5)  # that are said of a single number
SMALLEST_FACTOR = 1e-6  # what is smaller beside the right values is more likely the rounding error of a 0 than a factor
ULPS = 16            # of the largest number at hand: what rounding may leave where 0 is meant


def of_form(error: Exception) -> str:
    """One sentence about a failed call that raised, or gave a result of another kind; empty if nothing fits."""
    if isinstance(error, LearnerError):
        return of_exception(error)
    if not comparable(error):
        return ""
    if error.received is None and error.inside:
        return "None came back where a value belongs."
    return of_kind(error.received, error.wanted)


def comparable(error: Exception) -> bool:
    """Whether a failure has both sides: what came back, and what is right."""
    return isinstance(error, MismatchError) and error.wanted is not None


def of_exception(error: LearnerError) -> str:
    functions = [frame[2] for frame in error.frames]
    if error.class_names[0] == "RecursionError" and functions:
        return f"{functions[-1]} is called again and again without an end: does an operator in it come back to it?"
    return ""


def of_kind(got, want) -> str:
    """About a result that is of another kind than the right one."""
    if got is None:
        return "None came back: is `return` missing?"
    if isinstance(want, (tuple, list)) and len(want) == 1 and not isinstance(got, (tuple, list)):
        return "One value came back where a tuple of one is wanted: `(a)` is `a` itself, and `(a,)` is a tuple."
    if isinstance(got, Remote) and isinstance(want, (np.ndarray, np.generic, float)):
        if got._handle.type_name == "Tensor":
            return "A Tensor came back where an array belongs: its array is `.data`."
        if got._handle.type_name in ("function", "method", "builtin_function_or_method"):
            return "A function came back where a value belongs: was it to be called?"
        return "A module came back where a value belongs." if got._handle.type_name == "module" else ""
    return ""


def of_numbers(error: MismatchError) -> str:
    """One sentence about numbers that are wrong in a simple way; empty if nothing fits."""
    a, b = numbers(error.received), numbers(error.wanted)
    if a is None or b is None or not b.size or not a.size:
        return ""
    with np.errstate(all="ignore"):
        if a.shape != b.shape:
            return of_shape(a, b)
        if np.isnan(a).any() and np.isfinite(b).all():
            return "Your result is NaN where the right value is finite."
        if same(a, b):
            return f"The numbers are right, but {error.got} came back in place of {error.want}." if error.kind == "dtype" else ""
        return of_values(a, b, left_of_zero(error, b)) or of_arguments(a, error.arguments)


def of_shape(a: np.ndarray, b: np.ndarray) -> str:
    if a.ndim == 2 and same(a.T, b):
        return "Your result is the right one, transposed."
    if a.size == b.size and same(a.reshape(b.shape), b):
        return f"The numbers are right, in the shape {a.shape} in place of {b.shape}."
    for axis in range(a.ndim):
        for keepdims in (False, True):
            if same(a.sum(axis=axis, keepdims=keepdims), b):
                return f"Your result is the right one once it is summed over axis {axis}."
    return ""


def of_values(a: np.ndarray, b: np.ndarray, rounding: float = 0.0) -> str:
    """`rounding` is what may be left of a 0 in `a`."""
    if not a.any() and np.count_nonzero(b) >= ENOUGH:
        return "Your result is 0 everywhere."
    if np.abs(a).max() <= rounding:  # a factor read from these numbers would be one of rounding errors
        small = np.abs(a).max() <= SMALLEST_FACTOR * np.abs(b).max()
        return "Your result is 0 but for rounding." if small and np.count_nonzero(b) >= ENOUGH else ""
    if a.ndim == 2 and a.shape[0] == a.shape[1] > 1 and same(a.T, b):
        return "Your result is the right one, transposed."
    nonzero = b != 0
    if nonzero.any() and np.isfinite(a).all() and same(a[~nonzero], b[~nonzero]):
        ratios = a[nonzero] / b[nonzero]
        factor = float(ratios.flat[0])
        if abs(factor) >= SMALLEST_FACTOR and math.isfinite(factor) and np.allclose(ratios, factor, rtol=CLOSE, atol=0) and (
                ratios.size >= ENOUGH or any(math.isclose(factor, each, rel_tol=1e-6) for each in FACTORS)):
            return f"Your result is {factor:.4g} times the right one."
    if np.count_nonzero(nonzero) >= ENOUGH:
        for axis, step in itertools.product(range(a.ndim), (1, -1)):
            if a.shape[axis] > 2 and same(np.roll(a, step, axis), b):
                return f"Your result is the right one, off by one along axis {axis}."
        for axis in range(a.ndim):
            if a.shape[axis] > 1 and same(np.flip(a, axis), b):
                return f"Your result is the right one, in reverse order along axis {axis}."
    return ""


def left_of_zero(error: MismatchError, b: np.ndarray) -> float:
    """What rounding may leave of a 0 in what came back, by the largest finite number of the arguments and of what is right."""
    received = error.received.detach().cpu().numpy() if is_tensor(error.received) else np.asarray(error.received)
    given = [each for argument in error.arguments.values() if (each := numbers(argument)) is not None]
    largest = max(np.abs(each[np.isfinite(each)]).max(initial=0.0) for each in [b, *given])
    return ULPS * np.finfo(received.dtype).eps * largest if received.dtype.kind == "f" else 0.0


def of_arguments(a: np.ndarray, arguments: dict) -> str:
    for name, argument in arguments.items():
        given = numbers(argument)
        if given is not None and given.size >= ENOUGH and np.count_nonzero(given) and same(a, given):
            return f"Your result is {name} as it came in."
    return ""


def numbers(value) -> np.ndarray | None:
    """The value as float64; None if it is no number or array of numbers, or too large to look at."""
    if is_tensor(value):
        value = value.detach().cpu().numpy()
    if not is_plain(value) or isinstance(value, (str, bytes, tuple, list, dict, set, bool, type(None), complex)):
        return None
    array = np.asarray(value)
    return array.astype(float) if array.dtype.kind in "iuf" and array.size <= LARGEST else None


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal but for rounding, measured by the largest number of `b`."""
    scale = np.abs(b[np.isfinite(b)]).max(initial=0.0)
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=CLOSE, atol=CLOSE ** 2 * scale, equal_nan=True))
