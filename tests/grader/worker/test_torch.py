"""An exercise in PyTorch: its worker comes from a fork server that has torch loaded; tensors travel by value."""
import pytest
import torch

from grader.judge import expect, expect_true
from grader.records.verdict import Kind, Status
from tests.grader.helpers.judging import Judge, start_fork_server

TEXT = '''
import threading

import torch
from jaxtyping import Float
from torch import nn


class Scale(nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = nn.Parameter(factor)

    def forward(self, x):
        return x * self.factor


def double_in_place(x):
    x *= 2


def row_sums(x: Float[torch.Tensor, "rows columns"]) -> Float[torch.Tensor, "rows"]:
    return x.sum(0)


def drop(x):
    return nn.functional.dropout(x)


def threads():
    return torch.get_num_threads()


def gradient(x):
    x = x.requires_grad_()
    (x ** 3).sum().backward()
    return x.grad
'''


@pytest.fixture(scope="module")
def torch_fork_server():
    with pytest.MonkeyPatch.context() as monkeypatch:
        fork_server = start_fork_server(monkeypatch, "torch", "torch._dynamo")
    yield fork_server
    fork_server.end()


@pytest.fixture
def judge(tmp_path, torch_fork_server):
    judge = Judge(tmp_path, torch_fork_server)
    judge.context.fork_servers = {("torch", "torch._dynamo"): torch_fork_server.connect_end}
    judge.course.find_one("first").preload = ["torch", "torch._dynamo"]
    yield judge
    assert judge.left_running() == []


def test_modules_tensors_and_gradients(judge):
    def check(work):
        """A module of the learner's is used from outside."""
        x = torch.tensor([1.0, -2.0, 3.0])
        scale = work.Scale(torch.tensor([2.0, 0.5, -1.0]))
        expect(scale(x), equals=torch.tensor([2.0, -1.0, -3.0]))
        expect(scale.factor, equals=torch.tensor([2.0, 0.5, -1.0]))
        expect(work.gradient(x), equals=3 * x**2)
        expect(work.threads(), equals=1)

    verdict = judge(TEXT, check)
    assert verdict.status == Status.PASSED, verdict.checks


def test_a_change_in_place_comes_back(judge):
    def check(work):
        """A tensor is doubled in place."""
        x = torch.tensor([[1.0, 2.0]])
        work.double_in_place(x)
        expect(x, equals=torch.tensor([[2.0, 4.0]]))

    assert judge(TEXT, check).status == Status.PASSED


def test_a_wrong_shape_is_explained_in_the_words_of_the_signature(judge):
    def check(work):
        """Sums of rows."""
        expect(work.row_sums(torch.ones(2, 3)), equals=torch.full((2,), 3.0))

    (failed,) = judge(TEXT, check).checks
    assert failed.kind == Kind.SIGNATURE
    assert failed.got == "row_sums returned Tensor of shape (3,), dtype torch.float32"
    assert failed.want == "Float[Tensor, 'rows'], as the signature says"


def test_an_array_is_no_tensor(judge):
    def check(work):
        """It is an array."""
        expect(work.row_sums(torch.ones(2, 2)), equals=torch.full((2,), 2.0).numpy())

    (failed,) = judge(TEXT, check).checks
    assert failed.kind == Kind.TYPE


def test_random_numbers_are_the_same_in_each_check(judge):
    seen = []

    def draws(work):
        """Draws."""
        seen.append(work.drop(torch.ones(100)))

    def draws_again(work):
        """Draws again."""
        expect(work.drop(torch.ones(100)), equals=seen[0])
        expect_true(0 < float(seen[0].sum()) < 200, got=float(seen[0].sum()), want="some dropped, some not")

    assert judge(TEXT, draws, draws_again).status == Status.PASSED


def test_a_tensor_for_a_worker_without_torch_is_a_named_failure(tmp_path, fork_server):
    def check(work):
        """Takes a tensor."""
        work.first(torch.ones(2))

    (failed,) = Judge(tmp_path, fork_server)("def first(x):\n    return 1\n", check).checks
    assert failed.status == Status.FAILED and "torch is not loaded" in failed.got
