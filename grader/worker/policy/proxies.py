"""Proxies for forbidden functions and modules that are loaded already, in every loaded module that holds them.

A proxy looks up whose code asks (rules.py). It refuses the learner, and passes all other code on to the real object,
which is kept where no attribute leads to it. An object that is forbidden by a dotted name is imported for this if it is
not loaded. If its library is not installed, no code can use it either. A class is not replaced, so isinstance still
works; its __init__ refuses to make objects. Types of C cannot be changed; only the syntax tree finds their use.
"""
import _imp
import builtins
import functools
import importlib
import sys
import types
from collections.abc import Iterable

from grader.course.forbidden import TAKE_THE_IMPORT_OUT, covers
from grader.worker.policy import rules
from grader.worker.policy.frames import STANDARD
from grader.worker.policy.rules import Policy

__builtins__ = dict(vars(builtins))  # as in frames.py
_get_frame = sys._getframe



def opaque(function):
    """A callable that does what `function` does, and from which no attribute leads to `function` or what it holds.

    It is a cache of size 0, which is written in C and passes every call on. Its one attribute that leads to `function`,
    `__wrapped__`, is deleted.
    """
    shown = functools.lru_cache(maxsize=0)(function)
    del shown.__wrapped__
    return shown


def _make_types():
    """(function that makes a proxy, classes of proxies). Only the methods of the classes can reach the real objects."""
    real: dict[int, tuple] = {}  # id of the proxy -> (what it stands for, name, policy)

    def caller():
        return _get_frame(2)  # the frame of the code that called the method: opaque adds no frame

    def call(self, *args, **kwargs):
        function, name, policy = real[id(self)]
        policy.check_call(name, caller())
        return function(*args, **kwargs)

    def attribute_of_function(self, attribute):
        function, name, policy = real[id(self)]
        if not attribute.startswith("__") or attribute == "__wrapped__":
            policy.check_call(name, caller())
        return getattr(function, attribute)

    def attribute_of_module(self, attribute):
        module, name, policy = real[id(self)]
        policy.check_attribute(name, attribute, caller())
        return getattr(module, attribute)

    def set_attribute_of_module(self, attribute, value):
        module, name, policy = real[id(self)]
        policy.check_attribute(name, attribute, caller())
        setattr(module, attribute, value)

    class FunctionProxy:
        """Stands for a function."""
        __slots__ = ("__weakref__",)
        __call__ = opaque(call)
        __getattr__ = opaque(attribute_of_function)

        def __get__(self, instance, owner=None):
            return self if instance is None else types.MethodType(self, instance)

    class ModuleProxy(types.ModuleType):
        """Stands for a module. The proxy itself is empty, so that a way past __getattr__ finds nothing."""
        __getattr__ = opaque(attribute_of_module)
        __setattr__ = opaque(set_attribute_of_module)

    def make(thing, name: str, policy: Policy):
        proxy = ModuleProxy(name) if isinstance(thing, types.ModuleType) else FunctionProxy()
        real[id(proxy)] = (thing, name, policy)
        kept.append(proxy)  # never freed, so that no other object gets its id
        return proxy

    kept: list = []
    return make, (FunctionProxy, ModuleProxy)


make_proxy, PROXY_TYPES = _make_types()


def prepare() -> None:
    """In the fork server, once: put proxies for the modules that no exercise needs into all loaded modules.

    Built-in modules are created without an audit event, so `_imp.create_builtin` is replaced by a function that checks
    whose code asks.
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
    """Put proxies in place of all that the exercise forbids and that is loaded, and of `ways_out` around the policy.

    Returns the names of the modules that hold the proxy of a function; proxies of modules do not count.
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
    """The object that a dotted name means, None if there is none. A name without a dot is not imported for this."""
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
    """The functions of the same name in private modules beside it, such as `numpy.linalg._umath_linalg.inv`."""
    parent, _, last = name.rpartition(".")
    beside = [module for each, module in list(sys.modules.items()) if each.rpartition(".")[0] == parent
              and each.rpartition(".")[2].startswith("_") and not isinstance(module, PROXY_TYPES)]
    return [thing for module in beside if callable(thing := getattr(module, last, None)) and not isinstance(thing, type)]


def replace_modules(family: dict[str, types.ModuleType], policy: Policy) -> None:
    """Put proxies for these modules into sys.modules, and into every module that holds one of them."""
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
    """Put each proxy in place of its object in all modules, and in the classes that they define.

    `things` is {id of the object: (object, proxy)}. Returns the names of the modules that hold a proxy.
    """
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
    """Replace a member of a class by a proxy. Returns False if the class is a type of C."""
    try:
        setattr(owner, name, staticmethod(proxy) if isinstance(member, staticmethod) else proxy)
    except TypeError:  # a type of C
        return False
    return True


def guard_class(cls: type, name: str, policy: Policy) -> None:
    """Refuse that learners make objects of a forbidden class or of its subclasses. Types of C stay as they are."""
    original = cls.__init__

    def init(self, *args, **kwargs):
        policy.check_call(name, _get_frame(1))
        original(self, *args, **kwargs)

    try:
        cls.__init__ = opaque(init)
    except TypeError:  # a type of C
        pass
