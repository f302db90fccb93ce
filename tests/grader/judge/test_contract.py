"""Only the contract's signatures are checked: the annotations of a learner's own helpers are theirs."""
import numpy as np
import pytest

from grader.judge import expect
from grader.judge.unwritten import stub_functions
from grader.records.verdict import Kind, Status
from tests.grader.helpers.judging import suite_of

TEXT = '''
import numpy as np
from jaxtyping import Float


def given_function(x):
    return x


def helper(x: Float[np.ndarray, "n n n"]) -> Float[np.ndarray, "m"]:
    return 2 * x


class Mine:
    def step(self, x: int) -> str:
        return helper(x)


def first(x: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
    return Mine().step(x)
'''


def doubles(work):
    """An array is doubled."""
    expect(work.first(np.ones(3)), equals=2 * np.ones(3))


@pytest.fixture
def suite(judge):
    suite = suite_of(doubles)
    suite.contract = [name for name, _ in stub_functions(judge.course, judge.course.find_one("first"))]
    return suite


def test_the_contract_is_what_the_stub_has(suite):
    assert suite.contract == ["given_function", "first", "Counter.step"]


def test_a_helper_may_be_annotated_as_its_author_likes(judge, suite):
    assert judge(TEXT, suite).status == Status.PASSED


def test_a_signature_of_the_contract_is_checked(judge, suite):
    failed, = judge(TEXT.replace("Mine().step(x)", "Mine().step(x)[:2]"), suite).checks
    assert failed.kind == Kind.SIGNATURE
