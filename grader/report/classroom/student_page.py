"""A page for each student to hand out, with every exercise, every check and the words of mistakes."""
from collections.abc import Iterator
from datetime import datetime

from grader.course.manifest import Course, Exercise
from grader.records.class_ledger import Marked
from grader.records.outcome import Outcome, earned, is_unsafe, out_of, outcome, points
from grader.records.verdict import Status, Verdict
from grader.report.classroom.sentences import CHECK_NOT_RUN, HIDDEN_NOT_RUN, NOT_JUDGED_YET, UNSAFE, judged_by
from grader.report.templates import environment, shown_check, when
from grader.text import safe_line, short

LONGEST_NAME, LONGEST = 120, 2000  # characters of a submission's name, and of any other text


def student_pages(course: Course, exercises: list[Exercise], marked: list[Marked],
                  now: datetime) -> Iterator[tuple[str, str]]:
    """Yield (name, page as text) of every submission."""
    template = environment().get_template("classroom/student.html.j2")
    unsafe = UNSAFE if is_unsafe(exercises, marked) else ""
    for one in marked:
        stands = [outcome(one.verdicts.get(e.id)) for e in exercises]
        yield one.name, template.render(
            title=short(course.title, LONGEST), now=when(now), unsafe=unsafe, problem=short(one.problem, LONGEST),
            name=short(safe_line(short(one.name, LONGEST)), LONGEST_NAME) or "(no name)",
            earned=earned(exercises, one), out_of=out_of(exercises, one), passed=stands.count(Outcome.PASSED),
            judged_by=judged_by(exercises, [one]), exercises=[shown_exercise(course, e, one) for e in exercises])


def shown_exercise(course: Course, exercise: Exercise, one: Marked) -> dict:
    verdict = one.verdicts.get(exercise.id)
    shown = {"number": exercise.number, "title": exercise.title, "outcome": str(outcome(verdict)),
             "points": points(exercise, one), "earned": 0, "message": NOT_JUDGED_YET, "excerpt": "", "checks": [],
             "file": "", "stopped": ""}
    if verdict is None:
        return shown
    return {**shown, "earned": verdict.earned, "message": message(verdict) or builds_on(course, exercise, one),
            "excerpt": short(verdict.excerpt, LONGEST),
            "checks": [shown_check(check.model_dump()) for check in verdict.checks if verdict.hidden_checks_run],
            "file": exercise.path, "stopped": CHECK_NOT_RUN if stopped(verdict) else ""}


def message(verdict: Verdict) -> str:
    words = short(verdict.message, LONGEST)
    return words if verdict.hidden_checks_run else f"{HIDDEN_NOT_RUN} {words}".strip()


def builds_on(course: Course, exercise: Exercise, one: Marked) -> str:
    """If checks fail: a sentence that names the exercises that this one builds on and that are not passed; else "".

    Each exercise is judged with the student's own files, so a failure may come from there.
    """
    if outcome(one.verdicts[exercise.id]) not in (Outcome.PARTLY, Outcome.FAILED):
        return ""
    below = [e.number for e in course.requirements(exercise)
             if e.id in one.verdicts and outcome(one.verdicts[e.id]) != Outcome.PASSED]
    return f"It builds on {', '.join(below)}; what fails here may come from there." if below else ""


def stopped(verdict: Verdict) -> bool:
    return verdict.hidden_checks_run and any(check.status == Status.NOT_RUN and check.counts for check in verdict.checks)
