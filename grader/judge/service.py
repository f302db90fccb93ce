"""A service: a worker that serves on a socket which the judge has made, and to which the judge talks from outside.

    judge: bind, listen ──socket──> fork server ──> worker: accept, answer
      └── HTTP over loopback ──────────────────────────┘
      └── signals, by way of the fork server ──────────┘

In a sandbox the worker reaches nothing but that one socket: it can accept on it, and neither make another nor connect to
anything (`grants: [service]`). A service that was killed can be started again on the same socket, so its port stays, and
a client that connects in between waits.
"""
import asyncio
import inspect
import os
import select
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from grader.ipc import wire
from grader.judge.http import HERE, Answer, NoAnswerError, ask
from grader.judge.link import Link, WorkerError
from grader.records.verdict import Kind
from grader.worker.grants import LISTENER

WAITING_CLIENTS = 1024   # connections that the kernel holds until the service accepts them
KEPT_OUTPUT = 1 << 18    # bytes of what a service has printed last
LEAVING_SECONDS = 5      # what a service has to end in, at the end of a check that did not ask it to
SIGNALS = {"SIGTERM": b"T", "SIGINT": b"I", "SIGKILL": b"K"}
RETURNED = "returned"


@dataclass(frozen=True)
class End:
    """How a service ended: its function returned `value`, or the process ended with `code` (-n by signal n)."""

    how: str
    value: object = None
    code: int | None = None


class Service:
    """A running service. `begin` starts a worker on the socket, has it serve, and returns its session."""

    def __init__(self, begin: Callable[[socket.socket], object], patience: float):
        self.patience = patience  # seconds that it may take to be ready, or to end
        self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.listener.bind((HERE, 0))
        self.listener.listen(WAITING_CLIENTS)
        self.port: int = self.listener.getsockname()[1]
        self._begin = begin
        self.start()

    def start(self) -> None:
        """Start the service on its socket; also again, after it has ended."""
        self._session = self._begin(self.listener)
        self.link: Link = self._session.link
        self._end: End | None = None
        self._printed = bytearray()
        self._reader = threading.Thread(target=self._keep_output, args=(os.dup(self.link.stdout_fd), self._printed), daemon=True)
        self._reader.start()

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None,
            seconds: float | None = None) -> Answer:
        """Ask once by HTTP. Raises NoAnswerError."""
        return asyncio.run(ask(self.port, method, path, body, headers, seconds or self.patience))

    def wait_until_ready(self, path: str = "/ready") -> None:
        """Wait until GET `path` is answered by 200. Raises what `wait` raises, and WorkerError."""
        deadline, last = time.monotonic() + self.patience, "it did not answer"
        while time.monotonic() < deadline:
            if end := self.wait(0):
                raise WorkerError(Kind.CRASHED, f"the service ended before it was ready ({described(end)})", "ended")
            try:
                answer = self.ask("GET", path, seconds=2.0)
                if answer.status == 200:
                    return
                last = f"{path} answers {answer.status}"
            except NoAnswerError as error:
                last = str(error)
            time.sleep(0.02)
        self.kill()
        raise WorkerError(Kind.TIMEOUT, f"the service was not ready after {self.patience:g} seconds: {last}", "not ready")

    def signal(self, name: str) -> None:
        """Send the service's process SIGTERM, SIGINT or SIGKILL."""
        self.link.signal(SIGNALS[name])

    def wait(self, seconds: float | None = None) -> End | None:
        """How the service ended; None if it still runs after `seconds`.

        Raises LearnerError or NotStartedError if its function raised, and WorkerError.
        """
        if self._end is None and not self.link.dead:
            patience = self.patience if seconds is None else seconds
            if select.select([self.link.wire], [], [], patience)[0]:
                self._end = self._ended()
                self.link.close()
        return self._end

    def _ended(self) -> End:
        try:
            self.link.wire.settimeout(self.patience)
            frame = wire.receive(self.link.wire)
        except wire.WireClosedError:
            return End("ended", code=self.link.hear("ended", self.patience))
        except (wire.WireError, TimeoutError) as error:
            self.link.fail(Kind.PROTOCOL, f"the worker's process sent what is no reply ({error})")
        return End(RETURNED, self._session.read(frame))

    def kill(self) -> None:
        """End the service at once."""
        self.link.close()

    def stop(self) -> None:
        """End the service, gently where it can be, and close its socket."""
        if self._end is None and not self.link.dead:
            self.signal("SIGTERM")
            try:
                self.wait(LEAVING_SECONDS)
            except Exception:  # at the end of a check it is too late to complain
                pass
        self.link.close()
        self.listener.close()

    def cpu_seconds(self) -> float:
        return self.link.cpu_seconds()

    @property
    def output(self) -> str:
        """What the service has printed, the last KEPT_OUTPUT bytes of it."""
        return bytes(self._printed[-KEPT_OUTPUT:]).decode("utf-8", "replace")

    def whole_output(self) -> str:
        """The same once the service has ended: everything that it printed is there."""
        self._reader.join(LEAVING_SECONDS)
        return self.output

    @staticmethod
    def _keep_output(fd: int, printed: bytearray) -> None:
        """Read what the service prints until it ends: a full pipe would make it wait."""
        while select.select([fd], [], []):
            try:
                chunk = os.read(fd, 1 << 16)
            except BlockingIOError:
                continue
            if not chunk:
                break
            printed += chunk
            if len(printed) > 4 * KEPT_OUTPUT:
                del printed[:-KEPT_OUTPUT]
        os.close(fd)


def described(end: End) -> str:
    if end.how == RETURNED:
        return "its function returned"
    return f"signal {-end.code}" if (end.code or 0) < 0 else f"exit code {end.code}"


def serve(session_on: Callable[[socket.socket], object], patience: float, probe: Callable, args: tuple, kwargs: dict) -> Service:
    """Have a worker of its own run `probe(module, *args, listener=the descriptor of the socket, **kwargs)`."""
    def begin(listener: socket.socket):
        session = session_on(listener)
        session.send_probes(inspect.getmodule(probe))
        session.post("probe", inspect.getmodule(probe).__name__, probe.__name__, args, {**kwargs, "listener": LISTENER})
        return session

    return Service(begin, patience)
