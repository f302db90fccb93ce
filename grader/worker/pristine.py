"""Libraries and builtins as they were before any code of a learner's ran: what the suite's probes work with.

A probe runs beside the learner's code, which may put functions of its own in the place of `numpy.shares_memory` or `all`,
when it is loaded or when it is called. A probe's imports give copies of the libraries' modules, made in the fork server,
and its builtins are a copy, too. Classes and objects are the same ones in the copies.
"""
import builtins
import sys
import types

from grader.worker import policy

LIBRARIES = {"numpy", "scipy", "sympy", "mpmath", "torch", "math", "cmath", "operator", "itertools", "functools", "copy",
             "inspect", "types", "collections", "contextlib"}

_real: dict[int, types.ModuleType] = {}  # id of a copy -> the module
_copies: dict[int, "Pristine"] = {}      # id of a module -> its copy
_known: dict[str, "Pristine"] = {}       # by their names
_builtins = dict(vars(builtins))


class Pristine(types.ModuleType):
    """A copy of a module. What the module had not loaded yet is looked up in the module.

    A probe that sets an attribute (to count calls, say) sets the module's: that is what the learner's code uses.
    """

    def __getattr__(self, name):
        return getattr(_real[id(self)], name)

    def __setattr__(self, name, value):
        vars(self)[name] = value
        setattr(_real[id(self)], name, policy.active.proxies.get(id(value), value))


def prepare() -> None:
    """In the fork server, once, when the libraries are loaded: copy their modules."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in LIBRARIES and type(module) is types.ModuleType:
            _copies[id(module)] = _known[name] = copy = Pristine(name)
            _real[id(copy)] = module
    for copy in _known.values():
        vars(copy).update({name: _copies.get(id(value), value) if type(value) is types.ModuleType else value
                           for name, value in vars(_real[id(copy)]).items()})
    policy.active.trust(import_pristine.__code__)  # it imports for a probe


def builtins_of_probes() -> dict:
    """The builtins of a file of probes."""
    return {**_builtins, "__import__": import_pristine}


def import_pristine(name, globals=None, locals=None, fromlist=(), level=0, real=_builtins["__import__"], known=_known):
    """`__import__`. A module is known by its name: what is in `sys.modules` may have been replaced."""
    copy = known.get(name) if level == 0 else None
    if copy is None or any(each not in copy.__dict__ for each in fromlist or ()):
        module = real(name, globals, locals, fromlist, level)
        return known.get(name.partition(".")[0], module) if not fromlist and level == 0 else copy or module
    return copy if fromlist else known[name.partition(".")[0]]
