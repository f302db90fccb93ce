# what is wrong: every tensor's gradient starts as zeros, so a leaf that nothing reaches gets a grad of zeros instead of keeping None, and vjps of results that nothing reaches are called
# told: takes_none_for_zeros
r"""Backward through a graph.

Every operation has recorded its operands, its *parents*, and a vjp. What is left is to walk from a result back to the
tensors that you made yourself, the *leaves*, and to add up what flows. A tensor $v$ that is used by several others
$c_1, c_2, \dots$ reaches the result $L$ through each of them, so by the chain rule its gradient is a sum:

$$\frac{\partial L}{\partial v} = \sum_{c \,:\, v \in \mathrm{parents}(c)}
  \frac{\partial L}{\partial c} \, \frac{\partial c}{\partial v}.$$

Each term is a call of a vjp. The sum must be complete before it is handed on, which fixes the order of the walk: a
tensor has its turn after all that were made from it. Then each vjp is called once, however many paths lead through,
and a backward pass costs no more than a few forward passes.

Source: Baydin et al., "Automatic differentiation in machine learning: a survey" (JMLR 2018), section 3.2; Cormen et
al., "Introduction to Algorithms", the chapter on topological sort.
"""
from contextlib import contextmanager

import numpy as np
from jaxtyping import Float

from . import tensor
from .tensor import Tensor


def topological_order(output: Tensor) -> list[Tensor]:
    r"""All tensors from which `output` was made, directly or through others, and `output` itself.

    Each stands there once, *before* its parents, so `output` comes first; any such order is right. Tensors that require
    no gradient are left out, with what is reached only through them: also a result whose `requires_grad` was set to
    False after it was made. `output` requires one.

    The graph may be tens of thousands of operations deep: a function that calls itself for each parent would hit
    Python's recursion limit. And it may have many more paths than tensors, so each tensor is visited once, and whether
    it was visited is known at once, without a search through all the others.

    >>> x = Tensor([1.0], requires_grad=True)
    >>> y = x * 2.0
    >>> z = y + x
    >>> names = {x: "x", y: "y", z: "z"}
    >>> [names[t] for t in topological_order(z)]
    ['z', 'y', 'x']
    """
    order = []
    seen = set()
    stack = [(output, False)]
    while stack:
        node, finished = stack.pop()
        if finished:
            order.append(node)
            continue
        if node in seen:
            continue
        seen.add(node)
        stack.append((node, True))
        for parent in node.parents:
            if parent.requires_grad and parent not in seen:
                stack.append((parent, False))
    order.reverse()
    return order


def backward(output: Float[Tensor, "..."], grad: Float[np.ndarray, "..."] | None = None) -> None:
    r"""Add to the `grad` of every leaf below `output` the gradient of the loss with respect to that leaf.

    `grad` is the gradient of the loss with respect to `output`, an array of its shape and dtype. None is for an
    `output` of one element, which is the loss itself: it stands for the gradient 1.

    - A *leaf* is a tensor without parents; `output` may be one. Only leaves that require a gradient get one: the
      `grad` of all other tensors stays as it is.
    - Where a leaf has a `grad` already, from an earlier call perhaps, the new gradient is added to it, in place or in a
      new array. The same graph can be walked again.
    - Each vjp is called once, with the whole gradient of its result. `Tensor.parent_gradients` calls it and sums its
      gradients to the parents' shapes. Where it gives None, nothing flows to that parent. If nothing reaches a leaf,
      its `grad` stays as it is; if nothing reaches the result of an operation, its vjp is not called.
    - A leaf's `grad` is an array of its own, also for shape (), that can be written into: it shares no memory with
      another leaf's, with the argument `grad`, or with what a vjp returned.
    - The argument `grad` and the arrays that a vjp returned are never changed.
    - float32 stays float32; a graph is all of one dtype.

    >>> x = Tensor([3.0], requires_grad=True)
    >>> backward(x * x)
    >>> x.grad
    array([6.])
    >>> backward(x * x + x)
    >>> x.grad
    array([13.])

    Raises ValueError where `output` requires no gradient, where `grad` is None and `output` has not one element, and
    where the shape of `grad` is not that of `output`.
    """
    if not output.requires_grad:
        raise ValueError("output requires no gradient")
    if grad is None:
        if output.data.size != 1:
            raise ValueError("grad is needed for an output of more than one element")
        grad = np.ones_like(output.data)
    if grad.shape != output.shape:
        raise ValueError(f"grad has shape {grad.shape}, output {output.shape}")

    order = topological_order(output)
    grads = {t: np.zeros_like(t.data) for t in order}
    grads[output] = grad
    for node in order:
        g = grads[node]
        if not node.parents:
            node.grad = np.array(g if node.grad is None else node.grad + g)
            continue
        for parent, pg in zip(node.parents, node.parent_gradients(g)):
            if pg is not None and parent.requires_grad:
                grads[parent] = np.asarray(grads[parent] + pg)


@contextmanager
def no_grad():
    r"""`with no_grad():` operations inside the block are not recorded: their results have no parents and require no
    gradient.

    It sets `tensor.recording` to False when the block begins (to call `no_grad()` alone changes nothing), and after the
    block gives it the value that it had before: also where an exception of any kind ends the block, such as the
    KeyboardInterrupt of Ctrl+C (the exception goes on), and where the block stands inside another one.

    >>> x = Tensor([3.0], requires_grad=True)
    >>> with no_grad():
    ...     y = x * x
    >>> y.requires_grad, (x * x).requires_grad
    (False, True)
    """
    before = tensor.recording
    tensor.recording = False
    try:
        yield
    finally:
        tensor.recording = before
