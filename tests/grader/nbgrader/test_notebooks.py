"""Notebooks from solutions, and exercises out of notebooks, whatever is in them. (nbgrader itself: test_nbgrader.py.)"""
import json
import sys
from pathlib import Path

import pytest

from grader.__main__ import main
from grader.authoring.release import stub_text
from grader.autograde.hand_in import read_submission
from grader.autograde.submissions import find_submissions
from grader.course.manifest import Course, Exercise, load_course
from grader.course.sections import questions_of, stub_of
from grader.course.workspace import Problem, SourceError
from grader.errors import GraderError, UsageError
from grader.nbgrader import notebooks
from grader.nbgrader.gradebook import comment_of, find_nbgrader, is_nbgrader_course, write_marks
from grader.nbgrader.notebooks import (
    Extracted,
    notebook_text,
    read_notebooks,
    submission_texts,
    without_magics,
    write_notebooks,
)
from grader.records.class_ledger import Marked
from grader.records.verdict import Check, Kind, Reason, Status, Verdict
from tests.grader.helpers.small_course import FIRST, small_course, write

ROOT = Path(__file__).resolve().parents[3]
REAL = load_course(ROOT)
QUESTION = """\
### BEGIN QUESTIONS
# 1. (2 points) Why is
#    it so?
#
#    And how?
#
#    Answer: Because $x$
#    is 1.
# 2. (1 point) When?
#
#    Answer: Now.
### END QUESTIONS

### BEGIN HINTS"""


@pytest.fixture
def course(tmp_path) -> Course:
    """A small course whose first project is for a notebook, and asks two questions."""
    course = small_course(tmp_path, first=FIRST.replace("### BEGIN HINTS", QUESTION))
    for name in ("first", "second"):
        course.find_one(name).notebook = True
    return course


def source(course: Course, *names: str) -> dict:
    """The notebook of the exercises, as an instructor has it."""
    exercises = [course.find_one(name) for name in names]
    return json.loads(notebook_text(course, course.projects[exercises[0].project], exercises))


def cell(notebook: dict, key: str) -> dict:
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == key)


def texts_of(course: Course, notebook) -> Extracted:
    return submission_texts(course, notebook if isinstance(notebook, (bytes, str)) else json.dumps(notebook), "a.ipynb")


# ── from solutions ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("exercise", [e for e in REAL.exercises.values() if e.language.runs], ids=lambda e: e.short)
def test_any_exercise_goes_into_a_notebook_and_comes_back_whole(exercise: Exercise):
    course = load_course(ROOT)
    course.find_one(exercise.id).notebook = True
    extracted = texts_of(course, source(course, exercise.id))
    assert stub_of(extracted.texts[exercise.path]) == stub_text(REAL, exercise)


def test_the_cells_of_an_exercise(course):
    notebook = source(course, "first")
    introduction, text, given, work, question, answer, _, second_answer = notebook["cells"]
    assert "".join(introduction["source"]).startswith("# Letters\n")
    assert text["source"] == ["## 1.1.1 First"]
    assert given["metadata"]["nbgrader"] == {"schema_version": 3, "grade_id": "letters-first-given", "task": False,
                                             "grade": False, "solution": False, "locked": True}
    assert "".join(given["source"]) == ("from exercises.p1.letters.shared import twice\n\n\n"
                                        "def given_function(x):\n    return twice(x)")
    assert work["metadata"]["nbgrader"] == {"schema_version": 3, "grade_id": "letters-first", "task": False, "grade": True,
                                            "solution": True, "locked": False, "points": 3}
    assert work["source"][0] == "def first(x):\n" and work["source"][-1] == "        ### END SOLUTION"
    assert question["source"] == ["**Question 1** (2 points). Why is it so?\n", "\n", "And how?"]
    assert answer["source"] == ["Because $x$ is 1."] and answer["metadata"]["nbgrader"]["points"] == 2
    assert second_answer["metadata"]["nbgrader"]["grade_id"] == "letters-first-answer-2"
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert len({c["id"] for c in notebook["cells"]}) == len(notebook["cells"])


def test_questions_are_in_the_notebook_alone(course):
    stub = stub_text(course, course.find_one("first"))
    assert "Question" not in stub and "Why" not in stub and "Because" not in stub
    assert stub == stub_of(FIRST)


@pytest.mark.parametrize("block, words", [
    ("# 1. Why?\n#\n#    Answer: So.", "question 1 must begin '# 1. (2 points) …'"),
    ("# 1. (2 points) Why?", "have a paragraph '#    Answer: …'"),
    ("# 2. (2 points) Why?", "the question '# 1. …' must come here"),
    ("Why?", "between the markers of the questions every line begins with #"),
])
def test_a_question_that_cannot_be_read_is_one_sentence(block, words):
    with pytest.raises(UsageError) as caught:
        questions_of(f"### BEGIN QUESTIONS\n{block}\n### END QUESTIONS\n", "x.py")
    assert words in str(caught.value) and str(caught.value).startswith("x.py")


def test_writing_the_notebooks(course, tmp_path):
    written = write_notebooks(course, tmp_path / "class")
    assert written == [tmp_path / "class/source/letters/letters.ipynb"]
    assert write_notebooks(course, tmp_path / "class") == [], "the same course gives the same notebook"
    [file] = written
    file.write_text("{}")
    with pytest.raises(UsageError, match="is there already and differs; --force writes it anew"):
        write_notebooks(course, tmp_path / "class")
    assert file.read_text() == "{}"
    assert write_notebooks(course, tmp_path / "class", force=True) == written
    with pytest.raises(UsageError, match="None of these exercises is for a notebook"):
        write_notebooks(course, tmp_path / "class", [course.find_one("third")])


def test_two_projects_of_one_name_cannot_both_be_assignments(course, tmp_path):
    course.projects["p1/digits"].name, course.find_one("third").notebook = "letters", True
    with pytest.raises(UsageError, match="Two projects called 'letters'"):
        write_notebooks(course, tmp_path / "class")


def test_release_writes_them(tmp_path, monkeypatch, capsys):
    small_course(tmp_path)
    manifest = tmp_path / "course.yml"
    manifest.write_text(manifest.read_text().replace("points: 5, minutes: 5}", "points: 5, minutes: 5, notebook: true}"))
    monkeypatch.chdir(tmp_path)
    assert main(["release", "--notebooks", "class"]) == 0
    assert capsys.readouterr().out == "wrote class/source/digits/digits.ipynb\n"
    assert not (tmp_path / "exercises").exists(), "the stubs are another matter"
    assert main(["release", "first", "--notebooks", "class"]) == 2


# ── and back ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_whatever_else_is_in_a_notebook_plays_no_part(course):
    notebook = source(course, "first", "second")
    as_given = texts_of(course, notebook)
    assert set(as_given.texts) == {"p1/letters/first.py", "p1/letters/second.py"} and as_given.problems == {}
    own = {"cell_type": "code", "metadata": {}, "source": "%matplotlib inline\nraise SystemExit", "outputs": [{"x": 1}]}
    cell(notebook, "letters-first-given")["source"] = "import os; os.abort()"
    for each in notebook["cells"]:
        each["source"] = "".join(each["source"])
        each["outputs"] = [{"output_type": "error"}]
    notebook["cells"] = [own, *reversed(notebook["cells"]), own, "no cell", None,
                         {"metadata": {"nbgrader": {"grade_id": 7}}}, {"metadata": {"nbgrader": []}}, {"metadata": 1}]
    notebook["metadata"] = {"kernelspec": {"name": "evil"}}
    assert texts_of(course, notebook) == as_given
    assert texts_of(course, "\ufeff".encode() + json.dumps(notebook).encode()) == as_given


def test_line_numbers_of_the_cell_can_be_found_again(course):
    notebook = source(course, "first")
    cell(notebook, "letters-first")["source"] = "\n\n\ndef first(x):\n    return 1\n\n"
    text = texts_of(course, notebook).texts["p1/letters/first.py"]
    above = notebooks.lines_above(course, course.find_one("first"))
    assert text.splitlines()[above + 3] == "def first(x):" and text.endswith("    return 1\n")


@pytest.mark.parametrize("before, after", [
    ("%%time\nx = 1", "pass  # %%time\nx = 1"),
    ("if x:\n    %timeit f()\n    y = 2", "if x:\n    pass  # %timeit f()\n    y = 2"),
    ("!pip install numpy\nx = 1", "pass  # !pip install numpy\nx = 1"),
    ("x = 1\nsum?", "x = 1\npass  # sum?"),
    ("x = (7\n     % 3)", "x = (7\n     % 3)"),
    ('x = """\n%time\nwhy?\n"""', 'x = """\n%time\nwhy?\n"""'),
    ("%time\nx = = 1", "%time\nx = = 1"),
    ("x = 1\n", "x = 1\n"),
    (" " * 200_000 + "x", " " * 200_000 + "x"),  # in no time: from each blank anew, it took minutes
])
def test_lines_that_are_ipythons_are_comments_and_no_others(before, after):
    assert without_magics(before) == after


def with_cell(course, **changed) -> dict:
    notebook = source(course, "first", "second")
    cell(notebook, "letters-first").update(changed)
    return notebook


def twice(course, other: str) -> dict:
    notebook = source(course, "first", "second")
    notebook["cells"].append({**cell(notebook, "letters-first"), "source": other})
    return notebook


def without_cell(course) -> dict:
    notebook = source(course, "first", "second")
    notebook["cells"].remove(cell(notebook, "letters-first"))
    return notebook


@pytest.mark.parametrize("make, words", [
    (without_cell, "a.ipynb has no cell 'letters-first'; take it from the notebook that was given out."),
    (lambda c: with_cell(c, cell_type="markdown"), "The cell 'letters-first' of a.ipynb is no code cell;"),
    (lambda c: with_cell(c, cell_type=["code"]), "is no code cell;"),
    (lambda c: with_cell(c, source=None), "The cell 'letters-first' of a.ipynb has no text;"),
    (lambda c: with_cell(c, source={"0": "x"}), "has no text;"),
    (lambda c: with_cell(c, source=["x", 1]), "has no text;"),
    (lambda c: with_cell(c, source="x = '\ud800'"), "is not Unicode text;"),
    (lambda c: with_cell(c, source="#" * 1_000_001), "is larger than 1 MB;"),
    (lambda c: twice(c, "x = 1"), "a.ipynb has 2 cells 'letters-first' that differ, so it is not clear which one counts;"),
])
def test_a_cell_that_cannot_be_judged_is_a_problem_of_its_exercise_alone(course, make, words):
    extracted = texts_of(course, make(course))
    assert set(extracted.texts) == {"p1/letters/second.py"} and set(extracted.problems) == {"p1/letters/first.py"}
    sentence = extracted.problems["p1/letters/first.py"].message
    assert words in sentence and sentence.endswith(".") and "\n" not in sentence


def test_the_same_cell_twice_is_no_problem(course):
    notebook = source(course, "first", "second")
    assert texts_of(course, twice(course, "".join(cell(notebook, "letters-first")["source"]))).problems == {}


@pytest.mark.parametrize("content, words", [
    (b"", "a.ipynb is no notebook: it is not JSON;"),
    (b"\xff\xfe{}", "is not JSON;"),
    ('{"cells": [}', "is not JSON;"),
    ("[" * 200_000, "is not JSON;"),
    ('{"cells": ' * 100_000, "is not JSON;"),
    ("9" * 10_000, "is not JSON;"),
    ("[]", "it has no list of cells;"),
    ("null", "it has no list of cells;"),
    ('{"worksheets": [{"cells": []}]}', "it has no list of cells;"),
    ('{"cells": {"0": 1}}', "it has no list of cells;"),
    ('{"cells": []}', "a.ipynb has no cell of this course's;"),
    ('{"cells": [{"metadata": {"nbgrader": {"grade_id": "somebody-elses"}}}]}', "has no cell of this course's;"),
    (b" " * 10_000_001, "a.ipynb is larger than 10 MB; clear its outputs"),
])
def test_what_is_no_notebook_of_ours_is_one_sentence(course, content, words):
    with pytest.raises(SourceError) as caught:
        texts_of(course, content)
    sentence = str(caught.value)
    assert words in sentence and sentence.endswith(".") and "\n" not in sentence


def test_what_a_student_hands_in_is_read_file_by_file(course):
    course.find_one("third").notebook = True
    letters, digits = (json.dumps(source(course, *names)).encode() for names in (("first", "second"), ("third",)))
    assert len(read_notebooks(course, [("letters.ipynb", letters), ("x/my copy.ipynb", digits)]).texts) == 3, "any name"
    extracted = read_notebooks(course, [("letters.ipynb", letters), ("x/digits.ipynb", b"{")])
    assert set(extracted.texts) == {"p1/letters/first.py", "p1/letters/second.py"}
    assert sentences(extracted) == {"p1/digits/third.py": "x/digits.ipynb is no notebook: it is not JSON; save it in Jupyter "
                                                        "and hand it in again."}
    a_link = Problem("digits.ipynb is a link.", "link", "It is a link.")
    assert read_notebooks(course, [("digits.ipynb", a_link)]).problems == {"p1/digits/third.py": a_link}
    with pytest.raises(SourceError, match="copy.ipynb is no notebook"):
        read_notebooks(course, [("letters.ipynb", letters), ("copy.ipynb", b"{")])


def sentences(read) -> dict[str, str]:
    return {path: problem.message for path, problem in read.problems.items()}


def handed_in(course, folder: Path, files: dict[str, str]):
    write(folder / "anna", files)
    [submission] = find_submissions(course, [folder])
    return read_submission(course, submission, list(course.exercises.values()))


def test_a_notebook_counts_before_the_files(course, tmp_path):
    notebook = source(course, "first", "second")
    cell(notebook, "letters-first")["source"] = "def first(x):\n    return 'notebook'\n"
    notebook["cells"].remove(cell(notebook, "letters-second"))
    read = handed_in(course, tmp_path / "class", {
        "letters/letters.ipynb": json.dumps(notebook), "letters/.ipynb_checkpoints/letters.ipynb": "{",
        "exercises/p1/letters/first.py": "file", "exercises/p1/letters/second.py": "file", "exercises/p1/digits/third.py": "file"})
    assert "return 'notebook'" in read.texts["p1/letters/first.py"] and read.texts["p1/digits/third.py"] == "file"
    assert sentences(read) == {"p1/letters/second.py": "letters/letters.ipynb has no cell 'letters-second'; take it from the "
                                                     "notebook that was given out."}
    assert set(read.texts) == {"p1/letters/first.py", "p1/digits/third.py"}


def test_a_notebook_too_large_or_a_link_is_one_sentence(course, tmp_path):
    folder = tmp_path / "class/anna"
    folder.mkdir(parents=True)
    with (folder / "letters.ipynb").open("wb") as file:
        file.truncate(100_000_000)
    (tmp_path / "class/ben").mkdir()
    (tmp_path / "class/ben/letters.ipynb").symlink_to(folder / "letters.ipynb")
    anna, ben = find_submissions(course, [tmp_path / "class"])
    exercises = list(course.exercises.values())
    assert read_submission(course, anna, exercises).problems["p1/letters/first.py"].message.startswith(
        "letters.ipynb is larger than 10 MB; clear its outputs")
    assert read_submission(course, ben, exercises).problems["p1/letters/second.py"].message == \
        "letters.ipynb is a link; hand in the file itself."


def test_in_nbgraders_course_the_students_are_the_submissions(course, tmp_path):
    folder = tmp_path / "class"
    write(folder, {"gradebook.db": "", "submitted/zoe/letters/letters.ipynb": "{}", "submitted/anna/letters/letters.ipynb": "{}"})
    assert is_nbgrader_course(folder) and not is_nbgrader_course(folder / "submitted")
    assert [submission.name for submission in find_submissions(course, [folder])] == ["anna", "zoe"]
    assert [submission.name for submission in find_submissions(course, [folder / "submitted/anna"])] == ["anna"]


# ── the gradebook, as far as it goes without nbgrader ───────────────────────────────────────────────────────────


def verdict(course: Course, **changed) -> Verdict:
    exercise = course.find_one("first")
    check = Check(name="test_a", title="It is so", status=Status.FAILED, kind=Kind.VALUE, got="<script>alert(1)</script>",
                  want="1", diagnosis="You forgot it.\nAnd that.")
    values = {"exercise": exercise.id, "number": exercise.number, "title": exercise.title, "file": "/home/x/first.py",
              "status": Status.FAILED, "earned": 1, "points": 3, "checks": [check, check], "seconds": 1.5,
              "judged_at": "2026-01-01T00:00:00"}
    return Verdict.model_validate({**values, **changed})


def test_a_comment_says_the_diagnosis_once_and_nothing_of_it_becomes_html(course):
    comment = comment_of(course, verdict(course))
    assert comment.startswith("**1 of 3 points**, 0 of 2 checks\n\nYou forgot it.\n\nAnd that.\n\n    ")
    assert all(line.startswith("    ") for line in comment.splitlines() if "<script>" in line) and "<script>" in comment
    assert "/home/x" not in comment
    assert comment == comment_of(course, verdict(course, seconds=2.5, judged_at="2026-01-02T00:00:00"))


def test_a_comment_says_which_line_of_the_cell_is_meant(course):
    comment = comment_of(course, verdict(course, checks=[], reason=Reason.UNREADABLE_FILE,
                                         message="first.py, line 12: invalid syntax."))
    assert "✗ first.py, line 12: invalid syntax." in comment and "take 8 off for your cell." in comment


def test_nbgraders_python(tmp_path, monkeypatch):
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    assert find_nbgrader(str(tmp_path)) == find_nbgrader(str(python)) == python
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(UsageError, match="There is no nbgrader on the PATH; install it"):
        find_nbgrader()
    command = tmp_path / "bin" / "nbgrader"
    command.write_text(f"#!{python}\nprint()\n")
    command.chmod(0o755)
    assert find_nbgrader() == python
    command.write_text("#!/bin/sh\n")
    with pytest.raises(UsageError, match="does not say which Python it belongs to"):
        find_nbgrader()
    with pytest.raises(UsageError, match="is neither a Python nor the folder"):
        find_nbgrader(str(tmp_path / "nowhere"))


def test_a_gradebook_that_cannot_be_written_is_one_sentence(course, tmp_path):
    marked = [Marked("anna", "", {"p1/letters/first": verdict(course)})]
    (tmp_path / "submitted/anna/letters").mkdir(parents=True)
    with pytest.raises(UsageError, match="has no nbgrader that can be used"):
        write_marks(course, tmp_path, marked, Path(sys.executable))
    with pytest.raises(UsageError, match="nowhere cannot be run in .*: No such file or directory"):
        write_marks(course, tmp_path, marked, tmp_path / "nowhere")
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no such table >&2\n")
    broken.chmod(0o755)
    with pytest.raises(GraderError, match="was not written: no such table."):
        write_marks(course, tmp_path, marked, broken)
    assert write_marks(course, tmp_path, [], broken) == (0, []), "nothing to write asks nobody"
