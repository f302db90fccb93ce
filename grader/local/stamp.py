"""A stamp of everything that the local server has in memory: the grader, the course and the suites."""
import os
from collections.abc import Iterator, Set
from pathlib import Path

from grader.files import STRANGERS

ENGINE = Path(__file__).resolve().parents[1]


def only_suites_differ(root: Path, one: tuple, other: tuple) -> bool:
    """Whether all that differs between two stamps is below tests/."""
    return all(path.startswith(f"{root / 'tests'}{os.sep}") for path, *_ in {*one} ^ {*other})


def stamp_of(root: Path) -> tuple:
    """(path, modification time, size) of each file; two stamps differ if a file was changed, added or removed."""
    # The grader's own tests are no suites; mistakes and strangers' files are read anew each time.
    not_kept = {str(root / "tests" / "grader")}
    suites = (file for file in python_files(root / "tests", not_kept, STRANGERS) if not os.path.basename(file).startswith("mistakes_"))
    found = [root / "course.yml", *python_files(ENGINE), *suites]
    stamp = []
    for file in found:
        try:
            stat = os.stat(file)
        except FileNotFoundError:
            continue
        stamp.append((str(file), stat.st_mtime_ns, stat.st_size))
    return tuple(sorted(stamp))


def python_files(folder: Path | str, without: Set[str] = frozenset(), names: Set[str] = frozenset()) -> Iterator[str]:
    """The paths of the Python files below `folder`, but in the folders `without` and in those that have one of `names`.

    A learner waits for this at each check, hence not by pathlib.
    """
    try:
        entries = list(os.scandir(folder))
    except OSError:  # it is not there, or it was removed while it was read
        return
    for entry in entries:
        if entry.name.endswith(".py"):
            yield entry.path
        elif entry.is_dir(follow_symlinks=False) and entry.path not in without and entry.name not in {"__pycache__", *names}:
            yield from python_files(entry.path, without, names)
