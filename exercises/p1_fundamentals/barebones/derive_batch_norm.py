r"""Derive: the gradient of batch norm.

In training, batch norm takes the values $x_0, \dots, x_{m-1}$ that one feature has in a batch of $m$ examples, and gives

$$\mu = \frac{1}{m} \sum_k x_k, \qquad \sigma^2 = \frac{1}{m} \sum_k (x_k - \mu)^2, \qquad
  \hat x_k = \frac{x_k - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad y_k = \gamma\, \hat x_k + \beta.$$

$\mu$ and $\sigma^2$ are no constants: each $x_i$ has a part in both, and through them in every $y_k$. A loss $L$ comes behind,
and $g_k = \partial L/\partial y_k$ has arrived. You derive the gradients twice. First as the paper does, in a chain, from
$\hat x$ to $\sigma^2$, to $\mu$ and to $x$. Then in one pass: the chain collapses into a formula for which nothing but
$\hat x$ and $s = 1/\sqrt{\sigma^2 + \epsilon}$ needs to be kept. The next exercise computes with it.

What holds for all functions:

- `x`, `xhat` and `g` are `sp.IndexedBase`s: $x_k$ is `x[k]`, for $k$ from 0 to $m - 1$. A sum over the batch is
  `sp.Sum(x[k], (k, 0, m - 1))`, with an index of your own, which must not be one of the arguments;
  `k = sp.Dummy("k", integer=True)` never is. `i` is a number from 0 to $m - 1$, and $m \ge 1$: symbols, or whole numbers
  such as `sp.Integer(2)`. All other arguments are symbols, and $\epsilon > 0$. No symbol is called k.
- `mu`, `var`, `xhat` and `s` have the values of the formulas above. So you may write a sum in their place, and use
  identities such as $\sum_k (x_k - \mu) = 0$ and $\sum_k \hat x_k = 0$. One function may call another.
- Differentiate by hand, without `diff`, series and limits, or another library that does it. `x[k]` and `x[i]` are the same
  place for $k = i$; Python's `k == i` compares the symbols, and is `False`. `sp.KroneckerDelta(k, i)` is 1 there, else 0.
- Any equivalent form is right, simplified or not. Build it from numbers, with `+ - * / **`, `sp.sqrt`, `sp.Sum`,
  `sp.KroneckerDelta` and `sp.Piecewise`, with `sp.Eq` in its conditions. Exact numbers: `sp.Rational(1, 2)`, but no 0.5.

Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift"
(ICML 2015), section 3.
"""
import sympy as sp


def by_gamma_and_beta(x: sp.IndexedBase, g: sp.IndexedBase, mu: sp.Expr, var: sp.Expr, eps: sp.Expr,
                      m: sp.Expr) -> tuple[sp.Expr | int, ...]:
    r"""$(\partial L/\partial\gamma, \partial L/\partial\beta)$. One $\gamma$ and one $\beta$ serve the whole batch.

    >>> x, g = sp.IndexedBase("x"), sp.IndexedBase("g")
    >>> mu, var, eps = sp.symbols("mu sigma2 epsilon", positive=True)
    >>> by_gamma, by_beta = by_gamma_and_beta(x, g, mu, var, eps, sp.Integer(2))
    >>> by_beta.doit()
    g[0] + g[1]
    """
    raise NotImplementedError


def by_variance(x: sp.IndexedBase, g: sp.IndexedBase, gamma: sp.Expr, mu: sp.Expr, var: sp.Expr, eps: sp.Expr,
                m: sp.Expr) -> sp.Expr | int:
    r"""$\partial L/\partial\sigma^2$: what a change of $\sigma^2$ does, while $\mu$ and all $x_k$ stay as they are."""
    raise NotImplementedError


def by_mean(x: sp.IndexedBase, g: sp.IndexedBase, gamma: sp.Expr, mu: sp.Expr, var: sp.Expr, eps: sp.Expr,
            m: sp.Expr) -> sp.Expr | int:
    r"""$\partial L/\partial\mu$: what a change of $\mu$ does while all $x_k$ stay, and $\sigma^2$ follows the formula above."""
    raise NotImplementedError


def by_x(x: sp.IndexedBase, g: sp.IndexedBase, gamma: sp.Expr, mu: sp.Expr, var: sp.Expr, eps: sp.Expr,
         i: sp.Expr, m: sp.Expr) -> sp.Expr | int:
    r"""$\partial L/\partial x_i$, with all that depends on $x_i$."""
    raise NotImplementedError


def in_one_pass(xhat: sp.IndexedBase, g: sp.IndexedBase, gamma: sp.Expr, s: sp.Expr, i: sp.Expr,
                m: sp.Expr) -> sp.Expr | int:
    r"""$\partial L/\partial x_i$ again, from $\hat x$, $g$, $\gamma$ and $s = 1/\sqrt{\sigma^2 + \epsilon}$ alone."""
    raise NotImplementedError
