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

    The packages too: `from tests import oracles` would find an attribute of the package, which is the old module.
    """
    for name, module in list(sys.modules.items()):
        if isinstance(module, ModuleType) and is_of_tests(name, module, root / FOLDER):
            del sys.modules[name]
    importlib.invalidate_caches()
    linecache.clearcache()
    baselines.forget()


def is_of_tests(name: str, module: ModuleType, folder: Path) -> bool:
    # Its dict is asked: other ways to ask could import a module that is imported when it is first used.
    held = vars(module)
    places = [held.get("__file__"), *(held.get("__path__") or ())]
    if any(isinstance(place, str) and f"{place}{os.sep}".startswith(f"{folder}{os.sep}") for place in places):
        return True
    return places == [None] and name.partition(".")[0] == FOLDER  # a package that pytest has made up
