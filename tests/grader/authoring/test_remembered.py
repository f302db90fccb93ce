"""Verdicts that an author's next save need not wait for: those on the same text, judged by the same."""
import pytest

from grader.authoring.remembered import PARSES_IN_THREADS, Remembering, meaning_of
from grader.course.workspace import local_workspace
from grader.records.verdict import Check, Kind, Status
from tests.grader.helpers.proving import FakeJudge
from tests.grader.helpers.small_course import small_course, write

WRONG = "\n    return 1\n"


@pytest.fixture
def course(tmp_path):
    return small_course(tmp_path)


class Remembered:
    """A judge that remembers, before one that counts and is a certain suite and engine."""

    def __init__(self, course):
        self.course, self.fake = course, FakeJudge(course)
        self.by = {"suite_hash": "s", "engine_hash": "e"}
        self.reference = local_workspace(course, "solutions")
        self.judge = Remembering(lambda course, *arguments, **options: self.fake(*arguments, **options).model_copy(update=self.by))

    def begin(self, name="first"):
        """As each run does: the reference first."""
        self.judge(self.course, self.reference, self.course.find_one(name), diagnose=False)

    def asked(self, text=WRONG, name="first") -> int:
        """How often the other judge is asked for a quick verdict on `text`."""
        exercise, before = self.course.find_one(name), len(self.fake.calls)
        verdict = self.judge(self.course, self.reference.with_text(exercise.path, text), exercise, quick=True)
        assert verdict.exercise == exercise.id and verdict.checks[0].fingerprint == ("b" if text == WRONG else "c")
        return len(self.fake.calls) - before


def test_the_same_text_is_judged_once(course):
    judge = Remembered(course)
    judge.begin()
    assert [judge.asked(), judge.asked(), judge.asked("\n    return 2\n"), judge.asked()] == [1, 0, 1, 0]
    judge.begin()
    assert judge.asked() == 0


@pytest.mark.skipif(not PARSES_IN_THREADS, reason="this Python does not parse in threads, so texts are compared as they are")
def test_what_means_the_same_is_judged_once(course):
    judge = Remembered(course)
    judge.begin()
    text = "def f(x):\n    \"\"\"It.\"\"\"\n    # so\n    return 1\n"
    alike = ["def f(x):\n    \"\"\"It is so.\"\"\"\n    return 1  # so\n    # END\n", "'Module.'\ndef f(x):\n\n    return 1\n"]
    assert [meaning_of(each) == meaning_of(text) for each in alike] == [True, True]
    assert meaning_of(text.replace("x", "y")) != meaning_of(text) and meaning_of("x = (") == "x = ("
    exercise = course.find_one("first")
    asked = [judge.judge(course, judge.reference.with_text(exercise.path, each), exercise, quick=True) for each in [text, *alike]]
    assert len(judge.fake.calls) == 2 and asked[0] is asked[1] is asked[2], "the reference, and one of them"


def test_the_reference_is_judged_each_time(course):
    judge = Remembered(course)
    judge.begin(), judge.begin()
    assert len(judge.fake.calls) == 2


@pytest.mark.parametrize("change", ["suite_hash", "engine_hash", "solutions/p1/letters/shared.py"])
def test_another_suite_or_engine_or_given_file_judges_anew(course, change):
    judge = Remembered(course)
    judge.begin()
    judge.asked()
    if change.endswith(".py"):
        write(course.root, {change: "def twice(x):\n    return x + x\n"})
    else:
        judge.by[change] = "another"
    judge.begin()
    assert [judge.asked(), judge.asked()] == [1, 0]


def test_a_suite_that_changed_in_between_is_not_taken_for_the_one_before(course):
    judge = Remembered(course)
    judge.begin()
    judge.by["suite_hash"] = "another"
    assert [judge.asked(), judge.asked()] == [1, 1], "the run began with another suite"


def test_what_a_busy_machine_may_do_is_not_remembered(course):
    judge = Remembered(course)
    stopped = Check(name="test_it", title="It.", status=Status.FAILED, kind=Kind.TIMEOUT, fingerprint="b")
    judge.fake.changes[WRONG] = {"checks": [stopped]}
    judge.begin()
    assert [judge.asked(), judge.asked()] == [1, 1]


def test_before_the_reference_nothing_is_remembered(course):
    judge = Remembered(course)
    assert [judge.asked(), judge.asked()] == [1, 1]


def test_another_exercise_is_another_matter(course):
    judge = Remembered(course)
    judge.begin(), judge.begin("third")
    assert judge.asked(name="third") == 1 and judge.asked() == 1 and judge.asked() == 0
