"""A project's own observations: read beside its suites, asked in their order, and never a learner's trouble."""
import time

import numpy as np
import pytest

from grader.errors import GraderError
from grader.judge import expect
from grader.judge.added_observations import load_observations, observed
from grader.judge.expect import MismatchError
from grader.judge.suite_imports import helpers_of, refuse_answers
from grader.judge.suites import suite_digest
from tests.grader.helpers.judging import suite_of
from tests.grader.helpers.small_course import small_course, write
from tests.p1_fundamentals.autograd import observations as of_autograd

FILE = "tests/p1/letters/observations.py"
GENERAL = "Your result is -1 times the right one."
X, G = np.array([[1.0, 2.0, 3.0], [4.0, -5.0, 6.0]]), np.array([[0.5, -2.0, 3.0], [1.0, 2.0, -0.5]])


def mismatch(got, want, note="", **given) -> MismatchError:
    with pytest.raises(MismatchError) as caught:
        expect(got, equals=want, given=given, note=note)
    return caught.value


def says(seen):
    return f"{seen.got} is not {seen.want}."


def says_nothing(seen):
    return None


def breaks(seen):
    return seen.got + "text"


def loops(seen):
    while True:
        pass


def doubles(work):
    """It is doubled."""
    expect(work.first(2.0), equals=4.0, given={"x": 2.0})


# ── where they come from ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def course(tmp_path):
    return small_course(tmp_path)


def loaded(course, text):
    write(course.root, {FILE: text})
    return load_observations(course, course.find_one("first"))


def test_they_stand_beside_the_suites_and_the_general_ones_come_last_unless_it_is_said(course):
    assert load_observations(course, course.find_one("first")) == [...]
    function, rest = loaded(course, "def seen(seen):\n    return 'words'\n\nOBSERVATIONS = [seen]\n")
    assert function(None) == "words" and rest is ...
    assert loaded(course, "OBSERVATIONS = [..., len]\n") == [..., len]
    assert load_observations(course, course.find_one("third")) == [...], "another project's"


@pytest.mark.parametrize("text, words", [
    ("x = (", f"{FILE} cannot be read: SyntaxError"), ("import no_such_module", "ModuleNotFoundError"),
    ("", f"{FILE} has no list OBSERVATIONS of functions."), ("OBSERVATIONS = ['text']", "has no list")])
def test_a_file_that_cannot_be_used_is_said(course, text, words):
    with pytest.raises(GraderError, match="observations.py") as caught:
        loaded(course, text)
    assert words in str(caught.value)


def test_what_they_are_made_of_decides_what_a_verdict_is_made_of(course):
    first, third = course.find_one("first"), course.find_one("third")
    write(course.root, {each.suite: "" for each in course.exercises.values()})
    before = suite_digest(course, first), suite_digest(course, third)
    write(course.root, {FILE: "from tests.p1.digits.help import x\n\nOBSERVATIONS = []\n", "tests/p1/digits/help.py": "x = 1\n"})
    added = suite_digest(course, first)
    assert added != before[0] and helpers_of(course, first) == [FILE, "tests/p1/digits/help.py"]
    write(course.root, {"tests/p1/digits/help.py": "x = 2\n"})
    assert suite_digest(course, first) != added
    write(course.root, {"tests/p1/digits/help.py": ""})
    (course.root / "tests/p1/digits/help.py").unlink()
    assert suite_digest(course, third) == before[1]


def test_they_do_not_import_the_answers(course):
    write(course.root, {"tests/p1/letters/test_first.py": "", FILE: "from solutions.p1.letters import first\n"})
    with pytest.raises(GraderError, match="observations.py, line 1: a suite does without solutions"):
        refuse_answers(course, course.find_one("first"))


# ── how they are asked ──────────────────────────────────────────────────────────────────────────────────────────


def test_they_are_asked_in_their_order_with_the_general_ones_among_them():
    error = mismatch(-2.0, 2.0, x=1.0)
    assert observed(error, error, [says, ...]) == ("-2.0 is not 2.0.", "")
    assert observed(error, error, [says_nothing, ..., says]) == (GENERAL, "")
    assert observed(error, error, [says_nothing]) == ("", "")


def test_what_raised_or_came_in_another_form_is_theirs_not():
    error = mismatch(None, 2.0)
    assert observed(error, error, [says, ...])[0].startswith("None came back")
    assert observed(ValueError("x"), ValueError("x"), [says, ...]) == ("", "")


def test_what_holds_of_the_shrunk_example_alone_may_be_a_coincidence():
    def is_a_tenth_more(seen):
        return "A tenth more." if np.allclose(seen.got, 1.1 * seen.want) else None

    shrunk, first, other = mismatch(1.1, 1.0), mismatch(2.2, 2.0), mismatch(2.3, 2.0)
    assert observed(shrunk, first, [is_a_tenth_more]) == ("A tenth more.", "")
    assert observed(shrunk, other, [is_a_tenth_more]) == ("", "")


def test_one_that_raises_or_takes_too_long_says_nothing_and_its_line_is_kept_for_the_author():
    error = mismatch(-2.0, 2.0)
    words, fault = observed(error, error, [breaks, ...])
    assert words == GENERAL and fault.startswith("tests/grader/judge/test_added_observations.py, line ") and "TypeError" in fault
    began = time.process_time()
    words, fault = observed(error, error, [loops, ...])
    assert words == GENERAL and fault.endswith("JudgeTimeoutError") and time.process_time() - began < 5
    assert "returned a int, which is no sentence" in observed(error, error, [lambda seen: 3, ...])[1]


def test_it_sees_all_values_that_came_back_together():
    seen = []
    error = mismatch([1.0, [3.0, 2.0]], [1.0, [2.0, 3.0]], note="both", x=4.0)
    observed(error, error, [lambda each: seen.append(each)])
    (only,) = seen
    assert (only.got, only.want, only.given, only.place) == (3.0, 2.0, {"x": 4.0}, 0)
    assert only.together == [(3.0, 2.0), (2.0, 3.0)] and only.note.endswith("(number 1 of 2)")


@pytest.mark.parametrize("observations, words, fault", [([says], "3.0 is not 4.0.", ""), ([breaks], "", "TypeError")])
def test_a_failed_check_carries_it(judge, observations, words, fault):
    suite = suite_of(doubles)
    suite.observations = observations
    check = judge("def first(x):\n    return x + 1\n", suite).checks[0]
    assert check.observation == words and fault in check.observation_fault and bool(fault) == bool(check.observation_fault)


# ── those of autograd ───────────────────────────────────────────────────────────────────────────────────────────


def of(got, want, note="a gradient of mul", **given) -> str:
    error = mismatch(got, want, note, **given)
    return observed(error, error, of_autograd.OBSERVATIONS)[0]


MULTIPLIED = "Multiplied by the upstream gradient, element by element, your result is the right one: does it depend on that gradient?"


@pytest.mark.parametrize("got, want, grad", [
    (1 / X, G / X, G),                                        # element by element
    (X, -2.0 * X, np.array(-2.0)), (X[0], -0.5 * X[0], -0.5),  # a loss
    (np.ones((2, 3)), np.array([[2.0] * 3, [3.0] * 3]), np.array([2.0, 3.0])),    # a sum over axis 1
    (np.ones((2, 3)), np.array([[2.0] * 3, [3.0] * 3]), np.array([[2.0], [3.0]])),  # which is kept
])
def test_a_gradient_that_lacks_the_upstream_gradient(got, want, grad):
    assert of(got, want, a=X, grad=grad) == MULTIPLIED


@pytest.mark.parametrize("got, want, grad", [
    (-X, X, np.full((2, 3), -1.0)),          # a wrong sign looks the same
    (X, 2 * X, G), (X + 1, X * G, G), (X, np.zeros((2, 3)), G), (X * np.inf, X * G, G),
    (np.ones((2, 3)), np.ones((3, 2)), G),
])
def test_a_gradient_of_which_that_is_not_true(got, want, grad):
    assert MULTIPLIED not in of(got, want, a=X, grad=grad)


def test_a_gradient_of_another_operand():
    words = "Your gradient number 2 is the right one for number 1: does each operand get its own?"
    assert of([G, G], [G, X], grad=X, a=X + 1, b=X - 1) == words
    assert of([X, G], [G, X], grad=X + 1) == "Your gradient number 1 is the right one for number 2: does each operand get its own?"
    assert of([G, G], [G, -G], grad=X) == GENERAL, "which says more"
    assert of([X, G], [G, X], note="the operands afterwards") == ""
    assert of([np.zeros(2), np.zeros(2)], [np.zeros(2), np.array([1.0, 2.0])]) == "Your result is 0 everywhere."


def test_nan_and_infinities_by_their_place():
    a, right = np.array([1.0, 0.0, -np.inf]), np.array([1.0, -0.0, 2.0])
    assert of(np.array([1.0, np.nan, 2.0]), right, a=a, grad=a) == "Your result is NaN at [1], where a is 0 and the right value is 0."
    assert of(np.array([1.0, 0.0, -np.inf]), right, a=a) == "Your result is -inf at [2], where a is -inf and the right value is 2."
    assert of(np.array(np.nan), np.array(0.5), x=np.zeros(3)) == "Your result is NaN, where the right value is 0.5."
    assert of(np.array([np.nan, 1.0]), np.array([np.nan, 2.0])) == ""
