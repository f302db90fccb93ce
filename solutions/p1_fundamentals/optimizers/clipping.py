r"""Gradient clipping: a bound on how far a single bad batch can throw the parameters.

A step of gradient descent is as long as the gradient. Where the loss has a cliff, as in recurrent networks and in the
first steps of a deep one, a single gradient can be a thousand times as long as the others, and one step undoes what
hours have learned. Clipping bounds the gradient before the step. With $g_1, \dots, g_K$ for the gradients of all
parameters, taken together as one long vector $g$, *clipping by norm* is

$$g \leftarrow g \cdot \min\!\left(1, \frac{c}{\lVert g \rVert_p}\right), \qquad
  \lVert g \rVert_p = \Big(\sum_k \sum_i |g_{k,i}|^p\Big)^{1/p}, \qquad \lVert g \rVert_\infty = \max_{k,i} |g_{k,i}|.$$

It shortens the step and keeps its direction, since all tensors are scaled by one number. *Clipping by value* bounds each
element by itself, $g_{k,i} \leftarrow \min(c, \max(-c, g_{k,i}))$. That changes the direction.

Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (ICML 2013), section 3.2
and algorithm 1. PyTorch's functions are clip_grad_norm_ and clip_grad_value_.
"""
import math
from collections.abc import Iterable

import torch


def total_norm(tensors: Iterable, p: float = 2.0) -> float:
    r"""The p-norm of all elements of all tensors, as if they were one long vector: a float.

    tensors  an iterable of tensors, which may be a generator: of float16, float32 or float64, also mixed, and of any shape,
             () and those without elements included; they may require a gradient, as parameters do
    p        a number from 1 up, or math.inf for the largest absolute value

    The norm is taken in float64. So for $p \le 2$ and for math.inf no sum of powers of finite float16 or float32 elements
    overflows; for a larger p powers may leave the range of float64, and what comes then is left open. It is 0.0 where there is no tensor or no element, NaN where an element is NaN, and infinite where one is infinite and
    none is NaN. The tensors are not changed.

    >>> total_norm([torch.tensor([[3.0]]), torch.tensor([0.0, 4.0])])
    5.0
    >>> total_norm([torch.tensor([[3.0]]), torch.tensor([0.0, -4.0])], math.inf)
    4.0
    """
    ### BEGIN SOLUTION
    # The norm of the norms: Σ_k ‖g_k‖^p is the sum over all elements. A tensor without elements has no maximum.
    norms = [torch.linalg.vector_norm(tensor, p, dtype=torch.float64) for tensor in tensors if tensor.numel()]
    if not norms:
        return 0.0
    return torch.linalg.vector_norm(torch.stack(norms), p).item()         # (tensors,) -> ()
    ### END SOLUTION


def clip_by_norm_(parameters: Iterable, max_norm: float, *, p: float = 2.0, error_if_nonfinite: bool = False) -> float:
    r"""Scale the gradients of all parameters by one factor, so that their total norm is at most `max_norm`.

    parameters          an iterable of tensors, which may be a generator, and none of which comes twice; those whose `grad` is
                        None are passed over
    max_norm            the bound c, a finite number, 0 or more
    error_if_nonfinite  whether a norm that is infinite or NaN is an error

    Returned is the total norm as it was before: the float of `total_norm`, 0.0 where there is no gradient. Where it is
    larger than `max_norm`, every gradient is multiplied by `max_norm` / norm, without a small number added to the norm.
    Where it is not, no gradient changes: nothing is ever enlarged. Only the gradients change. They change in place: each
    `grad` is the same tensor as before, with its dtype, and may be a view with gaps between its elements in memory (but no two
    elements share a place). Each element is what float64 gives, up to the rounding of its own dtype: the factor, which may be
    tiny, is not rounded to float16 first.

    A norm that is not finite multiplies as well. With an infinite norm the factor is 0: finite elements become 0 and infinite
    ones NaN. With a norm of NaN every element becomes NaN. So an element that is not finite is seen in the next loss. With
    `error_if_nonfinite` RuntimeError is raised instead, and no gradient has changed.

    Raises ValueError for a negative `max_norm`, which would turn the gradients round.

    >>> a, b = torch.zeros(1), torch.zeros(2)
    >>> a.grad, b.grad = torch.tensor([3.0]), torch.tensor([0.0, 4.0])
    >>> clip_by_norm_([a, b], 1.0)
    5.0
    >>> a.grad, b.grad
    (tensor([0.6000]), tensor([0.0000, 0.8000]))
    """
    ### BEGIN SOLUTION
    if max_norm < 0:
        raise ValueError(f"max_norm must be 0 or more, and is {max_norm}")
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    norm = total_norm(gradients, p)
    if error_if_nonfinite and not math.isfinite(norm):
        raise RuntimeError(f"the total norm of the gradients is {norm}")

    if not norm <= max_norm:                                              # `norm > max_norm` is False for a NaN
        factor = max_norm / norm
        for gradient in gradients:
            gradient.mul_(factor)
    return norm
    ### END SOLUTION


def clip_by_value_(parameters: Iterable, limit: float) -> None:
    """Bound every element of every gradient to the range from -`limit` to `limit`, in place.

    `parameters` is as in `clip_by_norm_`, and `limit` is 0 or more and no larger than what the gradients' dtypes hold.
    Infinite elements become `limit` or -`limit`, and NaN stays NaN. Each `grad` is the same tensor as before, with its dtype,
    and may be a view as there.

    Raises ValueError for a negative `limit`.

    >>> a = torch.zeros(3)
    >>> a.grad = torch.tensor([3.0, -0.5, -4.0])
    >>> clip_by_value_([a], 1.0)
    >>> a.grad
    tensor([ 1.0000, -0.5000, -1.0000])
    """
    ### BEGIN SOLUTION
    if limit < 0:
        raise ValueError(f"limit must be 0 or more, and is {limit}")
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad.clamp_(-limit, limit)
    ### END SOLUTION

### BEGIN AFTERWORD
# Look at what the returned norm is good for. Logged at every step it is the cheapest instrument that there is: it jumps before
# the loss does. Whoever clips without looking at it does not know whether the bound is reached once in an epoch, as it should
# be, or at every step. In that case the method is another one: all steps are equally long, and the learning rate alone says how
# long. Note also where clipping stands: after backward and before step. With a loss that is scaled for float16, the
# scale has to come off first.
### END AFTERWORD

### BEGIN HINTS
# 1. One number scales all tensors, so it has to be known before the first is changed. Put the gradients into a list, for a
#    generator can be walked through once.
# 2. Raise the absolute values to the power p in float64, sum over all elements of all tensors, and take the root; for
#    infinity take the largest. Then think of comparisons with NaN: all of them are False, so ask whether the norm is within
#    the bound rather than whether it is above it.
# 3. `torch.linalg.vector_norm(t, p, dtype=torch.float64)` is the norm of one tensor, and the norm of these norms is the total.
#    `if not norm <= max_norm:` scales with `gradient.mul_(max_norm / norm)`. By value: `p.grad.clamp_(-limit, limit)`.
### END HINTS
