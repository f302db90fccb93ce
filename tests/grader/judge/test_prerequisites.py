"""A slip in one exercise costs nothing in another that builds on it."""
import pytest

from grader.course.workspace import Problem, SubmissionWorkspace, local_workspace
from grader.judge import expect
from grader.judge.link import KILLED
from grader.judge.prerequisites import judged_apart, reference_texts
from grader.judge.run import judge as judge_once
from grader.records.verdict import Kind, Reason, Status
from tests.grader.helpers.judging import suite_of
from tests.grader.helpers.marked_class import fails, verdict
from tests.grader.helpers.small_course import SECOND

FIRST, SECOND_PATH = "p1/letters/first.py", "p1/letters/second.py"
RIGHT = "def first(x):\n    return 2 * x + 1\n"


def is_one_more(work):
    """The second is one more than the first."""
    expect(work.second(3), equals=8, given={"x": 3})


@pytest.fixture
def apart(judge):
    """`apart(second, first)` is the verdict on the second exercise, and how often it was judged."""
    course, exercise = judge.course, judge.course.find_one("second")

    def judged(second: str, first: str, make=None):
        times = []
        workspace = local_workspace(course, "solutions")
        workspace = make(workspace) if make else workspace.with_texts({SECOND_PATH: second, FIRST: first})

        def counted(files):
            times.append(files)
            return judge_once(course, files, exercise, suite_of(is_one_more), judge.context)

        return judged_apart(course, workspace, exercise, reference_texts(course), counted), len(times)

    return judged


@pytest.mark.parametrize("first", [
    "def first(x):\n    return 0\n",
    "def first(x):\n    raise NotImplementedError\n",
    "def first(x):\n",
    "def first(x):\n    raise ValueError\n",
    "1 / 0\n",
])
def test_it_has_its_points_where_only_a_prerequisite_is_wrong(apart, first):
    found, times = apart(SECOND, first)
    assert (found.status, found.earned, found.reason) == (Status.PASSED, 4, Reason.PREREQUISITE)
    assert found.detail == "p1/letters/first" and times == 2
    assert found.message == "It passes with the reference's 1.1.1 first in place of yours: the slip is there, not here."


def test_what_passes_with_the_reference_below_says_so_beside_a_slip_of_its_own(judge):
    """Of two checks, one fails for the exercise below only; the other one for its own text."""
    course, exercise = judge.course, judge.course.find_one("second")

    def is_positive(work):
        """The second of a negative number stays itself."""
        expect(work.second(-1), equals=-1)

    workspace = local_workspace(course, "solutions").with_texts({FIRST: "def first(x):\n    return 0\n"})
    suite = suite_of(is_one_more, is_positive)
    found = judged_apart(course, workspace, exercise, reference_texts(course),
                         lambda files: judge_once(course, files, exercise, suite, judge.context))
    assert [(check.status, check.below) for check in found.checks] == [
        (Status.FAILED, ["p1/letters/first"]), (Status.FAILED, [])]


def test_its_own_failure_stays_its_own(apart):
    found, _ = apart("def second(x):\n    return 0\n", "def first(x):\n    return 0\n")
    assert (found.status, found.earned, found.reason) == (Status.FAILED, 0, None)


def test_nothing_is_judged_twice_without_need(apart, judge):
    reference = reference_texts(judge.course)[FIRST]
    assert apart(SECOND, RIGHT)[1] == 1                                       # it passes
    assert apart("def second(x):\n    return 0\n", reference)[1] == 1         # the prerequisite is the reference's
    assert apart("def second(x):\n    raise NotImplementedError\n", RIGHT)[1] <= 2


def test_nothing_that_it_printed_is_kept(apart):
    prints = "def second(x):\n    from .first import first\n    print(first(1))\n    return first(x) + 1\n"
    found, _ = apart(prints, "def first(x):\n    return 0\n")
    assert found.status == Status.PASSED and found.checks[0].output == ""


def test_a_prerequisite_that_was_not_handed_in(apart, judge):
    course = judge.course

    def submission(workspace):
        return SubmissionWorkspace(root=workspace.root, given=workspace.given, replaced={SECOND_PATH: SECOND},
                                   problems={FIRST: Problem("first.py cannot be read.", "damaged", "It cannot be read.")},
                                   code={project: workspace.given_code(course, project) for project in course.projects})

    found, _ = apart("", "", make=submission)
    assert (found.status, found.reason) == (Status.PASSED, Reason.PREREQUISITE)


def test_without_a_reference_it_is_judged_as_it_is(judge):
    (judge.course.root / "solutions" / FIRST).unlink()
    assert reference_texts(judge.course) == {}


def test_a_worker_that_was_killed_is_no_reason_to_judge_apart(judge):
    course, exercise = judge.course, judge.course.find_one("second")
    workspace = local_workspace(course, "solutions").with_texts({FIRST: RIGHT + "\n"})
    killed = verdict(exercise, fails(kind=Kind.MEMORY, detail=KILLED))
    times = []
    assert judged_apart(course, workspace, exercise, reference_texts(course), lambda files: times.append(files) or killed) is killed
    assert len(times) == 1
