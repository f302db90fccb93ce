"""Raises an exception with thousands of base classes: its description lists them all."""


def unbroadcast(grad, shape):
    base = Exception
    for number in range(3000):
        base = type(f"E{number}" * 20, (base,), {})
    raise base("many")
