"""What learners get wrong in `sparsity`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# FILL IN: four mistakes or more that learners really make. A whole function, or a change of the reference's text.


@mistake("sparsity", "FILL IN: what is seen and why it is wrong, true of everybody who fails in this way.")
def returns_its_argument(x):
    if not x.size:
        raise ValueError("there are no elements")
    return x.copy()


@mistake("sparsity", "FILL IN: the argument is changed in place; it belongs to the caller.")
def changes_its_argument(x):
    if not x.size:
        raise ValueError("there are no elements")
    x *= 2
    return x


mistake("sparsity", "FILL IN: the result is float64 for a float32 argument.", name="always_float64",
        replace="np.asarray(2 * x)", by="np.asarray(2 * x, dtype=np.float64)")

mistake("sparsity", "FILL IN: an argument without elements gets through.", name="never_refuses",
        replace="if not x.size:", by="if False:")
