"""`grader autograde` from the shell, as a whole process: a class of eight, its ledger, and every way to run it again."""
import contextlib
import io
import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from grader.autograde.marker import Job, Marker, not_judged
from grader.autograde.plan import Task
from grader.autograde.run import Plan, Record, Shown
from grader.course.manifest import load_course
from grader.judge.engine import engine_digest
from grader.records.class_ledger import open_class_ledger
from grader.report.classroom.write import write_class_report
from grader.sandbox import bubblewrap
from tests.grader.helpers.classes import autograde, below, finished, hand_in, sandbox_or_skip, slowly, verdicts
from tests.grader.helpers.shell import course_in_use, edit, wait_until
from tests.grader.helpers.small_course import FIRST, SECOND, THIRD, write

STUB = "def {0}(x):\n    raise NotImplementedError\n"
NAMES = ["broken", "empty", "loop", "missing", "mistake", "right", "stub", "syntax"]
EARNED = {"broken": 0, "empty": 0, "loop": 7, "mistake": 9, "missing": 5, "right": 12, "stub": 0, "syntax": 9}
UNREADABLE = "broken cannot be read: it is damaged (File is not a zip file)."
FIRST_ID, SECOND_ID, THIRD_ID = "p1/letters/first", "p1/letters/second", "p1/digits/third"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A course with a class of eight beside it."""
    sandbox_or_skip()
    with pytest.MonkeyPatch.context() as monkeypatch:
        users = course_in_use(tmp_path_factory.mktemp("course"), monkeypatch)
        root = next(users).root
        (root / "course.yml").write_text(f"limits: {{cpu_seconds: 1}}\n{(root / 'course.yml').read_text()}")
        folder = root / "class"
        hand_in(folder / "right")
        hand_in(folder / "mistake", first="def first(x):\n    return 0\n")
        hand_in(folder / "stub", **{name: STUB.format(name) for name in ("first", "second", "third")})
        write(folder / "missing", {"third.py": THIRD})
        hand_in(folder / "syntax", first="def first(x:\n    return 1\n")
        hand_in(folder / "loop", third="def third(x):\n    while True:\n        pass\n")
        (folder / "broken.zip").write_bytes(b"PK, or so it says")
        (folder / "empty").mkdir()
        yield root
        next(users, None)


@pytest.fixture(scope="module")
def marked(root):
    """The class, marked once: what was printed."""
    code, out, err = finished(autograde(root, "class", "--out", "marks", "--workers", "1"))
    assert (code, err) == (1, "")
    return out.splitlines()


@pytest.fixture
def again(root, marked, tmp_path):
    """A class and a ledger of one's own to change: (class, out)."""
    shutil.copytree(root / "class", tmp_path / "class")
    shutil.copytree(root / "marks", tmp_path / "marks")
    return tmp_path / "class", tmp_path / "marks"


def judged_at(out) -> dict[tuple[str, str], str]:
    with open_class_ledger(out) as ledger:
        return {(m.name, exercise): verdict.judged_at.isoformat()
                for m in ledger.marked() for exercise, verdict in m.verdicts.items()}


def lines_of(out: str) -> dict[str, str]:
    """What was said of each submission, without how long it took."""
    said = {}
    for line in out.splitlines():
        if found := re.fullmatch(r"\d+ of \d+  (([^:]+?)(?: cannot be read)?: .*)", line):
            said[found[2]] = re.sub(r", \d+\.\d s$", "", found[1])
    return said


# ── one run ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_line_that_is_printed(root, marked):
    patterns = [f"1 of 8  {re.escape(UNREADABLE)}"]
    patterns += [rf"{at} of 8  {name}: {EARNED[name]} points, \d+\.\d s" for at, name in enumerate(NAMES[1:], 2)]
    patterns += [r"8 submissions in \d+ s( \(\d+\.\d\d s of CPU\))? · median 8 of 12 points · marks/report\.html",
                 f"  {re.escape(UNREADABLE)}",
                 r"  empty: There is no file p1/letters/first\.py in it, nor any other\. \(2 more like it\)"]
    for line, pattern in zip(marked, patterns, strict=True):
        assert re.fullmatch(pattern, line), line


def test_a_long_name_takes_no_room_from_the_bar():
    shown = Shown(6, {})
    task = Task("Anna-Sophie Groß_12345_assignsubmission_file_ [second try]", None, {}, problem="x" * 300)
    with shown:
        shown(task, None)
        lines = io.StringIO()
        Console(file=lines, width=80).print(shown.bar.get_renderable())
    assert re.fullmatch(r"marking ━+\S* +1/6 0:00:0\d left -:--:-- x{15,}…\n", lines.getvalue()), lines.getvalue()


def test_what_is_in_the_ledger(root, marked):
    found = verdicts(root / "marks")
    assert sorted(found) == sorted((name, e) for name in NAMES for e in (FIRST_ID, SECOND_ID, THIRD_ID))
    assert {name: sum(found[name, e]["earned"] for e in (FIRST_ID, SECOND_ID, THIRD_ID)) for name in NAMES} == EARNED
    status = {name: [found[name, e]["status"] for e in (FIRST_ID, SECOND_ID, THIRD_ID)] for name in NAMES}
    assert status == {
        "broken": ["not run"] * 3, "empty": ["not started"] * 3, "loop": ["passed", "passed", "failed"],
        "mistake": ["failed", "passed", "passed"], "missing": ["not started", "not started", "passed"],
        "right": ["passed"] * 3, "stub": ["not started"] * 3, "syntax": ["failed", "passed", "passed"]}
    assert not any(verdict["unsafe"] for verdict in found.values())
    assert found["mistake", FIRST_ID]["checks"][0]["diagnosis"] == "Words a."
    assert found["loop", THIRD_ID]["checks"][0]["kind"] == "timeout"
    assert "syntax/p1/letters/first.py, line 1" in found["syntax", FIRST_ID]["message"]
    assert found["missing", FIRST_ID]["message"] == "There is no file p1/letters/first.py in it."
    assert found["broken", THIRD_ID]["message"] == UNREADABLE


def test_with_two_workers_it_is_the_same(root, marked, tmp_path):
    code, out, err = finished(autograde(root, "class", "--out", tmp_path / "marks", "--workers", "2"))
    assert (code, err) == (1, "")
    assert lines_of(out) == lines_of("\n".join(marked))
    assert verdicts(tmp_path / "marks") == verdicts(root / "marks")


def test_only_a_project_then_the_rest(root, tmp_path):
    """What was marked is not marked again, and points are those of what was asked for."""
    run = ["class/right", "class/mistake", "--out", tmp_path / "marks"]
    code, out, err = finished(autograde(root, *run, "--only", "letters"))
    assert (code, err) == (0, "") and "median 5.5 of 7 points" in out
    before = judged_at(tmp_path / "marks")
    assert {exercise for _, exercise in before} == {FIRST_ID, SECOND_ID}
    code, out, err = finished(autograde(root, *run))
    assert lines_of(out) == {"right": "right: 12 points", "mistake": "mistake: 9 points"}
    assert "median 10.5 of 12 points" in out and before.items() <= judged_at(tmp_path / "marks").items()
    code, out, err = finished(autograde(root, *run, "--only", "third"))
    assert "median 5 of 5 points" in out
    assert lines_of(out) == {"right": "right: nothing has changed", "mistake": "mistake: nothing has changed"}


# ── again ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_run_does_nothing_and_needs_no_sandbox(root, again):
    folder, out = again
    before = judged_at(out)
    code, said, err = finished(autograde(root, folder, "--out", out, env={"PATH": str(folder)}))
    assert (code, err) == (1, ""), "what cannot be read is said each time"
    assert lines_of(said) == {name: UNREADABLE if name == "broken" else f"{name}: nothing has changed" for name in NAMES}
    assert judged_at(out) == before


def test_a_changed_file_alone_is_judged_again_with_what_builds_on_it(root, again):
    folder, out = again
    before = judged_at(out)
    write(folder / "loop", {"exercises/p1/digits/third.py": THIRD})
    write(folder / "mistake", {"exercises/p1/letters/first.py": FIRST})
    (folder / "broken.zip").unlink()
    hand_in(folder / "broken")
    code, said, err = finished(autograde(root, folder, "--out", out))
    assert (code, err) == (0, "")
    changed = {("loop", THIRD_ID), ("mistake", FIRST_ID), ("mistake", SECOND_ID),
               *(("broken", e) for e in (FIRST_ID, SECOND_ID, THIRD_ID))}
    after = judged_at(out)
    assert {key for key in after if after[key] != before[key]} == changed
    assert lines_of(said) == {name: f"{name}: nothing has changed" for name in NAMES} | {
        name: f"{name}: 12 points" for name in ("loop", "mistake", "broken")}


def test_a_changed_suite_makes_all_due(root, again):
    folder, out = again
    before = judged_at(out)
    suite = root / "tests/p1/digits/test_third.py"
    text = suite.read_text()
    edit(suite, text.replace("equals=10", "equals=11"))
    try:
        code, said, err = finished(autograde(root, folder, "--out", out))
    finally:
        edit(suite, text)
    after = judged_at(out)
    assert {key for key in after if after[key] != before[key]} == {(name, THIRD_ID) for name in NAMES}
    found = verdicts(out)["right", THIRD_ID]
    assert (found["status"], found["reason"], found["earned"]) == ("not run", "suite failed", 0)
    fault = "tests/p1/digits/test_third.py, line 7: got 10, want 11"
    assert lines_of(said)["right"] == "right: 7 points" and fault in found["checks"][0]["note"] and (code, err) == (1, "")
    assert f"  1.2.1: The suite is at fault, not this file, and no points are lost by it: {fault}. (5 submissions)" in said


def test_a_typo_in_a_suite_costs_nobody_a_point(root, tmp_path):
    """It may be one that is seen only without rights: a judge of a class opens no file for writing."""
    suite = root / "tests/p1/digits/test_third.py"
    text = suite.read_text()
    edit(suite, f"{text}\n\ndef test_b(work):\n    \"\"\"B.\"\"\"\n    open({str(root / 'x')!r}, 'w').close()\n    assert work.third(1) == 4\n")
    try:
        code, said, err = finished(autograde(root, "class/right", "class/loop", "class/mistake", "--out", tmp_path / "marks"))
        again, _, _ = finished(autograde(root, "class/right", "--out", tmp_path / "marks", "--rejudge"))
    finally:
        edit(suite, text)
        (root / "x").unlink(missing_ok=True)
    assert (code, err, again) == (1, "", 1) and "tests/p1/digits/test_third.py, line 12: PermissionError" in said, said
    found = {name: verdict for (name, exercise), verdict in verdicts(tmp_path / "marks").items() if exercise == THIRD_ID}
    assert {name: verdict["earned"] for name, verdict in found.items()} == {"right": 5, "loop": 0, "mistake": 5}
    assert [found[name]["status"] for name in ("right", "loop")] == ["not run", "failed"]
    assert "Not run: 1.2.1." in (tmp_path / "marks/grades.csv").read_text()


def test_a_changed_engine_makes_all_due(root, again):
    """As where `judge/expect.py` or NumPy is another one: here, the ledger holds verdicts of another engine."""
    folder, out = again
    before = judged_at(out)
    with open_class_ledger(out) as ledger:
        engines = {key.engine for key in ledger.known().values()}
        ledger.connection.execute("UPDATE verdicts SET engine = 'another' WHERE submission = 'right'")
    code, said, err = finished(autograde(root, folder, "--out", out))
    after = judged_at(out)
    assert {key for key in after if after[key] != before[key]} == {("right", e) for e in (FIRST_ID, SECOND_ID, THIRD_ID)}
    assert lines_of(said)["right"] == "right: 12 points" and lines_of(said)["loop"] == "loop: nothing has changed"
    assert engines == {engine_digest()} == {verdict["engine_hash"] for verdict in verdicts(out).values()}
    assert f"Judged by engine {engine_digest()}." in (out / "report.html").read_text()


def test_rejudge_judges_what_has_not_changed(root, again):
    folder, out = again
    before, same = judged_at(out), verdicts(out)
    code, said, err = finished(autograde(root, folder, "--out", out, "--rejudge", "--only", "third"))
    after = judged_at(out)
    assert {key for key in after if after[key] != before[key]} == {(name, THIRD_ID) for name in NAMES}
    assert verdicts(out) == same


def test_a_class_that_an_earlier_grader_marked_is_opened_and_marked_again(root, again):
    """Version 1 of the ledger knew of no engine."""
    folder, out = again
    old = sqlite3.connect(out / "class.sqlite3", isolation_level=None)
    with contextlib.closing(old):
        old.execute("ALTER TABLE verdicts DROP COLUMN engine")
        for name, exercise, text in old.execute("SELECT submission, exercise, verdict FROM verdicts").fetchall():
            verdict = {key: value for key, value in json.loads(text).items()
                       if key not in ("reason", "detail", "summary", "engine_hash")}
            for check in verdict["checks"]:
                del check["detail"], check["mistake_ids"]
            old.execute("UPDATE verdicts SET verdict = ? WHERE submission = ? AND exercise = ?",
                        [json.dumps(verdict), name, exercise])
        old.execute("PRAGMA user_version = 1")
    with open_class_ledger(out) as ledger:
        course = load_course(root)
        earlier = ledger.marked()
        assert {key.engine for key in ledger.known().values()} == {""} and len(earlier) == len(NAMES)
        write_class_report(course, list(course.exercises.values()), earlier, out)
    assert "Judged by an earlier grader." in (out / "report.html").read_text()
    before = judged_at(out)
    code, said, err = finished(autograde(root, folder, "--out", out))
    assert (code, err) == (1, "") and not {*before.items()} & {*judged_at(out).items()}


def test_unsafe_is_in_every_verdict_until_a_run_with_the_sandbox(root, tmp_path):
    run = ["class", "--out", tmp_path / "marks"]
    code, out, err = finished(autograde(root, *run, "--unsafe", env={"PATH": str(tmp_path)}))
    assert (code, err) == (1, "") and "\nMarked without the sandbox: every verdict says so.\n" in out
    found = verdicts(tmp_path / "marks")
    assert len(found) == 24 and all(verdict["unsafe"] for verdict in found.values())
    assert {name: sum(v["earned"] for (who, _), v in found.items() if who == name) for name in NAMES} == EARNED
    code, out, err = finished(autograde(root, *run))
    assert (code, err) == (1, "") and "without the sandbox" not in out
    assert not any(verdict["unsafe"] for verdict in verdicts(tmp_path / "marks").values())
    before = judged_at(tmp_path / "marks")
    code, out, err = finished(autograde(root, *run, "--unsafe"))
    assert judged_at(tmp_path / "marks") == before, "a verdict of the sandbox is never replaced by one without"


def test_what_could_not_be_judged_is_tried_again(root, again):
    """Said of an exercise whose judge ended three times."""
    folder, out = again
    course = load_course(root)
    third = course.find_one("third")
    (folder / "broken.zip").unlink()
    with open_class_ledger(out) as ledger:
        known = ledger.known()["right", THIRD_ID]
        job = Job("right", [THIRD_ID], {})
        lost = not_judged(third, job, "the judge's process ended", False)
        ledger.connection.execute("DELETE FROM verdicts WHERE submission = 'right' AND exercise = ?", [THIRD_ID])
        record = Record(ledger, Plan(course, [third], {THIRD_ID: known.suite}, known.engine, False, {}))
        record(Task("right", job, {THIRD_ID: known.files}), lost)
    code, said, err = finished(autograde(root, folder, "--out", out))
    assert (code, err) == (0, "") and lines_of(said)["right"] == "right: 12 points"
    assert verdicts(out)["right", THIRD_ID]["status"] == "passed"


# ── what goes wrong ─────────────────────────────────────────────────────────────────────────────────────────────


def sentence(root, *arguments, code: int = 2, **options) -> str:
    got, out, err = finished(autograde(root, *arguments, **options))
    assert got == code and err.startswith("grader: ") and err.count("\n") == 1 and err.endswith((".\n", "?\n")), out + err
    return err.removeprefix("grader: ").strip()


def test_without_bubblewrap(root, tmp_path):
    words = sentence(root, "class/right", "--out", tmp_path / "marks", env={"PATH": str(tmp_path)})
    assert words == ("Strangers' files run in a sandbox, and bubblewrap is not there: install it (apt install bubblewrap, dnf "
                     "install bubblewrap), or add --unsafe to run files that you trust.")
    assert verdicts(tmp_path / "marks") == {}


@pytest.mark.parametrize("arguments, words", [
    (["nowhere"], "There is no nowhere; name the folder with the submissions."),
    (["class/empty/"], "There are no submissions in class/empty: it should hold a folder, a .zip or a .tar.gz of each."),
    (["class", "--only", "frist"], "There is no exercise or project 'frist'; did you mean 'first'?"),
    (["class", "--workers", "0"], "--workers must be at least 1."),
    (["class", "--scheduler", "tcp://host:8786"], "--scheduler is the address of a Dask cluster; add --engine dask."),
    (["class", "--nbgrader", "env"], "class is no course folder of nbgrader's, with submitted/ and gradebook.db; name that, "
                                     "or leave --nbgrader out."),
    (["class", "--out", "class/"], "class is the folder with the submissions; name another --out."),
    (["class", "--out", "course.yml"], "course.yml/class.sqlite3 cannot be written (File exists); name another --out.")])
def test_a_wrong_call_is_one_sentence(root, arguments, words):
    assert sentence(root, *arguments) == words


def test_a_ledger_that_is_none(root, tmp_path):
    write(tmp_path, {"marks/class.sqlite3": "This was a ledger once. " * 100})
    assert sentence(root, "class", "--out", tmp_path / "marks") == \
        f"{tmp_path}/marks/class.sqlite3 is damaged; move it away and run the same command again."


def test_a_suite_that_cannot_be_collected(root, again):
    folder, out = again
    suite = root / "tests/p1/digits/test_third.py"
    text = suite.read_text()
    edit(suite, "def (")
    try:
        code, said, err = finished(autograde(root, folder, "--out", out))
        assert code == 3 and err.count("\n") == 1
        assert err.startswith("grader: The suite tests/p1/digits/test_third.py cannot be collected: ")
    finally:
        edit(suite, text)


ON_A_SMALL_DISK = """
head -c {ballast} /dev/zero > "$1/ballast"
{run}; echo $? > "$2/code"
cp "$1"/class.sqlite3* "$2"
rm "$1/ballast"
{run}; code=$?
cp -r "$1" "$2/whole"
exit $code
"""


def test_a_disk_that_is_full_in_the_middle(root, marked, tmp_path):
    """One sentence, and what was recorded stays recorded; where there is room again, the same command goes on."""
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    kept.mkdir()
    run = shlex.join([sys.executable, "-m", "grader", "autograde", "class", "--out", str(disk), "--workers", "1"])
    script = ON_A_SMALL_DISK.format(run=run, ballast=(1 << 20) - (120 << 10))  # 24 verdicts take some 200 KB, as they come
    done = subprocess.run(["bwrap", "--dev-bind", "/", "/", "--size", str(1 << 20), "--tmpfs", disk, "--",
                           "sh", "-c", script, "sh", disk, kept], cwd=root, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])})
    assert (kept / "code").read_text() == "2\n", done.stdout + done.stderr
    assert done.stderr == (f"grader: {disk}/class.sqlite3 cannot be written because the disk is full; make room and run the "
                           "same command again: it goes on where it stopped.\n")
    before, after = verdicts(kept), verdicts(kept / "whole")
    assert 0 < len(before) < len(after) and before.items() <= after.items()
    assert done.returncode == 1 and after == verdicts(root / "marks")  # 1: broken.zip


def test_ctrl_c_in_the_middle(root, tmp_path):
    """130, nothing left running, and the same command completes what is missing."""
    for number in range(8):
        hand_in(tmp_path / f"class/student_{number}", first=slowly(FIRST, 0.3), second=SECOND, third=slowly(THIRD, 0.3))
    run = [tmp_path / "class", "--out", tmp_path / "marks"]
    process = autograde(root, *run, start_new_session=True)
    assert "student_" in process.stdout.readline()
    mine = below(process)
    assert len(mine) >= 4
    os.killpg(process.pid, signal.SIGINT)
    code, out, err = finished(process, seconds=20)
    assert (code, err) == (130, "\nStopped.\n"), err
    assert wait_until(lambda: not any(map(psutil.Process.is_running, mine)), 10), mine
    before = judged_at(tmp_path / "marks")
    assert 3 <= len(before) < 24
    code, out, err = finished(autograde(root, *run))
    after = judged_at(tmp_path / "marks")
    assert (code, err) == (0, "") and len(after) == 24 and before.items() <= after.items()
    assert all(verdict["status"] == "passed" for verdict in verdicts(tmp_path / "marks").values())


@pytest.mark.parametrize("to_all", [True, False])
def test_ctrl_c_while_the_sandboxes_start(root, tmp_path, to_all):
    """Whether the terminal says it to every process, or somebody to the grader alone."""
    process = autograde(root, "class", "--out", tmp_path / "marks", start_new_session=True)
    assert wait_until(lambda: len(below(process, "grader.autograde.class_server")) >= 1, 30)
    mine = below(process)
    (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
    code, out, err = finished(process, seconds=20)
    assert (code, err) == (130, "\nStopped.\n"), err
    assert wait_until(lambda: not any(map(psutil.Process.is_running, mine)), 10), mine


def test_a_part_of_a_library_that_is_forbidden_hides_no_library(root, monkeypatch):
    """`forbids: [numpy.linalg.inv]` is the policy's to refuse; without NumPy no worker would start."""
    course = load_course(root)
    first = course.find_one("first")
    first.forbids = ["numpy.linalg.inv", "torch"]
    hidden = []
    monkeypatch.setattr(bubblewrap, "library_folders", lambda names: hidden.extend(names) or [])
    Marker(course, [first]).around_workers(())
    assert hidden == ["torch"]
