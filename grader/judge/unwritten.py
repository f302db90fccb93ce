"""Which functions of an exercise a learner has not written yet: those that are still what the stub has."""
import ast

from grader.course.functions import functions_in
from grader.course.manifest import Course, Exercise
from grader.course.sections import stub_of

Functions = dict[str, str]  # {qualified name: the function as the stub has it, as a dump of its syntax tree}


def stub_functions(course: Course, exercise: Exercise) -> Functions:
    """The functions that a learner writes; empty if there is no solution here to cut the stub from."""
    solution = course.root / "solutions" / exercise.path
    if not solution.exists():
        return {}
    return {name: ast.dump(node) for name, node in functions_in(stub_of(solution.read_text(encoding="utf-8")))
            if any(is_not_implemented(inner) for inner in ast.walk(node))}


def unwritten(text: str, stub: Functions) -> dict[str, int]:
    """{qualified name: line of its `raise NotImplementedError`} of the functions in `text` that the stub has just so."""
    found = {}
    for name, node in functions_in(text):
        if stub.get(name) == ast.dump(node):
            found[name] = next(inner.lineno for inner in ast.walk(node) if is_not_implemented(inner))
    return found


def is_not_implemented(node: ast.AST) -> bool:
    raised = node.exc if isinstance(node, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
