"""The local server: the judges' fork server on a learner's machine, which runs in the background.

    client ──request──> server ──fork──> judge ⇄ worker <──fork── workers' fork server
       └──────────── lines of JSON ────────┘

While there is no request, it draws examples and builds catalogues. It ends after fifteen idle minutes, or when the
files on disk differ from what it has in memory.
"""
import contextlib
import os
import select
import socket
import time
from pathlib import Path

# Suites and forked judges use these. They are loaded once, here, while the workers' fork servers load theirs.
import hypothesis.extra.numpy  # noqa: F401
import numpy  # noqa: F401
import scipy.stats  # noqa: F401
import sympy  # noqa: F401
import torch  # noqa: F401

from grader.course.manifest import Course
from grader.judge.diagnose import catalogue_path, load_catalogue
from grader.judge.fork_server import JudgeForkServer
from grader.judge.suites import Suite
from grader.local.handlers import handle, known_faults
from grader.local.stamp import is_stale
from grader.worker.launch import Libraries, WorkerForkServer

IDLE_SECONDS = float(os.environ.get("GRADER_IDLE_SECONDS", 15 * 60))


class LocalServer(JudgeForkServer):
    """Serves a learner's commands at the socket `path`."""

    def __init__(self, course: Course, path: Path, fork_servers: dict[Libraries, WorkerForkServer], stamp: tuple):
        super().__init__(course, {})
        self.path, self.stamp, self.log = path, stamp, f"{path}.log"
        self.undrawn = [s for s in self.suites.values() if isinstance(s, Suite)]
        self.uncatalogued = [
            e for e in self.course.exercises.values() if isinstance(s := self.suites[e.id], Suite)
            and (self.root / e.mistakes).exists() and not catalogue_path(self.course, e, s).exists()]
        self.builder = 0
        self.runs = 0
        # A fork server may fail: a learner of pipeline 1 need not have installed the libraries of pipeline 3.
        self.processes: list[WorkerForkServer] = []
        for libraries, fork_server in fork_servers.items():
            if fork_server.wait_until_ready():
                self.processes.append(fork_server)
                self.fork_servers[libraries] = fork_server.connect_end
            else:
                fork_server.end()
        self.freeze()

    def serve(self) -> None:
        """Accept connections, fork judges and reap them, until the server is idle, stale or replaced by another."""
        self.path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        temporary = f"{self.path}.{os.getpid()}"
        listener.bind(temporary)
        listener.listen(64)
        os.rename(temporary, self.path)  # the socket appears only when the server can answer
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
                return self.leave(listener, unlink=False)  # another server has replaced this one
            elif time.monotonic() - last > IDLE_SECONDS or self.lost_a_fork_server():
                break
        self.leave(listener, unlink=True)

    def leave(self, listener: socket.socket, unlink: bool) -> None:
        """Stop listening, let the judges finish, and end the workers' fork servers."""
        if unlink:
            self.path.unlink(missing_ok=True)
        listener.close()
        while self.children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.children.pop(), 0)
        for fork_server in self.processes:
            fork_server.end()

    def lost_a_fork_server(self) -> bool:
        return any(fork_server.ended for fork_server in self.processes)

    def start_judge(self, connection: socket.socket, listener: socket.socket) -> bool:
        """Fork a judge for one request. If this process is out of date, send `stale` instead and return False."""
        if is_stale(self.root, self.stamp) or self.lost_a_fork_server():
            self.path.unlink(missing_ok=True)  # before the client reads `stale`, because it connects again at once
            with contextlib.suppress(OSError):
                connection.sendall(b'{"stale": true}\n')
            connection.close()
            return False
        self.runs += 1
        self.fork(lambda: self.judge(connection, listener))
        connection.close()
        return True

    def judge(self, connection: socket.socket, listener: socket.socket) -> None:
        listener.close()
        context = self.context(connection, self.runs)
        self.answer(connection, lambda request, say: handle(request, self, context, say))

    def reap(self) -> None:
        super().reap()
        if self.builder not in self.children:
            self.builder = 0

    def build_next_catalogue(self) -> None:
        exercise = self.uncatalogued[0]
        os.nice(10)
        context = self.context(None, self.runs)
        load_catalogue(self.course, exercise, self.suites[exercise.id], context)
        known_faults(self, exercise, context)
