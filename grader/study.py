"""Run a project's study: its experiment, with the engine that the learner built."""
import os
import sys

from grader.course import Course, Project
from grader.errors import FAILED, PASSED, UsageError
from grader.worker import loader
from grader.workspace import BadFile, gather, local_workspace, module_name


def run_study(course: Course, words: str, workspace: str | None, arguments: list[str]) -> int:
    """Load `study.py` of the project with every exercise of it, and call its `main(arguments)`."""
    project = find_project(course, words)
    path = f"{project.id}/study.py"
    files: dict[str, tuple[str, str]] = {}
    space = local_workspace(course, workspace)
    for exercise in project.exercises:
        try:
            files |= gather(course, space, exercise).files
        except BadFile as error:
            raise UsageError(str(error)) from None
    if module_name(path) not in files:
        raise UsageError(f"{project.title} has no study.")
    sys.path.insert(0, str(course.root))
    os.environ.setdefault("MPLBACKEND", "Agg")
    try:
        study = loader.load(module_name(path), files, common=str(course.root / "exercises/common"), check_shapes=False)
        study.main(arguments)
    except NotImplementedError as error:
        frame = error.__traceback__
        while frame.tb_next:
            frame = frame.tb_next
        code = frame.tb_frame.f_code
        print(f"The study needs {code.co_name} of {code.co_filename}, which is not written yet.", file=sys.stderr)
        return FAILED
    return PASSED


def find_project(course: Course, words: str) -> Project:
    found = course.find(words)
    project = course.projects[found[0].project]
    if words.rstrip("/") not in (project.name, project.id, project.number):
        raise UsageError(f"'{words}' is not a project; name one, such as '{project.name}'.")
    return project
