"""The workers' fork servers of the local server: started when needed, four kept, a lost one replaced."""
import os
import select
import signal
import threading
import time

import pytest

from grader.ipc import fd_passing
from grader.judge.link import ForkServerLostError
from grader.local import worker_servers
from grader.local.worker_servers import WorkerServers
from grader.worker import launch
from tests.grader.helpers.shell import wait_until


@pytest.fixture
def workers(monkeypatch):
    monkeypatch.setattr(launch, "WORKER_LIBRARIES", [])
    workers = WorkerServers()
    yield workers
    workers.end()


def asked(workers, *libraries: str):
    """What a judge gets that asks for `libraries`, while the local server does its part here."""
    judge, answer = workers.for_judge(), []

    def ask() -> None:
        try:
            answer.append(judge.get(libraries))
        except ForkServerLostError:
            answer.append("lost")

    thread = threading.Thread(target=ask)
    thread.start()
    while thread.is_alive():
        select.select(workers.watched(), [], [], 0.02)
        workers.settle()
    thread.join()
    workers.settle()
    return answer[0]


def ready(workers, *libraries: str):
    workers.need(libraries)
    assert wait_until(lambda: workers.kept[libraries].is_ready())
    return workers.kept[libraries]


def test_none_runs_before_it_is_needed_and_then_it_is_not_started_again(workers):
    assert workers.kept == {} and workers.for_judge().known == {}
    assert asked(workers, "this") is not None
    first = workers.kept["this",]
    assert asked(workers, "this") is first.connect_end, "known when the judge was forked"
    assert list(workers.kept.values()) == [first]


def test_of_five_the_one_goes_that_was_not_used_for_longest_but_not_under_a_judge(workers, monkeypatch):
    monkeypatch.setattr(worker_servers, "MOST", 2)
    a, b = ready(workers, "this"), ready(workers, "tabnanny")
    in_use = os.dup(b.connect_end.fileno())  # a judge has a copy of its own
    assert asked(workers, "this") is a.connect_end
    assert asked(workers, "cmd") is not None
    assert list(workers.kept) == [("this",), ("cmd",)] and workers.leaving == [b] and not b.ended
    os.close(in_use)
    assert wait_until(lambda: b.ended)
    workers.settle()
    assert workers.leaving == [] and not os.path.exists(b.folder)


def test_at_most_four_are_kept():
    assert worker_servers.MOST == 4


def test_one_that_was_lost_is_started_again_when_it_is_next_needed(workers):
    lost = ready(workers, "this")
    os.kill(lost.process.pid, signal.SIGKILL)
    assert wait_until(lambda: lost.ended)
    workers.settle()
    assert workers.kept == {} and not os.path.exists(lost.folder)
    connect_end = asked(workers, "this")
    assert workers.kept["this",].process.pid != lost.process.pid
    fd_passing.connect(connect_end).close()


def test_one_that_is_killed_while_it_starts_is_lost_and_one_that_cannot_import_is_missing(workers):
    assert asked(workers, "no_such_library") is None
    assert workers.kept == {}, "it may be installed before the next check"
    workers.need(("this",))
    workers.kept["this",].process.kill()
    workers.waiting.append((("this",), a_judge := worker_servers.socket.socketpair()[0]))
    while workers.kept:
        time.sleep(0.01)
        workers.settle()
    assert a_judge.fileno() == -1, "closed without a word"
