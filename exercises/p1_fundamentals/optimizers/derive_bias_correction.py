r"""Derive: the bias of a moving average.

Adam and RMSProp keep a moving average of squared gradients, which begins at 0:

$$v_t = b\, v_{t-1} + (1 - b)\, g_t^2, \qquad v_0 = 0, \qquad 0 < b < 1.$$

Because of that 0 the first averages are too small. By how much? Take the gradients for random numbers, unroll the recursion,
and take the expectation of what is there. A factor comes out that is known without looking at any gradient, and dividing by
it makes the average unbiased, as long as the gradients stay what they are on average. Then you see what is left where they
do not, and how noisy the corrected average is.

What holds for all functions:

- The gradients are $g_1, g_2, \dots, g_t$; there is no gradient before $g_1$. $t \ge 1$ is the number of steps, $b$ a
  number between 0 and 1. All arguments are symbols, but `t` may be a whole number such as `sp.Integer(3)`, and `g` is an
  `sp.IndexedBase`, with $g_i$ for `g[i]`. A sum over all gradients is `sp.Sum(g[i], (i, 1, t))`, with an index of your own
  such as `i = sp.Symbol("i", integer=True)`. No argument is called i, j or k, so your index may be. A sum over ages, with
  `g[t - k]` for the gradient of $k$ steps ago, is as good.
- Every answer but the first is a *closed form*: without a sum or product over steps, so that it costs as little for a
  million steps as for two.
- Any equivalent form is right, simplified or not. Build it from the arguments and numbers, with `+ - * / **`. Exact
  numbers: `sp.Rational(1, 2)`, but no 0.5. An answer must be right for all values of its arguments: it is tried at points
  that you do not know.
- Differentiate by hand where you need to, without `diff`, series and limits, or another library that does it.

Source: Kingma and Ba, "Adam: a method for stochastic optimization" (ICLR 2015), section 3.
"""
import sympy as sp


def as_a_sum(g: sp.IndexedBase, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    r"""$v_t$ as a sum over all gradients so far, without the averages before it.

    The `sp.Sum` stays as it is: nobody needs to evaluate it, and for a symbol `t` nobody can.

    >>> g, b = sp.IndexedBase("g"), sp.Symbol("b")
    >>> sp.expand(as_a_sum(g, b, sp.Integer(1)).doit())
    -b*g[1]**2 + g[1]**2
    """
    raise NotImplementedError


def expectation(s: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    r"""$\mathrm{E}[v_t]$, where the squares of all gradients have the same expectation $\mathrm{E}[g_i^2] = s$.

    So `s` is a mean square. In the example it is 12.

    >>> expectation(sp.Integer(12), sp.Rational(1, 2), sp.Integer(2))
    9
    """
    raise NotImplementedError


def corrected(v: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    r"""The estimate $\hat v_t$ that is made of $v_t$, here `v`, by a factor: where all $\mathrm{E}[g_i^2] = s$, it has
    $\mathrm{E}[\hat v_t] = s$."""
    raise NotImplementedError


def remaining_bias(a: sp.Expr, c: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    r"""The bias of $\hat v_t$ where the expectation drifts: $\mathrm{E}[g_i^2] = a + c\,i$ for each $i$ from 1 to $t$.

    $\hat v_t$ is what `corrected` makes of $v_t$. The bias is $\mathrm{E}[\hat v_t] - \mathrm{E}[g_t^2]$, the expected
    estimate less what it estimates.
    """
    raise NotImplementedError


def variance(s2: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    r"""$\mathrm{Var}[\hat m_t]$, where the gradients are independent and each has the variance $s_2$, here `s2`.

    This is a number of its own: a variance of gradients, while `s` above is a mean of their squares.

    $\hat m_t$ is the corrected average of the gradients themselves: $m_t = b\, m_{t-1} + (1 - b)\, g_t$ with $m_0 = 0$,
    divided by the factor by which $v_t$ is divided in `corrected`.
    """
    raise NotImplementedError
