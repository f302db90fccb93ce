"""A marker: the sandboxes of a class on this machine, and how a submission gets its verdicts from them.

    Marker ─┬─ sandbox: the class server with the suites ── a judge for each submission
            └─ sandbox: a workers' fork server, without any of the course ── a worker for each exercise

Whatever of this dies, however it dies, is started again, and what was not judged to the end is judged again.
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

LONGEST_LINE = 16 << 20  # of a judge's answer
TRIES = 3                # of one exercise, before it is said that it cannot be judged
SHARED_MB = 3000         # what a sandbox's libraries take, once
JUDGE_MB = 4200          # a judge beside that, see class_server.py
TMP_MEGABYTES = 32
PROCESSES = 100          # of each lane, threads among them
SETTLING_SECONDS = 1
END_SECONDS = 5          # for what is in a sandbox to leave by itself
ANSWER_SECONDS = 120     # of a judge, beyond what the checks of an exercise may take altogether


@dataclass(frozen=True)
class Job:
    """One submission's exercises that are due, with the texts to judge: plain data, which can travel."""

    label: str
    exercises: list[str]
    texts: dict[str, str]
    problems: dict[str, Problem] = field(default_factory=dict)


class StartError(GraderError):
    """A part of a marker ended before it was ready."""


class JudgeLostError(Exception):
    """The judge's connection ended before its answer did."""


class MarkerClosedError(Exception):
    """The marker was left, while a thread had still something to ask."""


class Marker:
    """Judges jobs of several threads at a time. `unsafe` goes without a sandbox."""

    def __init__(self, course: Course, exercises: list[Exercise], unsafe: bool = False, log: Path | None = None,
                 lanes: int = 1):
        self.course, self.exercises, self.unsafe, self.lanes = course, exercises, unsafe, lanes
        self.log = log or Path(os.devnull)
        self.lock = threading.Lock()
        self.cpu_seconds = 0.0  # of all that has ended
        self.parts: list[WorkerForkServer | subprocess.Popen] = []
        self.connect_end: socket.socket | None = None  # of the class server
        self.groups: list[cgroups.Group] = []
        self.starter = ThreadPoolExecutor(1)
        self.given = course.root / "exercises/common"  # all of the course that a worker sees
        self.closed = False

    def __enter__(self) -> "Marker":
        return self

    def __exit__(self, *_) -> None:
        """Also in the middle, as Ctrl-C does: a thread that finds its judge lost starts no other."""
        self.closed = True
        with self.lock:
            self.end()
        self.starter.shutdown(wait=False)

    def mark(self, job: Job, turn: int = 0) -> Iterator[Verdict]:
        """A verdict for each exercise of the job, as they come; `turn` says which CPU to use."""
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
        """Ask one judge. Raises JudgeLostError where it does not answer to the end, or says what is no verdict."""
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
        """What was killed takes a moment to be gone; asked again at once, it would be found lost three times over."""
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
        """Start what does not run. Where all is in the ledger, nothing is ever started."""
        with self.lock:
            for left in reversed(range(TRIES)):
                if self.closed:
                    raise MarkerClosedError
                if self.parts and not any(map(part_ended, self.parts)):
                    return
                self.end()
                try:
                    # A sandbox ends with the thread that started it: one that lives as long as this marker.
                    self.starter.submit(self.start).result()
                except StartError:
                    self.end()
                    if not left:
                        raise
                except BaseException:
                    self.end()
                    raise

    def start(self) -> None:
        """Raises UsageError where there can be no sandbox, GraderError where what is in it does not start."""
        if not self.unsafe:
            bubblewrap.require_sandbox()
            bubblewrap.require_apart(self.course.root)
        preloads = {tuple(e.preload) for e in self.exercises}
        fork_servers = [WorkerForkServer(libraries, self.around_workers(libraries), bubblewrap.confinement([self.given]))
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
            fork_server.connect_end.close()  # now only judges can connect to it, and it ends when they have
        self.wait_for(process)

    def explain(self, fork_server: WorkerForkServer) -> None:
        """Raise what it means that a fork server ended before it was ready."""
        if fork_server.process.wait() == 1 and fork_server.libraries:  # as Python ends where an import fails
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
        with contextlib.suppress(OSError):  # a read-only course costs time, not the diagnosis
            catalogue.mkdir(parents=True, exist_ok=True)
        readable = [root / name for name in ("course.yml", "pyproject.toml", "solutions", "tests", "exercises/common")]
        return self.grouped(JUDGE_MB, bubblewrap.around(readable, writable=[catalogue]))

    def around_workers(self, libraries: tuple[str, ...]) -> list[str] | None:
        if self.unsafe:
            return None
        forbidden = {name.partition(".")[0] for e in self.exercises for name in e.forbids if tuple(e.preload) == libraries}
        loaded = {name.partition(".")[0] for name in libraries}
        memory_mb = max(e.limits.memory_mb for e in self.exercises) + TMP_MEGABYTES
        hidden = bubblewrap.library_folders(sorted(forbidden - loaded))
        return self.grouped(memory_mb, bubblewrap.around([self.given], hidden=hidden))

    def grouped(self, memory_mb: int, command: list[str]) -> list[str]:
        """In a control group, where there are such: what all of this sandbox may have together."""
        group = cgroups.make_group(SHARED_MB + self.lanes * memory_mb, PROCESSES * (1 + self.lanes))
        self.groups.append(group)
        return [*group.entering(), *command]

    def end(self) -> None:
        """Close the connect end: the class server ends, then the fork servers do, and with each its sandbox."""
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
    """What a part of the marker said when it left; 0 where it was killed."""
    if not select.select([process.stdout], [], [], END_SECONDS)[0]:
        return 0.0
    with contextlib.suppress(ValueError, KeyError, TypeError, IndexError):
        return float(json.loads(os.read(process.stdout.fileno(), 1 << 16).splitlines()[-1])["cpu_seconds"])
    return 0.0


def read_verdict(stream: BinaryIO, exercise: Exercise) -> Verdict:
    """The next line of a judge's answer. Raises JudgeLostError, and ValueError for what can be no verdict on `exercise`."""
    said = json.loads(stream.readline(LONGEST_LINE) or b"{}")
    if not isinstance(said, dict) or "verdict" not in said:
        raise JudgeLostError((isinstance(said, dict) and said.get("error")) or "the judge's process ended")
    verdict = Verdict.model_validate(said["verdict"])
    if (verdict.exercise, verdict.points) != (exercise.id, exercise.points) or not 0 <= verdict.earned <= exercise.points:
        raise ValueError("a verdict on something else")
    return verdict


def not_judged(exercise: Exercise, job: Job, why: str, unsafe: bool) -> Verdict:
    """What is said of an exercise that could not be judged, however often it was tried: never that it passed."""
    return verdict_on(exercise, job.label, Status.NOT_RUN, reason=Reason.JUDGE_FAILED, unsafe=unsafe,
                      message=f"It could not be judged, in {TRIES} tries: {why}.", summary="It could not be judged.")
