"""The fields of a verdict on a file whose hidden checks were not run: its reason, in words and as data."""
from grader.course.workspace import SourceError
from grader.judge.context import Run
from grader.judge.remote import LearnerError, NotStartedError
from grader.records.verdict import Reason, Status

NOT_WRITTEN = "raise NotImplementedError is still there."
NOTHING_WRITTEN = "the file says no more than the stub"


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
    """The fields of a verdict on a file in which nothing was written; `line` is where `function` raises.

    Data has no functions: `function` is empty, and `line` is where something is to be written.
    """
    words = f"{function} still raises NotImplementedError (line {line})." if function else f"{NOTHING_WRITTEN} (line {line})."
    return {"status": Status.NOT_STARTED, "reason": Reason.NOT_WRITTEN, "message": words,
            "summary": NOT_WRITTEN if function else f"{NOTHING_WRITTEN}."}


def builds_on(run: Run, error: NotStartedError) -> dict:
    """The fields of a verdict after a NotImplementedError at import, or in an exercise that this one builds on."""
    file, _, function, _ = error.frames[-1] if error.frames else (run.own_file, 0, "", "")
    if file == run.own_file:
        return {"status": Status.NOT_STARTED, "reason": Reason.NOT_WRITTEN, "message": NOT_WRITTEN, "summary": NOT_WRITTEN}
    other = next((e for e in run.course.exercises.values() if file.endswith(e.path)), None)
    words = f"This exercise builds on {f'{other.number} {other.short}' if other else file}, and "
    return {"status": Status.NOT_RUN, "reason": Reason.NEEDS, "detail": other.id if other else file,
            "message": f"{words}{function} is not written there yet.", "summary": f"{words}that is not written yet."}
