"""Judge a text with checks written beside it, through a real fork server and a real worker: for the grader's own tests."""
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from grader.course.manifest import Course, Limits
from grader.course.workspace import local_workspace
from grader.judge.context import Context
from grader.judge.requirements import required_by
from grader.judge.run import judge
from grader.judge.suites import Case, CheckPlan, Suite
from grader.records.verdict import Verdict
from grader.worker import launch
from tests.grader.helpers.small_course import small_course

LIBRARIES = ["numpy", "numpy.random", "jaxtyping", "beartype", "grader.worker.serve"]


def start_fork_server(monkeypatch, *libraries: str) -> launch.WorkerForkServer:
    """The fork server of the local server, ready, without the libraries that take it a second."""
    monkeypatch.setattr(launch, "WORKER_LIBRARIES", LIBRARIES)
    fork_server = launch.WorkerForkServer(libraries)
    fork_server.wait_until_ready()
    return fork_server


def suite_of(*checks: Callable) -> Suite:
    """A suite of functions: as pytest would collect them, were they in a file."""
    plans = [CheckPlan(check.__name__, check.__doc__.splitlines()[0].rstrip("."), [Case(check, {})],
                       requires=required_by(check)) for check in checks]
    return Suite(plans, digest="0" * 16)


class Judge:
    """Judges texts as the exercise `letters/first` of a small course."""

    def __init__(self, root: Path, fork_server: launch.WorkerForkServer):
        self.course: Course = small_course(root)
        self.fork_server, self.context = fork_server, Context({(): fork_server.connect_end})

    def __call__(self, text: str, *checks: Callable, exercise: str = "first", **limits) -> Verdict:
        judged = self.course.find_one(exercise)
        judged.limits = Limits(**{"cpu_seconds": 20, "wall_seconds": 60, "memory_mb": 400, "output_kb": 16, **limits})
        workspace = local_workspace(self.course, "solutions").with_text(judged.path, text)
        suite = checks[0] if isinstance(checks[0], Suite) else suite_of(*checks)
        return judge(self.course, workspace, judged, suite, self.context)

    def left_running(self) -> list[psutil.Process]:
        """What still runs below the fork server, once it has had the time to end it."""
        deadline = time.monotonic() + 20
        while left := psutil.Process(self.fork_server.process.pid).children(recursive=True):
            if time.monotonic() > deadline:
                return left
            time.sleep(0.005)
        return []
