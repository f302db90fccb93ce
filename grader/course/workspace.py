"""A workspace: a tree of exercise files. It is the learner's, the reference or a submission.

The judge reads the files once, here, so the text that is hashed is the text that the worker runs.
"""
import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from grader.course.forbidden import first_forbidden, sentence
from grader.course.languages import WrongSyntaxError, language_of, without_suffix
from grader.course.manifest import Course, Exercise, Project
from grader.errors import UsageError

LARGEST_FILE = 1_000_000  # bytes; a larger file is not a solution
LARGEST_NOTEBOOK = 10_000_000  # bytes; most of a real notebook is its plots


def most_of(name: str) -> int:
    """How many bytes of a handed-in file are read: one more than it may have."""
    return 1 + (LARGEST_NOTEBOOK if name.endswith(".ipynb") else LARGEST_FILE)


class Problem(NamedTuple):
    """Why a file cannot be judged, as plain data."""

    message: str  # one sentence, with file and line: what the learner must fix
    detail: str   # for programs: what kind of problem it is
    summary: str  # the sentence without file names and line numbers


class SourceError(Exception):
    """A file of the workspace cannot be judged. `forbidden` is true if it uses what the exercise forbids."""

    def __init__(self, message: str, *, detail: str, summary: str, line: int = 0, excerpt: str = "", forbidden: bool = False):
        super().__init__(message)
        self.problem = Problem(message, detail, summary)
        self.line, self.excerpt, self.forbidden = line, excerpt, forbidden


@dataclass(frozen=True)
class Workspace:
    """A folder `root` of exercise files. `replaced` holds texts in place of some of them (a mistake, a mutant).

    The given code of a project (`tensor.py`) is read from the folder `given`. This is the course's own folder, so that
    a submission is judged with the code that everybody was given.
    """

    root: Path
    given: Path
    label: str = "exercises"
    replaced: dict[str, str] = field(default_factory=dict)

    def with_text(self, path: str, text: str) -> "Workspace":
        return self.with_texts({path: text})

    def with_texts(self, texts: dict[str, str]) -> "Workspace":
        """The same workspace with these texts, {path: text}, in place of what it has there."""
        return replace(self, replaced={**self.replaced, **texts})

    def read(self, path: str, base: Path | None = None) -> str:
        """The text of `path`, below `base` or else `root`. Raises SourceError if there is none that can be judged."""
        if path in self.replaced:
            return self.replaced[path]
        folder = base or self.root
        file = folder / path
        name = f"{self.label}/{path}"
        try:
            if not file.is_file():
                raise SourceError(f"There is no file {name}; `grader reset` brings the stub back.",
                                  detail="missing", summary="There is no such file.")
            if not file.resolve().is_relative_to(folder.resolve()):  # a link to the reference, say
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
        """The project's Python files that are no exercises, {path: text}. They are the same for everybody."""
        paths = sorted(str(file.relative_to(self.given)) for file in (self.given / project).glob("*.py"))
        return {path: self.read(path, self.given) for path in paths if path not in course.by_path}


@dataclass(frozen=True)
class SubmissionWorkspace(Workspace):
    """A submission, of which nothing is read from disk here.

    `replaced` holds its texts, and `problems` says why some files cannot be judged. `code` holds the given code of each
    project, because a judge without rights might not be able to read it.
    """

    problems: dict[str, Problem] = field(default_factory=dict)
    code: dict[str, dict[str, str]] = field(default_factory=dict)

    def with_texts(self, texts: dict[str, str]) -> "SubmissionWorkspace":
        problems = {path: problem for path, problem in self.problems.items() if path not in texts}
        return replace(self, replaced={**self.replaced, **texts}, problems=problems)

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
    """The workspace that the user means: `folder`, relative to the course or absolute, else `exercises/`.

    Raises UsageError if there is no such folder.
    """
    root = course.root / (folder or "exercises")
    if not root.is_dir():
        raise UsageError(f"There is no workspace folder '{folder or root.name}'; name one that holds p1_fundamentals/ and the rest.")
    inside = root.resolve().is_relative_to(course.root.resolve())
    label = str(root.resolve().relative_to(course.root.resolve())) if inside else str(root)
    return Workspace(root=root, given=given_folder(course), label=label)


def given_folder(course: Course) -> Path:
    """The folder of the given code: `solutions/`, from which it is released; in a class's bundle `exercises/`."""
    solutions = course.root / "solutions"
    return solutions if solutions.is_dir() else course.root / "exercises"


def module_name(path: str) -> str:
    """`p1_fundamentals/autograd/unbroadcast.py` -> `exercises.p1_fundamentals.autograd.unbroadcast`."""
    return "exercises." + without_suffix(path).replace("/", ".")


@dataclass(frozen=True)
class Sources:
    """Everything that one run needs: the module texts by name, and a digest of them."""

    module: str
    files: dict[str, tuple[str, str]]  # {module name: (file name to show, text)}; of data, only the exercise's own file
    digest: str
    given: list[str] = field(default_factory=list)  # those of the modules that are given code


def gather(course: Course, workspace: Workspace, exercise: Exercise) -> Sources:
    """Read the exercise's file, the files it needs, and their projects' given code.

    The texts are checked as far as that is possible without running them. Files of exercises that it does not need are
    left out, so a later exercise cannot break an earlier one. Raises SourceError for a file that is missing, cannot be
    read, is not Python, or uses what the exercise forbids.
    """
    texts: dict[str, tuple[str, str]] = {}
    projects = {}
    for each in [*course.requirements(exercise), exercise]:
        projects[each.project] = True
        name = f"{workspace.label}/{each.path}"
        text = workspace.read(each.path)
        check_text(text, name, exercise.forbids if each.language.runs else [])
        texts[each.path] = (name, text)
    given = []
    for project in projects:
        for path, text in workspace.given_code(course, project).items():
            texts[path] = (f"{workspace.label}/{path}", text)
            given.append(module_name(path))
    whole = hashlib.sha256()
    for path in sorted(texts):
        whole.update(f"{path}\0{len(texts[path][1])}\0{texts[path][1]}".encode("utf-8", "surrogatepass"))
    files = {module_name(path): text for path, text in texts.items() if path == exercise.path or language_of(path).runs}
    return Sources(module_name(exercise.path), files, whole.hexdigest()[:16], given)


def files_behind(course: Course, exercise: Exercise) -> list[Path]:
    """The course's own files that an exercise runs with: given code, and the reference of what it builds on."""
    needs = course.requirements(exercise)
    projects = dict.fromkeys(each.project for each in [*needs, exercise])
    files = [file for project in projects for file in sorted((given_folder(course) / project).glob("*.py"))]
    exercises = {each.path for each in course.exercises.values()} - {need.path for need in needs}
    return [file for file in files if file.relative_to(given_folder(course)).as_posix() not in exercises]


def gather_project(course: Course, workspace: Workspace, project: Project, name: str) -> Sources:
    """Read every exercise of a project and its given code, to run the project's module `name`: a study, a benchmark."""
    files: dict[str, tuple[str, str]] = {}
    digests, given = [], set()
    for exercise in (each for each in project.exercises if each.language.runs):
        sources = gather(course, workspace, exercise)
        files |= sources.files
        given |= set(sources.given)
        digests.append(sources.digest)
    return Sources(module_name(f"{project.id}/{name}.py"), files, hashlib.sha256("".join(digests).encode()).hexdigest()[:16],
                   sorted(given))


def check_text(text: str, name: str, forbids: list[str]) -> None:
    """Raise SourceError if `text` is not of the language that its name says (with line and caret where the error has a
    place), or uses a name that `forbids` covers (with the name and its line).
    """
    language = language_of(name)
    try:
        tree = language.check(text)
        use = first_forbidden(tree, forbids) if forbids else None
    except WrongSyntaxError as error:
        place = f"{name}, line {error.line}" if error.line else name
        raise SourceError(f"{place}: {error}.", detail=error.kind, summary=f"{str(error)[:1].upper()}{str(error)[1:]}.",
                          line=error.line, excerpt=excerpt(text, error.line, error.column)) from None
    except RecursionError:
        raise SourceError(f"{name} cannot be read as {language.name}: it nests too deeply.", detail="RecursionError",
                          summary=f"The file cannot be read as {language.name}.") from None
    if use:
        words = sentence(use.banned, use.advice)
        raise SourceError(f"{name}, line {use.line}: {words}.", detail=use.banned, line=use.line, forbidden=True,
                          summary=f"{words[:1].upper()}{words[1:]}.")


def excerpt(text: str, line: int, column: int) -> str:
    """The line, counted from 1, and below it a caret at the column, counted from 0; empty where there is no such line."""
    lines = text.split("\n")
    if not 0 < line <= len(lines) or not lines[line - 1].strip():
        return ""
    shown = lines[line - 1]
    return f"{shown}\n{''.join(c if c == chr(9) else ' ' for c in shown[:column])}^"
