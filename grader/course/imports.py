"""Which exercises a file builds on, by the imports in its text, wherever they are."""
import ast
from collections.abc import Iterator

from grader.course.manifest import Course, Exercise

PACKAGE = "exercises"


def unnamed_imports(course: Course, exercise: Exercise, text: str) -> list[str]:
    """One sentence for each import in `text` that the exercise may not rely on: neither in `needs` nor given code.

    `text` is the exercise's file, or a part of it. Its imports inside functions count. If it imports given code, the
    imports that run when that code is loaded count too; those inside its functions do not, because they run only when
    they are needed.
    """
    allowed = {exercise.id, *(need.id for need in course.requirements(exercise))}
    projects = {course.exercises[name].project for name in allowed}
    problems = []
    seen: set[str] = set()
    queue = [("", found) for found in imported_paths(text, exercise.id, lazy=True)]
    while queue:
        via, (path, line) = queue.pop(0)
        target = exercise_or_file(course, path)
        if target in seen or target in allowed or target == "common" or target.startswith("common/"):
            continue
        seen.add(target)
        by_way = f", by way of {via}" if via else f" (line {line})"
        if target in course.exercises:
            problems.append(f"It imports the exercise '{target}'{by_way}, which its `needs` do not name.")
        elif not (file := course.root / "solutions" / f"{target}.py").is_file():
            problems.append(f"It imports exercises/{target}.py{by_way}, which does not exist.")
        elif target.rpartition("/")[0] not in projects:
            problems.append(f"It imports {target}.py{by_way}, which is given to another project only.")
        else:
            given = imported_paths(file.read_text(encoding="utf-8"), target, lazy=False)
            queue += [(f"{target}.py", found) for found in given]
    return problems


def exercise_or_file(course: Course, path: str) -> str:
    """The module's part of `path`, which may lead to a name inside a module (`…/tensor/record`)."""
    parent = path.rpartition("/")[0]
    for candidate in (path, parent):
        if candidate in course.exercises or (course.root / "solutions" / f"{candidate}.py").is_file():
            return candidate
    return path


def imported_paths(text: str, path: str, lazy: bool) -> Iterator[tuple[str, int]]:
    """(path, line) of each import below `exercises` in a module at `path`; with `lazy` also inside functions.

    `from .tensor import record` gives p1_fundamentals/autograd/tensor/record: the text does not tell whether `record`
    is a module or a name in one.
    """
    for node in nodes_of(ast.parse(text), lazy):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = f"{PACKAGE}/{path}".split("/")[:-node.level] if node.level else []
            base = ".".join([*package, *([node.module] if node.module else [])])
            names = [base if alias.name == "*" else f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.partition(".")[0] == PACKAGE and name != PACKAGE:
                yield name.partition(".")[2].replace(".", "/"), node.lineno


def nodes_of(node: ast.AST, lazy: bool) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if lazy or not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from nodes_of(child, lazy)
