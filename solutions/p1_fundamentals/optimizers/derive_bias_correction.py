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
    ### BEGIN SOLUTION
    # g_i² enters with the weight 1 - b, and every step after it, of which there are t - i, multiplies by b.
    i = sp.Dummy()                                                        # the index: equal to no other symbol
    return (1 - b) * sp.Sum(b ** (t - i) * g[i] ** 2, (i, 1, t))
    ### END SOLUTION


def expectation(s: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    r"""$\mathrm{E}[v_t]$, where the squares of all gradients have the same expectation $\mathrm{E}[g_i^2] = s$.

    So `s` is a mean square. In the example it is 12.

    >>> expectation(sp.Integer(12), sp.Rational(1, 2), sp.Integer(2))
    9
    """
    ### BEGIN SOLUTION
    # The weights add up to (1 - b)(1 + b + … + b^(t-1)), a geometric sum.
    return s * (1 - b ** t)
    ### END SOLUTION


def corrected(v: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    r"""The estimate $\hat v_t$ that is made of $v_t$, here `v`, by a factor: where all $\mathrm{E}[g_i^2] = s$, it has
    $\mathrm{E}[\hat v_t] = s$."""
    ### BEGIN SOLUTION
    return v / (1 - b ** t)
    ### END SOLUTION


def remaining_bias(a: sp.Expr, c: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    r"""The bias of $\hat v_t$ where the expectation drifts: $\mathrm{E}[g_i^2] = a + c\,i$ for each $i$ from 1 to $t$.

    $\hat v_t$ is what `corrected` makes of $v_t$. The bias is $\mathrm{E}[\hat v_t] - \mathrm{E}[g_t^2]$, the expected
    estimate less what it estimates.
    """
    ### BEGIN SOLUTION
    # A gradient of k steps ago has E[g²] = (a + ct) - ck, and the weight (1 - b) b^k/(1 - b^t). The weights add up to 1, so
    # the bias is -c times the mean age, Σ k (1 - b) b^k/(1 - b^t) with Σ k b^k = b (1 - t b^(t-1) + (t - 1) b^t)/(1 - b)².
    return -c * (b / (1 - b) - t * b ** t / (1 - b ** t))
    ### END SOLUTION


def variance(s2: sp.Expr, b: sp.Expr, t: sp.Expr) -> sp.Expr | int:
    r"""$\mathrm{Var}[\hat m_t]$, where the gradients are independent and each has the variance $s_2$, here `s2`.

    This is a number of its own: a variance of gradients, while `s` above is a mean of their squares.

    $\hat m_t$ is the corrected average of the gradients themselves: $m_t = b\, m_{t-1} + (1 - b)\, g_t$ with $m_0 = 0$,
    divided by the factor by which $v_t$ is divided in `corrected`.
    """
    ### BEGIN SOLUTION
    # Variances of independent terms add with the squares of their weights: (1 - b)² (1 + b² + … + b^(2t-2))/(1 - b^t)², and
    # 1 - b^(2t) = (1 - b^t)(1 + b^t), 1 - b² = (1 - b)(1 + b).
    return s2 * (1 - b) * (1 + b ** t) / ((1 + b) * (1 - b ** t))
    ### END SOLUTION

### BEGIN AFTERWORD
# Put t = 1 into the last two: no bias is left, and the variance is that of a single gradient. The corrected average begins
# as the gradient itself. For large t the bias becomes -c b/(1 - b): the average lags b/(1 - b) steps behind, 9 steps for
# b = 0.9 and 999 for 0.999. The variance becomes s₂ (1 - b)/(1 + b), as of a plain mean of (1 + b)/(1 - b) gradients, 19 and
# 1999. A larger b is smoother and later, and no correction changes that. The correction is for the start alone.
### END AFTERWORD

### BEGIN HINTS
# 1. Write v₁, v₂ and v₃ out in full. Which weight has g₁² in v₃, and which has g₃²? All other answers come from these weights:
#    an expectation of a sum is the sum of the expectations, each with its weight.
# 2. g_i² has the weight (1 - b) b^(t-i). Their sum is geometric: 1 + b + … + b^(t-1) = (1 - b^t)/(1 - b). For the drift write
#    a + c i as (a + c t) - c k with the age k = t - i; you need Σ k b^k, which is b times the derivative by b of the geometric
#    sum. For the variance square the weights first: that is a geometric sum of b².
# 3. (1 - b) Σ b^(t-i) g_i²; s (1 - b^t); v/(1 - b^t). With Σ_{k<t} k b^k = b (1 - t b^(t-1) + (t - 1) b^t)/(1 - b)², the bias
#    is -c (1 - b)/(1 - b^t) times that. The variance is s₂ (1 - b)²/(1 - b^t)² times (1 - b^(2t))/(1 - b²).
### END HINTS
