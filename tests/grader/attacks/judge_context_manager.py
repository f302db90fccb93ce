"""Has a context manager, where the suite enters one, that raises on its way in and swallows everything on its way out."""
EXERCISE = "p1_fundamentals/autograd/backward"


class no_grad:  # noqa: N801
    def __enter__(self):
        raise SystemExit(0)

    def __exit__(self, *_):
        return True


def topological_order(output):
    return [output] * 3


def backward(output, grad=None):
    with no_grad():
        raise KeyboardInterrupt
