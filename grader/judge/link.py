"""The judge's end of one worker: start it, ask it, watch its limits, end it."""
import json
import os
import select
import socket
import time
from dataclasses import dataclass, field

from grader import wire
from grader.course import Limits
from grader.verdict import Kind
from grader.worker.processes import cpu_seconds

POLL_SECONDS = 0.1
END_SECONDS = 2  # how long the zygote may take to say how a worker ended


class WorkerFailed(Exception):
    """The worker was stopped, or ended, in the middle of a check. `kind` names the limit or the end."""

    def __init__(self, kind: Kind, message: str):
        super().__init__(message)
        self.kind = kind


class Cancelled(BaseException):
    """Whoever asked for this verdict is gone."""


@dataclass
class Link:
    """One worker, from fork to death. `asker` is the socket of the client; when it hangs up, so do we."""

    zygote: str
    limits: Limits
    grants: list[str] = field(default_factory=list)
    cpu: int | None = None
    asker: socket.socket | None = None

    def __post_init__(self):
        self.prints = bytearray()
        self.prints_open = True
        self.dead = False
        self.connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.connection.connect(self.zygote)
        self.wire, theirs = socket.socketpair()
        self.prints_fd, their_prints = os.pipe()
        os.set_blocking(self.prints_fd, False)
        message = {"memory_mb": self.limits.memory_mb, "grants": self.grants, "cpu": self.cpu}
        socket.send_fds(self.connection, [json.dumps(message).encode()], [theirs.fileno(), their_prints])
        theirs.close()
        os.close(their_prints)
        self._control = b""
        while b"\n" not in self._control:
            chunk = self.connection.recv(4096)
            if not chunk:
                raise WorkerFailed(Kind.CRASHED, "the worker could not be started")
            self._control += chunk
        line, _, self._control = self._control.partition(b"\n")
        self.pid = json.loads(line)["pid"]
        self.poll = select.poll()
        for fd in (self.wire, self.prints_fd, self.connection, *([self.asker] if self.asker else [])):
            self.poll.register(fd, select.POLLIN)
        self.begin_check()

    def begin_check(self) -> None:
        """The limits count from here."""
        self.prints.clear()
        self.cpu_start, self.wall_start = cpu_seconds(self.pid), time.monotonic()

    def ask(self, tree: bytes, arrays: list) -> tuple[bytes, bytearray]:
        """Send a request and wait for the frame that answers it; raises WorkerFailed, after which this link is dead."""
        if self.dead:
            raise WorkerFailed(Kind.CRASHED, "the worker had ended before")
        try:
            # A worker that reads nothing would let the pipe fill up and hold us here.
            self.wire.settimeout(max(0.1, self.limits.wall_seconds - (time.monotonic() - self.wall_start)))
            wire.send(self.wire, tree, arrays)
            return wire.receive(self.wire, self._wait)
        except wire.WireClosed:
            self._explain_end()
        except wire.WireStuck:
            self._fail_for_time()
        except wire.WireError as error:
            self.fail(Kind.PROTOCOL, f"the worker's process sent what is no reply ({error})")
        finally:
            self._drain()

    def _wait(self) -> None:
        """Return when the wire has something to read; meanwhile keep the prints and watch the limits."""
        while True:
            ready = {fd: event for fd, event in self.poll.poll(POLL_SECONDS * 1000)}
            self._check_limits()  # also where something came: a reply may come byte by byte, for ever
            if self.prints_fd in ready:
                self._drain()
            if self.wire.fileno() in ready:
                return
            if self.asker and self.asker.fileno() in ready and not self.asker.recv(1, socket.MSG_PEEK):
                self.close()
                raise Cancelled
            if self.connection.fileno() in ready:
                self._explain_end()

    def _check_limits(self) -> None:
        used, waited = cpu_seconds(self.pid) - self.cpu_start, time.monotonic() - self.wall_start
        if used > self.limits.cpu_seconds:
            self.fail(Kind.TIMEOUT, f"stopped after {self.limits.cpu_seconds:g} seconds of computing: is there a loop "
                                    "that never ends?")
        if waited > self.limits.wall_seconds:
            self._fail_for_time()

    def _fail_for_time(self) -> None:
        self.fail(Kind.TIMEOUT, f"stopped after {self.limits.wall_seconds:g} seconds, most of them waiting for "
                                "something that never came")

    def _drain(self) -> None:
        """Take what the learner printed; more than the limit ends the worker."""
        while not self.dead:
            try:
                chunk = os.read(self.prints_fd, 1 << 16)
            except BlockingIOError:
                return
            if not chunk:  # the learner closed it
                if self.prints_open:
                    self.prints_open = False
                    self.poll.unregister(self.prints_fd)
                return
            self.prints += chunk
            if len(self.prints) > self.limits.output_kb << 10:
                self.fail(Kind.OUTPUT, f"stopped after printing {self.limits.output_kb} KB: is there a print in a loop?")

    def _explain_end(self) -> None:
        """The worker's end of the wire is closed: say how it ended, as the zygote saw it."""
        deadline = time.monotonic() + END_SECONDS
        while b"\n" not in self._control and time.monotonic() < deadline:
            if select.select([self.connection], [], [], 0.1)[0]:
                chunk = self.connection.recv(4096)
                if not chunk:
                    break
                self._control += chunk
        line = self._control.partition(b"\n")[0]
        code = json.loads(line).get("ended") if line else None
        if code == -9:
            self.fail(Kind.MEMORY, "the process was killed by the system, most likely for memory")
        if code is None:
            self.fail(Kind.CRASHED, "the process closed its connection to the grader")
        if code < 0:
            import signal
            name = signal.strsignal(-code) or "unknown"
            self.fail(Kind.CRASHED, f"the process crashed: {name} (signal {-code})")
        self.fail(Kind.CRASHED, f"the process ended itself (exit code {code}) before the check was over")

    def fail(self, kind: Kind, message: str) -> None:
        self.close()
        raise WorkerFailed(kind, message)

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.pid)

    def close(self) -> None:
        """Closing the connection is what kills the worker: the zygote sees to it, also when this process dies."""
        if not self.dead:
            self.dead = True
            self.connection.close()
            self.wire.close()
            os.close(self.prints_fd)
