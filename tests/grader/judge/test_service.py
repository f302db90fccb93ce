"""A service in a worker: reached by its one socket, signalled through the fork server, at home and in a sandbox."""
import os
import socket

import pytest

from grader.course.manifest import Limits
from grader.course.workspace import gather, local_workspace
from grader.errors import GraderError
from grader.judge.context import Context, Run
from grader.judge.http import NoAnswerError
from grader.judge.link import WorkerError
from grader.judge.remote import LearnerError
from grader.sandbox import bubblewrap
from grader.worker import launch
from tests.grader.helpers.classes import sandbox_or_skip
from tests.grader.helpers.judging import LIBRARIES
from tests.grader.helpers.small_course import small_course
from tests.grader.judge import probes_of_services as probes

REFUSED = {"EPERM", "EACCES", "PermissionError"}


@pytest.fixture(scope="module", params=["home", "sandbox"])
def place(request):
    """(where, a fork server there)."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(launch, "WORKER_LIBRARIES", [*LIBRARIES, "asyncio"])
        around = confinement = None
        if request.param == "sandbox":
            sandbox_or_skip()
            around, confinement = bubblewrap.around([]), bubblewrap.confinement()
        server = launch.WorkerForkServer((), around, confinement)
        assert server.wait_until_ready()
    yield request.param, server
    server.end()


@pytest.fixture
def run(place, tmp_path):
    """The small course's first exercise, which is granted a service; afterwards nothing of it runs any more."""
    course = small_course(tmp_path)
    exercise = course.find_one("first")
    exercise.grants = ["service"]
    exercise.limits = Limits(cpu_seconds=20, wall_seconds=60, memory_mb=400, output_kb=16)
    run = Run(course, exercise, gather(course, local_workspace(course, "solutions"), exercise),
              Context({(): place[1].connect_end}))
    yield run
    run.close()


def test_it_answers_and_ends_in_order(run):
    with run.open().serve(probes.answering, greeting="it is ") as service:
        assert service.ask("GET", "/first/3").body == b"it is 7"
        assert service.ask("GET", "/first/5").body == b"it is 11"
        assert service.wait(0) is None
        service.signal("SIGTERM")
        end = service.wait()
        assert (end.how, end.value) == ("returned", 2)
        assert service.whole_output() == "serving\n"


def test_the_worker_of_the_checks_answers_meanwhile(run):
    work = run.open()
    with work.serve(probes.answering) as service:
        assert work.first(2) == 5
        assert service.ask("GET", "/first/2").body == b"5"
    assert work.first(3) == 7


def test_killed_and_started_again_it_has_the_same_port(run):
    with run.open().serve(probes.answering) as service:
        port = service.port
        assert service.ask("GET", "/first/1").body == b"3"
        service.signal("SIGKILL")
        assert (service.wait().how, service.wait().code) == ("ended", -9)
        service.start()
        assert service.ask("GET", "/first/1").body == b"3" and service.port == port
    with pytest.raises(NoAnswerError) as refused:
        service.ask("GET", "/first/1")
    assert refused.value.why == "refused"


def test_it_reaches_nothing_but_its_socket(run, place):
    other = socket.create_server(("127.0.0.1", 0))
    with other, run.open().serve(probes.answering, tried=[other.getsockname()[1]]) as service:
        told = service.ask("GET", "/tried").json()
    assert told and {*told.values()} <= REFUSED, told


def test_what_it_prints_never_makes_it_wait(run):
    with run.open().serve(probes.answering) as service:
        for _ in range(3):
            assert service.ask("GET", "/print").body == b"printed"
        assert service.output.endswith("a line of a log\n") and len(service.output) <= 1 << 18


def test_what_it_raises_is_the_learners(run):
    with run.open().serve(probes.never_ready) as service:
        with pytest.raises(LearnerError) as raised:
            service.wait_until_ready("/first/1")
    assert (raised.value.class_names[0], raised.value.message) == ("ValueError", "no model there")


def test_one_that_was_killed_is_not_waited_for(run):
    with run.open().serve(probes.answering) as service:
        service.signal("SIGKILL")
        assert service.wait() is not None
        with pytest.raises(WorkerError):
            service.wait_until_ready("/first/1")


def test_one_that_is_never_ready_is_stopped(run):
    with run.open().serve(probes.answering) as service:
        service.patience = 0.3
        with pytest.raises(WorkerError) as raised:
            service.wait_until_ready("/nothing/there")
        assert raised.value.detail == "not ready" and service.link.dead


def test_its_cpu_time_is_counted(run):
    with run.open().serve(probes.answering) as service:
        before = service.cpu_seconds()
        service.ask("GET", "/print")
        assert service.cpu_seconds() > before


def test_without_the_grant_none_is_started(run):
    run.exercise.grants = []
    with pytest.raises(GraderError, match="grants"):
        run.open().serve(probes.answering)


def test_no_descriptor_of_the_fork_server_is_left(run, place):
    pid = place[1].process.pid
    if place[0] == "sandbox":
        pytest.skip("the fork server's descriptors are hidden there")
    work = run.open()
    before = len(os.listdir(f"/proc/{pid}/fd"))
    for _ in range(3):
        with work.serve(probes.answering) as service:
            service.ask("GET", "/first/1")
    assert len(os.listdir(f"/proc/{pid}/fd")) <= before + 1
