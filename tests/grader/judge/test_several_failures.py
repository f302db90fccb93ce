"""A check that covers several functions finds the first failure of each, and a failure shows what was handed over."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from grader.judge import diagnose, expect
from grader.judge.suites import Case, CheckPlan, Suite
from grader.records.verdict import Kind, Status
from grader.report.verdict_text import verdict_text
from tests.grader.helpers.judging import suite_of
from tests.grader.helpers.small_course import write
from tests.grader.judge import probes_of_tests
from tests.grader.judge.checks import is_there

RIGHT = "def first(x):\n    return x + 1\n\n\ndef last(x):\n    return x - 1\n\n\ndef middle(x):\n    return x\n"


def steps(work, function, x):
    """Each function steps as it should."""
    expect(getattr(work, function)(x), equals=x + {"first": 1, "last": -1, "middle": 0}[function],
           given={"function": function, "x": x})


def suite_of_functions() -> Suite:
    cases = [Case(steps, {"function": function, "x": x}, subject=function)
             for x in (2, 3) for function in ("first", "last", "middle")]
    return Suite([CheckPlan("steps", "Each function steps as it should", cases)], digest="0" * 16)


class TestEachFunction:
    def test_leaves_a_fingerprint_of_its_own(self, judge):
        suite = suite_of_functions()
        check, = judge(RIGHT.replace("x + 1", "x + 2").replace("x - 1", "x - 3"), suite).checks
        assert (check.given["function"], check.also_failing) == ("'first'", ["last"])
        assert list(check.fingerprints) == ["steps[first]", "steps[last]"]
        assert check.fingerprint == check.fingerprints["steps[first]"]
        alone, = judge(RIGHT.replace("x - 1", "x - 3"), suite).checks
        assert alone.fingerprints == {"steps[last]": check.fingerprints["steps[last]"]} and alone.also_failing == []

    def test_is_tried_until_its_first_failure(self, judge):
        text = "calls = []\n\n\n" + RIGHT.replace("return x + 1", "print('first', x)\n    return 0")
        check, = judge(text, suite_of_functions()).checks
        assert check.output == "first 2\n"

    def test_nothing_more_is_tried_once_the_worker_has_ended(self, judge):
        text = "import os\n\n\n" + RIGHT.replace("return x + 1", "os._exit(0)").replace("x - 1", "x - 3")
        check, = judge(text, suite_of_functions()).checks
        assert check.kind == Kind.CRASHED and check.also_failing == []

    @pytest.mark.parametrize("unwritten, wrong", [("x - 1", "x + 1"), ("x + 1", "x - 1")])
    def test_that_one_is_not_written_hides_no_failure_of_another(self, judge, unwritten, wrong):
        text = RIGHT.replace(f"return {unwritten}", "raise NotImplementedError")
        check, = judge(text.replace(wrong, "x + 9"), suite_of_functions()).checks
        assert check.status == Status.FAILED and len(check.fingerprints) == 1
        suite = suite_of_functions()
        suite.checks += suite_of(is_there).checks
        check, _ = judge(text, suite).checks
        assert check.status == Status.NOT_STARTED

    def test_two_mistakes_in_one_check_are_both_named(self, judge):
        suite = suite_of_functions()
        write(judge.course.root, {"solutions/p1/letters/first.py": RIGHT, "tests/p1/letters/mistakes_first.py":
              'from grader.judge.mistakes import mistake\n\n'
              'mistake("first", "Words a.", name="a", replace="x + 1", by="x + 2")\n'
              'mistake("first.last", "Words b.", name="b", replace="x - 1", by="x - 3")\n'})
        catalogue = diagnose.build_catalogue(judge.course, judge.course.find_one("first"), suite, judge.context)
        verdict = judge(RIGHT.replace("x + 1", "x + 2").replace("x - 1", "x - 3"), suite)
        check, = diagnose.diagnosed(verdict, catalogue).checks
        assert (check.mistake_ids, check.diagnosis) == (["a", "b"], "Words a.\nWords b.")
        assert check.mistake_functions == ["first", "last"]
        text = verdict_text(diagnose.diagnosed(verdict, catalogue), color=False, verbose=False)
        assert "last fails this check, too." in text and "Words a." in text and "Words b." in text


class TestWhatWasHandedOver:
    @pytest.mark.parametrize("text", ["def first(x):\n    raise ValueError('no')\n", "def first(x):\n    import os; os._exit(1)\n"])
    def test_is_shown_with_an_exception_and_with_an_end(self, judge, text):
        def called(work):
            """Called."""
            expect(work.first(np.array([1.0, 2.0])), equals=1)

        def probed(work):
            """Probed."""
            expect(work.run(probes_of_tests.applied, "first", 5, times=2), equals=1)

        first, second = judge(text, called, probed).checks
        assert first.given == {"the arguments": "[[1, 2]]"}
        assert second.given == {"function": "'first'", "x": "5", "times": "2"}

    def test_is_not_that_of_an_earlier_call(self, judge):
        def reads(work):
            """An attribute is read."""
            work.first(1)
            expect(work.missing, equals=2)

        check, = judge("def first(x):\n    return x\n", reads).checks
        assert check.kind == Kind.EXCEPTION and check.given == {}


@given(arrays(np.float64, st.integers(0, 3), elements=st.floats(-2, 2)))
def sums(work, x):
    """An array is summed."""
    expect(work.first(x), equals=float(x.sum()), given={"x": x})


class TestAnEmptyArray:
    def given_of(self, judge, text):
        suite = suite_of(sums)
        suite.draw()
        check, = judge(text, suite).checks
        return check.given["x"]

    def test_is_not_shown_where_another_fails_too(self, judge):
        assert self.given_of(judge, "def first(x):\n    return float(x.sum()) + 1\n") == "[0]"

    def test_is_shown_where_only_it_fails(self, judge):
        assert self.given_of(judge, "def first(x):\n    return float(x.sum()) + (x.size == 0)\n") == "[]"


class TestTheFunctions:
    """A failed check says which functions of the exercise it had asked for: by itself, by a probe, or by a name for one."""

    @pytest.mark.parametrize("ask, functions", [
        (lambda work: work.first(5), ["first"]),
        (lambda work: work.run(probes_of_tests.first_of, 5), ["first"]),
        (lambda work: work.run(probes_of_tests.applied, "last", 5), ["last"]),
        (lambda work: work.first(5) + work.middle(2), ["first", "middle"]),
    ])
    def test_that_it_asked_for(self, judge, ask, functions):
        def fails(work):
            """It is right."""
            expect(ask(work), equals=1000)

        suite = suite_of(is_there, fails)
        suite.contract = ["first", "last", "middle"]
        assert [check.functions for check in judge(RIGHT, suite).checks if check.status == Status.FAILED] == [functions]

    def test_that_a_case_names_or_that_is_the_only_one(self, judge):
        wrong = RIGHT.replace("x - 1", "x - 3")
        suite = suite_of_functions()
        suite.contract = ["first", "last", "middle"]
        assert judge(wrong, suite).checks[0].functions == ["last"]

        def fails(work):
            """It is right."""
            raise AssertionError("never")

        suite = suite_of(fails)
        suite.contract = ["first", "first.method"]
        assert judge(wrong, suite).checks[0].functions == ["first"]
