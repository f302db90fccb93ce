"""Exercises in PyTorch and what they are done without: every route to it is refused by its name, right code is not."""
import pytest
import torch

from grader.judge import expect, expect_true
from grader.records.verdict import Kind, Reason, Status
from tests.grader.helpers.judging import Judge, start_fork_server
from tests.grader.helpers.small_course import write
from tests.grader.worker import probes_of_torch as probes
from tests.grader.worker.torch_exercises import ATTENTION, GIVEN, OPTIMIZER, RAW_TENSORS, SURGERY
from tests.grader.worker.torch_routes import NEEDED, ROUTES

PRELOAD = ("torch", "torch._dynamo")
X, Y = torch.tensor([[1.0, 2.0], [0.5, -1.0]]), torch.tensor([0, 1])
BANS = {
    "raw tensors": ["torch.nn", "torch.autograd", "torch.optim"],
    "attention": ["torch.nn.MultiheadAttention", "torch.nn.functional.scaled_dot_product_attention",
                  "torch.nn.functional.multi_head_attention_forward", "scipy.special.softmax"],
    "optimizer": ["torch.optim"],
    "surgery": ["torch.nn.utils.prune", "torch.utils.flop_counter"],
}


@pytest.fixture(scope="module")
def with_torch():
    with pytest.MonkeyPatch.context() as monkeypatch:
        fork_server = start_fork_server(monkeypatch, *PRELOAD, "scipy.special", "torch.nn.utils.prune", "torch.utils.flop_counter")
    yield fork_server
    fork_server.end()


@pytest.fixture
def judged(tmp_path, with_torch):
    judge = Judge(tmp_path, with_torch)
    write(tmp_path, {"solutions/p1/letters/shared.py": GIVEN})
    judge.context.fork_servers = {PRELOAD: with_torch.connect_end}
    first = judge.course.find_one("first")

    def of(exercise: str, text: str, *checks):
        first.preload, first.forbids = list(PRELOAD), BANS[exercise]
        return judge(text, *checks, memory_mb=1500)

    yield of
    assert judge.left_running() == []


@pytest.mark.parametrize("exercise, banned, route", [(exercise, banned, route) for (exercise, banned), routes in ROUTES.items()
                                                     for route in routes])
def test_a_route_is_refused_by_the_name_of_the_ban(judged, exercise, banned, route):
    def check(work):
        """It is used."""
        work.run(probes.use, X, Y)

    lines = ROUTES[exercise, banned][route].strip().splitlines()
    text = f"{NEEDED}\n\ndef first(x, y):\n" + "".join(f"    {line}\n" for line in lines)
    verdict = judged(exercise, text, check)
    if verdict.reason == Reason.FORBIDDEN:  # found in the text
        assert f": this exercise is done without {banned}; " in verdict.message
        return
    failed, = verdict.checks
    assert failed.kind == Kind.FORBIDDEN, failed
    assert f": this exercise is done without {banned}; " in failed.note, failed.note


def test_each_ban_is_tried_by_ten_routes_or_more():
    for exercise in BANS:
        assert sum(len(routes) for (name, _), routes in ROUTES.items() if name == exercise) >= 10, exercise


def wrong_shape(work):
    """A shape is wrong."""
    work.misshapen(torch.ones(2, 3))


def passes(verdict, *, printed: str):
    *right, misshapen = verdict.checks
    assert [check.status for check in right] == [Status.PASSED] * len(right), right
    assert printed in "".join(check.output for check in right)
    assert misshapen.kind == Kind.SIGNATURE and "Tensor of shape (" in misshapen.got, misshapen


def test_raw_tensors_may_be_printed_and_computed_with(judged):
    def loss(work):
        """The loss and its gradient, which a probe compares with autograd's."""
        expect(work.cross_entropy(X, Y), equals=torch.nn.functional.cross_entropy(X, Y))
        expect(work.gradient(X, Y), equals=work.run(probes.derivative_of_loss, X, Y))

    def functions(work):
        """Plain functions are not networks."""
        expect_true(work.hidden(X).shape == X.shape, got="another shape", want="the same shape")

    def by_given_code(work):
        """Given code uses networks, derivatives and optimisers."""
        loss, weight = work.by_given_code(X, Y)
        expect(loss, equals=2 * torch.nn.functional.cross_entropy(X, Y))
        expect_true(float((weight - torch.eye(2)).abs().sum()) > 0.01, got="as before", want="another weight")

    passes(judged("raw tensors", RAW_TENSORS, loss, functions, by_given_code, wrong_shape),
           printed="scores tensor([[ 1.0000,  2.0000],\n        [ 0.5000, -1.0000]]) tensor([[0., 0., 0.,  ..., 0., 0., 0.]")


def test_a_module_with_shapes(judged):
    def like_torch(work):
        """Attention."""
        x = torch.linspace(-1, 1, 24).reshape(2, 3, 4)
        y, state = work.run(probes.attend, x)
        right = torch.nn.MultiheadAttention(4, 2, batch_first=True)
        weights = [torch.cat([state[f"{name}.{kind}"] for name in ("query", "key", "value")]) for kind in ("weight", "bias")]
        right.load_state_dict({"in_proj_weight": weights[0], "in_proj_bias": weights[1],
                               "out_proj.weight": state["out.weight"], "out_proj.bias": state["out.bias"]})
        expect(y.detach(), equals=right(x, x, x)[0].detach(), rtol=1e-4, atol=1e-6)

    passes(judged("attention", ATTENTION, like_torch, wrong_shape), printed="grad_fn=<DivBackward0>")


def test_an_optimizer(judged):
    def steps(work):
        """Two steps with momentum."""
        expect(work.run(probes.optimize, X, torch.ones(2, 2), "step"), equals=X - 0.5 - 0.95)
        expect(work.run(probes.optimize, X, torch.ones(2, 2), "step_of_all"), equals=X - 1)

    passes(judged("optimizer", OPTIMIZER, steps, wrong_shape), printed="requires_grad=True")


def test_surgery(judged):
    def operates(work):
        """Modules are swapped, weights are pruned."""
        expect(list(work.run(probes.operate)), equals=[2, "SiLU", 3])

    passes(judged("surgery", SURGERY, operates, wrong_shape), printed="SiLU()")


def test_what_printing_computes_is_not_forbidden_either(judged, monkeypatch):
    monkeypatch.setitem(BANS, "no extremes", ["torch.max", "torch.abs", "torch.masked_select", "torch.isfinite"])

    def doubles(work):
        """It is doubled."""
        expect(work.first(X), equals=2 * X)

    def is_refused(work):
        """The largest is not for the learner."""
        work.largest(X)

    text = ("import torch\n\n\ndef first(x):\n    print(x, [x], f'{x * 1e9}')\n    return 2 * x\n\n\n"
            "def largest(x):\n    torch._tensor_str._str_intern = lambda y, **_: str(y.max().tolist())\n    return str(x)\n")
    printed, refused = judged("no extremes", text, doubles, is_refused).checks
    assert printed.status == Status.PASSED and "tensor([[ 1.0000,  2.0000]" in printed.output, printed
    assert refused.kind == Kind.FORBIDDEN and "without torch.max" in refused.note, refused
