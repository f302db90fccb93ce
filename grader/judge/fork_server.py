"""The judges' fork server: a process with the libraries loaded and suites collected.

It forks a judge for each request, and does nothing else that could fail.

    request ──> fork server ──fork──> judge ⇄ worker
                                        └── lines of JSON ──> the caller

Two kinds of server extend it: a learner's (local/server.py) and a class's (autograde/class_server.py).
"""
import contextlib
import gc
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Iterable

from grader.course.manifest import Course, Exercise
from grader.errors import BROKEN, USAGE, GraderError, UsageError
from grader.judge.context import Context
from grader.judge.engine import engine_digest
from grader.judge.extras import missing_libraries, refuse_missing
from grader.judge.link import CancelledError, ForkServerLostError
from grader.judge.renewal import forget_tests
from grader.judge.run import suite_or_raise
from grader.judge.suites import Suite, collect_suites
from grader.sandbox.processes import die_with_parent
from grader.worker.launch import ForkServers

Say = Callable[[dict], None]  # sends one line of an answer


def prepare_torch() -> None:
    """Make torch ready to be forked, if a suite has loaded it. Call this before the first fork."""
    if "torch" in sys.modules:
        import torch
        import torch._dynamo  # noqa: F401  (1 s here, else in each judge at its first autograd call)

        # This process never works in parallel: a thread pool does not survive a fork.
        torch.set_num_threads(1)


class JudgeForkServer:
    """The state that judges are forked from.

    It holds the course with the suites that were collected, and the connect ends of the workers' fork servers.
    """

    log = ""  # where the log of this process is, in words for the user

    def __init__(self, course: Course, fork_servers: ForkServers, collect: Iterable[Exercise]):
        self.course, self.root, self.fork_servers = course, course.root, fork_servers
        self.has_suites = (self.root / "tests").is_dir()
        self.suites: dict[str, Suite | GraderError] = {}
        self.collect(collect)
        prepare_torch()
        self.children: set[int] = set()

    def collect(self, exercises: Iterable[Exercise]) -> None:
        """Collect the suites of those of `exercises` whose suites are not collected yet, and whose libraries are installed."""
        missing = [exercise for exercise in exercises
                   if exercise.id not in self.suites and not missing_libraries(self.course, exercise)]
        if missing:
            self.suites |= collect_suites(self.course, missing)

    def forget_suites(self) -> None:
        """Forget all suites: they changed on disk."""
        self.suites.clear()
        self.has_suites = (self.root / "tests").is_dir()
        forget_tests(self.root)

    def suite(self, exercise: Exercise) -> Suite:
        """The suite of an exercise, which is collected here if it was not before. Raises GraderError, and UsageError if a
        library of its project is not installed."""
        if exercise.id not in self.suites:
            refuse_missing(self.course, exercise)
            self.collect([exercise])
        return suite_or_raise(self.suites, exercise)

    def freeze(self) -> None:
        """Keep what is in memory shared with every judge. Call this before the first fork."""
        engine_digest()  # 30 ms, once here and not in each judge
        gc.collect()
        gc.freeze()

    def fork(self, work: Callable[[], None]) -> int:
        pid = os.fork()
        if pid:
            self.children.add(pid)
            return pid
        try:
            # The workers' fork server ends with the parent: no verdict could be finished, and the client asks again.
            die_with_parent()
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            work()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)

    def reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while self.children:
                pid, _ = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                self.children.discard(pid)

    def context(self, connection: socket.socket | None, turn: int) -> Context:
        """Bind this process to one CPU, chosen by `turn`, and return the Context of a run on that CPU.

        Judge and worker take turns, so one CPU for both halves the time of a call.
        """
        cpus = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        cpu = cpus[turn % len(cpus)] if cpus else None
        if cpu is not None:
            os.sched_setaffinity(0, {cpu})
        return Context(self.fork_servers, cpu, connection)

    def answer(self, connection: socket.socket, work: Callable[[dict, Say], None]) -> None:
        """In the forked judge: read the request, and let `work(request, say)` answer it in lines of JSON."""
        with connection.makefile("rw", encoding="utf-8", errors="surrogatepass", newline="\n") as stream:
            def say(line: dict) -> None:
                stream.write(json.dumps(line) + "\n")
                stream.flush()
            try:
                work(json.loads(stream.readline()), say)
            except UsageError as error:
                say({"error": str(error), "exit": USAGE})
            except GraderError as error:
                say({"error": str(error), "exit": BROKEN})
            except (CancelledError, ForkServerLostError, BrokenPipeError, ConnectionResetError):
                return  # the client is gone, or asks again
            except Exception as error:
                traceback.print_exc()
                say({"error": f"The grader failed: {type(error).__name__}: {error}. The log is {self.log}.",
                     "exit": BROKEN})
