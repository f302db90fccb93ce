"""Judge a text as a derivation of this course, through a real fork server, worker and policy."""
import inspect
from pathlib import Path

from grader.course.manifest import load_course
from grader.course.workspace import local_workspace
from grader.judge.mistakes import Form, with_form
from grader.judge.run import Context, judge
from grader.judge.suites import Case, CheckPlan, Suite
from grader.records.verdict import Verdict
from tests.p1_fundamentals.autograd import test_derivation as suite
from tests.p1_fundamentals.barebones import test_derive_backprop as backprop
from tests.p1_fundamentals.barebones import test_derive_batch_norm as batch_norm
from tests.p1_fundamentals.barebones import test_derive_cross_entropy as cross_entropy
from tests.p1_fundamentals.optimizers import test_derive_bias_correction as bias_correction

ROOT = Path(__file__).parents[3]
CHECKS = {
    "softmax": (suite.test_softmax,),
    "softmax_jacobian": (suite.test_jacobian_on_the_diagonal, suite.test_jacobian_off_the_diagonal),
    "loss": (suite.test_loss,),
    "loss_gradient": (suite.test_loss_gradient,),
    "weighted_loss_gradient": (suite.test_weights_that_sum_to_one, suite.test_any_weights),
}
DERIVATIVES = ("softmax_jacobian", "loss_gradient", "weighted_loss_gradient")
CHECKS_OF = {
    "derivation": CHECKS,
    "derive_cross_entropy": {
        "gradient": (cross_entropy.test_gradient,), "smoothed_gradient": (cross_entropy.test_smoothed_gradient,),
        "soft_gradient": (cross_entropy.test_soft_gradient,),
        "hessian": (cross_entropy.test_hessian_on_the_diagonal, cross_entropy.test_hessian_off_the_diagonal),
        "hessian_product": (cross_entropy.test_hessian_product,)},
    "derive_backprop": {
        "element_form": (backprop.test_elements_of_the_second_layer, backprop.test_elements_of_the_first_layer,
                         backprop.test_elements_of_the_input),
        "matrix_form": (backprop.test_matrices_of_the_second_layer, backprop.test_matrices_of_the_first_layer,
                        backprop.test_matrix_of_the_input)},
    "derive_batch_norm": {
        "by_gamma_and_beta": (batch_norm.test_by_gamma, batch_norm.test_by_beta), "by_variance": (batch_norm.test_by_variance,),
        "by_mean": (batch_norm.test_by_mean,), "by_x": (batch_norm.test_by_x,), "in_one_pass": (batch_norm.test_in_one_pass,)},
    "derive_bias_correction": {
        "as_a_sum": (bias_correction.test_as_a_sum,), "expectation": (bias_correction.test_expectation,),
        "corrected": (bias_correction.test_corrected,), "remaining_bias": (bias_correction.test_remaining_bias,),
        "variance": (bias_correction.test_variance,)},
}


class DerivationJudge:
    """Judges texts; `functions` are those whose checks are run."""

    def __init__(self, fork_server, exercise: str = "derivation"):
        self.course = load_course(ROOT)
        self.exercise = self.course.find_one(exercise)
        self.checks = CHECKS_OF[exercise]
        self.exercise.limits.wall_seconds = 200  # CPU seconds count here, and other tests run beside these
        self.reference = local_workspace(self.course, "solutions")
        self.context = Context({(): fork_server.connect_end})

    def __call__(self, text: str, *functions: str) -> Verdict:
        checks = [check for function in functions for check in self.checks[function]]
        workspace = self.reference.with_text(self.exercise.path, text)
        return judge(self.course, workspace, self.exercise, Suite([*map(plan, checks)], digest="0" * 16), self.context)

    def with_function(self, name: str, source: str) -> Verdict:
        """The reference with another text of one function."""
        return self.with_functions({name: source})

    def with_functions(self, sources: dict[str, str]) -> Verdict:
        """The reference with other texts of several functions."""
        text = self.reference.read(self.exercise.path)
        for name, source in sources.items():
            text = with_form(text, Form(name, source))
        return self(text, *sources)


def plan(check) -> CheckPlan:
    """A parametrised test as pytest would collect it."""
    (mark,) = check.pytestmark
    names = mark.args[0].split(", ")
    cases = [Case(check, dict(zip(names, values if len(names) > 1 else [values]))) for values in mark.args[1]]
    return CheckPlan(check.__name__, inspect.getdoc(check).splitlines()[0].rstrip("."), cases)
