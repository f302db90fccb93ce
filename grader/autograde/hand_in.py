"""Read the exercises' files from one submission. Nothing is unpacked to disk, nothing is run.

An exercise's file may be at any depth, because students hand in whole courses, single projects or single files. If
several files could be meant, the one whose path shares most of its end with the exercise's path is taken:
`…/p1_fundamentals/autograd/shapes.py` before `…/autograd/shapes.py` before `…/shapes.py`. Of equal ones the shallowest
is taken.

An exercise in its project's notebook (`autograd.ipynb`, in any folder) counts before a file of the exercise.
"""
import contextlib
import hashlib
import itertools
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.autograde.archives import files_in_archive, is_archive, reason
from grader.autograde.content import IS_A_LINK, NOT_ORDINARY, Content, UnreadableError, Unusable
from grader.autograde.misnamed import Missing, Others
from grader.autograde.submissions import LONGEST_NAME, OURS, Submission
from grader.course.manifest import Course, Exercise
from grader.course.workspace import LARGEST_FILE, Problem, most_of
from grader.nbgrader.notebooks import notebook_projects, read_notebooks
from grader.text import safe_name

MOST_FILES = 20_000  # files and folders that a submitted folder may hold
MOST_CONTENT = 50 << 20  # bytes of all files in a submission that are named like exercises
DEEPEST = 16         # levels of nested folders


@dataclass(frozen=True)
class HandIn:
    """The content of a submission by exercise path: the text, or why it cannot be judged, or why it is missing."""

    texts: dict[str, str] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)
    missing: dict[str, Missing] = field(default_factory=dict)

    def digest(self, course: Course, exercise: Exercise) -> str:
        """A digest of everything handed in for an exercise: its file and the files that it builds on."""
        whole = hashlib.sha256()
        for each in [*course.requirements(exercise), exercise]:
            why = self.problems.get(each.path) or self.missing.get(each.path) or ("",)
            text = f"{self.texts.get(each.path, '')}\0{why[0]}"
            whole.update(f"{each.path}\0{len(text)}\0{text}".encode("utf-8", "surrogatepass"))
        return whole.hexdigest()[:16]


def read_submission(course: Course, submission: Submission, exercises: list[Exercise]) -> HandIn:
    """Read the texts of `exercises` and of the exercises that they build on.

    Raises UnreadableError for a submission that cannot be read.
    """
    needed = {e.path: e for each in exercises for e in [*course.requirements(each), each]}
    notebooks = [f"{project.name}.ipynb" for project, _ in notebook_projects(course, list(needed.values()))]
    names = {*(path.rpartition("/")[2] for path in needed), *notebooks}
    others = Others(names | {exercise.path.rpartition("/")[2] for exercise in course.exercises.values()})

    def wanted(path: str) -> bool:
        *folders, name = path.split("/")
        ours = not OURS.isdisjoint(folders)
        if not ours:
            others.see(name)
        return name in names and not ours

    found = kept(files_in(submission.path, wanted))
    meant = candidates([*(exercise.path for exercise in course.exercises.values()), *notebooks], found)
    texts: dict[str, str] = {}
    problems: dict[str, Problem] = {}
    for path in needed:
        at = best_match(path, meant.get(path, []))
        if at is None:
            continue
        text = text_of(found[at])
        if isinstance(text, Unusable):
            problems[path] = text.problem(safe_path(at))
        else:
            texts[path] = text
    for notebook in notebooks:
        if at := best_match(notebook, meant.get(notebook, [])):
            name, content = safe_path(at), found[at]
            in_it = read_notebooks(course, [(name, content.problem(name) if isinstance(content, Unusable) else content)])
            texts = {path: text for path, text in {**texts, **in_it.texts}.items() if path not in in_it.problems}
            problems = {path: why for path, why in {**problems, **in_it.problems}.items() if path not in in_it.texts}
    return HandIn({path: text for path, text in texts.items() if path in needed},
                  {path: why for path, why in problems.items() if path in needed},
                  {path: others.why_missing(path.rpartition("/")[2]) for path in needed
                   if path not in texts and path not in problems})


def safe_path(path: str) -> str:
    """A path in a submission, safe to print; of a long path only the end."""
    shown = safe_name(path)
    return shown if len(shown) <= LONGEST_NAME else "…" + shown[1 - LONGEST_NAME:]


def kept(files: Iterator[tuple[str, Content]]) -> dict[str, Content]:
    """{path: content} of all wanted files. Raises UnreadableError for more than MOST_CONTENT bytes.

    Of two files with the same path the last one counts, as it does when an archive is unpacked.
    """
    found: dict[str, Content] = {}
    size = 0
    for path, content in files:
        size += len(path) + len(content)
        if size > MOST_CONTENT:
            raise UnreadableError(f"it holds more than {MOST_CONTENT >> 20} MB of files called like exercises")
        found[path] = content
    return found


def candidates(paths: list[str], found: dict[str, Content]) -> dict[str, list[str]]:
    """{exercise path: the files that could be meant}; a file counts only where its `common_end` is longest."""
    called: dict[str, list[str]] = {}
    for path in paths:
        called.setdefault(path.rpartition("/")[2], []).append(path)
    meant: dict[str, list[str]] = {}
    for file in found:
        common = {path: common_end(path, file) for path in called[file.rpartition("/")[2]]}
        most = max(common.values())
        for path in (path for path, steps in common.items() if steps == most):
            meant.setdefault(path, []).append(file)
    return meant


def common_end(one: str, other: str) -> int:
    """How many components the two paths have in common, counted from the end."""
    pairs = zip(reversed(one.split("/")), reversed(other.split("/")))
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def best_match(path: str, files: list[str]) -> str | None:
    """The file with the longest `common_end` with an exercise's path, then the shallowest; None if there is no file."""
    return min(files, key=lambda file: (-common_end(path, file), file.count("/"), file), default=None)


def text_of(content: Content) -> str | Unusable:
    if isinstance(content, Unusable):
        return content
    if len(content) > LARGEST_FILE:
        return Unusable("too large", f"is larger than {LARGEST_FILE // 1_000_000} MB; a solution fits in a few kilobytes")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        return Unusable("not UTF-8", f"is not UTF-8 text (byte {error.start}); save it as UTF-8")


def files_in(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Content]]:
    """Yield (path, content) of each wanted file in a folder or an archive.

    If a folder has no wanted file and exactly one archive, that archive is read. Raises UnreadableError.
    """
    with unreadable_where_refused():
        if path.is_symlink():
            raise UnreadableError("it is a link; hand in the folder or the archive itself")
        if not path.is_dir():
            yield from files_in_archive(path, wanted)
            return
        nothing = True
        for file in files_in_folder(path, wanted):
            nothing = False
            yield file
        if nothing and len(inner := [entry for entry in path.iterdir() if is_archive(entry.name)]) == 1:
            yield from files_in_archive(inner[0], wanted)


def files_in_folder(folder: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Content]]:
    """Yield (path, content) of each wanted file. A link is never followed; a device or a pipe is never read."""
    seen = 0
    for here, folders, files, descriptor in os.fwalk(folder, follow_symlinks=False, onerror=stop):
        inside = Path(here).relative_to(folder)
        if len(inside.parts) >= DEEPEST:
            folders.clear()
        folders[:] = sorted(name for name in folders if name not in OURS)
        seen += len(files) + len(folders)
        if seen > MOST_FILES:
            raise UnreadableError(f"it has more than {MOST_FILES:,} files")
        for name in sorted(files):
            if wanted(path := (inside / name).as_posix()):
                yield path, read_regular(name, descriptor)


@contextlib.contextmanager
def unreadable_where_refused() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnreadableError(f"it cannot be read ({reason(error)})") from None


def stop(error: OSError) -> None:
    raise UnreadableError(f"a folder in it cannot be read ({reason(error)})") from None


def read_regular(name: str, folder: int) -> Content:
    """The bytes of a regular file, or why there are none. The file is opened without blocking on a pipe."""
    try:
        if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            return IS_A_LINK
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError as error:
        return Unusable("refused", f"cannot be read ({reason(error)})")
    with os.fdopen(file, "rb") as opened:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            return NOT_ORDINARY
        try:
            return opened.read(most_of(name))
        except OSError as error:
            return Unusable("refused", f"cannot be read ({reason(error)})")
