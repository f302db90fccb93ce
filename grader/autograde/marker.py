"""A marker: starts the sandboxes of a class on this machine and gets the verdicts on a submission from them.

    Marker ─┬─ sandbox: the class server with the suites ── a judge for each submission
            └─ sandbox: a workers' fork server, without any of the course ── a worker for each exercise

If a part dies, for whatever reason, the parts are started again, and an exercise without a verdict is judged again.
"""
import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from grader.course.manifest import Course, Exercise
from grader.course.workspace import Problem
from grader.errors import GraderError, UsageError
from grader.ipc import fd_passing
from grader.records.verdict import Reason, Status, Verdict, verdict_on
from grader.sandbox import bubblewrap, cgroups
from grader.worker.launch import ONE_THREAD, WorkerForkServer

LONGEST_LINE = 16 << 20  # bytes of one line of a judge's answer
TRIES = 3                # of one exercise, before its verdict is that it cannot be judged
SHARED_MB = 3000         # the memory that the libraries of a sandbox take, once
JUDGE_MB = 4200          # the memory of a judge beside that, see class_server.py
TMP_MEGABYTES = 32
PROCESSES = 100          # processes and threads of each lane
SETTLING_SECONDS = 1
END_SECONDS = 5          # the time that the processes of a sandbox have to end by themselves
ANSWER_SECONDS = 120     # the wait for a judge, beyond the time that the checks of an exercise may take together


@dataclass(frozen=True)
class Job:
    """The exercises of one submission that are due, with the texts to judge. It is plain data and can be sent."""

    label: str
    exercises: list[str]
    texts: dict[str, str]
    problems: dict[str, Problem] = field(default_factory=dict)


class StartError(GraderError):
    """A part of a marker ended before it was ready."""


class JudgeLostError(Exception):
    """The judge's connection ended before its answer did."""


class MarkerClosedError(Exception):
    """The marker was closed while a thread still had exercises to judge."""


class Marker:
    """Judges the jobs of several threads, `lanes` of them, at the same time. `unsafe` means without a sandbox."""

    def __init__(self, course: Course, exercises: list[Exercise], unsafe: bool = False, log: Path | None = None,
                 lanes: int = 1):
        self.course, self.exercises, self.unsafe, self.lanes = course, exercises, unsafe, lanes
        self.log = log or Path(os.devnull)
        self.lock = threading.Lock()
        self.cpu_seconds = 0.0  # of all parts that have ended
        self.parts: list[WorkerForkServer | subprocess.Popen] = []
        self.connect_end: socket.socket | None = None  # of the class server
        self.groups: list[cgroups.Group] = []
        self.starter = ThreadPoolExecutor(1)
        self.given = course.root / "exercises/common"  # the only part of the course that a worker sees
        self.closed = False

    def __enter__(self) -> "Marker":
        return self

    def __exit__(self, *_) -> None:
        """End all parts, also while jobs run (Ctrl-C). A thread that then loses its judge starts no other."""
        self.closed = True
        with self.lock:
            self.end()
        self.starter.shutdown(wait=False)

    def mark(self, job: Job, turn: int = 0) -> Iterator[Verdict]:
        """Yield the verdict on each exercise of the job as soon as it is there; `turn` selects the CPU."""
        due, tries = [*job.exercises], 0
        while due:
            self.started()
            try:
                for verdict in self.ask(job, due, turn):
                    yield verdict
                    due.pop(0)
                    tries = 0
            except JudgeLostError as lost:
                self.wait_for_an_end()
                tries += 1
                if tries == TRIES:
                    yield not_judged(self.course.exercises[due.pop(0)], job, str(lost), self.unsafe)
                    tries = 0

    def ask(self, job: Job, due: list[str], turn: int) -> Iterator[Verdict]:
        """Yield the verdicts of one judge on `due`. Raises JudgeLostError if one is missing or not valid."""
        request = {"label": job.label, "texts": job.texts, "problems": job.problems, "exercises": due, "turn": turn}
        with self.connect() as connection, connection.makefile("rb") as stream:
            try:
                connection.settimeout(ANSWER_SECONDS + 20 * self.course.limits.wall_seconds)
                connection.sendall(json.dumps(request).encode() + b"\n")
                for name in [*due]:
                    yield read_verdict(stream, self.course.exercises[name])
            except TimeoutError:
                raise JudgeLostError("the judge did not come to an end") from None
            except (OSError, ValueError):
                raise JudgeLostError("the judge's process ended") from None

    def wait_for_an_end(self) -> None:
        """Wait until a part has ended, SETTLING_SECONDS at most.

        A killed process needs a moment to end. Without the wait, all TRIES could fail on the same dying part.
        """
        deadline = time.monotonic() + SETTLING_SECONDS
        while time.monotonic() < deadline and not any(map(part_ended, [*self.parts])):
            time.sleep(0.02)

    def connect(self) -> socket.socket:
        try:
            return fd_passing.connect(self.connect_end)
        except OSError:
            raise JudgeLostError("the judge's process could not be reached") from None

    # ── the sandboxes ───────────────────────────────────────────────────────────────────────────────────────────

    def started(self) -> None:
        """Start all parts, unless all of them run. If no exercise is due, `mark` never calls this.

        Raises MarkerClosedError, and what `start` raises; a StartError only after TRIES tries.
        """
        with self.lock:
            for left in reversed(range(TRIES)):
                if self.closed:
                    raise MarkerClosedError
                if self.parts and not any(map(part_ended, self.parts)):
                    return
                self.end()
                try:
                    # A sandbox ends with the thread that started it, so this thread lives as long as the marker.
                    self.starter.submit(self.start).result()
                except StartError:
                    self.end()
                    if not left:
                        raise
                except BaseException:
                    self.end()
                    raise

    def start(self) -> None:
        """Start the fork servers and the class server, and wait until they are ready.

        Raises UsageError if there can be no sandbox or a library is missing, and GraderError if a process in a sandbox
        does not start.
        """
        if not self.unsafe:
            bubblewrap.require_sandbox()
            bubblewrap.require_apart(self.course.root)
        preloads = {tuple(e.preload) for e in self.exercises}
        with self.log.open("ab") as log:
            fork_servers = [WorkerForkServer(libraries, self.around_workers(libraries), bubblewrap.confinement([self.given]), log)
                            for libraries in sorted(preloads)]
        self.parts = [*fork_servers]
        self.connect_end, accept_end = fd_passing.open_channel()
        with fd_passing.inherited(accept_end) as fd, self.log.open("ab") as log:
            order = {"accept_fd": fd, "root": str(self.course.root), "exercises": [e.id for e in self.exercises],
                     "fork_servers": [[each.libraries, each.connect_end.fileno()] for each in fork_servers],
                     "confinement": None if self.unsafe else bubblewrap.confinement()}
            process = subprocess.Popen(
                [*self.around_judges(), sys.executable, "-P", "-m", "grader.autograde.class_server", json.dumps(order)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, cwd=tempfile.gettempdir(),
                process_group=0, pass_fds=[fd, *(each.connect_end.fileno() for each in fork_servers)],
                env={**os.environ, **ONE_THREAD})
        self.parts.append(process)
        for fork_server in fork_servers:
            if not fork_server.wait_until_ready():
                self.explain(fork_server)
            fork_server.connect_end.close()  # now only judges can connect, and it ends when they have ended
        self.wait_for(process)

    def explain(self, fork_server: WorkerForkServer) -> None:
        """Raise UsageError if a fork server ended because it could not import a library, else StartError."""
        if fork_server.process.wait() == 1 and fork_server.libraries:  # the exit code of Python when an import fails
            raise UsageError(f"{' and '.join(fork_server.libraries)} cannot be imported here, which some exercises work with; "
                             "install it, or mark another project with --only.")
        raise StartError("The workers' process did not start; run the same command again.")

    def wait_for(self, process: subprocess.Popen) -> None:
        for line in process.stdout:
            with contextlib.suppress(ValueError):
                said = json.loads(line)
                if said.get("ready"):
                    return
                if said.get("broken"):
                    raise GraderError(said["broken"])
        where = "" if self.log == Path(os.devnull) else f"; its last words are in {self.log}"
        raise StartError(f"The judge of the class did not start{where}.")

    def around_judges(self) -> list[str] | None:
        if self.unsafe:
            return []
        root = self.course.root
        catalogue = root / ".grader" / "catalogue"
        with contextlib.suppress(OSError):  # in a read-only course the catalogues are not kept, which costs only time
            catalogue.mkdir(parents=True, exist_ok=True)
        readable = [root / name for name in ("course.yml", "pyproject.toml", "solutions", "tests", "exercises/common")]
        return self.grouped(JUDGE_MB, bubblewrap.around(readable, writable=[catalogue]))

    def around_workers(self, libraries: tuple[str, ...]) -> list[str] | None:
        if self.unsafe:
            return None
        # A dotted name forbids a part of a library, which the policy refuses; only a whole library can be hidden.
        forbidden = {name for e in self.exercises for name in e.forbids if "." not in name and tuple(e.preload) == libraries}
        loaded = {name.partition(".")[0] for name in libraries}
        memory_mb = max(e.limits.memory_mb for e in self.exercises) + TMP_MEGABYTES
        hidden = bubblewrap.library_folders(sorted(forbidden - loaded))
        return self.grouped(memory_mb, bubblewrap.around([self.given], hidden=hidden))

    def grouped(self, memory_mb: int, command: list[str]) -> list[str]:
        """`command` inside a control group, if there are such: one limit for the whole sandbox."""
        group = cgroups.make_group(SHARED_MB + self.lanes * memory_mb, PROCESSES * (1 + self.lanes))
        self.groups.append(group)
        return [*group.entering(), *command]

    def end(self) -> None:
        """Close the connect end, so that the class server ends, then the fork servers, and with each its sandbox."""
        if self.connect_end:
            self.connect_end.close()
            self.connect_end = None
        for part in reversed(self.parts):
            process = part.process if isinstance(part, WorkerForkServer) else part
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(END_SECONDS)
                self.cpu_seconds += cpu_seconds_said(process)
            if isinstance(part, WorkerForkServer):
                part.end()
            else:
                part.kill()
                part.wait()
                part.stdout.close()
        self.parts = []
        while self.groups:
            self.groups.pop().remove()


def part_ended(part: WorkerForkServer | subprocess.Popen) -> bool:
    return part.ended if isinstance(part, WorkerForkServer) else part.poll() is not None


def cpu_seconds_said(process: subprocess.Popen) -> float:
    """The CPU seconds that a part of the marker reported when it ended; 0 if it was killed."""
    if not select.select([process.stdout], [], [], END_SECONDS)[0]:
        return 0.0
    with contextlib.suppress(ValueError, KeyError, TypeError, IndexError):
        return float(json.loads(os.read(process.stdout.fileno(), 1 << 16).splitlines()[-1])["cpu_seconds"])
    return 0.0


def read_verdict(stream: BinaryIO, exercise: Exercise) -> Verdict:
    """Read the next verdict of a judge's answer.

    Raises JudgeLostError if there is none, and ValueError for a line that cannot be a verdict on `exercise`.
    """
    said = json.loads(stream.readline(LONGEST_LINE) or b"{}")
    if not isinstance(said, dict) or "verdict" not in said:
        raise JudgeLostError((isinstance(said, dict) and said.get("error")) or "the judge's process ended")
    verdict = Verdict.model_validate(said["verdict"])
    whole = verdict.points + verdict.left_out
    if (verdict.exercise, whole) != (exercise.id, exercise.points) or not 0 <= verdict.earned <= verdict.points <= whole:
        raise ValueError("a verdict on something else")
    return verdict


def not_judged(exercise: Exercise, job: Job, why: str, unsafe: bool) -> Verdict:
    """The verdict on an exercise that could not be judged in TRIES tries. It never says that the exercise passed."""
    return verdict_on(exercise, job.label, Status.NOT_RUN, reason=Reason.JUDGE_FAILED, unsafe=unsafe,
                      message=f"It could not be judged, in {TRIES} tries: {why}.", summary="It could not be judged.")
