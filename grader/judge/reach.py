"""Which checks a change of one function can reach.

A mistake changes one function of the reference. A check that never runs this function passes as the reference passes it,
so it need not be run for any form of the mistake. To find out, the reference is judged once with a function that stops at its
first statement. What it raises is caught by no `except Exception`, and no check of a suite expects it.
"""
import ast

from grader.course.functions import Function
from grader.course.manifest import Exercise
from grader.course.workspace import Workspace
from grader.judge.mistakes import definition_of
from grader.records.verdict import Check, Status, Verdict

Places = frozenset[str]  # the names of checks, and of a check's cases for one function: `test_sum`, `test_float32[mean]`
STOP = "raise KeyboardInterrupt"


def with_stop(text: str, target: str) -> str | None:
    """A module's text with a stop at the start of the function `target`; None if that is no function with own lines."""
    try:
        node = definition_of(text, target)
    except LookupError:
        return None
    if not isinstance(node, Function) or node.body[0].lineno == node.lineno:
        return None
    first, lines = node.body[0], text.splitlines()
    at = first.end_lineno if is_docstring(first) else first.lineno - 1
    if is_docstring(first) and len(node.body) > 1 and node.body[1].lineno == first.end_lineno:
        return None
    return "\n".join([*lines[:at], " " * first.col_offset + STOP, *lines[at:]]) + "\n"


def is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)


def reached(verdict: Verdict) -> Places | None:
    """The places that run the function, by the verdict on the reference that stops there; None if it was not loaded."""
    if not verdict.checks:
        return None
    return frozenset(place for check in verdict.checks if check.status != Status.PASSED for place in places_of(check))


def places_of(check: Check) -> list[str]:
    """Where a check failed; a check that was not run may fail as a whole."""
    return [*check.fingerprints] or [check.name]


def stopped_at(reference: Workspace, exercise: Exercise, target: str) -> Workspace | None:
    """The reference that stops in `target`; `reached` reads the verdict on it.

    None if all checks must be run: for a class, for data, or in a part of a service, which answers what was raised.
    """
    if not exercise.language.runs or "service" in exercise.grants:
        return None
    text = with_stop(reference.read(exercise.path), target)
    return None if text is None else reference.with_text(exercise.path, text)
