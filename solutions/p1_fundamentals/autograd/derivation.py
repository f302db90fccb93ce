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
    ### BEGIN SOLUTION
    total = sum(sp.exp(z_m) for z_m in z)
    return tuple(sp.exp(z_i) / total for z_i in z)
    ### END SOLUTION


def softmax_jacobian(z: tuple[sp.Expr, ...]) -> tuple[tuple[sp.Expr | int, ...], ...]:
    r"""The Jacobian as a tuple of rows: entry `[i][j]` is $\partial p_i/\partial z_j$.

    >>> softmax_jacobian((sp.Integer(0), sp.Integer(0)))
    ((1/4, -1/4), (-1/4, 1/4))
    """
    ### BEGIN SOLUTION
    # By the quotient rule ∂pᵢ/∂zⱼ = (δᵢⱼ exp(zᵢ) Σ - exp(zᵢ) exp(zⱼ)) / Σ² = pᵢ (δᵢⱼ - pⱼ).
    p = softmax(z)
    n = len(z)
    return tuple(tuple(p[i] * ((1 if i == j else 0) - p[j]) for j in range(n)) for i in range(n))
    ### END SOLUTION


def loss(z: tuple[sp.Expr, ...], k: int) -> sp.Expr | int:
    r"""$L = -\log p_k$, the cross-entropy of the true class $k$, with $0 \le k < n$.

    >>> loss((sp.Integer(0), sp.Integer(0)), 1)
    log(2)
    """
    ### BEGIN SOLUTION
    # -log(exp(z_k) / Σ) = log Σ - z_k
    return sp.log(sum(sp.exp(z_m) for z_m in z)) - z[k]
    ### END SOLUTION


def loss_gradient(z: tuple[sp.Expr, ...], k: int) -> tuple[sp.Expr | int, ...]:
    r"""$(\partial L/\partial z_0, \dots, \partial L/\partial z_{n-1})$ of $L = -\log p_k$.

    >>> loss_gradient((sp.Integer(0), sp.Integer(0)), 1)
    (1/2, -1/2)
    """
    ### BEGIN SOLUTION
    # -1/p_k · p_k (δ_kj - pⱼ) = pⱼ - δ_kj
    return tuple(p_j - (1 if j == k else 0) for j, p_j in enumerate(softmax(z)))
    ### END SOLUTION


def weighted_loss_gradient(z: tuple[sp.Expr, ...], t: tuple[sp.Expr, ...]) -> tuple[sp.Expr | int, ...]:
    r"""$(\partial L/\partial z_0, \dots, \partial L/\partial z_{n-1})$ of $L = -\sum_i t_i \log p_i$ for any weights.

    `t` has one weight per logit: any expressions that do not depend on the logits.

    >>> weighted_loss_gradient((sp.Integer(0), sp.Integer(0)), (sp.Integer(3), sp.Integer(1)))
    (-1, 1)
    """
    ### BEGIN SOLUTION
    # -Σᵢ tᵢ/pᵢ · pᵢ (δᵢⱼ - pⱼ) = pⱼ Σᵢ tᵢ - tⱼ; only where the weights add up to 1 is that p - t.
    total = sum(t)
    return tuple(p_j * total - t_j for p_j, t_j in zip(softmax(z), t))
    ### END SOLUTION

### BEGIN QUESTIONS
# 1. (2 points) The logarithm brings a factor $1/p_k$ into the gradient, and yet none is left in
#    $\mathrm{softmax}(z) - \mathrm{onehot}(k)$. Where did it go? And say somebody takes the squared error
#    $\sum_i (p_i - \mathrm{onehot}(k)_i)^2$ instead: what does its gradient become where the network is sure of a wrong
#    class, and what does that do to learning? A few sentences are enough.
#
#    Answer: Every entry of row $k$ of the Jacobian has the factor $p_k$, $\partial p_k/\partial z_j = p_k (\delta_{kj} -
#    p_j)$, and it cancels the $1/p_k$ (1 point). The squared error has no $1/p_k$ that could cancel anything: each term
#    of its gradient keeps a factor $p_i (\delta_{ij} - p_j)$, and where one wrong $p_m$ is near 1 all of these are near
#    0. The network is as wrong as it can be and hardly learns, whereas with cross-entropy the gradient of $z_k$ is near
#    -1 there (1 point).
### END QUESTIONS

### BEGIN AFTERWORD
# Each row of the Jacobian of softmax sums to 0: adding the same number to all logits changes no probability. Together
# with the logarithm nearly everything cancels, and what is left is a difference, p minus the weights, when these sum
# to 1. A gradient of that form is 0 exactly where the model says what the data say.
### END AFTERWORD

### BEGIN HINTS
# 1. Write p_i = exp(z_i) / S with S = Σ exp(z_m). Every logit is in S, so ∂p_i/∂z_j is not 0 for i ≠ j: take the
#    quotient rule twice, once for j = i and once for j ≠ i, and put p_i and p_j back in where you see them.
# 2. ∂p_i/∂z_i = p_i (1 - p_i) and ∂p_i/∂z_j = -p_i p_j. Then -1/p_k times row k of the Jacobian: the p_k cancels.
#    For the weights, that row by row, times t_i, summed over i.
# 3. loss_gradient: `tuple(p_j - (1 if j == k else 0) for j, p_j in enumerate(softmax(z)))`; with weights it is
#    `p_j * sum(t) - t_j`.
### END HINTS
