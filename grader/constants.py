"""Constant solutions: what a learner could hand in without computing anything. No check may earn marks with them.

A constant solution is the reference with every function that a learner writes replaced at once: by nothing, by its
first argument, by the right form with zeros in it, by what it returned the first time, … A constructor keeps what it is
given. Which of them passes a check by itself, verify (proof 7) says; such a check is hardened, or declared supporting
(judge/marking.py). What does not show here: a function that only changes things is replaced by one that does nothing.
"""
import ast

from grader.course import Exercise
from grader.marks import solution_regions
from grader.workspace import Workspace

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


def with_constant(workspace: Workspace, exercise: Exercise, kind: str) -> Workspace:
    """`workspace` with a constant, one of KINDS, in the place of each function between the marks."""
    text = workspace.read(exercise.path)
    return workspace.with_text(exercise.path, f"{text}\n{_REPLACE}\n\n_replace({kind!r}, {written_functions(text)!r})\n")


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


# Put behind the reference. Numbers are what a constant replaces: those of arrays, of arrays that an object holds, and
# of what an object's function returns, a gradient say; the objects themselves and what they refer to stay.
_REPLACE = '''
def _replace(kind, written):
    import contextlib
    import copy
    import inspect

    import numpy as np

    memory = {}
    of_gradients = kind in ("no gradient", "first gradient")

    def form(value):
        if isinstance(value, np.ndarray):
            return value.shape, value.dtype.name
        if isinstance(value, (list, tuple)):
            return tuple(map(form, value))
        if isinstance(value, dict):
            return tuple((key, form(item)) for key, item in value.items())
        if isinstance(value, (int, str, type(None))):
            return value
        held = vars(value) if hasattr(value, "__dict__") else {}
        return (type(value).__name__, *(form(item) for item in held.values() if isinstance(item, np.ndarray)))

    def number(right, key):
        if kind in ("zeros", "no gradient"):
            return np.zeros_like(right) if isinstance(right, np.ndarray) else right * 0
        if kind == "ones":
            return np.ones_like(right) if isinstance(right, np.ndarray) else right * 0 + 1
        kept = memory.setdefault(key, copy.copy(right))
        if kind == "before":
            memory[key] = copy.copy(right)
        return copy.copy(kept)

    def constant(right, key, gradient=False):
        """`right` with other numbers in it."""
        if isinstance(right, (bool, str, type(None))):
            return right
        if isinstance(right, (list, tuple)):
            return type(right)(constant(item, (*key, place), gradient) for place, item in enumerate(right))
        if isinstance(right, np.ndarray):
            return number(right, key)
        if hasattr(right, "__dict__"):
            held = {name: item for name, item in vars(right).items() if isinstance(item, np.ndarray) or callable(item)}
            if held:
                other, has_gradients = copy.copy(right), any(map(callable, held.values()))
                for name, item in held.items():
                    if callable(item):
                        vars(other)[name] = lambda *given, item=item, name=name: constant(item(*given), (*key, name), True)
                    elif not (of_gradients and has_gradients):
                        vars(other)[name] = constant(item, (*key, name))
                return other
        try:
            return number(right, key)
        except TypeError:
            return right

    def replacement(name, right, gives):
        def replaced(*arguments, **options):
            if gives == "yields":
                return contextlib.nullcontext()
            own = [*arguments, *options.values()]["." in name:]
            if name.endswith(".__init__"):
                given = inspect.signature(right).bind(*arguments, **options).arguments
                vars(arguments[0]).update(list(given.items())[1:])
                return None
            if kind == "argument":
                return own[0] if own else None
            if kind == "error":
                shapes = [getattr(each, "shape", each) for each in own]
                raise ValueError(f"{shapes} {options}")
            if kind == "nothing" or gives != "returns":
                return None
            # A number by itself is what is computed with; one in a tuple, or named, is rather an axis or a length.
            shapes = [type(each).__name__ if isinstance(each, int) else form(each) for each in arguments["." in name:]]
            key = (name, *shapes, form(options)) if kind != "first" else (name,)
            return constant(right(*arguments, **options), key)
        return replaced

    for name, gives in written.items():
        owner, _, attribute = name.rpartition(".")
        owner = globals()[owner] if owner else None
        held = vars(owner)[attribute] if owner else globals()[attribute]
        other = replacement(name, held, gives)
        if owner:
            setattr(owner, attribute, property(other) if isinstance(held, property) else other)
        else:
            globals()[attribute] = other
'''
