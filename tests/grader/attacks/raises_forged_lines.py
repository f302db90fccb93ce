"""Raises from code that claims to be in other files: the suite's, the reference's, a system file."""
import grader

ROOT = grader.__file__.rsplit("/", 2)[0]
FILES = [f"{ROOT}/tests/p1_fundamentals/autograd/test_unbroadcast.py", f"{ROOT}/solutions/p1_fundamentals/autograd/unbroadcast.py",
         "/etc/passwd", __name__]


def unbroadcast(grad, shape):
    exec(compile("\n" * 60 + "raise KeyError('line')", FILES[grad.ndim % 4], "exec"))
