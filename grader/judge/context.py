"""What one run of a suite works with: where workers come from, and the worker that it has now."""
import contextlib
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from grader.course.manifest import Course, Exercise
from grader.course.workspace import Sources
from grader.errors import UsageError
from grader.judge.link import Link
from grader.judge.patience import Patience
from grader.judge.remote import Session, Work
from grader.worker.launch import ForkServers

JUDGE_CPU_SECONDS = 10  # the judge's own CPU time for one check; a hundred times what any check takes


@dataclass
class Context:
    """What a run needs from outside: where workers come from, on which CPU they run, and for which client."""

    fork_servers: ForkServers
    cpu: int | None = None
    asker: object = None
    shrink: bool = True
    patience: Patience = field(default_factory=Patience)  # of one submission

    def start_worker(self, exercise: Exercise) -> Link:
        """Start a worker with what the exercise is granted, and no more. Raises UsageError if a library is missing."""
        fork_server = self.fork_servers.get(tuple(exercise.preload))
        if fork_server is None:
            raise UsageError(f"{exercise.short} works with {' and '.join(exercise.preload) or 'NumPy'}, which cannot be "
                             "imported here; install it and try again.")
        return Link(fork_server, exercise.limits, exercise.grants, self.cpu, self.asker, self.patience)


@dataclass
class Run:
    """One exercise that is being judged: the current worker, and what is needed to start another."""

    course: Course
    exercise: Exercise
    sources: Sources
    context: Context
    observations: Sequence = (...,)  # see added_observations.py
    contract: Sequence[str] = ()     # the functions whose signatures are checked; if there are none, all
    work: Work | None = None
    ends: int = 0
    shrunk: bool = False
    links: list[Link] = field(default_factory=list)

    @property
    def own_file(self) -> str:
        """The exercise's file, as its lines are named."""
        return self.sources.files[self.sources.module][0]

    def open(self) -> Work:
        """The worker with the exercise loaded; a new worker if the last one was stopped.

        Raises LearnerError or NotStartedError if the file raises while it is imported, and WorkerError.
        """
        if self.work is None:
            link = self.context.start_worker(self.exercise)
            self.links.append(link)
            session = Session(link)
            session.load(self.sources, self.course, self.exercise.forbids, check_shapes=self.contract or True)
            self.work = Work(session)
        return self.work

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
