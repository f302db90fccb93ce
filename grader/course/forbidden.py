"""Find what a file may not use, in its syntax tree: forbidden libraries, and forbidden names of allowed libraries.

A forbidden name, such as `torch` or `numpy.linalg.inv`, covers all names below it, and the other names of the same
thing (other_names.py). Names are followed through the aliases that imports make (`import numpy as np`, `from numpy
import linalg as la`). A variable or parameter of the same name is something else and is left alone. Names that are
computed while the file runs are not found here: the worker refuses them (worker/policy/). What stands under
`if __name__ == "__main__":` never runs where a file is judged, and may use anything.
"""
import ast
from collections.abc import Iterator
from typing import NamedTuple

from grader.course.other_names import OTHER_NAMES

TAKE_THE_IMPORT_OUT, WRITE_IT_YOURSELF = "take the import out", "write that part yourself"
_IMPORTERS = {"__import__", "builtins.__import__", "importlib.import_module", "importlib.__import__"}


def covers(forbidden: str, name: str) -> bool:
    return name == forbidden or name.startswith(forbidden + ".")


class Use(NamedTuple):
    """One use of a forbidden name."""

    line: int
    banned: str  # the forbidden name
    advice: str  # what to do about it: the end of a sentence


def first_forbidden(tree: ast.AST, forbids: list[str]) -> Use | None:
    """The first use, by line, of a name that `forbids` covers; None if there is none."""
    found = []
    for name, line, imported in _Uses(forbids).of(tree):
        if banned := banned_by(forbids, name):
            found.append((line, banned, TAKE_THE_IMPORT_OUT if imported else WRITE_IT_YOURSELF))
    return Use(*min(found)) if found else None


def banned_by(forbids: list[str], name: str) -> str | None:
    """The first of `forbids` that covers `name`, itself or by another of its names; None if none does."""
    parts = name.split(".")
    above = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
    return next((each for each in forbids if covers(each, name)
                 or not OTHER_NAMES.get(each, frozenset()).isdisjoint(above)), None)


def sentence(banned: str, advice: str) -> str:
    """The sentence for the learner, without a full stop: the caller puts the place before it, and may add more."""
    return f"this exercise is done without {banned}; {advice}"


class _Scope(dict):
    """{name: the dotted name that it stands for; None for a value of the learner's own}."""

    def __init__(self, of_class: bool = False):
        super().__init__()
        self.of_class = of_class  # names of a class are not visible in its methods

    def bind(self, name: str, meaning: str | None) -> None:
        self[name] = meaning if self.get(name, meaning) == meaning else None


class _Uses:
    """Finds the uses in a syntax tree, by the scopes that Python would have."""

    def __init__(self, forbids: list[str]):
        self.forbids = forbids

    def of(self, tree: ast.AST) -> Iterator[tuple[str, int, bool]]:
        """(dotted name, line, whether it is an import) of every name that is imported, or used through an import."""
        yield from self._inside(tree, [], _Scope())

    def _inside(self, owner: ast.AST, outer: list[_Scope], scope: _Scope) -> Iterator[tuple[str, int, bool]]:
        own = list(_own_nodes(_as_imported(owner) if isinstance(owner, ast.Module) else owner))
        for node in own:
            self._bind(node, scope)
        for node in own:
            yield from self._used(node, [*outer, scope])
        seen_from_inside = [each for each in outer if not each.of_class] + ([] if scope.of_class else [scope])
        for node in own:
            if isinstance(node, _SCOPES):
                yield from self._inside(node, seen_from_inside, _Scope(isinstance(node, ast.ClassDef)))

    def _bind(self, node: ast.AST, scope: _Scope) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                scope.bind(alias.asname or top, alias.name if alias.asname else top)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if node.level:
                    scope.bind(alias.asname or alias.name, None)
                elif alias.name == "*":
                    for name in self.forbids:
                        if name.rpartition(".")[0] == node.module:
                            scope.bind(name.rpartition(".")[2], name)
                else:
                    scope.bind(alias.asname or alias.name, f"{node.module}.{alias.name}")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            scope.bind(node.name, None)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            scope.bind(node.id, None)
        elif isinstance(node, ast.arg):
            scope.bind(node.arg, None)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            scope.bind(node.name, None)

    def _used(self, node: ast.AST, scopes: list[_Scope]) -> Iterator[tuple[str, int, bool]]:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno, True) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or "", node.lineno, True
            yield from ((f"{node.module}.{alias.name}", node.lineno, True) for alias in node.names)
        elif isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Load):
            if name := _meaning(node, scopes):
                yield name, node.lineno, False
        elif isinstance(node, ast.Call) and node.args:
            called, *texts = _meaning(node.func, scopes), *(_text(argument) for argument in node.args[:2])
            if called in _IMPORTERS and texts[0]:
                yield texts[0], node.lineno, True
            elif called == "getattr" and len(texts) == 2 and texts[1] and (owner := _meaning(node.args[0], scopes)):
                yield f"{owner}.{texts[1]}", node.lineno, False


_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.ListComp, ast.SetComp, ast.DictComp,
           ast.GeneratorExp)


def _as_imported(module: ast.Module) -> ast.Module:
    """The module without what only runs if the file is the program, unless it gives itself another name."""
    if any(isinstance(node, ast.Name) and node.id == "__name__" and not isinstance(node.ctx, ast.Load)
           for node in ast.walk(module)):
        return module
    body = [part for node in module.body for part in (node.orelse if _is_of_the_program(node) else [node])]
    return ast.Module(body, module.type_ignores)


def _is_of_the_program(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.dump(node.test) in _IS_MAIN


_IS_MAIN = {ast.dump(ast.parse(text, mode="eval").body) for text in ('__name__ == "__main__"', '"__main__" == __name__')}


def _own_nodes(owner: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope. Of a scope inside it, only the node itself, without the nodes below."""
    waiting = list(ast.iter_child_nodes(owner))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _SCOPES):
            waiting.extend(ast.iter_child_nodes(node))


def _meaning(node: ast.AST, scopes: list[_Scope]) -> str | None:
    """The dotted name that `np.linalg.inv` stands for if `np` was imported; None if the scopes do not tell.

    The builtins `__import__` and `getattr` stand for themselves.
    """
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    first = next((scope[node.id] for scope in reversed(scopes) if node.id in scope),
                 node.id if node.id in ("__import__", "getattr") else None)
    return ".".join([first, *reversed(parts)]) if first else None


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
