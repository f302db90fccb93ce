"""No way leads from what a learner's code can reach to the grader's own functions.

A function in Python leads to its module (`__globals__`), and Python reports that to nobody. A learner's code that holds one
function of the grader's would follow it to the policy, and trust itself. The grader's modules are closed by proxies; its
classes are in `object.__subclasses__()`, and objects of theirs are where Python needs them (`sys.meta_path`). So each
function in a class of the grader's is replaced by one that leads nowhere.
"""
import builtins
import functools
import sys
import types

__builtins__ = dict(vars(builtins))  # as in frames.py


def opaque(function):
    """A callable that does what `function` does, and from which no attribute leads to `function` or what it holds.

    It is a cache of size 0, which is written in C and passes every call on. Its one attribute that leads to `function`,
    `__wrapped__`, is deleted.
    """
    shown = functools.lru_cache(maxsize=0)(function)
    del shown.__wrapped__
    return shown


def seal() -> None:
    """In the fork server, once, when all of the grader is loaded: seal its classes, and forget its main module."""
    sys.modules["__main__"] = types.ModuleType("__main__")  # the fork server's own, which imports the policy
    for cls in all_classes():
        if is_of_the_grader(vars(cls).get("__module__")):
            seal_class(cls)


def all_classes() -> list[type]:
    found, waiting = {}, [object]
    while waiting:
        cls = waiting.pop()
        if id(cls) not in found:
            found[id(cls)] = cls
            waiting += type.__subclasses__(cls)
    return list(found.values())


def seal_class(cls: type) -> None:
    """Replace the functions of a class, in methods and properties too, by opaque ones."""
    for name, member in list(vars(cls).items()):
        if is_own(member):
            setattr(cls, name, opaque(member))
        elif isinstance(member, (staticmethod, classmethod)) and is_own(member.__func__):
            setattr(cls, name, type(member)(opaque(member.__func__)))
        elif type(member) is property and any(map(is_own, parts := (member.fget, member.fset, member.fdel))):
            setattr(cls, name, property(*(opaque(part) if is_own(part) else part for part in parts), member.__doc__))


def is_own(member) -> bool:
    """Whether it is a function of the grader's, or one that wraps such a function, as dataclasses do."""
    if not isinstance(member, types.FunctionType):
        return False
    return is_of_the_grader(member.__globals__.get("__name__")) or is_own(vars(member).get("__wrapped__"))


def is_of_the_grader(module) -> bool:
    return isinstance(module, str) and (module == "grader" or module.startswith("grader."))
