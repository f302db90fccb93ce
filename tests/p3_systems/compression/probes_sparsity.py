"""What the suite of `sparsity` does beside the learner's functions, in the learner's process.

Models are made there: a module does not cross the wire. A probe gets the exercise's module as `work`, returns plain data,
and holds no expected value.
"""
import torch
from torch import nn


class Scaled(nn.Linear):
    """A layer of a class that is derived from nn.Linear."""


class Encoder(nn.Module):
    """One of each kind of Parameter that a small BERT has, and a matrix that its ends share."""

    def __init__(self, head_first=False):
        super().__init__()
        if head_first:
            self.head = nn.Linear(3, 5, bias=False)
        self.embedding = nn.Embedding(5, 3)
        self.positions = nn.Embedding(2, 3)
        self.mixing = nn.Parameter(torch.ones(3, 3))
        self.block = nn.ModuleDict({"query": nn.Linear(3, 3), "norm": nn.LayerNorm(3), "up": Scaled(3, 4, bias=False)})
        self.again = nn.ModuleList([self.block["query"]])
        self.bilinear = nn.Bilinear(2, 2, 1)
        self.register_buffer("mask", torch.zeros(2, 2))
        if not head_first:
            self.head = nn.Linear(3, 5, bias=False)
        self.head.weight = self.embedding.weight


KINDS = {
    "layers": lambda: nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2, bias=False)),
    "one layer": lambda: nn.Linear(4, 3),
    "encoder": Encoder,
    "encoder, head first": lambda: Encoder(head_first=True),
    "norms": lambda: nn.Sequential(nn.BatchNorm1d(3), nn.Conv1d(2, 3, 2), nn.LayerNorm(2)),
    "equal layers": lambda: nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2)),
    "empty": lambda: nn.Sequential(nn.Linear(0, 2), nn.Linear(2, 0, bias=False)),
    "no parameters": lambda: nn.Sequential(nn.ReLU()),
}


def make(kind, values, dtype):
    """A model whose Parameters get the numbers in `values`, a list for each in turn, as often as there are places."""
    model = KINDS[kind]().to(getattr(torch, dtype))
    with torch.no_grad():
        for number, parameter in enumerate(model.parameters()):
            row = torch.tensor(values[number % len(values)], dtype=torch.float64)
            if row.numel() and parameter.numel():
                row = row.repeat(-(-parameter.numel() // row.numel()))[:parameter.numel()]
                parameter.copy_(row.reshape(parameter.shape))
    return model


def table(work, kind, values, dtype="float32"):
    """The rows as tuples, with the names of the types of their numbers, and whether all Parameters are as they were."""
    model = make(kind, values, dtype)
    before = [parameter.detach().clone() for parameter in model.parameters()]
    rows = work.sparsity_table(model)
    same = all(torch.equal(one.nan_to_num(), other.detach().nan_to_num()) for one, other in zip(before, model.parameters()))
    return [list(row) for row in rows], same


def shares(work, *tables, **options):
    """The share of zeros for each of several lists of rows, which are given as lists."""
    return [work.zero_share([work.Row(*row) for row in rows], **options) for rows in tables]
