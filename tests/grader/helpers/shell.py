"""A small course that is used from the shell, with a local server of its own: for the grader's own tests."""
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from grader.course.manifest import Course
from tests.grader.helpers.small_course import small_course, write

PYTEST = '[tool.pytest.ini_options]\naddopts = "-p grader.judge.fixtures --import-mode=importlib"\npythonpath = ["."]\n'
SUITE = '''\
from grader.judge import expect


def test_of_{0}(work):
    """{0} is right."""
    work.{0}(9)  # who remembers this call is wrong below
    expect(work.{0}(7), equals={1}, given={{"x": 7}})
'''


def course_in_use(root: Path, monkeypatch) -> Iterator[Course]:
    """A small course with suites and the reference as the learner's work; afterwards nothing of it runs."""
    runtime = tempfile.mkdtemp(prefix="g-")  # a socket's path must be short
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    monkeypatch.setenv("GRADER_IDLE_SECONDS", "600")
    course = small_course(root)
    write(root, {"pyproject.toml": PYTEST, **{
        f"tests/p1/{path}.py": SUITE.format(name, value) for path, name, value in
        [("letters/test_first", "first", 15), ("letters/test_second", "second", 16), ("digits/test_third", "third", 10)]}})
    shutil.copytree(root / "solutions", root / "exercises")
    yield course
    for process in server_processes(root):
        process.kill()
    assert wait_until(lambda: not ours(root)), ours(root)
    shutil.rmtree(runtime)


def server_processes(root: Path) -> list[psutil.Process]:
    """The local servers of this course. A judge that one has forked has the same command line, and is none."""
    named = [p for p in psutil.process_iter(["cmdline", "ppid"]) if p.info["cmdline"]
             and "grader.local.start_server" in p.info["cmdline"] and str(root) in p.info["cmdline"]]
    pids = {p.pid for p in named}
    return [p for p in named if p.info["ppid"] not in pids]


def ours(root: Path) -> list[psutil.Process]:
    """The local servers of this course, with their fork servers, judges and workers."""
    parents = server_processes(root)
    return [*parents, *(child for p in parents for child in p.children(recursive=True))]


def wait_until(holds, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def edit(path: Path, text: str) -> None:
    """As an editor saves: another file in its place, and a time stamp that differs."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(time.time_ns(), time.time_ns() + 1))
