"""Convert exercises to a notebook in nbgrader's format, and back. No code of a notebook is run here.

    solutions/**.py ──release --notebooks──> source/autograd/autograd.ipynb ──nbgrader──> what students get
    exercises/**.py as texts <──submission_texts── submitted/<student>/autograd/autograd.ipynb

An exercise is one code cell, identified by its `grade_id`. The lines above it in the solution, the imports, are a
separate locked cell. On the way back these lines are taken from the solution again. So nothing else in a notebook has
an effect: not other cells, outputs, magics or the order of the cells.
"""
import ast
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from grader.course.manifest import MANIFEST, Course, Exercise, Project
from grader.course.sections import Question, blocks_of, questions_of
from grader.course.workspace import LARGEST_FILE, LARGEST_NOTEBOOK, Problem, SourceError
from grader.errors import UsageError
from grader.files import read_bytes, read_text, write_atomically

SCHEMA = 3  # of nbgrader's metadata
INTRODUCTION = """\
# {title}

The theory is in the chapter. Write your code where `raise NotImplementedError` stands, and your answers where a question
asks for words. A cell with points is judged on its own, together with the locked cell above it: whatever else it uses, it
must import or define itself. Cells that you add, to try something, are yours and play no part."""


_RELATIVE = re.compile(r"^([ \t]*)from \.(\w)", re.MULTILINE)  # a notebook is not in a package


# ── from solutions to a notebook ────────────────────────────────────────────────────────────────────────────────


def write_notebooks(course: Course, folder: Path, only: list[Exercise] | None = None, force: bool = False) -> list[Path]:
    """Write nbgrader's source tree below `folder`; return the paths of the notebooks that were missing or differed.

    Raises UsageError if no exercise is for a notebook, or if an existing notebook differs and `force` is False.
    """
    texts = {f"source/{project.name}/{project.name}.ipynb": notebook_text(course, project, exercises)
             for project, exercises in notebook_projects(course, only)}
    if not texts:
        raise UsageError(f"None of these exercises is for a notebook; {MANIFEST} says which are: 'notebook: true'.")
    changed = {path: text for path, text in texts.items() if read_bytes(folder / path) != text.encode()}
    for path in changed:
        if (folder / path).exists() and not force:
            raise UsageError(f"{folder / path} is there already and differs; --force writes it anew, edits in it are lost.")
    for path, text in changed.items():
        write_atomically(folder / path, text.encode())
    return [folder / path for path in changed]


def notebook_projects(course: Course, only: list[Exercise] | None = None) -> Iterator[tuple[Project, list[Exercise]]]:
    """Yield each project that has exercises for a notebook, with these exercises; only those in `only`, if given.

    Raises UsageError if two such projects have the same name.
    """
    names: set[str] = set()
    for project in course.projects.values():
        exercises = [e for e in project.exercises if e.notebook and (only is None or e in only)]
        if exercises and project.name in names:  # the project's name is the assignment's name
            raise UsageError(f"Two projects called '{project.name}' have exercises for a notebook; rename one of them.")
        if exercises:
            names.add(project.name)
            yield project, exercises


def grade_id(exercise: Exercise) -> str:
    """The id of the exercise's cell, `autograd-derivation`. It names the project, so the notebook can have any name."""
    return exercise.short.replace("/", "-")


def notebook_text(course: Course, project: Project, exercises: list[Exercise]) -> str:
    """The instructor's notebook, with the solutions between the markers. The same course gives the same text."""
    cells = [_cell("markdown", INTRODUCTION.format(title=project.title), f"{project.name}-introduction")]
    for exercise in exercises:
        cells += _cells(course, exercise)
    notebook = {"cells": cells, "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python",
                                                            "name": "python3"},
                                             "language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _cells(course: Course, exercise: Exercise) -> Iterator[dict]:
    part = parts_of(course, exercise)
    key = grade_id(exercise)
    title, _, body = part.words.partition("\n")
    yield _cell("markdown", f"## {exercise.number} {title.rstrip('. ')}\n\n{body.strip()}".strip(), f"{key}-text")
    if part.given:
        given = _RELATIVE.sub(rf"\1from exercises.{exercise.project.replace('/', '.')}.\2", part.given)
        yield _cell("code", given, f"{key}-given", grade=False, solution=False, locked=True)
    yield _cell("code", part.work.rstrip("\n"), key, grade=True, solution=True, locked=False, points=exercise.points)
    for number, question in enumerate(part.questions, 1):
        yield _cell("markdown", _asked(number, question), f"{key}-question-{number}")
        yield _cell("markdown", question.answer, f"{key}-answer-{number}", grade=True, solution=True, locked=False,
                    points=question.points)


def _asked(number: int, question: Question) -> str:
    points = "1 point" if question.points == 1 else f"{question.points} points"
    return f"**Question {number}** ({points}). {question.text}"


def _cell(kind: str, source: str, key: str, **nbgrader) -> dict:
    metadata = {"nbgrader": {"schema_version": SCHEMA, "grade_id": key, "task": False, **nbgrader}} if nbgrader else {}
    outputs = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "id": key[:64], "metadata": metadata, **outputs, "source": source.splitlines(keepends=True)}


class Parts(NamedTuple):
    """The parts of a solution: its docstring, the given code before the learner's first line, and the rest.

    `head` is the file up to `work`, so `head + work` is the file without hints and questions.
    """

    words: str
    given: str
    head: str
    work: str
    questions: list[Question]


def parts_of(course: Course, exercise: Exercise) -> Parts:
    """The parts of an exercise's solution. Raises UsageError if it has no solution region or is not Python.

    `work` begins with the first function or class that contains a region, or with the comment above that.
    """
    name = f"solutions/{exercise.path}"
    text = read_text(course.root / name, name)
    blocks = blocks_of(text, name)
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise UsageError(f"{name}, line {error.lineno}: {error.msg}.") from None
    regions = [block for block in blocks if block.kind == "solution"]
    if not regions:
        raise UsageError(f"{name} marks no solution, so there is nothing to make a cell of.")
    first = next((node for node in tree.body if node.end_lineno >= regions[0].begin), None)
    decorators = [node.lineno for node in getattr(first, "decorator_list", [])]
    begin = min([regions[0].begin, *([first.lineno, *decorators] if first else [])])
    lines = text.split("\n")
    while begin > 1 and lines[begin - 2].startswith("#"):
        begin -= 1
    words = ast.get_docstring(tree) or ""
    given_from = tree.body[0].end_lineno if words else 0
    left_out = {n for block in blocks if block.kind != "solution" for n in range(block.begin, block.end + 1)}
    work = "\n".join(line for n, line in enumerate(lines[begin - 1:], begin) if n not in left_out)
    head = "\n".join(lines[:begin - 1])
    return Parts(words, "\n".join(lines[given_from:begin - 1]).strip("\n"), f"{head}\n" if head else "",
                 work.strip("\n") + "\n", questions_of(text, name))


def lines_above(course: Course, exercise: Exercise) -> int:
    """The number of lines in the judged file above the exercise's cell."""
    return parts_of(course, exercise).head.count("\n")


# ── and back ────────────────────────────────────────────────────────────────────────────────────────────────────


class Extracted(NamedTuple):
    """The content of notebooks: {path below a workspace: text}, and {path: why} for exercises that cannot be judged."""

    texts: dict[str, str]
    problems: dict[str, Problem]


def read_notebooks(course: Course, notebooks: Iterable[tuple[str, bytes | Problem]]) -> Extracted:
    """Read one student's notebooks, given as (path, content), or as (path, Problem) for one without content.

    If a notebook cannot be read, all exercises of the project after which its file is named get the problem. Raises
    SourceError if the file is not named after a project.
    """
    texts: dict[str, str] = {}
    problems: dict[str, Problem] = {}
    for path, content in notebooks:
        try:
            if isinstance(content, Problem):
                raise SourceError(**content._asdict())
            found = submission_texts(course, content, path)
        except SourceError as error:
            named = PurePosixPath(path).stem
            found = Extracted({}, {exercise.path: error.problem for project, exercises in notebook_projects(course)
                                   if project.name == named for exercise in exercises})
            if not found.problems:
                raise
        texts |= found.texts
        problems |= found.problems
    return Extracted(texts, problems)


def submission_texts(course: Course, notebook_json: bytes | str, name: str = "The notebook") -> Extracted:
    """The exercises in a notebook, found by `grade_id`, of every project of which it has a cell.

    Raises SourceError if it is not a notebook, or not one of this course. A cell that cannot be used is a problem of
    its exercise only.
    """
    cells = _cells_by_id(notebook_json, name)
    texts: dict[str, str] = {}
    problems: dict[str, Problem] = {}
    for project, exercises in notebook_projects(course):
        if not any(key.startswith(f"{project.name}-") for key in cells):
            continue
        for exercise in exercises:
            try:
                texts[exercise.path] = parts_of(course, exercise).head + _work(cells, grade_id(exercise), name)
            except SourceError as error:
                problems[exercise.path] = error.problem
    if not texts and not problems:
        raise unusable(name, "has no cell of this course's; hand in the notebook that was given out", "no cells")
    return Extracted(texts, problems)


def _cells_by_id(notebook_json: bytes | str, name: str) -> dict[str, list[dict]]:
    """{grade_id: the cells that have it}. Raises SourceError for a file that is not a notebook."""
    if len(notebook_json) > LARGEST_NOTEBOOK:
        raise unusable(name, f"is larger than {LARGEST_NOTEBOOK // 1_000_000} MB; clear its outputs (Edit > Clear Outputs of "
                       "All Cells), save it and hand it in again", "too large")
    try:
        text = notebook_json.decode("utf-8-sig") if isinstance(notebook_json, bytes) else notebook_json
        notebook = json.loads(text)
    except (ValueError, RecursionError):  # ValueError: UTF-8 and JSON alike
        raise unusable(name, "is no notebook: it is not JSON; save it in Jupyter and hand it in again", "not JSON") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise unusable(name, "is no notebook: it has no list of cells; save it in Jupyter (format 4) and hand it in again",
                       "no list of cells")
    found: dict[str, list[dict]] = {}
    for cell in notebook["cells"]:
        step = cell
        for key in ("metadata", "nbgrader", "grade_id"):
            step = step.get(key) if isinstance(step, dict) else None
        if isinstance(step, str):
            found.setdefault(step, []).append(cell)
    return found


def _work(cells: dict[str, list[dict]], key: str, name: str) -> str:
    """The text of the exercise's cell. Raises SourceError if it is missing or cannot be used."""
    if key not in cells:
        raise unusable(name, f"has no cell '{key}'; take it from the notebook that was given out", "cell missing")
    texts = {_text_of(cell, key, name) for cell in cells[key]}
    if len(texts) > 1:  # Jupyter copies the metadata with a cell
        raise unusable(name, f"has {len(cells[key])} cells '{key}' that differ, so it is not clear which one counts; "
                       "delete the others", "cells differ")
    return without_magics(texts.pop()).rstrip() + "\n"  # blank lines at the start stay, so that line numbers are right


def _text_of(cell: dict, key: str, name: str) -> str:
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if cell.get("cell_type") != "code":
        raise unusable(name, "is no code cell; change its type back to code", "cell type", key)
    if not isinstance(source, str):
        raise unusable(name, "has no text; take it from the notebook that was given out", "cell text", key)
    try:
        if len(source.encode()) > LARGEST_FILE:
            raise unusable(name, f"is larger than {LARGEST_FILE // 1_000_000} MB; a solution fits in a few kilobytes",
                           "cell too large", key)
    except UnicodeEncodeError:
        raise unusable(name, "is not Unicode text; write it anew", "cell not Unicode", key) from None
    return source.replace("\r\n", "\n")


# The lookahead forbids a blank after the leading blanks: otherwise a match is tried from each of them (quadratic time).
_OWN_TO_IPYTHON = re.compile(r"^([ \t]*)(?![ \t])([%!?].*|.*\w\?{1,2}\s*)$", re.MULTILINE)


def without_magics(text: str) -> str:
    """`text`, with IPython's lines (`%timeit f()`, `!ls`, `f?`) as comments if only they keep it from being Python."""
    if not _OWN_TO_IPYTHON.search(text) or _is_python(text):
        return text
    plain = _OWN_TO_IPYTHON.sub(r"\1pass  # \2", text)  # each line stays one line, so that line numbers are right
    return plain if _is_python(plain) else text


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def unusable(name: str, words: str, detail: str, cell: str = "") -> SourceError:
    """The error about the notebook `name`, or about its cell `cell`."""
    if not cell:
        return SourceError(f"{name} {words}.", detail=detail, summary=f"The notebook {words}.")
    return SourceError(f"The cell '{cell}' of {name} {words}.", detail=detail, summary=f"The cell '{cell}' {words}.")
