"""What an exercise is done without, held while its code runs. The syntax tree was read before (course/forbidden.py).

Three things hold it, put in place before the first line of the learner's code:

  audit_hook        imports of forbidden libraries by whatever way, their files and shared objects, and what would lead
                    around all this: frames of the callers, `gc.get_objects`, ctypes, code under another file's name
  proxies           in the place of a module or function that is forbidden, or not for learners, and loaded already: for
                    ctypes and the grader itself, and for `numpy.linalg.inv` where NumPy is allowed
  torch_operators   a dispatch mode, where something of torch is forbidden by a dotted name: it sees each operator that runs

Who asks is read off the stack (frames.py), from the inside out, past the frames of libraries: the first frame that is not
one of them decides. The suite's probes may use anything; a learner's frame, or one of code that was made at run time, may
not. So an allowed function that comes to a forbidden one on its way is refused as well: `np.vectorize(np.linalg.inv)` and
`np.linalg.matrix_power(a, -1)` are ways to the inverse, and a suite's author who forbids a name means what it computes.
(Where the reference needs it, `grader verify` says so.) An import is looser: where a library tries for itself to import
what is forbidden, it is told that there is none, and nobody is blamed; a library that cannot do without it is loaded
before, by `preload` in course.yml.

What is refused raises ForbiddenError, and the first refusal is kept: until the check is over, each reply tells it. Who
catches the exception gains nothing.

This holds what Python can be asked to do. It is no sandbox, and these are not seen here: who writes into memory
(as_strided with wild strides); who finds what computes the same under another name (a method of a C type, an operator
such as `@`, another library); who has a frame handed over by a library that took it for its own use, or is given a
probe's function that calls what it is given; who replaces functions of the standard library that this package calls; who
reads a library's file by a folder's descriptor; finalisers that run while the grader itself is at work. Marks are still
earned by what comes back alone.
"""
import builtins
import os
import sys

from grader.worker.policy import proxies
from grader.worker.policy.audit_hook import add_audit_hook
from grader.worker.policy.rules import ForbiddenError, active

__all__ = ["ForbiddenError", "active", "install", "prepare"]
__builtins__ = dict(vars(builtins))  # as in frames.py

_REAL_PATH = os.path.realpath


def prepare() -> None:
    """In the fork server, once: what is off limits for every exercise is replaced in all modules that are loaded."""
    proxies.prepare()


def install(forbids: list[str], files: set[str], common: str | None) -> None:
    """Hold an exercise's rules in this process from now on.

    `files` are the names of the learner's files, `common` is the folder of the code that is given to all.
    """
    first_time = not active.files
    active.forbids, active.files = list(forbids), set(files)
    active.given = os.path.join(common, "") if common else ""
    active.kinds.clear()
    active.places = places_of({name.partition(".")[0] for name in forbids})
    ways_out: tuple[str, ...] = ()
    if "torch" in sys.modules and any(name.startswith("torch.") for name in forbids):
        from grader.worker.policy import torch_operators
        ways_out = torch_operators.WAYS_OUT
        torch_operators.watch(active)
    active.proxied = proxies.install_proxies(active, ways_out)
    if first_time:
        add_audit_hook(active)


def places_of(libraries: set[str]) -> list[tuple[str, str]]:
    """(library, how the paths of its files begin) wherever one of them could be installed."""
    folders = [_REAL_PATH(entry) for entry in sys.path if entry]
    return [(top, os.path.join(folder, inside)) for folder in folders for top in libraries
            for inside in (os.path.join(top, ""), f"{top}.", os.path.join("__pycache__", f"{top}."))]
