# what is wrong: by_mean differentiates sigma^2 = E[x^2] - mu^2 by mu, -2 mu, which is another partial derivative than that of the stated formula (0).
# told: does_not_centre_the_second_way
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
  `sp.Sum(x[k], (k, 0, m - 1))`, with an index `k = sp.Symbol("k", integer=True)` of your own. `i` is a number from 0 to
  $m - 1$, and $m \ge 1$: symbols, or whole numbers such as `sp.Integer(2)`. All other arguments are symbols, of any names.
- `mu` and `var` stand for $\mu$ and $\sigma^2$, and have these values. Where you need one of them you may also write the sum.
- Differentiate by hand, without `diff`, series and limits, or another library that does it. `x[k]` and `x[i]` are the same
  place for $k = i$.
- Any equivalent form is right, simplified or not. Build it from numbers, with `+ - * / **`, `sp.sqrt`, `sp.Sum`,
  `sp.KroneckerDelta` and `sp.Piecewise`. Exact numbers: `sp.Rational(1, 2)`, but no 0.5.

Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift"
(ICML 2015), section 3.
"""
import sympy as sp


def over_batch(term, m: sp.Expr) -> sp.Sum:
    """The sum of term(k) for k from 0 to m - 1."""
    k = sp.Dummy("k", integer=True)
    return sp.Sum(term(k), (k, 0, m - 1))


def by_gamma_and_beta(x: sp.IndexedBase, g: sp.IndexedBase, mu: sp.Expr, var: sp.Expr, eps: sp.Expr,
                      m: sp.Expr) -> tuple[sp.Expr | int, ...]:
    r"""$(\partial L/\partial\gamma, \partial L/\partial\beta)$. One $\gamma$ and one $\beta$ serve the whole batch.

    >>> x, g = sp.IndexedBase("x"), sp.IndexedBase("g")
    >>> mu, var, eps = sp.symbols("mu sigma2 epsilon", positive=True)
    >>> by_gamma, by_beta = by_gamma_and_beta(x, g, mu, var, eps, sp.Integer(2))
    >>> by_beta.doit()
    g[0] + g[1]
    """
    return (over_batch(lambda k: g[k] * (x[k] - mu) / sp.sqrt(var + eps), m), over_batch(lambda k: g[k], m))


def by_variance(x: sp.IndexedBase, g: sp.IndexedBase, gamma: sp.Expr, mu: sp.Expr, var: sp.Expr, eps: sp.Expr,
                m: sp.Expr) -> sp.Expr | int:
    r"""$\partial L/\partial\sigma^2$: what a change of $\sigma^2$ does, while $\mu$ and all $x_k$ stay as they are."""
    return over_batch(lambda k: gamma * g[k] * (x[k] - mu), m) * -sp.Rational(1, 2) * (var + eps) ** sp.Rational(-3, 2)


def by_mean(x: sp.IndexedBase, g: sp.IndexedBase, gamma: sp.Expr, mu: sp.Expr, var: sp.Expr, eps: sp.Expr,
            m: sp.Expr) -> sp.Expr | int:
    r"""$\partial L/\partial\mu$: what a change of $\mu$ does while all $x_k$ stay, and $\sigma^2$ follows its formula."""
    k = sp.Symbol("k", integer=True)
    first = sp.Sum(-gamma * g[k] / sp.sqrt(var + eps), (k, 0, m - 1))
    # var = mean of squares - mu^2
    return first + by_variance(x, g, gamma, mu, var, eps, m) * (-2 * mu)


def by_x(x: sp.IndexedBase, g: sp.IndexedBase, gamma: sp.Expr, mu: sp.Expr, var: sp.Expr, eps: sp.Expr,
         i: sp.Expr, m: sp.Expr) -> sp.Expr | int:
    r"""$\partial L/\partial x_i$, with all that depends on $x_i$."""
    by_value = gamma * g[i] / sp.sqrt(var + eps)
    through_variance = by_variance(x, g, gamma, mu, var, eps, m) * 2 * (x[i] - mu) / m
    return by_value + through_variance + by_mean(x, g, gamma, mu, var, eps, m) / m


def in_one_pass(xhat: sp.IndexedBase, g: sp.IndexedBase, gamma: sp.Expr, s: sp.Expr, i: sp.Expr,
                m: sp.Expr) -> sp.Expr | int:
    r"""$\partial L/\partial x_i$ again, from $\hat x$, $g$, $\gamma$ and $s = 1/\sqrt{\sigma^2 + \epsilon}$ alone."""
    mean_g = over_batch(lambda k: g[k], m) / m
    mean_gx = over_batch(lambda k: g[k] * xhat[k], m) / m
    return gamma * s * (g[i] - mean_g - xhat[i] * mean_gx)
