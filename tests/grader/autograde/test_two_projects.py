"""An exercise that builds on another project's: at home, in a bundle, in a class that hands in both or one, on Gradescope."""
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader.authoring.release import bundle, release
from grader.autograde.borrowed import beside_the_reference, with_what_it_needs
from grader.autograde.gradescope_bundle import write_gradescope_bundle
from grader.course.imports import unnamed_imports
from grader.course.workspace import Problem, SubmissionWorkspace, gather, local_workspace
from grader.judge.diagnose import catalogue_path
from grader.judge.suites import Suite, suite_digest
from grader.records.verdict import Check, Kind, Reason, Status, verdict_on
from tests.grader.helpers.classes import autograde, finished, sandbox_or_skip, verdicts
from tests.grader.helpers.shell import course_in_use
from tests.grader.helpers.small_course import FIRST, write
from tests.grader.helpers.two_projects import BUILDS_ON_FIRST, join_the_projects

THIRD_ID, FIRST_PATH, THIRD_PATH = "p1/digits/third", "p1/letters/first.py", "p1/digits/third.py"
PRINTS = BUILDS_ON_FIRST.replace("    return first(x) + x", "    import inspect\n    print(inspect.getsource(first))\n"
                                 "    return inspect.getsource(first)")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        users = course_in_use(tmp_path_factory.mktemp("course"), monkeypatch)
        yield join_the_projects(next(users).root)
        next(users, None)


def grader(root: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-m", "grader", *arguments], cwd=root, text=True, capture_output=True, timeout=120,
                          env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])})
    return done.returncode, done.stdout + done.stderr


def test_the_learners_own_file_of_the_other_project_is_used_at_home(course):
    third = course.find_one("third")
    sources = gather(course, local_workspace(course), third)
    assert sorted(sources.files) == [f"exercises.p1.{name}" for name in ("digits.third", "letters.first", "letters.shared")]
    assert unnamed_imports(course, third, BUILDS_ON_FIRST) == []
    assert grader(course.root, "check", "third")[0] == 0
    write(course.root, {f"exercises/{FIRST_PATH}": "def first(x):\n    return 0\n"})
    try:
        assert gather(course, local_workspace(course), third).digest != sources.digest
        code, out = grader(course.root, "check", "third", "--json")
    finally:
        write(course.root, {f"exercises/{FIRST_PATH}": FIRST})
    assert code in (0, 1) and '"got": "7"' in out or "prerequisite" in out


@pytest.mark.parametrize("path", [f"solutions/{FIRST_PATH}", "solutions/p1/letters/shared.py", "tests/p1/letters/helper.py"])
def test_the_catalogue_hashes_every_file_that_was_used(course, path):
    third, suite = course.find_one("third"), course.root / "tests/p1/digits/test_third.py"
    before, texts = suite.read_text(), {}
    write(course.root, {"tests/p1/letters/helper.py": "NUMBER = 1\n"})
    suite.write_text(f"from tests.p1.letters import helper\n{before}")

    def kept_at() -> Path:
        return catalogue_path(course, third, Suite([], suite_digest(course, third)))

    texts[path] = (course.root / path).read_text()
    try:
        one = kept_at()
        assert kept_at() == one
        write(course.root, {path: texts[path] + "\n# changed\n"})
        assert kept_at() != one
    finally:
        suite.write_text(before)
        write(course.root, texts)


def test_in_a_bundle_its_examples_run_with_the_learners_own_file(course, tmp_path):
    folder = tmp_path / "bundle"
    release(course, force=True)
    bundle(course, folder)
    write(folder, {f"exercises/{THIRD_PATH}": BUILDS_ON_FIRST.replace("    4\n", "    6\n")})
    assert "not started" in grader(folder, "check", "third")[1]
    write(folder, {f"exercises/{FIRST_PATH}": FIRST.replace("return doubled_for_the_first + 1", "return 5")})
    code, out = grader(folder, "check", "third")
    assert "examples passed" in out, out


@pytest.fixture(scope="module")
def marked(course, tmp_path_factory):
    sandbox_or_skip()
    folder, out = tmp_path_factory.mktemp("class"), tmp_path_factory.mktemp("out") / "marks"
    write(folder / "both", {FIRST_PATH: FIRST, THIRD_PATH: BUILDS_ON_FIRST})
    write(folder / "one", {THIRD_PATH: BUILDS_ON_FIRST})
    write(folder / "prints", {THIRD_PATH: PRINTS})
    write(folder / "syntax", {THIRD_PATH: "def third(x:\n"})
    code, said, err = finished(autograde(course.root, folder, "--out", out, "--only", "digits", "--workers", "1"))
    assert (code, err) == (0, ""), said + err
    return {name: verdict for (name, exercise), verdict in verdicts(out).items() if exercise == THIRD_ID}


def test_in_a_class_both_projects_or_one(marked):
    assert {name: verdict["earned"] for name, verdict in marked.items()} == {"both": 5, "one": 5, "prints": 0, "syntax": 0}
    assert marked["both"]["message"] == "" and marked["both"]["files_hash"]
    assert marked["one"]["message"] == ("Judged with the reference's 1.1.1 letters/first, which was not handed in; so what the "
                                        "code gave or printed is not shown.")
    assert "line 1" in marked["syntax"]["message"]


def test_beside_the_reference_nothing_of_it_comes_out(marked):
    assert marked["prints"]["checks"][0]["status"] == "failed" and marked["prints"]["checks"][0]["title"]
    assert "doubled_for_the_first" not in str(marked["prints"])


def test_what_was_handed_in_is_never_replaced(course):
    third = course.find_one("third")
    bad = SubmissionWorkspace(root=Path(), given=course.root, problems={FIRST_PATH: Problem("m", "d", "s")})
    assert with_what_it_needs(course, bad, third, {FIRST_PATH: FIRST}) == (bad, [])
    mine = SubmissionWorkspace(root=Path(), given=course.root, replaced={FIRST_PATH: "mine"})
    assert with_what_it_needs(course, mine, third, {FIRST_PATH: FIRST}) == (mine, [])


def test_the_message_of_an_error_is_not_told_either(course):
    third = course.find_one("third")
    check = Check(name="a", title="A", status=Status.FAILED, kind=Kind.EXCEPTION, got="E: secret", note="secret", detail="secret",
                  traceback=["secret"], observation="secret", output="secret", given={"x": "secret"}, diagnosis="Words.")
    for reason in Reason:
        if reason in (Reason.UNREADABLE_FILE, Reason.SUITE_FAILED):
            continue
        verdict = verdict_on(third, "one", Status.FAILED, reason=reason, detail="secret", message="secret", summary="secret",
                             excerpt="secret", checks=[check])
        told = beside_the_reference(verdict, [course.find_one("first")])
        assert "secret" not in told.model_dump_json() and told.checks[0].diagnosis == "Words."


def test_an_autograder_of_one_project_has_the_other(course, tmp_path):
    write_gradescope_bundle(course, [], str(tmp_path / "g.zip"), "digits", False)
    with zipfile.ZipFile(tmp_path / "g.zip") as archive:
        assert b"doubled_for_the_first" in archive.read(f"solutions/{FIRST_PATH}")
        assert "tests/p1/digits/test_third.py" in archive.namelist()


BASELINE = '''

@expected_once
def baseline():
    import os
    return 10 ** 6 + os.getpid()


def test_baseline(work):
    """It beats the baseline."""
    expect(work.third(1) < baseline(), equals=True)
'''


def test_a_baseline_is_computed_once_for_a_whole_class(course, tmp_path):
    """Judges of a class may not write, so the first one, that judges the reference, hands it on."""
    sandbox_or_skip()
    suite = course.root / "tests/p1/digits/test_third.py"
    before = suite.read_text()
    suite.write_text(before.replace("import expect", "import expect, expected_once") + BASELINE)
    write(tmp_path / "class/both", {FIRST_PATH: FIRST, THIRD_PATH: BUILDS_ON_FIRST})
    run = [tmp_path / "class", "--out", tmp_path / "marks", "--only", "digits"]
    try:
        code, said, err = finished(autograde(course.root, *run))
        assert (code, err) == (0, "") and verdicts(tmp_path / "marks")["both", THIRD_ID]["status"] == "passed", said + err
        kept, = (course.root / ".grader/catalogue").glob("expected-tests.p1.digits-*.json")
        (key,) = values = json.loads(kept.read_text())
        kept.write_text(json.dumps({key: 0}))
        code, said, err = finished(autograde(course.root, *run, "--rejudge"))
    finally:
        suite.write_text(before)
    assert values[key] > 10 ** 6 and verdicts(tmp_path / "marks")["both", THIRD_ID]["status"] == "failed", "it was read, not computed"
