"""Ways to a derivative without deriving it, and what is said of each: `differentiate(e, x)` of an expression by a symbol."""

HEAD = '''\
import functools
import random

import sympy as sp
'''
TAIL = '''

def derivative(f, z, j):
    """The derivative of f(z) by z[j]."""
    x = sp.symbols(f"x0:{len(z)}")
    return differentiate(f(x), x[j]).subs(dict(zip(x, z)))


def softmax(z):
    total = sum(map(sp.exp, z))
    return tuple(sp.exp(z_i) / total for z_i in z)


def softmax_jacobian(z):
    n = range(len(z))
    return tuple(tuple(derivative(lambda x: softmax(x)[i], z, j) for j in n) for i in n)


def loss(z, k):
    return -sp.log(softmax(z)[k])


def loss_gradient(z, k):
    return tuple(derivative(lambda x: loss(x, k), z, j) for j in range(len(z)))


def weighted_loss_gradient(z, t):
    def weighted(x):
        return -sum(t_i * sp.log(p_i) for t_i, p_i in zip(t, softmax(x)))
    return tuple(derivative(weighted, z, j) for j in range(len(z)))
'''
QUOTIENT = "(e.subs(x, x + h) - e) / h"
H = "h = sp.Symbol('h'); "
WITHOUT = "this exercise is done without "

# By name: the body of differentiate(e, x), and how what is said begins; what comes before it, where there is more.
REFUSED = {
    "sp.diff": ("return sp.diff(e, x)", "sympy's diff"),
    "the method": ("return e.diff(x)", "sympy's Expr.diff"),
    "getattr": ("return getattr(e, 'di' + 'ff')(x)", "sympy's Expr.diff"),
    "vars of the class": ("return vars(sp.Expr)['diff'](e, x)", "sympy's Expr.diff"),
    "Derivative, worked out": ("return sp.Derivative(e, x).doit()", "sympy's Derivative"),
    "Derivative, left as it is": ("return sp.Derivative(e, x, evaluate=False)", "sympy's Derivative"),
    "a copy of __new__": ("return NEW(sp.Derivative, e, x)", "sympy's Derivative", "NEW = sp.Derivative.__new__\n"),
    "__new__ of another class": ("return sp.Expr.__new__(sp.Derivative, e, sp.Tuple(x, 1)).doit()", "sympy's Derivative.doit"),
    "a class that claims to be SymPy's": (
        "return of_sympy['take'](e, x)", "sympy's diff",
        "of_sympy = {'__name__': 'sympy.core.assumptions', 'sp': sp}\n"
        "exec('class Assumed:\\n    take = staticmethod(lambda e, x: sp.diff(e, x))\\ntake = Assumed.take', of_sympy)\n"),
    "a subclass": ("return type('Derivative', (sp.Derivative,), {'__module__': 'sympy.core.function'})(e, x)",
                   "sympy's Derivative"),
    "_eval_derivative": ("return (x * e)._eval_derivative(x)", "sympy's Mul._eval_derivative"),
    "fdiff": ("F = sp.log(x); return F.fdiff()", "sympy's log.fdiff"),
    "Poly.diff": ("return sp.Poly(x ** 2 + 1, x).diff(x).as_expr()", "sympy's Poly.diff"),
    "a ring's element": ("R, u = sp.ring('u', sp.QQ); return (u ** 2).diff(u)", "sympy's PolyElement.diff"),
    "a field's element": ("K, u, v = sp.field('u, v', sp.QQ); return (u / (u + v)).diff(u)", "sympy's FracElement.diff"),
    "dup_diff": ("from sympy.polys.densetools import dup_diff; return dup_diff([1, 2, 3], 1, sp.ZZ)", "sympy's dup_diff"),
    "rs_diff": ("from sympy.polys.ring_series import rs_diff; R, u = sp.ring('u', sp.QQ); return rs_diff(u ** 2, u)",
                "sympy's rs_diff"),
    "sturm": ("return sp.sturm(x ** 3 + x)[1]", "sympy's sturm"),
    "series": (H + "return sp.series(e.subs(x, x + h), h, 0, 2).removeO().coeff(h, 1)", "sympy's series"),
    "nseries": (H + "return e.subs(x, x + h).nseries(h, 0, 2).removeO().coeff(h, 1)", "sympy's Expr.nseries"),
    "formal power series": (H + "return sp.fps(e.subs(x, x + h), h).truncate(2)", "sympy's fps"),
    "a leading term": (H + "return (e.subs(x, x + h) - e).leadterm(h)[0]", "sympy's Expr.leadterm"),
    "O": (H + "return (e.subs(x, x + h) + sp.O(h ** 2)).removeO()", "sympy's Order"),
    "a residue": (H + "return sp.residue(e.subs(x, h) / (h - x) ** 2, h, x)", "sympy's residue"),
    "limit": (H + f"return sp.limit({QUOTIENT}, h, 0)", "sympy's limit"),
    "Limit, worked out": (H + f"return sp.Limit({QUOTIENT}, h, 0).doit()", "sympy's Limit"),
    "the method limit": (H + f"return ({QUOTIENT}).limit(h, 0)", "sympy's Expr.limit"),
    "an integral with DiracDelta": (
        H + "return -sp.integrate(e.subs(x, h) * sp.DiracDelta(h - x, 1), (h, -sp.oo, sp.oo))", "sympy's integrate"),
    "Matrix.jacobian": ("return sp.Matrix([e]).jacobian([x])[0]", "sympy's MatrixBase.jacobian"),
    "Matrix.diff": ("return sp.Matrix([e]).diff(x)[0]", "sympy's MatrixBase.diff"),
    "hessian": ("return sp.hessian(e, (x,))[0]", "sympy's hessian"),
    "wronskian": ("return sp.wronskian([sp.Integer(1), e], x)", "sympy's wronskian"),
    "derive_by_array": ("return sp.derive_by_array(e, [x])[0]", "sympy's derive_by_array"),
    "array expressions": ("from sympy.tensor.array.expressions import ArrayContraction; return e",
                          "sympy.tensor.array.expressions"),
    "idiff": ("y = sp.Symbol('y'); return sp.idiff(y - e, y, x)", "sympy's idiff"),
    "Subs": ("return sp.Subs(sp.Derivative(e, x), x, x).doit()", "sympy's Derivative"),
    "sympify": ("return sp.sympify('diff(' + str(e) + ',' + str(x) + ')')", "sympy's diff"),
    "parse_expr": ("return sp.parse_expr('Derivative(exp(x), x).doit()')", "sympy's Derivative"),
    "lambdified": ("return sp.lambdify([], 'diff(exp(x), x)', [{'diff': sp.diff, 'exp': sp.exp, 'x': x}])()", "sympy's diff"),
    "Euler's equations": ("from sympy.calculus.euler import euler_equations; u = sp.Function('u')\n"
                          "    return euler_equations(u(x) ** 2, [u(x)], [x])", "sympy's euler_equations"),
    "a vector's gradient": ("import sympy.vector as v; N = v.CoordSys3D('N')\n    return v.gradient(sp.exp(N.x))",
                            "sympy's gradient"),
    "Risch's derivation": ("from sympy.integrals.risch import DifferentialExtension, derivation\n"
                           "    return derivation(sp.Poly(x, x), DifferentialExtension(e, x))",
                           "sympy's DifferentialExtension.__init__"),
    "differentiate_finite": ("return sp.differentiate_finite(e, x)", "sympy's differentiate_finite"),
    "apply_finite_diff": ("return sp.apply_finite_diff(1, [x - 1, x + 1], [e.subs(x, x - 1), e.subs(x, x + 1)], x)",
                          "sympy's apply_finite_diff"),
    "mpmath.diff of a lambdified function": (
        "import mpmath; return sp.Float(mpmath.diff(sp.lambdify(x, sp.exp(x), 'mpmath'), 1))", "mpmath's diff"),
    "mp.diff": ("import mpmath; return sp.Float(mpmath.mp.diff(mpmath.exp, 1))", "mpmath's CalculusMethods.diff"),
    "mpmath.taylor": ("import mpmath; return sp.Float(mpmath.taylor(mpmath.exp, 1, 1)[1])", "mpmath's taylor"),
    "numpy.gradient": ("import numpy as np; return sp.Float(np.gradient([1.0, 2.0, 4.0])[1])", "numpy's gradient"),
    "numpy.polyder": ("import numpy as np; return sp.Integer(int(np.polyder([1, 2, 3])[0]))", "numpy's polyder"),
    "numpy.polynomial": ("import numpy as np; return np.polynomial.Polynomial([1, 2]).deriv()", "numpy.polynomial"),
    "scipy": ("return __import__('sci' + 'py').differentiate", "scipy"),
    "torch": ("return __import__('tor' + 'ch').autograd", "torch"),
    "jax": ("return __import__('ja' + 'x').grad", "jax"),
    "SymPy loaded anew": ("import importlib; return importlib.reload(sp.core.function).diff(e, x)", "the files of sympy"),
}
CENTRAL = "return (e.subs(x, x + h) - e.subs(x, x - h)) / (2 * h)"
CLOSE = "comes close to the derivative"
VALUES = "It agrees at the points shown, and nowhere else: these are values, no derivative."
SHOWN = '''
def at_shown_points(e):
    """[(point, value)] of the derivative there, exact to 60 digits."""
    rng, names = random.Random("algebra"), sorted(e.free_symbols, key=str)
    return [{s: sp.Rational(rng.randint(-20, 20), 7) for s in names} for _ in range(2)]


def derivative(f, z, j):
    h = sp.Rational(1, 10**30)
    moved = [sp.Add(z_i, h * int(i == j)) for i, z_i in enumerate(z)], [sp.Add(z_i, -h * int(i == j)) for i, z_i in enumerate(z)]
    quotient = (f(moved[0]) - f(moved[1])) / (2 * h)
    points = at_shown_points(f(z) + sum(z))
    values = [sp.Rational(str(sp.N(quotient.subs(point), 50, maxn=500))) for point in points]
    return from_values([*points[0]], points, values) if points[0] else values[0]

'''
# What is refused by its values; a third text stands in place of the function `derivative` of TAIL.
WRONG = {
    "a quotient": ("h = sp.Rational(1, 10**40); return (e.subs(x, x + h) - e) / h", CLOSE),
    "a quotient of both sides": ("h = sp.Rational(1, 10**100); " + CENTRAL, CLOSE),
    "a step that hides its size": ("h = sp.exp(-500); " + CENTRAL, CLOSE),
    "a contour around the point": (
        "n, r = 4, sp.Rational(1, 1000); roots = [sp.Pow(-1, sp.Rational(2 * m, n)) for m in range(n)]\n"
        "    return sum(e.subs(x, x + r * w) / w for w in roots) / (n * r)", "It contains ImaginaryUnit"),
    "a Lambda": ("f = sp.Lambda(x, e); h = sp.Rational(1, 10**40); return (f(x + h) - f(x)) / h", CLOSE),
    "Limit, left as it is": (H + f"return sp.Limit({QUOTIENT}, h, 0)", "It contains a Limit that was not worked out"),
    "an integral left as it is": (
        H + "return sp.Integral(e.subs(x, h) * sp.DiracDelta(h - x, 1), (h, -sp.oo, sp.oo))",
        "It contains a Integral that was not worked out"),
    "a quotient of floats": ("return (e.subs(x, x + 1e-6) - e) / 1e-6", "is a float"),
    "values looked up": ("", VALUES, SHOWN + '''
def from_values(names, points, values):
    return sp.Piecewise((values[0], sp.Eq(names[0], points[0][names[0]])), (values[1], True))
'''),
    "a polynomial through the points": ("", VALUES, SHOWN + '''
def from_values(names, points, values):
    a, first, second = names[0], points[0][names[0]], points[1][names[0]]
    return values[0] + (values[1] - values[0]) * (a - first) / (second - first)
'''),
    "one of exponentials": ("", VALUES, SHOWN + '''
def from_values(names, points, values):
    e, first, second = (sp.exp(a) for a in (names[0], points[0][names[0]], points[1][names[0]]))
    return values[0] + (values[1] - values[0]) * (e - first) / (second - first)
'''),
}


def program(body: str, before: str = "") -> str:
    """The exercise's file, in which every derivative is made by the trick."""
    return f"{HEAD}{before}\n\ndef differentiate(e, x):\n    {body}\n{TAIL}"


def program_of_values(definition: str) -> str:
    begin, end = TAIL.index("def derivative"), TAIL.index("def softmax(")
    return f"{HEAD}{TAIL[:begin]}{definition}\n\n{TAIL[end:]}"
