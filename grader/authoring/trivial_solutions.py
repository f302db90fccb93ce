"""Trivial solutions: what a learner could hand in without computing anything. No check may earn points with them.

A trivial solution is the reference with every function that a learner writes replaced at once: by nothing, by its
first argument, by the right form with zeros in it, by what it returned the first time, … A constructor keeps what it is
given. Which of them passes a check by itself, verify (proof 7) says; such a check is hardened, or declared supporting
(judge/scoring.py). What does not show here: a function that only changes things is replaced by one that does nothing.
"""
import ast
from pathlib import Path

from grader.course.manifest import Exercise
from grader.course.sections import solution_regions
from grader.course.workspace import Workspace

_REPLACE = Path(__file__).with_name("replace_functions.py").read_text(encoding="utf-8")
KINDS = {  # each goes on "a solution that …"
    "nothing": "returns nothing",
    "argument": "returns its first argument",
    "error": "always raises ValueError",
    "zeros": "returns zeros in the right form",
    "ones": "returns ones in the right form",
    "first": "returns its first result ever after",
    "first of form": "returns its first result for arguments of these shapes",
    "before": "returns the result of the call before",
    "no gradient": "has right values, and zeros for gradients",
    "first gradient": "has right values, and returns its first gradients ever after",
}


def with_trivial_solution(workspace: Workspace, exercise: Exercise, kind: str) -> Workspace:
    """`workspace` with a function of one of KINDS in the place of each function between the markers."""
    text = workspace.read(exercise.path)
    return workspace.with_text(exercise.path, f"{text}\n{_REPLACE}\n\n"
                               f"replace_functions(globals(), {kind!r}, {written_functions(text)!r})\n")


def written_functions(text: str) -> dict[str, str]:
    """The functions and methods that hold a learner's region: whether each returns a value, or yields, or neither."""
    regions = solution_regions(text)
    found: dict[str, str] = {}

    def look(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                look(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.FunctionDef) and any(node.lineno <= r.begin <= node.end_lineno for r in regions):
                found[prefix + node.name] = _gives(node)

    look(ast.parse(text).body, "")
    return found


def _gives(function: ast.FunctionDef) -> str:
    waiting, gives = list(function.body), ""
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return "yields"
        if isinstance(node, ast.Return) and node.value is not None:
            gives = "returns"
        if not isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)
    return gives
