"""Run one check of a suite, and describe its failure."""
import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import CodeType

from grader.judge import fingerprint
from grader.judge.added_observations import observed
from grader.judge.context import JudgeTimeoutError, Run, limited_judge_time
from grader.judge.expect import MismatchError
from grader.judge.http import NoAnswerError
from grader.judge.link import WorkerError
from grader.judge.reasons import NOT_WRITTEN
from grader.judge.remote import LearnerError, NotStartedError, Work
from grader.judge.suite_line import suite_line
from grader.judge.suites import Case, CheckPlan
from grader.records.verdict import Check, Kind, Status

JUDGE = "judge"  # the detail of a failure in which the judge itself computed too long


@dataclass
class Failure:
    """A failed call of a check. `place` is the number of the case, and that of the example."""

    error: Exception
    place: tuple
    subject: str = ""        # the function or class that the case is about, if the check has cases for several
    given: dict = field(default_factory=dict)  # what was handed over last, for an error that does not say it
    shown: Exception = None  # the same failure, shrunk


class LoadError(Exception):
    """The learner's file could not be imported; `raised` says why."""

    def __init__(self, raised: LearnerError):
        super().__init__(str(raised))
        self.raised = raised


def run_check(run: Run, plan: CheckPlan) -> Check:
    """Try the cases and examples of one check. Raises LoadError if the file cannot be imported."""
    try:
        work = run.open()
    except LearnerError as error:
        raise LoadError(error) from None
    except WorkerError as error:
        run.drop()
        return failed_check(run, plan, [Failure(error, (0, 0))], "", [])
    try:
        work.begin_check()
        with limited_judge_time(run.context.judge_seconds):
            failures = failures_of(run, plan, work)
        if work._session.refused:  # even if the check or the learner's code caught it
            failures = [Failure(work._session.refused, (0, 0))]
    except NotStartedError as error:
        file, line, function, _ = error.frames[-1] if error.frames else (run.own_file, 0, "", "")
        if file != run.own_file:
            raise
        return Check(name=plan.name, title=plan.title, status=Status.NOT_STARTED, supporting=plan.supporting,
                     detail=function, note=f"{function} is not written yet (line {line})." if function else NOT_WRITTEN)
    except JudgeTimeoutError as error:
        work._session.link.close()
        too_long = WorkerError(Kind.TIMEOUT, "stopped: what came back takes too long to compare", JUDGE)
        failures = [Failure(too_long.with_traceback(error.__traceback__), (0, 0))]
    except (WorkerError, LearnerError) as error:  # from begin_check: the last check left the worker broken
        failures = [Failure(error, (0, 0))]
    output = work._session.link.stdout.decode("utf-8", "replace")
    if not failures:
        return Check(name=plan.name, title=plan.title, status=Status.PASSED, supporting=plan.supporting, output=output)
    if work._session.link.dead:  # it ended in the check, or while the failure was shrunk
        run.drop()
    return failed_check(run, plan, failures, output, getattr(work, "_asked", []))  # data has no functions to ask for


def failures_of(run: Run, plan: CheckPlan, work: Work) -> list[Failure]:
    """The first failure of each function or class that the check has cases for; of the whole check, if that is one.

    So two mistakes in two functions are both found. A function that is not written yet hides no failure of another;
    NotStartedError is raised if there is none. Nothing more is tried once the worker has ended.
    """
    failures: dict[str, Failure] = {}
    not_written: NotStartedError | None = None
    for number, case in enumerate(plan.cases):
        if case.subject in failures or not is_asked_for(run, plan, case):
            continue
        try:
            failure = first_failure(run, case, number, work)
        except NotStartedError as error:
            if not case.subject:
                raise
            not_written = not_written or error
            continue
        if failure:
            failures[case.subject] = failure
            if isinstance(failure.error, WorkerError) or work._session.link.dead:
                break
    if not_written and not failures:
        raise not_written
    return list(failures.values())


def is_asked_for(run: Run, plan: CheckPlan, case: Case) -> bool:
    """A check that is asked for by its name alone, since it ended as a whole, is asked for with all its cases."""
    return run.context.only is None or not run.context.only.isdisjoint({plan.name, place(plan, case.subject)})


def first_failure(run: Run, case: Case, number: int, work: Work) -> Failure | None:
    for example, arguments in case.calls():
        try:
            case.call(work, arguments)
        except Exception as error:
            failure = Failure(error, (number, example), case.subject, work.last_given(), error)
            if case.drawn and run.context.shrink and not run.shrunk and not isinstance(error, WorkerError):
                run.shrunk = True  # only the first failing property: the others show their smallest example
                shrink(case, work, example, failure)
            return failure
    return None


def shrink(case: Case, work: Work, example: int, failure: Failure) -> None:
    """Let `failure` show the smallest failure of the same kind."""
    kind = fingerprint.kind_of(failure.error)

    def same_kind(error: Exception) -> bool:
        if fingerprint.kind_of(error) != kind:
            return False
        failure.given = work.last_given()
        return True

    try:
        failure.shown = case.shrink(work, example, same_kind) or failure.error
    except NotStartedError:
        failure.shown = failure.error


def failed_check(run: Run, plan: CheckPlan, failures: list[Failure], output: str, asked: Iterable[str | Callable]) -> Check:
    """The failed check: what is shown is its first failure; each failure has a fingerprint. `asked` is of the check's `work`."""
    failure = failures[0]
    error = failure.shown or failure.error
    observation, fault = observed(error, failure.error, run.observations)
    fingerprints = {place(plan, each.subject): fingerprint.of(plan.name, each.place, each.error) for each in failures}
    return Check(name=plan.name, title=plan.title, status=Status.FAILED, supporting=plan.supporting,
                 kind=fingerprint.kind_of(error), output=output,
                 traceback=[f"{f}, line {n}, in {where}: {text}" for f, n, where, text in getattr(error, "frames", [])],
                 fingerprint=fingerprints[place(plan, failure.subject)], fingerprints=fingerprints,
                 functions=functions_of(run, failure, asked), also_failing=[each.subject for each in failures[1:]],
                 observation=observation, observation_fault=fault,
                 in_suite=suite_line(failure.error), **shown(error, failure.given))


def functions_of(run: Run, failure: Failure, asked: Iterable[str | Callable]) -> list[str]:
    """The functions and classes of the exercise that the failure can be about: what the case names, the only one there is,
    or those that the check asked for, also by its probes."""
    contract = [] if isinstance(run.check_shapes, bool) else run.check_shapes
    names = list(dict.fromkeys(name.partition(".")[0] for name in contract))
    if failure.subject or len(names) == 1:
        return [failure.subject] if failure.subject else names
    named = frozenset().union(*([each] if isinstance(each, str) else names_in(each.__code__) for each in asked))
    return [name for name in names if name in named]


@functools.cache
def names_in(code: CodeType) -> frozenset[str]:
    """The attributes and globals that a function uses, and the functions inside it."""
    return frozenset(code.co_names).union(*(names_in(inner) for inner in code.co_consts if isinstance(inner, CodeType)))


def place(plan: CheckPlan, subject: str) -> str:
    """Where a check fails, as pytest would name it: `test_sum`, `test_keeps_float32[mean]`."""
    return plan.name + (f"[{subject}]" if subject else "")


def shown(error: Exception, given: dict[str, str]) -> dict:
    """The fields of a check that a learner reads about its failure."""
    if isinstance(error, MismatchError):
        return {"given": error.given or given, "got": error.got, "want": error.want, "note": error.note}
    if isinstance(error, LearnerError) and error.signature:
        words = {key: str(error.signature.get(key, "")) for key in ("where", "got", "want", "why")}
        return {"given": given, "got": f"{words['where']} {words['got']}",
                "want": f"{words['want']}, as the signature says", "note": words["why"]}
    if isinstance(error, LearnerError) and error.forbidden:
        return {"note": f"{error.place}: {error.message}" if error.place else error.message, "detail": error.forbidden}
    if isinstance(error, LearnerError):
        return {"given": given, "got": f"{error.class_names[0]}: {error.message}", "detail": error.class_names[0]}
    if isinstance(error, WorkerError):
        return {"given": given, "note": str(error), "detail": error.detail}
    if isinstance(error, NoAnswerError):
        return {"given": given, "got": str(error), "want": "an answer of the service", "detail": error.why}
    if isinstance(error, AssertionError):
        return {"given": given, "note": str(error).partition("\n")[0]}
    return {"given": given, "note": f"the check could not use what came back ({type(error).__name__}: {error})"[:300]}
