"""The derivation of `optimizers` takes every right form, and no near miss."""
import pytest

from grader.records.verdict import Kind, Status
from tests.grader.helpers.derivations import DerivationJudge
from tests.grader.helpers.judging import start_fork_server
from tests.grader.judge.barebones_forms import rounds
from tests.grader.judge.optimizers_forms import DERIVATIONS


@pytest.fixture(scope="module")
def judges():
    with pytest.MonkeyPatch.context() as monkeypatch:
        fork_server = start_fork_server(monkeypatch, "sympy")
    yield {exercise: DerivationJudge(fork_server, exercise) for exercise in DERIVATIONS}
    fork_server.end()


def of_all(near_misses: bool):
    return [pytest.param(exercise, sources, id=f"{exercise}-{number}") for exercise in DERIVATIONS
            for number, sources in enumerate(rounds(exercise, near_misses, DERIVATIONS))]


@pytest.mark.parametrize("exercise, sources", of_all(near_misses=False))
def test_right_forms_pass(judges, exercise, sources):
    verdict = judges[exercise].with_functions(sources)
    assert verdict.status == Status.PASSED, [(c.title, c.given, c.got, c.want, c.note) for c in verdict.checks]


@pytest.mark.parametrize("exercise, sources", of_all(near_misses=True))
def test_near_misses_fail(judges, exercise, sources):
    judge = judges[exercise]
    checks = {check.name: check for check in judge.with_functions(sources).checks}
    for function in sources:
        failed = [check for check in judge.checks[function] if checks[check.__name__].status == Status.FAILED]
        assert failed, function
        assert not {checks[check.__name__].kind for check in failed} & {Kind.EXCEPTION, Kind.FORBIDDEN}, function
