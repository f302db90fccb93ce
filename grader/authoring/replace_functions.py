"""Replace the functions of a reference by trivial ones. The text of this module is appended to the reference's text.

A trivial solution replaces numbers: those of arrays and tensors, also of those that an object holds, and of the result of
a function that an object holds, for example a gradient. The objects themselves and what they refer to stay.
"""


def replace_functions(namespace, kind, written):
    """Replace each function in `written` in the globals `namespace` of a module.

    `written` is {name: "returns", "yields" or ""}; `kind` is one of the KINDS in trivial_solutions.py.
    """
    import contextlib  # imported here, so that no module hides a name of the reference
    import copy
    import inspect
    import sys

    import numpy as np

    torch = sys.modules.get("torch")
    arrays = (np.ndarray, *([torch.Tensor] if torch else []))
    memory, right_modules = {}, {}
    of_gradients = kind in ("no gradient", "first gradient")

    def form(value):
        if isinstance(value, arrays):
            return tuple(value.shape), str(value.dtype)
        if isinstance(value, (list, tuple)):
            return tuple(map(form, value))
        if isinstance(value, dict):
            return tuple((key, form(item)) for key, item in value.items())
        if isinstance(value, (int, str, type(None))):
            return value
        held = vars(value) if hasattr(value, "__dict__") else {}
        return (type(value).__name__, *(form(item) for item in held.values() if isinstance(item, arrays)))

    def full(right, value):
        """`right` with `value` in the place of its numbers; it still depends on what it was computed from."""
        if isinstance(right, np.ndarray):
            return np.full_like(right, value)
        if isinstance(right, arrays):
            return torch.full_like(right, value) + (right * 0 if right.requires_grad else 0)
        return right * 0 + value

    def copied(value):
        return value.detach().clone() if torch and isinstance(value, torch.Tensor) else copy.copy(value)

    def number(right, key):
        if kind in ("zeros", "no gradient"):
            return full(right, 0)
        if kind == "ones":
            return full(right, 1)
        kept = memory.setdefault(key, copied(right))
        if kind == "before":
            memory[key] = copied(right)
        return copied(kept)

    def constant(right, key, gradient=False):
        """A copy of `right` with other numbers in it."""
        if isinstance(right, (bool, str, type(None))):
            return right
        if isinstance(right, (list, tuple)):
            return type(right)(constant(item, (*key, place), gradient) for place, item in enumerate(right))
        if isinstance(right, arrays):
            return number(right, key)
        if hasattr(right, "__dict__"):
            held = {name: item for name, item in vars(right).items() if isinstance(item, arrays) or callable(item)}
            if held:
                other, has_gradients = copy.copy(right), any(map(callable, held.values()))
                for name, item in held.items():
                    if callable(item):
                        vars(other)[name] = lambda *given, item=item, name=name: constant(item(*given), (*key, name), True)
                    elif not (of_gradients and has_gradients):
                        vars(other)[name] = constant(item, (*key, name))
                return other
        try:
            return number(right, key)
        except TypeError:  # there are no numbers in it
            return None

    def module_init(thing):
        """`nn.Module.__init__`; None if `thing` is no module. Found by its name: torch.nn may be forbidden."""
        return next((vars(base)["__init__"] for base in type(thing).__mro__
                     if base.__module__ == "torch.nn.modules.module" and base.__name__ == "Module"), None)

    def construct(right, arguments, options):
        thing = arguments[0]
        if init := module_init(thing):
            init(thing)
            other = type(thing).__new__(type(thing))
            right(other, *arguments[1:], **options)
            right_modules[id(thing)] = other, thing  # `thing` is kept, so that no other object gets its id
        given = inspect.signature(right).bind(*arguments, **options).arguments
        vars(thing).update(list(given.items())[1:])

    def trivial(name, right, gives, arguments, options):
        """(True, the result) of a trivial function; (False, a key for its memory) if its numbers replace the right ones."""
        if gives == "yields":
            return True, contextlib.nullcontext()
        own = [*arguments, *options.values()]["." in name:]
        if name.endswith(".__init__"):
            return True, construct(right, arguments, options)
        if kind == "argument":
            return True, own[0] if own else None
        if kind == "error":
            shapes = [getattr(each, "shape", each) for each in own]
            raise ValueError(f"{shapes} {options}")
        if kind == "nothing" or gives != "returns":
            return True, None
        # A plain int is a value to compute with; an int in a tuple or by keyword is rather an axis or a length.
        shapes = [type(each).__name__ if isinstance(each, int) else form(each) for each in arguments["." in name:]]
        return False, (name, *shapes, form(options)) if kind != "first" else (name,)

    def of_right_module(arguments):
        """The arguments, with the right module in the place of a trivial one: it has the layers that a method uses."""
        return [right_modules.get(id(each), [each])[0] if place == 0 else each for place, each in enumerate(arguments)]

    def replacement(name, right, gives):
        async def replaced_coroutine(*arguments, **options):
            done, found = trivial(name, right, gives, arguments, options)
            return found if done else constant(await right(*of_right_module(arguments), **options), found)

        def replaced(*arguments, **options):
            done, found = trivial(name, right, gives, arguments, options)
            return found if done else constant(right(*of_right_module(arguments), **options), found)

        async def replaced_generator(*arguments, **options):
            done, found = trivial(name, right, "returns", arguments, options)
            if done and found is not None:
                yield found
            if not done:
                async for value in right(*of_right_module(arguments), **options):
                    yield constant(value, found)

        if inspect.isasyncgenfunction(right):
            return replaced_generator
        return replaced_coroutine if inspect.iscoroutinefunction(right) else replaced

    for name, gives in written.items():
        owner, _, attribute = name.rpartition(".")
        owner = namespace[owner] if owner else None
        held = vars(owner)[attribute] if owner else namespace[attribute]
        other = replacement(name, held.fget if isinstance(held, property) else held, gives)
        if owner:
            setattr(owner, attribute, property(other) if isinstance(held, property) else other)
        else:
            namespace[attribute] = other
