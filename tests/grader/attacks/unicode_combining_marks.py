"""Prints and raises a letter with ten thousand combining marks, zero-width characters and wide ones."""
PILE = "e" + "\u0301\u0489" * 5000 + "\u200b\u200d" * 1000 + "﷽" * 1000 + "\U0001f468\u200d" * 1000


def unbroadcast(grad, shape):
    print(PILE)
    raise ValueError(PILE)
