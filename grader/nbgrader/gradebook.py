"""Write verdicts as marks into nbgrader's gradebook, so that formgrader and its feedback show them.

nbgrader is installed in a separate environment, whose Python runs write_marks.py. This module does not import nbgrader.
"""
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from grader.course.manifest import Course
from grader.errors import GraderError, UsageError
from grader.nbgrader.notebooks import grade_id, lines_above, notebook_projects
from grader.records.class_ledger import Marked
from grader.records.verdict import Kind, Reason, Status, Verdict
from grader.report.verdict_text import verdict_text

SCRIPT = Path(__file__).with_name("write_marks.py")
SUBMITTED = "submitted"       # nbgrader's folder: submitted/<student>/<assignment>/<notebook>.ipynb
LONGEST_COMMENT = 20_000      # characters
SECONDS = 600
NAME_A_LINE = (Reason.NOT_WRITTEN, Reason.UNREADABLE_FILE, Reason.FORBIDDEN, Reason.IMPORT_FAILED)


class Written(NamedTuple):
    """How many marks were written, and which were not (`anna: autograd/autograd-derivation`), because nbgrader has no
    such submission."""

    marks: int
    missing: list[str]


def find_nbgrader(where: str | None = None) -> Path:
    """The Python of nbgrader. `where` is that Python or its environment's folder; None means `nbgrader` on the PATH.

    Raises UsageError if there is none.
    """
    if where:
        for python in (Path(where), Path(where) / "bin" / "python"):
            if python.is_file():
                return python.absolute()  # not resolved: Python finds its environment by the link
        raise UsageError(f"{where} is neither a Python nor the folder of an environment with nbgrader in it.")
    command = shutil.which("nbgrader")
    if command is None:
        raise UsageError("There is no nbgrader on the PATH; install it in an environment of its own and name that with "
                         "--nbgrader.")
    with open(command, "rb") as file:
        first = file.readline().decode(errors="replace").strip()
    python = Path(first.removeprefix("#!").strip().strip('"'))
    if not first.startswith("#!") or not python.is_file() or "python" not in python.name:
        raise UsageError(f"{command} does not say which Python it belongs to; name that with --nbgrader.")
    return python


def is_nbgrader_course(folder: Path) -> bool:
    """Whether nbgrader's commands are run in this folder; then each folder in `submitted` is a submission."""
    marks = ("gradebook.db", "nbgrader_config.py", "source")
    return os.path.isdir(folder / SUBMITTED) and any(os.path.exists(folder / name) for name in marks)


def write_marks(course: Course, course_dir: Path, marked: list[Marked], python: Path) -> Written:
    """Write the marks into the gradebook of the nbgrader course in `course_dir`; a second call changes nothing.

    A submission's name is the student's id. Raises UsageError or GraderError if the gradebook cannot be written, and
    then it has no mark of this call.
    """
    marks = [mark for each in marked for mark in _marks_of(course, course_dir, each)]
    if not marks:
        return Written(0, [])
    # nbgrader starts programs of its environment by name, without a path.
    env = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    env.pop("PYTHONPATH", None)
    try:
        done = subprocess.run([python, SCRIPT], input=json.dumps({"marks": marks}), text=True, capture_output=True,
                              cwd=course_dir, env=env, timeout=SECONDS)
    except OSError as error:
        raise UsageError(f"{python} cannot be run in {course_dir}: {error.strerror}.") from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"nbgrader's gradebook in {course_dir} could not be written within {SECONDS} s; is it in use?") from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise GraderError(f"nbgrader's gradebook in {course_dir} was not written: {_last_line(done.stderr)}.") from None
    if "error" in answer:
        raise UsageError(f"{python} {answer['error']}; name the environment that nbgrader is in with --nbgrader.")
    return Written(answer["written"], answer["missing"])


def _marks_of(course: Course, course_dir: Path, marked: Marked) -> Iterator[dict]:
    for project, exercises in notebook_projects(course):
        if not (course_dir / SUBMITTED / marked.name / project.name).is_dir():
            continue  # nothing was handed in for this assignment
        for exercise in exercises:
            if verdict := marked.verdicts.get(exercise.id):
                # Then a person must give the score.
                unknown = verdict.status == Status.NOT_RUN and not any(check.counts for check in verdict.checks)
                yield {"student": marked.name, "assignment": project.name, "notebook": project.name,
                       "grade_id": grade_id(exercise), "score": None if unknown else verdict.earned,
                       "comment": comment_of(course, verdict)}


def comment_of(course: Course, verdict: Verdict) -> str:
    """A verdict in Markdown: the points, the words of the diagnosed mistakes, and all checks as a code block.

    What the student's code printed or returned is only in the block, where Markdown does not turn it into HTML. The
    same verdict on the same file gives the same comment, at whatever time it was judged.
    """
    words = list(dict.fromkeys(line.strip() for check in verdict.checks for line in check.diagnosis.splitlines()
                               if line.strip()))
    checks = [check.model_copy(update={"diagnosis": ""}) for check in verdict.checks]
    text = verdict_text(verdict.model_copy(update={"checks": checks}), color=False, verbose=False)
    block = text.splitlines()[1:-1]  # without the header, and without the closing line, which contains the time
    points = f"**{verdict.earned} of {verdict.points} points**"
    if checks:
        points += f", {verdict.passed_checks} of {verdict.runnable_checks} checks"
    paragraphs = [points, *words, "\n".join(f"    {line}".rstrip() for line in block)]
    names_lines = verdict.reason in NAME_A_LINE or any(check.traceback or check.kind == Kind.FORBIDDEN for check in checks)
    if names_lines:
        above = lines_above(course, course.exercises[verdict.exercise])
        paragraphs.append(f"A line's number counts from the top of the file that was judged; take {above} off for your cell.")
    comment = "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
    return comment if len(comment) <= LONGEST_COMMENT else comment[:LONGEST_COMMENT - 1] + "…"


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1].strip().rstrip(".")[:300] if lines else "it said nothing"
