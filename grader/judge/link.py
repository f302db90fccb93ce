"""The judge's end of one worker: start the worker, send it requests, watch its limits, end it."""
import contextlib
import json
import os
import select
import socket
import time
from dataclasses import dataclass, field

from grader.course.manifest import Limits
from grader.ipc import fd_passing, wire
from grader.judge.patience import Patience
from grader.records.verdict import Kind

POLL_SECONDS = 0.1
END_SECONDS = 2      # how long the fork server may take to report how a worker ended
FORK_SERVER_SECONDS = 60  # and for any other answer, on a busy machine
MOST_QUEUED = 10     # on a machine that is ever so busy, a check ends after this many times its wall time
CORES = os.cpu_count() or 1
KILLED = "killed"    # the detail of a failure in which the worker was killed, and not by the judge


class WorkerError(Exception):
    """The worker was stopped, or ended, during a check. `kind` names the limit, or how the worker ended."""

    def __init__(self, kind: Kind, message: str, detail: str = ""):
        super().__init__(message)
        self.kind, self.detail = kind, detail


class ForkServerLostError(BaseException):
    """The workers' fork server has ended, so nothing can be said about the learner's code."""


class CancelledError(BaseException):
    """The client that asked for this verdict has closed its connection."""


@dataclass
class Link:
    """One worker, from fork to end. `asker` is the client's socket: when the client closes it, the worker is ended."""

    fork_server: socket.socket  # the connect end of the workers' fork server
    limits: Limits
    grants: list[str] = field(default_factory=list)
    cpu: int | None = None
    asker: socket.socket | None = None
    listener: socket.socket | None = None  # the socket that the worker serves on, if it does (judge/service.py)
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self):
        self.stdout = bytearray()
        self.stdout_open = True
        self.dead = False
        self.connection = self._connect()
        self.wire, theirs = socket.socketpair()
        self.stdout_fd, their_stdout = os.pipe()
        os.set_blocking(self.stdout_fd, False)
        message = {"memory_mb": self.limits.memory_mb, "grants": self.grants, "cpu": self.cpu}
        fds = [theirs.fileno(), their_stdout, *([self.listener.fileno()] if self.listener else [])]
        socket.send_fds(self.connection, [json.dumps(message).encode()], fds)
        theirs.close()
        os.close(their_stdout)
        self._heard = b""       # bytes from the fork server that are not parsed yet
        self._ended: int | None = None
        self.pid = self.hear("pid", FORK_SERVER_SECONDS)
        if self.pid is None:
            raise ForkServerLostError
        self.poll = select.poll()
        for fd in (self.wire, self.stdout_fd, self.connection, *([self.asker] if self.asker else [])):
            self.poll.register(fd, select.POLLIN)
        self.answering = self.cpu_start = self.queued_start = 0.0
        self.last_used = 0.0, 0.0  # as `used` said while the worker was there
        self.begin_check()

    def _connect(self) -> socket.socket:
        try:
            return fd_passing.connect(self.fork_server)
        except OSError:
            raise ForkServerLostError from None

    def hear(self, what: str, seconds: float):
        """Wait until the fork server sends `what`, and return its value; None if `seconds` pass before.

        Raises ForkServerLostError.
        """
        deadline = time.monotonic() + seconds
        while True:
            while b"\n" in self._heard:
                line, _, self._heard = self._heard.partition(b"\n")
                said = json.loads(line)
                self._ended = said.get("ended", self._ended)
                if what in said:
                    return said[what]
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            try:
                self.connection.settimeout(left)
                chunk = self.connection.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                chunk = b""
            if not chunk:
                self.close()
                raise ForkServerLostError
            self._heard += chunk

    def begin_check(self) -> None:
        """Begin a check: its limits count from here."""
        self.stdout.clear()
        self.end_check()
        self.answering, self.asked_at = 0.0, None  # seconds of earlier requests; when the current one began
        self.wall_seconds = self.patience.at_most(self.limits.wall_seconds)

    def end_check(self) -> None:
        """Count what the worker waited in this check, by what is known of its CPU time if it was ended."""
        self.used()
        cpu, queued = self.last_used
        self.patience.use(self.answering, cpu - self.cpu_start + queued - self.queued_start)
        self.answering, self.cpu_start, self.queued_start = 0.0, cpu, queued

    def ask(self, tree: bytes, arrays: list) -> tuple[bytes, bytearray]:
        """Send a request and wait for the frame that answers it.

        Raises WorkerError, CancelledError or ForkServerLostError. After each of them this link is dead.
        """
        if self.dead:
            raise WorkerError(Kind.CRASHED, "the worker had ended before")
        self.asked_at = time.monotonic()
        try:
            # If the worker reads nothing, the socket's buffer fills up and sending blocks: hence a timeout.
            self.wire.settimeout(max(0.1, self.wall_seconds - self.answering))
            wire.send(self.wire, tree, arrays)
            return wire.receive(self.wire, self._wait)
        except wire.WireClosedError:
            self._explain_end()
        except wire.WireStuckError:
            self._fail_for_time()
        except wire.WireError as error:
            self.fail(Kind.PROTOCOL, f"the worker's process sent what is no reply ({error})")
        finally:
            self.answering += time.monotonic() - self.asked_at
            self.asked_at = None
            self._drain()

    def _wait(self) -> None:
        """Return when the wire has something to read. Until then, collect the worker's output and watch the limits."""
        while True:
            ready = {fd: event for fd, event in self.poll.poll(POLL_SECONDS * 1000)}
            self._check_limits()  # also if something came: a reply may come byte by byte, for ever
            if self.stdout_fd in ready:
                self._drain()
            if self.wire.fileno() in ready:
                return
            if self.asker and self.asker.fileno() in ready and not self.asker.recv(1, socket.MSG_PEEK):
                self.close()
                raise CancelledError
            if self.connection.fileno() in ready:
                self._explain_end()

    def _check_limits(self) -> None:
        """End the worker if it has used up its CPU time, or its wall time: the time that the judge waited for it in this
        check, without the time that it waited for a core itself.
        """
        waited = self.answering + time.monotonic() - self.asked_at
        # Before this wall time, all cores together cannot have used the CPU time up: the fork server is not asked.
        if waited * CORES <= self.limits.cpu_seconds and waited <= self.wall_seconds:
            return
        cpu, queued = self.used()
        if cpu - self.cpu_start > self.limits.cpu_seconds:
            self.fail(Kind.TIMEOUT, f"stopped after {self.limits.cpu_seconds:g} seconds of computing: is there a loop that "
                                    "never ends?", "cpu")
        queued = min(queued - self.queued_start, (MOST_QUEUED - 1) * self.limits.wall_seconds)
        computed = cpu - self.cpu_start if self.wall_seconds < self.limits.wall_seconds else 0.0  # patience is for what waits
        if waited - max(queued, 0.0) - computed > self.wall_seconds:
            self._fail_for_time()

    def _fail_for_time(self) -> None:
        more = "" if self.wall_seconds == self.limits.wall_seconds else \
            f"; all checks of a submission together may wait for {self.patience.seconds:g} seconds"
        self.fail(Kind.TIMEOUT, f"stopped after {self.wall_seconds:.3g} seconds, most of them waiting for "
                                f"something that never came{more}", "wall")

    def _drain(self) -> None:
        """Read what the learner's code printed. More than the limit ends the worker."""
        while not self.dead:
            try:
                chunk = os.read(self.stdout_fd, 1 << 16)
            except BlockingIOError:
                return
            if not chunk:  # the learner's code closed it
                if self.stdout_open:
                    self.stdout_open = False
                    self.poll.unregister(self.stdout_fd)
                return
            self.stdout += chunk
            if len(self.stdout) > self.limits.output_kb << 10:
                self.fail(Kind.OUTPUT, f"stopped after printing {self.limits.output_kb} KB: is there a print in a loop?",
                          "too much")

    def _explain_end(self) -> None:
        """The worker closed its end of the wire: raise a WorkerError that says how the worker ended.

        The fork server reports that.
        """
        code = self.hear("ended", END_SECONDS) if self._ended is None else self._ended
        if code == -9:
            self.fail(Kind.MEMORY, "the process was killed by the system, most likely for memory", KILLED)
        if code is None:
            self.fail(Kind.CRASHED, "the process closed its connection to the grader", "closed")
        if code < 0:
            import signal
            name = signal.strsignal(-code) or "unknown"
            self.fail(Kind.CRASHED, f"the process crashed: {name} (signal {-code})", f"signal {-code}")
        self.fail(Kind.CRASHED, f"the process ended itself (exit code {code}) before the check was over",
                  f"exit {code}")

    def fail(self, kind: Kind, message: str, detail: str = "") -> None:
        self.close()
        raise WorkerError(kind, message, detail)

    def cpu_seconds(self) -> float:
        """The CPU time of the worker, as the kernel counts it; 0 if the worker was ended."""
        return self.used()[0]

    def used(self) -> tuple[float, float]:
        """(the worker's CPU time, how long it waited for a core), as the kernel counts them; 0 if the worker was ended.

        The fork server reads them, because the judge may not see the fork server's processes.
        """
        if self.dead:
            return 0.0, 0.0
        with contextlib.suppress(OSError):
            self.connection.sendall(b"?")
        cpu, queued = self.hear("used", FORK_SERVER_SECONDS) or (0.0, 0.0)
        if cpu:  # 0: the worker has ended meanwhile
            self.last_used = cpu, queued
        return cpu, queued

    def signal(self, order: bytes) -> None:
        """Have the fork server send the worker a signal, one of its ORDERS: nobody else may."""
        with contextlib.suppress(OSError):
            self.connection.sendall(order)

    def close(self) -> None:
        """Close the connection. The fork server then kills the worker, as it does when this process dies."""
        if not self.dead:
            self.dead = True
            self.connection.close()
            self.wire.close()
            os.close(self.stdout_fd)
