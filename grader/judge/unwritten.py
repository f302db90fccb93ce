"""Which functions of an exercise a learner has not written yet: those whose body is still the stub's.

A file of data is one part, whose name is empty: it is not written while it says what the stub says.
"""
import ast
from typing import NamedTuple

from grader.course.functions import Function, functions_in
from grader.course.languages import Language, WrongSyntaxError
from grader.course.manifest import Course, Exercise
from grader.course.sections import stub_of
from grader.errors import UsageError

Stub = dict[str, str]  # {qualified name of a function that a learner writes: its body in the stub, as a dump}


class Progress(NamedTuple):
    """How far a learner is with the functions of an exercise."""

    unwritten: dict[str, int]  # {qualified name: line of its `raise NotImplementedError`}
    written: set[str]          # a function that was deleted is in neither

    @property
    def begun(self) -> bool:
        """False if nothing was written that the stub leaves open."""
        return bool(self.written) or not self.unwritten


def stub_functions(course: Course, exercise: Exercise) -> list[tuple[str, Function]]:
    """Empty if there is no solution here, or none that a stub could be cut from: that is for `grader verify` to say."""
    try:
        stub = stub_of((course.root / "solutions" / exercise.path).read_text(encoding="utf-8"), exercise.path)
        return functions_in(stub) if exercise.language.runs else []
    except (OSError, UnicodeDecodeError, UsageError, SyntaxError):
        return []


def stub_bodies(course: Course, exercise: Exercise) -> Stub:
    if not exercise.language.runs:
        return stub_data(course, exercise)
    return {name: body(node) for name, node in stub_functions(course, exercise) if any(map(is_not_implemented, ast.walk(node)))}


def stub_data(course: Course, exercise: Exercise) -> Stub:
    """What a stub that is no program says."""
    try:
        stub = stub_of((course.root / "solutions" / exercise.path).read_text(encoding="utf-8"), exercise.path)
        return {"": repr(exercise.language.check(stub))}
    except (OSError, UnicodeDecodeError, UsageError, WrongSyntaxError):
        return {}


def progress(text: str, stub: Stub, language: Language) -> Progress:
    """Compare each function of `text` that the stub leaves open with the stub; docstrings and annotations do not count.

    Of data, what it says counts; comments do not.
    """
    unwritten, written = {}, set()
    if not language.runs:
        lines = [line.strip() for line in text.split("\n")]
        place = lines.index(language.unwritten) + 1 if language.unwritten in lines else 1
        same = stub.get("") == repr(language.check(text))
        return Progress({"": place} if same else {}, set() if same else {""})
    for name, node in functions_in(text):
        if name not in stub:
            continue
        if stub[name] == body(node):
            unwritten[name] = next(inner.lineno for inner in ast.walk(node) if is_not_implemented(inner))
        else:
            written.add(name)
    return Progress(unwritten, written)


def body(node: Function) -> str:
    """The statements of a function without its docstring, as a dump of their syntax trees; empty if they nest too deeply."""
    statements = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    try:
        return "\n".join(map(ast.dump, statements))
    except RecursionError:  # of a submission: no stub is like that
        return ""


def is_not_implemented(node: ast.AST) -> bool:
    raised = node.exc if isinstance(node, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
