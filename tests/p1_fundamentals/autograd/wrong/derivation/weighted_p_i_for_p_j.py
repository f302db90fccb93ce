# what is wrong: weighted_loss_gradient takes d log p_i / d z_j to be [i = j] - p_i instead of [i = j] - p_j.
r"""Derive: softmax, then cross-entropy.

The gradient of cross-entropy with respect to its logits, $\mathrm{softmax}(z) - \mathrm{onehot}(k)$, is quoted
everywhere; you have used it yourself in `losses`. Here you derive it on paper, and then one that is seldom quoted, and
write what you find as SymPy expressions.

The way there. Softmax makes a distribution of $n$ logits, and its derivatives form the Jacobian $J$:

$$p_i = \frac{e^{z_i}}{\sum_m e^{z_m}}, \qquad J_{ij} = \frac{\partial p_i}{\partial z_j}.$$

The loss of the true class $k$ is $L = -\log p_k$, and the chain rule gives its gradient from row $k$ of the Jacobian:

$$\frac{\partial L}{\partial z_j} = -\frac{1}{p_k}\, \frac{\partial p_k}{\partial z_j}.$$

Last, a loss in which every class counts, class $i$ with the weight $t_i$, as in label smoothing and distillation:
$L = -\sum_i t_i \log p_i$. The weights are *any* numbers: nothing here says that they add up to 1.

What holds for all functions:

- All logits and weights are SymPy expressions, such as `x + y` or `sp.Integer(0)`, with respect to which SymPy cannot
  differentiate: differentiate by hand, without `diff`, series and limits, or another library that does it.
  $\partial/\partial z_j$ is with respect to the *place* $j$: in `(x, x)` one logit changes while the other stays, though
  the same expression stands in both.
- Any equivalent form is right, simplified (by `sp.simplify`, for instance) or not. Build it from numbers, with
  `+ - * / **`, `sp.exp` and `sp.log`, and, should you need them, `sp.Max`, `sp.Piecewise`, `sp.KroneckerDelta` and
  `sp.Sum`. Exact numbers: 1 and `sp.Rational(1, 3)`, but no 0.333. An entry that is a whole number may be a plain
  `int`. An answer must be right everywhere: it is tried at points that you do not know.
- A result with several entries is a tuple.

Source: Bishop, "Pattern Recognition and Machine Learning" (2006), section 4.3.4.
"""
import sympy as sp


def softmax(z: tuple[sp.Expr, ...]) -> tuple[sp.Expr | int, ...]:
    r"""$(p_0, \dots, p_{n-1})$ for the logits $(z_0, \dots, z_{n-1})$, of which there is at least one.

    >>> a, b = sp.symbols("a b")
    >>> p = softmax((a, b))
    >>> [p_i.subs({a: 0, b: sp.log(3)}) for p_i in p]
    [1/4, 3/4]
    """
    exps = [sp.exp(z_i) for z_i in z]
    total = sum(exps)
    return tuple(e / total for e in exps)


def softmax_jacobian(z: tuple[sp.Expr, ...]) -> tuple[tuple[sp.Expr | int, ...], ...]:
    r"""The Jacobian as a tuple of rows: entry `[i][j]` is $\partial p_i/\partial z_j$.

    >>> softmax_jacobian((sp.Integer(0), sp.Integer(0)))
    ((1/4, -1/4), (-1/4, 1/4))
    """
    p = softmax(z)
    n = len(z)
    return tuple(tuple(p[i] * ((1 if i == j else 0) - p[j]) for j in range(n)) for i in range(n))


def loss(z: tuple[sp.Expr, ...], k: int) -> sp.Expr | int:
    r"""$L = -\log p_k$, the cross-entropy of the true class $k$, with $0 \le k < n$.

    >>> loss((sp.Integer(0), sp.Integer(0)), 1)
    log(2)
    """
    return sp.log(sum(sp.exp(z_i) for z_i in z)) - z[k]


def loss_gradient(z: tuple[sp.Expr, ...], k: int) -> tuple[sp.Expr | int, ...]:
    r"""$(\partial L/\partial z_0, \dots, \partial L/\partial z_{n-1})$ of $L = -\log p_k$.

    >>> loss_gradient((sp.Integer(0), sp.Integer(0)), 1)
    (1/2, -1/2)
    """
    return tuple(p_j - 1 if j == k else p_j for j, p_j in enumerate(softmax(z)))


def weighted_loss_gradient(z: tuple[sp.Expr, ...], t: tuple[sp.Expr, ...]) -> tuple[sp.Expr | int, ...]:
    r"""$(\partial L/\partial z_0, \dots, \partial L/\partial z_{n-1})$ of $L = -\sum_i t_i \log p_i$ for any weights.

    `t` has one weight per logit: any expressions that do not depend on the logits.

    >>> weighted_loss_gradient((sp.Integer(0), sp.Integer(0)), (sp.Integer(3), sp.Integer(1)))
    (-1, 1)
    """
    p = softmax(z)
    n = len(z)
    # dL/dz_j = sum_i t_i (p_i - [i = j])
    return tuple(sum(t[i] * (p[i] - (1 if i == j else 0)) for i in range(n)) for j in range(n))
