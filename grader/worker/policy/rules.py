"""The rules that hold while a learner's code runs: whose code may do what, and how a refusal is reported."""
import builtins
import linecache
import os

from grader.course.forbidden import TAKE_THE_IMPORT_OUT, WRITE_IT_YOURSELF, banned_by, sentence
from grader.worker.policy import frames
from grader.worker.policy.frames import GIVEN, GRADER, LEARNER, LIBRARY, PROBE, STANDARD, owner_of_file
from grader.worker.policy.torch_names import names_of_operator

__builtins__ = dict(vars(builtins))  # as in frames.py

# Modules that no exercise needs, and that lead out of this interpreter (C code, other interpreters), or to the grader.
OFF_LIMITS = {"ctypes", "_ctypes", "cffi", "_cffi_backend", "_xxsubinterpreters", "_interpreters", "_testcapi",
              "_testinternalcapi", "grader", "tests"}
FRAME_ATTRIBUTES = {"tb_frame", "gi_frame", "cr_frame", "ag_frame"}
# Attributes that inspect, warnings and unittest look up in every loaded module: the standard library may read them.
_LOOKED_UP = {"__file__", "__name__", "__spec__", "__loader__", "__path__", "__package__", "__warningregistry__",
              "__dict__", "__class__", "__doc__"}
TAKE_THAT_OUT = "take that out"
_REAL_PATH, _LINE_OF = os.path.realpath, linecache.getline


class ForbiddenError(Exception):
    """The learner's code used something that the exercise forbids: `what`."""

    what = ""


class ForbiddenImportError(ForbiddenError, ImportError):
    """The same, for an import. As an ImportError, so that a library with an optional import goes on without it."""


class ForbiddenFileError(ForbiddenError, OSError):
    """The same, for a file. As an OSError, so that a traceback is still printed, without the lines of the library."""


class Policy:
    """The rules of the exercise that this worker has loaded, and the first refusal."""

    def __init__(self):
        self.forbids: list[str] = []
        self.files: set[str] = set()    # names of the learner's files
        self.given: tuple[str, ...] = ()  # files of given code, and how the paths of others begin
        self.trusts: tuple[str, ...] = ()  # how the names of the files begin that may use ctypes
        self.places: list[tuple[str, str]] = []  # (library, how the paths of its files begin)
        self.trusted: dict[int, object] = {}  # {id: code of a probe}; kept alive, so that no other object gets the id
        self.proxied: set[str] = set()     # modules that hold proxies; a second copy of one would hold none
        self.proxies: dict[int, object] = {}  # {id of what is forbidden: its proxy}
        self.tensor_text = None            # tells whether a tensor's text is being made (tensor_text.py)
        self.kinds: dict[str, str] = {}
        self.first: dict | None = None  # the first refusal, as it is sent to the judge

    # ── who asks ────────────────────────────────────────────────────────────────────────────────────────────────

    def trust(self, code) -> None:
        """Treat this code object, and those of the functions in it, as a probe's."""
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
        return GIVEN if self.given and name.startswith(self.given) else owner_of_file(name)

    def asker(self, frame, past=(STANDARD, LIBRARY)):
        """(kind, frame) of the first frame, from `frame` outwards, that is not of a kind in `past`.

        If the stack ends before, as in a thread, no trusted code is on it: (LEARNER, None).
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

    def refuse(self, what: str, advice: str, frame, error: type[ForbiddenError] = ForbiddenError,
               keep: bool = True) -> None:
        """Raise `error` about `what`. If `keep`, record the first refusal in `first`, with the learner's lines."""
        words = sentence(what, advice)
        if keep and self.first is None:
            lines = []
            while frame is not None:
                name = frame.f_code.co_filename
                if name in self.files:
                    line = _LINE_OF(name, frame.f_lineno).strip()
                    lines.insert(0, [name, frame.f_lineno, frame.f_code.co_name, line])
                frame = frame.f_back
            self.first = {"classes": [error.__name__], "message": words, "frames": lines[-6:],
                          "forbidden": what}
        refusal = error(words)
        refusal.what = what
        raise refusal

    def banned(self, name: str) -> str | None:
        return banned_by(self.forbids, name)

    # ── calls and attributes that a proxy, or the dispatch mode, sees ──────────────────────────────────────────────

    def check_call(self, forbidden: str, own_name: str, frame) -> None:
        """Refuse a call that `frame` makes of a function that is covered by `forbidden`. Raises ForbiddenError.

        A probe may call it, the grader for its own use, and given code if the caller's text has the function's name: what
        a learner hands over to given code is called there by another name.
        """
        if not self.may(frame, given=own_name in frame.f_code.co_names):
            self.refuse(forbidden, WRITE_IT_YOURSELF, frame)

    def check_operator(self, forbidden: str, operator: str, frame) -> None:
        """The same for an operator of torch. A library runs it for given code under whatever name."""
        by_library = self.kind(frame) in (LIBRARY, STANDARD)
        if not self.may(frame, given=by_library or not names_of_operator(operator).isdisjoint(frame.f_code.co_names)):
            self.refuse(forbidden, WRITE_IT_YOURSELF, frame)

    def check_made(self, forbidden: str, frame) -> None:
        """Refuse that an object of a forbidden class is made. Raises ForbiddenError."""
        if not self.may(frame, given=True):
            self.refuse(forbidden, WRITE_IT_YOURSELF, frame)

    def may(self, frame, given: bool) -> bool:
        """Whether who asks may use what is forbidden; `given` is whether given code may."""
        kind, asking = self.asker(frame)
        if kind == GRADER:  # for its own use; not for the learner's `first = np.linalg.inv`
            return asking.f_code.co_name not in ("do_call", "do_operator")
        return kind == PROBE or (kind == GIVEN and given) or (
            self.tensor_text is not None and self.tensor_text.is_being_made(self, frame))

    def check_attribute(self, module: str, attribute: str, frame) -> None:
        """Refuse a learner access to an attribute of a module; libraries may access it. Raises ForbiddenError."""
        if self.kind(frame) == STANDARD and attribute in _LOOKED_UP:
            return
        if self.asker(frame, past=(STANDARD,))[0] == LEARNER:
            self.refuse(self.banned(module) or module.partition(".")[0], TAKE_THE_IMPORT_OUT, frame)

    # ── events: each handler gets the frame that the event happened in, and the event's arguments ───────────────

    def on_import(self, frame, name, path=None, *_):
        self.on_open(frame, path)  # a module in C is loaded without another event
        if (banned := self.banned(name)) or name in self.proxied:
            if self.asker(frame)[0] in (LEARNER, GRADER):
                theirs = self.asker(frame, past=(STANDARD,))[0] == LIBRARY  # a library goes on without the import
                advice = TAKE_THE_IMPORT_OUT if banned else WRITE_IT_YOURSELF
                self.refuse(banned or name, advice, frame, ForbiddenImportError, keep=not theirs)
        elif name.partition(".")[0] in OFF_LIMITS and self.is_learner(frames.importer(frame), past=()):
            self.refuse(name.partition(".")[0], TAKE_THE_IMPORT_OUT, frame, ForbiddenImportError)

    def on_run(self, frame, *_):
        """importlib.import_module and runpy raise no "import" event. They are seen when the module's code is run."""
        if name := frames.being_imported(frame):
            self.on_import(frame, name)

    def on_open(self, frame, path, *_):
        """A library's file may be opened only to import the library under its own name."""
        if not self.places or not isinstance(path, (str, bytes)) or not self.is_learner(frame, past=(STANDARD,)):
            return
        path = _REAL_PATH(path if isinstance(path, str) else path.decode("utf-8", "surrogateescape"))
        top = next((library for library, begin in self.places if path.startswith(begin)), None)
        if top and frames.being_imported(frame).partition(".")[0] != top:
            self.refuse(f"the files of {top}", WRITE_IT_YOURSELF, frame, ForbiddenFileError,
                        keep=not frames.for_a_traceback(frame))

    def on_frames(self, frame, *_):
        """The frames of callers give access to the probe's variables and the grader's modules."""
        if self.is_learner(frames.past_frame_helpers(frame), past=()):
            self.refuse("the frames of its callers", TAKE_THAT_OUT, frame)

    def on_frame_of(self, frame, _, attribute):
        if attribute in FRAME_ATTRIBUTES:
            self.on_frames(frame)

    def on_objects(self, frame, *_):
        if self.is_learner(frame, past=()):
            self.refuse("the garbage collector's list of objects", TAKE_THAT_OUT, frame)

    def on_trace(self, frame, *_):
        if self.is_learner(frame):
            self.refuse("sys.settrace and sys.setprofile, and what works by them (pdb, cProfile)", TAKE_THAT_OUT, frame)

    def on_ctypes(self, frame, *_):
        if self.is_learner(frame) and not self.is_trusted(frame):
            self.refuse("ctypes", TAKE_THAT_OUT, frame)

    def is_trusted(self, frame) -> bool:
        """Whether it is the own code of a library that course.yml trusts that asks, past the standard library."""
        kind, asking = self.asker(frame, past=(STANDARD,))
        return kind == LIBRARY and asking.f_code.co_filename.startswith(self.trusts)

    def on_compile(self, frame, _, name, *__):
        """Code that is compiled under the name of a library's file would count as the library's."""
        if isinstance(name, bytes):
            name = name.decode("utf-8", "surrogateescape")
        if isinstance(name, str) and self.kind_of_file(name) != LEARNER \
                and self.is_learner(frame, past=(STANDARD,)) and not frames.being_imported(frame):
            self.refuse("code under the name of another file", TAKE_THAT_OUT, frame)

    def on_marshal(self, frame, *_):
        """Code that is loaded from bytes may carry any file name."""
        if self.is_learner(frame, past=(STANDARD,)) and not frames.being_imported(frame):
            self.refuse("marshal", TAKE_THAT_OUT, frame)


active = Policy()  # one for the process: a worker runs one exercise
