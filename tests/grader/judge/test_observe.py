"""Observations: literally true of the result that came back, and silent where nothing simple is to be seen."""
import numpy as np
import pytest

from grader.ipc.wire import Handle
from grader.judge import expect
from grader.judge.added_observations import observed as observed_in
from grader.judge.expect import MismatchError
from grader.judge.remote import LearnerError, Remote

X = np.array([[1.0, 2.0, 3.0], [4.0, -5.0, 6.0]])
ROW = np.array([1.0, 2.0, 4.0, 8.0])
SQUARE = np.array([[1.0, 2.0], [3.0, 4.0]])
TENSOR, FUNCTION = Remote(None, Handle(1, "Tensor")), Remote(None, Handle(2, "function"))


def observation(error: Exception) -> str:
    words, fault = observed_in(error, error, [...])
    assert fault == ""
    return words


def observed(got, want, **given) -> str:
    with pytest.raises(MismatchError) as caught:
        expect(got, equals=want, given=given)
    return observation(caught.value)


@pytest.mark.parametrize("got, want, words", [
    (None, X, "None came back: is `return` missing?"),
    ((X, None), (X, X), "None came back where a value belongs."),
    (X, (X,), "One value came back where a tuple of one is wanted: `(a)` is `a` itself, and `(a,)` is a tuple."),
    (TENSOR, X, "A Tensor came back where an array belongs: its array is `.data`."),
    (FUNCTION, X, "A function came back where a value belongs: was it to be called?"),
    (X, X.astype("float32"), "The numbers are right, but dtype float64 came back in place of dtype float32."),
    (-X, X, "Your result is -1 times the right one."), (3 * X, X, "Your result is 3 times the right one."),
    (X / 6, X, "Your result is 0.1667 times the right one."), (-2.0, 2.0, "Your result is -1 times the right one."),
    (X.T, X, "Your result is the right one, transposed."), (SQUARE.T, SQUARE, "Your result is the right one, transposed."),
    (X * np.nan, X, "Your result is NaN where the right value is finite."), (X * 0, X, "Your result is 0 everywhere."),
    (X.reshape(6), X, "The numbers are right, in the shape (6,) in place of (2, 3)."),
    (X, X.sum(axis=0), "Your result is the right one once it is summed over axis 0."),
    (X, X.sum(axis=1, keepdims=True), "Your result is the right one once it is summed over axis 1."),
    (np.roll(ROW, 1), ROW, "Your result is the right one, off by one along axis 0."),
    (ROW[::-1].copy(), ROW, "Your result is the right one, in reverse order along axis 0."),
])
def test_what_is_seen(got, want, words):
    assert observed(got, want) == words


def test_an_argument_that_comes_back_is_named():
    assert observed(X, X ** 2 + 1, grad=X, shape=(2, 3)) == "Your result is grad as it came in."


NOISE = np.array([2e-16, -2e-16])


@pytest.mark.parametrize("got, want, given, words", [
    (NOISE, np.array([-1e-5, 1e-5]), {"x": X}, "Your result is 0 but for rounding."),
    (NOISE.astype("float32") * 1e9, np.float32([1, -1]), {"x": X.astype("float32")}, "Your result is 0 but for rounding."),
    (NOISE, np.array([-1e-5, 1e-5]), {}, ""),  # with no argument beside it nobody knows what 0 is here
    (X * 1e-9, X, {"x": X}, ""),
    (X * 1e-5, X, {"x": X}, "Your result is 1e-05 times the right one."),
])
def test_rounding_errors_are_taken_for_no_factor(got, want, given, words):
    assert observed(got, want, **given) == words


@pytest.mark.parametrize("got, want", [
    (X + 1, X), (3.0, 2.0), (np.array([0.0, 5.0]), np.array([0.0, 2.0])), (X * [1, 2, 1], X), ("a", "b"), ([1, 2], [1]),
    (np.zeros((2, 0)), np.zeros((0, 2))), (np.inf * X, X), (np.ones(3), np.array([1.0, 1.0, 1.001])), (TENSOR, "text"),
    (np.zeros(200_000), np.ones(200_000))])
def test_where_nothing_simple_is_seen_nothing_is_said(got, want):
    assert observed(got, want) == ""


def test_an_operation_that_calls_itself():
    frames = [("first.py", 3, "__neg__", "return neg(a)"), ("first.py", 9, "neg", "return -a")]
    told = {"classes": ["RecursionError"], "message": "maximum recursion depth exceeded", "frames": frames}
    assert observation(LearnerError(told)).startswith("neg is called again and again without an end")
    assert observation(LearnerError({**told, "classes": ["ValueError"]})) == ""


def doubles(work):
    """It is doubled."""
    expect(work.first(np.array([1.0, 2.0])), equals=np.array([2.0, 4.0]))


def test_a_failed_check_carries_it(judge):
    check = judge("def first(x):\n    return -2 * x\n", doubles).checks[0]
    assert check.observation == "Your result is -1 times the right one." and check.diagnosis == ""
