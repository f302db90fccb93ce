"""Returns the most values that fit into a reply, in lists and dicts: a node costs its reader fifty times its bytes."""


def unbroadcast(grad, shape):
    return [list(range(100)) for _ in range(40_000)] if grad.ndim % 2 else {str(n): [] for n in range(400_000)}
