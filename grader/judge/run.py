"""Run one exercise's suite against a workspace and say what came of it: a Verdict."""
import contextlib
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from grader.course import Course, Exercise
from grader.errors import GraderError, UsageError
from grader.judge import fingerprint
from grader.judge.expect import Mismatch
from grader.judge.link import Link, WorkerFailed
from grader.judge.marking import earned
from grader.judge.remote import LearnerError, NotStarted, Session, Work
from grader.judge.suites import CheckPlan, Suite
from grader.verdict import Check, Kind, Status, Verdict
from grader.workspace import BadFile, Sources, Workspace, gather

PATIENCE_SECONDS = 10  # of the judge's own CPU time over one check; a hundred times what any takes
FATAL_ENDS = 2  # after so many checks that cost a worker (a loop, a crash) the rest are not run


@dataclass
class Context:
    """What a run needs from its surroundings: where workers come from, on which CPU, and for whom."""

    zygotes: dict[tuple[str, ...], socket.socket]  # their doors, by the libraries that they have loaded
    cpu: int | None = None
    asker: object = None
    shrink: bool = True

    def start_worker(self, exercise: Exercise) -> Link:
        """A worker with what the exercise is granted, and no more."""
        zygote = self.zygotes.get(tuple(exercise.preload))
        if zygote is None:
            raise UsageError(f"{exercise.short} works with {' and '.join(exercise.preload) or 'NumPy'}, which cannot be "
                             "imported here; install it and try again.")
        return Link(zygote, exercise.limits, exercise.grants, self.cpu, self.asker)


@dataclass
class Failure:
    """A failed call of a check, and where in the check it was."""

    error: Exception
    place: tuple
    shown: Exception = None  # the same failure, shrunk


@dataclass
class Run:
    """One exercise being judged: the worker in use and what it takes to start another."""

    course: Course
    exercise: Exercise
    sources: Sources
    context: Context
    work: Work | None = None
    ends: int = 0
    shrunk: bool = False
    printed: str = ""
    links: list[Link] = field(default_factory=list)

    def open(self) -> Work:
        """The worker, loaded; a new one where the last was stopped."""
        if self.work is None:
            link = self.context.start_worker(self.exercise)
            self.links.append(link)
            session = Session(link)
            session.ask("load", self.sources.module, self.sources.files, str(self.course.root / "exercises/common"),
                        self.exercise.forbids, True)
            self.work = Work(session)
        return self.work

    def drop(self) -> None:
        self.work = None
        self.ends += 1

    def close(self) -> None:
        for link in self.links:
            link.close()


def judge(course: Course, workspace: Workspace, exercise: Exercise, suite: Suite, context: Context) -> Verdict:
    """The verdict on `exercise` as it stands in `workspace`. Raises GraderError only where the suite is at fault."""
    started = time.perf_counter()

    def verdict(status: Status, checks=(), message="", excerpt="", files_hash="") -> Verdict:
        return Verdict(exercise=exercise.id, number=exercise.number, title=exercise.title,
                       file=f"{workspace.label}/{exercise.path}", status=status, points=exercise.points,
                       earned=earned(exercise.points, checks), checks=list(checks), message=message, excerpt=excerpt, files_hash=files_hash,
                       suite_hash=suite.digest, seconds=round(time.perf_counter() - started, 3),
                       judged_at=datetime.now(UTC))

    try:
        with limited_patience():
            sources = gather(course, workspace, exercise)
    except BadFile as error:
        return verdict(Status.FAILED, message=str(error), excerpt=error.excerpt)
    except Tired:
        return verdict(Status.FAILED, message=f"{workspace.label}/{exercise.path} takes too long to read as Python.")
    run = Run(course, exercise, sources, context)
    checks: list[Check] = []
    try:
        for plan in suite.checks:
            if run.ends >= FATAL_ENDS:
                checks.append(Check(name=plan.name, title=plan.title, status=Status.NOT_RUN, supporting=plan.supporting))
            else:
                checks.append(run_check(run, plan))
    except NotStarted as error:
        return verdict(*not_started(run, error), files_hash=sources.digest)
    except LoadFailed as error:
        return verdict(Status.FAILED, message=str(error), files_hash=sources.digest)
    finally:
        run.close()
    status = Status.PASSED if all(c.status == Status.PASSED for c in checks) else Status.FAILED
    return verdict(status, checks, files_hash=sources.digest)


class Tired(BaseException):
    """The judge itself has computed too long over one check. No Exception, so that nothing in a suite swallows it."""


@contextlib.contextmanager
def limited_patience() -> Iterator[None]:
    """Raise Tired where this process computes longer than PATIENCE_SECONDS: over what a submission returned, say a number
    whose sine takes hours."""
    def tire(*_):
        raise Tired

    before = signal.signal(signal.SIGVTALRM, tire)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


class LoadFailed(Exception):
    """The learner's file could not be imported. One sentence."""


def run_check(run: Run, plan: CheckPlan) -> Check:
    """Try every case and example of one check until one fails."""
    try:
        work = run.open()
    except LearnerError as error:
        raise LoadFailed(load_words(run, error)) from None
    except WorkerFailed as error:
        run.drop()
        return failed_check(plan, Failure(error, (0, 0)), "")
    try:
        work.begin_check()
        with limited_patience():
            failure = first_failure(run, plan, work)
        if work._session.refused:  # also where the check, or the learner's code, caught it
            failure = Failure(work._session.refused, (0, 0))
    except Tired:
        work._session.link.close()
        failure = Failure(WorkerFailed(Kind.TIMEOUT, "stopped: what came back takes too long to compare"), (0, 0))
    except (WorkerFailed, LearnerError) as error:  # begin_check itself: the last check left the worker broken
        failure = Failure(error, (0, 0))
    output = work._session.link.prints.decode("utf-8", "replace")
    if failure is None:
        return Check(name=plan.name, title=plan.title, status=Status.PASSED, supporting=plan.supporting, output=output)
    if work._session.link.dead:  # now, or while the failure was shrunk
        run.drop()
    return failed_check(plan, failure, output)


def first_failure(run: Run, plan: CheckPlan, work: Work) -> Failure | None:
    for number, case in enumerate(plan.cases):
        for example, arguments in case.calls():
            try:
                case.call(work, arguments)
            except Exception as error:
                failure = Failure(error, (number, example), error)
                if case.drawn and run.context.shrink and not run.shrunk and not isinstance(error, WorkerFailed):
                    run.shrunk = True  # the first failing property only: the others show their smallest example
                    kind = fingerprint.kind_of(error)
                    try:
                        failure.shown = case.shrink(work, example, lambda e: fingerprint.kind_of(e) == kind) or error
                    except NotStarted:
                        failure.shown = error
                return failure
    return None


def failed_check(plan: CheckPlan, failure: Failure, output: str) -> Check:
    error = failure.shown or failure.error
    kind = fingerprint.kind_of(error)
    shown: dict = {}
    if isinstance(error, Mismatch):
        shown = {"given": error.given, "got": error.got, "want": error.want, "note": error.note}
    elif isinstance(error, LearnerError) and error.signature:
        words = {key: str(error.signature.get(key, "")) for key in ("where", "got", "want", "why")}
        shown = {"got": f"{words['where']} {words['got']}", "want": f"{words['want']}, as the signature says",
                 "note": words["why"]}
    elif isinstance(error, LearnerError) and error.forbidden:
        shown = {"note": f"{error.place}: {error.message}" if error.place else error.message}
    elif isinstance(error, LearnerError):
        shown = {"got": f"{error.class_names[0]}: {error.message}"}
    elif isinstance(error, WorkerFailed):
        shown = {"note": str(error)}
    elif isinstance(error, AssertionError):
        shown = {"note": str(error).partition("\n")[0]}
    else:
        shown = {"note": f"the check could not use what came back ({type(error).__name__}: {error})"[:300]}
    frames = getattr(error, "frames", [])
    return Check(name=plan.name, title=plan.title, status=Status.FAILED, supporting=plan.supporting, kind=kind,
                 output=output,
                 traceback=[f"{f}, line {n}, in {where}: {text}" for f, n, where, text in frames],
                 fingerprint=fingerprint.of(plan.name, failure.place, failure.error), **shown)


def load_words(run: Run, error: LearnerError) -> str:
    place = next((f"{file}, line {line}" for file, line, *_ in reversed(error.frames)), run.sources.files[
        run.sources.module][0])
    if "MemoryError" in error.class_names:
        return f"{place}: importing the file takes more than {run.exercise.limits.memory_mb} MB."
    return f"{place}: {error.message}." if error.forbidden else f"{place}: {error.class_names[0]}: {error.message}."


def not_started(run: Run, error: NotStarted) -> tuple:
    """Status and words for a NotImplementedError: this file's own, or that of an exercise it builds on."""
    own_file, own_text = run.sources.files[run.sources.module]
    file, line, function, _ = error.frames[-1] if error.frames else (own_file, 0, "", "")
    if file == own_file or "raise NotImplementedError" in own_text:
        if file != own_file:
            return Status.NOT_STARTED, (), "raise NotImplementedError is still there."
        return Status.NOT_STARTED, (), f"{function} still raises NotImplementedError (line {line})."
    other = next((e for e in run.course.exercises.values() if file.endswith(e.path)), None)
    name = f"{other.number} {other.short}" if other else file
    return Status.NOT_RUN, (), f"This exercise builds on {name}, and {function} is not written there yet."


def suite_or_raise(suites: dict, exercise: Exercise) -> Suite:
    suite = suites[exercise.id]
    if isinstance(suite, GraderError):
        raise suite
    return suite
