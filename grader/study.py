"""Run a project's study: its experiment, with what the learner built."""
import os
import sys

from grader.course import Course, Project
from grader.errors import FAILED, PASSED, UsageError
from grader.worker import loader
from grader.workspace import BadFile, gather_project, local_workspace


def run_study(course: Course, words: str, workspace: str | None, arguments: list[str]) -> int:
    """Load `study.py` of the project with every exercise of it, call its `main(arguments)`, compare its results with
    what course.yml expects of them."""
    project = find_project(course, words)
    try:
        sources = gather_project(course, local_workspace(course, workspace), project, "study")
    except BadFile as error:
        raise UsageError(str(error)) from None
    if sources.module not in sources.files:
        raise UsageError(f"{project.title} has no study.")
    os.environ.setdefault("MPLBACKEND", "Agg")
    try:
        study = loader.load(sources.module, sources.files, common=str(course.root / "exercises/common"),
                            check_shapes=False)
        results = study.main(arguments)
    except NotImplementedError as error:
        frame = error.__traceback__
        while frame.tb_next:
            frame = frame.tb_next
        code = frame.tb_frame.f_code
        print(f"The study needs {code.co_name} of {code.co_filename}, which is not written yet.", file=sys.stderr)
        return FAILED
    all_reached = True
    for name, value in results.items():
        if name in project.study:
            reached = value >= project.study[name]
            all_reached &= reached
            print(f"{'✓' if reached else '✗'} {name}: {value:.4f}, expected at least {project.study[name]}")
    return PASSED if all_reached else FAILED


def find_project(course: Course, words: str) -> Project:
    found = course.find(words)
    project = course.projects[found[0].project]
    if words.rstrip("/") not in (project.name, project.id, project.number):
        raise UsageError(f"'{words}' is not a project; name one, such as '{project.name}'.")
    return project
