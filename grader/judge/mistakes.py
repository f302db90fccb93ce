"""Mistakes: catalogued wrong solutions. Each is a function that replaces a function of the reference.

    @mistake("unbroadcast", "You return the gradient as it came in. ...")
    def keeps_the_broadcast_shape(grad, shape):
        return grad

The target is `exercise`, `exercise.function` or `exercise.Class.method`. A bare `exercise` means the function that
has the exercise's name. The text of the mistake replaces the text of the reference's function, so the mistake may use
whatever the reference's module imports and defines.
"""
import ast
import importlib.util
import inspect
import sys
import textwrap
from dataclasses import dataclass

from grader.course.manifest import Course, Exercise
from grader.course.workspace import Workspace

_REGISTRY = "__mistakes__"


@dataclass(frozen=True)
class Mistake:
    name: str
    exercise: str  # the exercise's name within its project
    target: str    # the function, class or Class.method that it replaces
    words: str     # what the learner reads
    source: str    # the wrong code


def mistake(target: str, words: str):
    """Register the decorated function or class as a wrong version of `target`. The learner then reads `words`."""
    def register(wrong):
        exercise, _, inside = target.partition(".")
        source = textwrap.dedent(inspect.getsource(wrong))
        entry = Mistake(wrong.__name__, exercise, inside or exercise, " ".join(words.split()), source)
        inspect.getmodule(wrong).__dict__.setdefault(_REGISTRY, []).append(entry)
        return wrong
    return register


def mistakes_of(course: Course, exercise: Exercise) -> list[Mistake]:
    """The catalogued mistakes of one exercise, in the order of mistakes_<exercise>.py; empty without that file."""
    path = course.root / exercise.mistakes
    if not path.exists():
        return []
    name = f"mistakes_of_{exercise.id.replace('/', '_')}"
    spec = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, _REGISTRY, [])


def with_mistake(workspace: Workspace, exercise: Exercise, wrong: Mistake) -> Workspace:
    """`workspace` with the mistake's code in place of its target."""
    return workspace.with_text(exercise.path, replace_definition(workspace.read(exercise.path), wrong))


def replace_definition(text: str, wrong: Mistake) -> str:
    """`text` with the mistake's function or class in place of the definition of `wrong.target`.

    Raises LookupError if `text` does not define the target.
    """
    *owners, name = wrong.target.split(".")
    body = ast.parse(text).body
    for owner in owners:
        body = next((n.body for n in body if isinstance(n, ast.ClassDef) and n.name == owner), [])
    found = [n for n in body if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and n.name == name]
    if not found:
        raise LookupError(f"mistake '{wrong.name}': {wrong.exercise}.py defines no {wrong.target}")
    node = found[-1]

    definition = ast.parse(wrong.source).body[0]
    lines = wrong.source.splitlines()[definition.lineno - 1:]  # without @mistake(...)
    lines[0] = lines[0].replace(wrong.name, name, 1)
    indented = textwrap.indent("\n".join(lines), " " * node.col_offset)

    # Decorators of the reference (a @property, a @contextmanager) stay: the mistake is in the body.
    whole = text.splitlines()
    return "\n".join([*whole[:node.lineno - 1], indented, *whole[node.end_lineno:]]) + "\n"
