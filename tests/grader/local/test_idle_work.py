"""What the local server prepares while no request waits: what was asked for, then its project, never the whole course."""
import pytest

from grader.errors import GraderError
from grader.judge.suites import Suite
from grader.local.idle_work import IdleWork
from tests.grader.helpers.small_course import small_course


class Server:
    """Notes what it is asked to do, in place of the local server."""

    def __init__(self, course, broken: str = ""):
        self.course, self.root, self.broken = course, course.root, broken
        self.suites, self.done, self.builders = {}, [], 0

    def collect(self, exercises):
        for exercise in exercises:
            self.done.append(f"collect {exercise.name}")
            self.suites[exercise.id] = GraderError("broken") if exercise.name == self.broken else Suite([], "0" * 16)

    def freeze(self):
        self.done.append("freeze")

    def fork(self, work):
        self.done.append("fork")
        self.builders += 1
        return self.builders


@pytest.fixture
def server(tmp_path):
    return Server(small_course(tmp_path))


def all_steps(work: IdleWork, judging: bool = False) -> list[str]:
    work.server.done.clear()
    for _ in range(20):
        if work.seconds_until_due() is not None:
            work.step(judging)
            work.builder = 0
    return work.server.done


def test_what_was_asked_for_comes_first_then_its_project_and_nothing_else(server):
    work = IdleWork(server)
    assert work.seconds_until_due() is None
    work.asked(server.course.find_one("second"), catalogue=True)
    assert all_steps(work) == ["collect second", "fork", "collect first", "freeze", "fork"]
    work.asked(server.course.find_one("first"), catalogue=True)
    assert work.seconds_until_due() is None, "each once"
    work.asked(server.course.find_one("third"), catalogue=False)
    assert all_steps(work) == ["collect third", "freeze"]


def test_an_author_who_waits_for_verdicts_on_one_exercise_does_not_wait_for_its_project(server):
    work = IdleWork(server)
    work.asked(server.course.find_one("second"), catalogue=False)
    assert all_steps(work) == ["collect second", "freeze"]


def test_suites_that_changed_are_prepared_anew(server):
    work = IdleWork(server)
    work.asked(server.course.find_one("first"), catalogue=True)
    work.step(judging=True)
    work.forget()
    assert work.seconds_until_due() is None
    work.prepare(server.course.find_one("first"))
    work.asked(server.course.find_one("first"), catalogue=True)
    assert all_steps(work) == ["fork", "collect second", "freeze", "fork"]


def test_one_catalogue_at_a_time_and_none_is_begun_while_a_judge_runs(server):
    work = IdleWork(server)
    work.asked(server.course.find_one("first"), catalogue=True)
    assert all_steps(work, judging=True) == ["collect first", "collect second", "freeze"]
    work.step(judging=False)
    work.step(judging=False)
    assert server.builders == 1 and [e.name for e in work.to_catalogue] == ["second"]


def test_a_broken_suite_has_no_catalogue_and_stops_nothing(tmp_path):
    server = Server(small_course(tmp_path), broken="first")
    work = IdleWork(server)
    work.asked(server.course.find_one("first"), catalogue=True)
    assert all_steps(work) == ["collect first", "collect second", "freeze", "fork"]
