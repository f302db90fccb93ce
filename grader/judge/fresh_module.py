"""Import an author's file as it is now.

Python keeps compiled files by size and by the second of their last save, and an author may save twice in a second.
"""
import contextlib
import sys
import types
from collections.abc import Iterator
from pathlib import Path


def fresh_module(name: str, path: Path) -> types.ModuleType:
    """The module of the file `path`, under `name`. Raises what the file raises."""
    module = sys.modules[name] = types.ModuleType(name)
    module.__file__ = str(path)
    exec(compile(path.read_bytes(), str(path), "exec", dont_inherit=True), module.__dict__)
    return module


@contextlib.contextmanager
def nothing_compiled_is_kept() -> Iterator[None]:
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
