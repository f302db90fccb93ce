"""Load exercise modules from source text that the judge sent, never from the learner's folder.

The worker serves every `exercises.*` import from that text. So no file beside the learner's file (such as `timeit.py`)
can shadow a library, and the text that was hashed is the text that runs. `exercises.common`, given code of the whole
course, is loaded from ordinary files on disk. What the exercise forbids is hidden in each module of given code.
"""
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import linecache
import sys
import types
from collections.abc import Collection
from pathlib import Path

from grader.worker import policy
from grader.worker.signatures import checked_when_awaited, is_asynchronous

PACKAGE = "exercises"


class SourceFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports `exercises.*` from memory. ModuleNotFoundError for a module of it that is not in `sources`."""

    def __init__(self, sources: dict[str, tuple[str, str]], given: Collection[str], common: str | None,
                 folder: str = ""):
        self.sources = sources  # {module name: (file name to show, text)}
        self.given = given      # those of them that are given code
        self.common = common    # the folder of the given code
        self.folder = folder    # where a module's text is written if it asks for its file

    def find_spec(self, name, path=None, target=None):
        if name == f"{PACKAGE}.common" and self.common:
            spec = importlib.util.spec_from_loader(name, loader=None, is_package=True)
            spec.submodule_search_locations = [self.common]
            return spec
        if self.common and name.startswith(f"{PACKAGE}.common."):
            return find_common(name, self.common)
        if name in self.sources:
            return importlib.util.spec_from_loader(name, self, origin=self.sources[name][0])
        if name == PACKAGE or any(known.startswith(name + ".") for known in self.sources):
            return importlib.util.spec_from_loader(name, loader=None, is_package=True)
        if name.startswith(f"{PACKAGE}."):
            raise ModuleNotFoundError(f"this exercise is judged with the given code and with what it builds on, and "
                                      f"{name.rpartition('.')[2]} is neither", name=name)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        filename, text = self.sources[module.__name__]
        # So that tracebacks show the learner's lines, although the file is never opened.
        linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
        if self.folder and "__file__" in text:
            path = Path(self.folder, filename)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", errors="surrogatepass")
            module.__file__ = str(path)
        exec(compile(text, filename, "exec", dont_inherit=True), module.__dict__)
        if module.__name__ in self.given:
            policy.hide_in_given(module)


class CommonLoader(importlib.machinery.SourceFileLoader):
    """Loads a module of `exercises.common` from its file."""

    def exec_module(self, module):
        super().exec_module(module)
        policy.hide_in_given(module)


def find_common(name: str, folder: str):
    """The spec of a module of `exercises.common`, None if there is no such file."""
    path = Path(folder, *name.split(".")[2:]).with_suffix(".py")
    if not path.is_file():
        return None
    return importlib.util.spec_from_file_location(name, path, loader=CommonLoader(name, str(path)))


def load(name: str, sources: dict[str, tuple[str, str]], *, given: Collection[str] = (), common: str | None = None,
         check_shapes: bool | Collection[str] = True, folder: str = "") -> types.ModuleType:
    """Import module `name` (dotted, below `exercises`), with the modules that it imports taken from `sources`.

    `sources` is {module name: (file name to show, text)}; `given` are those of them that are given code, and `common` is
    the folder of the course's given code. If `check_shapes`,
    the functions that this module defines check their jaxtyping signatures, or those of them that it names. The modules
    that it builds on do not, because they have their own suites. A module that asks for its `__file__` finds it below
    `folder`, if that is given. Raises whatever the module raises when it is imported.
    """
    for loaded in [m for m in sys.modules if m == PACKAGE or m.startswith(PACKAGE + ".")]:
        del sys.modules[loaded]
    sys.meta_path[:] = [f for f in sys.meta_path if not isinstance(f, SourceFinder)]
    sys.meta_path.insert(0, SourceFinder(sources, given, common, folder))
    module = importlib.import_module(name)
    if check_shapes:
        check_signatures(module, None if check_shapes is True else check_shapes)
    return module


def check_signatures(module: types.ModuleType, contract: Collection[str] | None = None) -> None:
    """Wrap the functions and methods that `module` defines, so that each call checks the shapes in the signature.

    If `contract` is given, only those that it names (`f`, `Class.f`): the annotations of a learner's helpers are their own.
    Of coroutine functions it checks what is awaited, of asynchronous generators what is yielded. Functions without
    annotations are left as they are, and so are generator functions, also those under a decorator: what is called under
    @contextmanager returns no iterator, though it has the generator's signature. The same goes for what a decorator made
    of an asynchronous function.
    """
    from beartype import beartype
    from jaxtyping import jaxtyped

    def checked(function):
        inner = inspect.unwrap(function)
        if not function.__annotations__ or inspect.isgeneratorfunction(inner):
            return function
        check = jaxtyped(typechecker=beartype)
        if is_asynchronous(function):
            return checked_when_awaited(function, check)
        return function if is_asynchronous(inner) else check(function)

    def is_in_contract(owner, name):
        within = "" if owner is module else f"{owner.__qualname__}."
        return contract is None or within + name in contract

    def is_own_function(value):
        return inspect.isfunction(value) and value.__module__ == module.__name__

    for owner in [module, *(v for v in vars(module).values() if inspect.isclass(v) and v.__module__ == module.__name__)]:
        for name, value in list(vars(owner).items()):
            if not is_in_contract(owner, name):
                continue
            if is_own_function(value):
                setattr(owner, name, checked(value))
            elif isinstance(value, (staticmethod, classmethod)) and is_own_function(value.__func__):
                setattr(owner, name, type(value)(checked(value.__func__)))
