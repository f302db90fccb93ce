"""Refuse a suite that imports the answers: with `solutions` the reference would judge itself, with `exercises` the
learner's file would run in the judge.

Probes run in the worker, where a function may import the learner's modules.
"""
import ast
import functools
from collections.abc import Iterator
from pathlib import Path

from grader.course.manifest import Course, Exercise
from grader.errors import GraderError

ANSWERS = {"solutions", "exercises"}
FOLDER = "tests"
BY_NAME = {"import_module", "__import__"}


def refuse_answers(course: Course, exercise: Exercise) -> None:
    """Raise GraderError if the suite of `exercise`, or a module of tests/ that it imports, imports the answers.

    Given code in exercises/common is none of them.
    """
    for path in [exercise.suite, *helpers_of(course, exercise)]:
        for name, line in imports_of(course, path):
            top = name.partition(".")[0]
            if top in ANSWERS and not f"{name}.".startswith("exercises.common."):
                raise GraderError(f"{path}, line {line}: a suite does without {top}; take what is expected from an independent "
                                  "oracle, and let a probe use the learner's modules.")


def helpers_of(course: Course, exercise: Exercise) -> list[str]:
    """The modules of tests/ that the suite of `exercise` imports, directly or not: their paths below the course.

    Also the observations of its project, and what these import.
    """
    beside = [exercise.observations] if (course.root / exercise.observations).is_file() else []
    waiting, found = [exercise.suite, *beside], [exercise.suite, *beside]
    while waiting:
        for name, _ in imports_of(course, waiting.pop()):
            file = next((file for file in files_of(name) if (course.root / file).is_file()), "")
            if file and file not in found:
                found.append(file)
                waiting.append(file)
    return found[1:]


def imports_of(course: Course, path: str) -> tuple[tuple[str, int], ...]:
    """(dotted name, line) of each import that runs in the judge; empty for a file that is not Python."""
    try:
        return imports((course.root / path).read_text(encoding="utf-8"), not Path(path).name.startswith("probes"))
    except (SyntaxError, ValueError):  # which pytest says when it collects the suite
        return ()


def files_of(name: str) -> Iterator[str]:
    """The files that a name may mean: tests.oracles.torch_vjp is tests/oracles.py, or a name in it."""
    if name.partition(".")[0] == FOLDER:
        yield f"{name.replace('.', '/')}.py"
        yield f"{name.rpartition('.')[0].replace('.', '/')}.py"


@functools.lru_cache
def imports(text: str, inside: bool) -> tuple[tuple[str, int], ...]:
    """(dotted name, line) of each import in a module's text; with `inside` also of those inside functions."""
    waiting: list[ast.AST] = [ast.parse(text)]
    found: list[tuple[str, int]] = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
        elif isinstance(node, ast.Call) and called(node) in BY_NAME and node.args and isinstance(node.args[0], ast.Constant):
            found.append((str(node.args[0].value), node.lineno))
        if inside or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(node)
    return tuple(found)


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")
