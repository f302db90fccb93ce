r"""Derive: backprop, in elements and in matrices.

A network of two layers takes $x$ with $d$ entries to $y$ with $o$ entries, through $m$ hidden ones:

$$a_j = \sum_{i=0}^{d-1} x_i\, W^{(1)}_{ij} + b^{(1)}_j, \qquad h_j = \tanh(a_j), \qquad
  y_k = \sum_{j=0}^{m-1} h_j\, W^{(2)}_{jk} + b^{(2)}_k.$$

What comes behind it, a loss, is not known here; but $g_k = \partial L/\partial y_k$ has arrived at its output. What are the
derivatives of $L$ with respect to everything else: $W^{(2)}$, $b^{(2)}$, $W^{(1)}$, $b^{(1)}$, $x$?

First you derive them for one example, element by element, with indices and sums. Then for a batch of $n$ examples, in
matrices, as a program computes them. Each row of $X$ ($n \times d$), $H$ ($n \times m$) and $Y$ ($n \times o$) is an example,
and the biases are rows that are added to each of these rows:

$$H = \tanh(X W_1 + \mathbf{1}\, b_1), \qquad Y = H W_2 + \mathbf{1}\, b_2, \qquad G = \partial L/\partial Y,$$

where $\mathbf{1}$ is the column of $n$ ones, $b_1$ is $1 \times m$ and $b_2$ is $1 \times o$. The gradient of a matrix has
its shape: entry $(i, j)$ of $\partial L/\partial W_1$ is $\partial L/\partial (W_1)_{ij}$, where $L$ depends on all examples.

What holds for both functions:

- The way forward is done: $h$ and $H$ are given, with the values that $\tanh$ gave. Its derivative is
  $\tanh'(a) = 1 - \tanh(a)^2$, so you need neither $a$ nor `sp.tanh`.
- Differentiate by hand, without `diff`, series and limits, or another library that does it.
- Any equivalent form is right, simplified or not. It must hold for networks of any size, and everywhere: it is tried at
  points that you do not know. Exact numbers: `sp.Rational(1, 2)`, but no 0.5.
- The result is a tuple of five. What you have not derived yet may be `sp.Integer(0)` meanwhile: the checks tell apart
  which of the five are right.

Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors" (Nature, 1986); in the
notation of Goodfellow, Bengio and Courville, "Deep Learning" (2016), section 6.5.
"""
import sympy as sp


def summation_index(name: str) -> sp.Dummy:
    """A symbol that is nobody else's."""
    return sp.Dummy(name, integer=True)


def element_form(x: sp.IndexedBase, W1: sp.IndexedBase, h: sp.IndexedBase, W2: sp.IndexedBase, g: sp.IndexedBase,
                 indices: tuple[sp.Expr, ...], sizes: tuple[sp.Expr, ...]) -> tuple[sp.Expr | int, ...]:
    r"""The derivatives of $L$ by $W^{(2)}_{jk}$, $b^{(2)}_k$, $W^{(1)}_{ij}$, $b^{(1)}_j$ and $x_i$, in this order.

    `indices` are $(i, j, k)$ and `sizes` are $(d, m, o)$: symbols, of any names. Indices begin at 0: $i$ goes from 0 to
    $d - 1$. The entries are `x[i]`, `W1[i, j]`, `h[j]`, `W2[j, k]` and `g[k]`. A sum is written with
    `sp.Sum`: `sp.Sum(g[q], (q, 0, o - 1))`, with an index `q = sp.Symbol("q", integer=True)` of your own. Else build the
    answers from numbers, with `+ - * / **`, `sp.KroneckerDelta` and `sp.Piecewise`.

    >>> x, W1, h, W2, g = map(sp.IndexedBase, ("x", "W1", "h", "W2", "g"))
    >>> i, j, k, d, m, o = sp.symbols("i j k d m o", integer=True)
    >>> answers = element_form(x, W1, h, W2, g, (i, j, k), (d, m, o))
    >>> len(answers)
    5
    """
    i, j, k = indices
    d, m, o = sizes
    def by_a(unit):
        q = summation_index("q")
        return sp.Sum(g[q] * W2[unit, q], (q, 0, o - 1)) * (1 - h[unit] ** 2)

    p = summation_index("p")
    return (h[j] * g[k], g[k], x[i] * by_a(j), by_a(j), sp.Sum(W1[i, p] * by_a(p), (p, 0, m - 1)))


def matrix_form(X: sp.MatrixExpr, W1: sp.MatrixExpr, H: sp.MatrixExpr, W2: sp.MatrixExpr,
                G: sp.MatrixExpr) -> tuple[sp.Expr | int, ...]:
    r"""The gradients with respect to $W_2$, $b_2$, $W_1$, $b_1$ and $X$, in this order, for the whole batch.

    All arguments are matrices whose sizes are symbols: `X.shape` is (n, d), and so on. Build the answers with `A * B`,
    `A + B`, `A - B`, `A.T`, `sp.HadamardProduct(A, B)` and `sp.HadamardPower(A, 2)`, which work entry by entry, numbers, and
    `sp.OneMatrix(rows, columns)`, a matrix of ones.

    >>> n, d, m, o = sp.symbols("n d m o", integer=True, positive=True)
    >>> X, W1, H = sp.MatrixSymbol("X", n, d), sp.MatrixSymbol("W1", d, m), sp.MatrixSymbol("H", n, m)
    >>> W2, G = sp.MatrixSymbol("W2", m, o), sp.MatrixSymbol("G", n, o)
    >>> [gradient.shape for gradient in matrix_form(X, W1, H, W2, G)]
    [(m, o), (1, o), (d, m), (1, m), (n, d)]
    """
    n = X.shape[0]
    ones = sp.OneMatrix(1, n)
    by_a = sp.HadamardProduct(G * W2.T, sp.OneMatrix(*H.shape) - sp.HadamardPower(H, 2))
    return H.T * G, ones * G, X.T * by_a, ones * by_a, by_a * W1.T
