"""What is shown as a learner's output is what the learner's code printed, and nothing that a library says by itself."""
from pathlib import Path

import pytest
import torch

from grader.judge import expect
from grader.records.verdict import Status
from grader.sandbox import bubblewrap
from grader.worker.launch import WorkerForkServer
from tests.grader.helpers.classes import sandbox_or_skip
from tests.grader.helpers.judging import Judge, start_fork_server
from tests.grader.worker import probes_of_output as probes

ROOT = Path(__file__).parents[3]
CONVOLVES = '''
import torch


def first(x):
    """Elementwise operators, a product, a convolution."""
    image = torch.ones(1, 1, 6, 6)
    product = torch.nn.functional.conv2d(image, image[..., :3, :3]).exp() @ torch.ones(4, 4)
    print("mine", torch.backends.cpu.get_cpu_capability())
    return float(product.sum() * 0 + x)
'''


def is_there(work):
    """What came in."""
    expect(work.first(2.0), equals=2.0)


def keeps_one(work):
    """An object that lives until the check is over."""
    work.Thing()


def says_nothing(work):
    """Nothing is printed here."""
    expect(work.first(2.0), equals=2.0)


def flushes(work):
    """The buffers of C are emptied."""
    work.run(probes.empty_the_buffers_of_c)
    expect(work.first(2.0), equals=2.0)


@pytest.fixture
def sandboxed(tmp_path, monkeypatch):
    """A judge whose workers have torch loaded and are in a sandbox, and what their fork server said to its log."""
    sandbox_or_skip()
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    log = tmp_path / "log"
    with log.open("wb") as written:
        fork_server = WorkerForkServer(("torch",), bubblewrap.around([]), bubblewrap.confinement(), written)
    assert fork_server.wait_until_ready(), log.read_text()
    judge = Judge(tmp_path / "course", fork_server)
    judge.context.fork_servers = {("torch",): fork_server.connect_end}
    judge.course.find_one("first").preload = ["torch"]
    yield judge, log
    fork_server.end()


def test_a_library_that_misses_the_system_says_so_before_any_learners_code(sandboxed):
    judge, log = sandboxed
    verdict = judge(CONVOLVES, is_there, memory_mb=1500)
    assert verdict.status == Status.PASSED, verdict
    here = torch.backends.cpu.get_cpu_capability()
    assert [check.output for check in verdict.checks] == [f"mine {here}\n"], "in class the same operators compute as at home"
    assert log.read_text() == "", "the fork server misses nothing"


def test_what_a_library_left_in_the_buffers_of_c_is_not_written_by_each_worker(tmp_path, monkeypatch):
    """Python's own buffers are not concerned: the fork server prints there, and flushes."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT), prepend=":")
    fork_server = start_fork_server(monkeypatch, "tests.grader.worker.prints_in_c")
    judge = Judge(tmp_path, fork_server)
    try:
        check = judge("def first(x):\n    print('mine')\n    return x\n", flushes).checks[0]
        assert (check.status, check.output) == (Status.PASSED, "mine\n")
    finally:
        fork_server.end()


def test_what_an_object_says_at_its_end_is_not_the_next_checks(judge):
    text = ("class Thing:\n    def __del__(self):\n        print('the end')\n\n\n"
            "def first(x):\n    return x\n")
    kept, nothing = judge(text, keeps_one, says_nothing).checks
    assert (kept.status, nothing.status, nothing.output) == (Status.PASSED, Status.PASSED, "")
