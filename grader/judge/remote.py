"""The learner's module and objects as the suite sees them: ordinary Python, each operation a call over the wire."""
import functools
import inspect
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np

from grader.course.manifest import Course
from grader.course.workspace import Sources
from grader.ipc import wire
from grader.judge.link import Link
from grader.judge.service import Service, serve
from grader.judge.show import show
from grader.records.verdict import Kind

LONGEST_MESSAGE = 2000


class NotStartedError(BaseException):
    """A check met NotImplementedError. This is not an Exception, so that nothing in a suite catches it."""

    def __init__(self, description: dict):
        super().__init__(description["message"])
        self.frames = description["frames"]


class LearnerError(Exception):
    """The learner's code raised an exception. Here it is a description in words; the exception stays in the worker."""

    def __init__(self, description: dict):
        self.class_names = description["classes"]
        self.message = description["message"]
        self.frames = description["frames"]
        self.signature = description.get("signature")
        self.forbidden = description.get("forbidden", "")  # what the worker's policy refused, if it did
        super().__init__(self.message)

    @property
    def place(self) -> str:
        """The learner's innermost line, such as `first.py, line 3`; empty if there is none."""
        return "{}, line {}".format(*self.frames[-1][:2]) if self.frames else ""


class Remote:
    """An object of the learner's, which stays in the worker.

    Operators, attributes and calls are forwarded to the worker; plain values come back as copies.
    """

    __slots__ = ("_session", "_handle")

    def __init__(self, session: "Session", handle: wire.Handle):
        object.__setattr__(self, "_session", session)
        object.__setattr__(self, "_handle", handle)

    def __getattr__(self, name):
        if name.startswith("__"):  # NumPy and copy look for protocols; these names are not forwarded
            raise AttributeError(name)
        return self._session.ask("getattr", self, name)

    def __setattr__(self, name, value):
        self._session.ask("setattr", self, name, value)

    def __call__(self, *args, **kwargs):
        return self._session.ask("call", self, args, kwargs, call=([], args, kwargs))

    def __repr__(self):
        return f"<{self._handle.type_name} of the learner's>"

    def __iter__(self):
        return iter(self._session.operate("list", self))

    def __eq__(self, other):
        # Not forwarded: the learner's __eq__ must not decide a check. If the exercise is to write __eq__, a probe
        # calls it.
        return self is other

    __hash__ = object.__hash__
    __array_ufunc__ = None  # so that ndarray + Remote calls __radd__ below


def _forward(name: str, reflected: bool = False, in_place: bool = False):
    def operate(self, *args):
        result = self._session.operate(name, *((*args, self) if reflected else (self, *args)))
        return self if in_place and isinstance(result, Remote) and result._handle == self._handle else result
    return operate


# Every operator that Python looks up on the type, forwarded by its name in the `operator` module.
for _name in "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split():
    _operator = _name + "_" if _name in ("and", "or") else _name
    setattr(Remote, f"__{_name}__", _forward(_operator))
    setattr(Remote, f"__r{_name}__", _forward(_operator, reflected=True))
for _name in "iadd isub imul itruediv ifloordiv imatmul ipow".split():
    setattr(Remote, f"__{_name}__", _forward(_name, in_place=True))
for _name in "neg pos abs invert lt le gt ge getitem setitem delitem contains len bool float int".split():
    setattr(Remote, f"__{_name}__", _forward(_name))


class Session:
    """Requests to one worker: encodes them, rebuilds the replies, and repeats in-place changes here."""

    def __init__(self, link: Link):
        self.link = link
        self.probes: set[ModuleType] = set()  # the modules of probes that the worker has
        self.refused: LearnerError | None = None  # what the policy refused in this check, even if caught
        self.last_call: tuple | None = None  # (names of the parameters, arguments) of the last request, if it was a call

    def ask(self, *request, call: tuple | None = None):
        """Send `request` and return the value of the reply. `call` is what a learner is told of it if it fails.

        Raises LearnerError, NotStartedError or WorkerError, and UnsendableError or TooLargeError if `request` cannot be
        sent.
        """
        self.last_call = call
        tree, sent = wire.encode(list(request), self._refer)
        return self.read(self.link.ask(tree, sent), sent, probe=request[0] == "probe")

    def post(self, *request) -> None:
        """Send `request` and do not wait: the worker serves until it is told to end (judge/service.py)."""
        wire.send(self.link.wire, *wire.encode(list(request), self._refer))

    def read(self, frame: tuple[bytes, bytearray], sent: Sequence = (), probe: bool = True):
        """The value of a reply; `sent` are the arrays of its request. Raises as `ask` does."""
        try:
            reply = wire.decode(*frame, self._resolve)
            if type(reply) is not list or not reply:
                raise wire.WireError("not a list")
            if reply[0] == "error" and len(reply) == 2:
                description = checked_description(reply[1])
            elif reply[0] == "ok" and len(reply) == 3:
                description = None
                # A probe returns everything that a check needs, so its arguments are not changed here. A change that
                # a submission forged could make wrong what the check computes from them next.
                if not probe:
                    take_changes(reply[2], sent)
            else:
                raise wire.WireError("neither ok nor error")
        except wire.WireError as error:
            self.link.fail(Kind.PROTOCOL, f"the worker's process sent what is no reply ({error})")
        if description is not None:
            if "NotImplementedError" in description["classes"]:
                raise NotStartedError(description)
            error = LearnerError(description)
            self.refused = error if error.forbidden else self.refused
            raise error
        return reply[1]

    def load(self, sources: Sources, course: Course, forbids: list[str], check_shapes: bool | Sequence[str] = False,
             watch_operators: bool = True, trusts: Sequence[str] = ()) -> None:
        """Load the module of `sources`, without what `forbids` names, and with ctypes inside of what `trusts` names.

        `check_shapes`: whether its functions check their signatures, or which do. Raises as `ask` does.
        """
        self.ask("load", sources.module, sources.files, sources.given, str(course.root / "exercises/common"), forbids,
                 check_shapes, watch_operators, list(trusts))

    def send_probes(self, module: ModuleType) -> None:
        """Have the worker load a module of probes, unless it has it."""
        if module not in self.probes:
            self.ask("probes", module.__name__, _source(module))
            self.probes.add(module)

    def operate(self, name: str, *args):
        return self.ask("operator", name, args)

    def _refer(self, value) -> wire.Handle:
        if isinstance(value, Remote):
            return value._handle
        raise wire.UnsendableError(f"{type(value).__name__} cannot cross the wire; use a probe")

    def _resolve(self, handle: wire.Handle) -> Remote:
        return Remote(self, handle)


def checked_description(said) -> dict:
    """A worker's description of an exception, with types checked and lengths cut. Raises WireError."""
    fields = {"classes": list, "message": str, "frames": list}
    if type(said) is not dict or any(type(said.get(name)) is not kind for name, kind in fields.items()):
        raise wire.WireError("not the description of an exception")
    classes, frames, signature = said["classes"], said["frames"][-6:], said.get("signature")
    if not classes or {*map(type, classes)} != {str}:
        raise wire.WireError("not the classes of an exception")
    if any(type(frame) is not list or [*map(type, frame)] != [str, int, str, str] for frame in frames):
        raise wire.WireError("not the lines of a traceback")
    if signature is not None and (type(signature) is not dict or {*map(type, signature.values())} != {str}):
        raise wire.WireError("not the words about a signature")
    if type(said.get("forbidden", "")) is not str:
        raise wire.WireError("not the name of what is forbidden")
    return {
        "forbidden": said.get("forbidden", "")[:200],
        "classes": [name[:200] for name in classes[:50]],
        "message": said["message"][:LONGEST_MESSAGE],
        "frames": [(file[:500], line, function[:200], text[:500]) for file, line, function, text in frames],
        "signature": signature and {str(key): words[:500] for key, words in signature.items()},
    }


def take_changes(changes, sent: list[np.ndarray]) -> None:
    """Repeat on the arrays that were sent what the call did to its copies of them. Raises WireError."""
    if type(changes) is not list:
        raise wire.WireError("not a list of changes")
    for change in changes:
        if type(change) is not list or [*map(type, change)] != [int, np.ndarray] or not 0 <= change[0] < len(sent):
            raise wire.WireError("not a change of an array")
        array, changed = sent[change[0]], change[1]
        if changed.size != array.size or changed.dtype != array.dtype:
            raise wire.WireError("a changed array has another size or dtype")
        if array.flags.writeable:
            array[...] = changed.reshape(array.shape)


class Work:
    """What a suite's `work` is: the exercise's module, seen through the wire."""

    def __init__(self, session: Session, session_on: Callable[[socket.socket], Session] | None = None,
                 run_tool: Callable | None = None):
        self._session, self._session_on, self._run_tool = session, session_on, run_tool
        self._module = Remote(session, wire.Handle(0, "module"))
        self._members: dict[str, Remote] = {}
        self._asked: set[str | Callable] = set()  # by this check: names, some of them of functions, and the probes it ran

    def __getattr__(self, name):
        self._asked.add(name)
        if name not in self._members:
            value = self._session.ask("getattr", self._module, name)
            if not isinstance(value, Remote):
                return value
            self._members[name] = value  # a function or class: requested once per check
        return self._members[name]

    def run(self, probe, *args, **kwargs):
        """Run `probe`, a function of the suite's probes, in the worker, with the module as its first argument."""
        module = inspect.getmodule(probe)
        self._session.send_probes(module)
        self._asked.update([probe, *(each for each in (*args, *kwargs.values()) if type(each) is str)])
        return self._session.ask("probe", module.__name__, probe.__name__, args, kwargs,
                                 call=(_parameters(probe), args, kwargs))

    def serve(self, probe, *args, **kwargs) -> Service:
        """Run `probe` in a worker that serves on the socket it gets as `listener`: `with work.serve(...) as service:`."""
        return serve(self._session_on, self._session.link.limits.wall_seconds, probe, args, kwargs)

    def run_tool(self, name: str, *arguments: str, files: dict[str, str]):
        """(exit code, what it printed) of a trusted program, in a worker without the learner's code; see tools.py."""
        return self._run_tool(name, arguments, files)

    def last_given(self) -> dict[str, str]:
        """The arguments of the last call of the learner's code, as text, by the names that a probe has for them."""
        if self._session.last_call is None:
            return {}
        names, args, kwargs = self._session.last_call
        named = dict(zip(names, args)) if names else {"the arguments": list(args)} if args else {}
        return {name: show(value) for name, value in {**named, **kwargs}.items()}

    def begin_check(self) -> None:
        self._members.clear()
        self._asked.clear()
        self._session.refused = None
        self._session.link.begin_check()
        self._session.ask("begin")
        self._session.link.stdout.clear()  # what the last check's objects say at their end is no output of this one


@functools.cache
def _parameters(probe) -> list[str]:
    """The names of a probe's parameters, without the module."""
    return list(inspect.signature(probe).parameters)[1:]


_sources: dict[ModuleType, str] = {}


def _source(module: ModuleType) -> str:
    if module not in _sources:
        _sources[module] = inspect.getsource(module)
    return _sources[module]


def keep_probes(folder: Path) -> None:
    """Read and keep the text of every loaded module of probes below `folder`: later, this process may have no right to."""
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if file and "probes" in Path(file).name and Path(file).is_relative_to(folder):
            _source(module)


def is_plain(value) -> bool:
    """True for plain data that was rebuilt from the wire, with no object of the learner's in it."""
    if isinstance(value, (list, tuple, set)):
        return all(map(is_plain, value))
    if isinstance(value, dict):
        return all(is_plain(k) and is_plain(v) for k, v in value.items())
    return not isinstance(value, Remote) and (value is None or isinstance(value, (
        bool, int, float, complex, str, bytes, np.ndarray, np.generic, slice, range, type(...))))
