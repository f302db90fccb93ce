"""Verdicts: of right and wrong, broken and unwritten exercises, judged by a real worker."""
import importlib
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import diagnose, expect, expect_raises, expect_true, fingerprint, suites
from grader.judge.expect import MismatchError
from grader.judge.link import CancelledError
from grader.judge.show import LONGEST_WHOLE, show
from grader.records.verdict import Kind, Status
from tests.grader.helpers.judging import suite_of
from tests.grader.helpers.small_course import MISTAKES, SHARED, write

ROOT = Path(__file__).resolve().parents[3]
HEAD = "import numpy as np\nfrom jaxtyping import Float\n\n\n"


def returning(value: str) -> str:
    return f"{HEAD}def first(x):\n    return {value}\n"


def doubles(work):
    """An array is doubled."""
    x = np.array([1.0, 2.0])
    expect(work.first(x), equals=np.array([2.0, 4.0]), given={"x": x})


def doubles_a_number(work):
    """A number is doubled.

    This line is not part of the title.
    """
    expect(work.first(3), equals=6, given={"x": 3})


def is_there(work):
    """The function is there."""
    work.first  # noqa: B018


class TestVerdicts:
    def test_right(self, judge):
        verdict = judge(returning("2 * x"), doubles, doubles_a_number)
        assert (verdict.status, verdict.earned, verdict.points, verdict.passed_checks) == (Status.PASSED, 3, 3, 2)
        assert (verdict.exercise, verdict.number, verdict.title) == ("p1/letters/first", "1.1.1", "The first one")
        assert verdict.file == "solutions/p1/letters/first.py" and verdict.message == verdict.excerpt == ""
        assert [c.title for c in verdict.checks] == ["An array is doubled", "A number is doubled"]
        assert len(verdict.files_hash) == len(verdict.suite_hash) == 16 and verdict.hidden_checks_run
        assert all((c.kind, c.fingerprint, c.got, c.note) == (None, "", "", "") for c in verdict.checks)

    @pytest.mark.parametrize("value, kind, got, want", [
        ("x + 1", Kind.VALUE, "[2, 3]", "[2, 4]"),
        ("2 * x[:1]", Kind.SHAPE, "shape (1,)", "shape (2,)"),
        ("2 * x[:, None]", Kind.SHAPE, "shape (2, 1)", "shape (2,)"),
        ("(2 * x).astype(int)", Kind.DTYPE, "dtype int64", "dtype float64"),
        ("(2 * x).astype('float32')", Kind.DTYPE, "dtype float32", "dtype float64"),
        ("x * np.nan", Kind.VALUE, "[nan, nan]", "[2, 4]"),
        ("x / 0", Kind.VALUE, "[inf, inf]", "[2, 4]"),
        ("2 ** 70", Kind.SHAPE, "shape ()", "shape (2,)"),
        ("'2 4'", Kind.TYPE, "'2 4'", "[2, 4]"),
        ("None", Kind.TYPE, "None", "[2, 4]"),
        ("[2.0, 4.0]", Kind.TYPE, "[2, 4]", "[2, 4]"),
        ("lambda: 1", Kind.TYPE, "<function of the learner's>", "[2, 4]"),
        ("np.array([2, 'a'])", Kind.TYPE, "<ndarray of the learner's>", "[2, 4]"),
        ("(2 * x).astype('>f8')", Kind.TYPE, "<ndarray of the learner's>", "[2, 4]"),
    ])
    def test_wrong(self, judge, value, kind, got, want):
        check, = judge(returning(value), doubles).checks
        assert (check.status, check.kind, check.got, check.want) == (Status.FAILED, kind, got, want)
        assert check.given == {"x": "[1, 2]"} and check.fingerprint and check.traceback == []

    @pytest.mark.parametrize("value, got", [("10 ** 400", "1000"), ("-10 ** 30", "-1000"), ("1e400", "inf"),
                                            ("'6'", "'6'"), ("True", "True"), ("6 + 1j", "(6+1j)"), ("[6]", "[6]")])
    def test_a_number_that_is_wrong(self, judge, value, got):
        check, = judge(returning(value), doubles_a_number).checks
        assert check.status == Status.FAILED and check.got.startswith(got) and check.want == "6"

    @pytest.mark.parametrize("got, want, shown", [
        (np.full((1, 1, 2, 1), 0.5), np.ones((1, 1, 2, 1)), ("[[[[0.5], [0.5]]]]", "[[[[1], [1]]]]")),
        (np.array([1.0, 2.0]), np.array([1.0, 2.000001]), ("2 at [1] (1 of 2 values differ)", "2.000001 at [1]")),
        (2.0000001, 2.0, ("2.0000001", "2")),
        (np.zeros(8), np.ones(8), ("0 at [0] (8 of 8 values differ)", "1 at [0]")),
    ])
    def test_what_differs_is_shown(self, got, want, shown):
        with pytest.raises(MismatchError) as raised:
            expect(got, equals=want, rtol=1e-9)
        assert (raised.value.got, raised.value.want) == shown

    def test_which_of_several_values_differs_is_said(self):
        with pytest.raises(MismatchError, match=r"the gradients of a and b \(number 2 of 2\)"):
            expect([1.0, 2.0], equals=[1.0, 3.0], note="the gradients of a and b")

    @pytest.mark.parametrize("value", ["2 * x", "2 * x + 1e-12",
                                       "np.asfortranarray(2 * x)", "np.repeat(2 * x, 2)[::2]"])
    def test_right_enough(self, judge, value):
        assert judge(returning(value), doubles).status == Status.PASSED

    @pytest.mark.parametrize("passing, points", [(0, 0), (1, 0), (2, 1), (3, 2), (4, 3)])
    def test_points_are_the_share_of_the_checks_rounded_down(self, judge, passing, points):
        checks = [is_there] * passing + [doubles] * (4 - passing)
        verdict = judge(returning("0"), *checks)
        assert (verdict.earned, verdict.points) == (points, 3)
        assert verdict.status == (Status.PASSED if passing == 4 else Status.FAILED)

    @pytest.mark.parametrize("value, points, passed", [("0", 0, 2), ("2 * x", 3, 4)])
    def test_a_supporting_check_counts_once_all_others_passed(self, judge, value, points, passed):
        def gives_no_warning(work):
            """It gives no warning."""
            work.first(3)

        suite = suite_of(doubles, is_there, doubles_a_number, gives_no_warning)
        suite.checks[1].supporting = suite.checks[3].supporting = True
        verdict = judge(returning(value), suite)
        assert (verdict.earned, verdict.points, verdict.passed_checks) == (points, 3, passed)
        assert [c.supporting for c in verdict.checks] == [False, True, False, True]

    def test_a_supporting_check_that_fails_costs_its_share(self, judge):
        suite = suite_of(doubles_a_number, doubles, is_there)
        suite.checks[1].supporting = True
        assert judge(returning("6"), suite).earned == 2

    def test_one_failure_does_not_keep_the_next_check_from_running(self, judge):
        verdict = judge(returning("6"), doubles, doubles_a_number, doubles)
        assert [c.status for c in verdict.checks] == [Status.FAILED, Status.PASSED, Status.FAILED]

    def test_prints_are_shown_under_their_check(self, judge):
        text = ("import sys\n\n\ndef first(x):\n    print('got', x, 'é')\n    print('error', file=sys.stderr)\n"
                "    return 6\n")
        one, two, three = judge(text, doubles, is_there, doubles_a_number).checks
        assert one.output == "got [1. 2.] é\nerror\n" and two.output == "" and three.output == "got 3 é\nerror\n"
        assert (one.status, three.status) == (Status.FAILED, Status.PASSED)

    def test_what_is_printed_just_before_the_end_is_kept(self, judge):
        text = "import os\n\n\ndef first(x):\n    print('last words', flush=True)\n    os._exit(3)\n"
        check, = judge(text, doubles).checks
        assert check.output == "last words\n" and check.kind == Kind.CRASHED

    def test_random_numbers_are_the_same_in_each_check(self, judge):
        text = "import random\nimport numpy as np\n\n\ndef first(x):\n    return random.random() + np.random.rand()\n"
        said = judge(text, doubles_a_number, doubles_a_number).checks
        assert said[0].got == said[1].got and said[0].fingerprint == said[1].fingerprint

    def test_objects_of_one_check_are_gone_in_the_next(self, judge):
        proxied = []

        def keep(work):
            """Keep an object."""
            proxied.append(work.first(1))

        def use(work):
            """Use it."""
            proxied[0].x  # noqa: B018

        kept, used = judge(returning("lambda: 1"), keep, use).checks
        assert kept.status == Status.PASSED and used.status == Status.FAILED

    def test_a_client_that_hangs_up_ends_it_all(self, judge):
        ours, theirs = socket.socketpair()
        judge.context.asker = ours
        threading.Timer(0.1, theirs.close).start()
        with ours, pytest.raises(CancelledError):
            judge("def first(x):\n    while True: pass\n", doubles)


class TestExceptions:
    def test_the_learners_lines_are_shown_and_no_others(self, judge):
        text = ("from .shared import twice\n\n\ndef first(x):\n    return helper(x)\n\n\n"
                "def helper(x):\n    return twice(x) + 'a'\n")
        check, = judge(text, doubles_a_number).checks
        assert check.kind == Kind.EXCEPTION
        assert check.got == ("TypeError: unsupported operand type(s) for +: 'int' and 'str'")
        assert check.traceback == [
            "solutions/p1/letters/first.py, line 5, in first: return helper(x)",
            "solutions/p1/letters/first.py, line 9, in helper: return twice(x) + 'a'"]

    def test_lines_of_given_code_are_shown_too(self, judge):
        check, = judge("from .shared import twice\n\n\ndef first(x):\n    return twice(None)\n", doubles).checks
        assert check.traceback[-1] == "solutions/p1/letters/shared.py, line 5, in twice: return 2 * x"

    def test_a_long_traceback_is_cut(self, judge):
        check, = judge("def first(x):\n    return first(x)\n", doubles).checks
        assert check.got.startswith("RecursionError") and 1 <= len(check.traceback) <= 6

    def test_what_should_be_raised(self, judge):
        def raises(work):
            """A text is a ValueError."""
            with expect_raises(ValueError, given={"x": "a"}):
                work.first("a")

        text = "class Mine({0}):\n    pass\n\n\ndef first(x):\n    {1}\n"
        right = judge(text.format("ValueError", "raise Mine"), raises)
        other = judge(text.format("KeyError", "raise Mine('b')"), raises).checks[0]
        none = judge(text.format("KeyError", "return 1"), raises).checks[0]
        assert right.status == Status.PASSED
        assert (other.status, other.given) == (none.status, none.given) == (Status.FAILED, {"x": "'a'"})
        assert "Mine" in other.got and "ValueError" in other.want and "ValueError" in none.want

    def test_a_missing_function_is_named(self, judge):
        check, = judge("def frist(x):\n    return x\n", doubles).checks
        assert check.kind == Kind.EXCEPTION and "has no attribute 'first'" in check.got

    def test_a_broken_check_does_not_pass(self, judge):
        def broken(work):
            """Expects a number to have a length."""
            len(work.first(1).nothing)

        check, = judge(returning("5"), broken).checks
        assert (check.status, check.kind) == (Status.FAILED, Kind.TYPE)
        assert "could not use what came back" in check.note


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


class TestNotStarted:
    STUB = "def first(x):\n    raise NotImplementedError\n\n\ndef other(x):\n    return 1\n"

    def test_the_untouched_stub_earns_nothing(self, judge):
        verdict = judge(self.STUB, is_there, doubles)
        assert (verdict.status, verdict.earned, verdict.checks) == (Status.NOT_STARTED, 0, [])
        assert verdict.message == "first still raises NotImplementedError (line 2)."

    def test_in_a_drawn_example_and_in_an_expected_exception(self, judge):
        @given(st.integers())
        def drawn(work, number):
            """A number."""
            work.first(number)

        def raises(work):
            """An exception."""
            with expect_raises(Exception):
                work.first(1)

        assert {judge(self.STUB, check).status for check in (drawn, raises)} == {Status.NOT_STARTED}

    def test_at_import(self, judge):
        verdict = judge("raise NotImplementedError\n", doubles)
        assert (verdict.status, verdict.earned) == (Status.NOT_STARTED, 0)

    def test_an_exercise_that_it_builds_on(self, judge):
        def second(work):
            """Second."""
            expect(work.second(1), equals=4)

        solution = judge.course.root / "solutions/p1/letters/second.py"
        write(judge.course.root, {"solutions/p1/letters/first.py": "def first(x):\n    raise NotImplementedError\n"})
        verdict = judge(solution.read_text(), second, exercise="second")
        assert (verdict.status, verdict.earned, verdict.checks) == (Status.NOT_RUN, 0, [])
        assert verdict.message == "This exercise builds on 1.1.1 letters/first, and first is not written there yet."


class TestFiles:
    def test_a_syntax_error(self, judge):
        verdict = judge("def first(x):\n    return (x\n", doubles)
        assert (verdict.status, verdict.earned, verdict.checks) == (Status.FAILED, 0, [])
        assert verdict.message == "solutions/p1/letters/first.py, line 2: '(' was never closed."
        assert verdict.excerpt == "    return (x\n           ^"

    def test_an_error_at_import_names_its_line(self, judge):
        verdict = judge("import numpy as np\nx = np.ones(2) / nothing\n", doubles)
        assert verdict.message == ("solutions/p1/letters/first.py, line 2: NameError: name 'nothing' is not defined.")
        assert (verdict.status, verdict.earned) == (Status.FAILED, 0)

    def test_forbidden_imports_by_whatever_way(self, judge):
        judge.course.find_one("first").forbids = ["decimal"]
        plain = judge("import decimal\n\n\ndef first(x):\n    return 2 * x\n", doubles)
        hidden = judge("def first(x):\n    __import__('deci' + 'mal').Decimal\n    return 2 * x\n", doubles)
        loaded = judge("import importlib\nimportlib.import_module('deci' + 'mal').Decimal\n", doubles)
        assert plain.message.endswith("line 1: this exercise is done without decimal; take the import out.")
        assert hidden.checks[0].kind == Kind.FORBIDDEN and "done without decimal" in hidden.checks[0].note
        assert "done without decimal" in loaded.message and plain.earned == hidden.earned == loaded.earned == 0

    def test_an_import_of_what_it_does_not_build_on_is_explained(self, judge):
        words = "this exercise is judged with the given code and with what it builds on, and second is neither"
        loaded = judge("from .second import second\n\n\ndef first(x):\n    return 2 * x\n", doubles)
        assert loaded.message == f"solutions/p1/letters/first.py, line 1: ModuleNotFoundError: {words}."
        called = judge("def first(x):\n    from .second import second\n    return second(x)\n", doubles)
        assert called.checks[0].got == f"ModuleNotFoundError: {words}"

    def test_what_lies_beside_the_file_shadows_no_library(self, judge):
        write(judge.course.root, {"solutions/p1/letters/timeit.py": "raise SystemExit\n"})
        assert judge("import timeit\n\n\ndef first(x):\n    return 2 * x\n", doubles).status == Status.PASSED

    def test_the_hash_is_of_the_files_that_were_used(self, judge):
        one, same, other = (judge(returning(value), is_there).files_hash for value in "112")
        assert one == same != other
        write(judge.course.root, {"solutions/p1/letters/shared.py": SHARED + "\n# changed\n"})
        assert judge(returning("1"), is_there).files_hash != one


class TestRemoteObjects:
    TEXT = '''
import numpy as np


class Box:
    __array_ufunc__ = None

    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        return Box(self.value + getattr(other, "value", other))

    __radd__ = __add__

    def __matmul__(self, other):
        return Box(self.value @ other.value)

    def __getitem__(self, key):
        return self.value[key]

    def __iadd__(self, other):
        self.value = self.value + other
        return self

    def __len__(self):
        return len(self.value)

    def __iter__(self):
        return iter(self.value)

    def __eq__(self, other):
        return True

    def grow(self, *, by=1):
        self.value = self.value + by
        return self


def first(x):
    x *= 2
    x.sort()


def same(x):
    return x


def reshaped(x):
    x.shape = (-1,)
    x += 1
'''

    def test_reads_like_ordinary_python(self, judge):
        def uses(work):
            """Objects, operators, attributes, methods."""
            box = work.Box(np.array([1.0, 2.0]))
            expect((box + 1).value, equals=np.array([2.0, 3.0]))
            expect((np.ones(2) + box).value, equals=np.array([2.0, 3.0]))
            expect((box @ box).value, equals=5.0)
            expect(box[1], equals=2.0)
            expect(box[..., :1], equals=np.array([1.0]))
            expect(len(box), equals=2)
            expect(list(box), equals=[1.0, 2.0])
            expect(box.grow(by=2).value, equals=np.array([3.0, 4.0]))
            box += 1
            expect(box.value, equals=np.array([4.0, 5.0]))
            box.value = 7
            expect(work.same(box).value, equals=7)
            expect(work.same([box, (1, None)])[0].value, equals=7)

        def is_not_asked_whether_it_is_equal(work):
            """What it says of itself does not count."""
            expect_true(not (work.Box(1) == 1), got=None, want="not equal")
            expect_true(work.Box(1) != 1, got=None, want="not equal")

        verdict = judge(self.TEXT, uses, is_not_asked_whether_it_is_equal)
        assert verdict.status == Status.PASSED, verdict.checks

    def test_changes_in_place_come_back(self, judge):
        def changes(work):
            """An array is changed in place."""
            x = np.array([3, 1, 2])
            work.first(x)
            expect(x, equals=np.array([2, 4, 6]))

        def changes_its_shape(work):
            """Its shape is its own."""
            x = np.zeros((2, 2))
            work.reshaped(x)
            expect(x, equals=np.ones((2, 2)))

        def changes_a_part(work):
            """A view of an array is changed in place."""
            x = np.arange(6).reshape(2, 3)[:, ::-1]
            work.reshaped(x)
            expect(x, equals=np.array([[3, 2, 1], [6, 5, 4]]))

        def leaves_the_others(work):
            """What was not changed is not touched."""
            x, fixed = np.array([2.0, 1.0]), np.broadcast_to(1.0, (2,))
            work.same((fixed, x))
            work.first(x)
            expect((fixed, x), equals=(np.ones(2), np.array([2.0, 4.0])))

        verdict = judge(self.TEXT, changes, changes_its_shape, changes_a_part, leaves_the_others)
        assert verdict.status == Status.PASSED, verdict.checks


@given(st.lists(st.integers(0, 1000), max_size=12))
def sums(work, numbers):
    """A list is summed."""
    CALLS.append(numbers)
    expect(work.first(numbers), equals=sum(numbers), given={"numbers": numbers})


@given(st.lists(st.integers(0, 1000), max_size=12))
def sums_again(work, numbers):
    """A list is summed, again."""
    CALLS.append(numbers)
    expect(work.first(numbers), equals=sum(numbers), given={"numbers": numbers})


CALLS: list = []


class TestShrinking:
    WRONG = "def first(x):\n    return sum(x) + (len(x) > 2 and max(x) > 10)\n"

    def calls_of(self, judge, text, *checks):
        """The verdict, the number of calls, and the number of drawn examples."""
        suite = suite_of(*checks)
        suite.draw()
        CALLS.clear()
        verdict = judge(text, suite)
        return verdict, len(CALLS), len(suite.checks[0].cases[0].examples)

    def test_examples_do_not_depend_on_what_else_is_imported(self, tmp_path, monkeypatch):
        """Hypothesis takes numbers from the source of modules that are there; other processes have others."""
        @given(st.lists(st.integers(), min_size=5, max_size=9))
        def drawn(work, numbers):
            """Numbers."""

        def examples():
            suite = suite_of(drawn)
            suite.draw()
            return suite.checks[0].cases[0].examples

        before = examples()
        (tmp_path / "many_numbers.py").write_text(f"NUMBERS = {[*range(1_000_001, 1_000_999)]}\n")
        monkeypatch.syspath_prepend(tmp_path)
        importlib.import_module("many_numbers")
        assert examples() == before and len(before) > 20

    def test_the_first_failure_is_shrunk_within_a_fixed_number_of_calls(self, judge):
        verdict, calls, examples = self.calls_of(judge, self.WRONG, sums)
        assert calls <= examples + suites.SHRINK_CALLS
        check, = verdict.checks
        assert (check.kind, check.given, check.got, check.want) == (Kind.VALUE, {"numbers": "[0, 0, 11]"}, "12", "11")

    def test_a_failure_that_could_be_shrunk_for_long_is_not(self, judge, monkeypatch):
        text = "def first(x):\n    return sum(x) + (sum(x) > 2500)\n"
        check, calls, examples = self.calls_of(judge, text, sums)
        monkeypatch.setattr(suites, "SHRINK_CALLS", 10_000)
        without = self.calls_of(judge, text, sums)[1]
        assert calls <= examples + 40 < without and check.checks[0].given["numbers"]

    def test_only_the_first(self, judge):
        verdict, _, _ = self.calls_of(judge, self.WRONG, sums, sums_again)
        assert [c.given["numbers"] == "[0, 0, 11]" for c in verdict.checks] == [True, False]

    def test_not_where_nobody_looks(self, judge):
        judge.context.shrink = False
        verdict, calls, examples = self.calls_of(judge, self.WRONG, sums)
        assert calls <= examples and verdict.checks[0].given["numbers"] != "[0, 0, 11]"

    def test_the_fingerprint_is_of_the_failure_before_it_was_shrunk(self, judge):
        shrunk = self.calls_of(judge, self.WRONG, sums)[0].checks[0]
        judge.context.shrink = False
        plain = self.calls_of(judge, self.WRONG, sums)[0].checks[0]
        assert shrunk.fingerprint == plain.fingerprint

    def test_examples_are_the_same_every_time(self, judge):
        self.calls_of(judge, "def first(x):\n    return sum(x)\n", sums)
        first = list(CALLS)
        self.calls_of(judge, "def first(x):\n    return sum(x)\n", sums)
        assert first == CALLS and len(first) > 20 and first == sorted(first, key=suites._size)

    def test_a_worker_that_dies_while_shrinking_costs_only_what_is_shown(self, judge):
        text = "import os\nseen = []\n\n\ndef first(x):\n    seen.append(x)\n    if 9999 in seen: os._exit(1)\n" \
               "    if len(x) > 2:\n        seen.append(9999)\n        return -1\n    return sum(x)\n"
        verdict = self.calls_of(judge, text, sums, is_there)[0]
        failed, after = verdict.checks
        assert failed.kind == Kind.VALUE and failed.given["numbers"] and after.status == Status.PASSED


class TestDiagnosis:
    @pytest.fixture
    def suite(self):
        def small(work):
            """The first of two is five."""
            expect(work.first(2), equals=5)

        def large(work):
            """The first of a hundred is 201."""
            expect(work.first(100), equals=201)

        return suite_of(small, large)

    MORE = '\n\n@mistake("first", "Words of the limit.")\ndef limited(x):\n    return min(2 * x + 1, 100)\n' \
           '\n\n@mistake("first.Counter.step", "Words of the step.")\ndef step(self, by):\n    return by\n'

    def catalogue(self, judge, suite):
        write(judge.course.root, {"tests/p1/letters/mistakes_first.py": MISTAKES.format("first") + self.MORE})
        return diagnose.build_catalogue(judge.course, judge.course.find_one("first"), suite, judge.context)

    @pytest.mark.parametrize("text, words", [
        ("def first(x):\n    return 0", ["Words a.", ""]),
        ("zero = 0\n\n\ndef first(anything):\n    return zero * anything", ["Words a.", ""]),
        ("def first(x):\n    return 3", ["Words g.", ""]),
        ("def first(x):\n    return 2 * x + 1 if x < 50 else 100", ["", "Words of the limit."]),
        ("def first(x):\n    return 4", ["", ""]),
        ("def first(x):\n    return 0 if x < 50 else 7", ["", ""]),
        ("def first(x):\n    return 2 * x + 1", ["", ""]),
        ("def first(x):\n    raise ValueError", ["", ""]),
    ])
    def test_says_the_words_of_the_mistake_that_behaves_the_same(self, judge, suite, text, words):
        catalogue = self.catalogue(judge, suite)
        verdict = diagnose.diagnosed(judge(text + "\n", suite), catalogue)
        assert [c.diagnosis for c in verdict.checks] == words

    def test_a_mistake_that_no_check_finds_matches_nothing(self, judge, suite):
        catalogue = self.catalogue(judge, suite)
        assert [e["name"] for e in catalogue if not e["fingerprints"]] == ["step"]
        assert diagnose.matches({}, catalogue) == []

    def test_two_mistakes_are_both_found_and_a_smaller_one_within_a_larger_is_not(self):
        catalogue = [{"name": n, "words": n, "fingerprints": p} for n, p in
                     [("a", {"x": "1"}), ("b", {"y": "2"}), ("ab", {"x": "1", "y": "2"}), ("c", {"z": "3"})]]
        assert [e["name"] for e in diagnose.matches({"x": "1", "z": "3"}, catalogue)] == ["a", "c"]
        assert [e["name"] for e in diagnose.matches({"x": "1", "y": "2"}, catalogue)] == ["ab"]
        assert [e["name"] for e in diagnose.matches({"x": "1", "y": "other"}, catalogue)] == ["a"]

    def test_the_catalogue_is_kept_until_something_that_decides_it_changes(self, judge, suite, monkeypatch):
        course, exercise = judge.course, judge.course.find_one("first")
        built = self.catalogue(judge, suite)
        assert diagnose.load_catalogue(course, exercise, suite, judge.context) == built
        path = diagnose.catalogue_path(course, exercise, suite)
        again = [{"name": "a", "words": "Built again.", "fingerprints": {"small": "1"}}]
        monkeypatch.setattr(diagnose, "build_catalogue", lambda *a: again)
        assert diagnose.load_catalogue(course, exercise, suite, judge.context) == built
        path.write_text("not JSON")
        assert diagnose.load_catalogue(course, exercise, suite, judge.context) == again
        for file in (exercise.mistakes, "solutions/p1/letters/shared.py"):
            with open(course.root / file, "a") as changed:
                changed.write("\n# changed\n")
            assert diagnose.catalogue_path(course, exercise, suite) != path
            path = diagnose.catalogue_path(course, exercise, suite)
        monkeypatch.setattr(diagnose, "engine_digest", lambda: "another one")
        assert diagnose.catalogue_path(course, exercise, suite) != path

    def test_a_catalogue_without_any_fingerprint_is_not_kept(self, judge, suite, monkeypatch):
        course, exercise = judge.course, judge.course.find_one("first")
        broken = [{"name": "a", "words": "Words a.", "fingerprints": {}}]
        monkeypatch.setattr(diagnose, "build_catalogue", lambda *a: broken)
        assert diagnose.load_catalogue(course, exercise, suite, judge.context) == broken
        assert not diagnose.catalogue_path(course, exercise, suite).exists()

    def test_where_there_is_no_reference_there_is_no_catalogue(self, judge, suite):
        (judge.course.root / "solutions/p1/letters/first.py").unlink()
        assert diagnose.load_catalogue(judge.course, judge.course.find_one("first"), suite, judge.context) == []


class TestFingerprints:
    def of(self, value, place=(0, 0), check="check"):
        return fingerprint.of(check, place, MismatchError("value", got=show(value), want="", value=value))

    @pytest.mark.parametrize("one, other", [
        (1.0, 1.0 + 1e-9), (np.array([0.1 + 0.2]), np.array([0.3])), (0.0, -0.0), (0.0, 1e-12), (np.float64(2), 2.0),
        ([1.0, (2.0,)], [1.0 + 1e-9, (2.0,)]), ({"a": 1.0}, {"a": 1.0 + 1e-9}), ({"b", "a"}, {"a", "b"}),
    ])
    def test_rounding_and_order_do_not_show(self, one, other):
        assert self.of(one) == self.of(other)

    @pytest.mark.parametrize("one, other", [
        (1.0, 1.01), (np.zeros(2), np.zeros((2, 1))), (np.nan, 0.0), (np.inf, 0.0), (np.nan, np.inf), (1, 2),
        ("a", "b"), ([1], [2]), ({"a": 1.0}, {"a": 2.0}), ({1, 2}, {1, 3}), (None, False),
        (np.array([1, 2]), np.array([1, 3])), (np.array([1.0, np.nan]), np.array([1.0, 0.0])),
    ])
    def test_what_differs_shows(self, one, other):
        assert self.of(one) != self.of(other)

    def test_the_check_and_the_place_count(self):
        assert len({self.of(1.0), self.of(1.0, (0, 1)), self.of(1.0, (1, 0)), self.of(1.0, check="other")}) == 4

    def test_what_a_library_says_of_shapes_counts_and_its_numbers_do_not(self, judge):
        def fingerprint_of(body):
            return judge(f"import numpy as np\n\n\ndef first(x):\n    {body}\n", doubles_a_number).checks[0].fingerprint

        two, three, product = map(fingerprint_of, ("np.ones(2) + np.ones(5)", "np.ones(3) + np.ones(5)", "np.ones(2) @ np.ones(5)"))
        assert two == three != product
        assert fingerprint_of("raise ValueError('one')") == fingerprint_of("raise ValueError('another')") != two

    def test_names_and_texts_of_the_learners_do_not_count(self, judge):
        texts = ["def first(x):\n    return x / 0\n",
                 "def helper(value):\n    # a comment\n    raise ZeroDivisionError('mine')\n\n\nfirst = helper\n"]
        assert len({judge(text, doubles_a_number).checks[0].fingerprint for text in texts}) == 1


class TestShow:
    def test_is_bounded_whatever_comes(self):
        wide = [1.5] * 6
        for _ in range(6):
            wide = [wide] * 6
        for value in (wide, "x" * 10_000, list(range(10_000)), {str(i): i for i in range(1000)}, 1 << 8000):
            assert len(show(value)) <= LONGEST_WHOLE


SUITE = '''
"""First."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect


@given(st.lists(st.text("ab", max_size=3)))
def test_words(work, words):
    """The words that there are."""
    expect(work.first(words), equals=sorted(set(words)), given={"words": words})


def test_set(work):
    """A set of words."""
    expect(work.first(["a", "b", "c", "d"]), equals=["a"])


def test_dict(work):
    """A dict of numbers."""
    expect(work.counts(), equals={})


def test_object(work):
    """An object."""
    expect(work.thing(), equals=1)


def test_signature(work):
    """An object where an array should be."""
    work.typed()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_number(work, number):
    """One of three numbers."""
    expect(work.number(number), equals=number)
'''
WRONG = '''
import numpy as np
from jaxtyping import Float


class Thing:
    pass


def first(words):
    return set(words) | {"more", "of", "them"}


def counts():
    return {"a": 0.1 + 0.2, "b": {"x", "y", "z"}}


def thing():
    return Thing()


def typed() -> Float[np.ndarray, "n"]:
    return Thing()


def number(n):
    return 2 if n == 3 else n
'''
SCRIPT = '''
import json, sys
from pathlib import Path
from grader.worker import launch
launch.WORKER_LIBRARIES[:] = {libraries}
fork_server = launch.WorkerForkServer()
from grader.course.manifest import load_course
from grader.judge import run, suites
from grader.course.workspace import local_workspace
course = load_course(Path(sys.argv[1]))
found = suites.collect_suites(course)
fork_server.wait_until_ready()
exercise = course.find_one("first")
verdict = run.judge(course, local_workspace(course, "solutions"), exercise, found[exercise.id],
                    run.Context({{(): fork_server.connect_end}}))
fork_server.end()
said = {{"checks": [[c.name, c.title, c.status, c.fingerprint, c.given] for c in verdict.checks],
        "suites": {{name: str(s) for name, s in found.items() if not isinstance(s, suites.Suite)}}}}
print(json.dumps(said))
'''
PYPROJECT = '''
[tool.pytest.ini_options]
addopts = "-p grader.judge.fixtures --import-mode=importlib"
pythonpath = ["."]
'''
BROKEN = {
    "x = (": "cannot be collected: ",
    "def test_a(work):\n    pass\n": "test_a has no docstring; its first line is the title.",
    "def test_a(work, capsys):\n    '''A.'''\n": "test_a asks for ['capsys']; a check takes `work`",
    "X = 1\n": "has no checks.",
}


class TestInOtherProcesses:
    def judged(self, root, seed):
        from tests.grader.helpers.judging import LIBRARIES
        script = SCRIPT.format(libraries=LIBRARIES)
        done = subprocess.run([sys.executable, "-c", script, str(root)], cwd=ROOT, text=True, capture_output=True,
                              env={**os.environ, "PYTHONHASHSEED": seed})
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def test_fingerprints_and_examples_are_the_same_whatever_the_hash_seed(self, judge):
        root = judge.course.root
        write(root, {"pyproject.toml": PYPROJECT, "tests/p1/letters/test_first.py": SUITE,
                     "solutions/p1/letters/first.py": WRONG})
        one, other = self.judged(root, "1"), self.judged(root, "2")
        assert one == other
        assert [c[1] for c in one["checks"]] == [
            "The words that there are", "A set of words", "A dict of numbers", "An object",
            "An object where an array should be", "One of three numbers"]
        assert all(status == "failed" and print for _, _, status, print, _ in one["checks"])

    def test_a_suite_that_is_not_one_is_the_graders_error(self, judge):
        root = judge.course.root
        manifest = (root / "course.yml").read_text()
        for number, text in enumerate(BROKEN):
            manifest += f"          - {{name: broken{number}, title: B, points: 1, minutes: 1}}\n"
            write(root, {f"tests/p1/digits/test_broken{number}.py": text,
                         f"solutions/p1/digits/broken{number}.py": ""})
        write(root, {"course.yml": manifest, "pyproject.toml": PYPROJECT, "tests/p1/letters/test_first.py": SUITE,
                     "solutions/p1/letters/first.py": WRONG})
        said = self.judged(root, "0")["suites"]
        for number, words in enumerate(BROKEN.values()):
            assert words in said[f"p1/digits/broken{number}"]
        assert said["p1/digits/third"] == "'digits/third' has no suite tests/p1/digits/test_third.py."
        assert "p1/letters/first" not in said
