"""Returns a list of twice the same list, forty deep: small in memory, a million million when it is written out."""


def unbroadcast(grad, shape):
    value = [0.0]
    for _ in range(38):
        value = [value, value]
    return value
