"""What was handed in: find the submissions, and read the exercises of each. Nothing is unpacked, nothing is run.

A submission is a folder, a .zip or a .tar.gz. In it an exercise's file may lie as deep as it likes: whole courses are
handed in, single projects, bare files. Of several files that could be meant the one whose path says most is taken:
`…/p1_fundamentals/autograd/shapes.py` before `…/autograd/shapes.py` before `…/shapes.py`, and the shallowest of those.

What a project's notebook (`autograd.ipynb`, wherever it lies) holds of it counts before the file.
"""
import hashlib
import itertools
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.autograde.archives import ARCHIVES, Unreadable, files_in_archive, most_of
from grader.course import Course, Exercise
from grader.errors import UsageError
from grader.gradebook import SUBMITTED, is_nbgrader_course
from grader.notebooks import notebook_projects, read_notebooks
from grader.report.style import safe_line
from grader.workspace import LARGEST_FILE

MOST_FILES = 20_000  # that are looked at in one submission
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
    """What a submission holds: {exercise path: text}, and {exercise path: why it cannot be judged}."""

    texts: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def digest(self, course: Course, exercise: Exercise) -> str:
        """Stands for all that was handed in for an exercise: its file and those it builds on."""
        whole = hashlib.sha256()
        for each in [*course.requirements(exercise), exercise]:
            text = self.texts.get(each.path, "") + "\0" + self.problems.get(each.path, "")
            whole.update(f"{each.path}\0{len(text)}\0{text}".encode("utf-8", "surrogatepass"))
        return whole.hexdigest()[:16]


# ── the class ───────────────────────────────────────────────────────────────────────────────────────────────────


def find_submissions(course: Course, named: list[Path]) -> list[Submission]:
    """The submissions that the paths name: archives, single submissions, or folders with a submission in each entry;
    of a course of nbgrader's, its students."""
    paths: list[Path] = []
    for path in named:
        if not path.exists():
            raise UsageError(f"There is no {path}; name the folder with the submissions.")
        path = path / SUBMITTED if is_nbgrader_course(path) else path
        if path.is_file() or looks_like_a_submission(course, path):
            paths.append(path)
        else:
            with_name = sorted(path.iterdir())
            paths += [entry for entry in with_name if not entry.name.startswith(".") and (
                entry.is_symlink() or entry.is_dir() or entry.name.endswith(ARCHIVES))]
    if not paths:
        raise UsageError(f"There are no submissions in {named[0]}: it should hold a folder, a .zip or a .tar.gz of each.")
    names = unique_names([path.absolute() for path in dict.fromkeys(paths)])
    return [Submission(name, path) for path, name in names.items()]


def looks_like_a_submission(course: Course, folder: Path) -> bool:
    """A folder that holds exercises itself, rather than other people's folders."""
    known = {"exercises", *(pipeline.name for pipeline in course.pipelines),
             *(project.name for project in course.projects.values() if project.exercises)}
    files = {exercise.path.rpartition("/")[2] for exercise in course.exercises.values()}
    files |= {f"{project.name}.ipynb" for project, _ in notebook_projects(course)}
    return any(entry.name in known and entry.is_dir() or entry.name in files for entry in folder.iterdir())


def unique_names(paths: list[Path]) -> dict[Path, str]:
    """A name for each: what the folder or archive is called, as much of its path as tells it from the others."""
    candidates = [lambda p: stem(p), lambda p: p.name, lambda p: f"{p.parent.name}/{p.name}", str]
    names: dict[Path, str] = {}
    for name_of in candidates:
        left = [path for path in paths if path not in names]
        shown = {path: safe_name(name_of(path)) for path in left}
        for path in left:
            if list(shown.values()).count(shown[path]) == 1 and shown[path] not in names.values():
                names[path] = shown[path]
    for number, path in enumerate(path for path in paths if path not in names):
        names[path] = f"{safe_name(stem(path))} #{number + 1}"
    return names


def stem(path: Path) -> str:
    return next((path.name.removesuffix(end) for end in ARCHIVES if path.name.endswith(end)), path.name)


def safe_name(name: str) -> str:
    shown = safe_line(name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))
    return shown if len(shown) <= LONGEST_NAME else shown[:LONGEST_NAME - 1] + "…"


# ── one submission ──────────────────────────────────────────────────────────────────────────────────────────────


def read_submission(course: Course, submission: Submission, exercises: list[Exercise]) -> HandIn:
    """The texts of `exercises` and of what they build on. Raises Unreadable for a submission that cannot be read."""
    wanted = {e.path: e for each in exercises for e in [*course.requirements(each), each]}
    notebooks = [f"{project.name}.ipynb" for project, _ in notebook_projects(course, list(wanted.values()))]
    names = {*(path.rpartition("/")[2] for path in wanted), *notebooks}
    found: dict[str, bytes | str] = {}  # {path in the submission: content, or why there is none}
    if submission.path.is_symlink():
        raise Unreadable("it is a link; hand in the folder or the archive itself")
    files = files_in_folder if submission.path.is_dir() else files_in_archive
    for path, content in files(submission.path, names):
        if not OURS & {*path.split("/")[:-1]}:
            found[path] = content
    texts: dict[str, str] = {}
    problems: dict[str, str] = {}
    paths = [exercise.path for exercise in course.exercises.values()]
    for path in wanted:
        at = best_match(path, [file for file in found if path in meant_by(file, paths)])
        if at is None:
            continue
        try:
            texts[path] = text_of(found[at])
        except ValueError as error:
            problems[path] = f"{safe_line(at)} {error}."
    for notebook in notebooks:
        if at := best_match(notebook, [file for file in found if common_end(notebook, file)]):
            in_it = read_notebooks(course, [(safe_line(at), found[at])])
            texts = {path: text for path, text in {**texts, **in_it.texts}.items() if path not in in_it.problems}
            problems = {path: words for path, words in {**problems, **in_it.problems}.items() if path not in in_it.texts}
    return HandIn({path: text for path, text in texts.items() if path in wanted},
                  {path: words for path, words in problems.items() if path in wanted})


def meant_by(file: str, paths: list[str]) -> list[str]:
    """Which exercises a file could be: those whose paths share the most steps with its own, from the end."""
    common = {path: common_end(path, file) for path in paths}
    most = max(common.values(), default=0)
    return [path for path, steps in common.items() if steps == most > 0]


def common_end(one: str, other: str) -> int:
    pairs = zip(reversed(one.split("/")), reversed(other.split("/")))
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def best_match(path: str, files: list[str]) -> str | None:
    """The file that says most of an exercise's path, then the shallowest."""
    return min(files, key=lambda file: (-common_end(path, file), file.count("/"), file), default=None)


def text_of(content: bytes | str) -> str:
    """Raises ValueError, with the end of a sentence, for what is no text."""
    if isinstance(content, str):
        raise ValueError(content)
    if len(content) > LARGEST_FILE:
        raise ValueError(f"is larger than {LARGEST_FILE // 1_000_000} MB; a solution fits in a few kilobytes")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 text (byte {error.start})") from None


def files_in_folder(folder: Path, names: set[str]) -> Iterator[tuple[str, bytes | str]]:
    """(path, content) of each file with one of the names; a link is never followed, a device never opened."""
    seen = 0
    for here, folders, files, descriptor in os.fwalk(folder, follow_symlinks=False, onerror=stop):
        inside = Path(here).relative_to(folder)
        if len(inside.parts) >= DEEPEST:
            folders.clear()
        folders[:] = sorted(name for name in folders if name not in OURS)
        seen += len(files) + len(folders)
        if seen > MOST_FILES:
            raise Unreadable(f"it has more than {MOST_FILES:,} files")
        for name in sorted(names.intersection(files)):
            yield (inside / name).as_posix(), read_regular(name, descriptor)


def stop(error: OSError) -> None:
    raise Unreadable(f"a folder in it cannot be read ({error.strerror})")


def read_regular(name: str, folder: int) -> bytes | str:
    """The bytes of a regular file, or why there are none. Opened without waiting for whoever writes to a pipe."""
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError as error:
        return "is a link; hand in the file itself" if os.path.islink(f"/proc/self/fd/{folder}/{name}") else \
            f"cannot be read ({error.strerror})"
    with os.fdopen(file, "rb") as opened:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            return "is not an ordinary file"
        try:
            return opened.read(most_of(name))
        except OSError as error:
            return f"cannot be read ({error.strerror})"
