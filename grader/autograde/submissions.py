"""What was handed in: find the submissions, and read the exercises of each. Nothing is unpacked, nothing is run.

A submission is a folder, a .zip or a .tar.gz, or a folder with nothing but that in it, as some platforms give them out.
In it an exercise's file may lie as deep as it likes: whole courses are handed in, single projects, bare files. Of several
files that could be meant the one whose path says most is taken:
`…/p1_fundamentals/autograd/shapes.py` before `…/autograd/shapes.py` before `…/shapes.py`, and the shallowest of those.

What a project's notebook (`autograd.ipynb`, wherever it lies) holds of it counts before the file.
"""
import contextlib
import hashlib
import itertools
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.autograde.archives import FOREIGN, LOOSE, Content, files_in_archive, is_archive, reason, stem
from grader.autograde.misnamed import Others
from grader.autograde.tars import IS_A_LINK, Unreadable
from grader.course import Course, Exercise
from grader.errors import UsageError
from grader.gradebook import SUBMITTED, is_nbgrader_course
from grader.notebooks import notebook_projects, read_notebooks
from grader.report.style import safe_line
from grader.workspace import LARGEST_FILE, most_of

MOST_FILES = 20_000  # that are looked at in one submission
MOST_CONTENT = 50 << 20  # bytes, of all files in it that could be meant
DEEPEST = 16         # folders in folders
LONGEST_NAME = 100
OURS = {"solutions", "tests", "grader", ".grader", ".stubs", ".git", ".venv", "venv", "__pycache__", "node_modules",
        "__MACOSX", ".ipynb_checkpoints"}  # folders of a handed-in course in which nobody's work lies


@dataclass(frozen=True)
class Submission:
    """One of a class, not read yet. `name` is unique in the class and safe to show."""

    name: str
    path: Path


@dataclass(frozen=True)
class HandIn:
    """What a submission holds: {exercise path: text}, and {exercise path: why it cannot be judged}; `instead` has, for those
    that are missing, what else is there, the end of a sentence."""

    texts: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)

    def digest(self, course: Course, exercise: Exercise) -> str:
        """Stands for all that was handed in for an exercise: its file and those it builds on."""
        whole = hashlib.sha256()
        for each in [*course.requirements(exercise), exercise]:
            text = self.texts.get(each.path, "") + "\0" + self.problems.get(each.path, "") + self.instead.get(each.path, "")
            whole.update(f"{each.path}\0{len(text)}\0{text}".encode("utf-8", "surrogatepass"))
        return whole.hexdigest()[:16]


# ── the class ───────────────────────────────────────────────────────────────────────────────────────────────────


def find_submissions(course: Course, named: list[Path], out: Path | None = None) -> list[Submission]:
    """The submissions that the paths name: archives, single submissions, or folders with a submission in each entry, but for
    `out`; of a course of nbgrader's, its students. A folder in which there are none is one itself, among several."""
    paths: list[Path] = []
    for path in named:
        path = path / SUBMITTED if is_nbgrader_course(path) else path
        try:
            if not os.path.lexists(path):
                raise UsageError(f"There is no {safe_name(str(path))}; name the folder with the submissions.")
            if not path.is_dir() or looks_like_a_submission(course, path):
                paths.append(path)
            else:
                entries = [entry for entry in sorted(path.iterdir()) if is_handed_in(entry) and not is_same(entry, out)]
                nobody = all(entry.name.lower().endswith(LOOSE) for entry in entries)
                paths += entries if not nobody else [path] if len(named) > 1 else []
        except OSError as error:
            raise UsageError(f"{safe_name(str(path))} cannot be read: {reason(error)}.") from None
    if not paths:
        raise UsageError(f"There are no submissions in {safe_name(str(named[0]))}: it should hold a folder, a .zip or a "
                         ".tar.gz of each.")
    names = unique_names([path.absolute() for path in dict.fromkeys(paths)])
    return [Submission(name, path) for path, name in names.items()]


def is_handed_in(entry: Path) -> bool:
    """Whether an entry of a class's folder is somebody's: also one that cannot be read, so that nobody is forgotten. What
    macOS packs beside the files is nobody's."""
    if entry.name.startswith(".") or entry.name == "__MACOSX":
        return False
    return (entry.is_symlink() or entry.is_dir() or is_archive(entry.name)
            or entry.name.lower().endswith(FOREIGN + LOOSE))


def is_same(path: Path, other: Path | None) -> bool:
    return other is not None and os.path.realpath(path) == os.path.realpath(other)


def looks_like_a_submission(course: Course, folder: Path) -> bool:
    """A folder that holds exercises itself, rather than other people's folders, of which one may be called `autograd`."""
    own = called_like_exercises(course, folder)
    others = 0
    for entry in folder.iterdir() if own else ():
        if entry.name not in OURS and entry not in own and not entry.is_symlink():
            with contextlib.suppress(OSError):  # one that cannot be read is told when it is read
                others += is_archive(entry.name) or (entry.is_dir() and bool(called_like_exercises(course, entry)))
    return len(own) > 0 and len(own) >= others


def called_like_exercises(course: Course, folder: Path) -> list[Path]:
    """What in a folder is called like the course's own folders, or its files."""
    known = {"exercises", *(pipeline.name for pipeline in course.pipelines),
             *(project.name for project in course.projects.values() if project.exercises)}
    files = {exercise.path.rpartition("/")[2] for exercise in course.exercises.values()}
    files |= {f"{project.name}.ipynb" for project, _ in notebook_projects(course)}
    return [entry for entry in folder.iterdir()
            if (entry.is_dir() if entry.name in known else entry.name in files and not entry.is_dir())]


def unique_names(paths: list[Path]) -> dict[Path, str]:
    """A name for each: what the folder or archive is called, as much of its path as tells it from the others."""
    candidates = [lambda p: stem(p.name), lambda p: p.name, lambda p: f"{p.parent.name}/{p.name}", str]
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for name_of in candidates:
        shown = {path: safe_name(name_of(path)) for path in paths if path not in names}
        times = Counter(shown.values())
        names |= {path: name for path, name in shown.items() if times[name] == 1 and name not in taken}
        taken = set(names.values())
    for path in paths:
        if path not in names:
            numbered = (f"{safe_name(stem(path.name))} #{number}" for number in itertools.count(1))
            names[path] = next(name for name in numbered if name not in taken)
            taken.add(names[path])
    return {path: names[path] for path in paths}


def safe_name(name: str) -> str:
    """A name that can be printed and kept, whatever bytes the file system has for it."""
    shown = safe_line(name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")) or "(blank)"
    return shown if len(shown) <= LONGEST_NAME else shown[:LONGEST_NAME - 1] + "…"


# ── one submission ──────────────────────────────────────────────────────────────────────────────────────────────


def read_submission(course: Course, submission: Submission, exercises: list[Exercise]) -> HandIn:
    """The texts of `exercises` and of what they build on. Raises Unreadable for a submission that cannot be read."""
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
    problems: dict[str, str] = {}
    for path in needed:
        at = best_match(path, meant.get(path, []))
        if at is None:
            continue
        try:
            texts[path] = text_of(found[at])
        except ValueError as error:
            problems[path] = f"{safe_path(at)} {error}."
    for notebook in notebooks:
        if at := best_match(notebook, meant.get(notebook, [])):
            in_it = read_notebooks(course, [(safe_path(at), found[at])])
            texts = {path: text for path, text in {**texts, **in_it.texts}.items() if path not in in_it.problems}
            problems = {path: words for path, words in {**problems, **in_it.problems}.items() if path not in in_it.texts}
    return HandIn({path: text for path, text in texts.items() if path in needed},
                  {path: words for path, words in problems.items() if path in needed},
                  {path: others.instead_of(path.rpartition("/")[2]) for path in needed
                   if path not in texts and path not in problems})


def safe_path(path: str) -> str:
    """A path in a submission that can be printed, its last steps if it is long."""
    shown = safe_line(path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))
    return shown if len(shown) <= LONGEST_NAME else "…" + shown[1 - LONGEST_NAME:]


def kept(files: Iterator[tuple[str, Content]]) -> dict[str, Content]:
    """All that could be meant, within what memory is there for it; of two with the same path the last one, as where an
    archive is unpacked."""
    found: dict[str, Content] = {}
    size = 0
    for path, content in files:
        size += len(path) + len(content)
        if size > MOST_CONTENT:
            raise Unreadable(f"it holds more than {MOST_CONTENT >> 20} MB of files called like exercises")
        found[path] = content
    return found


def candidates(paths: list[str], found: dict[str, Content]) -> dict[str, list[str]]:
    """{exercise path: the files that could be meant}, each file for the exercises whose paths say most of its own."""
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
    """How many steps of two paths are the same, from the end."""
    pairs = zip(reversed(one.split("/")), reversed(other.split("/")))
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def best_match(path: str, files: list[str]) -> str | None:
    """The file that says most of an exercise's path, then the shallowest."""
    return min(files, key=lambda file: (-common_end(path, file), file.count("/"), file), default=None)


def text_of(content: Content) -> str:
    """Raises ValueError, with the end of a sentence, for what is no text."""
    if isinstance(content, str):
        raise ValueError(content)
    if len(content) > LARGEST_FILE:
        raise ValueError(f"is larger than {LARGEST_FILE // 1_000_000} MB; a solution fits in a few kilobytes")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 text (byte {error.start}); save it as UTF-8") from None


def files_in(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Content]]:
    """(path, content) of each file that is wanted in a folder, in an archive, or in the one archive of a folder."""
    with unreadable_where_refused():
        if path.is_symlink():
            raise Unreadable("it is a link; hand in the folder or the archive itself")
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
    """A link is never followed, a device never opened."""
    seen = 0
    for here, folders, files, descriptor in os.fwalk(folder, follow_symlinks=False, onerror=stop):
        inside = Path(here).relative_to(folder)
        if len(inside.parts) >= DEEPEST:
            folders.clear()
        folders[:] = sorted(name for name in folders if name not in OURS)
        seen += len(files) + len(folders)
        if seen > MOST_FILES:
            raise Unreadable(f"it has more than {MOST_FILES:,} files")
        for name in sorted(files):
            if wanted(path := (inside / name).as_posix()):
                yield path, read_regular(name, descriptor)


@contextlib.contextmanager
def unreadable_where_refused() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unreadable(f"it cannot be read ({reason(error)})") from None


def stop(error: OSError) -> None:
    raise Unreadable(f"a folder in it cannot be read ({reason(error)})") from None


def read_regular(name: str, folder: int) -> Content:
    """The bytes of a regular file, or why there are none. Opened without waiting for whoever writes to a pipe."""
    try:
        if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            return IS_A_LINK
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError as error:
        return f"cannot be read ({reason(error)})"
    with os.fdopen(file, "rb") as opened:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            return "is not an ordinary file"
        try:
            return opened.read(most_of(name))
        except OSError as error:
            return f"cannot be read ({reason(error)})"
