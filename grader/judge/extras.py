"""Libraries of a project that are not installed here: those that pyproject.toml names in an extra called like the project.

An extra that is there in part is enough for an exercise that does without the rest of it: only what the files of the
exercise import counts. All of it is looked up, nothing is imported.
"""
import contextlib
import importlib.metadata
import importlib.util
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from grader.course.manifest import Course, Exercise
from grader.course.workspace import files_behind
from grader.errors import UsageError
from grader.judge.suite_imports import helpers_of, imports
from grader.text import listed

GIVEN = "exercises.common."
_installed: set[str] = set()


def refuse_missing(course: Course, exercise: Exercise) -> None:
    """Raise UsageError, with what to install, if a library that the exercise imports is not there."""
    if missing := missing_libraries(course, exercise):
        project = course.projects[exercise.project]
        raise UsageError(f"{exercise.short} works with {listed(missing)}, not installed here: pip install -e "
                         f"'.[{project.name}]' in the course's folder, and try again.")


def missing_libraries(course: Course, exercise: Exercise) -> list[str]:
    """The libraries that the exercise's files import and that are not installed; empty if its project has no extra, or if
    all of the extra is installed."""
    extra = extras(course.root / "pyproject.toml").get(course.projects[exercise.project].name, [])
    if all(map(is_installed, extra)):
        return []
    names = [*exercise.preload, *(name for file in files_of(course, exercise) for name in imported(file))]
    return [name for name in dict.fromkeys(name.partition(".")[0] for name in names) if not is_importable(name, course.root)]


def extras(file: Path) -> dict[str, list[str]]:
    """{extra: the names of the distributions that it asks for}."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {}).get("optional-dependencies", {})
    except (OSError, ValueError):
        return {}
    return {name: [re.match(r"[\w.-]*", each)[0] for each in asked] for name, asked in found.items()}


def is_installed(distribution: str) -> bool:
    """Whether it is there; what is not may come while this process runs."""
    if distribution not in _installed:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            importlib.metadata.distribution(distribution)
            _installed.add(distribution)
    return distribution in _installed


def is_importable(name: str, root: Path) -> bool:
    """Whether there is a module of this name, in the course's folder too."""
    if (root / name).is_dir() or (root / f"{name}.py").is_file():
        return True
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):  # __main__, or a module without a spec: it is loaded
        return True


def files_of(course: Course, exercise: Exercise) -> Iterable[Path]:
    """The course's own files that are imported for the exercise: suite and helpers, reference or stub, given code."""
    own = [course.root / folder / exercise.path for folder in ("solutions", "exercises")]
    waiting = [*(course.root / path for path in (exercise.suite, *helpers_of(course, exercise))),
               *[path for path in own if path.is_file()][:1], *files_behind(course, exercise)]
    found: dict[Path, None] = {}
    while waiting:
        file = waiting.pop()
        if file not in found and file.suffix == ".py" and file.is_file():
            found[file] = None
            waiting += [course.root / "exercises/common" / f"{name.removeprefix(GIVEN).partition('.')[0]}.py"
                        for name in imported(file) if name.startswith(GIVEN)]
    return found


def imported(file: Path) -> list[str]:
    """What a file imports when it is imported; what its functions import may be for machines that have it."""
    try:
        return [name for name, _ in imports(file.read_text(encoding="utf-8"), False)]
    except (OSError, SyntaxError, ValueError):
        return []
