"""The local server: the judges' fork server on a learner's machine, which runs in the background.

    client ──request──> server ──fork──> judge ⇄ worker <──fork── workers' fork server
       └──────────── lines of JSON ────────┘

While there is no request, it draws examples and builds catalogues of what was asked for. It ends after fifteen idle
minutes, or when the grader or course.yml differs from what it has in memory. Suites that differ it collects anew, so that
their author does not wait for libraries to be loaded.
"""
import contextlib
import json
import os
import select
import socket
import time
from pathlib import Path

# Suites and forked judges use these. They are loaded once, here, while a workers' fork server loads its own.
import hypothesis.extra.numpy  # noqa: F401
import numpy  # noqa: F401
import scipy.stats  # noqa: F401
import sympy  # noqa: F401
import torch  # noqa: F401

from grader.course.manifest import Course, Exercise
from grader.judge.fork_server import JudgeForkServer
from grader.local.handlers import handle
from grader.local.idle_work import IdleWork
from grader.local.stamp import only_suites_differ, stamp_of
from grader.local.worker_servers import WorkerServers

IDLE_SECONDS = float(os.environ.get("GRADER_IDLE_SECONDS", 15 * 60))
MOST_RENEWALS = 50  # of the suites: what earlier ones have left in memory goes with the process


class LocalServer(JudgeForkServer):
    """Serves a learner's commands at the socket `path`. The suite of `first` is collected before the first request."""

    def __init__(self, course: Course, path: Path, workers: WorkerServers, stamp: tuple, first: Exercise | None):
        super().__init__(course, {}, [first] if first else [])
        self.path, self.stamp, self.log = path, stamp, f"{path}.log"
        self.workers = workers
        self.idle_work = IdleWork(self)
        self.tell_end, self.told_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.runs = self.renewals = 0
        self.asked_last = first
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
            due = self.idle_work.seconds_until_due()
            wait = due if due is not None else 0.2 if self.children else 5
            ready = select.select([listener, self.told_end, *self.workers.watched()], [], [], wait)[0]
            self.workers.settle()
            self.reap()
            if self.told_end in ready:
                self.hear()
            if listener in ready:
                last = time.monotonic()
                connection, _ = listener.accept()
                if not self.start_judge(connection, listener):
                    break
            elif ready:
                continue  # a judge waits for its workers' fork server: nothing slower comes first
            elif due is not None:
                self.idle_work.step(judging=bool(self.children - {self.idle_work.builder}))
            elif not self.path.exists() or os.stat(self.path).st_ino != inode:
                return self.leave(listener, unlink=False)  # another server has replaced this one
            elif time.monotonic() - last > IDLE_SECONDS:
                break
        self.leave(listener, unlink=True)

    def leave(self, listener: socket.socket, unlink: bool) -> None:
        """Stop listening, let the judges finish, and end the workers' fork servers."""
        if unlink:
            self.path.unlink(missing_ok=True)
        listener.close()
        while self.children:
            select.select(self.workers.watched(), [], [], 0.05)
            self.workers.settle()
            self.reap()
        self.workers.end()

    def start_judge(self, connection: socket.socket, listener: socket.socket) -> bool:
        """Fork a judge for one request. If this process is out of date, send `stale` instead and return False."""
        if not self.is_up_to_date():
            self.path.unlink(missing_ok=True)  # before the client reads `stale`, because it connects again at once
            with contextlib.suppress(OSError):
                connection.sendall(b'{"stale": true}\n')
            connection.close()
            return False
        self.runs += 1
        self.fork(lambda: self.judge(connection, listener))
        connection.close()
        return True

    def is_up_to_date(self) -> bool:
        """Whether what is in memory is what is on disk. If only suites differ it is made so."""
        now = stamp_of(self.root)
        if now == self.stamp:
            return True
        if self.renewals == MOST_RENEWALS or not only_suites_differ(self.root, self.stamp, now):
            return False
        self.stamp, self.renewals = now, self.renewals + 1
        self.forget_suites()
        self.idle_work.forget()
        if self.asked_last:
            self.idle_work.prepare(self.asked_last)
        self.freeze()
        return True

    def judge(self, connection: socket.socket, listener: socket.socket) -> None:
        listener.close()
        context = self.context(connection, self.runs)
        self.answer(connection, lambda request, say: handle(request, self, context, say))

    def fork(self, work) -> int:
        def with_workers() -> None:
            self.fork_servers = self.workers.for_judge()
            work()
        return super().fork(with_workers)

    def asked(self, exercise: Exercise, catalogue: bool) -> None:
        """In a judge: tell the server which exercise was asked for, and whether its catalogue may be needed."""
        with contextlib.suppress(BlockingIOError):  # it prepares less than it could, no more
            self.tell_end.send(json.dumps([exercise.id, catalogue]).encode(), socket.MSG_DONTWAIT)

    def hear(self) -> None:
        exercise, catalogue = json.loads(self.told_end.recv(4096))
        self.asked_last = self.course.exercises[exercise]
        self.idle_work.asked(self.asked_last, catalogue)

    def reap(self) -> None:
        super().reap()
        if self.idle_work.builder not in self.children:
            self.idle_work.builder = 0
