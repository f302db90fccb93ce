"""Proxies for forbidden functions and modules that are loaded already, in every loaded module that holds them.

A proxy looks up whose code asks (rules.py). It refuses the learner, and passes all other code on to the real object,
which is kept where no attribute leads to it. An object that is forbidden by a dotted name is imported for this if it is
not loaded. If its library is not installed, no code can use it either. A class is not replaced, so isinstance still
works; its __init__ refuses to make objects. Types of C cannot be changed; only the syntax tree finds their use.
"""
import _imp
import builtins
import contextlib
import importlib
import sys
import types

from grader.course.forbidden import TAKE_THE_IMPORT_OUT, covers
from grader.course.other_names import OTHER_NAMES
from grader.worker.policy import rules
from grader.worker.policy.frames import STANDARD
from grader.worker.policy.index import Index, Place, is_module
from grader.worker.policy.rules import Policy
from grader.worker.policy.seal import opaque
from grader.worker.policy.torch_names import ROOTS, namesakes

__builtins__ = dict(vars(builtins))  # as in frames.py
_get_frame = sys._getframe
# The attributes of a forbidden function that say what it is, and do not lead to it.
DESCRIBING = {"__name__", "__qualname__", "__module__", "__doc__", "__text_signature__", "__signature__", "__annotations__"}
LOADED_ONCE = {"_posixsubprocess"}  # of what is refused in there (grants.py), another copy would hold it


def _make_types():
    """(function that makes a proxy, classes of proxies). Only the methods of the classes can reach the real objects."""
    real: dict[int, tuple] = {}  # id of the proxy -> (what it stands for, forbidden name, its own name, policy)

    def caller():
        return _get_frame(2)  # the frame of the code that called the method: opaque adds no frame

    def call(self, *args, **kwargs):
        function, forbidden, own_name, policy = real[id(self)]
        policy.check_call(forbidden, own_name, caller())
        return function(*args, **kwargs)

    def attribute_of_function(self, attribute):
        function, forbidden, own_name, policy = real[id(self)]
        if attribute not in DESCRIBING:  # `__code__` and `__globals__` make the function anew, `__dict__` may hold it
            policy.check_call(forbidden, own_name, caller())
        return getattr(function, attribute)

    def attribute_of_module(self, attribute):
        module, name, _, policy = real[id(self)]
        policy.check_attribute(name, attribute, caller())
        return getattr(module, attribute)

    def set_attribute_of_module(self, attribute, value):
        module, name, _, policy = real[id(self)]
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

    def make(thing, name: str, policy: Policy, forbidden: str = ""):
        """A proxy for the object `thing` of the dotted `name`; a refusal names `forbidden`, or that same name."""
        if isinstance(thing, types.ModuleType):
            proxy, described = ModuleProxy(name), (thing, name, "", policy)
        else:
            proxy, described = FunctionProxy(), (thing, forbidden or name, name.rpartition(".")[2], policy)
        real[id(proxy)] = described
        kept.append(proxy)  # never freed, so that no other object gets its id
        return proxy

    kept: list = []
    return make, (FunctionProxy, ModuleProxy)


make_proxy, PROXY_TYPES = _make_types()
index = Index(skip=PROXY_TYPES)


def prepare() -> None:
    """In the fork server, once: put proxies for the modules that no exercise needs into all loaded modules.

    Built-in modules are created without an audit event, so `_imp.create_builtin` is replaced by a function that checks
    whose code asks.
    """
    create = _imp.create_builtin

    def create_builtin(spec):
        if spec.name.partition(".")[0] in rules.OFF_LIMITS | LOADED_ONCE and rules.active.is_learner(_get_frame(1), past=(STANDARD,)):
            rules.active.refuse(spec.name, TAKE_THE_IMPORT_OUT, _get_frame(1), rules.ForbiddenImportError)
        return create(spec)

    _imp.create_builtin = opaque(create_builtin)
    index.update()
    closed = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in rules.OFF_LIMITS}
    replace_modules(closed, rules.active)


def install_proxies(policy: Policy) -> None:
    """Put proxies in place of all that the exercise forbids and that is loaded."""
    functions: dict[str, str] = {}  # {dotted name: the forbidden name that covers it}
    family: dict[str, types.ModuleType] = {}
    for forbidden in policy.forbids:
        for name in (forbidden, *OTHER_NAMES.get(forbidden, ())):
            thing = find(name, load=name == forbidden)  # of the other names, what is not loaded is refused when it is imported
            if is_module(thing):
                family |= {each: module for each, module in sys.modules.items() if covers(name, each)
                           and not isinstance(module, PROXY_TYPES)}
            elif isinstance(thing, type):
                guard_class(thing, forbidden, policy)
            elif thing is not None:
                functions[name] = forbidden
                if name == forbidden:
                    functions |= dict.fromkeys([*private_namesakes(name), *namesakes(name)], forbidden)
        if forbidden in ROOTS and isinstance(root := find(ROOTS[forbidden]), type):
            guard_class(root, forbidden, policy)
    things = [(name, forbidden, thing) for name, forbidden in functions.items() if is_function(thing := find(name))]
    index.update()  # find may have loaded libraries
    for name, forbidden, thing in things:
        replace_function(name, thing, make_proxy(thing, name, policy, forbidden), policy)
    replace_modules(family, policy)


def find(name: str, load: bool = True):
    """The object that a dotted name means, None if there is none. A name without a dot is not imported for this."""
    top, *parts = name.split(".")
    if not parts:
        return sys.modules.get(name)
    if not (top in sys.modules or load and loadable(top)):
        return None
    thing, path = sys.modules[top], top
    for part in parts:
        path = f"{path}.{part}"
        within, thing = thing, getattr(thing, part, None)
        if thing is None and not (is_module(within) and (path in sys.modules or load and loadable(path))):
            return None
        thing = sys.modules[path] if thing is None else thing
    return thing


def loadable(name: str) -> bool:
    """Whether there is a module of this name; it is loaded for this."""
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def is_function(thing) -> bool:
    return callable(thing) and not isinstance(thing, (type, *PROXY_TYPES))


def private_namesakes(name: str) -> list[str]:
    """The names of functions of the same name in private modules beside it: `numpy.linalg._umath_linalg.inv`."""
    parent, _, last = name.rpartition(".")
    return [f"{each}.{last}" for each, module in list(sys.modules.items()) if each.rpartition(".")[0] == parent
            and each.rpartition(".")[2].startswith("_") and not isinstance(module, PROXY_TYPES)
            and is_function(getattr(module, last, None))]


def replace_modules(family: dict[str, types.ModuleType], policy: Policy) -> None:
    """Put proxies for these modules into sys.modules, and into every other module that holds one of them."""
    for name, module in family.items():
        sys.modules[name] = proxy = make_proxy(module, name, policy)
        policy.proxies[id(module)] = proxy
        for place in index.places(module):
            if place.module not in family:
                place.put(proxy)


def replace_function(name: str, function, proxy, policy: Policy) -> None:
    """Put the proxy in place of the function wherever it is held: in modules, and in the classes that they define.

    A module that holds it is noted in `policy`: a second copy of the module would hold the function itself.
    """
    policy.proxies[id(function)] = proxy
    owner, _, last = name.rpartition(".")
    inside = getattr(function, "__wrapped__", None)  # what a function of NumPy's passes its arguments on to
    for place in [*index.places(function), *index.places(inside), Place(find(owner), last, "")]:  # no operators of torch there
        if place.module:
            policy.proxied.add(place.module)
        if isinstance(place.owner, PROXY_TYPES):
            continue
        place.put(proxy)


def hide_in_given(module: types.ModuleType, policy: Policy) -> None:
    """Put proxies for all that is forbidden into a module of given code, once it is loaded.

    They refuse the learner, who may look into that module, and let the module's own functions go on.
    """
    loaded = {name: sys.modules[name] for name in index.update() if policy.banned(name)}
    replace_modules(loaded, policy)
    for key, value in list(vars(module).items()):
        if proxy := policy.proxies.get(id(value)):
            vars(module)[key] = proxy
        elif is_function(value) and (forbidden := policy.banned(f"{value.__module__}.{value.__name__}"
                                     if hasattr(value, "__name__") else "")):
            vars(module)[key] = make_proxy(value, f"{forbidden}.{value.__name__}", policy, forbidden)


def guard_class(cls: type, name: str, policy: Policy) -> None:
    """Refuse that learners make objects of a forbidden class or of its subclasses. Types of C stay as they are."""
    original = cls.__init__

    def init(self, *args, **kwargs):
        policy.check_made(name, _get_frame(1))
        original(self, *args, **kwargs)

    with contextlib.suppress(TypeError):  # a type of C
        cls.__init__ = opaque(init)
