"""Fixtures of the grader's own tests."""
import pytest

from tests.grader.helpers import judging
from tests.grader.helpers.shell import course_in_use

# Their assertions are shown in full, as those of the test files are.
pytest.register_assert_rewrite(
    "tests.grader.autograde.reading", "tests.grader.helpers.errors", "tests.grader.report.pages")


@pytest.fixture(scope="session")
def fork_server():
    """One fork server for all tests; each worker of it is a process of its own."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        fork_server = judging.start_fork_server(monkeypatch)
    yield fork_server
    fork_server.end()


@pytest.fixture
def judge(tmp_path, fork_server):
    """`judge(text, check, ..., cpu_seconds=1)` is the verdict on a text; afterwards no process may be left."""
    judge = judging.Judge(tmp_path, fork_server)
    yield judge
    assert judge.left_running() == []


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A small course with a local server of its own, which is gone afterwards and has left nothing behind."""
    yield from course_in_use(tmp_path, monkeypatch)
