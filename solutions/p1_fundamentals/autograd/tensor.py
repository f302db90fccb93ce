"""Given: `Tensor`, an array that remembers how it was made.

An operation on tensors computes its result with NumPy and calls `record`, which keeps beside the result its
*parents* and its *vjp*: the function that takes the gradient of the loss with respect to the result and returns
the gradients with respect to the parents (a vector-Jacobian product). The recorded graph is all that
backpropagation needs; to walk it is the exercise `backward`.

This file wires the class to the exercises. Each method imports the one exercise that it needs when it is called,
so that the engine works as far as you have built it.
"""
from collections.abc import Callable

import numpy as np

Vjp = Callable[[np.ndarray], tuple[np.ndarray | None, ...]]

# Whether operations are recorded; `no_grad`, in the exercise `backward`, turns it off.
recording = True


class Tensor:
    """An n-dimensional array of floats with an optional gradient, after PyTorch's class of the same name.

    data           the values, a float array; integers and booleans become float64, float32 stays float32; a float
                   array that you hand over is kept as it is, not copied
    grad           the gradient that `backward` accumulated, an array of the same shape, or None
    requires_grad  whether a gradient should reach this tensor
    parents        the tensors that it was made from; empty for one that you made yourself, a *leaf*
    """

    def __init__(self, data, requires_grad: bool = False):
        data = np.asarray(data)
        self.data: np.ndarray = data if data.dtype.kind == "f" else data.astype(np.float64)
        self.grad: np.ndarray | None = None
        self.requires_grad = requires_grad
        self.parents: tuple["Tensor", ...] = ()
        self._vjp: Vjp | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    @property
    def dtype(self) -> np.dtype:
        return self.data.dtype

    @property
    def ndim(self) -> int:
        return self.data.ndim

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        values = np.array2string(self.data, precision=4, separator=", ", prefix="Tensor(")
        return f"Tensor({values}{', requires_grad=True' if self.requires_grad else ''})"

    def item(self) -> float:
        """The value of a tensor that has just one."""
        return self.data.item()

    def detach(self) -> "Tensor":
        """The same values, cut from the graph."""
        return Tensor(self.data)

    def vjp(self, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        """Given ∂L/∂self, an array of this tensor's shape: ∂L/∂parent for each parent, as its operation wrote it."""
        assert self._vjp is not None, "this tensor has no vjp: was it returned by record(data, parents, vjp)?"
        gradients = self._vjp(grad)
        assert isinstance(gradients, tuple) and len(gradients) == len(self.parents), (
            f"a vjp returns a tuple with one gradient per parent; here are {len(self.parents)} parents, "
            f"and it returned {type(gradients).__name__}"
            + (f" of {len(gradients)}" if isinstance(gradients, tuple) else ""))
        return tuple(None if g is None else np.asarray(g) for g in gradients)  # NumPy makes 0-d results scalars

    def parent_gradients(self, grad: np.ndarray) -> tuple[np.ndarray | None, ...]:
        """`vjp`, with each gradient summed back to its parent's shape where NumPy broadcast the parent."""
        from .unbroadcast import unbroadcast
        return tuple(None if g is None else unbroadcast(g, parent.shape)
                     for g, parent in zip(self.vjp(grad), self.parents))

    def backward(self, grad: np.ndarray | None = None) -> None:
        from .backward import backward
        backward(self, grad)

    def zero_grad(self) -> None:
        self.grad = None

    # Arithmetic. A plain number takes the tensor's dtype, so that float32 stays float32.

    __array_ufunc__ = None  # an array on the left leaves the operation to us, instead of looping over its elements

    def __add__(self, other):
        from .arithmetic import add
        return add(self, as_tensor(other, self))

    def __radd__(self, other):
        from .arithmetic import add
        return add(as_tensor(other, self), self)

    def __sub__(self, other):
        from .arithmetic import sub
        return sub(self, as_tensor(other, self))

    def __rsub__(self, other):
        from .arithmetic import sub
        return sub(as_tensor(other, self), self)

    def __mul__(self, other):
        from .arithmetic import mul
        return mul(self, as_tensor(other, self))

    def __rmul__(self, other):
        from .arithmetic import mul
        return mul(as_tensor(other, self), self)

    def __truediv__(self, other):
        from .arithmetic import div
        return div(self, as_tensor(other, self))

    def __rtruediv__(self, other):
        from .arithmetic import div
        return div(as_tensor(other, self), self)

    def __neg__(self):
        from .arithmetic import neg
        return neg(self)

    def __pow__(self, exponent: float):
        from .arithmetic import power
        return power(self, exponent)

    def __matmul__(self, other):
        from .matmul import matmul
        return matmul(self, as_tensor(other, self))

    # Elementwise functions and activations.

    def exp(self):
        from .exponentials import exp
        return exp(self)

    def log(self):
        from .exponentials import log
        return log(self)

    def sqrt(self):
        from .exponentials import sqrt
        return sqrt(self)

    def relu(self):
        from .activations import relu
        return relu(self)

    def tanh(self):
        from .activations import tanh
        return tanh(self)

    def sigmoid(self):
        from .activations import sigmoid
        return sigmoid(self)

    def softmax(self, axis: int = -1):
        from .activations import softmax
        return softmax(self, axis)

    def log_softmax(self, axis: int = -1):
        from .activations import log_softmax
        return log_softmax(self, axis)

    # Reductions and shapes.

    def sum(self, axis=None, keepdims: bool = False):
        from .reductions import sum
        return sum(self, axis, keepdims)

    def mean(self, axis=None, keepdims: bool = False):
        from .reductions import mean
        return mean(self, axis, keepdims)

    def max(self, axis=None, keepdims: bool = False):
        from .reductions import max
        return max(self, axis, keepdims)

    def reshape(self, *shape):
        from .shapes import reshape
        return reshape(self, shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape)

    def transpose(self, *axes):
        from .shapes import transpose
        return transpose(self, axes[0] if len(axes) == 1 and isinstance(axes[0], tuple) else axes or None)

    @property
    def T(self):
        return self.transpose()

    def __getitem__(self, index):
        from .shapes import index as take
        return take(self, index)


def record(data: np.ndarray, parents: tuple[Tensor, ...], vjp: Vjp) -> Tensor:
    """The result of an operation as a tensor that remembers its `parents` and its `vjp`.

    `vjp(grad)` takes ∂L/∂data, an array of data's shape, and returns a tuple: ∂L/∂parent for each parent, in order
    (None where no gradient flows). Where recording is off, or no parent requires a gradient, nothing is remembered.
    """
    result = Tensor(data)
    if recording and any(parent.requires_grad for parent in parents):
        result.requires_grad = True
        result.parents = parents
        result._vjp = vjp
    return result


def as_tensor(value, like: Tensor | None = None) -> Tensor:
    """`value` itself where it is a tensor, else a constant tensor; a plain number takes the dtype of `like`."""
    if isinstance(value, Tensor):
        return value
    if like is not None and isinstance(value, (int, float)):
        return Tensor(np.asarray(value, dtype=like.dtype))
    return Tensor(value)
