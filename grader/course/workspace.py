"""A workspace: a tree of exercise files, be it the learner's, the reference or a submission.

The judge reads the files once, here; what it hashed is what the worker runs.
"""
import ast
import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from grader.course.forbidden import first_forbidden, sentence
from grader.course.manifest import Course, Exercise, Project
from grader.errors import UsageError

LARGEST_FILE = 1_000_000  # bytes; a learner's file of this size is not a solution
LARGEST_NOTEBOOK = 10_000_000  # most of an honest one are its plots


def most_of(name: str) -> int:
    """How many bytes of a handed-in file are read: one more than it may have."""
    return 1 + (LARGEST_NOTEBOOK if name.endswith(".ipynb") else LARGEST_FILE)


class Problem(NamedTuple):
    """Why a file cannot be judged, as plain data."""

    message: str  # one sentence, with file and line: what the learner must mend
    detail: str   # for programs: what kind of problem it is
    summary: str  # the sentence without names of files and numbers of lines


class SourceError(Exception):
    """A file of the workspace cannot be judged. `forbidden` says whether it uses what the exercise is done without."""

    def __init__(self, message: str, *, detail: str, summary: str, line: int = 0, excerpt: str = "", forbidden: bool = False):
        super().__init__(message)
        self.problem = Problem(message, detail, summary)
        self.line, self.excerpt, self.forbidden = line, excerpt, forbidden


@dataclass(frozen=True)
class Workspace:
    """`root` holds the exercise files; `replaced` holds texts that stand in for some of them (a mistake, a mutant).

    `given` is the folder where the given code of a project (`tensor.py`) is read: the course's own, so that a
    submission is judged with the code that everybody was given.
    """

    root: Path
    given: Path
    label: str = "exercises"
    replaced: dict[str, str] = field(default_factory=dict)

    def with_text(self, path: str, text: str) -> "Workspace":
        return replace(self, replaced={**self.replaced, path: text})

    def read(self, path: str, base: Path | None = None) -> str:
        """The text of `path`; raises SourceError where there is none that could be judged."""
        if path in self.replaced:
            return self.replaced[path]
        folder = base or self.root
        file = folder / path
        name = f"{self.label}/{path}"
        try:
            if not file.is_file():
                raise SourceError(f"There is no file {name}; `grader reset` brings the stub back.",
                                  detail="missing", summary="There is no such file.")
            if not file.resolve().is_relative_to(folder.resolve()):  # to the reference, say
                raise SourceError(f"{name} is a link that leads out of {self.label}; put the file itself there.",
                                  detail="link", summary="The file is a link; put the file itself there.")
            if file.stat().st_size > LARGEST_FILE:
                too_large = f"is larger than {LARGEST_FILE // 1_000_000} MB; a solution fits in a few kilobytes."
                raise SourceError(f"{name} {too_large}", detail="too large", summary=f"The file {too_large}")
            return file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise SourceError(f"{name} is not UTF-8 text (byte {error.start}); save it as UTF-8.", detail="not UTF-8",
                              summary="The file is not UTF-8 text; save it as UTF-8.") from None
        except OSError as error:
            raise SourceError(f"{name} cannot be read: {error.strerror or error}.", detail="refused",
                              summary="The file cannot be read.") from None

    def given_code(self, course: Course, project: str) -> dict[str, str]:
        """The project's Python files that are no exercise, {path: text}: the same for everybody."""
        paths = sorted(str(file.relative_to(self.given)) for file in (self.given / project).glob("*.py"))
        return {path: self.read(path, self.given) for path in paths if path.removesuffix(".py") not in course.exercises}


@dataclass(frozen=True)
class SubmissionWorkspace(Workspace):
    """A submission, of which nothing is read here: `replaced` holds its texts, `problems` why some cannot be judged, and
    `code` the given code of each project, which a judge without rights might not be able to read."""

    problems: dict[str, Problem] = field(default_factory=dict)
    code: dict[str, dict[str, str]] = field(default_factory=dict)

    def read(self, path: str, base: Path | None = None) -> str:
        if path in self.problems:
            raise SourceError(**self.problems[path]._asdict())
        if path not in self.replaced:
            raise SourceError(f"There is no file {path} in what {self.label} handed in.", detail="missing",
                              summary="There is no such file in what was handed in.")
        return self.replaced[path]

    def given_code(self, course: Course, project: str) -> dict[str, str]:
        return self.code[project]


def local_workspace(course: Course, folder: str | None = None) -> Workspace:
    """The workspace that the user means: `folder` below the course or anywhere, else `exercises/`."""
    root = course.root / (folder or "exercises")
    if not root.is_dir():
        raise UsageError(f"There is no workspace folder '{folder or root.name}'; name one that holds p1_fundamentals/ and the rest.")
    inside = root.resolve().is_relative_to(course.root.resolve())
    label = str(root.resolve().relative_to(course.root.resolve())) if inside else str(root)
    return Workspace(root=root, given=given_folder(course), label=label)


def given_folder(course: Course) -> Path:
    """Given code is released from `solutions/`; a class's bundle has only `exercises/`."""
    solutions = course.root / "solutions"
    return solutions if solutions.is_dir() else course.root / "exercises"


def module_name(path: str) -> str:
    """`p1_fundamentals/autograd/unbroadcast.py` -> `exercises.p1_fundamentals.autograd.unbroadcast`."""
    return "exercises." + path.removesuffix(".py").replace("/", ".")


@dataclass(frozen=True)
class Sources:
    """Everything that one run needs: the module texts by name, and the hash that stands for them."""

    module: str
    files: dict[str, tuple[str, str]]  # {module name: (file name to show, text)}
    digest: str


def gather(course: Course, workspace: Workspace, exercise: Exercise) -> Sources:
    """Read the exercise's file, those it needs, and its project's given code; check what can be checked unrun.

    Files of exercises that it does not need are left out: an exercise cannot be broken by a later one. Raises
    SourceError for a file that is missing, unreadable, not Python, or uses what the exercise forbids.
    """
    texts: dict[str, tuple[str, str]] = {}
    projects = {}
    for each in [*course.requirements(exercise), exercise]:
        projects[each.project] = True
        name = f"{workspace.label}/{each.path}"
        text = workspace.read(each.path)
        check_text(text, name, exercise.forbids)
        texts[each.path] = (name, text)
    for project in projects:
        for path, text in workspace.given_code(course, project).items():
            texts[path] = (f"{workspace.label}/{path}", text)
    whole = hashlib.sha256()
    for path in sorted(texts):
        whole.update(f"{path}\0{len(texts[path][1])}\0{texts[path][1]}".encode("utf-8", "surrogatepass"))
    return Sources(module_name(exercise.path), {module_name(p): t for p, t in texts.items()}, whole.hexdigest()[:16])


def gather_project(course: Course, workspace: Workspace, project: Project, name: str) -> Sources:
    """Read every exercise of a project and its given code, to run module `name` of it: a study, a benchmark."""
    files: dict[str, tuple[str, str]] = {}
    digests = []
    for exercise in project.exercises:
        sources = gather(course, workspace, exercise)
        files |= sources.files
        digests.append(sources.digest)
    return Sources(module_name(f"{project.id}/{name}.py"), files, hashlib.sha256("".join(digests).encode()).hexdigest()[:16])


def check_text(text: str, name: str, forbids: list[str]) -> None:
    """Raise SourceError for a syntax error (line and caret) or for what the exercise forbids (named, with its line)."""
    try:
        tree = ast.parse(text)
        use = first_forbidden(tree, forbids)
    except SyntaxError as error:
        line = (error.text or "").rstrip("\n")
        before = line[:max(error.offset or 1, 1) - 1]
        caret = "".join(c if c == "\t" else " " for c in before) + "^"
        place = f"{name}, line {error.lineno}" if error.lineno else name
        raise SourceError(f"{place}: {error.msg}.", detail=type(error).__name__, summary=f"{error.msg}.", line=error.lineno or 0,
                          excerpt=f"{line}\n{caret}" if line else "") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceError(f"{name} cannot be read as Python: {error or type(error).__name__}.",
                          detail=type(error).__name__, summary="The file cannot be read as Python.") from None
    if use:
        words = sentence(use.banned, use.advice)
        raise SourceError(f"{name}, line {use.line}: {words}.", detail=use.banned, line=use.line, forbidden=True,
                          summary=f"{words[:1].upper()}{words[1:]}.")
