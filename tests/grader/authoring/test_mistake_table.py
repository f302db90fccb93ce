"""Which checks each mistake fails, as a table and as data."""
import pytest

from grader.authoring.mistake_table import as_data, table
from grader.authoring.proofs import JudgedForm
from grader.authoring.release import release
from grader.authoring.verify import proof_lines
from grader.errors import GraderError
from grader.judge.mistakes import Form, Mistake
from grader.records.verdict import Check, Status
from tests.grader.helpers.proving import FakeJudge, prove
from tests.grader.helpers.small_course import small_course

TWO = Mistake("drops_axes", "first", "Words.", (Form("first"), Form("first")))
ONE = Mistake("keeps_axes", "first", "Words.", (Form("first"),))


@pytest.fixture
def course(tmp_path):
    course = small_course(tmp_path)
    release(course)
    return course


def judged(course, wrong, number, **statuses):
    exercise = course.find_one("first")
    checks = [Check(name=name, title="It.", status=Status(words)) for name, words in statuses.items()]
    return JudgedForm(wrong, number, FakeJudge(course).verdict(exercise, status=Status.FAILED, earned=0, checks=checks))


def test_a_sign_for_each_check_and_how_many_fail_it(course):
    forms = [judged(course, TWO, 0, test_a="failed", test_b="passed", test_c="failed"),
             judged(course, TWO, 1, test_a="failed", test_b="not started", test_c="not run"),
             judged(course, ONE, 0),
             JudgedForm(ONE, 0, None, "it does not fit")]
    assert table(forms) == ["1 2 3", "✗ · ✗  drops_axes, form 1", "✗ – –  drops_axes, form 2", "– – –  keeps_axes",
                            "1 test_a (2 of 3)", "2 test_b (0 of 3)", "3 test_c (1 of 3)"]
    assert as_data(forms) == [
        {"name": "drops_axes", "form": 1, "fails": ["test_a", "test_c"]}, {"name": "drops_axes", "form": 2, "fails": ["test_a"]},
        {"name": "keeps_axes", "form": 1, "fails": []}, {"name": "keeps_axes", "form": 1, "fails": None}]


def test_forms_that_fail_alike_share_a_line(course):
    three = Mistake("sums", "first", "Words.", (Form("first"),) * 3)
    forms = [judged(course, three, number, test_a="failed", test_b=status) for number, status in enumerate(["failed", "passed", "failed"])]
    assert table(forms)[1:] == ["✗ ✗  sums, forms 1 3", "✗ ·  sums, form 2", "1 test_a (3 of 3)", "2 test_b (2 of 3)"]
    assert table([judged(course, TWO, number, test_a="failed") for number in (0, 1)])[1] == "✗  drops_axes"


def test_columns_stay_below_their_numbers(course):
    (numbers, row, *rest) = table([judged(course, ONE, 0, **{f"test_{i}": "failed" for i in range(11)})])
    assert numbers == " 1  2  3  4  5  6  7  8  9 10 11" and row == f"{' '.join([' ✗'] * 11)}  keeps_axes"
    assert rest[0] == " 1 test_0 (1 of 1)" and rest[-1] == "11 test_10 (1 of 1)"


def test_there_is_no_table_where_nothing_was_judged(course):
    assert table([]) == [] and table([JudgedForm(ONE, 0, None, "it does not fit")]) == []


def test_it_follows_upon_proof_4_whether_that_holds_or_not(course):
    judge = FakeJudge(course)
    judge.changes["def first(x):\n    return 1\n"] = {"status": Status.PASSED}
    judge.changes["def first(x):\n    return 2\n"] = GraderError("No.")
    lines = list(proof_lines(prove(course, judge, only="first"), color=False, mistakes=True))
    at = next(i for i, line in enumerate(lines) if "✗ 4" in line)
    assert [line.strip() for line in lines[at + 3:at + 8]] == ["1", "✗  a", "✗  b", "✗  g", "1 test_it (3 of 3)"]
    assert "5 each docstring example" in lines[at + 8]
    assert not any("test_it" in line for line in proof_lines(prove(course, only="first"), color=False))
