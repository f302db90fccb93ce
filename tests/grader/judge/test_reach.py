"""Which checks a change of a function can reach: the others are judged for no form of a mistake, and for no mutant."""
import ast
import dataclasses

import pytest

from grader.judge import expect
from grader.judge.reach import reached, stopped_at, with_stop
from grader.judge.suites import Case, CheckPlan, Suite
from grader.records.verdict import Status

TEXT = '''"""Letters."""


def first(x):
    """Twice x."""
    return helper(x) * 2


def helper(x): return x


def last(x):
    try:
        return first(x) - 1
    except Exception:
        return 0


def middle(x):
    return x


class Box:
    def lid(self):
        return middle(1)
'''
RESULTS = {"first": 4, "last": 3, "middle": 2}


def gives_results(work, function):
    """Each function gives its result."""
    expect(getattr(work, function)(2), equals=RESULTS[function])


def has_a_lid(work):
    """A box has a lid."""
    expect(work.Box().lid(), equals=1)


@pytest.fixture
def suite():
    cases = [Case(gives_results, {"function": function}, subject=function) for function in RESULTS]
    return Suite([CheckPlan("results", "Each function gives its result", cases), CheckPlan("lid", "A box has a lid", [Case(has_a_lid, {})])],
                 digest="0" * 16)


@pytest.fixture
def reach(judge, suite):
    return lambda target: reached(judge(with_stop(TEXT, target), suite))


def test_of_a_function_are_the_checks_that_run_it(reach):
    assert reach("middle") == {"results[middle]", "lid"}
    assert reach("Box.lid") == {"lid"}


def test_what_is_caught_in_between_is_reached_too(reach):
    assert reach("first") == {"results[first]", "results[last]"}


def test_only_these_places_are_judged(judge, suite):
    judge.context = dataclasses.replace(judge.context, only=frozenset({"results[middle]"}))
    verdict = judge(TEXT.replace("return x\n", "return x + 1\n").replace("* 2", "* 3"), suite)
    assert [(check.name, [*check.fingerprints]) for check in verdict.checks] == [("results", ["results[middle]"])]


def test_a_check_by_its_name_is_judged_with_all_its_cases(judge, suite):
    judge.context = dataclasses.replace(judge.context, only=frozenset({"results"}))
    check, = judge(TEXT.replace("return x\n", "return x + 1\n").replace("* 2", "* 3"), suite).checks
    assert [*check.fingerprints] == ["results[first]", "results[last]", "results[middle]"]


def test_a_file_that_cannot_be_loaded_reaches_everything(judge, suite):
    assert reached(judge(with_stop(TEXT, "middle") + "middle(1)\n", suite)) is None


def test_after_the_first_failed_check_the_others_can_be_left_out(judge, suite):
    judge.context = dataclasses.replace(judge.context, until_failed=True)
    verdict = judge(TEXT.replace("return x\n", "return x + 1\n"), suite)
    assert (verdict.status, [check.name for check in verdict.checks]) == (Status.FAILED, ["results"])


@pytest.mark.parametrize("target", ["Box", "helper", "no_such_function", ""])
def test_of_what_is_no_function_with_lines_of_its_own_nothing_is_said(target):
    assert with_stop(TEXT, target) is None


@pytest.mark.parametrize("body", ["    return 1", "    yield 1", "    \"\"\"Words.\"\"\"\n    return 1", "    \"\"\"Words.\"\"\"",
                                  "    # why\n    return 1"])
def test_the_stop_is_the_first_statement(body):
    stopped = with_stop(f"def first():\n{body}\n", "first")
    node, = ast.parse(stopped).body
    assert isinstance(next(s for s in node.body if not isinstance(s, ast.Expr) or not isinstance(s.value, ast.Constant)), ast.Raise)
    assert isinstance(node.body[0], ast.Raise) or ast.get_docstring(node) == "Words."


def test_of_data_and_of_services_nothing_is_said(judge):
    exercise = judge.course.find_one("first")
    assert stopped_at(None, exercise.model_copy(update={"grants": ["service"]}), "first") is None
    assert stopped_at(None, exercise.model_copy(update={"file": "rules.yml"}), "first") is None
