"""Fingerprints of failures, and how a value is shown in them."""
import numpy as np
import pytest

from grader.judge import expect, fingerprint
from grader.judge.expect import MismatchError
from grader.judge.show import LONGEST_WHOLE, show
from tests.grader.judge.checks import doubles_a_number


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

    def test_of_a_list_of_another_length_its_values_count(self):
        """What lacks an item and what has another one more are two mistakes, and so are lists that lack different items."""
        def of(got):
            with pytest.raises(MismatchError) as raised:
                expect(got, equals=[0, 1, 2])
            return fingerprint.of("check", (0, 0), raised.value)

        assert len({of(got) for got in ([0, 1], [0, 2], [], [0, 1, 2, 3])}) == 4

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
