"""Returns texts and objects whose text is Python: sympify of a text is an eval, should it happen in the judge."""
import sympy as sp

EXERCISE = "p1_fundamentals/autograd/derivation"
CODE = "__import__('builtins').print('mldd-attack', 'reached by sympify')"


class Printed(sp.Symbol):
    def _sympystr(self, printer):
        return CODE


symbol = Printed(CODE)


def softmax(z):
    return (symbol,) * len(z)


def softmax_jacobian(z):
    return ((symbol,) * len(z),) * len(z)


def loss(z, k):
    return symbol if k else CODE


def loss_gradient(z, k):
    return softmax(z)


weighted_loss_gradient = loss_gradient
