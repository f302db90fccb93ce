"""Judge a text as the exercise `derivation` of this course, through a real fork server, worker and policy."""
import inspect
from pathlib import Path

from grader.course.manifest import load_course
from grader.course.workspace import local_workspace
from grader.judge.mistakes import Form, with_form
from grader.judge.run import Context, judge
from grader.judge.suites import Case, CheckPlan, Suite
from grader.records.verdict import Verdict
from tests.p1_fundamentals.autograd import test_derivation as suite

ROOT = Path(__file__).parents[3]
CHECKS = {
    "softmax": (suite.test_softmax,),
    "softmax_jacobian": (suite.test_jacobian_on_the_diagonal, suite.test_jacobian_off_the_diagonal),
    "loss": (suite.test_loss,),
    "loss_gradient": (suite.test_loss_gradient,),
    "weighted_loss_gradient": (suite.test_weights_that_sum_to_one, suite.test_any_weights),
}
DERIVATIVES = ("softmax_jacobian", "loss_gradient", "weighted_loss_gradient")


class DerivationJudge:
    """Judges texts; `functions` are those whose checks are run."""

    def __init__(self, fork_server):
        self.course = load_course(ROOT)
        self.exercise = self.course.find_one("derivation")
        self.exercise.limits.wall_seconds = 200  # CPU seconds count here, and other tests run beside these
        self.reference = local_workspace(self.course, "solutions")
        self.context = Context({(): fork_server.connect_end})

    def __call__(self, text: str, *functions: str) -> Verdict:
        checks = [check for function in functions for check in CHECKS[function]]
        workspace = self.reference.with_text(self.exercise.path, text)
        return judge(self.course, workspace, self.exercise, Suite([*map(plan, checks)], digest="0" * 16), self.context)

    def with_function(self, name: str, source: str) -> Verdict:
        """The reference with another text of one function."""
        return self(with_form(self.reference.read(self.exercise.path), Form(name, source)), name)


def plan(check) -> CheckPlan:
    """A parametrised test as pytest would collect it."""
    (mark,) = check.pytestmark
    names = mark.args[0].split(", ")
    cases = [Case(check, dict(zip(names, values if len(names) > 1 else [values]))) for values in mark.args[1]]
    return CheckPlan(check.__name__, inspect.getdoc(check).splitlines()[0].rstrip("."), cases)
