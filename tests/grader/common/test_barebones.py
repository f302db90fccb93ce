"""The given network of 1.2, on the reference's functions: its gradients are those that PyTorch finds."""
import sys
from pathlib import Path

import pytest
import torch

from grader.course.manifest import load_course
from grader.course.workspace import gather_project, local_workspace
from grader.worker import loader


@pytest.fixture(scope="module")
def models():
    course = load_course(Path(__file__).parents[3])
    project = course.projects["p1_fundamentals/barebones"]
    sources = gather_project(course, local_workspace(course, "solutions"), project, "models")
    finders, modules = list(sys.meta_path), dict(sys.modules)
    yield loader.load(sources.module, sources.files, common=str(course.root / "exercises/common"), check_shapes=False)
    sys.meta_path[:] = finders
    for name in [each for each in sys.modules if each.partition(".")[0] == "exercises"]:
        del sys.modules[name]
    sys.modules.update({name: module for name, module in modules.items() if name.partition(".")[0] == "exercises"})


@pytest.mark.parametrize("normed", [False, True])
@pytest.mark.parametrize("training", [False, True])
def test_gradients_of_all_parameters_in_order(models, normed, training):
    generator = torch.Generator().manual_seed(0)
    network = models.MLP(inputs=5, width=7, depth=3, classes=4, normed=normed, generator=generator)
    for parameter in network.parameters:  # in float64, away from 0 and 1
        parameter.data = parameter.double() + 0.1 * torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
    for layer in network.hidden if normed else []:
        layer.running_mean, layer.running_var = layer.running_mean.double() + 0.2, layer.running_var.double() + 0.3
    network.training = training
    x = torch.randn((6, 5), generator=generator, dtype=torch.float64)
    labels = torch.tensor([0, 1, 2, 3, 3, 0])

    loss, gradients = network.loss_and_gradients(x, labels)
    expected_loss = by_torch(network, x, labels, training)
    assert loss.item() == pytest.approx(expected_loss.item())
    for got, want in zip(gradients, torch.autograd.grad(expected_loss, network.parameters), strict=True):
        torch.testing.assert_close(got, want, rtol=1e-7, atol=1e-10)


def by_torch(network, x, labels, training):
    for parameter in network.parameters:
        parameter.requires_grad_()
    for layer in network.hidden:
        x = torch.nn.functional.linear(x, layer.weight, layer.bias)
        if layer.gamma is not None:
            x = torch.nn.functional.batch_norm(x, *(None, None) if training else (layer.running_mean, layer.running_var),
                                               layer.gamma, layer.beta, training=training)
        x = torch.relu(x)
    return torch.nn.functional.cross_entropy(torch.nn.functional.linear(x, network.output.weight, network.output.bias), labels)


def test_the_same_seed_is_the_same_network_with_and_without_batch_norm(models):
    plain, normed = (models.MLP(inputs=5, width=7, depth=2, classes=4, normed=normed, generator=torch.Generator().manual_seed(3))
                     for normed in (False, True))
    assert all(torch.equal(one.weight, other.weight) for one, other in zip(plain.hidden, normed.hidden))
    assert len(plain.parameters) == 6 and len(normed.parameters) == 10


def test_looking_at_the_layers_changes_nothing(models):
    network = models.MLP(inputs=5, width=7, depth=2, classes=4, normed=True, generator=torch.Generator().manual_seed(0))
    sizes = network.layer_sizes(torch.randn(8, 5), torch.arange(8) % 4)
    assert {name: len(values) for name, values in sizes.items()} == {"activations": 2, "gradients": 2, "dead": 2}
    assert all((layer.running_mean == 0).all() and (layer.running_var == 1).all() for layer in network.hidden)
    assert min(sizes["activations"] + sizes["gradients"]) > 0
