"""What an exercise is done without: refused by whatever way, told with its line, and nothing else is refused.

`decimal` stands for a forbidden library that is loaded already, `netrc` for one that is not, `numpy.linalg.inv` for
a forbidden function of an allowed one.
"""
import textwrap

import numpy as np
import pytest
import torch

from grader.judge import expect
from grader.records.verdict import Kind, Status
from tests.grader.helpers.judging import Judge, start_fork_server
from tests.grader.worker import probes_of_policy as probes

FILE = "solutions/p1/letters/first.py"
FORBIDS = ["decimal", "netrc", "numpy.linalg.inv"]
X = np.array([[2.0, 1.0], [1.0, 3.0]])

# Each a program whose line with `# here` is refused, and what the learner is told that the exercise is done without.
DETOURS = {
    "import, computed": ("""
        def first(x):
            return __import__("net" + "rc").netrc()  # here
        """, "netrc"),
    "import_module, computed": ("""
        import importlib

        def first(x):
            return importlib.import_module("net" + "rc").netrc()  # here
        """, "netrc"),
    "import by a string that is run": ("""
        def first(x):
            exec("import net" + "rc; net" + "rc.netrc()")  # here
        """, "netrc"),
    "a library that is loaded": ("""
        def first(x):
            return __import__("deci" + "mal").Decimal(1)  # here
        """, "decimal"),
    "sys.modules": ("""
        import sys

        def first(x):
            return sys.modules["deci" + "mal"].Decimal(1)  # here
        """, "decimal"),
    "sys.modules, by its type's own method": ("""
        import sys

        def first(x):
            module = sys.modules["decimal"]
            try:
                return object.__getattribute__(module, "Decimal")
            except AttributeError:
                return module.Decimal  # here
        """, "decimal"),
    "meta_path cleared": ("""
        import sys

        def first(x):
            sys.meta_path[:] = [f for f in sys.meta_path if "PathFinder" in str(f)]
            return __import__("net" + "rc")  # here
        """, "netrc"),
    "a loader by hand": ("""
        import importlib.util

        def first(x):
            spec = importlib.util.spec_from_file_location("mine", importlib.util.__file__.replace(
                "importlib/util", "netrc"))
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)  # here
        """, "the files of netrc"),
    "runpy": ("""
        import runpy

        def first(x):
            return runpy.run_module("net" + "rc")  # here
        """, "the files of netrc"),
    "pydoc": ("""
        import pydoc

        def first(x):
            return pydoc.locate("net" + "rc.netrc")  # here
        """, "netrc"),
    "its text is run": ("""
        import os

        def first(x):
            exec(open(os.__file__.replace("os.py", "netrc.py")).read())  # here
        """, "the files of netrc"),
    "the text of an allowed library's module is run": ("""
        import inspect
        import numpy as np

        def first(x):
            space = {}
            exec(inspect.getsource(np.linalg._linalg), space)  # here
        """, "the files of numpy"),
    "a second copy of the module": ("""
        import importlib
        import sys
        import numpy as np

        def first(x):
            del sys.modules["numpy.linalg._linalg"]
            return importlib.import_module("numpy.linalg._linalg").inv(x)  # here
        """, "numpy.linalg._linalg"),
    "reload": ("""
        import importlib
        import numpy as np

        def first(x):
            return importlib.reload(np.linalg).inv(x)  # here
        """, "the files of numpy"),
    "getattr, computed": ("""
        import numpy as np

        def first(x):
            return getattr(np.linalg, "in" + "v")(x)  # here
        """, "numpy.linalg.inv"),
    "eval": ("""
        import numpy as np

        def first(x):
            return eval("np.linalg." + "inv(x)", {"np": np, "x": x})  # here
        """, "numpy.linalg.inv"),
    "another name of the module": ("""
        import numpy as np

        def first(x):
            return vars(np.linalg._linalg)["inv"](x)  # here
        """, "numpy.linalg.inv"),
    "the kernel in a private module": ("""
        import numpy as np

        def first(x):
            return np.linalg._umath_linalg.inv(x)  # here
        """, "numpy.linalg.inv"),
    "the policy's tools replaced": ("""
        import builtins, inspect, sys
        import numpy as np

        def first(x):
            linalg = np.linalg
            real, sys._getframe, inspect.__file__ = builtins.next, lambda *_: None, ""
            builtins.next = lambda *_: None
            try:
                return linalg.inv(x)  # here
            finally:
                builtins.next = real
        """, "numpy.linalg.inv"),
    "bytes that are code": ("""
        import importlib._bootstrap_external

        def first(x):
            return importlib._bootstrap_external._compile_bytecode(b"N")  # here
        """, "marshal"),
    "handed to a library": ("""
        import numpy as np

        def first(x):
            linalg = np.linalg
            return np.apply_along_axis(lambda row: linalg.inv(x)[0], 0, x)  # here
        """, "numpy.linalg.inv"),
    "an allowed function that comes to it": ("""
        import numpy as np

        def first(x):
            return np.linalg.matrix_power(x, -1)  # here
        """, "numpy.linalg.inv"),
    "map": ("""
        import numpy as np

        def first(x):
            linalg = np.linalg
            return list(map(linalg.inv, [x]))[0]  # here
        """, "numpy.linalg.inv"),
    "caught": ("""
        import numpy as np

        def first(x):
            linalg = np.linalg
            try:
                return linalg.inv(x)  # here
            except BaseException:
                return np.array([[0.6, -0.2], [-0.2, 0.4]])
        """, "numpy.linalg.inv"),
    "the wrapped function of the proxy": ("""
        import numpy as np

        def first(x):
            linalg = np.linalg
            return linalg.inv._implementation(x)  # here
        """, "numpy.linalg.inv"),
    "the caller's frame": ("""
        import sys

        def first(x):
            return sys._getframe(1).f_globals["np"]  # here
        """, "the frames of its callers"),
    "the caller's frame, by inspect": ("""
        import inspect

        def first(x):
            return inspect.currentframe().f_back.f_globals  # here
        """, "the frames of its callers"),
    "the caller's frame, by a traceback": ("""
        def first(x):
            try:
                1 / 0
            except ZeroDivisionError as error:
                return error.__traceback__.tb_frame.f_back.f_globals  # here
        """, "the frames of its callers"),
    "the caller's frame, by traceback.walk_stack": ("""
        import traceback

        def first(x):
            return [frame.f_globals for frame, _ in traceback.walk_stack(None)]  # here
        """, "the frames of its callers"),
    "gc.get_objects": ("""
        import gc

        def first(x):
            return [o for o in gc.get_objects() if getattr(o, "__name__", "") == "inv"]  # here
        """, "the garbage collector"),
    "gc.get_referents": ("""
        import gc
        import numpy as np

        def first(x):
            linalg = np.linalg
            return gc.get_referents(linalg.inv)  # here
        """, "the garbage collector"),
    "settrace": ("""
        import sys

        def first(x):
            sys.settrace(lambda *args: None)  # here
        """, "sys.settrace"),
    "ctypes": ("""
        def first(x):
            import ctypes
            return ctypes.CDLL(None)  # here
        """, "ctypes"),
    "ctypes, by NumPy": ("""
        import numpy as np

        def first(x):
            return np.ctypeslib.load_library("libm.so.6", "/lib/x86_64-linux-gnu")  # here
        """, "ctypes"),
    "a subinterpreter": ("""
        def first(x):
            import _xxsubinterpreters  # here
            return _xxsubinterpreters.create()
        """, "_xxsubinterpreters"),
    "a subinterpreter, by importlib": ("""
        import importlib

        def first(x):
            return importlib.import_module("_xxsubinterpreters").create()  # here
        """, "_xxsubinterpreters"),
    "the grader itself": ("""
        import sys

        def first(x):
            sys.modules["grader.worker.policy.rules"].active.forbids.clear()  # here
        """, "grader"),
    "the grader, imported": ("""
        def first(x):
            from grader.worker.policy import rules as policy# here
            policy.active.forbids.clear()
        """, "grader"),
    "code under the name of a library's file": ("""
        import os

        def first(x):
            exec(compile("import net" + "rc", os.__file__, "exec"))  # here
        """, "code under the name of another file"),
    "code with another file's name put in": ("""
        import os

        def first(x):
            code = first.__code__.replace(co_filename=os.__file__)  # here
        """, "code under the name of another file"),
    "a function that is the forbidden one": ("""
        import numpy as np

        linalg = np.linalg
        first = linalg.inv
        """, "numpy.linalg.inv"),
    "a thread": ("""
        import threading
        import numpy as np

        def first(x):
            linalg, out = np.linalg, []
            thread = threading.Thread(target=lambda: out.append(linalg.inv(x)))  # here
            thread.start()
            thread.join()
            return out[0]
        """, "numpy.linalg.inv"),
    "pickle": ("""
        import pickle

        def first(x):
            return pickle.loads(b"cdecimal\\nDecimal\\n.")(1)  # here
        """, "decimal"),
    "operator.attrgetter": ("""
        import operator, sys

        def first(x):
            return operator.attrgetter("Decimal")(sys.modules["decimal"])  # here
        """, "decimal"),
}

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


@pytest.fixture(scope="module")
def loaded():
    with pytest.MonkeyPatch.context() as monkeypatch:
        fork_server = start_fork_server(monkeypatch, "decimal", "sympy")
    yield fork_server
    fork_server.end()


@pytest.fixture
def judge(tmp_path, loaded):
    judge = Judge(tmp_path, loaded)
    judge.course.find_one("first").forbids = FORBIDS
    yield judge
    assert judge.left_running() == []


def uses(work):
    """The function is called."""
    work.run(probes.call, X)


def doubles(work):
    """A matrix is doubled."""
    expect(work.first(X), equals=2 * X)


def program(text: str) -> tuple[str, int]:
    text = textwrap.dedent(text).lstrip("\n")
    return text, next((n for n, line in enumerate(text.splitlines(), 1) if "# here" in line), 0)


@pytest.mark.parametrize("check", [uses, doubles], ids=["by a probe", "by the judge"])
@pytest.mark.parametrize("name", DETOURS)
def test_a_detour_is_refused_and_told_with_its_line(judge, name, check):
    text, line = program(DETOURS[name][0])
    if "\nfirst = " in text and check is uses:
        pytest.skip("a probe may call what it likes")
    failed, = judge(text, check).checks
    place = f"{FILE}, line {line}: " if line and name != "a thread" else ""
    told = failed.note.removeprefix(f"{FILE}, line {line}: ") if name == "a thread" else failed.note
    assert failed.kind == Kind.FORBIDDEN, failed
    assert told.startswith(f"{place}this exercise is done without {DETOURS[name][1]}"), told


@pytest.mark.parametrize("name", INNOCENT)
def test_an_innocent_program_passes(judge, name):
    verdict = judge(program(INNOCENT[name])[0], doubles, memory_mb=800)
    assert verdict.status == Status.PASSED, (verdict.message, verdict.checks)


def test_a_refusal_while_the_file_is_loaded_is_told(judge):
    text = "try:\n    __import__('net' + 'rc')\nexcept ImportError:\n    pass\n\n\ndef first(x):\n    return 2 * x\n"
    verdict = judge(text, doubles)
    assert (verdict.status, verdict.earned, verdict.checks) == (Status.FAILED, 0, [])
    assert verdict.message == f"{FILE}, line 2: this exercise is done without netrc; take the import out."


def test_one_function_that_is_refused_does_not_cost_the_others_their_checks(judge):
    text = ("import numpy as np\n\n\ndef first(x):\n    return 2 * x\n\n\n"
            "def other(x):\n    return getattr(np.linalg, 'i' + 'nv')(x)\n")

    def inverts(work):
        """A matrix is inverted."""
        expect(work.other(X), equals=np.linalg.inv(X))

    verdict = judge(text, inverts, doubles)
    assert [c.status for c in verdict.checks] == [Status.FAILED, Status.PASSED]
    assert "line 9" in verdict.checks[0].note


def test_a_probe_may_use_what_the_learner_may_not(judge):

    def uses_them(work):
        """A probe inverts and imports."""
        expect(work.run(probes.inverse_by_all_means, X), equals=np.linalg.inv(X))

    assert judge("def first(x):\n    return 2 * x\n", uses_them).status == Status.PASSED


# ── torch ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def with_torch():
    with pytest.MonkeyPatch.context() as monkeypatch:
        fork_server = start_fork_server(monkeypatch, "torch", "torch._dynamo")
    yield fork_server
    fork_server.end()


@pytest.fixture
def torch_judge(tmp_path, with_torch):
    judge = Judge(tmp_path, with_torch)
    judge.context.fork_servers = {("torch", "torch._dynamo"): with_torch.connect_end}
    first = judge.course.find_one("first")
    first.preload, first.forbids = ["torch", "torch._dynamo"], ["torch.nn.functional.softmax", "torch.nn.Linear"]
    yield judge
    assert judge.left_running() == []


T = torch.tensor([[1.0, 2.0], [0.5, -1.0]])
WAYS_TO_SOFTMAX = {
    "another function": "torch.softmax(x, -1)",
    "a method": "x.softmax(-1)",
    "a method of the class": "torch.Tensor.softmax(x, -1)",
    "a method of the class of C": "torch._C.TensorBase.softmax(x, -1)",
    "the operator": "torch.ops.aten._softmax(x, -1, False)",
    "its overload": "torch.ops.aten._softmax.default(x, -1, False)",
    "the functions of C": "torch._C._VariableFunctions.softmax(x, -1)",
    "a module": "torch.nn.Softmax(-1)(x)",
    "computed": "getattr(torch.nn.functional, 'soft' + 'max')(x, -1)",
    "a scripted function": "torch.jit.trace(lambda y: y.softmax(-1), (x,))(x)",
    "vmap": "torch.func.vmap(lambda y: y.softmax(-1))(x)",
    "without the mode": "exec('with torch._C._DisableTorchDispatch(): out = x.softmax(-1)', {'torch': torch, 'x': x})",
    "a class": "getattr(torch.nn, 'Lin' + 'ear')(2, 2)",
    "a class that is made of it": "type('Mine', (getattr(torch.nn, 'Lin' + 'ear'),), {})(2, 2)",
}


@pytest.mark.parametrize("name", WAYS_TO_SOFTMAX)
def test_every_way_to_a_function_of_torch_is_refused(torch_judge, name):
    def check(work):
        """Softmax."""
        work.run(probes.call, T)

    text = f"import torch\n\n\ndef first(x):\n    return {WAYS_TO_SOFTMAX[name]}\n"
    failed, = torch_judge(text, check, memory_mb=1500).checks
    assert failed.kind == Kind.FORBIDDEN, failed
    assert failed.note.startswith(f"{FILE}, line 5: this exercise is done without torch.")


def test_what_is_allowed_of_torch_goes_on(torch_judge):
    def check(work):
        """Softmax by hand, a module, a backward pass; and the probe uses PyTorch's."""
        expect(work.run(probes.softmax_of_torch, T), equals=torch.softmax(T, -1))
        expect(work.first(T), equals=torch.softmax(T, -1))
        expect(work.gradient(T), equals=2 * T)

    text = """
        import torch
        from torch import nn

        class Scale(nn.Module):
            def __init__(self):
                super().__init__()
                self.factor = nn.Parameter(torch.ones(()))

            def forward(self, x):
                return x * self.factor

        def first(x):
            e = (Scale()(x) - x.amax(-1, keepdim=True)).exp()
            return (e / e.sum(-1, keepdim=True)).detach()

        def gradient(x):
            x = x.requires_grad_()
            (x ** 2).sum().backward()
            return x.grad
        """
    verdict = torch_judge(program(text)[0], check, memory_mb=1500)
    assert verdict.status == Status.PASSED, verdict.checks
