"""Programs that use what an exercise is done without, each refused in one of its lines."""
import textwrap

FILE = "solutions/p1/letters/first.py"

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
    "a second copy of a module in C": ("""
        import importlib.machinery
        import importlib.util
        import numpy as np

        def first(x):
            name, path = "_umath_linalg", np.linalg._umath_linalg.__file__
            loader = importlib.machinery.ExtensionFileLoader(name, path)
            spec = importlib.util.spec_from_file_location(name, path, loader=loader)
            return importlib.util.module_from_spec(spec).inv(x)  # here
        """, "the files of numpy"),
    "a library's collection of functions": ("""
        from numpy._core import overrides

        def first(x):
            kron, = [f for f in overrides.ARRAY_FUNCTIONS if getattr(f, "__name__", "") == "kron"]
            return kron(x, x)  # here
        """, "numpy.kron"),
    "what the proxy's function holds": ("""
        import numpy as np

        def first(x):
            linalg = np.linalg
            return vars(linalg.inv)["__wrapped__"](x)  # here
        """, "numpy.linalg.inv"),
    "its code and globals": ("""
        import types
        import numpy as np

        def first(x):
            linalg = np.linalg
            return types.FunctionType(linalg.inv.__code__, linalg.inv.__globals__)(x)  # here
        """, "numpy.linalg.inv"),
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


def program(text: str) -> tuple[str, int]:
    text = textwrap.dedent(text).lstrip("\n")
    return text, next((n for n, line in enumerate(text.splitlines(), 1) if "# here" in line), 0)
