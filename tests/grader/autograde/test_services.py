"""`grader autograde --smoke`: the smoke checks of a class, one service at a time, in the ledger and in every report."""
import csv
import re

import pytest

from grader.autograde import services
from grader.autograde.plan import Plan
from grader.autograde.services import ServicePlan, projects_to_smoke, what_was_not_run, whole_projects, with_smoke
from grader.autograde.submissions import find_submissions
from grader.course.manifest import load_course
from grader.errors import GraderError, UsageError
from grader.records.class_ledger import Marked, open_class_ledger
from grader.records.verdict import Check, Reason, Status, verdict_on
from tests.grader.helpers.classes import autograde, finished, hand_in, sandbox_or_skip, verdicts
from tests.grader.helpers.shell import course_in_use
from tests.grader.helpers.small_course import THIRD, write
from tests.grader.smoke.test_smoke import PROBES, SERVICE, SMOKE, SUITE

SMOKE_ID = "p1/letters/smoke"
STUB = "def first(x):\n    raise NotImplementedError\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A course whose first project has a smoke check, and a class of four."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        users = course_in_use(tmp_path_factory.mktemp("course"), monkeypatch)
        root = next(users).root
        manifest = (root / "course.yml").read_text().replace("        exercises:\n          - {name: first,", SMOKE, 1)
        write(root, {"course.yml": manifest, "solutions/p1/letters/service.py": SERVICE, "tests/p1/letters/smoke.py": SUITE,
                     "tests/p1/letters/probes_smoke.py": PROBES})
        hand_in(root / "class/right")
        hand_in(root / "class/mistake", first="def first(x):\n    return 0\n")
        hand_in(root / "class/stub", first=STUB)
        write(root / "class/missing", {"third.py": THIRD})
        (root / "class/broken.zip").write_bytes(b"PK, or so it says")
        yield root
        next(users, None)


@pytest.fixture(scope="module")
def marked(root):
    """The class, marked once with its services: what was printed."""
    sandbox_or_skip()
    code, out, err = finished(autograde(root, "class", "--out", "marks", "--smoke"))
    assert (code, err) == (1, "")  # for the archive that cannot be read
    return out


def test_each_service_has_a_verdict(root, marked):
    found = {name: verdict for (name, exercise), verdict in verdicts(root / "marks").items() if exercise == SMOKE_ID}
    assert {name: (v["status"], v["reason"], v["earned"], v["points"]) for name, v in found.items()} == {
        "right": ("passed", None, 10, 10), "mistake": ("failed", None, 5, 10), "stub": ("not run", "needs", 0, 10),
        "missing": ("not started", "no file", 0, 10), "broken": ("not run", "unreadable submission", 0, 10)}
    assert [check["status"] for check in found["mistake"]["checks"]] == ["failed", "passed", "not run"]
    assert not any(v["unsafe"] for v in found.values())


def test_services_come_after_all_exercises_and_one_by_one(marked):
    lines = marked.splitlines()
    begins = lines.index("Now the services, one at a time, minutes each: letters.")
    assert sum(" of 5  " in line for line in lines[:begins]) == 5
    after = [re.sub(r", \d+\.\d s$", "", line) for line in lines[begins + 1:begins + 6]]
    assert after == ["1 of 5  broken cannot be read: it is damaged (File is not a zip file).", "2 of 5  missing: 0 points",
                     "3 of 5  mistake: 5 points", "4 of 5  right: 10 points", "5 of 5  stub: 0 points"]


def test_they_are_in_every_report(root, marked):
    rows = {row["submission"]: row for row in csv.DictReader((root / "marks/grades.csv").open())}
    assert {name: row["1.1.smoke letters/smoke"] for name, row in rows.items()} == {
        "broken": "0", "missing": "0", "mistake": "5", "right": "10", "stub": "0"}
    assert (rows["right"]["total"], rows["right"]["out of"]) == ("22", "22")
    assert " of 22 points" in marked
    for page in ("projects/p1.letters.html", "students/right.html", "students/mistake.html", "junit.xml", "gradescope/right.json"):
        assert "The whole" in (root / "marks" / page).read_text(), page
    assert (root / "marks/exercism/right/p1.letters.smoke.json").is_file()


def test_what_was_not_run_is_listed_at_the_end(marked):
    end = marked[marked.index("median"):]
    assert "1.1.smoke was not run: This exercise builds on 1.1.1 letters/first, and first is not written there yet. (1 submission)" in end
    assert "there is no file p1/letters/first.py in it. (1 submission)" in end


def test_again_only_what_has_changed(root, marked):
    (root / "class/mistake/exercises/p1/letters/first.py").write_text("def first(x):\n    return 2 * x + 1  # better\n")
    try:
        out = finished(autograde(root, "class", "--out", "marks", "--smoke"))[1]
    finally:
        hand_in(root / "class/mistake", first="def first(x):\n    return 0\n")
    services_said = out[out.index("Now the services"):]
    assert "right: nothing has changed" in services_said and "mistake: 10 points" in services_said


def test_without_the_flag_they_are_left_out_and_that_is_said(root, marked):
    code, out, err = finished(autograde(root, "class", "--out", "marks"))
    assert (code, err) == (1, "") and " of 12 points" in out
    assert "The smoke check of letters was not run, and its 10 points are in no total; --smoke runs it" in out
    assert "smoke" not in (root / "marks/grades.csv").read_text()


# ── without processes ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def course(root):
    return load_course(root)


def test_which_projects_are_whole(course):
    letters = course.find("letters")
    assert [p.name for p in whole_projects(course, letters)] == ["letters"]
    assert whole_projects(course, letters[:1]) == whole_projects(course, course.find("digits")) == []
    every = with_smoke([*course.exercises.values()], whole_projects(course, letters))
    assert [e.number for e in every] == ["1.1.1", "1.1.2", "1.1.smoke", "1.2.1"]


@pytest.mark.parametrize("only", ["digits", "letters/first"])
def test_no_whole_project_is_one_sentence(course, only):
    with pytest.raises(UsageError, match=r"\(letters\)"):
        projects_to_smoke(course, course.find(only), unsafe=True)


def test_a_missing_library_is_said_before_anything_is_marked(course):
    course.projects["p1/letters"].smoke.preload = ["no_such_library_at_all"]
    with pytest.raises(UsageError, match="no_such_library_at_all"):
        projects_to_smoke(course, course.find("letters"), unsafe=True)


@pytest.mark.parametrize("error, words", [
    (GraderError("locust could not drive the service: it broke"), "locust could not drive"),
    (ZeroDivisionError("in the suite"), "the smoke check itself raised ZeroDivisionError")])
def test_a_failure_of_the_machinery_is_no_verdict_on_anybody(course, root, tmp_path, monkeypatch, error, words):
    def fails(*_, **__):
        raise error
    monkeypatch.setattr(services, "smoke_verdict", fails)
    with open_class_ledger(tmp_path) as ledger:
        plan = Plan.of(course, course.find("letters"), ledger, unsafe=True)
        mine = ServicePlan(course, whole_projects(course, plan.exercises), plan, ledger)
        pairs = [(task.name, verdict) for task, verdict in mine.mark(find_submissions(course, [root / "class/right"]))]
    (_, verdict), last = pairs
    assert (verdict.status, verdict.reason, verdict.earned) == (Status.NOT_RUN, Reason.JUDGE_FAILED, 0)
    assert words in verdict.message and last == ("right", None)


def test_what_the_machine_lacks_is_listed_and_costs_nothing(course):
    smoke = course.projects["p1/letters"].smoke
    check = Check(name="test_alarm", title="It alarms", status=Status.NOT_RUN, counts=False, missing=["prometheus"])
    verdict = verdict_on(smoke, "a", Status.NOT_RUN, reason=Reason.MISSING, points=0, left_out=10, checks=[check],
                         message="1 check could not be run here, for want of prometheus.")
    everybody = [Marked(name, verdicts={SMOKE_ID: verdict}) for name in "ab"]
    assert what_was_not_run(course, [*course.exercises.values()], everybody, asked=True) == [
        "1.1.smoke was not run: 1 check could not be run here, for want of prometheus. (2 submissions)"]
    assert what_was_not_run(course, course.find("digits"), everybody, asked=False) == []
