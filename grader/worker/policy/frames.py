"""Whose code a frame of the stack belongs to, decided by the file that the code is from."""
import builtins
import importlib
import inspect
import os
import sys
import sysconfig
import traceback
import warnings

import numpy

__builtins__ = dict(vars(builtins))  # a copy for the functions below: a learner may replace the real ones

STANDARD, LIBRARY, GRADER, PROBE, GIVEN, LEARNER = "standard library", "library", "grader", "probe", "given", "learner"


def owner_of_file(name: str) -> str:
    """One of the constants above, except PROBE and GIVEN.

    A probe comes over the wire and is recognised by its code object; the names of given files come with the exercise.
    """
    if name.startswith(_LIBRARIES):
        return LIBRARY
    if name.startswith(_STANDARD):
        return STANDARD
    return GRADER if name.startswith(_GRADER_FOLDER) else LEARNER


def importer(frame):
    """The first frame, from `frame` outwards, that is not of the import system; None if there is none."""
    while frame is not None and (frame.f_code.co_filename.startswith("<frozen importlib")
                                 or frame.f_code.co_filename.startswith(_IMPORTLIB)):
        frame = frame.f_back
    return frame


def being_imported(frame) -> str:
    """The name of the module that Python's import system is importing in the innermost frames; "" if none."""
    while frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
        if frame.f_code is _FIND_AND_LOAD:
            return str(frame.f_locals.get("name", ""))
        frame = frame.f_back
    return ""


def for_a_traceback(frame) -> bool:
    """Whether the innermost frames, all of the standard library, read a file to show a line of it."""
    while frame is not None and frame.f_code.co_filename.startswith(_STANDARD):
        if frame.f_code.co_filename in _SHOW_LINES:
            return True
        frame = frame.f_back
    return False


def past_frame_helpers(frame):
    """The first frame, from `frame` outwards, that is not of a function of the standard library that hands frames on.

    The functions of inspect, generators, lambdas and `currentframe` hand frames on. None if there is no other frame.
    """
    while frame is not None and (code := frame.f_code).co_filename.startswith(_STANDARD) and (
            code.co_filename == _INSPECT or code.co_flags & _GENERATOR
            or code.co_name in ("currentframe", "<lambda>")):
        frame = frame.f_back
    return frame


def _folders(*paths: str) -> tuple[str, ...]:
    return tuple({os.path.join(path, "") for path in paths if path})


_PATHS = sysconfig.get_paths()
_GRADER_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)).removesuffix(os.path.join("worker", "policy")), "")
# Tested before _STANDARD: site-packages may lie below the standard library.
_LIBRARIES = _folders(_PATHS["purelib"], _PATHS["platlib"], os.path.dirname(os.path.dirname(numpy.__file__)),
                      *(entry for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))))
_STANDARD = (*_folders(_PATHS["stdlib"], _PATHS["platstdlib"], os.path.dirname(os.__file__)), "<frozen ")
_IMPORTLIB = importlib.__file__.removesuffix("__init__.py")
_INSPECT, _GENERATOR = inspect.__file__, inspect.CO_GENERATOR
_SHOW_LINES = {traceback.__file__, warnings.__file__}
_FIND_AND_LOAD = importlib._bootstrap._find_and_load.__code__
