"""Constant solutions, run: each kind does what it says, and what is not a learner's stays."""
import asyncio

import numpy as np
import pytest
import torch

from grader.authoring.trivial_solutions import KINDS, with_trivial_solution, written_functions
from grader.course.workspace import local_workspace
from tests.grader.helpers.small_course import small_course

TEXT = '''
"""First."""
from contextlib import contextmanager

import numpy as np


class Result:
    """A value, and a function for its gradient."""

    def __init__(self, value, vjp):
        self.value, self.vjp = value, vjp


def given_function(x):
    return 2 * x


def first(x):
    ### BEGIN SOLUTION
    return given_function(x)
    ### END SOLUTION


def square(x):
    ### BEGIN SOLUTION
    def vjp(g):
        return (2 * x * g,)

    return Result(x * x, vjp)
    ### END SOLUTION


class Counter:
    def __init__(self, start, by=1):
        ### BEGIN SOLUTION
        self.total, self.by = start, by
        ### END SOLUTION

    def step(self):
        ### BEGIN SOLUTION
        self.total = self.total + self.by
        ### END SOLUTION

    @property
    def twice(self):
        ### BEGIN SOLUTION
        return 2 * self.total
        ### END SOLUTION


@contextmanager
def block():
    ### BEGIN SOLUTION
    yield
    ### END SOLUTION
'''


@pytest.fixture
def constant(tmp_path):
    """`constant(kind)` is the module with constants of that kind, as a namespace."""
    course = small_course(tmp_path, first=TEXT)
    exercise = course.find_one("first")

    def made(kind):
        space = {"__name__": "made"}
        exec(with_trivial_solution(local_workspace(course, "solutions"), exercise, kind).read(exercise.path), space)
        return space
    return made


def test_functions_between_the_marks_are_found():
    assert written_functions(TEXT) == {
        "first": "returns", "square": "returns", "Counter.__init__": "", "Counter.step": "", "Counter.twice": "returns",
        "block": "yields"}


A, B = np.array([1.0, 2.0]), np.array([[3.0]])


@pytest.mark.parametrize("kind, of_a, of_minus_a, of_b", [
    ("nothing", None, None, None),
    ("argument", A, -A, B),
    ("zeros", 0 * A, 0 * A, 0 * B),
    ("ones", 0 * A + 1, 0 * A + 1, 0 * B + 1),
    ("first", 2 * A, 2 * A, 2 * A),
    ("first of form", 2 * A, 2 * A, 2 * B),
    ("before", 2 * A, 2 * A, 2 * B),
    ("no gradient", 0 * A, 0 * A, 0 * B),
    ("first gradient", 2 * A, 2 * A, 2 * B),
])
def test_a_function(constant, kind, of_a, of_minus_a, of_b):
    first = constant(kind)["first"]
    for argument, want in ((A, of_a), (-A, of_minus_a), (B, of_b)):
        np.testing.assert_equal(first(argument), want)
    np.testing.assert_equal(first(A), -2 * A if kind == "before" else of_a)


def test_an_error_is_raised_whatever_comes_with_all_that_a_check_could_look_for_in_its_words(constant):
    with pytest.raises(ValueError, match=r"\(2,\).*axis"):
        constant("error")["first"](A, axis=1)


@pytest.mark.parametrize("kind, value, gradient", [
    ("zeros", 0 * A, 0 * A), ("no gradient", A * A, 0 * A), ("first gradient", A * A, 2 * A), ("first", A * A, 2 * A)])
def test_a_result_with_a_gradient(constant, kind, value, gradient):
    square = constant(kind)["square"]
    result = square(A)
    for _ in range(2):
        np.testing.assert_equal(result.value, value)
        np.testing.assert_equal(result.vjp(np.ones(2)), (gradient,))
    later = square(-A)
    np.testing.assert_equal(later.vjp(np.ones(2)), (gradient,))


@pytest.mark.parametrize("kind", KINDS)
def test_what_changes_things_does_nothing_and_a_constructor_keeps_what_it_is_given(constant, kind):
    space = constant(kind)
    counter = space["Counter"](5, by=2)
    assert (counter.start, counter.by) == (5, 2) and not hasattr(counter, "total")
    np.testing.assert_equal(space["given_function"](A), 2 * A)
    if kind != "error":
        counter.step()
        with space["block"]():
            pass


OF_TORCH = '''
"""First."""
import torch
from torch import nn


class Doubled(nn.Module):
    def __init__(self, *, size):
        ### BEGIN SOLUTION
        super().__init__()
        self.layer = nn.Linear(size, size, bias=False)
        nn.init.constant_(self.layer.weight, 2.0)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.layer(x)
        ### END SOLUTION


def first(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


async def later(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


def nameless(x):
    ### BEGIN SOLUTION
    return {x}
    ### END SOLUTION
'''


@pytest.fixture
def constant_of_torch(tmp_path):
    course = small_course(tmp_path, first=OF_TORCH)
    exercise = course.find_one("first")

    def made(kind):
        space = {"__name__": "made"}
        exec(with_trivial_solution(local_workspace(course, "solutions"), exercise, kind).read(exercise.path), space)
        return space
    return made


T, U = torch.tensor([1.0, 2.0]), torch.tensor([3.0])


@pytest.mark.parametrize("kind, of_t, of_minus_t, of_u", [
    ("zeros", 0 * T, 0 * T, 0 * U), ("ones", 0 * T + 1, 0 * T + 1, 0 * U + 1), ("first", 2 * T, 2 * T, 2 * T),
    ("first of form", 2 * T, 2 * T, 2 * U), ("before", 2 * T, 2 * T, 2 * U)])
def test_tensors_have_shapes_and_are_answered_by_tensors(constant_of_torch, kind, of_t, of_minus_t, of_u):
    space = constant_of_torch(kind)
    for name in ("first", "later"):
        for argument, want in ((T, of_t), (-T, of_minus_t), (U, of_u)):
            result = space[name](argument)
            result = asyncio.run(result) if name == "later" else result
            assert type(result) is torch.Tensor and torch.equal(result, want), (name, result)


def test_a_constant_tensor_still_depends_on_what_it_was_computed_from(constant_of_torch):
    leaf = T.clone().requires_grad_()
    result = constant_of_torch("ones")["first"](leaf)
    result.sum().backward()
    assert result.tolist() == [1.0, 1.0] and leaf.grad.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_module_of_torch_is_one_and_its_results_are_constants(constant_of_torch, kind):
    model = constant_of_torch(kind)["Doubled"](size=2)
    assert model.size == 2 and list(model.parameters()) == [] and model.training
    if kind == "error":
        with pytest.raises(ValueError):
            model(T)
    elif kind not in ("nothing", "argument"):
        result = model(T)
        assert result.shape == T.shape and torch.equal(model(T), result)


def test_what_has_no_numbers_becomes_none(constant_of_torch):
    assert constant_of_torch("zeros")["nameless"](1) is None


ASYNCHRONOUS = '''
import numpy as np


class Feed:
    async def values(self, x):
        """Values."""
        ### BEGIN SOLUTION
        for by in (1, 2):
            yield by * x
        ### END SOLUTION

    async def last(self, x):
        """The last."""
        ### BEGIN SOLUTION
        return 2 * x
        ### END SOLUTION
'''


@pytest.mark.parametrize("kind, values, last", [
    ("nothing", [], None), ("argument", [3.0], 3.0), ("zeros", [0.0, 0.0], 0.0), ("ones", [1.0, 1.0], 1.0),
    ("first", [1.0, 1.0], 2.0), ("error", ValueError, ValueError)])
def test_coroutines_and_asynchronous_generators(tmp_path, kind, values, last):
    course = small_course(tmp_path, first=ASYNCHRONOUS)
    space = {"__name__": "made"}
    exec(with_trivial_solution(local_workspace(course, "solutions"), course.find_one("first"), kind).read("p1/letters/first.py"), space)

    async def all_of(x):
        return [each async for each in space["Feed"]().values(x)]

    def come(coroutine):
        try:
            return asyncio.run(coroutine)
        except ValueError:
            return ValueError

    come(all_of(1.0))
    come(space["Feed"]().last(1.0))
    assert come(all_of(3.0)) == values and come(space["Feed"]().last(3.0)) == last
