"""Run a project's study: an experiment that uses the learner's code."""
import os
import sys
import traceback

from grader.course.manifest import Course, Project
from grader.course.workspace import SourceError, gather_project, local_workspace
from grader.errors import FAILED, PASSED, UsageError
from grader.worker import loader


def run_study(course: Course, words: str, workspace: str | None, arguments: list[str]) -> int:
    """Load the project's `study.py` with all its exercises and call `main(arguments)`.

    Returns FAILED if the study raises, or if a result is below what course.yml expects. Raises UsageError.
    """
    project = find_project(course, words)
    try:
        sources = gather_project(course, local_workspace(course, workspace), project, "study")
    except SourceError as error:
        raise UsageError(str(error)) from None
    if sources.module not in sources.files:
        raise UsageError(f"{project.title} has no study.")
    os.environ.setdefault("MPLBACKEND", "Agg")
    try:
        study = loader.load(sources.module, sources.files, common=str(course.root / "exercises/common"),
                            check_shapes=False)
        results = study.main(arguments)
    except Exception as error:
        print(what_stopped(error, {name for name, _ in sources.files.values()}), file=sys.stderr)
        return FAILED
    all_reached = True
    for name, value in results.items():
        if name in project.study:
            reached = value >= project.study[name]
            all_reached &= reached
            print(f"{'✓' if reached else '✗'} {name}: {value:.4f}, expected at least {project.study[name]}")
    return PASSED if all_reached else FAILED


def what_stopped(error: Exception, files: set[str]) -> str:
    """The message for a study that raised; of the traceback only the lines in `files`."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    if isinstance(error, NotImplementedError) and frames:
        return f"The study needs {frames[-1].name} of {frames[-1].filename}, which is not written yet."
    where = [f"  {frame.filename}, line {frame.lineno}, in {frame.name}: {frame.line}" for frame in frames]
    return "\n".join([f"The study stopped: {type(error).__name__}: {error}", *where])


def find_project(course: Course, words: str) -> Project:
    found = course.find(words)
    project = course.projects[found[0].project]
    if words.rstrip("/") not in (project.name, project.id, project.number):
        raise UsageError(f"'{words}' is not a project; name one, such as '{project.name}'.")
    return project
