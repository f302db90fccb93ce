"""Drawn examples: the same in every run, and the first failure is shrunk."""
import importlib

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect, suites
from grader.records.verdict import Kind, Status
from tests.grader.helpers.judging import suite_of
from tests.grader.judge.checks import is_there


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

    def test_what_one_run_changes_in_place_is_not_in_the_next(self):
        """Arrays and tensors, drawn or parametrised."""
        array, tensor = np.zeros(2), torch.zeros(2)
        case = suites.Case(lambda work: None, {"array": array, "tensor": tensor, "pair": [tensor, {"x": array}]})
        for _ in range(2):
            for _, arguments in case.calls():
                assert not arguments["array"].any() and not arguments["tensor"].any() and not arguments["pair"][0].any()
                arguments["array"] += 1
                arguments["tensor"] += 1
                arguments["pair"][0] += 1
                arguments["pair"][1]["x"] += 1
        assert not array.any() and not tensor.any()

    def test_a_tensor_counts_by_its_size(self):
        assert suites._size(torch.zeros(2, 3)) == suites._size(np.zeros((2, 3))) > suites._size(torch.zeros(2))

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
