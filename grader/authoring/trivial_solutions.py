"""Trivial solutions: files that a learner could hand in without computing anything. No check may give points for them.

A trivial solution is the reference in which all functions that a learner writes are replaced at once: by one that
returns nothing, its first argument, zeros in the right form, its first result, … A constructor stores its arguments;
the right results of a module of torch come from a second, right module that was made with the same arguments.
Proof 7 of verify names the checks that a trivial solution passes. Such a check is hardened or declared supporting
(judge/scoring.py). Limit: a function that only changes objects in place is replaced by one that does nothing.
"""
import ast
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

from grader.authoring import trivial_data
from grader.course.functions import Function, functions_in
from grader.course.manifest import Exercise
from grader.course.sections import solution_regions
from grader.course.workspace import Workspace

_REPLACE = Path(__file__).with_name("replace_functions.py").read_text(encoding="utf-8")
KINDS = {  # each text continues "a solution that …"
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

OF_NUMBERS = ("zeros", "ones", "first", "first of form", "before")  # those that return a constant in the right form


def kinds_of(exercise: Exercise) -> dict[str, str]:
    """The kinds of trivial solutions that an exercise is tried with, each with its text."""
    return KINDS if exercise.language.runs else trivial_data.KINDS


def all_kinds() -> dict[str, str]:
    return {**KINDS, **trivial_data.KINDS}


def of_numbers(kinds: Iterable[str]) -> list[str]:
    """Those of `kinds` that keep the right form, and have other values in it."""
    return [kind for kind in kinds if kind in (*OF_NUMBERS, *trivial_data.IN_THE_RIGHT_FORM)]


def with_trivial_solution(workspace: Workspace, exercise: Exercise, kind: str) -> Workspace:
    """`workspace` with each function that contains a solution region replaced by one of `kind`, a key of `kinds_of`."""
    text = workspace.read(exercise.path)
    if not exercise.language.runs:
        return workspace.with_text(exercise.path, trivial_data.trivial(text, exercise.language, kind))
    return workspace.with_text(exercise.path, f"{text}\n{_REPLACE}\n\n"
                               f"replace_functions(globals(), {kind!r}, {written_functions(text)!r})\n")


def written_functions(text: str) -> dict[str, str]:
    """The functions and methods that contain a solution region: {name: "returns" (a value), "yields" or ""}."""
    regions = solution_regions(text)
    return {name: _gives(node) for name, node in functions_in(text)
            if any(node.lineno <= region.begin <= node.end_lineno for region in regions)}


def _gives(function: Function) -> str:
    waiting, gives = list(function.body), ""
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return "yields"
        if isinstance(node, ast.Return) and node.value is not None:
            gives = "returns"
        if not isinstance(node, (*get_args(Function), ast.Lambda, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)
    return gives
