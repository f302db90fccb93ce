"""Checks, and texts of an exercise, that several tests of the judge use."""
import numpy as np

from grader.judge import expect

HEAD = "import numpy as np\nfrom jaxtyping import Float\n\n\n"


def returning(value: str) -> str:
    return f"{HEAD}def first(x):\n    return {value}\n"


def doubles(work):
    """An array is doubled."""
    x = np.array([1.0, 2.0])
    expect(work.first(x), equals=np.array([2.0, 4.0]), given={"x": x})


def doubles_a_number(work):
    """A number is doubled.

    This line is not part of the title.
    """
    expect(work.first(3), equals=6, given={"x": 3})


def is_there(work):
    """The function is there."""
    work.first  # noqa: B018
