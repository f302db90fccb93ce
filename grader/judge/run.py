"""Run the suite of one exercise against a workspace, and return the result: a Verdict."""
import time
from collections.abc import Sequence

from grader.course.manifest import Course, Exercise
from grader.course.workspace import SourceError, Workspace, gather
from grader.errors import GraderError
from grader.judge.check import LoadError, is_asked_for, run_check
from grader.judge.context import Context, JudgeTimeoutError, Run, limited_judge_time
from grader.judge.engine import engine_digest
from grader.judge.reasons import NOT_WRITTEN, builds_on, load_failure, not_started, unreadable
from grader.judge.remote import NotStartedError
from grader.judge.requirements import missing, not_run_for, said_of
from grader.judge.scoring import earned, points_of
from grader.judge.suites import Suite
from grader.judge.unwritten import progress
from grader.records.verdict import Check, Reason, Status, Verdict, verdict_on

FATAL_ENDS = 2  # after this many checks that ended the worker (a loop, a crash), the rest are not run


def judge(course: Course, workspace: Workspace, exercise: Exercise, suite: Suite, context: Context) -> Verdict:
    """The verdict on `exercise` as it is in `workspace`.

    Raises UsageError if a library that the exercise needs is missing, CancelledError and ForkServerLostError.
    """
    started = time.perf_counter()

    def verdict(status: Status, checks: Sequence[Check] = (), **more) -> Verdict:
        points = points_of(exercise.points, checks)
        return verdict_on(exercise, workspace.label, status, earned=earned(points, checks), checks=list(checks),
                          points=points, left_out=exercise.points - points, suite_hash=suite.digest, engine_hash=engine_digest(),
                          seconds=round(time.perf_counter() - started, 3), **more)

    try:
        with limited_judge_time():
            sources = gather(course, workspace, exercise)
            done = progress(sources.files[sources.module][1], suite.stub, exercise.language)
    except SourceError as error:
        return verdict(Status.FAILED, **unreadable(error))
    except JudgeTimeoutError:
        too_long = f"takes too long to read as {exercise.language.name}."
        return verdict(Status.FAILED, reason=Reason.UNREADABLE_FILE, detail="too long to read",
                       message=f"{workspace.label}/{exercise.path} {too_long}", summary=f"The file {too_long}")
    if suite.stub and not done.begun:
        name, line = next(iter(done.unwritten.items()))
        return verdict(**not_started(name.rpartition(".")[2], line), files_hash=sources.digest)
    run = Run(course, exercise, sources, context, suite.observations, suite.contract or True)
    checks: list[Check] = []
    try:
        for plan in suite.checks:
            if not any(is_asked_for(run, plan, case) for case in plan.cases):
                continue
            unreached = Check(name=plan.name, title=plan.title, status=Status.NOT_RUN, supporting=plan.supporting)
            if absent := missing(plan.requires):
                checks.append(not_run_for(unreached, absent))
            elif run.ends >= FATAL_ENDS:
                checks.append(unreached)
            else:
                checks.append(run_check(run, plan))
                if context.until_failed and checks[-1].status != Status.PASSED:
                    break
    except NotStartedError as error:  # while the file was imported, or in an exercise that it builds on
        return verdict(**builds_on(run, error), files_hash=sources.digest)
    except LoadError as error:
        return verdict(Status.FAILED, **load_failure(run, error.raised), files_hash=sources.digest)
    finally:
        run.close()
    counting = {c.status for c in checks if c.counts and (not c.supporting or c.status != Status.PASSED)}
    if counting == {Status.NOT_STARTED} and not done.written:  # the stub is not known, or a function was deleted
        first = next(check for check in checks if check.status == Status.NOT_STARTED)
        return verdict(Status.NOT_STARTED, reason=Reason.NOT_WRITTEN, message=first.note or NOT_WRITTEN,
                       summary=NOT_WRITTEN, files_hash=sources.digest)
    here = [c for c in checks if c.counts]
    status = Status.NOT_RUN if not here else Status.PASSED if all(c.status == Status.PASSED for c in here) else Status.FAILED
    words = said_of(checks, exercise.points - points_of(exercise.points, checks))
    return verdict(status, checks, files_hash=sources.digest,
                   **({"reason": Reason.MISSING, "message": words, "summary": words} if words else {}))


def suite_or_raise(suites: dict, exercise: Exercise) -> Suite:
    suite = suites[exercise.id]
    if isinstance(suite, GraderError):
        raise suite
    return suite
