"""`grader autograde --bundle gradescope`: the zip, and what its run_autograder makes of a submission. The folder where it
is unpacked stands for /autograder; setup.sh is only looked at, since it installs things."""
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader.__main__ import main
from tests.grader.helpers.classes import sandbox_or_skip
from tests.grader.helpers.shell import course_in_use
from tests.grader.helpers.small_course import FIRST, SECOND, THIRD, write

RIGHT = {"p1/letters/first.py": FIRST, "p1/letters/second.py": SECOND, "p1/digits/third.py": THIRD}
HOSTILE = '''\
import json, os
for folder in ("{0}/results", "/autograder/results", "/tmp", "."):
    try:
        with open(folder + "/results.json", "w") as file:
            json.dump({{"score": 12}}, file)
    except OSError:
        pass
def first(x):
    return open("{0}/source/solutions/p1/letters/first.py").read()
'''


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        users = course_in_use(tmp_path_factory.mktemp("course"), monkeypatch)
        course = next(users)
        write(course.root, {"constraints.txt": "numpy\n", ".grader/ledger.sqlite3": "mine", "notes.txt": "mine",
                            "exercises/p1/letters/mine.py": "mine", "tests/p1/letters/wrong/first/mine.py": "",
                            "tests/grader/test_engine.py": "pass",
                            "solutions/p1/letters/__pycache__/first.cpython-311.pyc": "compiled"})
        write(course.root, {"exercises/p1/letters/first.py": "somebody's work"})
        monkeypatch.chdir(course.root)
        yield course
        next(users, None)


def bundle(course, out: Path, *options: str) -> zipfile.ZipFile:
    assert main(["autograde", "--bundle", "gradescope", "--out", str(out), *options]) == 0
    return zipfile.ZipFile(out)


class Autograder:
    """A bundle, unpacked as Gradescope does; `judge({path: text})` is what results.json then says."""

    def __init__(self, folder: Path, archive: zipfile.ZipFile):
        self.folder, self.source = folder, folder / "source"
        archive.extractall(self.source)
        shutil.copy(self.source / "run_autograder", folder)
        (folder / "run_autograder").chmod(0o755)
        (folder / "results").mkdir()

    def judge(self, files: dict[str, str], **environment: str) -> dict:
        submission, results = self.folder / "submission", self.folder / "results/results.json"
        shutil.rmtree(submission, ignore_errors=True)
        results.unlink(missing_ok=True)
        submission.mkdir()
        write(submission, files)
        ran = subprocess.run([self.folder / "run_autograder"], cwd=self.folder, text=True, capture_output=True, timeout=120,
                             env={**os.environ, "AUTOGRADER": str(self.folder), "PYTHON": sys.executable, **environment})
        assert ran.returncode == 0, ran.stdout + ran.stderr
        self.said = ran.stdout
        return json.loads(results.read_text())

    def scores(self, files: dict[str, str], **environment: str) -> list[float]:
        results = self.judge(files, **environment)
        scores = [test["score"] for test in results["tests"]]
        assert results.get("score", sum(scores)) == sum(scores)
        return scores


@pytest.fixture(scope="module")
def autograder(course, tmp_path_factory):
    sandbox_or_skip()
    folder = tmp_path_factory.mktemp("autograder")
    return Autograder(folder, bundle(course, folder / "gradescope.zip"))


@pytest.fixture
def without_bwrap(tmp_path) -> dict[str, str]:
    """The environment of a machine on which bubblewrap is not installed."""
    (tmp_path / "bin").mkdir()
    os.symlink(shutil.which("bash"), tmp_path / "bin/bash")
    return {"PATH": str(tmp_path / "bin")}


# ── the zip ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_in_it_and_what_is_not(course, tmp_path):
    names = set(bundle(course, tmp_path / "g.zip").namelist())
    assert {"setup.sh", "run_autograder", "README.md", "course.yml", "pyproject.toml", "constraints.txt",
            "grader/autograde/class_server.py", "grader/autograde/on_gradescope.py", "grader/autograde/gradescope/setup.sh",
            "solutions/p1/letters/shared.py", "tests/p1/letters/test_first.py", "tests/p1/letters/mistakes_first.py",
            "exercises/p1/letters/first.py", "exercises/p1/digits/third.py"} <= names
    assert not [name for name in names if "mine" in name or "__pycache__" in name or "tests/grader" in name
                or "ledger.sqlite3" in name or name == "notes.txt"]
    with zipfile.ZipFile(tmp_path / "g.zip") as archive:
        assert b"NotImplementedError" in archive.read("exercises/p1/letters/first.py")


def test_the_scripts_can_be_run_and_the_same_course_gives_the_same_zip(course, tmp_path):
    archive = bundle(course, tmp_path / "a.zip")
    modes = {member.filename: member.external_attr >> 16 for member in archive.infolist()}
    assert {name for name, mode in modes.items() if mode == 0o100755} == {"setup.sh", "run_autograder"}
    assert set(modes.values()) == {0o100755, 0o100644}
    for path in course.root.rglob("*.py"):
        os.utime(path)
    bundle(course, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize("options, filled_in", [
    ([], "OPTIONS=()"), (["--unsafe"], "OPTIONS=(--unsafe)"), (["--only", "letters"], "OPTIONS=(--only p1/letters)"),
    (["--only", "1.2.1", "--unsafe"], "OPTIONS=(--only p1/digits/third --unsafe)"), (["--only", "p1"], "OPTIONS=(--only p1)")])
def test_what_was_asked_for_is_in_both_scripts(course, tmp_path, options, filled_in):
    archive = bundle(course, tmp_path / "g.zip", *options)
    for name in ("setup.sh", "run_autograder"):
        text = archive.read(name).decode()
        assert f"\n{filled_in}\n" in text and "@" not in text.replace("${install[@]}", "").replace("${OPTIONS[@]}", "")
        assert subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True).stderr == ""
    page = archive.read("README.md").decode()
    assert "{" not in page and ("judged all the same" in page) == ("--unsafe" in options)


def test_setup_installs_what_the_sandbox_and_the_course_need(course, tmp_path):
    text = bundle(course, tmp_path / "g.zip").read("setup.sh").decode()
    for what in ("bubblewrap", "libseccomp2", "python3-venv", "--constraint constraints.txt", "whl/cpu torch", "--editable ."):
        assert what in text


def test_only_a_project(course, tmp_path):
    """Of the others there are stubs, which give nothing away."""
    archive = bundle(course, tmp_path / "g.zip", "--only", "digits")
    names = {name for name in archive.namelist() if name.startswith(("solutions/", "tests/"))}
    assert names == {"solutions/p1/digits/third.py", "tests/p1/digits/test_third.py", "tests/p1/digits/mistakes_third.py",
                     "solutions/p1/letters/first.py", "solutions/p1/letters/second.py"}
    assert b"return x + 3" in archive.read("solutions/p1/digits/third.py")
    assert b"NotImplementedError" in archive.read("solutions/p1/letters/second.py")
    assert not [name for name in archive.namelist() if b"doubled_for_the_first" in archive.read(name)]


def test_catalogues_that_are_ready_go_with_it(course, tmp_path):
    from grader.judge.diagnose import catalogue_path
    from grader.judge.suites import Suite, suite_digest
    exercise = course.find_one("third")
    now = catalogue_path(course, exercise, Suite([], suite_digest(course, exercise)))
    old = now.with_name("p1.digits.third-0123456789abcdef.json")
    write(course.root, {str(path.relative_to(course.root)): "[]" for path in (now, old)})
    try:
        names = bundle(course, tmp_path / "g.zip").namelist()
    finally:
        shutil.rmtree(now.parent)
    assert [name for name in names if name.startswith(".grader/")] == [str(now.relative_to(course.root))]


@pytest.mark.parametrize("argv, words", [
    (["--bundle", "gradescope", "class"], "--bundle writes an autograder and marks nobody; leave the submissions out."),
    (["--bundle", "moodle"], "invalid choice: 'moodle'"),
    (["--bundle", "gradescope", "--only", "thrid"], "did you mean 'third'?"),
    (["--bundle", "gradescope", "--out", "."], ". is a folder; name the zip to write, as in --out gradescope.zip."),
    (["--bundle", "gradescope", "--out", "notes.txt/g.zip"], "cannot be written"),
    ([], "Name the folder with the submissions; see `grader autograde --help`.")])
def test_a_wrong_call_is_one_sentence(course, capsys, argv, words):
    capsys.readouterr()
    assert main(["autograde", *argv]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("grader: ") and err.count("\n") == 1 and words in err


def test_without_its_hidden_tests_or_solutions_there_is_nothing_to_judge_with(tmp_path, course, monkeypatch, capsys):
    shutil.copytree(course.root, tmp_path / "copy", ignore=shutil.ignore_patterns("test_third.py"))
    monkeypatch.chdir(tmp_path / "copy")
    assert main(["autograde", "--bundle", "gradescope"]) == 2
    assert "digits/third has no hidden suite here" in capsys.readouterr().err
    shutil.rmtree(tmp_path / "copy/solutions")
    assert main(["autograde", "--bundle", "gradescope", "--only", "letters"]) == 2
    assert "This copy of the course has no solutions" in capsys.readouterr().err
    assert not (tmp_path / "copy/gradescope.zip").exists()


# ── run_autograder ──────────────────────────────────────────────────────────────────────────────────────────────


def test_right_wrong_and_nothing(autograder):
    assert autograder.scores(RIGHT) == [3, 4, 5]
    assert "There is a sandbox." in autograder.said
    results = autograder.judge({"first.py": "def first(x):\n    return 0\n", "third.py": THIRD})
    assert [test["score"] for test in results["tests"]] == [0, 0, 5]
    assert [test["max_score"] for test in results["tests"]] == [3, 4, 5]
    assert "Words a." in results["tests"][0]["output"], "the words of the catalogued mistake"
    assert "There is no file p1/letters/second.py" in results["tests"][1]["output"]
    assert "without the sandbox" not in json.dumps(results)
    assert autograder.scores({}) == [0, 0, 0]


def test_a_hostile_one_reads_and_writes_nothing(autograder):
    results = autograder.judge({**RIGHT, "p1/letters/first.py": HOSTILE.format(autograder.folder)})
    assert [test["score"] for test in results["tests"]] == [0, 4, 5]  # the second is right with the reference's first
    assert "doubled_for_the_first" not in json.dumps(results)


def test_an_archive_that_is_all_there_is(autograder):
    assert autograder.scores({"homework.zip": "no zip"}) == [0, 0, 0]
    assert "submission cannot be read: it is damaged" in json.dumps(autograder.judge({"homework.zip": "no zip"}))


def test_where_there_can_be_no_sandbox_nothing_is_judged(autograder, without_bwrap):
    results = autograder.judge(RIGHT, **without_bwrap)
    assert results == {"score": 0, "tests": [], "output": "Nothing was judged: this autograder cannot make the sandbox that "
                                                          "it runs your files in. Please tell your instructor."}
    assert "bubblewrap is not there" in autograder.said, "the instructor reads why"


def test_unless_the_instructor_said_so_when_it_was_written(course, tmp_path, without_bwrap):
    unsafe = Autograder(tmp_path, bundle(course, tmp_path / "g.zip", "--unsafe", "--only", "digits"))
    results = unsafe.judge({"third.py": THIRD}, **without_bwrap)
    assert [test["score"] for test in results["tests"]] == [5]
    assert "without the sandbox" in json.dumps(results) and "bubblewrap is not there" in unsafe.said


def test_a_project_alone_needs_the_files_of_no_other(course, tmp_path):
    sandbox_or_skip()
    alone = Autograder(tmp_path, bundle(course, tmp_path / "g.zip", "--only", "letters"))
    assert alone.scores(RIGHT) == [3, 4], alone.said


@pytest.mark.parametrize("spoil, words", [
    (lambda a: (a.source / "course.yml").write_text("["), "Nothing was judged: the autograder itself failed."),
    (lambda a: shutil.rmtree(a.source), "Nothing was judged: the autograder did not start.")])
def test_whatever_happens_there_is_a_result(course, tmp_path, spoil, words):
    broken = Autograder(tmp_path, bundle(course, tmp_path / "g.zip", "--unsafe"))
    spoil(broken)
    results = broken.judge(RIGHT)
    assert results["score"] == 0 and results["output"] == f"{words} Please tell your instructor."
