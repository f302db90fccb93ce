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
    ### BEGIN SOLUTION
    # FILL IN: the reference. What stands here, twice x, passes the suite as it is.
    if not x.size:
        raise ValueError("there are no elements")
    return np.asarray(2 * x)
    ### END SOLUTION

### BEGIN AFTERWORD
# FILL IN: what to notice, shown once after passing.
### END AFTERWORD

### BEGIN HINTS
# 1. FILL IN: a nudge: what to look at.
# 2. FILL IN: the idea in words, without the code.
# 3. FILL IN: the lines that matter, as code.
### END HINTS
