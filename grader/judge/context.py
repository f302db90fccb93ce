"""What one run of a suite works with: where workers come from, and the worker that it has now."""
import contextlib
import signal
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from grader.course.manifest import Course, Exercise
from grader.course.workspace import Sources
from grader.errors import GraderError, UsageError
from grader.judge.document import Document
from grader.judge.link import Link
from grader.judge.patience import Patience
from grader.judge.remote import Session, Work
from grader.judge.tools import ToolResult, run_tool
from grader.worker.launch import ForkServers

JUDGE_CPU_SECONDS = 10  # the judge's own CPU time for one check; a hundred times what any check takes


@dataclass
class Context:
    """What a run needs from outside: where workers come from, on which CPU they run, and for which client."""

    fork_servers: ForkServers
    cpu: int | None = None
    asker: object = None
    shrink: bool = True
    judge_seconds: float = JUDGE_CPU_SECONDS
    patience: Patience = field(default_factory=Patience)  # of one submission
    only: frozenset[str] | None = None  # the places that are judged, see reach.py; None for all
    until_failed: bool = False  # whether the first check that fails is the last that is run

    def start_worker(self, exercise: Exercise, listener: socket.socket | None = None) -> Link:
        """Start a worker with what the exercise is granted, and no more. Raises UsageError if a library is missing.

        One that is to serve gets the socket `listener`, and may use every core.
        """
        if listener and "service" not in exercise.grants:
            raise GraderError(f"'{exercise.short}' starts a service: say so in course.yml, grants: [service].")
        return self._start(exercise, exercise.grants, listener)

    def start_tool_worker(self, exercise: Exercise) -> Link:
        """Start a worker that runs a trusted program, and no code of a learner. Raises UsageError."""
        return self._start(exercise, ["processes"])

    def _start(self, exercise: Exercise, grants: Sequence[str], listener: socket.socket | None = None) -> Link:
        fork_server = self.fork_servers.get(tuple(exercise.preload))
        if fork_server is None:
            raise UsageError(f"{exercise.short} works with {' and '.join(exercise.preload) or 'NumPy'}, which cannot be "
                             "imported here; install it and try again.")
        return Link(fork_server, exercise.limits, [*grants], None if listener else self.cpu, self.asker, listener, self.patience)


@dataclass
class Run:
    """One exercise that is being judged: the current worker, and what is needed to start another."""

    course: Course
    exercise: Exercise
    sources: Sources
    context: Context
    observations: Sequence = (...,)  # see added_observations.py
    check_shapes: bool | Sequence[str] = True  # whether signatures are checked, or of which functions
    work: Work | Document | None = None
    ends: int = 0
    shrunk: bool = False
    links: list[Link] = field(default_factory=list)

    @property
    def own_file(self) -> str:
        """The exercise's file, as its lines are named."""
        return self.sources.files[self.sources.module][0]

    def open(self) -> Work | Document:
        """The worker with the exercise loaded; a new worker if the last one was stopped. Of data, what a suite sees of it.

        Raises LearnerError or NotStartedError if the file raises while it is imported, and WorkerError.
        """
        if self.work is None and not self.exercise.language.runs:
            self.work = Document(self.sources.files[self.sources.module][1], self.exercise.language, self.run_tool)
        if self.work is None:
            self.work = Work(self.start(), self.start, self.run_tool)
        return self.work

    def start(self, listener: socket.socket | None = None) -> Session:
        """A new worker with the exercise loaded; with a `listener`, one to serve on it. Raises as `open` does."""
        link = self.context.start_worker(self.exercise, listener)
        self.links.append(link)
        session = Session(link)
        session.load(self.sources, self.course, self.exercise.forbids, check_shapes=self.check_shapes, trusts=self.exercise.trusts)
        return session

    def run_tool(self, name: str, arguments: tuple[str, ...], files: dict[str, str]) -> ToolResult:
        return run_tool(lambda: self.context.start_tool_worker(self.exercise), name, arguments, files)

    def drop(self) -> None:
        self.work = None
        self.ends += 1

    def close(self) -> None:
        for link in self.links:
            link.end_check()
            link.close()


class JudgeTimeoutError(BaseException):
    """The judge itself computed too long for one check. Not an Exception, so that nothing in a suite catches it."""


@contextlib.contextmanager
def limited_judge_time(seconds: float = JUDGE_CPU_SECONDS) -> Iterator[None]:
    """Raise JudgeTimeoutError if this process uses more than `seconds` of user CPU time.

    A submission may return, for example, a number whose sine takes hours.
    """
    def stop(*_):
        raise JudgeTimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
