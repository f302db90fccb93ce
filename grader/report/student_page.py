"""A page for each student, to hand out: every exercise, every check, and what to think about."""
from collections.abc import Iterator
from datetime import datetime

from grader.class_ledger import Marked
from grader.course import Course, Exercise
from grader.report.standing import (
    CHECK_NOT_RUN,
    HIDDEN_NOT_RUN,
    NOT_JUDGED_YET,
    UNSAFE,
    Standing,
    earned,
    is_unsafe,
    out_of,
    points,
    standing,
)
from grader.report.style import safe_line, short
from grader.report.templates import environment, shown_check, when
from grader.verdict import Status, Verdict

LONGEST_NAME, LONGEST = 120, 2000  # characters of a submission's name, and of any other text


def student_pages(course: Course, exercises: list[Exercise], marked: list[Marked],
                  now: datetime) -> Iterator[tuple[str, str]]:
    """(name, page) of every submission. One template serves them all."""
    template = environment().get_template("student.html.j2")
    unsafe = UNSAFE if is_unsafe(exercises, marked) else ""
    for one in marked:
        stands = [standing(one.verdicts.get(e.id)) for e in exercises]
        yield one.name, template.render(
            title=short(course.title, LONGEST), now=when(now), unsafe=unsafe, problem=short(one.problem, LONGEST),
            name=short(safe_line(short(one.name, LONGEST)), LONGEST_NAME) or "(no name)",
            earned=earned(exercises, one), out_of=out_of(exercises, one), passed=stands.count(Standing.PASSED),
            exercises=[shown_exercise(course, e, one) for e in exercises])


def shown_exercise(course: Course, exercise: Exercise, one: Marked) -> dict:
    verdict = one.verdicts.get(exercise.id)
    shown = {"number": exercise.number, "title": exercise.title, "standing": str(standing(verdict)),
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
    """Where checks fail: what it builds on and fails too, since each is judged with the student's own files."""
    if standing(one.verdicts[exercise.id]) not in (Standing.PARTLY, Standing.FAILED):
        return ""
    below = [e.number for e in course.requirements(exercise)
             if e.id in one.verdicts and standing(one.verdicts[e.id]) != Standing.PASSED]
    return f"It builds on {', '.join(below)}; what fails here may come from there." if below else ""


def stopped(verdict: Verdict) -> bool:
    return verdict.hidden_checks_run and any(check.status == Status.NOT_RUN for check in verdict.checks)
