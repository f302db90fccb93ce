"""The learner's report, one self-contained page: the course, the results, and the history of attempts."""
from datetime import datetime
from pathlib import Path

from grader.course.manifest import Course
from grader.errors import UsageError
from grader.records.ledger import Attempt, histories, trouble
from grader.report.learner.course_map import course_map
from grader.report.templates import environment, shown_check, when

SHOWN_ATTEMPTS = 32  # columns of a history; earlier attempts are only counted
COLUMN, GAP, HEIGHT, LEAST = 5, 2, 22, 3  # of the histories, in pixels


def write_html(course: Course, path: Path) -> None:
    """Write the page to `path`. Raises UsageError if that is not possible."""
    page = render(course)
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}); name another file.") from None


def render(course: Course, now: datetime | None = None) -> str:
    """The page as text, as of `now`."""
    attempts = histories(course.root)
    shown = course_map(course, {name: (a[-1].status, a[-1].earned, a[-1].points) for name, a in attempts.items()})
    for pipeline in shown["pipelines"]:
        for project in pipeline["projects"]:
            for exercise in project["exercises"]:
                exercise["history"] = history(attempts.get(exercise["id"], []))
    return environment().get_template("learner/page.html.j2").render(
        course=shown, trouble=trouble(course.root), now=when(now or datetime.now()))


def history(attempts: list[Attempt]) -> dict | None:
    """What the page shows of the attempts at one exercise: a column for each, and the latest result; None if none."""
    if not attempts:
        return None
    recent = attempts[-SHOWN_ATTEMPTS:]
    columns = []
    for at, attempt in enumerate(recent):
        share = attempt.earned / attempt.points if attempt.points else 0
        height = LEAST + round((HEIGHT - LEAST) * share)
        label = f"{moment(attempt.last_at)}: {attempt.status}, {attempt.earned} of {attempt.points}"
        columns.append({"x": at * (COLUMN + GAP), "y": HEIGHT - height, "height": height, "status": attempt.status,
                        "label": label})
    return {"columns": columns, "column": COLUMN, "width": len(recent) * (COLUMN + GAP) - GAP, "height": HEIGHT,
            "attempts": len(attempts), "left_out": len(attempts) - len(recent),
            "first_at": moment(min(a.first_at for a in attempts)), "last_at": moment(attempts[-1].last_at),
            "last_iso": attempts[-1].last_at, "latest": latest(attempts[-1])}


def latest(attempt: Attempt) -> dict:
    """The verdict of an attempt, with its checks cut to what a page has room for."""
    return {**attempt.verdict, "checks": [shown_check(check) for check in attempt.verdict["checks"]]}


def moment(iso: str) -> str:
    return when(datetime.fromisoformat(iso).astimezone())
