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
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from grader.paths import runtime_folder
from grader.worker.processes import adopt_orphans, die_with_parent

if TYPE_CHECKING:
    from grader.course import Course

IDLE_SECONDS = float(os.environ.get("GRADER_IDLE_SECONDS", 15 * 60))
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
WORKER_LIBRARIES = ["numpy", "numpy.random", "sympy", "jaxtyping", "beartype", "grader.worker.serve",
                    "grader.examples"]


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
    WarmParent(course, path, zygotes, stamp).serve()


def stamp_of(root: Path) -> tuple:
    """Stands for all that the warm parent has in memory: the grader, the course, the suites."""
    engine = Path(__file__).resolve().parent
    files = [root / "course.yml", *engine.rglob("*.py"), *(root / "tests").rglob("*.py")]
    return tuple(sorted((str(f), s.st_mtime_ns, s.st_size) for f in files
                        if "tests/grader" not in str(f) and f.exists() and (s := f.stat())))


class Zygote:
    """A process that workers are forked from. By itself it knows no torch: an exercise in NumPy starts in 5 ms.
    `libraries` is what `preload` in course.yml asks for beyond that."""

    def __init__(self, libraries: tuple[str, ...] = ()):
        sweep(runtime_folder())
        self.folder = tempfile.mkdtemp(prefix="zygote-", dir=runtime_folder())
        self.path = f"{self.folder}/zygote.sock"
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.worker.zygote", self.path, *WORKER_LIBRARIES, *libraries],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=self.folder,
            env={**os.environ, **ONE_THREAD, "PYTHONDONTWRITEBYTECODE": "1"})

    def wait_until_ready(self) -> bool:
        """False where a library is not there, or cannot be imported."""
        return b"ready\n" in iter(self.process.stdout.readline, b"")  # a library may print when it is imported

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what zygotes left that were killed: folders whose socket nobody answers."""
    for left in folder.glob("zygote-*"):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(left / "zygote.sock"))
            except ConnectionRefusedError:
                shutil.rmtree(left, ignore_errors=True)


def load_libraries() -> None:
    """Import what suites use, and warm what is slow the first time."""
    import hypothesis.extra.numpy  # noqa: F401
    import numpy  # noqa: F401
    import scipy.stats  # noqa: F401
    import sympy  # noqa: F401
    import torch
    import torch._dynamo  # noqa: F401  (1 s, or each judge pays it at its first autograd call)

    # No parallel work in this process, ever: a thread pool does not survive a fork.
    torch.set_num_threads(1)


class WarmParent:
    def __init__(self, course: "Course", path: Path, zygotes: dict[tuple[str, ...], Zygote], stamp: tuple):
        self.course, self.root, self.path, self.stamp = course, course.root, path, stamp
        load_libraries()
        import grader.ledger  # noqa: F401  (what a judge would import after the fork)
        import grader.report.verdict_text  # noqa: F401
        from grader.judge import diagnose, suites
        self.suites = suites.collect_suites(self.course)
        self.has_suites = (self.root / "tests").is_dir()
        self.undrawn = [s for s in self.suites.values() if isinstance(s, suites.Suite)]
        self.uncatalogued = [
            e for e in self.course.exercises.values() if isinstance(s := self.suites[e.id], suites.Suite)
            and (self.root / e.mistakes).exists() and not diagnose.catalogue_path(self.course, e, s).exists()]
        self.children: set[int] = set()
        self.builder = 0
        self.runs = 0
        # Who takes pipeline 1 need not have installed what pipeline 3 is about.
        self.zygotes: dict[tuple[str, ...], Zygote] = {}
        for libraries, zygote in zygotes.items():
            if zygote.wait_until_ready():
                self.zygotes[libraries] = zygote
            else:
                zygote.end()
        gc.collect()
        gc.freeze()

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
                if not self.answer(connection, listener):
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
        for zygote in self.zygotes.values():
            zygote.end()

    def lost_a_zygote(self) -> bool:
        return any(zygote.ended for zygote in self.zygotes.values())

    def answer(self, connection: socket.socket, listener: socket.socket) -> bool:
        """Fork a judge for one request. False where this process is out of date, which the client is told."""
        if stamp_of(self.root) != self.stamp or self.lost_a_zygote():
            self.path.unlink(missing_ok=True)  # before it is told: it comes back at once
            with contextlib.suppress(OSError):
                connection.sendall(b'{"stale": true}\n')
            connection.close()
            return False
        self.runs += 1
        self.fork(lambda: (listener.close(), self.judge(connection)))
        connection.close()
        return True

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
                if pid == self.builder:
                    self.builder = 0

    def context(self, connection: socket.socket | None):
        """Judge and worker take turns, so one CPU for both halves the time of a call."""
        from grader.judge.run import Context
        cpus = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        cpu = cpus[self.runs % len(cpus)] if cpus else None
        if cpu is not None:
            os.sched_setaffinity(0, {cpu})
        return Context({libraries: zygote.path for libraries, zygote in self.zygotes.items()}, cpu, connection)

    def build_next_catalogue(self) -> None:
        from grader.judge.diagnose import load_catalogue
        exercise = self.uncatalogued[0]
        os.nice(10)
        load_catalogue(self.course, exercise, self.suites[exercise.id], self.context(None))

    def judge(self, connection: socket.socket) -> None:
        """In the forked judge: read the request, answer in lines of JSON."""
        from grader.errors import BROKEN, USAGE, GraderError, UsageError
        from grader.judge.link import Cancelled
        from grader.requests import answer_request
        with connection.makefile("rw", encoding="utf-8", errors="surrogatepass", newline="\n") as stream:
            def say(line: dict) -> None:
                stream.write(json.dumps(line) + "\n")
                stream.flush()
            try:
                answer_request(json.loads(stream.readline()), self, self.context(connection), say)
            except UsageError as error:
                say({"error": str(error), "exit": USAGE})
            except GraderError as error:
                say({"error": str(error), "exit": BROKEN})
            except (Cancelled, BrokenPipeError, ConnectionResetError):
                return
            except Exception as error:
                traceback.print_exc()
                say({"error": f"The grader failed: {type(error).__name__}: {error}. The log is {self.path}.log.",
                     "exit": BROKEN})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
