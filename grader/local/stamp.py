"""A stamp of everything that the local server has in memory: the grader, the course and the suites."""
import os
from collections.abc import Iterator
from pathlib import Path

ENGINE = Path(__file__).resolve().parents[1]


def is_stale(root: Path, stamp: tuple) -> bool:
    """Whether what was in memory at `stamp` is no longer what is on disk."""
    return stamp_of(root) != stamp


def stamp_of(root: Path) -> tuple:
    """(path, modification time, size) of each file; two stamps differ if a file was changed, added or removed."""
    own_tests = str(root / "tests" / "grader")  # the tests of the grader itself are no suites
    found = [root / "course.yml", *python_files(ENGINE), *python_files(root / "tests", without=own_tests)]
    stamp = []
    for file in found:
        try:
            stat = os.stat(file)
        except FileNotFoundError:
            continue
        stamp.append((str(file), stat.st_mtime_ns, stat.st_size))
    return tuple(sorted(stamp))


def python_files(folder: Path | str, without: str = "") -> Iterator[str]:
    """The paths of the Python files below `folder`. A learner waits for this at each check, hence not by pathlib."""
    try:
        entries = list(os.scandir(folder))
    except OSError:  # it is not there, or it was removed while it was read
        return
    for entry in entries:
        if entry.name.endswith(".py"):
            yield entry.path
        elif entry.is_dir(follow_symlinks=False) and entry.path != without and entry.name != "__pycache__":
            yield from python_files(entry.path, without)
