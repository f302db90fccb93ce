"""Find the submissions of a class and give each a name.

A submission is a folder, a .zip or a .tar.gz, or a folder that holds only such an archive, as some platforms export it.
hand_in.py reads the content of a submission.
"""
import contextlib
import itertools
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from grader.autograde.archives import FOREIGN, LOOSE, is_archive, reason, stem
from grader.course.manifest import Course
from grader.errors import UsageError
from grader.nbgrader.gradebook import SUBMITTED, is_nbgrader_course
from grader.nbgrader.notebooks import notebook_projects
from grader.text import safe_name, short

LONGEST_NAME = 100
OURS = {"solutions", "tests", "grader", ".grader", ".stubs", ".git", ".venv", "venv", "__pycache__", "node_modules",
        "__MACOSX", ".ipynb_checkpoints"}  # folders of a handed-in course that hold no work of a student


@dataclass(frozen=True)
class Submission:
    """One submission of a class, not read yet. `name` is unique in the class and safe to show."""

    name: str
    path: Path


def find_submissions(course: Course, named: list[Path], out: Path | None = None) -> list[Submission]:
    """The submissions that the paths in `named` stand for. Raises UsageError if there are none or one cannot be read.

    A path is an archive, a single submission, or a folder in which each entry except `out` is a submission. Of an
    nbgrader course the folders of the students are taken. If there are several paths, a folder without submissions
    counts as a submission itself.
    """
    paths: list[Path] = []
    for path in named:
        path = path / SUBMITTED if is_nbgrader_course(path) else path
        try:
            if not os.path.lexists(path):
                raise UsageError(f"There is no {shown_name(str(path))}; name the folder with the submissions.")
            if not path.is_dir() or looks_like_a_submission(course, path):
                paths.append(path)
            else:
                entries = [entry for entry in sorted(path.iterdir()) if is_handed_in(entry) and not is_same(entry, out)]
                nobody = all(entry.name.lower().endswith(LOOSE) for entry in entries)
                paths += entries if not nobody else [path] if len(named) > 1 else []
        except OSError as error:
            raise UsageError(f"{shown_name(str(path))} cannot be read: {reason(error)}.") from None
    if not paths:
        raise UsageError(f"There are no submissions in {shown_name(str(named[0]))}: it should hold a folder, a .zip or a "
                         ".tar.gz of each.")
    names = unique_names([path.absolute() for path in dict.fromkeys(paths)])
    return [Submission(name, path) for path, name in names.items()]


def is_handed_in(entry: Path) -> bool:
    """Whether an entry of a class's folder is a submission.

    An entry that cannot be read is one too, so that no student is forgotten. The files that macOS adds are not.
    """
    if entry.name.startswith(".") or entry.name == "__MACOSX":
        return False
    return (entry.is_symlink() or entry.is_dir() or is_archive(entry.name)
            or entry.name.lower().endswith(FOREIGN + LOOSE))


def is_same(path: Path, other: Path | None) -> bool:
    return other is not None and os.path.realpath(path) == os.path.realpath(other)


def looks_like_a_submission(course: Course, folder: Path) -> bool:
    """Whether a folder holds exercises itself, not students' folders, of which one may be called `autograd`."""
    own = called_like_exercises(course, folder)
    others = 0
    for entry in folder.iterdir() if own else ():
        if entry.name not in OURS and entry not in own and not entry.is_symlink():
            with contextlib.suppress(OSError):  # an entry that cannot be read is reported later, when it is read
                others += is_archive(entry.name) or (entry.is_dir() and bool(called_like_exercises(course, entry)))
    return len(own) > 0 and len(own) >= others


def called_like_exercises(course: Course, folder: Path) -> list[Path]:
    """The entries of a folder that are named like the course's own folders or files."""
    known = {"exercises", *(pipeline.name for pipeline in course.pipelines),
             *(project.name for project in course.projects.values() if project.exercises)}
    files = {exercise.path.rpartition("/")[2] for exercise in course.exercises.values()}
    files |= {f"{project.name}.ipynb" for project, _ in notebook_projects(course)}
    return [entry for entry in folder.iterdir()
            if (entry.is_dir() if entry.name in known else entry.name in files and not entry.is_dir())]


def unique_names(paths: list[Path]) -> dict[Path, str]:
    """{path: name}. A name is that of the folder or archive, with as much of the path as makes it unique."""
    candidates = [lambda p: stem(p.name), lambda p: p.name, lambda p: f"{p.parent.name}/{p.name}", str]
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for name_of in candidates:
        shown = {path: shown_name(name_of(path)) for path in paths if path not in names}
        times = Counter(shown.values())
        names |= {path: name for path, name in shown.items() if times[name] == 1 and name not in taken}
        taken = set(names.values())
    for path in paths:
        if path not in names:
            numbered = (f"{shown_name(stem(path.name))} #{number}" for number in itertools.count(1))
            names[path] = next(name for name in numbered if name not in taken)
            taken.add(names[path])
    return {path: names[path] for path in paths}


def shown_name(name: str) -> str:
    """`name` in a form that is safe to print and to store, LONGEST_NAME characters at most."""
    return short(safe_name(name), LONGEST_NAME)
