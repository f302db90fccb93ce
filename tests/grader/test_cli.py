"""The commands from the outside: what they print, their exit codes, and every error a user can cause as one sentence."""
import json
import os
import shutil
import subprocess
import sys

import pytest

from grader.__main__ import main
from tests.grader.helpers.small_course import small_course, write


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A small course to stand in, with its stubs released."""
    course = small_course(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["release"]) == 0
    return course


def fails(capsys, *argv: str, code: int = 2) -> str:
    """The one sentence that this call is told."""
    capsys.readouterr()
    assert main(list(argv)) == code
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("grader: ") and err.count("\n") == 1 and err.rstrip().endswith((".", "?", "`."))
    return err.removeprefix("grader: ").strip()


@pytest.mark.parametrize("argv, words", [
    (["hint", "frist"], "There is no exercise or project 'frist'; did you mean 'first'?"),
    (["hint", "1.1.7"], "There is no exercise or project '1.1.7'; did you mean '1.1.2'?"),
    (["hint", "letters"], "'letters'"),
    (["reset", "thrid"], "did you mean 'third'?"),
    (["chekc"], "invalid choice: 'chekc'"),
    (["check", "--fast"], "Unrecognized arguments: --fast"),
    (["hint"], "required: EXERCISE"),
    (["hint", "first", "--number", "4"], "invalid choice: 4"),
    (["hint", "first", "--number", "two"], "invalid int value: 'two'"),
    (["hint", "third", "--workspace", "x"], "Unrecognized arguments"),
    (["bench", "first"], "'first' is not a project; name one, such as 'letters'."),
    (["bench", "letters"], "Letters has no benchmarks."),
    (["study", "letters"], "Letters has no study."),
    (["study", "letters", "--workspace", "nowhere"], "There is no workspace folder"),
    (["solution", "first"], "You have not passed letters/first yet; `grader solution 1.1.1 --yes` shows it all the same."),
    (["check", "--pdb"], "Name the exercise to debug"),
    (["release", "--bundle", "."], "is not an empty folder"),
])
def test_a_wrong_call_is_one_sentence_and_exit_code_2(course, capsys, argv, words):
    assert words in fails(capsys, *argv)


def test_outside_of_a_course(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert fails(capsys, "list") == "There is no course.yml here or above; run grader in the course's folder."


def test_in_a_folder_of_the_course(course, monkeypatch, capsys):
    monkeypatch.chdir(course.root / "exercises/p1/letters")
    assert main(["list"]) == 0
    assert "The first one" in capsys.readouterr().out


def test_a_bare_grader_lists_where_nobody_can_type(course, capsys, monkeypatch):
    assert main([]) == main(["list"]) == 0
    once = capsys.readouterr().out
    assert once[:len(once) // 2] == once[len(once) // 2:] and "Next: 1.1.1" in once


def test_list_as_json(course, capsys):
    assert main(["list", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["points"] == 12 and shown["earned"] == 0 and shown["next"]["id"] == "p1/letters/first"


def test_list_loads_nothing_heavy(course):
    done = subprocess.run([sys.executable, "-X", "importtime", "-m", "grader", "list"], capture_output=True, text=True)
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert done.returncode == 0 and "pydantic" in loaded  # the course is read; so this list is no empty one
    assert loaded.isdisjoint({"torch", "numpy", "scipy", "sympy", "hypothesis", "pytest", "rich", "matplotlib", "jinja2"})


def test_a_closed_pipe_is_no_error(course):
    done = subprocess.run(f"{sys.executable} -m grader list | head -n 1", shell=True, capture_output=True, text=True)
    assert done.stdout.startswith("Small") and done.stderr == ""


def test_hints_come_one_at_a_time(course, capsys):
    said = []
    for _ in range(4):
        assert main(["hint", "first"]) == 0
        said.append(capsys.readouterr().out)
    assert "hint 1 of 3" in said[0] and "A nudge for the first." in said[0] and "grader hint 1.1.1" in said[0]
    assert "hint 2 of 3" in said[1] and "A longer one, over two lines." in said[1]
    assert "hint 3 of 3" in said[2] and "`twice(x) + 1`" in said[2] and "grader solution 1.1.1 --yes" in said[2]
    assert said[3] == said[2]
    assert main(["hint", "first", "--number", "1"]) == 0
    assert capsys.readouterr().out == said[0]
    assert main(["hint", "second"]) == 0
    assert "hint 1 of 3" in capsys.readouterr().out


@pytest.mark.parametrize("kept", ["not JSON", "[1]", '{"p1/letters/first": "x"}', ""])
def test_hints_begin_again_where_their_file_makes_no_sense(course, capsys, kept):
    write(course.root, {".grader/hints.json": kept})
    assert main(["hint", "first"]) == 0
    assert "hint 1 of 3" in capsys.readouterr().out


def test_hints_without_solutions_come_from_the_page(course, capsys):
    shutil.rmtree(course.root / "solutions")
    assert main(["hint", "first", "--number", "2"]) == 0
    assert "A longer one, over two lines." in capsys.readouterr().out
    (course.root / "exercises/p1/letters/hints.md").unlink()
    assert fails(capsys, "hint", "first") == "letters/first has no hints."


def test_the_solution_reads_as_a_page(course, capsys):
    assert main(["solution", "first", "--yes"]) == 0
    out = capsys.readouterr().out
    assert "return doubled_for_the_first + 1" in out and "SOLUTION" not in out and "HINTS" not in out
    shutil.rmtree(course.root / "solutions")
    assert "has no solutions; ask your instructor" in fails(capsys, "solution", "first", "--yes")


def test_reset_keeps_what_you_wrote(course, capsys):
    file = course.root / "exercises/p1/letters/first.py"
    stub = file.read_text()
    assert main(["reset", "first"]) == 0
    assert capsys.readouterr().out == "exercises/p1/letters/first.py is the stub again.\n"
    file.write_text("my work\n")
    assert main(["reset", "first"]) == 0
    out = capsys.readouterr().out
    backup = course.root / out.partition("Your file is ")[2].strip().rstrip(".")
    assert file.read_text() == stub and backup.read_text() == "my work\n"


def test_a_damaged_ledger_is_told_of(course, capsys):
    write(course.root, {".grader/ledger.sqlite3": "this is no ledger " * 500})
    assert main(["list"]) == 0
    out, err = capsys.readouterr()
    assert "0 of 12 points" in out and "cannot be read" in err
    assert main(["report", "--json"]) == 0
    assert "cannot be read" in capsys.readouterr().err


def test_report_as_text_as_json_and_as_a_page(course, capsys):
    assert main(["report"]) == 0
    assert "The first one" in capsys.readouterr().out
    assert main(["report", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["points"] == 12
    assert main(["report", "--html", "page.html"]) == 0
    assert capsys.readouterr().out == "Wrote page.html.\n"
    assert "The first one" in (course.root / "page.html").read_text()
    assert "nowhere/page.html" in fails(capsys, "report", "--html", "nowhere/page.html")


@pytest.mark.skipif(os.getuid() == 0 and not shutil.which("setpriv"), reason="root may write everywhere, and there is "
                    "no setpriv to become somebody else: a read-only folder was not tried")
def test_a_read_only_folder_is_one_sentence(course, request):
    """Root runs it as nobody; somebody else takes the right to write away from themselves."""
    (course.root / "exercises/p1/letters/first.py").write_text("my work\n")
    folders = [folder for folder, _, _ in os.walk(course.root)]
    request.addfinalizer(lambda: [os.chmod(folder, 0o755) for folder in folders])
    for folder, _, files in os.walk(course.root):
        os.chmod(folder, 0o555)
        for file in files:
            os.chmod(os.path.join(folder, file), 0o444)
    for parent in course.root.parents:
        if parent.owner() == "root" and str(parent).startswith("/tmp/"):
            os.chmod(parent, 0o755)
    somebody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []

    def run(*argv):
        return subprocess.run([*somebody, sys.executable, "-B", "-m", "grader", *argv], cwd=course.root, text=True,
                              capture_output=True, env={**os.environ, "HOME": "/nonexistent"})

    if run("list").returncode:
        pytest.skip("nobody may not run this Python: a read-only folder was not tried")
    for argv in (["reset", "first"], ["report", "--html", "page.html"], ["release", "--force"]):
        done = run(*argv)
        assert done.returncode == 2 and done.stderr.startswith("grader: ") and done.stderr.count("\n") == 1, done.stderr
        assert "cannot be written" in done.stderr
    assert run("hint", "first").returncode == 0


STUDY = '''\
from exercises.common import shared_code

from .first import first


def main(arguments):
    print("with", arguments, first(2))
    return {"accuracy": shared_code.GOOD, "loss": 0.1}
'''


def test_a_study_runs_with_the_learners_code_and_is_compared_with_the_course(course, capsys):
    manifest = (course.root / "course.yml").read_text()
    write(course.root, {
        "course.yml": manifest.replace("title: Letters\n", "title: Letters\n        study: {accuracy: {at_least: 0.95}}\n"),
        "solutions/p1/letters/study.py": STUDY, "exercises/common/shared_code.py": "GOOD = 0.99\n"})
    assert main(["study", "letters", "--workspace", "solutions"]) == 0
    out = capsys.readouterr().out
    assert "with [] 5" in out and "✓ accuracy: 0.9900, expected at least 0.95" in out and "loss" not in out
    assert main(["study", "letters", "--workspace", "solutions", "--epochs", "3", "--bad"]) == 0
    out = capsys.readouterr().out
    assert "with ['--epochs', '3', '--bad'] 5" in out and "with --epochs 3 --bad this is no run of the default size" in out
    write(course.root, {"mine/p1/letters/first.py": "def first(x):\n    return x.nothing\n",
                        "mine/p1/letters/second.py": "def second(x):\n    return x\n"})
    assert main(["study", "letters", "--workspace", "mine"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "The study stopped: AttributeError: 'int' object has no attribute 'nothing'"
    assert said[-1] == "  mine/p1/letters/first.py, line 2, in first: return x.nothing" and len(said) == 3
    assert main(["study", "letters"]) == 1
    assert "The study needs first of exercises/p1/letters/first.py, which is not written yet." in capsys.readouterr().err
