"""The maintainer's commands, with the warm judge behind them."""
import sys

from grader.client import ask
from grader.course import Course, Exercise
from grader.errors import FAILED, PASSED, GraderError
from grader.verdict import Verdict
from grader.workspace import BadFile, Workspace


def warm_judge(course: Course, workspace: Workspace, exercise: Exercise) -> Verdict:
    """The warm parent's verdict on `exercise` in `workspace`, replaced files and all. Nothing is recorded."""
    return Verdict.model_validate(_one_line(course, "judge", workspace, exercise)["verdict"])


def warm_examples(course: Course, workspace: Workspace, exercise: Exercise) -> list[dict]:
    """The results of the docstring examples, run in a worker."""
    return _one_line(course, "examples", workspace, exercise)["examples"]


def _one_line(course: Course, command: str, workspace: Workspace, exercise: Exercise) -> dict:
    request = {"command": command, "exercise": exercise.id, "workspace": str(workspace.root.resolve()),
               "replaced": workspace.replaced}
    for line in ask(course.root, request):
        if "error" in line:
            raise GraderError(line["error"])
        return line
    raise GraderError("The grader's background process gave no answer.")
