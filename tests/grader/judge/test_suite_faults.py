"""A suite is blamed for its own faults: what fails for the reference too is not run, and costs nobody a point."""
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from grader.course.workspace import local_workspace
from grader.errors import GraderError
from grader.judge import expect
from grader.judge import run as running
from grader.judge.suite_faults import faults_of, find_faults, load_faults, without_faults
from grader.judge.suite_imports import refuse_answers
from grader.records.verdict import Check, Kind, Reason, Status
from tests.grader.helpers.judging import suite_of
from tests.grader.helpers.shell import SUITE, edit
from tests.grader.helpers.small_course import MISTAKES, write

HERE = "tests/grader/judge/test_suite_faults.py, line "
RIGHT, WRONG = "def first(x):\n    return 2 * x + 1\n", "def first(x):\n    return 'abc'\n"


def is_right(work):
    """It is right."""
    expect(work.first(7), equals=15)


def has_a_typo(work):
    """It has a typo."""
    expect(work.first(7), equals=fifteen)  # noqa: F821


def expects_what_is_wrong(work):
    """It expects what is wrong."""
    expect(work.first(7), equals=16)


def cannot_use_a_text(work):
    """It cannot use a text."""
    expect(np.float64(1) + work.first(7), equals=16.0)


def computes_for_ever(work):
    """It computes for ever."""
    while work:
        pass


def skips(work):
    """It skips."""
    pytest.skip("no reason")


def judged(judge, text, *checks):
    """The verdict on `text`, and the faults of the suite."""
    suite = suite_of(*checks)
    first = judge.course.find_one("first")
    faults, sure = find_faults(judge.course, local_workspace(judge.course, "solutions"), first, suite, judge.context)
    assert sure
    return without_faults(judge(text, suite), faults), faults


@pytest.mark.parametrize("fault, words", [
    (has_a_typo, "NameError: name 'fifteen' is not defined"), (expects_what_is_wrong, "got 15, want 16"),
    (skips, "AssertionError: no reason")])
@pytest.mark.parametrize("text, status, earned", [(RIGHT, Status.NOT_RUN, 3), (WRONG, Status.FAILED, 0)])
def test_what_fails_for_the_reference_too_is_not_run(judge, fault, words, text, status, earned):
    verdict, faults = judged(judge, text, is_right, fault)
    assert (verdict.status, verdict.earned, verdict.reason) == (status, earned, Reason.SUITE_FAILED)
    check = verdict.checks[1]
    line = faults[fault.__name__].removeprefix(HERE).partition(":")[0]
    assert faults == {fault.__name__: f"{HERE}{line}: {words}"} and int(line) > 20
    assert (check.status, check.counts) == (Status.NOT_RUN, False) and faults[fault.__name__] in check.note
    assert check.kind is None and check.fingerprint == "" and faults[fault.__name__] in verdict.message


def test_what_the_reference_passes_the_result_has_caused(judge):
    verdict, faults = judged(judge, WRONG, cannot_use_a_text, is_right)
    check = verdict.checks[0]
    assert faults == {} and check.status == Status.FAILED and check.note.startswith("the check could not use what came back")
    assert verdict.earned == 0 and verdict.reason is None


def test_time_that_the_suite_takes_itself(judge, monkeypatch):
    """Two such checks end two workers; what is not reached after them is not the learner's fault either."""
    monkeypatch.setattr(sys.modules[running.limited_judge_time.__module__], "JUDGE_CPU_SECONDS", 0.2)
    verdict, faults = judged(judge, RIGHT, computes_for_ever, is_right, computes_for_ever, is_right)
    assert "takes too long" in faults["computes_for_ever"] and faults["computes_for_ever"].startswith(HERE)
    assert verdict.status == Status.NOT_RUN and verdict.earned == 3
    assert [c.counts for c in verdict.checks] == [False, True, False, False]


def test_a_suite_that_says_now_this_now_that(judge):
    numbers = itertools.count()

    def counts_its_calls(work):
        """It counts its calls."""
        expect(work.first(7), equals=15 + next(numbers))

    verdict, faults = judged(judge, RIGHT, is_right, counts_its_calls)
    assert faults["counts_its_calls"].endswith("want 16, in one of two runs on one text")
    assert verdict.earned == 3


def of(*checks: Check, judge):
    return judge(RIGHT, is_right).model_copy(update={"checks": list(checks)})


def test_a_worker_that_was_stopped_once_is_no_fault_and_is_not_kept(judge):
    passed = Check(name="a", title="A", status=Status.PASSED)
    stopped = Check(name="a", title="A", status=Status.FAILED, kind=Kind.TIMEOUT, detail="wall", note="stopped after 20 seconds")
    suite = suite_of(is_right)
    assert faults_of(suite, of(passed, judge=judge), of(stopped, judge=judge)) == ({}, False)
    assert faults_of(suite, of(stopped, judge=judge), of(stopped, judge=judge)) == ({"a": "stopped after 20 seconds"}, True)


def test_a_reference_that_cannot_be_judged(judge):
    write(judge.course.root, {"solutions/p1/letters/first.py": "import nothing_like_it\n"})
    verdict, faults = judged(judge, WRONG, is_right)
    assert "cannot be judged" in faults["is_right"] and "nothing_like_it" in faults["is_right"]
    assert (verdict.status, verdict.reason) == (Status.NOT_RUN, Reason.SUITE_FAILED)


def test_faults_are_found_once(tmp_path):
    found = []

    def find():
        found.append(1)
        return {"a": "b"}, len(found) > 1

    path = tmp_path / "faults.json"
    assert [load_faults(path, find) for _ in range(4)] == [{"a": "b"}] * 4
    assert len(found) == 2, "what is not sure is not kept"


# ── imports of the answers ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("suite, helper, line", [
    ("from solutions.p1.letters import first\n", "", "test_first.py, line 1"),
    ("def test_a(work):\n    import exercises.p1.letters.first\n", "", "test_first.py, line 2"),
    ("import importlib\nx = importlib.import_module('solutions.p1')\n", "", "test_first.py, line 2"),
    ("from tests.p1.letters import helper\n", "import solutions\n", "helper.py, line 1"),
    ("from tests.p1.letters.helper import a\n", "import os\nfrom exercises.p1 import letters\n", "helper.py, line 2"),
    ("from tests.p1.letters import probes\n", "", "probes.py, line 1")])
def test_a_suite_that_imports_the_answers_is_refused(judge, suite, helper, line):
    write(judge.course.root, {"tests/p1/letters/test_first.py": suite, "tests/p1/letters/helper.py": helper,
                              "tests/p1/letters/probes.py": "from exercises.p1.letters import first\n"})
    with pytest.raises(GraderError, match=line):
        refuse_answers(judge.course, judge.course.find_one("first"))


@pytest.mark.parametrize("suite", [
    "from exercises.common import datasets\nimport exercises.common.plots\n", "from tests.p1.letters import probes_first\n"])
def test_what_it_may_import(judge, suite):
    write(judge.course.root, {"tests/p1/letters/test_first.py": suite, "tests/p1/letters/probes_first.py":
                              "def probe(work):\n    from exercises.p1.letters import first\n"})
    refuse_answers(judge.course, judge.course.find_one("first"))


# ── at home ─────────────────────────────────────────────────────────────────────────────────────────────────────


def run(course, *arguments: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-m", "grader", *arguments], cwd=course.root, text=True, capture_output=True,
                          env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}, timeout=120)
    return done.returncode, done.stdout + done.stderr


TYPO = "\n\ndef test_typo(work):\n    \"\"\"It has a typo.\"\"\"\n    work.first(1)\n    expect(seven, equals=1)\n"


def test_at_home_the_learner_reads_that_it_is_the_suite(course):
    suite = course.root / "tests/p1/letters/test_first.py"
    edit(suite, SUITE.format("first", 15) + TYPO)
    code, out = run(course, "check", "first")
    assert code == 1 and "1 of 2 checks · 3 of 3 points" in out, out
    said = " ".join(out.split())
    assert "tests/p1/letters/test_first.py, line 13: NameError: name 'seven' is not defined" in said
    assert "others had to be stopped" not in said and "hint:" not in said
    code, out = run(course, "verify", "first", "--json")
    proof = json.loads(out)[1]
    assert not proof["ok"] and "tests/p1/letters/test_first.py, line 13" in proof["detail"]


def test_a_suite_that_imports_the_reference_is_not_run(course):
    suite = course.root / "tests/p1/letters/test_first.py"
    edit(suite, "import solutions\n" + SUITE.format("first", 15))
    code, out = run(course, "check", "first")
    assert code == 3 and "tests/p1/letters/test_first.py, line 1: a suite does without solutions" in out


def test_mistakes_are_told_beside_a_fault(course):
    write(course.root, {"tests/p1/letters/mistakes_first.py": MISTAKES.format("first")})
    edit(course.root / "tests/p1/letters/test_first.py", SUITE.format("first", 15) + TYPO)
    edit(course.root / "exercises/p1/letters/first.py", "def first(x):\n    return 0\n")
    code, out = run(course, "check", "first")
    assert code == 1 and "Words a." in out and "0 of 3 points" in out
