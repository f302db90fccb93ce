"""Whose code a frame of the stack belongs to, told by the file that its code is from."""
import builtins
import importlib
import inspect
import os
import sys
import sysconfig
import traceback
import warnings

import numpy

__builtins__ = dict(vars(builtins))  # what the functions below use: a learner may replace the real ones

STANDARD, LIBRARY, GRADER, PROBE, LEARNER = "standard library", "library", "grader", "probe", "learner"


def owner_of_file(name: str) -> str:
    """One of the constants above, but for PROBE: the text of a probe comes over the wire and is known by its code."""
    if name.startswith(_LIBRARIES):
        return LIBRARY
    if name.startswith(_STANDARD):
        return STANDARD
    return GRADER if name.startswith(_GRADER_FOLDER) else LEARNER


def importer(frame):
    """Past the frames of the import system."""
    while frame is not None and (frame.f_code.co_filename.startswith("<frozen importlib")
                                 or frame.f_code.co_filename.startswith(_IMPORTLIB)):
        frame = frame.f_back
    return frame


def being_imported(frame) -> str:
    """The module that an import of Python's own is under way for, as the innermost frames say; "" for none."""
    while frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
        if frame.f_code is _FIND_AND_LOAD:
            return str(frame.f_locals.get("name", ""))
        frame = frame.f_back
    return ""


def for_a_traceback(frame) -> bool:
    """Whether the standard library reads a file to show a line of it."""
    while frame is not None and frame.f_code.co_filename.startswith(_STANDARD):
        if frame.f_code.co_filename in _SHOW_LINES:
            return True
        frame = frame.f_back
    return False


def past_frame_helpers(frame):
    """Past the functions of the standard library that hand frames on: those of inspect, generators, `currentframe`."""
    while frame is not None and (code := frame.f_code).co_filename.startswith(_STANDARD) and (
            code.co_filename == _INSPECT or code.co_flags & _GENERATOR
            or code.co_name in ("currentframe", "<lambda>")):
        frame = frame.f_back
    return frame


def _folders(*paths: str) -> tuple[str, ...]:
    return tuple({os.path.join(path, "") for path in paths if path})


_PATHS = sysconfig.get_paths()
_GRADER_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)).removesuffix(os.path.join("worker", "policy")), "")
# Looked at first: site-packages may lie below the standard library.
_LIBRARIES = _folders(_PATHS["purelib"], _PATHS["platlib"], os.path.dirname(os.path.dirname(numpy.__file__)),
                      *(entry for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))))
_STANDARD = (*_folders(_PATHS["stdlib"], _PATHS["platstdlib"], os.path.dirname(os.__file__)), "<frozen ")
_IMPORTLIB = importlib.__file__.removesuffix("__init__.py")
_INSPECT, _GENERATOR = inspect.__file__, inspect.CO_GENERATOR
_SHOW_LINES = {traceback.__file__, warnings.__file__}
_FIND_AND_LOAD = importlib._bootstrap._find_and_load.__code__
