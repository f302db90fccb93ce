"""What learners get wrong in `derive_backprop`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── elements ────────────────────────────────────────────────────────────────────────────────────────────────────


def _passes_the_gradient_through_tanh(x, W1, h, W2, g, indices, sizes):
    i, j, k = indices
    d, m, o = sizes
    p, q = sp.symbols("p q", integer=True)

    def delta(j):
        return sp.Sum(W2[j, q] * g[q], (q, 0, o - 1))

    return h[j] * g[k], g[k], x[i] * delta(j), delta(j), sp.Sum(W1[i, p] * delta(p), (p, 0, m - 1))


mistake("derive_backprop.element_form", """In your element form the gradient passes through tanh unchanged. From h_j back to
    a_j the chain rule has the factor tanh'(a_j) = 1 - h_j².""",
        name="forgets_tanh", replace=" * (1 - h[j] ** 2)", by="", forms=[_passes_the_gradient_through_tanh])


mistake("derive_backprop.element_form", """In your element form the derivative of tanh is 1 - h_j. It is 1 - tanh(a_j)², so
    h_j comes in squared.""",
        name="forgets_the_square", replace="(1 - h[j] ** 2)", by="(1 - h[j])",
        forms=[{"replace": "return sp.Sum(g[q] * W2[j, q], (q, 0, o - 1)) * (1 - h[j] ** 2)",
                "by": "e = sp.Sum(g[q] * W2[j, q], (q, 0, o - 1)); return e - h[j] * e"}])

mistake("derive_backprop.element_form", """In your element form the derivative of tanh is that of the logistic function, h_j
    (1 - h_j). That of tanh is 1 - h_j².""",
        name="takes_the_logistic_function_s", replace="(1 - h[j] ** 2)", by="h[j] * (1 - h[j])",
        forms=[{"replace": "(1 - h[j] ** 2)", "by": "(h[j] - h[j] ** 2)"}])

mistake("derive_backprop.element_form", """In your element form the derivative of tanh is taken at h_j: you wrote 1 -
    tanh(h_j)². The values given are those after tanh already, so the derivative is 1 - h_j².""",
        name="takes_tanh_twice", replace="(1 - h[j] ** 2)",
        by="(1 - sp.tanh(h[j]) ** 2)", forms=[{"replace": "(1 - h[j] ** 2)", "by": "sp.sech(h[j]) ** 2"},
                                              {"replace": "(1 - h[j] ** 2)", "by": "(1 / sp.cosh(h[j]) ** 2)"}])


def _follows_one_output(x, W1, h, W2, g, indices, sizes):
    i, j, k = indices
    d, m, o = sizes
    p = sp.Symbol("p", integer=True)
    a = g[k] * W2[j, k] * (1 - h[j] ** 2)
    return h[j] * g[k], g[k], x[i] * a, a, sp.Sum(g[k] * W2[p, k] * (1 - h[p] ** 2) * W1[i, p], (p, 0, m - 1))


mistake("derive_backprop.element_form", """In your element form a hidden entry reaches the loss through the one output y_k
    alone. It has a part in every output, so the derivative by h_j is a sum over all of them.""", name="follows_one_output",
        replace="sp.Sum(g[q] * W2[j, q], (q, 0, o - 1))", by="g[k] * W2[j, k]", forms=[_follows_one_output])


mistake("derive_backprop.element_form", """In your element form x_i reaches the loss through the one hidden entry a_j alone.
    It has a part in every hidden entry, so its derivative is a sum over all of them.""", name="follows_one_hidden_entry",
        replace="sp.Sum(W1[i, p] * by_a(p), (p, 0, m - 1))", by="W1[i, j] * by_a(j)",
        forms=[{"replace": "sp.Sum(W1[i, p] * by_a(p), (p, 0, m - 1))",
                "by": "W1[i, j] * sp.Sum(g[q] * W2[j, q] * (1 - h[j] ** 2), (q, 0, o - 1))"}])


mistake("derive_backprop.element_form", """In your element form the derivative by x_i has a factor of layer 1 outside of the
    sum: each hidden entry has a weight W1[i, p] and a 1 - h_p² of its own, so both stand inside, with the index that is
    summed over.""",
        name="leaves_the_factor_outside_of_the_sum", replace="sp.Sum(W1[i, p] * by_a(p), (p, 0, m - 1))",
        by="W1[i, j] * sp.Sum(by_a(p), (p, 0, m - 1))",
        forms=[{"replace": "sp.Sum(W1[i, p] * by_a(p), (p, 0, m - 1))", "by": "by_a(j) * sp.Sum(W1[i, p], (p, 0, m - 1))"}])


mistake("derive_backprop.element_form", """In your element form the derivative by W2[j, k] lacks the factor h_j, by which
    the weight is multiplied in y_k.""",
        name="leaves_the_hidden_entry_out", replace="return h[j] * g[k], g[k]", by="return g[k], g[k]",
        forms=[{"replace": "return h[j] * g[k], g[k]", "by": "return W2[j, k] * g[k], g[k]"}])


mistake("derive_backprop.element_form", """In your element form the derivative by W1[i, j] lacks the factor x_i, by which
    the weight is multiplied in a_j.""",
        name="leaves_the_input_out", replace="x[i] * by_a(j)", by="by_a(j)",
        forms=[{"replace": "x[i] * by_a(j)", "by": "W1[i, j] * by_a(j)"}])


mistake("derive_backprop.element_form", """In your element form the derivatives by the biases have a factor too many. A bias
    is added as it is, so the gradient of the sum, g_k or ∂L/∂a_j, arrives at it unchanged.""",
        name="multiplies_the_biases_gradient",
        replace="g[k], x[i] * by_a(j), by_a(j)", by="h[j] * g[k], x[i] * by_a(j), x[i] * by_a(j)",
        forms=[{"replace": "h[j] * g[k], g[k]", "by": "h[j] * g[k], h[j] * g[k]"},
               {"replace": "x[i] * by_a(j), by_a(j)", "by": "x[i] * by_a(j), x[i] * by_a(j)"}])


mistake("derive_backprop.element_form", """A sum in your element form ends one index too far. Indices begin at 0, and
    SymPy's Sum takes its last index in, other than Python's range.""",
        name="sums_one_too_many", replace="W2[j, q], (q, 0, o - 1)", by="W2[j, q], (q, 0, o)",
        forms=[{"replace": "(p, 0, m - 1)", "by": "(p, 0, m)"}])


mistake("derive_backprop.element_form", """A sum in your element form begins at 1. The indices begin at 0, as Python's do:
    it lacks the first term.""",
        name="begins_at_one", replace="W2[j, q], (q, 0, o - 1)", by="W2[j, q], (q, 1, o - 1)",
        forms=[{"replace": "(p, 0, m - 1)", "by": "(p, 1, m - 1)"}])

mistake("derive_backprop.element_form", """In your element form the derivative by x_i goes through the hidden entries without
    tanh'(a_p) = 1 - h_p². What arrives at x_i comes from the a_p, so each term of the sum has that factor.""",
        name="forgets_tanh_on_the_way_to_x", replace="sp.Sum(W1[i, p] * by_a(p), (p, 0, m - 1))",
        by="sp.Sum(W1[i, p] * sp.Sum(g[q] * W2[p, q], (q, 0, o - 1)), (p, 0, m - 1))",
        forms=[{"replace": "sp.Sum(W1[i, p] * by_a(p), (p, 0, m - 1))",
                "by": "sp.Sum(W1[i, p] * g[q] * W2[p, q], (q, 0, o - 1), (p, 0, m - 1))"}])

mistake("derive_backprop.element_form", """In your element form the gradient of a_j is the same for all j: you sum over the
    hidden entries as well as over the outputs. One h_j reaches y_q by its own weight W2[j, q] alone, so only the outputs are
    summed over.""", name="sums_over_the_hidden_entries",
        replace="return sp.Sum(g[q] * W2[j, q], (q, 0, o - 1)) * (1 - h[j] ** 2)",
        by="return sp.Sum(g[q] * sp.Sum(W2[p, q] * (1 - h[p] ** 2), (p, 0, m - 1)), (q, 0, o - 1))",
        forms=[{"replace": "return sp.Sum(g[q] * W2[j, q], (q, 0, o - 1)) * (1 - h[j] ** 2)",
                "by": "return sp.Sum(g[q] * W2[p, q] * (1 - h[p] ** 2), (p, 0, m - 1), (q, 0, o - 1))"}])

mistake("derive_backprop.element_form", """In your element form the derivative by a bias is a sum over the entries of its layer.
    One example has one b_k, which is added to y_k alone; so nothing is summed. In the matrix form the sum is over the
    examples.""", name="sums_the_biases_in_elements",
        replace="h[j] * g[k], g[k], x[i] * by_a(j), by_a(j)",
        by="h[j] * g[k], sp.Sum(g[q], (q, 0, o - 1)), x[i] * by_a(j), sp.Sum(by_a(p), (p, 0, m - 1))",
        forms=[{"replace": "h[j] * g[k], g[k]", "by": "h[j] * g[k], sp.Sum(g[q], (q, 0, o - 1))"},
               {"replace": "x[i] * by_a(j), by_a(j)", "by": "x[i] * by_a(j), sp.Sum(by_a(p), (p, 0, m - 1))"}])

mistake("derive_backprop.element_form", """Your element form returns the first layer's derivatives first. Wanted is the order
    of the way back: by W2, b2, W1, b1 and x.""", name="returns_the_first_layer_first",
        replace="h[j] * g[k], g[k], x[i] * by_a(j), by_a(j)", by="x[i] * by_a(j), by_a(j), h[j] * g[k], g[k]")


# ── matrices ────────────────────────────────────────────────────────────────────────────────────────────────────


def _multiplies_matrices_through(X, W1, H, W2, G):
    ones = sp.OneMatrix(1, X.shape[0])
    A = G * W2.T
    return H.T * G, ones * G, X.T * A, ones * A, A * W1.T


mistake("derive_backprop.matrix_form", """In your matrix form the gradient passes through tanh unchanged. G W2ᵀ is the
    gradient of H; from there back to the pre-activations each entry gets the factor 1 - H², entry by entry.""",
        name="forgets_tanh_in_matrices",
        replace="sp.HadamardProduct(G * W2.T, sp.OneMatrix(*H.shape) - sp.HadamardPower(H, 2))", by="G * W2.T",
        forms=[_multiplies_matrices_through])

mistake("derive_backprop.matrix_form", """In your matrix form the derivative of tanh is 1 - H. It is 1 - tanh², so the
    entries of H come in squared, by HadamardProduct(H, H), say.""",
        name="forgets_the_square_in_matrices", replace="sp.HadamardPower(H, 2)", by="H",
        forms=[{"replace": "sp.HadamardProduct(G * W2.T, sp.OneMatrix(*H.shape) - sp.HadamardPower(H, 2))",
                "by": "G * W2.T - sp.HadamardProduct(H, G * W2.T)"}])

mistake("derive_backprop.matrix_form", """In your matrix form the derivative of tanh is that of the logistic function, H∘(1
    - H). That of tanh is 1 - H∘H.""",
        name="takes_the_logistic_function_s_in_matrices", replace="sp.OneMatrix(*H.shape) - sp.HadamardPower(H, 2)",
        by="H - sp.HadamardPower(H, 2)",
        forms=[{"replace": "sp.HadamardProduct(G * W2.T, sp.OneMatrix(*H.shape) - sp.HadamardPower(H, 2))",
                "by": "sp.HadamardProduct(G * W2.T, H, sp.OneMatrix(*H.shape) - H)"}])

mistake("derive_backprop.matrix_form", """Your gradient of a weight matrix is transposed. It has the shape of the matrix
    itself: Hᵀ G is m × o, as W2 is, and Xᵀ A is d × m, as W1 is.""",
        name="transposes_the_weights", replace="H.T * G, ones * G, X.T * A", by="G.T * H, ones * G, A.T * X",
        forms=[{"replace": "return H.T * G", "by": "return G.T * H"}, {"replace": "X.T * A", "by": "A.T * X"},
               {"replace": "H.T * G, ones * G, X.T * A", "by": "(H.T * G).T, ones * G, (X.T * A).T"}])

mistake("derive_backprop.matrix_form", """Your gradient of a bias is a column. The biases are rows, 1 × o and 1 × m, and so
    are their gradients: a row of ones times the matrix.""",
        name="makes_columns_of_the_biases", replace="ones * G, X.T * A, ones * A", by="G.T * ones.T, X.T * A, A.T * ones.T",
        forms=[{"replace": "ones * G", "by": "G.T * ones.T"}, {"replace": "ones * A", "by": "A.T * ones.T"}])

mistake("derive_backprop.matrix_form", """Your gradient of a bias is not summed over the examples: it has a row for each of
    them. The one bias is added to every row, so its gradient is the sum of the rows, a row of ones times the matrix.""",
        name="does_not_sum_over_the_examples",
        replace="ones * G, X.T * A, ones * A", by="G, X.T * A, A",
        forms=[{"replace": "ones * G", "by": "G"}, {"replace": "ones * A, A * W1.T", "by": "A, A * W1.T"}])

mistake("derive_backprop.matrix_form", """Your gradient of a bias is summed over its own entries, and not over the examples:
    ones on the right of a matrix add up each row, ones on its left each column.""", name="sums_over_the_entries",
        replace="ones * G, X.T * A, ones * A", by="G * sp.OneMatrix(G.shape[1], 1), X.T * A, A * sp.OneMatrix(A.shape[1], 1)",
        forms=[{"replace": "ones * G", "by": "G * sp.OneMatrix(G.shape[1], 1)"},
               {"replace": "ones * A", "by": "A * sp.OneMatrix(A.shape[1], 1)"},
               {"replace": "ones * G, X.T * A, ones * A",
                "by": "(G * sp.OneMatrix(G.shape[1], 1)).T, X.T * A, (A * sp.OneMatrix(A.shape[1], 1)).T"}])

mistake("derive_backprop.matrix_form", """Your gradient of a bias is the mean over the examples. L depends on each of them,
    and the bias stands in every row: its gradient is the sum. Whether L has a 1/n in it is in G already.""",
        name="takes_the_mean_over_the_examples",
        replace="ones * G, X.T * A, ones * A", by="ones * G / X.shape[0], X.T * A, ones * A / X.shape[0]",
        forms=[{"replace": "ones * G", "by": "ones * G / X.shape[0]"},
               {"replace": "ones * A, A", "by": "ones * A / X.shape[0], A"},
               {"replace": "ones = sp.OneMatrix(1, X.shape[0])", "by": "ones = sp.OneMatrix(1, X.shape[0]) / X.shape[0]"}])

mistake("derive_backprop.matrix_form", """Your gradient of a weight matrix is divided by the number of examples. L depends
    on each of them, and the gradient is the sum; whether L has a 1/n in it is in G already.""",
        name="takes_the_mean_for_the_weights",
        replace="H.T * G, ones * G, X.T * A", by="H.T * G / X.shape[0], ones * G, X.T * A / X.shape[0]",
        forms=[{"replace": "return H.T * G", "by": "return H.T * G / X.shape[0]"}, {"replace": "X.T * A", "by": "X.T * A / X.shape[0]"}])

mistake("derive_backprop.matrix_form", """Your matrix form joins matrices whose sizes do not fit together. In a product the
    inner sizes are the same: transpose the factor whose summed index stands on the wrong side. Sums, and products entry by
    entry, want one shape.""", name="sizes_do_not_fit",
        replace="A * W1.T", by="A * W1", forms=[{"replace": "X.T * A", "by": "X * A"}, {"replace": "return H.T * G", "by": "return H * G"},
                                               {"replace": "G * W2.T", "by": "G * W2"}])

mistake("derive_backprop.matrix_form", """In your matrix form the square of H is a product of matrices, Hᵀ H. In 1 - H∘H each
    entry is squared by itself: sp.HadamardPower(H, 2), and sp.HadamardProduct for the factor.""",
        name="squares_by_a_matrix_product", replace="sp.HadamardProduct(G * W2.T, sp.OneMatrix(*H.shape) - sp.HadamardPower(H, 2))",
        by="(G * W2.T - G * W2.T * H.T * H)",
        forms=[{"replace": "sp.HadamardProduct(G * W2.T, sp.OneMatrix(*H.shape) - sp.HadamardPower(H, 2))",
                "by": "G * W2.T * (sp.Identity(H.shape[1]) - H.T * H)"}])

mistake("derive_backprop.matrix_form", """Your matrix form returns the first layer's gradients first. Wanted is the order of the
    way back: of W2, b2, W1, b1 and X.""", name="returns_the_first_layer_s_matrices_first",
        replace="H.T * G, ones * G, X.T * A, ones * A", by="X.T * A, ones * A, H.T * G, ones * G")
