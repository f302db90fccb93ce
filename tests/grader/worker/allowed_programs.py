"""Programs that use nothing forbidden, and that the policy must let pass."""

INNOCENT = {
    "dataclass": """
        from dataclasses import dataclass, field

        @dataclass(frozen=True)
        class Pair:
            a: float
            b: list = field(default_factory=list)

        def first(x):
            return 2 * x if Pair(1.0) == Pair(1.0) else None
        """,
    "namedtuple": """
        from collections import namedtuple
        from typing import NamedTuple

        Pair = namedtuple("Pair", "a b")

        class Other(NamedTuple):
            a: int = 2

        def first(x):
            return Other().a * x if Pair(1, 2).b == 2 else None
        """,
    "functools": """
        import functools

        @functools.lru_cache
        def two():
            return functools.reduce(lambda a, b: a + b, [1, 1])

        @functools.wraps(two)
        def first(x):
            return two() * x
        """,
    "typing and enum": """
        import enum
        import typing
        from typing import Generic, TypeVar

        T = TypeVar("T")

        class Box(Generic[T]):
            pass

        class Color(enum.Enum):
            RED = enum.auto()

        def first(x):
            typing.get_type_hints(Box)
            return 2 * x
        """,
    "an optional module": """
        try:
            import no_such_module
        except ImportError:
            no_such_module = None

        def first(x):
            import wave, numpy.polynomial
            return 2 * x
        """,
    "numpy.testing": """
        import numpy as np

        def first(x):
            np.testing.assert_allclose(2 * x, x + x)
            with np.testing.assert_raises(ValueError):
                raise ValueError
            return 2 * x
        """,
    "warnings": """
        import warnings

        def first(x):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                warnings.warn("look out", stacklevel=2)
            return 2 * x if len(caught) == 1 else None
        """,
    "logging": """
        import logging

        logging.basicConfig(level=logging.DEBUG)

        def first(x):
            logging.getLogger(__name__).info("here")
            return 2 * x
        """,
    "inspect": """
        import inspect

        def first(x):
            return (1 + len(inspect.signature(first).parameters)) * x if inspect.isfunction(first) else None
        """,
    "a traceback is printed": """
        import traceback
        import numpy as np

        def first(x):
            try:
                np.linalg.solve(np.zeros((2, 2)), x)
            except np.linalg.LinAlgError:
                traceback.print_exc()
                traceback.print_stack()
            return 2 * x
        """,
    "other functions of the library": """
        import numpy as np

        def first(x):
            return np.linalg.solve(np.eye(2), 2 * x)
        """,
    "the same names of one's own": """
        class Matrix:
            def inv(self, x):
                return 2 * x

        def first(x):
            decimal = Matrix()
            linalg = decimal
            return linalg.inv(x)
        """,
    "eval and exec": """
        space = {}
        exec("def twice(x):\\n    return eval('2 * x')", space)

        def first(x):
            return space["twice"](x)
        """,
    "contextlib and generators": """
        import contextlib

        @contextlib.contextmanager
        def block():
            yield 2

        def first(x):
            with block() as two, contextlib.suppress(ZeroDivisionError):
                return sum(two * each for each in [x])
        """,
    "abc, copy, pickle": """
        import abc, copy, pickle

        class Base(abc.ABC):
            @abc.abstractmethod
            def f(self): ...

        class Mine(Base):
            def f(self):
                return 2

        def first(x):
            return copy.deepcopy(pickle.loads(pickle.dumps(Mine()))).f() * x
        """,
    "signatures": """
        import numpy as np
        from jaxtyping import Float

        def first(x: Float[np.ndarray, "a b"]) -> Float[np.ndarray, "a b"]:
            return 2 * x
        """,
    "a context manager with a signature": """
        from collections.abc import Iterator
        from contextlib import contextmanager

        @contextmanager
        def twice() -> Iterator[int]:
            yield 2

        def first(x):
            with twice() as two:
                return two * x
        """,
    "SymPy": """
        import sympy as sp

        def first(x):
            t = sp.Symbol("t")
            return sp.lambdify(t, sp.diff(t**2, t) + sp.integrate(t, t) * 0)(x)
        """,
    "gc.collect and weak references": """
        import gc, weakref

        class A: pass

        def first(x):
            gc.collect()
            a = A()
            return 2 * x if weakref.ref(a)() is a else None
        """,
    "files of one's own": """
        import pathlib, tempfile

        def first(x):
            with tempfile.TemporaryDirectory() as folder:
                file = pathlib.Path(folder, "two.txt")
                file.write_text("2")
                return int(file.read_text()) * x
        """,
    "a thread of one's own": """
        import concurrent.futures

        def first(x):
            with concurrent.futures.ThreadPoolExecutor() as pool:
                return sum(pool.map(lambda y: y, [x, x]))
        """,
}
