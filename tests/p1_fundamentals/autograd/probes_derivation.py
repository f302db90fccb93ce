"""What the suite of `derivation` does in the learner's process; see probes.py."""
import sys


def expressions(work, function, *arguments):
    """Call `function` on SymPy expressions, written as text, and return its answer as plain data.

    A tuple stays a tuple, an expression is {"text", "nodes"}, and anything else is the name of its type. Meanwhile
    SymPy does not differentiate, except for itself: it does so where it finds out whether an expression is positive.
    """
    import sympy as sp
    converted = [tuple(map(sp.sympify, argument)) if isinstance(argument, tuple) else argument
                 for argument in arguments]
    original = vars(sp.Derivative)["__new__"]

    def refuse(cls, *arguments, **options):
        frame = sys._getframe(1)
        while frame:
            if frame.f_globals.get("__name__") in ("sympy.core.assumptions", "sympy.core.exprtools"):
                return original.__func__(cls, *arguments, **options)
            frame = frame.f_back
        raise TypeError("differentiate by hand: SymPy's diff and Derivative are not for this exercise")

    sp.Derivative.__new__ = staticmethod(refuse)
    try:
        getattr(work, function)(*map(with_other_symbols, converted))  # what is remembered of this call is wrong below
        return plain_answer(getattr(work, function)(*converted))
    finally:
        sp.Derivative.__new__ = original


def with_other_symbols(argument):
    import sympy as sp
    if isinstance(argument, tuple):
        return tuple(each.xreplace({s: sp.Symbol(f"{s.name}_") for s in each.free_symbols}) for each in argument)
    return argument


def plain_answer(answer):
    import sympy as sp
    if isinstance(answer, tuple):
        return tuple(map(plain_answer, answer))
    if isinstance(answer, sp.Expr) or type(answer) in (int, float):
        return {"text": str(answer)[:200], "nodes": nodes_of(sp.sympify(answer))}
    return type(answer).__name__


def nodes_of(expression):
    """An expression's nodes, each [kind, rest], operands before operations, which name them by their places."""
    nodes, places = [], {}

    def visit(node):
        if node not in places:
            if node.is_Symbol:
                entry = ["Symbol", [node.name]]
            elif node.is_Integer:
                entry = ["Integer", [int(node)]]
            elif node.is_Rational:
                entry = ["Rational", [int(node.p), int(node.q)]]
            elif node.is_Float:
                entry = ["Float", [float(node)]]
            else:
                entry = [type(node).__name__, [visit(child) for child in node.args]]
            places[node] = len(nodes)
            nodes.append(entry)
        return places[node]

    visit(expression)
    return nodes
