"""The policy: refuses what an exercise forbids while its code runs. course/forbidden.py reads the syntax tree before.

These parts are installed before the first line of the learner's code runs:

  audit_hook        refuses imports of forbidden libraries in any way, their files and shared objects, and the ways
                    around this policy: frames of the callers, `gc.get_objects`, ctypes, code under another file's name
  proxies           replace a module or function that is forbidden, or closed to learners, and loaded already: ctypes
                    and the grader itself, `numpy.linalg.inv` or `torch.nn` if that name is forbidden, and what else
                    they are called (course/other_names.py, torch_names.py)
  torch_operators   a dispatch mode, if a forbidden name of torch covers an operator, or derivatives: it sees the ways
                    that pass the proxies by: `x.softmax(0)`, `torch.ops.aten._softmax`
  seal              closes the ways from an object to the grader's functions: classes, `sys.meta_path`, the main module
  differentiation   guards on all that differentiates in SymPy, mpmath and NumPy, if `differentiation` is forbidden

The fork server prepares them: it indexes where the loaded libraries hold their functions (index.py).

The stack tells whose code asks (frames.py). It is read from the inside out, past the frames of libraries: the first
frame that belongs to no library decides. The suite's probes may use anything. A learner's frame, or a frame of code
made at run time, may not. So an allowed function that calls a forbidden one is refused as well:
`np.vectorize(np.linalg.inv)` and `np.linalg.matrix_power(a, -1)` are ways to the inverse, and a suite's author who
forbids a name means what it computes. (If the reference needs it, `grader verify` reports that.) For imports the rule
is less strict. If a library itself tries to import a forbidden library, it gets an ImportError, but the refusal is not
recorded. A library that cannot do without the import is loaded before, by `preload` in course.yml.

Given code (`models.py`, `exercises/common`) may use what is forbidden, for what its own text names. It holds proxies, so
a learner who looks into it finds nothing. What a learner hands over to it, it calls by another name: that is refused.

A refusal raises ForbiddenError. The first refusal is recorded, and every reply reports it until the check ends. So a
learner gains nothing by catching the exception.

The policy covers what can be asked of Python. It is no sandbox, and it does not see code that
  - writes into memory (as_strided with strides out of bounds),
  - computes the same under another name (a method of a C type, an operator such as `@`, another library),
  - receives a frame from a library that took the frame for its own use,
  - receives a function of a probe that calls its argument,
  - hands a function of a library to given code, which calls back from there,
  - replaces functions of the standard library that this package calls,
  - opens a library's file relative to a folder's descriptor,
  - hands a trusted library an address of its own: torch.onnx reads what a tensor's `data_ptr()` says,
  - is a finaliser and runs while the grader itself is at work.
Even so, only the values that come back earn marks.
"""
import builtins
import os
import sys
import types
from collections.abc import Sequence

from grader.worker.policy import differentiation, proxies
from grader.worker.policy.audit_hook import add_audit_hook
from grader.worker.policy.rules import ForbiddenError, active
from grader.worker.policy.seal import seal

__all__ = ["ForbiddenError", "active", "hide_in_given", "install", "prepare"]
__builtins__ = dict(vars(builtins))  # as in frames.py

_REAL_PATH = os.path.realpath


def prepare() -> None:
    """In the fork server, once, when all of the grader is loaded: index the libraries, close the modules that are off
    limits for every exercise, and the ways to the grader."""
    if "torch" in sys.modules:
        from grader.worker.policy import tensor_text, torch_operators  # noqa: F401 -- loaded here, once
    seal()
    proxies.prepare()


def install(forbids: list[str], files: set[str], given: list[str], watch_operators: bool = True,
            trusts: Sequence[str] = ()) -> None:
    """Enforce an exercise's rules in this process from now on.

    `forbids` are the forbidden names, `files` the names of the learner's files, and `given` is how the names of the files
    of given code begin. Without `watch_operators`, a name of torch is refused only where a proxy stands for it. What `trusts`
    names are libraries, or parts of them, that may use ctypes for the learner.
    """
    first_time = not active.files
    active.forbids, active.files, active.given = list(forbids), set(files), tuple(given)
    active.kinds.clear()
    active.trusts = tuple(place for name in trusts for place in places_of_module(name))
    active.places = places_of({name.partition(".")[0] for name in forbids})
    proxies.install_proxies(active)
    if "torch" in sys.modules and any(name.startswith("torch.") for name in forbids):
        from grader.worker.policy import tensor_text, torch_operators
        if watch_operators:
            torch_operators.watch_if_needed(active)
        active.tensor_text = tensor_text.TensorText()
    if "differentiation" in forbids:
        active.forbids += differentiation.WITHOUT
        active.places += places_of({*differentiation.GUARDED, *differentiation.WITHOUT})
        active.proxied |= differentiation.install_guards(active)
    if first_time:
        add_audit_hook(active)


def hide_in_given(module: types.ModuleType) -> None:
    """Hide what is forbidden in a module of given code, which was just loaded, from the learner."""
    if active.forbids:
        proxies.hide_in_given(module, active)


def places_of_module(name: str) -> list[str]:
    """How the names of a module's files begin: its folders, if it is a package, or else its one file."""
    if not proxies.loadable(name):
        return []
    spec = sys.modules[name].__spec__
    return [os.path.join(folder, "") for folder in spec.submodule_search_locations or ()] or [spec.origin]


def places_of(libraries: set[str]) -> list[tuple[str, str]]:
    """(library, how the paths of its files begin), for each folder in which a library could be installed."""
    folders = [_REAL_PATH(entry) for entry in sys.path if entry]
    return [(top, os.path.join(folder, inside)) for folder in folders for top in libraries
            for inside in (os.path.join(top, ""), f"{top}.", os.path.join("__pycache__", f"{top}."))]
