"""Proof 8, strangers' files, and the proofs of the inner loop."""
import pytest

from grader.authoring.release import release
from grader.authoring.verify import verify_quickly
from grader.course.manifest import Benchmark
from grader.judge.suites import suite_digest
from grader.local.stamp import stamp_of
from grader.records.verdict import Status
from tests.grader.helpers.proving import FakeJudge, broken, failing, no_failures, prove
from tests.grader.helpers.small_course import FIRST, small_course, write


@pytest.fixture
def course(tmp_path):
    course = small_course(tmp_path)
    release(course)
    return course


WRONG, RIGHT = "tests/p1/letters/wrong/first/other.py", "tests/p1/letters/right/first/other.py"


WRONG, RIGHT = "tests/p1/letters/wrong/first/other.py", "tests/p1/letters/right/first/other.py"


def strange(value, head="# what is wrong: it is one\n"):
    return head + FIRST.replace("    doubled_for_the_first = twice(x)\n    return doubled_for_the_first + 1",
                                f"    return {value}")


@pytest.mark.parametrize("files, found", [
    ({WRONG: strange(1, "# what is wrong: it is one\n# told: a, b\n"), RIGHT: strange("x + x + 1", "")}, {}),
    ({WRONG: strange(1, "# what is wrong: it is one\n# told: nothing\n")},
     {8: f"{WRONG} (it is one) hears 'b', which it does not name as told: Words b."}),
    ({WRONG: strange(1, "# what is wrong: it is one\n# told: b, z\n")}, {8: f"{WRONG} is told 'z', and no mistake has that name."}),
    ({WRONG: strange("x + x + 1")}, {8: f"{WRONG} (it is one) must fail, and is 'passed'."}),
    ({WRONG: strange(1, "# told: b\n")}, {8: f"{WRONG} must begin with a line '# what is wrong: …'."}),
    ({RIGHT: strange(2, "")}, {8: f"{RIGHT} is right, and is 'failed': It works. got 1, want 2"}),
    ({RIGHT: "\n\ndef broken("}, {}),  # the judge says what is wrong with it, and the fake one does not
])
def test_8_strangers_files(course, files, found):
    write(course.root, files)
    assert broken(course) == found


def test_8_how_many_are_told(course):
    write(course.root, {WRONG: strange(1, "# what is wrong: it is one\n# told: b\n"), RIGHT: strange("x + x + 1", ""),
                        WRONG.replace("other", "another"): strange("-1\n    return 0")})
    judge = FakeJudge(course)
    judge.changes["return -1"] = failing("unknown")
    (proof,) = [p for p in prove(course, judge, only="first") if p.number == 8]
    assert (proof.ok, proof.detail) == (True, "2 wrong, 1 of them told; 1 right")


# ── the inner loop ──────────────────────────────────────────────────────────────────────────────────────────────


def prove_quickly(course, judge=None, run_examples=no_failures):
    return list(verify_quickly(course, course.find_one("first"), judge or FakeJudge(course), run_examples,
                               lambda verdict: "the whole verdict"))


def test_the_inner_loop_proves_the_same_but_for_thresholds_with_the_stub_last(course):
    course.projects["p1/letters"].benchmarks = {"speed": Benchmark(title="speed", reference_at_most=2, learner_at_most=3)}
    proofs = prove_quickly(course)
    assert [p.number for p in proofs] == [2, 3, 5, 6, 7, 4, 8, 1] and all(p.ok for p in proofs)


def test_the_inner_loop_stops_at_a_reference_that_does_not_pass_and_shows_its_verdict(course):
    judge = FakeJudge(course)
    judge.changes["### BEGIN SOLUTION\n    doubled"] = {"status": Status.FAILED, "earned": 0}
    proofs = prove_quickly(course, judge, lambda workspace, exercise: ["In first, `first(2)` gives 4."])
    assert [(p.number, p.detail) for p in proofs] == [(2, "the whole verdict"), (5, "In first, `first(2)` gives 4.")]
    assert len(judge.calls) == 2  # the reference, twice


def test_they_decide_no_verdict_and_no_server_is_out_of_date_by_them(course):
    exercise = course.exercises["p1/letters/first"]
    before = suite_digest(course, exercise), stamp_of(course.root)
    write(course.root, {WRONG: strange(1), RIGHT: strange("x + x + 1", "")})
    assert (suite_digest(course, exercise), stamp_of(course.root)) == before
