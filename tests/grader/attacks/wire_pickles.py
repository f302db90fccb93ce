"""Returns pickles, and objects that pickle themselves into a call of print, should anybody unpickle them."""
import pickle


class Bomb:
    def __reduce__(self):
        return print, ("mldd-attack", "reached a pickle")


def unbroadcast(grad, shape):
    return [pickle.dumps(Bomb()), Bomb(), [Bomb()]][grad.ndim % 3]
