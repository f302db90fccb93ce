r"""An affine layer and relu, forward and back.

A network is a chain of functions, and training sends a gradient backward through it. Each function then has one task:
given $\partial L/\partial y$, the gradient of the loss by its result, find the gradients by what it was computed from.
Here you write two functions and, for each, the one that goes back. No autograd engine helps.

The affine layer multiplies each row $x$ of a batch by one weight $W$, and adds one bias $b$:

$$y = x W^\top + b, \qquad W \in \mathbb{R}^{\text{outputs} \times \text{inputs}}, \quad b \in \mathbb{R}^{\text{outputs}}.$$

Write $g_r = \partial L/\partial y_r$ for the gradient of row $r$. Each row has an $x$ of its own; all rows share $W$ and
$b$, and where a value is used many times, its gradients add:

$$\frac{\partial L}{\partial x_r} = g_r W, \qquad \frac{\partial L}{\partial W} = \sum_r g_r^\top x_r, \qquad
  \frac{\partial L}{\partial b} = \sum_r g_r.$$

Relu is taken of each number by itself. It has a kink at 0, where we take the slope 0:

$$\mathrm{relu}(x) = \max(x, 0), \qquad \mathrm{relu}'(x) = 1 \text{ if } x > 0 \text{ else } 0.$$

What holds for all four functions:

- float32 in gives float32 out, and float64 gives float64. Two dtypes do not come together.
- What comes in is not changed. A result may share memory with it, or be the very same tensor.
- It may lie in memory in any way: transposed, every other element of a larger tensor, one row shown many times by `expand`.
- NaN and infinities do not come.

Source: Goodfellow, Bengio and Courville, "Deep Learning" (2016), sections 6.3.1 and 6.5.
"""
import torch
from jaxtyping import Float
from torch import Tensor


def affine(x: Float[Tensor, "*batch inputs"], weight: Float[Tensor, "outputs inputs"],
           bias: Float[Tensor, "outputs"]) -> Float[Tensor, "*batch outputs"]:
    r"""Return $x W^\top + b$ for every row of `x`.

    `x` has any number of axes before its last: none for a single row, two for a batch of sequences. One of them may
    have length 0. There is at least one input and one output.

    >>> weight, bias = torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, -1.0]]), torch.tensor([0.0, 0.5, 0.0])
    >>> affine(torch.tensor([2.0, 3.0]), weight, bias)
    tensor([ 2.0000,  5.5000, -3.0000])
    """
    ### BEGIN SOLUTION
    return x @ weight.T + bias  # (*batch, inputs) @ (inputs, outputs) -> (*batch, outputs)
    ### END SOLUTION


def affine_backward(grad: Float[Tensor, "*batch outputs"], x: Float[Tensor, "*batch inputs"],
                    weight: Float[Tensor, "outputs inputs"],
                    ) -> tuple[Float[Tensor, "..."], Float[Tensor, "..."], Float[Tensor, "..."]]:
    r"""Return the gradients of the loss by `x`, by the weight and by the bias, in this order.

    `grad` is $\partial L/\partial y$, of the shape of the layer's result. Each gradient has the shape of what it is the
    gradient of: (\*batch, inputs), (outputs, inputs) and (outputs,). Those of weight and bias are sums over all rows,
    whatever axes the rows lie along, and 0 where there are no rows.

    >>> grad, x = torch.tensor([[1.0, 0.0], [0.5, 2.0]]), torch.tensor([[3.0, 1.0, 0.0], [2.0, 0.0, 4.0]])
    >>> of_x, of_weight, of_bias = affine_backward(grad, x, torch.ones(2, 3))
    >>> of_x
    tensor([[1.0000, 1.0000, 1.0000],
            [2.5000, 2.5000, 2.5000]])
    >>> of_weight
    tensor([[4., 1., 2.],
            [4., 0., 8.]])
    >>> of_bias
    tensor([1.5000, 2.0000])
    """
    ### BEGIN SOLUTION
    outputs, inputs = weight.shape
    g_rows = grad.reshape(-1, outputs)  # (*batch, outputs) -> (rows, outputs): all rows are alike to the layer
    x_rows = x.reshape(-1, inputs)      # (*batch, inputs) -> (rows, inputs)

    of_x = grad @ weight                # (*batch, outputs) @ (outputs, inputs) -> (*batch, inputs)
    of_weight = g_rows.T @ x_rows       # (outputs, rows) @ (rows, inputs): the product sums over the rows
    of_bias = g_rows.sum(dim=0)         # (outputs,)
    return of_x, of_weight, of_bias
    ### END SOLUTION


def relu(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    r"""Return $\max(x, 0)$, number by number. The shape may be () or have an axis of length 0.

    >>> relu(torch.tensor([-1.5, 0.0, 2.0]))
    tensor([0., 0., 2.])
    """
    ### BEGIN SOLUTION
    return x.clamp(min=0)
    ### END SOLUTION


def relu_backward(grad: Float[Tensor, "*shape"], x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    r"""Return the gradient of the loss by `x`, the argument of relu: $\partial L/\partial y$, `grad`, where `x` is
    positive, and 0 elsewhere, also where `x` is 0 itself.

    >>> relu_backward(torch.tensor([3.0, 3.0, -3.0]), torch.tensor([-1.5, 0.0, 2.0]))
    tensor([ 0.,  0., -3.])
    """
    ### BEGIN SOLUTION
    return torch.where(x > 0, grad, 0)
    ### END SOLUTION

### BEGIN AFTERWORD
# The bias never enters `affine_backward`, and the weight's gradient needs x but not y: what a layer must keep from its
# forward pass is its input. This is where the memory of training goes: weights are there once, and every layer's input
# waits for the gradient to come back. Relu needs even less, one bit for each number.
### END AFTERWORD

### BEGIN HINTS
# 1. Write each gradient down with its shape first. The shapes leave hardly a choice: of `grad` (rows, outputs), `x`
#    (rows, inputs) and `weight` (outputs, inputs), which product has the shape of x, and which that of the weight?
# 2. More axes in front of the last are only more rows: make matrices of `grad` and `x` with `reshape(-1, ...)`, which
#    also works where memory is not in order and `view` does not. A matrix product over the rows is a sum over them.
#    For relu, the mask is `x > 0`, whatever sign `grad` has.
# 3. `g = grad.reshape(-1, weight.shape[0])`, `rows = x.reshape(-1, weight.shape[1])`, and then
#    `return grad @ weight, g.T @ rows, g.sum(dim=0)`. The other way back: `torch.where(x > 0, grad, 0)`.
### END HINTS
