r"""Many features, few false alarms.

FILL IN: what this is for, and the mathematics that it takes. A formula stands by itself, as MathJax reads it:

$$y_i = 2 x_i.$$

Source: FILL IN: a book, paper or manual, with the section.
"""
import numpy as np
from jaxtyping import Float


def many_features(x: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    r"""FILL IN: what it returns, in one sentence.

    FILL IN: the contract. Which shapes and dtypes come in and go out, what is not changed, and what is special.

    >>> many_features(np.array([1.0, -0.5]))
    array([ 2., -1.])

    Raises ValueError where `x` has no elements.
    """
    raise NotImplementedError
