r"""Derive: cross-entropy and its curvature.

A network's last layer gives $K$ logits $z_0, \dots, z_{K-1}$. Softmax makes probabilities of them, and the loss compares
these with what the data say:

$$p_i = \frac{e^{z_i}}{\sum_{m=0}^{K-1} e^{z_m}}, \qquad L = -\sum_{i=0}^{K-1} t_i \log p_i.$$

The targets $t$ come in three kinds. *One-hot*: the true class $k$ has the weight 1, the others 0. *Smoothed*: with a
number $\alpha$, $t_i = (1 - \alpha)\,\delta_{ik} + \alpha/K$, where the Kronecker delta $\delta_{ik}$ is 1 for $i = k$ and
else 0. *Soft*: any numbers, and nothing says that they add up to 1. (A class may be weighted because it is rare.)

Here you derive the gradient for each kind, and then the second derivatives, and write what you find as SymPy
expressions. In the first four functions $K$ is a symbol or a whole number: one formula for any number of classes. In the
last one the logits are given one by one. `probability` is given, and shows how a sum over all classes is written.

What holds for all functions:

- `z` and `t` are `sp.IndexedBase`s: $z_j$ is `z[j]`, for $j$ from 0 to $K - 1$. `i`, `j` and `k` are each the number of
  a class, two of them perhaps of the same one; `K` is at least 1. All of them are symbols, of any names and assumptions, or
  whole numbers such as `sp.Integer(3)`. An index of your own must not be one of them; `sp.Dummy("m")` never is.
- The delta $\delta_{ij}$ is `sp.KroneckerDelta(i, j)`. Two symbols may stand for the same class, and Python's `i == j` is
  `False` for them: it compares the symbols. In a `sp.Piecewise` the condition is `sp.Eq(i, j)`.
- Differentiate by hand, without `diff`, series and limits, or another library that does it.
- Any equivalent form is right, simplified or not. Build it from numbers, with `+ - * / **`, `sp.exp` and `sp.log`,
  `sp.Sum`, `sp.KroneckerDelta`, `sp.Piecewise` and `sp.Max`. Exact numbers: 1 and `sp.Rational(1, 3)`, but no 0.333. An
  answer must be right everywhere: it is tried for several numbers of classes, at points that you do not know.
- The targets do not depend on the logits.

Source: Bishop, "Pattern Recognition and Machine Learning" (2006), section 4.3.4; Szegedy et al., "Rethinking the Inception
architecture for computer vision" (CVPR 2016), section 7, for label smoothing.
"""
import sympy as sp


def probability(z: sp.IndexedBase, j: sp.Expr, K: sp.Expr) -> sp.Expr:
    r"""$p_j$, given. The index of the sum is a symbol of its own; what is summed contains none of the arguments' symbols."""
    m = sp.Symbol("m", integer=True)
    return sp.exp(z[j]) / sp.Sum(sp.exp(z[m]), (m, 0, K - 1))


def gradient(z: sp.IndexedBase, k: sp.Expr, j: sp.Expr, K: sp.Expr) -> sp.Expr | int:
    r"""$\partial L/\partial z_j$ for the one-hot target of the true class $k$.

    >>> z = sp.IndexedBase("z")
    >>> gradient(z, sp.Integer(0), sp.Integer(1), sp.Integer(2)).doit().subs({z[0]: 0, z[1]: sp.log(3)})
    3/4
    """
    raise NotImplementedError


def smoothed_gradient(z: sp.IndexedBase, k: sp.Expr, j: sp.Expr, alpha: sp.Expr, K: sp.Expr) -> sp.Expr | int:
    r"""$\partial L/\partial z_j$ for the smoothed target of class $k$, $t_i = (1 - \alpha)\,\delta_{ik} + \alpha/K$.

    The $\alpha$ is shared out among *all* classes, the true one too.
    """
    raise NotImplementedError


def soft_gradient(z: sp.IndexedBase, t: sp.IndexedBase, j: sp.Expr, K: sp.Expr) -> sp.Expr | int:
    r"""$\partial L/\partial z_j$ for soft targets: any numbers $t_0, \dots, t_{K-1}$, whatever their sum."""
    raise NotImplementedError


def hessian(z: sp.IndexedBase, t: sp.IndexedBase, i: sp.Expr, j: sp.Expr, K: sp.Expr) -> sp.Expr | int:
    r"""$\partial^2 L/\partial z_i\,\partial z_j$ for soft targets. `i` and `j` may stand for the same class."""
    raise NotImplementedError


def hessian_product(z: tuple[sp.Expr, ...], t: tuple[sp.Expr, ...], v: tuple[sp.Expr, ...]) -> tuple[sp.Expr | int, ...]:
    r"""The Hessian times a vector: the tuple of all $\sum_j \frac{\partial^2 L}{\partial z_i\,\partial z_j}\, v_j$.

    The targets are soft ones, as in `hessian`.
    `z`, `t` and `v` are tuples of the same length, one or more, of SymPy expressions such as `x + y` or `sp.Integer(0)`.

    >>> zero, one = sp.Integer(0), sp.Integer(1)
    >>> hessian_product((zero, zero), (one, zero), (one, zero))
    (1/4, -1/4)
    """
    raise NotImplementedError
