"""Judge an exercise apart from those that it builds on, so that a slip in one costs nothing in another.

Where an exercise does not pass, it is judged again with the reference's prerequisites in place of the learner's. If it
passes so, it has its points, and the verdict says which prerequisite is at fault.
"""
from collections.abc import Callable

from grader.course.manifest import Course, Exercise
from grader.course.workspace import SourceError, Workspace
from grader.judge.link import KILLED
from grader.records.verdict import Reason, Status, Verdict
from grader.text import listed

Texts = dict[str, str]  # {path of an exercise: its text}


def reference_texts(course: Course) -> Texts:
    """The reference's text of every exercise that another one builds on; none where there is no reference."""
    needed = {need.path for exercise in course.exercises.values() for need in course.requirements(exercise)}
    files = {path: course.root / "solutions" / path for path in sorted(needed)}
    return {path: file.read_text(encoding="utf-8") for path, file in files.items() if file.is_file()}


def judged_apart(course: Course, workspace: Workspace, exercise: Exercise, reference: Texts,
                 judge: Callable[[Workspace], Verdict]) -> Verdict:
    """The verdict of `judge` on the workspace or, if it passes only so, on it with the reference's prerequisites.

    Of such a verdict nothing is kept that the learner's code printed: it ran beside the reference. Where some checks pass only
    so and others do not, it is the verdict on the workspace, and the first have the prerequisites in `below`.
    """
    verdict = judge(workspace)
    if verdict.status in (Status.PASSED, Status.NOT_STARTED) or any(check.detail == KILLED for check in verdict.checks):
        return verdict  # a worker that the system killed says nothing about a prerequisite
    others = [need for need in course.requirements(exercise) if need.path in reference
              and text_of(workspace, need.path) != reference[need.path]]
    texts = {need.path: reference[need.path] for need in others}
    if not others:
        return verdict
    apart = judge(workspace.with_texts(texts))
    if apart.status != Status.PASSED:
        well = {check.name for check in apart.checks if check.status == Status.PASSED}
        below = [need.id for need in others]
        return verdict.model_copy(update={"checks": [check.model_copy(update={"below": below}) if check.name in well and
                                                     check.status == Status.FAILED else check for check in verdict.checks]})
    at_fault = others if len(others) == 1 else [need for need in others if judge(workspace.with_texts(
        {path: text for path, text in texts.items() if path != need.path})).status != Status.PASSED] or others
    names = listed([f"{need.number} {need.name}" for need in at_fault])
    words = f"It passes with the reference's {names} in place of yours: the slip is there, not here."
    return apart.model_copy(update={
        "checks": [check.model_copy(update={"output": ""}) for check in apart.checks], "files_hash": verdict.files_hash,
        "reason": Reason.PREREQUISITE, "detail": " ".join(need.id for need in at_fault), "message": words, "summary": words})


def text_of(workspace: Workspace, path: str) -> str | None:
    try:
        return workspace.read(path)
    except SourceError:
        return None
