"""Run the suite of one exercise against a workspace, and return the result: a Verdict."""
import contextlib
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from grader.course.manifest import Course, Exercise
from grader.course.workspace import SourceError, Sources, Workspace, gather
from grader.errors import GraderError, UsageError
from grader.judge import fingerprint
from grader.judge.engine import engine_digest
from grader.judge.expect import MismatchError
from grader.judge.link import Link, WorkerError
from grader.judge.observe import observation
from grader.judge.remote import LearnerError, NotStartedError, Session, Work
from grader.judge.scoring import earned
from grader.judge.suites import CheckPlan, Suite
from grader.judge.unwritten import progress
from grader.records.verdict import Check, Kind, Reason, Status, Verdict, verdict_on
from grader.worker.launch import ForkServers

JUDGE_CPU_SECONDS = 10  # the judge's own CPU time for one check; a hundred times what any check takes
NOT_WRITTEN = "raise NotImplementedError is still there."
FATAL_ENDS = 2  # after this many checks that ended the worker (a loop, a crash), the rest are not run


@dataclass
class Context:
    """What a run needs from outside: where workers come from, on which CPU they run, and for which client."""

    fork_servers: ForkServers
    cpu: int | None = None
    asker: object = None
    shrink: bool = True

    def start_worker(self, exercise: Exercise) -> Link:
        """Start a worker with what the exercise is granted, and no more. Raises UsageError if a library is missing."""
        fork_server = self.fork_servers.get(tuple(exercise.preload))
        if fork_server is None:
            raise UsageError(f"{exercise.short} works with {' and '.join(exercise.preload) or 'NumPy'}, which cannot be "
                             "imported here; install it and try again.")
        return Link(fork_server, exercise.limits, exercise.grants, self.cpu, self.asker)


@dataclass
class Failure:
    """A failed call of a check. `place` is the number of the case, and that of the example."""

    error: Exception
    place: tuple
    shown: Exception = None  # the same failure, shrunk


@dataclass
class Run:
    """One exercise that is being judged: the current worker, and what is needed to start another."""

    course: Course
    exercise: Exercise
    sources: Sources
    context: Context
    work: Work | None = None
    ends: int = 0
    shrunk: bool = False
    printed: str = ""
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
    """The verdict on `exercise` as it is in `workspace`.

    Raises UsageError if a library that the exercise needs is missing, CancelledError and ForkServerLostError.
    """
    started = time.perf_counter()

    def verdict(status: Status, checks: Sequence[Check] = (), **more) -> Verdict:
        return verdict_on(exercise, workspace.label, status, earned=earned(exercise.points, checks), checks=list(checks),
                          suite_hash=suite.digest, engine_hash=engine_digest(),
                          seconds=round(time.perf_counter() - started, 3), **more)

    try:
        with limited_judge_time():
            sources = gather(course, workspace, exercise)
            done = progress(sources.files[sources.module][1], suite.stub)
    except SourceError as error:
        return verdict(Status.FAILED, **unreadable(error))
    except JudgeTimeoutError:
        too_long = "takes too long to read as Python."
        return verdict(Status.FAILED, reason=Reason.UNREADABLE_FILE, detail="too long to read",
                       message=f"{workspace.label}/{exercise.path} {too_long}", summary=f"The file {too_long}")
    if suite.stub and not done.begun:
        name, line = next(iter(done.unwritten.items()))
        return verdict(**not_started(name.rpartition(".")[2], line), files_hash=sources.digest)
    run = Run(course, exercise, sources, context)
    checks: list[Check] = []
    try:
        for plan in suite.checks:
            if run.ends >= FATAL_ENDS:
                checks.append(Check(name=plan.name, title=plan.title, status=Status.NOT_RUN, supporting=plan.supporting))
            else:
                checks.append(run_check(run, plan))
    except NotStartedError as error:  # while the file was imported, or in an exercise that it builds on
        return verdict(**builds_on(run, error), files_hash=sources.digest)
    except LoadError as error:
        return verdict(Status.FAILED, **load_failure(run, error.raised), files_hash=sources.digest)
    finally:
        run.close()
    counting = {c.status for c in checks if not c.supporting or c.status != Status.PASSED}
    if counting == {Status.NOT_STARTED} and not done.written:  # the stub is not known, or a function was deleted
        return verdict(Status.NOT_STARTED, reason=Reason.NOT_WRITTEN, message=checks[0].note or NOT_WRITTEN,
                       summary=NOT_WRITTEN, files_hash=sources.digest)
    status = Status.PASSED if all(c.status == Status.PASSED for c in checks) else Status.FAILED
    return verdict(status, checks, files_hash=sources.digest)


class JudgeTimeoutError(BaseException):
    """The judge itself computed too long for one check. Not an Exception, so that nothing in a suite catches it."""


@contextlib.contextmanager
def limited_judge_time() -> Iterator[None]:
    """Raise JudgeTimeoutError if this process uses more than JUDGE_CPU_SECONDS of user CPU time.

    A submission may return, for example, a number whose sine takes hours.
    """
    def stop(*_):
        raise JudgeTimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, JUDGE_CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


class LoadError(Exception):
    """The learner's file could not be imported; `raised` says why."""

    def __init__(self, raised: LearnerError):
        super().__init__(str(raised))
        self.raised = raised


def run_check(run: Run, plan: CheckPlan) -> Check:
    """Try every case and example of one check until one fails. Raises LoadError if the file cannot be imported."""
    try:
        work = run.open()
    except LearnerError as error:
        raise LoadError(error) from None
    except WorkerError as error:
        run.drop()
        return failed_check(plan, Failure(error, (0, 0)), "")
    try:
        work.begin_check()
        with limited_judge_time():
            failure = first_failure(run, plan, work)
        if work._session.refused:  # even if the check or the learner's code caught it
            failure = Failure(work._session.refused, (0, 0))
    except NotStartedError as error:
        file, line, function, _ = error.frames[-1] if error.frames else (run.own_file, 0, "", "")
        if file != run.own_file:
            raise
        return Check(name=plan.name, title=plan.title, status=Status.NOT_STARTED, supporting=plan.supporting,
                     detail=function, note=f"{function} is not written yet (line {line})." if function else NOT_WRITTEN)
    except JudgeTimeoutError:
        work._session.link.close()
        failure = Failure(WorkerError(Kind.TIMEOUT, "stopped: what came back takes too long to compare", "judge"), (0, 0))
    except (WorkerError, LearnerError) as error:  # from begin_check: the last check left the worker broken
        failure = Failure(error, (0, 0))
    output = work._session.link.stdout.decode("utf-8", "replace")
    if failure is None:
        return Check(name=plan.name, title=plan.title, status=Status.PASSED, supporting=plan.supporting, output=output)
    if work._session.link.dead:  # it ended in the check, or while the failure was shrunk
        run.drop()
    return failed_check(plan, failure, output)


def first_failure(run: Run, plan: CheckPlan, work: Work) -> Failure | None:
    for number, case in enumerate(plan.cases):
        for example, arguments in case.calls():
            try:
                case.call(work, arguments)
            except Exception as error:
                failure = Failure(error, (number, example), error)
                if case.drawn and run.context.shrink and not run.shrunk and not isinstance(error, WorkerError):
                    run.shrunk = True  # only the first failing property: the others show their smallest example
                    kind = fingerprint.kind_of(error)
                    try:
                        failure.shown = case.shrink(work, example, lambda e: fingerprint.kind_of(e) == kind) or error
                    except NotStartedError:
                        failure.shown = error
                return failure
    return None


def failed_check(plan: CheckPlan, failure: Failure, output: str) -> Check:
    error = failure.shown or failure.error
    kind = fingerprint.kind_of(error)
    shown: dict = {}
    if isinstance(error, MismatchError):
        shown = {"given": error.given, "got": error.got, "want": error.want, "note": error.note}
    elif isinstance(error, LearnerError) and error.signature:
        words = {key: str(error.signature.get(key, "")) for key in ("where", "got", "want", "why")}
        shown = {"got": f"{words['where']} {words['got']}", "want": f"{words['want']}, as the signature says",
                 "note": words["why"]}
    elif isinstance(error, LearnerError) and error.forbidden:
        shown = {"note": f"{error.place}: {error.message}" if error.place else error.message, "detail": error.forbidden}
    elif isinstance(error, LearnerError):
        shown = {"got": f"{error.class_names[0]}: {error.message}", "detail": error.class_names[0]}
    elif isinstance(error, WorkerError):
        shown = {"note": str(error), "detail": error.detail}
    elif isinstance(error, AssertionError):
        shown = {"note": str(error).partition("\n")[0]}
    else:
        shown = {"note": f"the check could not use what came back ({type(error).__name__}: {error})"[:300]}
    frames = getattr(error, "frames", [])
    return Check(name=plan.name, title=plan.title, status=Status.FAILED, supporting=plan.supporting, kind=kind,
                 output=output,
                 traceback=[f"{f}, line {n}, in {where}: {text}" for f, n, where, text in frames],
                 fingerprint=fingerprint.of(plan.name, failure.place, failure.error), observation=observation(error),
                 **shown)


def unreadable(error: SourceError) -> dict:
    """The fields of a verdict on a file that cannot be judged."""
    reason = Reason.FORBIDDEN if error.forbidden else Reason.UNREADABLE_FILE
    return {"reason": reason, **error.problem._asdict(), "excerpt": error.excerpt}


def load_failure(run: Run, error: LearnerError) -> dict:
    """The fields of a verdict on a file that raised when it was imported."""
    place = next((f"{file}, line {line}" for file, line, *_ in reversed(error.frames)), run.sources.files[
        run.sources.module][0])
    if error.forbidden:
        return {"reason": Reason.FORBIDDEN, "detail": error.forbidden, "message": f"{place}: {error.message}.",
                "summary": f"{error.message[:1].upper()}{error.message[1:]}."}
    if "MemoryError" in error.class_names:
        words = f"importing the file takes more than {run.exercise.limits.memory_mb} MB."
        return {"reason": Reason.IMPORT_FAILED, "detail": "MemoryError", "message": f"{place}: {words}",
                "summary": f"{words[:1].upper()}{words[1:]}"}
    name = error.class_names[0]
    return {"reason": Reason.IMPORT_FAILED, "detail": name, "message": f"{place}: {name}: {error.message}.",
            "summary": f"{name}: {error.message}."}


def not_started(function: str, line: int) -> dict:
    """The fields of a verdict on a file in which nothing was written; `line` is where `function` raises."""
    return {"status": Status.NOT_STARTED, "reason": Reason.NOT_WRITTEN, "summary": NOT_WRITTEN,
            "message": f"{function} still raises NotImplementedError (line {line})."}


def builds_on(run: Run, error: NotStartedError) -> dict:
    """The fields of a verdict after a NotImplementedError at import, or in an exercise that this one builds on."""
    file, _, function, _ = error.frames[-1] if error.frames else (run.own_file, 0, "", "")
    if file == run.own_file:
        return {"status": Status.NOT_STARTED, "reason": Reason.NOT_WRITTEN, "message": NOT_WRITTEN, "summary": NOT_WRITTEN}
    other = next((e for e in run.course.exercises.values() if file.endswith(e.path)), None)
    words = f"This exercise builds on {f'{other.number} {other.short}' if other else file}, and "
    return {"status": Status.NOT_RUN, "reason": Reason.NEEDS, "detail": other.id if other else file,
            "message": f"{words}{function} is not written there yet.", "summary": f"{words}that is not written yet."}


def suite_or_raise(suites: dict, exercise: Exercise) -> Suite:
    suite = suites[exercise.id]
    if isinstance(suite, GraderError):
        raise suite
    return suite
