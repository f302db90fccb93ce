"""Replace the functions of a reference by trivial ones. The text of this module is appended to the reference's text.

A trivial solution replaces numbers: those of arrays, of arrays that an object holds, and of the result of a function
that an object holds, for example a gradient. The objects themselves and what they refer to stay.
"""


def replace_functions(namespace, kind, written):
    """Replace each function in `written` in the globals `namespace` of a module.

    `written` is {name: "returns", "yields" or ""}; `kind` is one of the KINDS in trivial_solutions.py.
    """
    import contextlib  # imported here, so that no module hides a name of the reference
    import copy
    import inspect

    import numpy as np

    memory = {}
    of_gradients = kind in ("no gradient", "first gradient")

    def form(value):
        if isinstance(value, np.ndarray):
            return value.shape, value.dtype.name
        if isinstance(value, (list, tuple)):
            return tuple(map(form, value))
        if isinstance(value, dict):
            return tuple((key, form(item)) for key, item in value.items())
        if isinstance(value, (int, str, type(None))):
            return value
        held = vars(value) if hasattr(value, "__dict__") else {}
        return (type(value).__name__, *(form(item) for item in held.values() if isinstance(item, np.ndarray)))

    def number(right, key):
        if kind in ("zeros", "no gradient"):
            return np.zeros_like(right) if isinstance(right, np.ndarray) else right * 0
        if kind == "ones":
            return np.ones_like(right) if isinstance(right, np.ndarray) else right * 0 + 1
        kept = memory.setdefault(key, copy.copy(right))
        if kind == "before":
            memory[key] = copy.copy(right)
        return copy.copy(kept)

    def constant(right, key, gradient=False):
        """A copy of `right` with other numbers in it."""
        if isinstance(right, (bool, str, type(None))):
            return right
        if isinstance(right, (list, tuple)):
            return type(right)(constant(item, (*key, place), gradient) for place, item in enumerate(right))
        if isinstance(right, np.ndarray):
            return number(right, key)
        if hasattr(right, "__dict__"):
            held = {name: item for name, item in vars(right).items() if isinstance(item, np.ndarray) or callable(item)}
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
        except TypeError:
            return right

    def replacement(name, right, gives):
        def replaced(*arguments, **options):
            if gives == "yields":
                return contextlib.nullcontext()
            own = [*arguments, *options.values()]["." in name:]
            if name.endswith(".__init__"):
                given = inspect.signature(right).bind(*arguments, **options).arguments
                vars(arguments[0]).update(list(given.items())[1:])
                return None
            if kind == "argument":
                return own[0] if own else None
            if kind == "error":
                shapes = [getattr(each, "shape", each) for each in own]
                raise ValueError(f"{shapes} {options}")
            if kind == "nothing" or gives != "returns":
                return None
            # A plain int is a value to compute with; an int in a tuple or by keyword is rather an axis or a length.
            shapes = [type(each).__name__ if isinstance(each, int) else form(each) for each in arguments["." in name:]]
            key = (name, *shapes, form(options)) if kind != "first" else (name,)
            return constant(right(*arguments, **options), key)
        return replaced

    for name, gives in written.items():
        owner, _, attribute = name.rpartition(".")
        owner = namespace[owner] if owner else None
        held = vars(owner)[attribute] if owner else namespace[attribute]
        other = replacement(name, held, gives)
        if owner:
            setattr(owner, attribute, property(other) if isinstance(held, property) else other)
        else:
            namespace[attribute] = other
