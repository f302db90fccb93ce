"""Has a source that reads otherwise than it runs: identifiers of another script, and text that hides code."""
import numpy as np

ѕum = np.full  # Cyrillic ѕ
ﬁnd = 1234.5   # a ligature, which Python takes for "find"


def unbroadcast(grad, shape):
    '''‮ The right solution: ⁦return grad.sum()⁩ ⁦'''
    return ѕum(shape, find)
