"""A stamp of everything that the local server has in memory: the grader, the course and the suites."""
from pathlib import Path

from grader.paths import STRANGERS

ENGINE = Path(__file__).resolve().parents[1]


def is_stale(root: Path, stamp: tuple) -> bool:
    """Whether what was in memory at `stamp` is no longer what is on disk."""
    return stamp_of(root) != stamp


def stamp_of(root: Path) -> tuple:
    """(path, modification time, size) of each file; two stamps differ if a file was changed, added or removed."""
    suites = [file for file in (root / "tests").rglob("*.py") if is_in_memory(file.relative_to(root / "tests").parts)]
    return tuple(sorted((str(file), stat.st_mtime_ns, stat.st_size)
                        for file in [root / "course.yml", *ENGINE.rglob("*.py"), *suites]
                        if file.exists() and (stat := file.stat())))


def is_in_memory(parts: tuple[str, ...]) -> bool:
    """Whether a file of tests/ is: not so the grader's own tests, nor mistakes and strangers' files, which are read anew."""
    return parts[0] != "grader" and not parts[-1].startswith("mistakes_") and not STRANGERS & {*parts[:-1]}
