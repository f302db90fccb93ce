"""Proxies for forbidden functions and modules that are loaded already, wherever loaded modules name them.

A proxy looks at who asks (rules.py) and does what the real one does for everybody but the learner. The real one is
kept where no attribute leads to it. What is forbidden by a dotted name is loaded for that, if need be: who has not got
the library cannot use it either. Classes stay themselves (isinstance goes on) and refuse to be made, by their __init__;
types of C cannot be changed, and are found by the syntax tree alone.
"""
import _imp
import builtins
import functools
import importlib
import sys
import types
from collections.abc import Iterable

from grader.course.forbidden import TAKE_THE_IMPORT_OUT, WRITE_IT_YOURSELF, covers
from grader.worker.policy import rules
from grader.worker.policy.frames import GRADER, LEARNER, PROBE, STANDARD
from grader.worker.policy.rules import Policy

__builtins__ = dict(vars(builtins))  # as in frames.py
_get_frame = sys._getframe

# What others than the import statement look up in a module, in all that are loaded: inspect, warnings, unittest.
_LOOKED_UP = {"__file__", "__name__", "__spec__", "__loader__", "__path__", "__package__", "__warningregistry__",
              "__dict__", "__class__", "__doc__"}


def opaque(function):
    """The same function, as an object from which no attribute leads to `function` or to what it holds.

    A cache of size 0 is written in C and hands every call on; `__wrapped__` is all that it shows.
    """
    shown = functools.lru_cache(maxsize=0)(function)
    del shown.__wrapped__
    return shown


def _make_types():
    """The two classes; the real objects are in `real`, which only their methods know."""
    real: dict[int, tuple] = {}  # id of the proxy -> (what it stands for, name, policy)

    def caller():
        return _get_frame(2)  # of whoever called the method: opaque adds no frame

    def call(self, *args, **kwargs):
        function, name, policy = real[id(self)]
        check(policy, name, caller())
        return function(*args, **kwargs)

    def attribute_of_function(self, attribute):
        function, name, policy = real[id(self)]
        if not attribute.startswith("__") or attribute == "__wrapped__":
            check(policy, name, caller())
        return getattr(function, attribute)

    def attribute_of_module(self, attribute):
        module, name, policy = real[id(self)]
        check_module(policy, name, attribute, caller())
        return getattr(module, attribute)

    def set_attribute_of_module(self, attribute, value):
        module, name, policy = real[id(self)]
        check_module(policy, name, attribute, caller())
        setattr(module, attribute, value)

    class FunctionProxy:
        """For a function."""
        __slots__ = ("__weakref__",)
        __call__ = opaque(call)
        __getattr__ = opaque(attribute_of_function)

        def __get__(self, instance, owner=None):
            return self if instance is None else types.MethodType(self, instance)

    class ModuleProxy(types.ModuleType):
        """For a module: it is empty itself, so that no way past __getattr__ leads to anything."""
        __getattr__ = opaque(attribute_of_module)
        __setattr__ = opaque(set_attribute_of_module)

    def make(thing, name: str, policy: Policy):
        proxy = ModuleProxy(name) if isinstance(thing, types.ModuleType) else FunctionProxy()
        real[id(proxy)] = (thing, name, policy)
        kept.append(proxy)  # for ever: an id is never another's
        return proxy

    kept: list = []
    return make, (FunctionProxy, ModuleProxy)


def check(policy: Policy, name: str, frame) -> None:
    """Refuse a call of `name` unless a probe, or the grader for itself, has come to it."""
    kind, asking = policy.asker(frame)
    handed_over = kind == GRADER and asking.f_code.co_name in ("do_call", "do_operator")  # `first = np.linalg.inv`
    if kind != PROBE and (kind != GRADER or handed_over):
        policy.refuse(name, WRITE_IT_YOURSELF, frame)


def check_module(policy: Policy, name: str, attribute: str, frame) -> None:
    """Refuse to let a learner look into a module. Libraries may: it is theirs."""
    if policy.kind(frame) == STANDARD and attribute in _LOOKED_UP:
        return
    if policy.asker(frame, past=(STANDARD,))[0] == LEARNER:
        policy.refuse(policy.banned(name) or name.partition(".")[0], TAKE_THE_IMPORT_OUT, frame)


make_proxy, PROXY_TYPES = _make_types()


def prepare() -> None:
    """In the fork server, once: proxies for what no exercise needs, in all modules that are loaded.

    Modules that are part of the interpreter are made without an event; whoever makes one is asked here.
    """
    create = _imp.create_builtin

    def create_builtin(spec):
        if spec.name.partition(".")[0] in rules.OFF_LIMITS and rules.active.is_learner(_get_frame(1), past=(STANDARD,)):
            rules.active.refuse(spec.name, TAKE_THE_IMPORT_OUT, _get_frame(1), rules.ForbiddenImportError)
        return create(spec)

    _imp.create_builtin = opaque(create_builtin)
    closed = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in rules.OFF_LIMITS}
    replace_modules(closed, rules.active)


def install_proxies(policy: Policy, ways_out: Iterable[str]) -> set[str]:
    """Proxies for all that the exercise forbids and that is loaded, and for what would lead around the policy.

    Returns the modules that hold one.
    """
    things: dict[int, tuple] = {}
    for name in policy.forbids:
        thing = find(name)
        family = {}
        if isinstance(thing, types.ModuleType):
            family = {each: module for each, module in sys.modules.items() if covers(name, each)}
        if family:
            replace_modules({each: m for each, m in family.items() if not isinstance(m, PROXY_TYPES)}, policy)
        elif isinstance(thing, type):
            guard_class(thing, name, policy)
        elif thing is not None:
            for each in (thing, *private_namesakes(name)):
                things[id(each)] = (each, make_proxy(each, name, policy))
    for name in ways_out:
        if (thing := find(name)) is not None:
            things[id(thing)] = (thing, make_proxy(thing, name, policy))
    return replace_things(things) if things else set()


def find(name: str):
    """The object that a dotted name means, None where there is none. A bare library is not loaded for this."""
    if "." not in name:
        return sys.modules.get(name)
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for part in parts[length:]:
            thing = getattr(thing, part, None)
        return thing
    return None


def private_namesakes(name: str) -> list:
    """What private modules beside it hold under the same name: `numpy.linalg._umath_linalg.inv`."""
    parent, _, last = name.rpartition(".")
    beside = [module for each, module in list(sys.modules.items()) if each.rpartition(".")[0] == parent
              and each.rpartition(".")[2].startswith("_") and not isinstance(module, PROXY_TYPES)]
    return [thing for module in beside if callable(thing := getattr(module, last, None)) and not isinstance(thing, type)]


def replace_modules(family: dict[str, types.ModuleType], policy: Policy) -> None:
    """Proxies for these modules in sys.modules, and wherever another module names one of them."""
    proxies = {id(module): make_proxy(module, name, policy) for name, module in family.items()}
    for name, module in list(sys.modules.items()):
        if name in family:
            sys.modules[name] = proxies[id(module)]
        elif isinstance(module, types.ModuleType) and not isinstance(module, PROXY_TYPES):
            space = vars(module)
            for key, value in list(space.items()):
                if id(value) in proxies:
                    space[key] = proxies[id(value)]


def replace_things(things: dict[int, tuple]) -> set[str]:
    """Put each proxy wherever its object is: in modules, and in classes that they define."""
    proxied = set()
    for name, module in list(sys.modules.items()):
        if not isinstance(module, types.ModuleType) or isinstance(module, PROXY_TYPES):
            continue
        space = vars(module)
        for key, value in list(space.items()):
            if id(value) in things:
                space[key] = things[id(value)][1]
                proxied.add(name)
            elif isinstance(value, type) and value.__module__ == name:
                for inner, member in list(vars(value).items()):
                    plain = member.__func__ if isinstance(member, staticmethod) else member
                    if id(plain) in things:
                        proxied |= {name} if set_member(value, inner, things[id(plain)][1], member) else set()
    return proxied


def set_member(owner: type, name: str, proxy, member) -> bool:
    try:
        setattr(owner, name, staticmethod(proxy) if isinstance(member, staticmethod) else proxy)
    except TypeError:  # a type of C
        return False
    return True


def guard_class(cls: type, name: str, policy: Policy) -> None:
    """Objects of a forbidden class, or of one that is made from it, are not made by learners."""
    original = cls.__init__

    def init(self, *args, **kwargs):
        check(policy, name, _get_frame(1))
        original(self, *args, **kwargs)

    try:
        cls.__init__ = opaque(init)
    except TypeError:  # a type of C
        pass
