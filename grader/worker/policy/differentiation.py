"""What differentiates by machine, refused for an exercise that forbids `differentiation`: derive it by hand.

SymPy has many ways to a derivative (diff, Poly.diff, fdiff, series, limits, finite differences, a Derivative that is
worked out), and each ends in a few functions: Derivative itself, and the methods by which a class differentiates or
expands itself. All functions of these names are guarded, in SymPy, mpmath and NumPy, before the learner's first line
runs. A guard refuses whoever asks, a probe too: it would ask for the learner, whose function may be a library's.

SymPy also differentiates as a means: to find out a sign, whether an expression is constant, or a factor that occurs
twice. Where the stack passes through one of MEANS, no derivative comes out, and nothing is refused. They are known by
their code objects, so that no code can claim to be one of them.
"""
import builtins
import sys
import types

from grader.worker.policy.frames import LIBRARY, STANDARD
from grader.worker.policy.rules import ForbiddenError, Policy
from grader.worker.policy.seal import opaque

__builtins__ = dict(vars(builtins))  # as in frames.py
_get_frame = sys._getframe

ADVICE = "differentiate by hand"
GUARDED = {"sympy", "mpmath", "numpy"}
# What is not imported at all. (sympy.tensor.array.expressions differentiates matrix expressions.)
WITHOUT = ("scipy", "numpy.polynomial", "sympy.tensor.array.expressions", "torch", "functorch", "jax", "autograd",
           "tensorflow", "tinygrad")
NAMES = frozenset("""
    diff _diff fdiff _eval_derivative _eval_derivative_n_times _eval_derivative_matrix_lines _derivative_dispatch
    _matrix_derivative _matrix_derivative_old_algorithm array_derive derive_by_array _get_diffx
    idiff jacobian hessian wronskian dup_diff dmp_diff dmp_diff_in dmp_diff_eval_in _rec_diff_in _rec_diff_eval gf_diff
    rs_diff sturm _sturm dup_sturm make_derivative_operator
    series aseries lseries nseries _eval_nseries _eval_aseries _eval_lseries rs_series _rs_series fps compute_fps
    limit limit_seq gruntz limitinf mrv_leadterm residue leadterm as_leading_term compute_leading_term
    _eval_as_leading_term as_finite_difference finite_diff_weights apply_finite_diff _as_finite_diff
    differentiate_finite difference difference_delta diffs diffs_prod diffs_exp diffun differint taylor ode_taylor
    test_derivative_numerically gradient polyder deriv
    """.split())
MEMBERS = (("sympy.core.function", "Derivative", "__new__"), ("sympy.series.limits", "Limit", "doit"))
MEANS = {"sympy.core.exprtools": ("_monotonic_sign",), "sympy.core.expr": ("Expr.is_constant",),
         "sympy.solvers.solvers": ("solve_linear",), "sympy.polys.sqfreetools": (), "sympy.polys.factortools": ()}  # without a name: all functions


class MachineDerivativeError(ForbiddenError):
    """The learner's code let a library differentiate."""


def install_guards(policy: Policy) -> set[str]:
    """Guard all that differentiates, in every loaded module. Returns the names of the modules that hold a guard."""
    modules = {name: module for name, module in list(sys.modules.items())
               if name.partition(".")[0] in GUARDED and type(module) is types.ModuleType}
    make_guard = guards_for(policy, code_of_means(modules))
    guards: dict[int, object] = {}  # id of a function -> its guard; a guard keeps its function alive
    guarded = set()
    for name, module in modules.items():
        for key, value in list(vars(module).items()):
            if isinstance(value, type):
                if value.__module__ == name:
                    guarded |= {name} if guard_members(value, make_guard) else set()
            elif key in NAMES and callable(value):
                if id(value) not in guards:
                    guards[id(value)] = make_guard(value, f"{name.partition('.')[0]}'s {key}")
    for module_name, cls, member in MEMBERS:
        owner = getattr(modules[module_name], cls)
        function = vars(owner)[member]
        plain = getattr(function, "__func__", function)
        guard = make_guard(plain, f"{module_name.partition('.')[0]}'s {cls}")
        setattr(owner, member, staticmethod(guard) if member == "__new__" else guard)
        guarded.add(module_name)
    for name, module in modules.items():
        for key, value in list(vars(module).items()):
            if id(value) in guards:
                setattr(module, key, guards[id(value)])
                guarded.add(name)
    return guarded


def guard_members(cls: type, make_guard) -> bool:
    """Guard the methods of a class that have one of NAMES. Returns whether there were any."""
    found = [(name, member) for name, member in list(vars(cls).items())
             if name in NAMES and isinstance(member, types.FunctionType)]
    for name, member in found:
        setattr(cls, name, make_guard(member, f"{cls.__module__.partition('.')[0]}'s {cls.__name__}.{name}"))
    return bool(found)


def code_of_means(modules: dict[str, types.ModuleType]) -> dict[int, types.CodeType]:
    """{id: code object} of MEANS; they are kept, so that no other object gets the id."""
    found = {}
    for module_name, names in MEANS.items():
        module = modules[module_name]
        for name in names or [key for key, value in vars(module).items() if isinstance(value, types.FunctionType)]:
            thing = module
            for part in name.split("."):
                thing = getattr(thing, part)
            while hasattr(thing, "__wrapped__"):
                thing = thing.__wrapped__
            if thing.__module__ == module_name:
                found[id(thing.__code__)] = thing.__code__
    return found


def guards_for(policy: Policy, means: dict[int, types.CodeType]):
    """The function that makes a guard for (function, its name)."""
    own = globals()  # guards call each other: SymPy's diff is a call of Derivative

    def check(name, frame):
        innermost, entry = frame, None
        while frame is not None and ((kind := policy.kind(frame)) in (STANDARD, LIBRARY) or frame.f_globals is own):
            if id(frame.f_code) in means:
                return
            if kind == LIBRARY and frame.f_globals.get("__name__") != "sympy.core.cache":
                entry = frame
            frame = frame.f_back
        if entry is not None:  # the library's function that was called
            name = f"{entry.f_globals.get('__name__', '').partition('.')[0]}'s {entry.f_code.co_qualname}"
        policy.refuse(name.removesuffix(".__new__"), ADVICE, innermost, MachineDerivativeError)

    def make_guard(function, name):
        def guard(*args, **kwargs):
            check(name, _get_frame(1))
            return function(*args, **kwargs)
        guard.__name__, guard.__doc__ = getattr(function, "__name__", name), function.__doc__
        return opaque(guard)

    return make_guard
