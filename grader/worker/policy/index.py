"""Where the functions and modules of the loaded libraries are held: in which modules, and in which of their classes.

To put a proxy in the place of a function, all places that hold it must be known. Torch and what it loads are 2,300
modules with 100,000 such places; the fork server looks through them once, and its workers inherit the index.
"""
import builtins
import contextlib
import sys
import types
from collections.abc import Iterator
from typing import NamedTuple

__builtins__ = dict(vars(builtins))  # as in frames.py


class Place(NamedTuple):
    """`owner.name` is the object; `owner` is the module called `module`, or a class that this module defines.

    Or `owner` is a dict, list or set that the module holds: the object is at the key or number `name`, or in the set.
    """

    owner: types.ModuleType | type | dict | list | set
    name: object
    module: str

    def held(self):
        """What is there now."""
        if isinstance(self.owner, dict):
            return self.owner.get(self.name)
        if isinstance(self.owner, list):
            return self.owner[self.name] if self.name < len(self.owner) else None
        if isinstance(self.owner, set):
            return self.name if self.name in self.owner else None
        return plain(vars(self.owner).get(self.name))

    def put(self, thing) -> None:
        """Put `thing` there. A type of C cannot be changed, and stays as it is."""
        if isinstance(self.owner, (dict, list)):
            self.owner[self.name] = thing
        elif isinstance(self.owner, set):
            self.owner.discard(self.name)
            self.owner.add(thing)
        elif is_module(self.owner):
            vars(self.owner)[self.name] = thing
        else:
            held_by_class = isinstance(self.owner, type) and isinstance(vars(self.owner).get(self.name), staticmethod)
            with contextlib.suppress(TypeError, AttributeError):
                setattr(self.owner, self.name, staticmethod(thing) if held_by_class else thing)


class Index:
    """The places of each function and module. `skip` are types of objects that are not looked into."""

    def __init__(self, skip: tuple[type, ...]):
        self._skip = skip
        self._modules: set[str] = set()
        self._places: dict[int, list[Place]] = {}  # by the object's id: each object lives as long as a place holds it

    def update(self) -> list[str]:
        """Index the modules that were loaded since the last call, and return their names."""
        new = [(name, module) for name, module in list(sys.modules.items())
               if name not in self._modules and is_module(module) and not isinstance(module, self._skip)]
        for name, module in new:
            self._modules.add(name)
            for place, value in _members(name, module):
                self._places.setdefault(id(value), []).append(place)
        return [name for name, _ in new]

    def places(self, thing) -> list[Place]:
        """The places that hold `thing`, as far as the indexed modules were not changed since."""
        return [place for place in self._places.get(id(thing), [])
                if place.held() is thing]


def _members(name: str, module: types.ModuleType) -> Iterator[tuple[Place, object]]:
    for key, value in list(vars(module).items()):
        if is_class(value):
            if is_guard(value):
                yield Place(module, key, name), value
            elif value.__module__ == name:
                for inner, member in list(vars(value).items()):
                    if callable(plain(member)) and not is_class(member):
                        yield Place(value, inner, name), plain(member)
        elif is_module(value) or callable(value):
            yield Place(module, key, name), value
        elif type(value) in (dict, list, set) and not key.startswith("__") and not name.startswith("grader."):
            yield from ((Place(value, at, name), thing) for at, thing in _items(value)
                        if not is_class(thing) and callable(thing))


def _items(container: dict | list | set) -> list[tuple]:
    if type(container) is dict:
        return list(container.items())
    return list(enumerate(container)) if type(container) is list else [(thing, thing) for thing in container]


def plain(member):
    """The function in a static method; anything else as it is."""
    return member.__func__ if type(member) is staticmethod else member


def is_guard(value: type) -> bool:
    """Whether the class is one of torch's in C++: those that take modes off are forbidden as functions are."""
    return type(value).__module__ == "pybind11_builtins"


def is_class(value) -> bool:
    """Told by its type alone: some objects of torch warn when isinstance looks at them."""
    return issubclass(type(value), type)


def is_module(value) -> bool:
    return issubclass(type(value), types.ModuleType)
