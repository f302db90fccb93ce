"""Probes of the exercises in torch_exercises.py: they use what the exercises are done without."""
import torch


def derivative_of_loss(work, scores, labels):
    scores = scores.clone().requires_grad_()
    torch.nn.functional.softmax(scores, -1)
    work.cross_entropy(scores, labels).backward()
    return scores.grad


def attend(work, x):
    torch.manual_seed(0)
    model = work.MultiHeadAttention(dim=4, heads=2)
    torch.nn.functional.scaled_dot_product_attention(x, x, x)
    return model(x), dict(model.state_dict())


def optimize(work, weight, gradient, method):
    weight = weight.clone().requires_grad_()
    stepper = work.SGD([weight], lr=0.5, momentum=0.9)
    torch.optim.SGD([weight], lr=0.1)
    for _ in range(2):
        weight.grad = gradient.clone()
        getattr(stepper, method)()
    return weight.detach()


def operate(work):
    from torch import nn
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Sequential(nn.ReLU()))
    number = work.swap(model, nn.ReLU, nn.SiLU)
    layer = nn.Linear(3, 2)
    nn.utils.prune.l1_unstructured(nn.Linear(3, 2), "weight", 0.5)
    work.prune(layer, 0.5)
    return number, type(model[2][0]).__name__, int((layer.weight == 0).sum())


def use(work, x, y):
    work.first(x, y)
