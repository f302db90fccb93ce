"""Backprop through a network of two layers."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import expect
from tests.oracles import torch_vjp
from tests.p1_fundamentals.barebones import probes_backprop as probes
from tests.strategies import seeds, values

few = settings(max_examples=20)  # numbers of one shape are much like others, and there are few small shapes

NAMES = ("x", "w1", "b1", "w2", "b2")  # in the order of the gradients
PASSES = ("the first of two passes", "the second of two passes",
          "the first pass again, with grad=-2, after other results were written into")


def tensors(shape, seed, dtype=torch.float64):
    return torch.tensor(values(shape, seed)).to(dtype)


def network(batch, inputs, hidden, classes, seed, dtype=torch.float64):
    """The arguments of `forward`: x, labels, w1, b1, w2, b2."""
    labels = torch.tensor(np.random.default_rng(seed).integers(0, classes, size=batch))
    x, w1, b1, w2, b2 = (tensors(shape, seed + 10_000 * i, dtype) for i, shape in enumerate(
        [(batch, inputs), (inputs, hidden), (hidden,), (hidden, classes), (classes,)]))
    return [x, labels, w1, b1, w2 / 16, b2]  # so no score is beyond ±40: `test_large_scores` has the large ones


@st.composite
def networks(draw):
    sides = [draw(st.integers(1, 4)) for _ in range(4)]
    return network(*sides, draw(seeds))


def oracle(network, grad=1.0):
    """PyTorch's loss and gradients, in float64 and then in the network's dtype."""
    x, labels, *weights = network

    def loss(x, w1, b1, w2, b2):
        return torch.nn.functional.cross_entropy(torch.relu(x @ w1 + b1) @ w2 + b2, labels)

    arrays = [each.double().numpy() for each in (x, *weights)]
    value, gradients = torch_vjp(loss, *arrays, grad=np.array(grad))
    return torch.tensor(value).to(x.dtype), [torch.tensor(each).to(x.dtype) for each in gradients]


def given_of(network):
    return dict(zip(("x", "labels", *NAMES[1:]), network))


def check_gradients(work, network, names, *grad):
    """The gradients of `names`, and of nothing else."""
    _, want = oracle(network, *grad)
    _, got, _ = work.run(probes.gradients_of, network, *grad)
    expect(len(got), equals=len(NAMES), given=given_of(network), note="how many gradients came back")
    for name, one, other in zip(NAMES, got, want):
        if name in names:
            expect(one, equals=other, given=given_of(network) | ({"grad": grad[0]} if grad else {}),
                   note=f"the gradient of {name}")


@few
@given(networks())
def test_loss(work, network):
    """forward: the loss is the mean cross-entropy of relu(x w1 + b1) w2 + b2 and the labels."""
    want, _ = oracle(network)
    expect(work.run(probes.loss_of, network), equals=want, given=given_of(network), note="the loss")


@few
@given(networks())
def test_second_layer(work, network):
    """backward: the gradients of w2 and b2."""
    check_gradients(work, network, ("w2", "b2"))


@few
@given(networks())
def test_first_layer(work, network):
    """backward: the gradients of w1 and b1, through the second layer and the relu."""
    check_gradients(work, network, ("w1", "b1"))


@few
@given(networks())
def test_input(work, network):
    """backward: the gradient of x, through both layers."""
    check_gradients(work, network, ("x",))


@pytest.mark.parametrize("seed", [1, 2])
def test_units_at_zero(work, seed):
    """backward: a hidden unit at exactly 0 or below passes nothing back."""
    # x w1 + b1 is ((0, 3, -2), (2, -1/2, 0)): two places are on, two are off, and two are exactly at 0.
    x, w1 = torch.tensor([[1.0, -2.0], [0.5, 1.0]]).double(), torch.tensor([[2.0, 1.0, -1.0], [1.0, -1.0, 0.5]]).double()
    network = [x, torch.tensor([1, 0]), w1, torch.zeros(3).double(), tensors((3, 2), seed), tensors((2,), seed + 10)]
    check_gradients(work, network, ("w1", "b1", "x"))


@pytest.mark.parametrize("grad", [0.25, -3.0, 1.0])
def test_upstream_gradient(work, grad):
    """backward: every gradient is multiplied, once, by the gradient that flows into the loss."""
    for seed in (3, 4):
        check_gradients(work, network(3, 2, 4, 3, seed), NAMES, grad)


@pytest.mark.parametrize("labels", [[1, 1, 0, 2], [2, 0, 2, 1]])
@pytest.mark.parametrize("dtype, atol", [(torch.float64, 1e-9), (torch.float32, 0.05)])
def test_large_scores(work, dtype, atol, labels):
    """Scores of ±1000 give a finite, right loss, and finite, right gradients."""
    # The scores are (998, 999.25, -999), (0, 999.25, -999), (-999, -998.75, -999) and (0.5, 0.75, -0.5): the largest one
    # of the batch is no help in the third row.
    x = torch.tensor([[998.5, 1.5, 0], [0, 999.5, 0], [0, 0, 999.5], [1, 0, 0]], dtype=dtype)
    w2 = torch.tensor([[1, 1, -1], [0, 1, -1], [-1, -1, -1]], dtype=dtype)
    b1, b2 = torch.full((3,), -0.5, dtype=dtype), torch.tensor([0, 0.25, 0], dtype=dtype)
    network = [x, torch.tensor(labels), torch.eye(3, dtype=dtype), b1, w2, b2]
    loss, gradients = oracle(network)
    got_loss, got_gradients, _ = work.run(probes.gradients_of, network)
    expect(got_loss, equals=loss, given=given_of(network), note="the loss")
    # A score of 1000 is exact to 3e-5 in float32, and so may log p be, as a difference of two such numbers. The gradients
    # of the weights are multiplied by inputs of 1000.
    expect(got_gradients, equals=gradients, given=given_of(network), atol=atol,
           note="the gradients of x, w1, b1, w2 and b2")


def test_each_cache_is_its_own(work):
    """A cache gives the gradients of its own pass, as often as it is asked, and the inputs are only read."""
    for sizes in ((3, 2, 4, 3), (1, 2, 4, 3)):
        first, second = network(*sizes, seed=7), network(*sizes, seed=8)
        want = [oracle(first)[1], oracle(second)[1], oracle(first, -2.0)[1]]
        calls, first_then, second_then = work.run(probes.gradients_of_two, first, second, -2.0)
        for got, gradients, which in zip(calls, want, PASSES):
            expect(got, equals=gradients, given=given_of(second if which is PASSES[1] else first),
                   note=f"the gradients of {which}")
        expect(first_then, equals=first, given=given_of(first), note="the inputs of the first pass afterwards")
        expect(second_then, equals=second, given=given_of(second), note="the inputs of the second pass afterwards")


@pytest.mark.parametrize("layout", ["rows", "columns", "gaps"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_dtypes_and_layouts(work, dtype, layout):
    """The results have the dtype of the inputs, which may have any strides."""
    for seed in (9, 10):
        inputs = network(4, 3, 5, 2, seed, dtype)
        loss, gradients = oracle(inputs, 0.5)
        got_loss, got_gradients, _ = work.run(probes.gradients_of, inputs, 0.5, layout=layout)
        given = {"dtype": str(dtype), "layout in memory": layout}
        expect(got_loss, equals=loss, given=given, note="the loss")
        expect(got_gradients, equals=gradients, given=given, note="the gradients of x, w1, b1, w2 and b2")
