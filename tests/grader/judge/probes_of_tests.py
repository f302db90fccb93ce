"""A probe for the tests of the judge."""


def applied(work, function, x, times=1):
    for _ in range(times):
        x = getattr(work, function)(x)
    return x
