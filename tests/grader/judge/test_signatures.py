"""A value that contradicts a type hint: told in the words of the signature."""
import numpy as np
import pytest

from grader.judge import expect
from grader.records.verdict import Kind, Status
from tests.grader.helpers.small_course import write
from tests.grader.judge.checks import HEAD, doubles


class TestSignatures:
    TEXT = HEAD + ('def first(x: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:\n    return {0}\n\n\n'
                   'def scale(x: Float[np.ndarray, "n"], by: Float[np.ndarray, "n"]):\n    return x * by\n')

    @pytest.mark.parametrize("value, got, note", [
        ("x[:, None]", "first returned ndarray of shape (2, 1), dtype float64",
         "this array has 2 dimensions, not the 1 expected by the type hint (n=2)."),
        ("x[:1]", "first returned ndarray of shape (1,), dtype float64",
         "the size of dimension n is 1 which does not equal the existing value of 2 (n=2)."),
        ("x.astype(int)", "first returned ndarray of shape (2,), dtype int64", "this array has dtype int64"),
        ("7", "first returned 7", "this value is not an instance of the underlying array type"),
    ])
    def test_a_wrong_return_value_is_explained_in_the_words_of_the_signature(self, judge, value, got, note):
        check, = judge(self.TEXT.format(value), doubles).checks
        assert (check.kind, check.got) == (Kind.SIGNATURE, got)
        assert check.want == "Float[ndarray, 'n'], as the signature says" and check.note.startswith(note)

    def test_a_wrong_argument_names_its_parameter(self, judge):
        check, = judge(self.TEXT.format("scale(x, by=np.ones(3))"), doubles).checks
        assert check.kind == Kind.SIGNATURE
        assert check.got == "scale was given, for by, ndarray of shape (3,), dtype float64"
        assert check.note == "the size of dimension n is 3 which does not equal the existing value of 2 (n=2)."
        assert any("scale(x, by=np.ones(3))" in line for line in check.traceback)

    def test_the_fingerprint_is_of_what_came_not_of_where_it_lay(self, judge):
        found = {judge(self.TEXT.format(value), doubles).checks[0].fingerprint for value in
                  ("object()", "[object(), object()][1]")}
        assert len(found) == 1

    def test_what_an_exercise_builds_on_is_not_checked(self, judge):
        """It had its own suite: here it costs time only."""
        second = "from .first import first\n\n\ndef second(x):\n    return first(x)\n"
        judge.course.find_one("first").needs = []

        def calls(work):
            """Second is first."""
            expect(work.second(np.ones(2)), equals=np.ones((2, 1)))

        write(judge.course.root, {"solutions/p1/letters/first.py": self.TEXT.format("x[:, None]")})
        assert judge(second, calls, exercise="second").status == Status.PASSED
