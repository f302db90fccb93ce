"""A submission that sleeps holds its lane for as long as a submission may wait, and no longer; computing is not waiting."""
import pytest

from grader.autograde.marker import Job, Marker
from grader.judge.patience import Patience
from grader.records.verdict import Reason, Status
from tests.grader.helpers.classes import REFERENCES, sandbox_or_skip
from tests.grader.helpers.shell import PYTEST
from tests.grader.helpers.small_course import FIRST, SECOND, THIRD, small_course, write

SUITE = '''
def test_of_one(work):
    """A value is right."""
    assert work.{name}(1) == {value}


def test_of_another(work):
    """Another value is right."""
    assert work.{name}(2) == {value} + work.{name}(2) - work.{name}(1)
'''
SLEEPS = "\n\nimport time\ntime.sleep(0.7)\n"
COMPUTES = "\n\nimport time\nwhile time.process_time() < 0.6:\n    pass\n"


@pytest.fixture(scope="module", params=[True, False], ids=["without the sandbox", "in the sandbox"])
def mark(request, tmp_path_factory):
    """`mark(first=..., second=..., third=...)` is the verdicts on these files, {name: verdict}."""
    if not request.param:
        sandbox_or_skip()
    tmp_path = tmp_path_factory.mktemp("course")
    small_course(tmp_path)
    course_yml = (tmp_path / "course.yml").read_text()
    write(tmp_path, {"pyproject.toml": PYTEST, "course.yml": f"waiting_seconds: 1\nlimits: {{wall_seconds: 60}}\n{course_yml}", **{
        f"tests/p1/{project}/test_{name}.py": SUITE.format(name=name, value=value)
        for project, name, value in (("letters", "first", 3), ("letters", "second", 4), ("digits", "third", 4))}})
    from grader.course.manifest import load_course
    course = load_course(tmp_path)
    exercises = list(course.exercises.values())
    with Marker(course, exercises, unsafe=request.param, log=tmp_path / "judge.log") as marker:
        def mark(**texts):
            whole = dict(zip(REFERENCES, (FIRST, SECOND, THIRD)))
            files = {e.path: texts.get(e.name, whole[e.short]) for e in exercises}
            return {v.exercise.rpartition("/")[2]: v for v in marker.mark(Job("alice", [e.id for e in exercises], files))}
        yield mark


def test_who_sleeps_has_used_the_time_of_all_files(mark):
    verdicts = mark(first=FIRST + SLEEPS, second=SECOND + SLEEPS, third=THIRD)
    assert verdicts["third"].status == Status.NOT_RUN and verdicts["third"].reason == Reason.WAITED
    assert verdicts["third"].message.startswith("Not judged. The exercises before it waited for 1 seconds in all")
    assert verdicts["third"].earned == verdicts["second"].earned == 0


def test_one_that_never_wakes_is_stopped(mark):
    verdicts = mark(first=FIRST.replace("return doubled_for", "__import__('time').sleep(1000)\n    return doubled_for"))
    assert verdicts["first"].earned == 0 and "may wait for 1 seconds" in verdicts["first"].checks[0].note
    assert verdicts["third"].reason == Reason.WAITED


def test_who_computes_has_not_waited(mark):
    verdicts = mark(first=FIRST + COMPUTES, second=SECOND + COMPUTES, third=THIRD + COMPUTES)
    assert {verdict.status for verdict in verdicts.values()} == {Status.PASSED}


def test_what_is_left():
    patience = Patience(10.0)
    patience.use(waited=7.0, computed=1.0)
    patience.use(waited=1.0, computed=2.0)
    assert (patience.used, patience.at_most(20), patience.at_most(3), patience.is_used_up) == (6.0, 4.0, 3, False)
    patience.use(waited=4.0, computed=0.0)
    assert patience.at_most(20) == 0.0 and patience.is_used_up
    assert Patience().at_most(20) == 20 and not Patience(used=1e9).is_used_up
