"""Forget what this process has imported of a course's tests, so that the suites can be collected anew as they are on disk.

A process that has the libraries loaded is a few seconds ahead of a new one.
"""
import importlib
import linecache
import os
import sys
from pathlib import Path
from types import ModuleType

from grader.judge import baselines

FOLDER = "tests"


def forget_tests(root: Path) -> None:
    """Forget all modules below `root`/tests, their lines and the values that they keep.

    Their packages too, which have no file: `from tests import oracles` would find an attribute of the package, which is the
    old module.
    """
    modules = {name: module for name, module in list(sys.modules.items()) if isinstance(module, ModuleType)}
    gone = {name for name, module in modules.items() if file_of(module).startswith(f"{root / FOLDER}{os.sep}")}
    packages = {name.rpartition(".")[0] for name in gone}
    while packages:
        gone |= {name for name in packages if name in modules and not file_of(modules[name])}
        packages = {name.rpartition(".")[0] for name in packages} - {""}
    for name in gone:
        del sys.modules[name]
    importlib.invalidate_caches()
    linecache.clearcache()
    baselines.forget()


def file_of(module: ModuleType) -> str:
    """The file of a module, as text; empty for a package without a file, and for what is built in."""
    return str(vars(module).get("__file__") or "")  # by its dict: another way to ask could import what waits for its first use
