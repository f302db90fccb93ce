"""Raises exceptions of classes whose names are escapes, markup, line breaks and the names of others."""
NAMES = ["\x1b[2J\x1b[31mPassed", "<script>mldd-attack</script>", "ValueError\nearned: 6 of 6", "ValueError", "x" * 100_000, ""]


def unbroadcast(grad, shape):
    name = NAMES[(grad.ndim + grad.size) % len(NAMES)]
    raise type(name, (Exception,), {"__module__": name, "__qualname__": name})(name)
