"""Verdicts on right, wrong, broken and unwritten exercises, judged by a real worker."""
import re
import socket
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.authoring.release import stub_text
from grader.judge import expect, expect_raises
from grader.judge.expect import MismatchError
from grader.judge.link import CancelledError
from grader.judge.unwritten import stub_bodies
from grader.records.verdict import Kind, Status
from tests.grader.helpers.judging import suite_of
from tests.grader.helpers.small_course import SHARED, write
from tests.grader.judge.checks import doubles, doubles_a_number, is_there, returning


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
        held = []

        def keep(work):
            """Keep an object."""
            held.append(work.first(1))

        def use(work):
            """Use it."""
            held[0].x  # noqa: B018

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

    def test_lines_of_given_code_are_not_told_as_the_learners(self, judge):
        check, = judge("from .shared import twice\n\n\ndef first(x):\n    return twice(None)\n", doubles).checks
        assert check.traceback == ["solutions/p1/letters/first.py, line 5, in first: return twice(None)"]

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


class TestNotStarted:
    STUB = "def first(x):\n    raise NotImplementedError\n\n\ndef other(x):\n    return 1\n"

    def test_the_untouched_stub_earns_nothing(self, judge):
        suite = suite_of(is_there, doubles)
        suite.stub = stub_bodies(judge.course, judge.course.find_one("first"))
        verdict = judge(stub_text(judge.course, judge.course.find_one("first")), suite)
        assert (verdict.status, verdict.earned, verdict.checks) == (Status.NOT_STARTED, 0, [])
        assert re.fullmatch(r"\w+ still raises NotImplementedError \(line \d+\)\.", verdict.message)

    @pytest.mark.parametrize("text, status", [
        ("def first(x):\n    raise NotImplementedError\n", Status.NOT_STARTED),  # without its docstring; the rest was deleted
        ("def first(x: int) -> int:\n    'Mine.'\n    raise NotImplementedError\n", Status.NOT_STARTED),
        ("async def first(x):\n    raise NotImplementedError\n", Status.NOT_STARTED),
        ("def first(x):\n    y = x\n    raise NotImplementedError\n", Status.FAILED),  # begun
        ("async def first(x):\n    return x\n", Status.FAILED),
        ("def other(x):\n    return 1\n", Status.FAILED),  # nothing is left to write
        (f"def first(x):\n    return {'+'.join('x' * 3000)}\n", Status.FAILED),  # deeper than Python's own recursion
    ])
    def test_what_counts_as_begun(self, judge, text, status):
        suite = suite_of(is_there, doubles)
        suite.stub = stub_bodies(judge.course, judge.course.find_one("first"))
        assert judge(text, suite).status == status

    def test_where_no_check_could_run_it_is_not_started_even_if_the_stub_is_not_known(self, judge):
        verdict = judge(self.STUB, doubles, doubles_a_number)
        assert (verdict.status, verdict.earned, verdict.checks) == (Status.NOT_STARTED, 0, [])
        assert verdict.message == "first is not written yet (line 2)."

    def test_a_coroutine_function_says_so_when_it_is_awaited(self, judge):
        text = ("import asyncio\n\n\nasync def later(x) -> int:\n    raise NotImplementedError\n\n\n"
                "def first(x):\n    return asyncio.run(later(x))\n")
        assert judge(text, doubles).message == "later is not written yet (line 5)."

    def test_an_unfinished_function_fails_only_its_own_checks(self, judge):
        def other_is_one(work):
            """other is one."""
            expect(work.other(1), equals=1)

        verdict = judge(self.STUB, doubles, other_is_one)
        assert (verdict.status, verdict.earned) == (Status.FAILED, 1), "one of two checks, of three points, rounded down"
        assert [check.status for check in verdict.checks] == [Status.NOT_STARTED, Status.PASSED]
        assert verdict.checks[0].note == "first is not written yet (line 2)." and verdict.checks[0].detail == "first"

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
