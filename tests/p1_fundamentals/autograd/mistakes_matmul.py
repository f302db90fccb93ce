"""What learners get wrong in `matmul`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake


@mistake("matmul", """Your gradients have the batch axes of the result. Where broadcasting gave an operand
    batch axes that it did not have, or stretched one of length 1, its matrix was copied, and the gradients of
    the copies add up to one of the operand's own shape.""")
def keeps_the_batch_of_the_result(a, b):
    try:
        y = np.matmul(a.data, b.data)
    except ValueError as error:
        raise ValueError(f"no matrix product of shapes {a.shape} and {b.shape}: {error}") from None
    A = a.data[None, :] if a.ndim == 1 else a.data
    B = b.data[:, None] if b.ndim == 1 else b.data
    batch = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])

    def vjp(g):
        G = g.reshape(*batch, A.shape[-2], B.shape[-1])
        grad_a, grad_b = G @ B.swapaxes(-1, -2), A.swapaxes(-1, -2) @ G
        return (grad_a[..., 0, :] if a.ndim == 1 else grad_a), (grad_b[..., 0] if b.ndim == 1 else grad_b)
    return record(y, (a, b), vjp)


@mistake("matmul", """You sum a gradient over the batch axes that its operand lacks, but not over those in
    which the operand has length 1. Broadcasting copies along both.""",
         forms=[{"replace": "copied = (*range(new), *(new + i for i, n in enumerate(matrices.shape) if n == 1))",
                 "by": "copied = tuple(range(new))"}])
def forgets_the_stretched_axes(a, b):
    try:
        y = np.matmul(a.data, b.data)
    except ValueError as error:
        raise ValueError(f"no matrix product of shapes {a.shape} and {b.shape}: {error}") from None
    A = a.data[None, :] if a.ndim == 1 else a.data
    B = b.data[:, None] if b.ndim == 1 else b.data
    batch = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])

    def vjp(g):
        G = g.reshape(*batch, A.shape[-2], B.shape[-1])
        grad_a, grad_b = G @ B.swapaxes(-1, -2), A.swapaxes(-1, -2) @ G
        grad_a = grad_a.sum(axis=tuple(range(grad_a.ndim - A.ndim)))
        grad_b = grad_b.sum(axis=tuple(range(grad_b.ndim - B.ndim)))
        return (grad_a[..., 0, :] if a.ndim == 1 else grad_a), (grad_b[..., 0] if b.ndim == 1 else grad_b)
    return record(y, (a, b), vjp)


@mistake("matmul", """You transpose with .T, which reverses all axes. That is right for a matrix; in a batch
    of matrices only the last two axes change places.""")
def transposes_the_batch_too(a, b):
    try:
        y = np.matmul(a.data, b.data)
    except ValueError as error:
        raise ValueError(f"no matrix product of shapes {a.shape} and {b.shape}: {error}") from None
    A = a.data[None, :] if a.ndim == 1 else a.data
    B = b.data[:, None] if b.ndim == 1 else b.data
    batch = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])

    def sum_copies(gradient, matrices, operand):
        new = gradient.ndim - matrices.ndim
        copied = (*range(new), *(new + i for i, n in enumerate(matrices.shape) if n == 1))
        return gradient.sum(axis=copied).reshape(operand.shape)

    def vjp(g):
        G = g.reshape(*batch, A.shape[-2], B.shape[-1])
        return sum_copies(G @ B.T, A, a), sum_copies(A.T @ G, B, b)
    return record(y, (a, b), vjp)


@mistake("matmul", """Where an operand is a vector the product lacks an axis, and so does the gradient that flows
    in. Your vjp must put it back before its two products.""")
def forgets_the_axis_of_a_vector(a, b):
    try:
        y = np.matmul(a.data, b.data)
    except ValueError as error:
        raise ValueError(f"no matrix product of shapes {a.shape} and {b.shape}: {error}") from None

    def sum_copies(gradient, shape):
        new = gradient.ndim - len(shape)
        copied = tuple(new + i for i, n in enumerate(shape[:-2]) if n == 1 and gradient.shape[new + i] != 1)
        return gradient.sum(axis=copied, keepdims=True).sum(axis=tuple(range(max(new, 0))))

    def vjp(g):
        B = b.data.swapaxes(-1, -2) if b.ndim > 1 else b.data
        A = a.data.swapaxes(-1, -2) if a.ndim > 1 else a.data
        return (sum_copies(g @ B if g.ndim else g * B, a.shape), sum_copies(A @ g if g.ndim else A * g, b.shape))
    return record(y, (a, b), vjp)


@mistake("matmul", """You multiply with np.dot, which is the same for vectors and matrices. Of two batches it
    multiplies every matrix of the one with every matrix of the other; the product here pairs them up.""")
def multiplies_all_with_all(a, b):
    try:
        np.matmul(a.data, b.data)
        y = np.dot(a.data, b.data)
    except ValueError as error:
        raise ValueError(f"no matrix product of shapes {a.shape} and {b.shape}: {error}") from None
    A = a.data[None, :] if a.ndim == 1 else a.data
    B = b.data[:, None] if b.ndim == 1 else b.data
    batch = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])

    def sum_copies(gradient, matrices, operand):
        new = gradient.ndim - matrices.ndim
        copied = (*range(new), *(new + i for i, n in enumerate(matrices.shape) if n == 1))
        return gradient.sum(axis=copied).reshape(operand.shape)

    def vjp(g):
        G = g.reshape(*batch, A.shape[-2], B.shape[-1])
        return sum_copies(G @ B.swapaxes(-1, -2), A, a), sum_copies(A.swapaxes(-1, -2) @ G, B, b)
    return record(y, (a, b), vjp)


@mistake("matmul", """The message of your ValueError does not hold both shapes as Python writes them, such as "(2, 3)" or "()".
    NumPy's own message names two lengths at best, and 2x3 is another way to write it. With both whole shapes a reader sees
    which operand to transpose.""",
         forms=[{"replace": "    try:\n        y = np.matmul",
                 "by": """    if not a.ndim or not b.ndim:
        raise ValueError("an operand is a number")
    try:
        y = np.matmul"""},
                {"replace": "{a.shape} and {b.shape}: {error}", "by": "{a.shape}"},
                {"replace": "{a.shape} and {b.shape}: {error}", "by": "{b.shape}"}])
def leaves_the_message_to_numpy(a, b):
    y = np.matmul(a.data, b.data)
    A = a.data[None, :] if a.ndim == 1 else a.data
    B = b.data[:, None] if b.ndim == 1 else b.data
    batch = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])

    def sum_copies(gradient, matrices, operand):
        new = gradient.ndim - matrices.ndim
        copied = (*range(new), *(new + i for i, n in enumerate(matrices.shape) if n == 1))
        return gradient.sum(axis=copied).reshape(operand.shape)

    def vjp(g):
        G = g.reshape(*batch, A.shape[-2], B.shape[-1])
        return sum_copies(G @ B.swapaxes(-1, -2), A, a), sum_copies(A.swapaxes(-1, -2) @ G, B, b)
    return record(y, (a, b), vjp)


@mistake("matmul", """Your vjp gives each operand the gradient of the other: Aᵀ G to a and G Bᵀ to b. The
    shapes tell them apart: with G (m, p) and B (n, p), it is G Bᵀ that has the shape of a.""",
         forms=[{"replace": "return grad_a, grad_b", "by": "return grad_b, grad_a"}])
def swaps_the_gradients(a, b):
    try:
        y = np.matmul(a.data, b.data)
    except ValueError as error:
        raise ValueError(f"no matrix product of shapes {a.shape} and {b.shape}: {error}") from None
    A = a.data[None, :] if a.ndim == 1 else a.data
    B = b.data[:, None] if b.ndim == 1 else b.data
    batch = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])

    def vjp(g):
        G = g.reshape(*batch, A.shape[-2], B.shape[-1])
        return A.swapaxes(-1, -2) @ G, G @ B.swapaxes(-1, -2)
    return record(y, (a, b), vjp)


@mistake("matmul", """Your vjp is that of two matrices: G Bᵀ and Aᵀ G, with .T. Three things are missing. Where an
    operand is a vector, the axis that the product lost is put back into G first. In a batch only the last two axes
    change places; .T reverses all. And the gradients of a matrix that was copied to fill the batch axes are
    summed.""")
def knows_two_matrices_only(a, b):
    try:
        y = np.matmul(a.data, b.data)
    except ValueError as error:
        raise ValueError(f"no matrix product of shapes {a.shape} and {b.shape}: {error}") from None
    return record(y, (a, b), lambda g: (g @ b.data.T, a.data.T @ g))


@mistake("matmul", """Your vjp is right for two matrices, and for two batches of one shape. Two things are missing.
    Where an operand is a vector, the axis that the product lost is put back into the gradient that flows in. And where
    broadcasting copied an operand's matrices, the gradients of the copies are summed to the operand's own shape.""")
def knows_neither_vectors_nor_broadcasting(a, b):
    try:
        y = np.matmul(a.data, b.data)
    except ValueError as error:
        raise ValueError(f"no matrix product of shapes {a.shape} and {b.shape}: {error}") from None
    return record(y, (a, b), lambda g: (g @ b.data.swapaxes(-1, -2), a.data.swapaxes(-1, -2) @ g))


mistake("matmul", """Your matmul takes an operand of shape (), as np.dot and * do. A number is no matrix, and has no rows or columns to
    sum over: the contract asks for a ValueError.""", name="multiplies_by_a_number",
        replace="    try:\n        y = np.matmul(a.data, b.data)",
        by="""    if a.ndim == 0 or b.ndim == 0:
        return record(a.data * b.data, (a, b), lambda g: (g * b.data, g * a.data))
    try:
        y = np.matmul(a.data, b.data)""")


mistake("matmul", """Your matmul takes an inner length of 1 with any other, as in (2, 1) and (3, 4). Only batch axes broadcast; the
    inner lengths must be equal. np.einsum, and a product of arrays that is then summed, stretch an axis of length 1
    without a word.""", name="stretches_the_inner_length", replace="y = np.matmul(a.data, b.data)",
        by="""if a.ndim == 0 or b.ndim == 0:
            raise ValueError("an operand is a number")
        y = np.einsum("...ij,...jk->...ik", np.atleast_2d(a.data), b.data[:, None] if b.ndim == 1 else b.data)
        y = y[..., 0] if b.ndim == 1 else y
        y = y if a.ndim > 1 else y[..., 0] if b.ndim == 1 else y[..., 0, :]""")


mistake("matmul", """Your matmul refuses shapes that do not fit with an AssertionError. assert is for bugs in the program itself; an
    argument that does not fit is a ValueError, with both shapes in its message.""", name="asserts_that_shapes_fit",
        replace="raise ValueError(f\"no matrix", by="raise AssertionError(f\"no matrix")


mistake("matmul", """Your matmul raises another error than ValueError for shapes that do not fit. The arguments have the right type and a
    wrong value, which is what a ValueError says; the contract names it.""", name="raises_another_error",
        replace="raise ValueError(f\"no matrix", by="raise RuntimeError(f\"no matrix",
        forms=[{"replace": "raise ValueError(f\"no matrix", "by": "raise TypeError(f\"no matrix"},
               {"replace": "    try:\n        y = np.matmul",
                "by": """    if not a.ndim or not b.ndim:
        raise TypeError("an operand is a number")
    try:
        y = np.matmul"""}])


mistake("matmul", """Your matmul raises an IndexError for an operand of shape (): a number has no last axis that could be looked at. Ask
    whether there is an axis before you ask for its length; the contract wants a ValueError.""",
        name="looks_at_an_axis_of_a_number", replace="    try:\n        y = np.matmul",
        by="""    if a.shape[-1] != (b.shape[-2] if b.ndim > 1 else b.shape[0]):
        raise ValueError(f"inner lengths of {a.shape} and {b.shape}")
    try:
        y = np.matmul""")


mistake("matmul", """Your matmul refuses operands that fit, where b has batch axes. The inner length of b is its second last one, whatever
    stands in front; only of a matrix is that the first.""", name="takes_a_batch_axis_for_the_inner_one",
        replace="    try:\n        y = np.matmul", by="""    if not a.ndim or not b.ndim or a.shape[-1] != b.shape[0]:
        raise ValueError(f"inner lengths of {a.shape} and {b.shape}")
    try:
        y = np.matmul""")


mistake("matmul", """Where a vector meets a batch of matrices, your vjp does not put the axis that the product lost back into its place.
    A row's axis was the second last, a column's the last. Counted from the front it would stand among the batch
    axes.""", name="puts_a_vectors_axis_among_the_batch", replace="G = g.reshape(*batch, A.shape[-2], B.shape[-1])",
        by="""G = g if b.ndim > 1 else g[..., None]
        G = G if a.ndim > 1 else G[None]""",
        forms=[{"replace": "G = g.reshape(*batch, A.shape[-2], B.shape[-1])",
                "by": """G = g.reshape(1, 1) if not g.ndim else g[:, None] if b.ndim == 1 else g
        G = G if a.ndim > 1 or b.ndim == 1 else g[..., None, :]"""},
               {"replace": "G = g.reshape(*batch, A.shape[-2], B.shape[-1])",
                "by": """G = g.reshape(1, 1) if not g.ndim else g[:, None] if b.ndim == 1 else g
        G = G if a.ndim > 1 or b.ndim == 1 else g[None]"""},
               {"replace": "G = g.reshape(*batch, A.shape[-2], B.shape[-1])",
                "by": """G = g.reshape(-1, 1) if b.ndim == 1 else g
        G = G if a.ndim > 1 or b.ndim == 1 else g.reshape(1, -1)"""},
               {"replace": "G = g.reshape(*batch, A.shape[-2], B.shape[-1])",
                "by": """G = g.reshape(-1, 1) if b.ndim == 1 else g
        G = G if a.ndim > 1 or b.ndim == 1 else g[..., None, :]"""},
               {"replace": "G = g.reshape(*batch, A.shape[-2], B.shape[-1])",
                "by": "G = np.expand_dims(g, tuple(axis for axis, t in ((0, a), (-1, b)) if t.ndim == 1))"}])


mistake("matmul", """Where one operand requires no gradient, your vjp does not return a tuple of two. The parents are two all the same,
    and each has its place: None stands in that of the one that needs nothing.""",
        name="leaves_out_the_place_of_a_parent", replace="return grad_a, grad_b",
        by="return tuple(gradient for gradient in (grad_a, grad_b) if gradient is not None)")


mistake("matmul", """Your vjp returns None for the operand that requires a gradient, and computes the one that nobody asked for. Whether
    the gradient of a is needed, a.requires_grad says.""", name="asks_the_other_operand",
        replace="if a.requires_grad:", by="if b.requires_grad:",
        forms=[{"replace": "return grad_a, grad_b", "by": """if not (a.requires_grad and b.requires_grad):
            return (None, grad_a) if b.requires_grad else (grad_b, None)
        return grad_a, grad_b"""},
               {"replace": "if b.requires_grad:", "by": "if a.requires_grad:"},
               {"replace": "grad_a = grad_b = None",
                "by": """if not a.requires_grad or not b.requires_grad:
            return None, None
        grad_a = grad_b = None"""}])


mistake("matmul", """For an operand that requires no gradient your vjp returns zeros. None says that there is no gradient here; zeros say
    that there is one, and that it is 0.""", name="gives_zeros_in_place_of_none", replace="grad_a = grad_b = None",
        by="grad_a, grad_b = np.zeros_like(a.data), np.zeros_like(b.data)")


mistake("matmul", """The vjp of your matmul does not return a tuple with one gradient for each parent. A list is no tuple, and neither is an
    array that holds both.""", name="returns_no_tuple", replace="return grad_a, grad_b", by="return [grad_a, grad_b]")


mistake("matmul", """For float32 operands your gradients, or your product, are float64. np.zeros, np.ones and np.array of a list make
    float64 unless they are told otherwise, and float64 plus float32 is float64.""", name="computes_in_float64",
        replace="return grad_a, grad_b",
        by="return tuple(None if g is None else g.astype(float) for g in (grad_a, grad_b))",
        forms=[{"replace": "return record(y, (a, b), vjp)", "by": "return record(np.asarray(y, float), (a, b), vjp)"},
               {"replace": "return grad_a, grad_b",
                "by": "return grad_a, None if grad_b is None else grad_b.astype(float)"}])


def sums_axes_longer_than_one_by_hand(a, b):
    try:
        y = np.matmul(a.data, b.data)
    except ValueError as error:
        raise ValueError(f"no matrix product of shapes {a.shape} and {b.shape}: {error}") from None
    A = a.data[None, :] if a.ndim == 1 else a.data
    B = b.data[:, None] if b.ndim == 1 else b.data

    def sum_copies(gradient, shape):
        gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
        for axis, n in enumerate(shape):
            if n == 1 and gradient.shape[axis] > 1:
                gradient = gradient.sum(axis=axis, keepdims=True)
        return gradient

    def vjp(g):
        G = g[..., None] if b.ndim == 1 else g
        G = G[..., None, :] if a.ndim == 1 else G
        grad_a = sum_copies(G @ B.swapaxes(-1, -2), A.shape)
        grad_b = sum_copies(A.swapaxes(-1, -2) @ G, B.shape)
        return (grad_a[0] if a.ndim == 1 else grad_a), (grad_b[..., 0] if b.ndim == 1 else grad_b)
    return record(y, (a, b), vjp)


mistake("matmul", """Where the batch of the one operand has length 1 and that of the other 0, your gradient keeps the 0. An axis of length 1
    becomes any other length, 0 too: its gradient is then a sum over nothing, zeros of the operand's own shape.""",
        name="sums_axes_longer_than_one", replace="if n == 1))", by="if n == 1 and gradient.shape[new + i] > 1))",
        forms=[sums_axes_longer_than_one_by_hand])


mistake("matmul", """You sum a gradient over the batch axes in which its operand has length 1, but not over those that the operand
    lacks. Broadcasting copies along both.""", name="forgets_the_axes_in_front",
        replace="return (gradient.sum(axis=copied) if copied else gradient).reshape(operand.shape)",
        by="""gradient = gradient.sum(axis=copied[new:], keepdims=True)
        return gradient[..., 0, :] if operand is a and a.ndim == 1 else gradient[..., 0] if operand.ndim == 1 else gradient""",
        forms=[{"replace": "copied = (*range(new), *(new + i for i, n in enumerate(matrices.shape) if n == 1))",
                "by": "copied = tuple(new + i for i, n in enumerate(matrices.shape) if n == 1)"}])


mistake("matmul", """Your product has an axis too many where an operand is a vector. The axis that made a matrix of it is removed from the
    result.""", name="keeps_the_axis_of_a_vector", replace="return record(y, (a, b), vjp)",
        by="return record(A @ B, (a, b), vjp)",
        forms=[{"replace": "return record(y, (a, b), vjp)",
                "by": "return record((A @ B)[..., 0] if b.ndim == 1 < a.ndim else A @ B, (a, b), vjp)"},
               {"replace": "return record(y, (a, b), vjp)",
                "by": "return record((A @ B)[..., 0, :] if a.ndim == 1 < b.ndim else A @ B, (a, b), vjp)"},
               {"replace": "return record(y, (a, b), vjp)", "by": """return record(A @ B if a.ndim == 1 else y, (a, b), vjp)"""}])


mistake("matmul", """Your product of a vector has too few axes: one of length 1 that belongs to the other operand is gone too, as in (3,)
    times (3, 1). squeeze removes every axis of length 1; name the one that you added.""", name="squeezes_every_axis",
        replace="return record(y, (a, b), vjp)",
        by="return record(y.squeeze() if 1 in (a.ndim, b.ndim) else y, (a, b), vjp)")


mistake("matmul", """The gradient of a vector has the axis of length 1 that made a matrix of it. A gradient has its operand's own shape,
    (n,).""", name="gives_a_vector_the_gradient_of_a_matrix", replace=".reshape(operand.shape)", by=".reshape(matrices.shape)",
        forms=[{"replace": ".reshape(operand.shape)", "by": ".reshape(matrices.shape if operand is b else a.shape)"},
               {"replace": ".reshape(operand.shape)", "by": ".reshape(matrices.shape if operand is a else b.shape)"}])


mistake("matmul", """A matrix of your vjp is not transposed. It is G Bᵀ for a and Aᵀ G for b: with G (m, p) and B (n, p) the shapes fit in no
    other way, unless the matrices are square.""", name="forgets_to_transpose", replace="B.swapaxes(-1, -2)", by="B",
        forms=[{"replace": "A.swapaxes(-1, -2) @ G", "by": "A @ G"},
               {"replace": """G @ B.swapaxes(-1, -2)                    # (*batch, m, p) @ (..., p, n) -> (*batch, m, n)
            grad_a = sum_copies(grad_A, A, a)
        if b.requires_grad:
            grad_B = A.swapaxes(-1, -2) @ G""", "by": """G @ B
            grad_a = sum_copies(grad_A, A, a)
        if b.requires_grad:
            grad_B = A @ G"""}])


mistake("matmul", """A product of your vjp has its factors in the wrong order. It is G Bᵀ for a and Aᵀ G for b; a matrix product may not be
    turned round.""", name="multiplies_from_the_other_side", replace="G @ B.swapaxes(-1, -2)", by="B.swapaxes(-1, -2) @ G",
        forms=[{"replace": "A.swapaxes(-1, -2) @ G", "by": "G @ A.swapaxes(-1, -2)"}])


mistake("matmul", """You multiply element by element, with *. The product of matrices sums over the inner axis.""",
        name="multiplies_the_elements", replace="y = np.matmul(a.data, b.data)", by="y = a.data * b.data")
