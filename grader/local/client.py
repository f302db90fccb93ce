"""The client: it connects to the local server, or starts it, and sends requests.

It imports little beyond the standard library, because a learner waits for it.
"""
import contextlib
import fcntl
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from grader.errors import USAGE, GraderError, UsageError
from grader.files import socket_path

START_SECONDS = 180


def ask(root: Path, request: dict) -> Iterator[dict]:
    """Send a request to the course's local server; yield the lines of its answer, the last one with an exit code.

    If the local server dies before its first line, or is out of date, the request is sent to a new one, three tries in
    all. An error in the answer is raised as UsageError or GraderError.
    """
    for attempt in range(3):
        connection = connect(root, named(request))
        answered = False
        with connection, connection.makefile("r", encoding="utf-8", errors="surrogatepass", newline="\n") as stream:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the server may be ending at this moment
                connection.sendall(json.dumps(request).encode() + b"\n")
            with contextlib.suppress(ConnectionResetError):
                for text in stream:
                    line = json.loads(text)
                    if line.get("stale"):
                        break
                    answered = True
                    if "error" in line:
                        raise (UsageError if line["exit"] == USAGE else GraderError)(line["error"])
                    yield line
                    if "exit" in line:
                        return
        if answered:
            break
    raise GraderError(f"The grader's background process died; its last words are in {socket_path(root)}.log.")


def named(request: dict) -> str:
    """What a request names first, exercise or project, in the user's words; empty if it names nothing."""
    return request.get("exercise") or request.get("project") or next(iter(request.get("exercises", [])), "")


def connect(root: Path, words: str = "") -> socket.socket:
    """A connection to the local server, which is started if none runs, with what `words` name prepared first.

    Raises UsageError and GraderError.
    """
    path = socket_path(root)
    connection = _try(path)
    if connection:
        return connection
    with open(f"{path}.lock", "w") as lock:  # of several clients that find no server, only one starts it
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _try(path) or _start(root, path, words)


def _try(path: Path) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(str(path))
        return connection
    except OSError:  # no socket, or a socket whose process has ended
        connection.close()
        return None


def _start(root: Path, path: Path, words: str) -> socket.socket:
    path.unlink(missing_ok=True)
    log = Path(f"{path}.log")
    with log.open("w") as out:
        process = subprocess.Popen([sys.executable, "-P", "-m", "grader.local.start_server", str(root), str(path), words],
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
                                   cwd=root, env={**os.environ, **{n: "1" for n in (
                                       "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}})
    if sys.stderr.isatty():
        print("Warming up (once; the next check answers at once) …", end="\r", file=sys.stderr, flush=True)
    deadline = time.monotonic() + START_SECONDS
    try:
        while time.monotonic() < deadline:
            connection = _try(path)
            if connection:
                return connection
            if (code := process.poll()) is not None:
                if code == USAGE:
                    raise UsageError(_last_error(log))
                raise GraderError(f"The grader's background process did not start; see {log}.")
            time.sleep(0.02)
    finally:
        if sys.stderr.isatty():
            print(" " * 60, end="\r", file=sys.stderr, flush=True)
    raise GraderError(f"The grader's background process did not start in {START_SECONDS} seconds; see {log}.")


def _last_error(log: Path) -> str:
    """The sentence of the last line {"error": sentence} in the log: the server writes it before it exits with USAGE."""
    for line in reversed(log.read_text(encoding="utf-8", errors="replace").splitlines()):
        with contextlib.suppress(ValueError, TypeError, KeyError):
            return json.loads(line)["error"]
    return f"The grader's background process did not start; see {log}."
