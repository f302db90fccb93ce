"""Prints and raises NULs, bells, form feeds and characters that XML forbids."""
CONTROLS = "".join(map(chr, [*range(32), 127, *range(128, 160), 0xFFFE, 0xFFFF, 0xFEFF, 0x2028, 0x2029]))


def unbroadcast(grad, shape):
    print(CONTROLS)
    if grad.ndim > 1:
        raise ValueError(CONTROLS)
    return CONTROLS
