"""The warm parent: a process in the background with the libraries loaded and the suites collected.

    client ──request──> warm parent ──fork──> judge ⇄ worker <──fork── zygote
       └──────────────── lines of JSON ─────────┘

It forks a judge for each request and does nothing else that could fail; while nobody asks it draws examples and builds
catalogues. It ends after fifteen idle minutes, and when what it has in memory is no longer what is on disk.
"""
import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from grader.worker.processes import adopt_orphans, die_with_parent
from grader.zygotes import Libraries, Zygote

if TYPE_CHECKING:
    from grader.course import Course

IDLE_SECONDS = float(os.environ.get("GRADER_IDLE_SECONDS", 15 * 60))


def main(root: Path, path: Path) -> None:
    """Load everything, then serve requests at the socket `path`."""
    from grader.course import load_course
    from grader.errors import UsageError
    adopt_orphans()
    stamp = stamp_of(root)  # before anything is read: what changes while it is, is noticed at the first request
    try:
        course = load_course(root)
    except UsageError as error:
        print(f"usage: {error}", flush=True)
        sys.exit(2)
    # They load their libraries while we load ours.
    zygotes = {libraries: Zygote(libraries) for libraries in {tuple(e.preload) for e in course.exercises.values()}}
    HomeParent(course, path, zygotes, stamp).serve()


def stamp_of(root: Path) -> tuple:
    """Stands for all that the warm parent has in memory: the grader, the course, the suites."""
    engine = Path(__file__).resolve().parent
    files = [root / "course.yml", *engine.rglob("*.py"), *(root / "tests").rglob("*.py")]
    return tuple(sorted((str(f), s.st_mtime_ns, s.st_size) for f in files
                        if "tests/grader" not in str(f) and f.exists() and (s := f.stat())))


def load_libraries() -> None:
    """Import what suites use; while it is, zygotes load theirs."""
    import hypothesis.extra.numpy  # noqa: F401
    import numpy  # noqa: F401
    import scipy.stats  # noqa: F401
    import sympy  # noqa: F401
    import torch  # noqa: F401


def warm_libraries() -> None:
    """Warm what is slow the first time, of what the suites have loaded."""
    if "torch" in sys.modules:
        import torch
        import torch._dynamo  # noqa: F401  (1 s, or each judge pays it at its first autograd call)

        # No parallel work in this process, ever: a thread pool does not survive a fork.
        torch.set_num_threads(1)


class WarmParent:
    """What judges are forked from: the course with its suites, and the doors of the zygotes."""

    def __init__(self, course: "Course", zygotes: dict[Libraries, socket.socket]):
        import grader.ledger  # noqa: F401  (what a judge would import after the fork)
        import grader.report.verdict_text  # noqa: F401
        from grader.judge import suites
        self.course, self.root, self.zygotes = course, course.root, zygotes
        self.suites = suites.collect_suites(self.course)
        warm_libraries()
        self.has_suites = (self.root / "tests").is_dir()
        self.children: set[int] = set()

    def freeze(self) -> None:
        """Before the first fork: what is in memory now stays shared with every judge."""
        gc.collect()
        gc.freeze()

    def fork(self, work) -> int:
        pid = os.fork()
        if pid:
            self.children.add(pid)
            return pid
        try:
            die_with_parent()  # the zygote does too: nothing could be judged to the end, and the client asks again
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

    def context(self, connection: socket.socket | None, turn: int):
        """Judge and worker take turns, so one CPU for both halves the time of a call."""
        from grader.judge.run import Context
        cpus = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        cpu = cpus[turn % len(cpus)] if cpus else None
        if cpu is not None:
            os.sched_setaffinity(0, {cpu})
        return Context(self.zygotes, cpu, connection)

    def answer(self, connection: socket.socket, work) -> None:
        """In the forked judge: read the request, have `work(request, say)` answer it in lines of JSON."""
        from grader.errors import BROKEN, USAGE, GraderError, UsageError
        from grader.judge.link import Cancelled, ZygoteLost
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
            except (Cancelled, ZygoteLost, BrokenPipeError, ConnectionResetError):
                return  # nobody waits for it, or it will be asked for again
            except Exception as error:
                traceback.print_exc()
                say({"error": f"The grader failed: {type(error).__name__}: {error}. The log is {self.log}.",
                     "exit": BROKEN})


class HomeParent(WarmParent):
    """Serves a learner's commands, at the socket `path`."""

    def __init__(self, course: "Course", path: Path, zygotes: dict[Libraries, Zygote], stamp: tuple):
        load_libraries()
        super().__init__(course, {})
        from grader.judge import diagnose, suites
        self.path, self.stamp, self.log = path, stamp, f"{path}.log"
        self.undrawn = [s for s in self.suites.values() if isinstance(s, suites.Suite)]
        self.uncatalogued = [
            e for e in self.course.exercises.values() if isinstance(s := self.suites[e.id], suites.Suite)
            and (self.root / e.mistakes).exists() and not diagnose.catalogue_path(self.course, e, s).exists()]
        self.builder = 0
        self.runs = 0
        # Who takes pipeline 1 need not have installed what pipeline 3 is about.
        self.processes: list[Zygote] = []
        for libraries, zygote in zygotes.items():
            if zygote.wait_until_ready():
                self.processes.append(zygote)
                self.zygotes[libraries] = zygote.door
            else:
                zygote.end()
        self.freeze()

    def serve(self) -> None:
        """Accept, fork, and reap, until idle or stale."""
        self.path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        temporary = f"{self.path}.{os.getpid()}"
        listener.bind(temporary)
        listener.listen(64)
        os.rename(temporary, self.path)  # appears only when it answers
        inode = os.stat(self.path).st_ino
        last = time.monotonic()
        while True:
            busy = bool(self.undrawn or self.uncatalogued)
            ready = select.select([listener], [], [], 0 if self.undrawn else 0.2 if busy or self.children else 5)[0]
            self.reap()
            if ready:
                last = time.monotonic()
                connection, _ = listener.accept()
                if not self.start_judge(connection, listener):
                    break
            elif self.undrawn:
                self.undrawn.pop(0).draw()
            elif self.uncatalogued and not self.builder:
                self.builder = self.fork(self.build_next_catalogue)
                self.uncatalogued.pop(0)
            elif not self.path.exists() or os.stat(self.path).st_ino != inode:
                return self.leave(listener, unlink=False)  # another warm parent took over
            elif time.monotonic() - last > IDLE_SECONDS or self.lost_a_zygote():
                break
        self.leave(listener, unlink=True)

    def leave(self, listener: socket.socket, unlink: bool) -> None:
        """Stop listening, let the judges finish, and go; the zygote goes with us."""
        if unlink:
            self.path.unlink(missing_ok=True)
        listener.close()
        while self.children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.children.pop(), 0)
        for zygote in self.processes:
            zygote.end()

    def lost_a_zygote(self) -> bool:
        return any(zygote.ended for zygote in self.processes)

    def start_judge(self, connection: socket.socket, listener: socket.socket) -> bool:
        """Fork a judge for one request. False where this process is out of date, which the client is told."""
        if stamp_of(self.root) != self.stamp or self.lost_a_zygote():
            self.path.unlink(missing_ok=True)  # before it is told: it comes back at once
            with contextlib.suppress(OSError):
                connection.sendall(b'{"stale": true}\n')
            connection.close()
            return False
        self.runs += 1
        self.fork(lambda: self.judge(connection, listener))
        connection.close()
        return True

    def judge(self, connection: socket.socket, listener: socket.socket) -> None:
        from grader.requests import answer_request
        listener.close()
        context = self.context(connection, self.runs)
        self.answer(connection, lambda request, say: answer_request(request, self, context, say))

    def reap(self) -> None:
        super().reap()
        if self.builder not in self.children:
            self.builder = 0

    def build_next_catalogue(self) -> None:
        from grader.judge.diagnose import load_catalogue
        exercise = self.uncatalogued[0]
        os.nice(10)
        load_catalogue(self.course, exercise, self.suites[exercise.id], self.context(None, self.runs))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
