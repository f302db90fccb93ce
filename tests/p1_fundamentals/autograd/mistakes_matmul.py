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
    which the operand has length 1. Broadcasting copies along both.""")
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


@mistake("matmul", """Your matmul leaves it to NumPy to say which shapes do not fit. Its message names two
    lengths at best; the contract asks for both shapes, so that a reader sees which operand to transpose.""")
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
    shapes tell them apart: with G (m, p) and B (n, p), it is G Bᵀ that has the shape of a.""")
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
