"""The worker: runs the learner's code and answers the judge's requests. It decides nothing.

A request is a list, `[what, ...]`. A reply is `["ok", value, changed]` or `["error", description]`. `changed` is a list
of `[i, array]`: the call changed array number i of the request in place, and `array` is its new value. The judge then
changes its own array in the same way.
"""
import builtins
import contextlib
import linecache
import operator
import os
import random
import re
import socket
import sys
import traceback
import types

import numpy as np

from grader.ipc import wire
from grader.worker import loader, policy, pristine

LONGEST_MESSAGE = 2000
BUILTINS = dict(vars(builtins))
NAME_OF = vars(type)["__name__"].__get__
OPERATORS = {
    **{name: getattr(operator, name) for name in (
        "add sub mul truediv floordiv mod pow matmul neg pos abs invert and_ or_ xor lshift rshift eq ne lt le gt ge "
        "getitem setitem delitem contains iadd isub imul itruediv ifloordiv imatmul ipow").split()},
    "len": len, "repr": repr, "str": str, "bool": bool, "float": float, "int": int, "list": list, "hash": hash,
    "isinstance": isinstance, "type_name": lambda value: type(value).__name__, "is": operator.is_,
}


class Worker:
    """Holds the loaded module, and the objects to which the judge has handles."""

    def __init__(self):
        self.module: types.ModuleType | None = None
        self.files: set[str] = set()           # the file names of the learner's code, for tracebacks; no given code
        self.objects: dict[int, object] = {}
        self.next_id = 1
        self.probes: dict[str, types.ModuleType] = {}

    def refer(self, value) -> wire.Handle:
        number, self.next_id = self.next_id, self.next_id + 1
        self.objects[number] = value
        return wire.Handle(number, type(value).__name__)

    def resolve(self, handle: wire.Handle):
        return self.module if handle.id == 0 else self.objects[handle.id]

    def answer(self, request):
        """Carry out the request. Any exception that is raised here is described to the judge."""
        what, *rest = request
        return getattr(self, f"do_{what}")(*rest)

    def do_load(self, name, sources, given, common, forbids, check_shapes, watch_operators, trusts):
        """Load the module `name`. `given` are those of `sources` that are given code, `common` is the folder of more."""
        given_files = {sources[each][0] for each in given}
        self.files = {filename for filename, _ in sources.values()} - given_files
        policy.install(forbids, self.files, [*given_files, os.path.join(common, "")], watch_operators, trusts)
        self.module = loader.load(name, sources, given=given, common=common, check_shapes=check_shapes,
                                  folder=os.path.join(os.getcwd(), f"files-{os.getpid()}"))

    def do_begin(self):
        """Start a check: drop the handles and the refusal of the check before, and seed the random number generators.

        So every learner gets the same random numbers.
        """
        self.objects.clear()
        policy.active.first = None
        random.seed(0)
        np.random.seed(0)
        if "torch" in sys.modules:
            sys.modules["torch"].manual_seed(0)

    def do_getattr(self, target, name):
        return getattr(target, name)

    def do_setattr(self, target, name, value):
        setattr(target, name, value)

    def do_call(self, target, args, kwargs):
        return target(*args, **kwargs)

    def do_operator(self, name, args):
        return OPERATORS[name](*args)

    def do_probes(self, path, source):
        """Load a file of the suite's probes from its text, under its path."""
        module = self.probes[path] = types.ModuleType("probes")
        vars(module)["__builtins__"] = pristine.builtins_of_probes()
        linecache.cache[path] = (len(source), None, source.splitlines(True), path)
        code = compile(source, path, "exec", dont_inherit=True)
        policy.active.trust(code)
        exec(code, module.__dict__)

    def do_probe(self, path, name, args, kwargs):
        """Call a function of a file of probes, with the learner's module as first argument."""
        return getattr(self.probes[path], name)(self.module, *args, **kwargs)

    def do_tool(self, name, arguments, files):
        """Run a trusted program. Only in a worker that has loaded nothing of a learner's."""
        if self.module is not None:
            raise PermissionError("a worker that has loaded a learner's file runs no programs")
        from grader.worker.tools import run_tool
        return run_tool(name, arguments, files)

    def do_examples(self):
        from grader.worker.examples import examples_in
        return examples_in(self.module)


def serve(sock: socket.socket) -> None:
    """Answer requests until the judge closes the wire. Raises WireError if the wire fails otherwise."""
    worker = Worker()
    while True:
        arrived: list = []
        try:
            tree, payload = wire.receive(sock)
        except wire.WireClosedError:
            return
        try:
            value = worker.answer(wire.decode(tree, payload, worker.resolve, arrived))
            # Compare with the bytes received: which arguments did the call change in place?
            changed = [[i, array] for i, (array, source) in enumerate(arrived)
                       if array.nbytes and memoryview(array.reshape(-1)).cast("B") != source]
            reply = wire.encode(["ok", value, changed], worker.refer)
        except BaseException as error:  # SystemExit and KeyboardInterrupt of the learner's too
            reply = wire.encode(["error", describe(error, worker.files)], worker.refer)
        if policy.active.first:  # sent with every reply until the check ends, even if the code caught it
            reply = wire.encode(["error", policy.active.first], worker.refer)
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:  # the learner closed or replaced it
                continue
        wire.send(sock, *reply)


def describe(error: BaseException, files: set[str]) -> dict:
    """An exception as plain data: its classes by name, its message, and the last six frames in the learner's `files`.

    Also, for some classes: "signature" (explain_signature), "forbidden" (what was refused), "line" (of a syntax error).
    """
    try:
        message = "".join([builtins.str(error)])[:LONGEST_MESSAGE]  # join: makes an exact str of a subclass
    except Exception:  # a __str__ of the learner's code that raises
        message = ""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)[-200:] if frame.filename in files]
    asks_for = (error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    if asks_for and asks_for != loader.PACKAGE and frames:
        message += "; an exercise is one file, and no file of your own beside it is loaded"
    described = {
        "classes": [class_name(c) for c in type(error).__mro__],
        "message": message,
        "frames": [[f.filename, f.lineno or 0, f.name, (f.line or "").strip()] for f in frames[-6:]],
    }
    if type(error).__name__ == "TypeCheckError" and type(error).__module__.startswith("jaxtyping"):
        with contextlib.suppress(Exception):  # it inspects objects of the learner's code
            described["signature"] = explain_signature(error)
    if isinstance(error, policy.ForbiddenError):
        described["forbidden"] = error.what
    if isinstance(error, SyntaxError):
        described["line"] = error.lineno or 0
    return described


def class_name(cls: type) -> str:
    """A class's own name, whatever its metaclass says; "another ValueError" for one that only has a builtin's name."""
    name = "".join([NAME_OF(cls)])
    return name if BUILTINS.get(name, cls) is cls else f"another {name}"


def explain_signature(error) -> dict[str, str]:
    """How a call broke a jaxtyping signature, as {"where": ..., "got": ..., "want": ..., "why": ...}.

    `got` is the value's type, shape and dtype, `want` is what the signature says, and `why` is why they do not agree.
    """
    text = builtins.str(error)
    fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    violation = error.__cause__  # beartype's error; for a parameter it is one exception deeper in the chain
    while violation is not None and not hasattr(violation, "culprits"):
        violation = violation.__cause__ or violation.__context__
    culprit = next(iter(getattr(violation, "culprits", ())), None)
    shape, dtype = getattr(culprit, "shape", None), getattr(culprit, "dtype", None)
    # The value and the type may each take several lines.
    value = re.search(r"^Actual value: (.*?)(?=^Expected type: |\Z)", text, re.MULTILINE | re.DOTALL)
    came = " ".join(value[1].split()) if value else type(culprit).__name__
    if shape is not None and dtype is not None:
        came = f"{type(culprit).__name__} of shape {tuple(shape)}, dtype {dtype}"
    function = text.partition("\n")[0].rstrip(".").rpartition(".")[2]
    parameter = text.partition("typechecking parameter '")[2].partition("'")[0]
    # "... violates type hint <class ...>, as the size of dimension a is 4 which does not equal ..."
    why = " ".join(builtins.str(violation).rpartition(", as ")[2].split()).rstrip(".")
    why = re.sub(r"not any of \(.*?\) as", "not as", why)  # the list of every dtype
    axes = [line for line in text.splitlines() if "=" in line and ":" not in line]
    return {
        "where": f"{function} was given, for {parameter}," if parameter else f"{function} returned",
        "got": without_address(came)[:300],
        "want": fields.get("Expected type", "").rstrip(".").removeprefix("<class '").removesuffix("'>")[:300],
        "why": (without_address(why) + (f" ({', '.join(axes)})" if axes else ""))[:500] + ".",
    }


def without_address(text: str) -> str:
    """`<Tensor object at 0x7f85>` without the address, which differs from run to run."""
    return re.sub(r" at 0x[0-9a-f]+", "", text)
