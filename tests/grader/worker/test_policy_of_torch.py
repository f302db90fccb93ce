"""What an exercise is done without in PyTorch: every way to a forbidden function is refused."""
import pytest
import torch

from grader.judge import expect
from grader.records.verdict import Kind, Status
from tests.grader.helpers.judging import Judge, start_fork_server
from tests.grader.worker import probes_of_policy as probes
from tests.grader.worker.refused_programs import FILE, program


@pytest.fixture(scope="module")
def with_torch():
    with pytest.MonkeyPatch.context() as monkeypatch:
        fork_server = start_fork_server(monkeypatch, "torch", "torch._dynamo")
    yield fork_server
    fork_server.end()


@pytest.fixture
def torch_judge(tmp_path, with_torch):
    judge = Judge(tmp_path, with_torch)
    judge.context.fork_servers = {("torch", "torch._dynamo"): with_torch.connect_end}
    first = judge.course.find_one("first")
    first.preload, first.forbids = ["torch", "torch._dynamo"], ["torch.nn.functional.softmax", "torch.nn.Linear"]
    yield judge
    assert judge.left_running() == []


T = torch.tensor([[1.0, 2.0], [0.5, -1.0]])
WAYS_TO_SOFTMAX = {
    "another function": "torch.softmax(x, -1)",
    "a method": "x.softmax(-1)",
    "a method of the class": "torch.Tensor.softmax(x, -1)",
    "a method of the class of C": "torch._C.TensorBase.softmax(x, -1)",
    "the operator": "torch.ops.aten._softmax(x, -1, False)",
    "its overload": "torch.ops.aten._softmax.default(x, -1, False)",
    "the functions of C": "torch._C._VariableFunctions.softmax(x, -1)",
    "a module": "torch.nn.Softmax(-1)(x)",
    "computed": "getattr(torch.nn.functional, 'soft' + 'max')(x, -1)",
    "a scripted function": "torch.jit.trace(lambda y: y.softmax(-1), (x,))(x)",
    "vmap": "torch.func.vmap(lambda y: y.softmax(-1))(x)",
    "without the mode": "exec('with torch._C._DisableTorchDispatch(): out = x.softmax(-1)', {'torch': torch, 'x': x})",
    "a class": "getattr(torch.nn, 'Lin' + 'ear')(2, 2)",
    "a class that is made of it": "type('Mine', (getattr(torch.nn, 'Lin' + 'ear'),), {})(2, 2)",
}


@pytest.mark.parametrize("name", WAYS_TO_SOFTMAX)
def test_every_way_to_a_function_of_torch_is_refused(torch_judge, name):
    def check(work):
        """Softmax."""
        work.run(probes.call, T)

    text = f"import torch\n\n\ndef first(x):\n    return {WAYS_TO_SOFTMAX[name]}\n"
    failed, = torch_judge(text, check, memory_mb=1500).checks
    assert failed.kind == Kind.FORBIDDEN, failed
    assert failed.note.startswith(f"{FILE}, line 5: this exercise is done without torch.")


def test_what_is_allowed_of_torch_goes_on(torch_judge):
    def check(work):
        """Softmax by hand, a module, a backward pass; and the probe uses PyTorch's."""
        expect(work.run(probes.softmax_of_torch, T), equals=torch.softmax(T, -1))
        expect(work.first(T), equals=torch.softmax(T, -1))
        expect(work.gradient(T), equals=2 * T)

    text = """
        import torch
        from torch import nn

        class Scale(nn.Module):
            def __init__(self):
                super().__init__()
                self.factor = nn.Parameter(torch.ones(()))

            def forward(self, x):
                return x * self.factor

        def first(x):
            e = (Scale()(x) - x.amax(-1, keepdim=True)).exp()
            return (e / e.sum(-1, keepdim=True)).detach()

        def gradient(x):
            x = x.requires_grad_()
            (x ** 2).sum().backward()
            return x.grad
        """
    verdict = torch_judge(program(text)[0], check, memory_mb=1500)
    assert verdict.status == Status.PASSED, verdict.checks
