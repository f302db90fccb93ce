"""A stamp of everything that the local server has in memory: the grader, the course and the suites."""
from pathlib import Path

ENGINE = Path(__file__).resolve().parents[1]


def is_stale(root: Path, stamp: tuple) -> bool:
    """Whether what was in memory at `stamp` is no longer what is on disk."""
    return stamp_of(root) != stamp


def stamp_of(root: Path) -> tuple:
    """(path, modification time, size) of each file; two stamps differ if a file was changed, added or removed."""
    own_tests = root / "tests" / "grader"  # the tests of the grader itself are no suites
    files = [root / "course.yml", *ENGINE.rglob("*.py"), *(root / "tests").rglob("*.py")]
    return tuple(sorted((str(file), stat.st_mtime_ns, stat.st_size) for file in files
                        if not file.is_relative_to(own_tests) and file.exists() and (stat := file.stat())))
