"""Probes for the tests of what is refused: they may use what the learner's code may not."""
import numpy as np


def call(work, x):
    return work.first(x)


def inverse_by_all_means(work, x):
    import decimal
    import netrc
    decimal.Decimal(1)
    netrc.NetrcParseError("")
    work.first(x)
    return np.linalg.inv(x)


def softmax_of_torch(work, x):
    import torch
    work.first(x)
    return torch.nn.functional.softmax(x, -1)
