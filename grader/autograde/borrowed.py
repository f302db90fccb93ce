"""An exercise that builds on one which was not handed in is judged with the reference's.

A class hands in project by project, and a project may build on another one. Whoever hands in one alone is judged by it
alone. The student's code then runs beside the reference, so the verdict tells nothing that this code could have written:
what a check got, its output, the message of an error. Checks, points and the words of mistakes stay.
"""
from dataclasses import replace

from grader.course.manifest import Course, Exercise
from grader.course.workspace import SubmissionWorkspace
from grader.records.verdict import Check, Reason, Verdict

HIDDEN = {"given": {}, "got": "", "want": "", "note": "", "traceback": [], "output": "", "observation": "", "observation_fault": "",
          "in_suite": ""}

WORDS = {Reason.IMPORT_FAILED: "It could not be imported.", Reason.NOT_WRITTEN: "It is not written yet.",
         Reason.FORBIDDEN: "It uses what the exercise is done without."}


def with_what_it_needs(course: Course, submission: SubmissionWorkspace, exercise: Exercise,
                       reference: dict[str, str]) -> tuple[SubmissionWorkspace, list[Exercise]]:
    """(the submission with the reference's files of what is needed and was not handed in, the exercises of these files).

    A file that was handed in and cannot be judged is not replaced.
    """
    borrowed = [need for need in course.requirements(exercise) if need.path in reference
                and need.path not in submission.replaced and need.path not in submission.problems]
    texts = {need.path: reference[need.path] for need in borrowed}
    return replace(submission, replaced={**submission.replaced, **texts}), borrowed


def beside_the_reference(verdict: Verdict, borrowed: list[Exercise]) -> Verdict:
    """The verdict without what the student's code could have written, and with a sentence that says what was borrowed."""
    if verdict.reason == Reason.UNREADABLE_FILE:  # nothing ran, and the judge wrote every word
        return verdict
    names = ", ".join(f"{need.number} {need.short}" for need in borrowed)
    words = f"Judged with the reference's {names}, which was not handed in; so what the code gave or printed is not shown."
    message = verdict.message if verdict.reason == Reason.SUITE_FAILED else f"{words} {WORDS.get(verdict.reason, '')}".rstrip()
    return verdict.model_copy(update={
        "checks": [hidden(check) for check in verdict.checks], "excerpt": "", "summary": "", "message": message,
        "detail": verdict.detail if verdict.reason == Reason.SUITE_FAILED else ""})


def hidden(check: Check) -> Check:
    """The check without the texts of the student's code. What was not run has none."""
    kept = {} if check.counts else {"note": check.note}
    return check.model_copy(update={**HIDDEN, **kept, "detail": "" if check.kind else check.detail})
