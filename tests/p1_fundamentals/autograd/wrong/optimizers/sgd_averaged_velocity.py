# what is wrong: SGD's velocity is a moving average, v = mu v + (1 - mu) g, instead of v = mu v + g.
# told: averages_the_velocity
r"""SGD with momentum, and Adam.

An optimizer holds the parameters of a model and, at each `step`, moves them against their gradients. Write $g_t$ for
the gradient of one parameter $p$ at step $t$ and $\eta$ for the learning rate, `lr`.

Stochastic gradient descent with momentum $\mu$ keeps a velocity beside each parameter, a sum of the gradients so far
in which the old ones fade. With $\mu = 0$ it is plain gradient descent.

$$v_t = \mu v_{t-1} + g_t, \qquad p_t = p_{t-1} - \eta v_t, \qquad v_0 = 0.$$

Adam keeps two moving averages, of the gradient and of its square, and divides the one by the root of the other: a
parameter moves by about $\eta$ whether its gradients are large or small.

$$m_t = \beta_1 m_{t-1} + (1 - \beta_1) g_t, \qquad v_t = \beta_2 v_{t-1} + (1 - \beta_2) g_t^2, \qquad
  m_0 = v_0 = 0,$$

$$\hat m_t = \frac{m_t}{1 - \beta_1^t}, \qquad \hat v_t = \frac{v_t}{1 - \beta_2^t}, \qquad
  p_t = p_{t-1} - \eta \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}.$$

The hats correct a bias: the averages start at 0, and in the first steps they are too small by exactly these factors.
Squares, roots and quotients are element by element. Velocities and averages have the dtype of their parameter.

Source: Sutskever et al., "On the importance of initialization and momentum in deep learning" (ICML 2013), section 2,
with the learning rate outside of the velocity, as in PyTorch; Kingma and Ba, "Adam: a method for stochastic
optimization" (ICLR 2015), Algorithm 1.
"""
from collections.abc import Iterable

import numpy as np

from .tensor import Tensor


class Optimizer:
    """What all optimizers share: the parameters, the learning rate, and `zero_grad`.

    params  the parameters as a list, in the order in which they came; they have any shape, () and empty included
    lr      the learning rate; a schedule may set it to another value between two steps

    Other attributes are named as you like.
    """

    def __init__(self, params: Iterable[Tensor], lr: float | int):
        """`params` may be any iterable of tensors, also one that can be walked only once, such as a generator. None is
        in it twice.

        Raises ValueError where there are no parameters, with "params" in its message, and where `lr` is not greater
        than 0, which includes NaN, with "lr" in its message.
        """
        self.params = list(params)
        if not self.params:
            raise ValueError("params is empty")
        if not lr > 0:
            raise ValueError(f"lr must be greater than 0, not {lr}")
        self.lr = lr

    def zero_grad(self) -> None:
        """Set the `grad` of every parameter to None, so that the next backward pass starts anew."""
        for p in self.params:
            p.grad = None


class SGD(Optimizer):
    """Gradient descent with momentum."""

    def __init__(self, params: Iterable[Tensor], *, lr: float | int, momentum: float | int = 0.0):
        """Every velocity starts at 0.

        Raises ValueError as `Optimizer` does, and unless 0 <= `momentum` < 1 (it is not where it is NaN), with
        "momentum" in its message.
        """
        super().__init__(params, lr)
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must lie in [0, 1), not {momentum}")
        self.momentum = momentum
        self.velocities = [np.zeros_like(p.data) for p in self.params]

    def step(self) -> None:
        """Move every parameter once.

        The array `p.data` is changed in place and keeps its dtype. It may be a view, such as a transpose, and have the
        shape (), with which `p.data[:] = ...` is an error. The array `p.grad`, of the same shape and dtype, is not
        changed; others may write into it after the step, and what you keep must not change with it. A parameter whose
        `grad` is None is skipped: its data stay as they are, and its velocity too, be it 0 or not.

        >>> p = Tensor([1.0, 2.0], requires_grad=True)
        >>> sgd = SGD([p], lr=0.5, momentum=0.5)
        >>> p.grad = np.array([1.0, 0.0])
        >>> sgd.step()
        >>> p.data
        array([0.5, 2. ])
        >>> sgd.step()
        >>> p.data
        array([-0.25,  2.  ])
        """
        for i, p in enumerate(self.params):
            if p.grad is not None:
                self.velocities[i] = self.momentum * self.velocities[i] + (1 - self.momentum) * p.grad
                p.data -= self.lr * self.velocities[i]


class Adam(Optimizer):
    """Adaptive moment estimation."""

    def __init__(self, params: Iterable[Tensor], *, lr: float | int = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
                 eps: float = 1e-8):
        """Every average starts at 0, and so does the number of steps of every parameter.

        Raises ValueError as `Optimizer` does; where not both `betas` lie in [0, 1), as NaN does not, with "betas" in
        its message; and where `eps` is not greater than 0, which includes NaN, with "eps" in its message.
        """
        super().__init__(params, lr)
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must lie in [0, 1), not {betas}")
        if not eps > 0:
            raise ValueError(f"eps must be greater than 0, not {eps}")
        self.betas = betas
        self.eps = eps
        self.m = [np.zeros_like(p.data) for p in self.params]
        self.v = [np.zeros_like(p.data) for p in self.params]
        self.t = [0] * len(self.params)

    def step(self) -> None:
        """Move every parameter once.

        What holds for the step of `SGD` holds here. Each parameter counts its own steps: one that is skipped keeps
        its averages and its $t$.

        >>> p = Tensor([1.0, 2.0], requires_grad=True)
        >>> adam = Adam([p], lr=0.5)
        >>> p.grad = np.array([0.01, -100.0])
        >>> adam.step()
        >>> p.data.round(4)
        array([0.5, 2.5])
        """
        beta1, beta2 = self.betas
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            g = p.grad
            self.t[i] += 1
            self.m[i] = beta1 * self.m[i] + (1 - beta1) * g
            self.v[i] = beta2 * self.v[i] + (1 - beta2) * g * g
            m_hat = self.m[i] / (1 - beta1 ** self.t[i])
            v_hat = self.v[i] / (1 - beta2 ** self.t[i])
            p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
