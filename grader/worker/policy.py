"""What an exercise is done without, held while its code runs. The syntax tree was read before (grader/forbidden.py).

Three things hold it, put in place before the first line of the learner's code:

  audit hook     which nobody can take off again: imports of forbidden libraries by whatever way, their files and
                 shared objects, and what would lead around all this: frames of the callers, `gc.get_objects`, ctypes,
                 code that says it is from another file
  stand-ins      (stand_ins.py) for a module or function that is forbidden, or not for learners, and loaded already: for
                 ctypes and the grader itself, and for `numpy.linalg.inv` where NumPy is allowed
  dispatch mode  (torch_ops.py) where something of torch is forbidden by a dotted name: it sees each operator that runs

Who asks is read off the stack, from the inside out, past the frames of libraries: the first frame that is not one of
them decides. The suite's probes may use anything; a learner's frame, or one of code that was made at run time, may not.
So an allowed function that comes to a forbidden one on its way is refused as well: `np.vectorize(np.linalg.inv)` and
`np.linalg.matrix_power(a, -1)` are ways to the inverse, and a suite's author who forbids a name means what it computes.
(Where the reference needs it, `grader verify` says so.) An import is looser: where a library tries for itself to import
what is forbidden, it is told that there is none, and nobody is blamed; a library that cannot do without it is loaded
before, by `preload` in course.yml.

What is refused raises Forbidden, and the first refusal is kept: until the check is over, each reply tells it. Who
catches the exception gains nothing.

This holds what Python can be asked to do. It is no sandbox, and these are not seen here: who writes into memory
(as_strided with wild strides); who finds what computes the same under another name (a method of a C type, an operator
such as `@`, another library); who has a frame handed over by a library that took it for its own use, or is given a
probe's function that calls what it is given; who replaces functions of the standard library that this module calls; who
reads a library's file by a folder's descriptor; finalisers that run while the grader itself is at work. Marks are still
earned by what comes back alone.
"""
import builtins
import importlib
import inspect
import linecache
import os
import sys
import sysconfig
import traceback
import warnings

import numpy

from grader.forbidden import covers, sentence

__builtins__ = dict(vars(builtins))  # what the functions below use: a learner may put something else into the real ones

STANDARD, LIBRARY, GRADER, PROBE, LEARNER = "standard library", "library", "grader", "probe", "learner"

# Modules that no exercise needs and that lead out of Python, or to the grader.
CLOSED = {"ctypes", "_ctypes", "cffi", "_cffi_backend", "_xxsubinterpreters", "_interpreters", "_testcapi",
          "_testinternalcapi", "grader", "tests"}
FRAMES = {"tb_frame", "gi_frame", "cr_frame", "ag_frame"}
_GRADER_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class Forbidden(Exception):
    """The learner's code did what its exercise is there to do without."""


class ForbiddenImport(Forbidden, ImportError):
    """The same, for an import: a library that tries to import what may not be there goes on without it."""


class ForbiddenFile(Forbidden, OSError):
    """The same, for a file: a traceback is printed without the lines of the library."""


class Policy:
    """The rules of the exercise that this worker has loaded, and the first refusal."""

    def __init__(self):
        self.forbids: list[str] = []
        self.files: set[str] = set()    # names of the learner's files
        self.given = ""                 # the folder of the given code
        self.places: list[tuple[str, str]] = []  # (library, how the paths of its files begin)
        self.trusted: dict[int, object] = {}  # the code of probes, by its id; kept alive, so that ids stay theirs
        self.held: set[str] = set()     # modules with stand-ins in them; a second copy would have none
        self.kinds: dict[str, str] = {}
        self.first: dict | None = None  # the first refusal, as the judge is told it

    # ── who asks ────────────────────────────────────────────────────────────────────────────────────────────────

    def trust(self, code) -> None:
        """The code of a probe, and of the functions in it."""
        self.trusted[id(code)] = code
        for constant in code.co_consts:
            if type(constant) is type(code):
                self.trust(constant)

    def kind(self, frame) -> str:
        if id(frame.f_code) in self.trusted:
            return PROBE
        name = frame.f_code.co_filename
        if name not in self.kinds:
            self.kinds[name] = self.kind_of_file(name)
        return self.kinds[name]

    def kind_of_file(self, name: str) -> str:
        if name.startswith(_LIBRARIES) or (self.given and name.startswith(self.given)):
            return LIBRARY
        if name.startswith(_STANDARD):
            return STANDARD
        return GRADER if name.startswith(_GRADER_FOLDER) else LEARNER

    def asker(self, frame, past=(STANDARD, LIBRARY)):
        """(kind, frame) of the first frame, from `frame` outwards, that is not of a kind in `past`.

        A stack that ends before, a thread's say, is nobody's that could be trusted.
        """
        while frame is not None:
            kind = self.kind(frame)
            if kind not in past:
                return kind, frame
            frame = frame.f_back
        return LEARNER, None

    def is_learner(self, frame, past=(STANDARD, LIBRARY)) -> bool:
        return self.asker(frame, past)[0] == LEARNER

    # ── to refuse ───────────────────────────────────────────────────────────────────────────────────────────────

    def refuse(self, words: str, frame, error: type[Forbidden] = Forbidden, keep: bool = True) -> None:
        """Raise `error`, and keep what is told where it is the first."""
        if keep and self.first is None:
            frames = []
            while frame is not None:
                name = frame.f_code.co_filename
                if name in self.files:
                    line = _LINE_OF(name, frame.f_lineno).strip()
                    frames.insert(0, [name, frame.f_lineno, frame.f_code.co_name, line])
                frame = frame.f_back
            self.first = {"classes": [error.__name__], "message": words, "frames": frames[-6:]}
        raise error(words)

    def barred(self, name: str) -> str | None:
        return next((each for each in self.forbids if covers(each, name)), None)

    # ── events: each handler gets the frame that the event happened in, and the event's arguments ───────────────

    def on_import(self, frame, name, *_):
        if (barred := self.barred(name)) or name in self.held:
            if self.asker(frame)[0] in (LEARNER, GRADER):
                theirs = self.asker(frame, past=(STANDARD,))[0] == LIBRARY  # which would go on without it
                self.refuse(sentence(barred or name, imported=bool(barred)), frame, ForbiddenImport, keep=not theirs)
        elif name.partition(".")[0] in CLOSED and self.is_learner(importer(frame), past=()):
            self.refuse(f"this exercise is done without {name.partition('.')[0]}; take the import out", frame,
                        ForbiddenImport)

    def on_run(self, frame, *_):
        """importlib.import_module and runpy tell of no import; they run the module's code."""
        if name := being_imported(frame):
            self.on_import(frame, name)

    def on_open(self, frame, path, *_):
        """A library's file is opened only to import it, under its own name."""
        if not self.places or not isinstance(path, (str, bytes)) or not self.is_learner(frame, past=(STANDARD,)):
            return
        path = _REAL_PATH(path if isinstance(path, str) else path.decode("utf-8", "surrogateescape"))
        top = next((library for library, begin in self.places if path.startswith(begin)), None)
        if top and being_imported(frame).partition(".")[0] != top:
            self.refuse(f"this exercise is done without the files of {top}; write that part yourself", frame,
                        ForbiddenFile, keep=not for_a_traceback(frame))

    def on_frames(self, frame, *_):
        """The frames of callers hold what is not the learner's: the probe's variables, the grader's modules."""
        if self.is_learner(shower(frame), past=()):
            self.refuse("this exercise is done without the frames of its callers; take that out", frame)

    def on_frame_of(self, frame, _, attribute):
        if attribute in FRAMES:
            self.on_frames(frame)

    def on_objects(self, frame, *_):
        if self.is_learner(frame, past=()):
            self.refuse("this exercise is done without the garbage collector's list of objects; take that out", frame)

    def on_trace(self, frame, *_):
        if self.is_learner(frame):
            self.refuse("this exercise is done without sys.settrace and sys.setprofile; take that out", frame)

    def on_memory(self, frame, *_):
        if self.is_learner(frame):
            self.refuse("this exercise is done without ctypes; take that out", frame)

    def on_compile(self, frame, _, name, *__):
        """Code that says it is from a library's file would pass for it."""
        if isinstance(name, bytes):
            name = name.decode("utf-8", "surrogateescape")
        if isinstance(name, str) and self.kind_of_file(name) != LEARNER \
                and self.is_learner(frame, past=(STANDARD,)) and not being_imported(frame):
            self.refuse("this exercise is done without code under the name of another file; take that out", frame)

    def on_marshal(self, frame, *_):
        """Code from bytes, which may say that it is from any file."""
        if self.is_learner(frame, past=(STANDARD,)) and not being_imported(frame):
            self.refuse("this exercise is done without marshal; take that out", frame)


def importer(frame):
    """Past the frames of the import system."""
    while frame is not None and (frame.f_code.co_filename.startswith("<frozen importlib")
                                 or frame.f_code.co_filename.startswith(_IMPORTLIB)):
        frame = frame.f_back
    return frame


def being_imported(frame) -> str:
    """The module that an import of Python's own is under way for, as the innermost frames say; "" for none."""
    while frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
        if frame.f_code is _FIND_AND_LOAD:
            return str(frame.f_locals.get("name", ""))
        frame = frame.f_back
    return ""


def for_a_traceback(frame) -> bool:
    """Whether the standard library reads a file to show a line of it."""
    while frame is not None and frame.f_code.co_filename.startswith(_STANDARD):
        if frame.f_code.co_filename in _SHOW_LINES:
            return True
        frame = frame.f_back
    return False


def shower(frame):
    """Past the functions of the standard library that hand frames on: those of inspect, generators, `currentframe`."""
    while frame is not None and (code := frame.f_code).co_filename.startswith(_STANDARD) and (
            code.co_filename == _INSPECT or code.co_flags & _GENERATOR
            or code.co_name in ("currentframe", "<lambda>")):
        frame = frame.f_back
    return frame


def _folders(*paths: str) -> tuple[str, ...]:
    return tuple({os.path.join(path, "") for path in paths if path})


_PATHS = sysconfig.get_paths()
# Looked at first: site-packages may lie below the standard library.
_LIBRARIES = _folders(_PATHS["purelib"], _PATHS["platlib"], os.path.dirname(os.path.dirname(numpy.__file__)),
                      *(entry for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))))
_STANDARD = (*_folders(_PATHS["stdlib"], _PATHS["platstdlib"], os.path.dirname(os.__file__)), "<frozen ")
_IMPORTLIB = importlib.__file__.removesuffix("__init__.py")
_INSPECT, _GENERATOR = inspect.__file__, inspect.CO_GENERATOR
_REAL_PATH, _LINE_OF = os.path.realpath, linecache.getline
_SHOW_LINES = {traceback.__file__, warnings.__file__}
_FIND_AND_LOAD = importlib._bootstrap._find_and_load.__code__

active = Policy()

_HANDLERS = {
    "import": Policy.on_import, "exec": Policy.on_run,
    "open": Policy.on_open, "os.link": Policy.on_open,
    "sys._getframe": Policy.on_frames, "sys._current_frames": Policy.on_frames,
    "sys._current_exceptions": Policy.on_frames, "object.__getattr__": Policy.on_frame_of,
    "gc.get_objects": Policy.on_objects, "gc.get_referrers": Policy.on_objects, "gc.get_referents": Policy.on_objects,
    "sys.settrace": Policy.on_trace, "sys.setprofile": Policy.on_trace,
    "compile": Policy.on_compile, "marshal.loads": Policy.on_marshal,
    "marshal.load": Policy.on_marshal,
    "code.__new__": lambda policy, frame, code, name, *_: policy.on_compile(frame, code, name),
    **{f"ctypes.{event}": Policy.on_memory for event in (
        "dlopen", "dlsym", "dlsym/handle", "call_function", "cdata", "cdata/buffer", "string_at", "wstring_at",
        "addressof", "PyObj_FromPtr")},
}


def install(forbids: list[str], files: set[str], common: str | None) -> None:
    """Hold these rules in this process from now on."""
    first_time = not active.files
    active.forbids, active.files = list(forbids), set(files)
    active.given = os.path.join(common, "") if common else ""
    active.kinds.clear()
    tops = {name.partition(".")[0] for name in forbids}
    entries = [_REAL_PATH(entry) for entry in sys.path if entry]
    active.places = [(top, os.path.join(entry, inside)) for entry in entries for top in tops
                     for inside in (os.path.join(top, ""), f"{top}.", os.path.join("__pycache__", f"{top}."))]
    from grader.worker import stand_ins
    active.held = stand_ins.put_in(active)
    if first_time:
        sys.addaudithook(_make_hook(active, _HANDLERS))


def _make_hook(policy: Policy, handlers: dict):
    """The hook, as a function that holds what it needs. Of a hundred events in a run, nearly all end at the first line."""
    get_frame = sys._getframe

    def hook(event, args):
        if event not in handlers or (event == "object.__getattr__" and args[1] not in FRAMES):
            return
        if event == "sys._getframe" and args[0].f_code is own_code:
            return  # the call below
        handlers[event](policy, get_frame(0).f_back, *args)

    own_code = hook.__code__
    return hook
