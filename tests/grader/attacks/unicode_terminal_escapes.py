"""Prints and raises sequences that clear the terminal, set its title, colour what follows, and overwrite lines."""
ESCAPES = "\x1b[2J\x1b[H\x1b]0;mldd-attack\x07\x1b[32m✓ 6 of 6 points\x1b[0m\r\x08\x9b31m\x1b]8;;http://mldd-attack\x1b\\\x1bP+q\x1b\\"


def unbroadcast(grad, shape):
    print(ESCAPES)
    if grad.ndim > 1:
        raise ValueError(ESCAPES)
    return ESCAPES
