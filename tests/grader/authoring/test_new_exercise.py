"""`grader new`: what it writes works as it is, says what is to be filled in, and touches nothing else."""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from grader.authoring.manifest_lines import lines_of, with_exercise
from grader.authoring.new_exercise import new_exercise
from grader.authoring.unfinished import unfinished
from grader.course.manifest import load_course
from grader.errors import UsageError
from tests.grader.helpers.small_course import MANIFEST, small_course, write

ROOT = Path(__file__).parents[3]


def whole(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_line_comes_behind_the_named_exercise_and_nothing_else_changes(tmp_path):
    commented = MANIFEST.replace("      - name: digits", "      # what follows\n\n      - name: digits")
    small_course(tmp_path)
    write(tmp_path, {"course.yml": commented})
    written = new_exercise(load_course(tmp_path), "letters/log_softmax", after="first")
    assert written[0] == "course.yml" and all((tmp_path / path).exists() for path in written)
    lines = (tmp_path / "course.yml").read_text(encoding="utf-8").splitlines()
    added = next(line for line in lines if "log_softmax" in line)
    assert added.startswith("          - {name: log_softmax, title: Log softmax, points: 6")
    assert [line for line in lines if line != added] == commented.splitlines()
    course = load_course(tmp_path)
    assert [e.name for e in course.projects["p1/letters"].exercises] == ["first", "log_softmax", "second"]
    new_exercise(course, "p1/digits/last")
    assert load_course(tmp_path).exercises["p1/digits/last"].number == "1.2.2"


def test_an_entry_of_several_lines_is_kept_whole(tmp_path):
    block = "          - name: second\n            title: The second one\n            points: 4\n            minutes: 5\n"
    text = MANIFEST.replace("          - {name: second, title: The second one, points: 4, minutes: 5, needs: [first]}\n",
                            block + "            needs: [first]\n\n          # a remark about nothing\n")
    small_course(tmp_path)
    write(tmp_path, {"course.yml": text})
    course = load_course(tmp_path)
    second = course.exercises["p1/letters/second"]
    assert [text.splitlines()[n].strip() for n in lines_of(text, second)][-1] == "needs: [first]"
    new = with_exercise(text, course.projects["p1/letters"], second, "{name: x}")
    assert new == text.replace("            needs: [first]\n", "            needs: [first]\n          - {name: x}\n")


@pytest.mark.parametrize("words, after, what", [
    ("softplus", None, "write PROJECT/NAME"), ("words/softplus", None, "no project 'words'"),
    ("letters/2nd", None, "cannot name a Python module"), ("letters/class", None, "cannot name a Python module"),
    ("letters/", None, "cannot name"), ("letters/First", None, "cannot name"),
    ("letters/first", None, "an exercise letters/first already"), ("letters/shared", None, "solutions/p1/letters/shared.py already"),
    ("letters/x", "third", "no exercise 'third' to come after; it has first, second"),
    ("words/x", None, "course.yml has letters, digits"), ("later/x", None, "take out 'planned: true'"),
])
def test_what_it_refuses_it_leaves_alone(tmp_path, words, after, what):
    small_course(tmp_path)
    write(tmp_path, {"course.yml": MANIFEST + "      - {name: later, title: Later, planned: true}\n"})
    before = whole(tmp_path)
    with pytest.raises(UsageError, match=what):
        new_exercise(load_course(tmp_path), words, after)
    assert whole(tmp_path) == before


def test_exercises_in_brackets_are_for_the_author_to_lay_out(tmp_path):
    small_course(tmp_path)
    write(tmp_path, {"course.yml": MANIFEST.replace(
        "\n          - {name: third, title: The third one, points: 5, minutes: 5}",
        " [{name: third, title: The third one, points: 5, minutes: 5}]")})
    with pytest.raises(UsageError, match="write each on a line that begins with -"):
        new_exercise(load_course(tmp_path), "digits/x")


def test_an_operation_needs_an_engine(tmp_path):
    with pytest.raises(UsageError, match="there is no solutions/p1/letters/tensor.py; leave --kind out"):
        new_exercise(small_course(tmp_path), "letters/x", kind="operation")


def test_each_thing_to_fill_in_is_named_with_its_line(tmp_path):
    course = small_course(tmp_path)
    assert unfinished(course, course.exercises["p1/letters/first"]) == []
    written = new_exercise(course, "letters/log_softmax", after="first")
    course = load_course(tmp_path)
    found = unfinished(course, course.exercises["p1/letters/log_softmax"])
    assert "course.yml, line 10: fill in title, points, minutes and difficulty." in found
    assert "solutions/p1/letters/log_softmax.py, line 7: fill in a book, paper or manual, with the section." in found
    assert {line.partition(",")[0] for line in found} == set(written) - {"tests/p1/letters/probes_log_softmax.py"}
    assert all((tmp_path / path).read_text(encoding="utf-8").splitlines()[int(line) - 1].count("FILL IN") == 1
               for path, line in (sentence.partition(":")[0].split(", line ") for sentence in found))
    assert unfinished(course, course.exercises["p1/letters/first"]) == []


@pytest.mark.parametrize("kind", ["function", "operation"])
def test_what_it_writes_is_judged_and_only_the_filling_in_is_left(tmp_path, monkeypatch, request, kind):
    """In a copy of this course: every proof of the new exercise holds, but that its files are filled in."""
    for folder in ("solutions", "exercises", "tests/p1_fundamentals"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "wrong", "right"))
    for file in (ROOT / "course.yml", ROOT / "pyproject.toml", *(ROOT / "tests").glob("*.py")):
        shutil.copy(file, tmp_path / file.relative_to(ROOT))
    manifest = (tmp_path / "course.yml").read_text(encoding="utf-8")
    without = [line for line in manifest.splitlines(True) if "benchmarks:" not in line and "reference_at_most:" not in line]
    (tmp_path / "course.yml").write_text("".join(without), encoding="utf-8")
    runtime = tempfile.mkdtemp(prefix="g-")  # a socket's path has at most 107 characters
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    request.addfinalizer(lambda: shutil.rmtree(runtime, ignore_errors=True))
    monkeypatch.setenv("GRADER_IDLE_SECONDS", "5")

    def grader(*words):
        return subprocess.run([sys.executable, "-m", "grader", *words], cwd=tmp_path, text=True, capture_output=True, timeout=240)

    assert grader("new", "autograd/doubled", "--kind", kind).returncode == 0
    assert grader("release", "--force", "autograd").returncode == 0
    done = grader("verify", "doubled")
    assert "✗ 0 its files can be read and are filled in\n" in done.stdout and done.stdout.count("✗") == 1, done.stdout
    assert "test_doubled.py, line " in done.stdout and done.returncode == 1
    killed = grader("mutants", "doubled")
    assert killed.returncode == 0, killed.stdout
