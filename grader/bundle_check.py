"""Docstring examples, run in a worker: one of the seven proofs, and all that a class's bundle can check."""
import time
from datetime import UTC, datetime

from grader.course import Course, Exercise
from grader.judge.link import WorkerFailed
from grader.judge.remote import LearnerError, NotStarted, Session
from grader.judge.run import Context
from grader.verdict import Check, Kind, Status, Verdict
from grader.workspace import BadFile, Sources, Workspace, gather

NOTICE = "examples passed, hidden checks not run"


def example_results(course: Course, workspace: Workspace, exercise: Exercise, context: Context,
                    sources: Sources | None = None) -> list[dict]:
    """What `grader.examples.examples_in` says of each docstring; BadFile where the file cannot be loaded."""
    sources = sources or gather(course, workspace, exercise)
    link = context.start_worker(exercise)
    try:
        session = Session(link)
        session.ask("load", sources.module, sources.files, str(course.root / "exercises/common"), exercise.forbids, False)
        return session.ask("examples")
    except NotStarted as error:
        raise BadFile(f"{workspace.label}/{exercise.path} raises NotImplementedError when it is imported.") from error
    except (LearnerError, WorkerFailed) as error:
        if isinstance(error, LearnerError) and error.forbidden:
            raise BadFile(f"{error.place or workspace.label}: {error}.") from None
        raise BadFile(f"{workspace.label}/{exercise.path} cannot be run: {error}.") from None
    finally:
        link.close()


def examples_verdict(course: Course, workspace: Workspace, exercise: Exercise, context: Context) -> Verdict:
    """A verdict from the examples alone. It is never `passed`: the hidden checks were not run."""
    started = time.perf_counter()
    checks: list[Check] = []
    message, excerpt, status, digest = NOTICE, "", Status.EXAMPLES_PASSED, ""
    try:
        sources = gather(course, workspace, exercise)
        digest = sources.digest
        for result in example_results(course, workspace, exercise, context, sources):
            failures = result["failures"]
            unwritten = any("NotImplementedError" in failure["got"] for failure in failures)
            checks.append(Check(
                name=result["name"], title=f"the examples of {result['name']}",
                status=Status.NOT_STARTED if unwritten else Status.FAILED if failures else Status.PASSED,
                kind=Kind.VALUE if failures else None, given={"example": failures[0]["source"]} if failures else {},
                got=failures[0]["got"] if failures else "", want=failures[0]["want"] if failures else ""))
        if not checks:
            status, message = Status.NOT_RUN, "It has no examples, and hidden checks are not run here."
        elif any(c.status == Status.NOT_STARTED for c in checks):
            status, message, checks = Status.NOT_STARTED, "raise NotImplementedError is still there.", []
        elif any(c.status == Status.FAILED for c in checks):
            status, message = Status.FAILED, "an example fails; hidden checks not run"
    except BadFile as error:
        status, message, excerpt = Status.FAILED, str(error), error.excerpt
    return Verdict(exercise=exercise.id, number=exercise.number, title=exercise.title,
                   file=f"{workspace.label}/{exercise.path}", status=status, earned=0, points=exercise.points,
                   checks=checks, message=message, excerpt=excerpt, files_hash=digest, hidden_checks_run=False,
                   seconds=round(time.perf_counter() - started, 3), judged_at=datetime.now(UTC))
