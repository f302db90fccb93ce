"""Returns a dict in a dict as deep as may be, and deeper."""


def unbroadcast(grad, shape):
    value = {}
    for _ in range([39, 40, 41, 900, 100_000][grad.ndim % 5]):
        value = {"a": value}
    return value
