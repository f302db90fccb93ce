"""Run docstring examples in a worker: one of the eight proofs, and all that a class's bundle can check."""
import time

from grader.course.manifest import Course, Exercise
from grader.course.workspace import SourceError, Sources, Workspace, gather
from grader.judge.context import Context
from grader.judge.engine import engine_digest
from grader.judge.link import WorkerError
from grader.judge.reasons import unreadable
from grader.judge.remote import LearnerError, NotStartedError, Session
from grader.records.verdict import Check, Kind, Reason, Status, Verdict, verdict_on
from grader.text import listed

NOTICE = "examples passed, hidden checks not run"


def example_results(course: Course, workspace: Workspace, exercise: Exercise, context: Context,
                    sources: Sources | None = None) -> list[dict]:
    """The results of `grader.worker.examples.examples_in`, one entry for each docstring with examples.

    Raises SourceError if the file cannot be loaded.
    """
    sources = sources or gather(course, workspace, exercise)
    if not exercise.language.runs:
        return []  # data has no docstrings
    file = f"{workspace.label}/{exercise.path}"
    link = context.start_worker(exercise)
    try:
        session = Session(link)
        session.load(sources, course, exercise.forbids, trusts=exercise.trusts)
        return session.ask("examples")
    except NotStartedError as error:
        words = "raises NotImplementedError when it is imported."
        raise SourceError(f"{file} {words}", detail="NotImplementedError", summary=f"The file {words}") from error
    except (LearnerError, WorkerError) as error:
        if isinstance(error, LearnerError) and error.forbidden:
            raise SourceError(f"{error.place or workspace.label}: {error}.", detail=error.forbidden, forbidden=True,
                              summary=f"{error}.") from None
        raise SourceError(f"{file} cannot be run: {error}.", detail="cannot be run",
                          summary="The file cannot be run.") from None
    finally:
        link.close()


def examples_verdict(course: Course, workspace: Workspace, exercise: Exercise, context: Context) -> Verdict:
    """A verdict from the examples alone. Its status is never `passed`, because the hidden checks were not run."""
    started = time.perf_counter()
    checks: list[Check] = []
    status, digest = Status.EXAMPLES_PASSED, ""
    said: dict = {"reason": Reason.EXAMPLES_ONLY, "message": NOTICE}
    try:
        sources = gather(course, workspace, exercise)
        digest = sources.digest
        for result in example_results(course, workspace, exercise, context, sources):
            failures = result["failures"]
            unwritten = any(failure["raised"] == "NotImplementedError" for failure in failures)
            checks.append(Check(
                name=result["name"], title=f"the examples of {result['name']}",
                status=Status.NOT_STARTED if unwritten else Status.FAILED if failures else Status.PASSED,
                kind=Kind.VALUE if failures else None, given={"example": failures[0]["source"]} if failures else {},
                got=failures[0]["got"] if failures else "", want=failures[0]["want"] if failures else ""))
        if not checks:
            status, said["message"] = Status.NOT_RUN, "It has no examples, and hidden checks are not run here."
        elif any(c.status == Status.NOT_STARTED for c in checks):
            status, checks = Status.NOT_STARTED, []
            said = {"reason": Reason.NOT_WRITTEN, "message": "raise NotImplementedError is still there."}
        elif any(c.status == Status.FAILED for c in checks):
            status, said["message"] = Status.FAILED, "an example fails; hidden checks not run" + builds_on(course, exercise)
    except SourceError as error:
        status, said = Status.FAILED, unreadable(error)
    return verdict_on(exercise, workspace.label, status, checks=checks, **said, files_hash=digest,
                      engine_hash=engine_digest(), hidden_checks_run=False, seconds=round(time.perf_counter() - started, 3))


def builds_on(course: Course, exercise: Exercise) -> str:
    """What to add where an example fails: without a reference, an exercise cannot be judged apart from its prerequisites."""
    needs = listed([f"{need.number} {need.short}" for need in course.requirements(exercise)] or [""])
    return needs and f"; it builds on your {needs}, and the slip may be there"
