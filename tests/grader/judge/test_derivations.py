"""Derivations are derived: the known tricks earn nothing for any derivative, and every right form passes."""
import pytest

from grader.records.verdict import Kind, Status
from tests.grader.helpers.derivations import DERIVATIVES, DerivationJudge
from tests.grader.helpers.judging import start_fork_server
from tests.grader.judge.derivation_forms import FORMS
from tests.grader.judge.derivation_tricks import REFUSED, WITHOUT, WRONG, program, program_of_values


@pytest.fixture(scope="module")
def judge():
    with pytest.MonkeyPatch.context() as monkeypatch:
        fork_server = start_fork_server(monkeypatch, "sympy")
    yield DerivationJudge(fork_server)
    fork_server.end()


@pytest.mark.parametrize("name", REFUSED)
def test_what_differentiates_by_machine_is_refused_by_what_it_is(judge, name):
    body, told, *before = REFUSED[name]
    verdict = judge(program(body, *before), *DERIVATIVES)
    assert [check.status for check in verdict.checks] == [Status.FAILED] * 5 and verdict.earned == 0
    assert {check.kind for check in verdict.checks} == {Kind.FORBIDDEN}, verdict.checks[0]
    notes = [check.note.partition(": ")[2] or check.note for check in verdict.checks]
    assert all(note.startswith(f"{WITHOUT}{told}; ") for note in notes), notes


@pytest.mark.parametrize("name", WRONG)
def test_what_comes_close_or_was_looked_up_is_wrong(judge, name):
    body, told, *definition = WRONG[name]
    verdict = judge(program_of_values(*definition) if definition else program(body), *DERIVATIVES)
    assert [check.status for check in verdict.checks] == [Status.FAILED] * 5 and verdict.earned == 0, verdict.checks
    assert all(told in check.note for check in verdict.checks), [(check.note, check.got) for check in verdict.checks]


def test_a_derivative_computed_while_the_file_is_loaded_is_refused(judge):
    verdict = judge("import sympy as sp\nx = sp.Symbol('x')\nF = sp.exp(x).diff(x)\n", *DERIVATIVES)
    assert (verdict.status, verdict.earned, verdict.checks) == (Status.FAILED, 0, [])
    assert verdict.message.endswith("line 3: this exercise is done without sympy's Expr.diff; differentiate by hand.")


def test_a_library_function_in_the_place_of_the_learners_is_refused(judge):
    text = program("return x").replace("def loss_gradient", "def unused") + \
        "\n\nloss_gradient = functools.partial(sp.derive_by_array, sp.exp(sp.Symbol('a')))\n"
    failed, = judge(text, "loss_gradient").checks
    assert failed.kind == Kind.FORBIDDEN and "sympy's derive_by_array" in failed.note


def test_a_second_copy_of_sympy_is_refused(judge):
    text = program("import sys\n    for name in [name for name in sys.modules if name.startswith('sympy')]:\n"
                   "        del sys.modules[name]\n    import sympy\n    return sympy.diff(e, x)")
    first, *others = judge(text, *DERIVATIVES).checks
    assert first.kind == Kind.FORBIDDEN and "this exercise is done without sympy; " in first.note
    assert {check.status for check in others} == {Status.FAILED}  # it has none that it could use


def test_what_is_said_of_values_does_not_depend_on_the_points(judge):
    text = program_of_values(WRONG["values looked up"][2])
    first, second = (judge(text, "softmax_jacobian") for _ in range(2))
    assert [c.fingerprint for c in first.checks] == [c.fingerprint for c in second.checks]
    assert first.checks == second.checks


@pytest.mark.parametrize("number, told", [("1.0", "Write 1."), ("sp.Float(2)", "Write 2."), ("0.5", "sp.Rational(1, 3)")])
def test_a_float_is_told_kindly(judge, number, told):
    failed, *_ = judge.with_function("softmax", f"def softmax(z):\n    return ({number},) * len(z)\n").checks
    assert "is a float" in failed.note and told in failed.note


@pytest.mark.parametrize("name", FORMS)
def test_a_right_form_passes(judge, name):
    function, source = FORMS[name]
    verdict = judge.with_function(function, source)
    assert verdict.status == Status.PASSED, [(c.title, c.got, c.want, c.note) for c in verdict.checks]
