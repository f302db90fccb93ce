"""What every suite of derivations does in the learner's process: call a function, and send its answer as plain data."""

called = set()  # functions of this worker's module that were called once: twice for each answer would take too long
OF_STATISTICS = {"RandomSymbol", "Expectation", "Variance", "Covariance", "Probability"}
OF_MATRICES = "ElementwiseApplyFunction"
answers = {}    # {a question: (the function, its answer)}: one is judged for many numbers, and simplifying takes long


def expressions(work, function, *arguments):
    """Call `function` of the module and return its answer as plain data.

    Arguments are written as texts (`"x + y"`), tuples of them, whole numbers, or as dicts: {"symbol": name, **assumptions},
    {"indexed": name}, {"matrix": name, "shape": (rows, columns)}, {"random": name}. A tuple stays a tuple, an expression
    or matrix is {"text", "nodes"}, and anything else is the name of its type.
    """
    call = getattr(work, function)
    question = id(call), function, str(arguments)  # the function is kept, so that no other object gets its id
    if question not in answers:
        answers[question] = call, answer_of(call, function, arguments)
    return answers[question][1]


def answer_of(call, function, arguments):
    if function not in called:
        called.add(function)
        call(*(converted(argument, "_") for argument in arguments))  # what is remembered of this call is wrong below
    values = tuple(map(converted, arguments))
    return plain_answer(call(*values), symbols_in(values))


def symbols_in(values) -> frozenset:
    """The symbols in arguments, in tuples of them too."""
    import sympy as sp
    return frozenset().union(*(symbols_in(each) if isinstance(each, tuple) else sp.sympify(each).atoms(sp.Symbol)
                               for each in values))


def converted(argument, ending=""):
    import sympy as sp
    if isinstance(argument, tuple):
        return tuple(converted(each, ending) for each in argument)
    if isinstance(argument, dict):
        kinds = dict(argument)
        if "symbol" in kinds:
            return sp.Symbol(kinds.pop("symbol") + ending, **kinds)
        if "indexed" in kinds:
            return sp.IndexedBase(kinds["indexed"] + ending)
        if "random" in kinds:
            from sympy.stats.rv import RandomSymbol
            return RandomSymbol(kinds["random"] + ending)
        shape = [sp.Symbol(n, integer=True, positive=True) if isinstance(n, str) else n for n in kinds["shape"]]
        return sp.MatrixSymbol(kinds["matrix"] + ending, *shape)
    if not isinstance(argument, str):
        return argument
    expression = sp.sympify(argument)
    return expression.xreplace({s: sp.Symbol(s.name + ending) for s in expression.free_symbols}) if ending else expression


def plain_answer(answer, given=frozenset()):
    import sympy as sp
    if isinstance(answer, tuple):
        return tuple(plain_answer(each, given) for each in answer)
    if isinstance(answer, (sp.Expr, sp.MatrixBase)) or type(answer) in (int, float):
        return {"text": str(answer)[:200], "nodes": nodes_of(sp.sympify(answer), given)}
    return type(answer).__name__


def nodes_of(expression, given=frozenset()):
    """An expression's nodes, each [kind, rest], operands before operations, which name them by their places.

    Symbols are told apart by their names. One that a learner made, the index of a sum, say, is another than the symbol of
    that name in `given`, the arguments', if it has other assumptions; so it gets another name.
    """
    import sympy as sp
    nodes, places = [], {}
    taken = {symbol.name for symbol in given}

    def visit(node):
        if node not in places:
            symbol = node.label if isinstance(node, sp.Idx) else node
            own = type(symbol) is sp.Symbol and symbol not in given and symbol.name in taken
            entry = ["Symbol", [f"{symbol.name} of your own"]] if own else entry_of(node, visit)
            places[node] = len(nodes)
            nodes.append(entry)
        return places[node]

    visit(expression)
    return nodes


def entry_of(node, visit):
    import sympy as sp
    if isinstance(node, sp.MatrixBase):
        return ["Matrix", [*node.shape, *map(visit, node)]]
    if isinstance(node, sp.Idx):
        return entry_of(node.label, visit)
    if isinstance(node, sp.Dummy):
        return ["Symbol", [f"{node.name}#{node.dummy_index}"]]
    kind = kind_of(node)
    if kind == "RandomSymbol":
        return ["Symbol", [node.name]]
    if isinstance(node, (sp.IndexedBase, sp.MatrixSymbol)):
        return [kind, [node.name]]
    if isinstance(node, sp.core.function.AppliedUndef):
        return ["Call", [node.func.__name__, *map(visit, node.args)]]
    if node.is_Symbol:
        return ["Symbol", [node.name]]
    if node.is_Integer:
        return ["Integer", [int(node)]]
    if node.is_Rational:
        return ["Rational", [int(node.p), int(node.q)]]
    if node.is_Float:
        return ["Float", [float(node)]]
    if node is sp.true or node is sp.false:
        return ["BooleanTrue" if node else "BooleanFalse", []]
    return [kind, [visit(child) for child in node.args]]


def kind_of(node):
    """The name of a node's class if it is SymPy's own: a learner's class of that name may be anything.

    SymPy is looked through as it was before the learner's code; what is not in that copy, sympy.stats and a class of matrices, is believed.
    """
    import sympy as sp
    cls = type(node)
    name, module = cls.__name__, str(cls.__module__).split(".")
    if module[:2] == ["sympy", "stats"] and name in OF_STATISTICS or module[:2] == ["sympy", "matrices"] and name == OF_MATRICES:
        return name
    space = sp
    for part in module[1:]:
        space = vars(space).get(part) if isinstance(space, type(sp)) else None
    own = module[0] == "sympy" and isinstance(space, type(sp)) and vars(space).get(name) is cls
    return name if own or vars(sp).get(name) is cls else f"{name} of your own"  # some functions have a module's name
