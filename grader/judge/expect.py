"""`expect`: compare a result with the expected value, and keep both to show them to the learner.

Every value that arrives here was rebuilt from the wire as an exact `float`, `int`, `str`, `ndarray` or `Tensor`. So a
comparison never runs the learner's code.
"""
import contextlib
import functools
import math
import numbers

import numpy as np

from grader.judge.remote import is_plain
from grader.judge.show import is_tensor, show

# Relative and absolute tolerance, by the coarser of the two dtypes: a few hundred rounding errors. That is enough for
# another order of summation, and too little for another formula.
TOLERANCES = {np.dtype("float64"): (1e-7, 1e-9), np.dtype("float32"): (1e-4, 1e-5), np.dtype("float16"): (1e-2, 1e-3)}
_FINEST = TOLERANCES[np.dtype("float64")]


class MismatchError(AssertionError):
    """A check found something other than it expected. The error carries what a verdict shows, already as text."""

    def __init__(self, kind: str, *, got: str, want: str, given: dict | None = None, note: str = "", value=None,
                 received=None, wanted=None):
        self.kind, self.got, self.want, self.note = kind, got, want, note
        self.arguments = given or {}
        self.given = {name: show(v) for name, v in self.arguments.items()}
        self.value = value  # what came back, for the fingerprint
        self.received, self.wanted = received, wanted  # both sides as they are, for observe.py
        self.inside = False  # whether this is one value of several that came back together
        self.together: list[tuple] = []  # then (received, wanted) of all of them, and the place of this one
        self.place = 0
        super().__init__(f"for {self.given}: got {got}, want {want}. {note}".strip())


def expect(got, *, equals, given: dict | None = None, rtol: float | None = None, atol: float | None = None,
           exact_dtype: bool = True, note: str = "") -> None:
    """Raise MismatchError unless `got` is `equals`: same type, shape and dtype, and values within the tolerance.

    `given` names the arguments of the call. `rtol` and `atol` replace the tolerance that the dtype implies; say why if
    you set them. Without `exact_dtype` the same kind of number is enough: float32 for float64. NaN equals NaN.
    """
    want = equals
    mismatch = functools.partial(MismatchError, given=given, note=note, received=got, wanted=want)
    if isinstance(want, (list, tuple)):
        return _expect_sequence(got, want, given, rtol, atol, exact_dtype, note)
    if isinstance(want, (str, bool, type(None), dict, set, bytes)) or not _is_numeric(want):
        if type(got) is not type(want) or got != want:
            raise mismatch("value", got=show(got), want=show(want), value=got)
        return
    if not _is_numeric(got):
        raise mismatch("type", got=show(got), want=show(want))
    if is_tensor(got) != is_tensor(want) and (is_tensor(got) or np.ndim(got) == 0 < np.ndim(want)):
        raise mismatch("type", got=show(got), want=show(want))
    a, b = _array(got), _array(want)
    if a.shape != b.shape:
        raise mismatch("shape", got=f"shape {a.shape}", want=f"shape {b.shape}", value=a)
    differ = a.dtype != b.dtype if exact_dtype else a.dtype.kind != b.dtype.kind
    if differ and (isinstance(want, np.ndarray) or is_tensor(want)):
        raise mismatch("dtype", got=f"dtype {a.dtype}", want=f"dtype {b.dtype}", value=a)
    if "O" in (a.dtype.kind, b.dtype.kind):  # an int beyond 64 bits: compared as a Python int
        if got != want:
            raise mismatch("value", got=show(got), want=show(want), value=got)
        return
    if b.dtype.kind in "biu" and a.dtype.kind in "biu":
        close = a == b
    else:
        relative, absolute = max(TOLERANCES.get(a.dtype, _FINEST), TOLERANCES.get(b.dtype, _FINEST))
        close = _close(a, b, relative if rtol is None else rtol, absolute if atol is None else atol)
    if not close.all():
        raise mismatch("value", value=a, **_difference(a, b, close))


def _close(a: np.ndarray, b: np.ndarray, rtol: float, atol: float) -> np.ndarray:
    """np.isclose with NaN equal to NaN. If all values are close, this takes a third of the time of np.isclose."""
    with np.errstate(all="ignore"):
        close = np.abs(a - b) < atol + rtol * np.abs(b)  # never true for NaN and infinities
    return close if close.all() else np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=True)


def _expect_sequence(got, want, given, rtol, atol, exact_dtype, note) -> None:
    if type(got) not in (list, tuple):
        raise MismatchError("type", got=show(got), want=show(want), given=given, note=note, received=got, wanted=want)
    if len(got) != len(want):
        raise MismatchError("shape", got=_counted(got), want=_counted(want), given=given, note=note,
                            value=list(got) if is_plain(got) else len(got))
    for index, (one, other) in enumerate(zip(got, want)):
        place = f"(number {index + 1} of {len(want)})" if len(want) > 1 else ""
        try:
            expect(one, equals=other, given=given, rtol=rtol, atol=atol, exact_dtype=exact_dtype,
                   note=f"{note} {place}".strip())
        except MismatchError as error:
            if not error.inside:
                error.inside, error.together, error.place = True, list(zip(got, want)), index
            raise


def _counted(values) -> str:
    """How many values there are; up to six texts are shown as they are."""
    if len(values) <= 6 and all(isinstance(value, str) for value in values):
        return show(list(values)) if values else "none"
    return f"{len(values)} values"


def expect_true(condition, *, got, want: str, given: dict | None = None, note: str = "") -> None:
    """Raise MismatchError unless `condition` is plain data and true.

    `got` is a value to show; `want` says in words what was expected.
    """
    if not (is_plain(condition) and bool(condition)):
        raise MismatchError("value", got=show(got), want=want, given=given, note=note, value=got)


@contextlib.contextmanager
def expect_raises(error: type[Exception], *, given: dict | None = None):
    """Raise MismatchError unless the block raises `error`, in this process or in the worker."""
    try:
        yield
    except MismatchError:
        raise
    except Exception as raised:
        # An exception in the worker is known here by the names of its classes.
        names = getattr(raised, "class_names", None) or [c.__name__ for c in type(raised).__mro__]
        if error.__name__ not in names:
            raise MismatchError("exception", got=f"{names[0]}: {raised}", want=error.__name__, given=given, value=names[0])
        return
    raise MismatchError("exception", got="no error", want=error.__name__, given=given, value=None)


def _is_numeric(value) -> bool:
    return isinstance(value, (numbers.Number, np.ndarray, np.generic)) or is_tensor(value)


def _array(value) -> np.ndarray:
    return value.detach().cpu().numpy() if is_tensor(value) else np.asarray(value)


def _difference(a: np.ndarray, b: np.ndarray, close: np.ndarray) -> dict[str, str]:
    """The two sides as text: whole if they are small, else the first place at which they differ."""
    if a.size <= 6 and show(a) != show(b):
        return {"got": show(a), "want": show(b)}
    where = tuple(int(i) for i in np.argwhere(~close)[0])
    got, want = show(a[where]), show(b[where])
    digits = 6
    while got == want and digits < 17:  # they differ in a later digit
        digits += 1
        got, want = (f"{float(value[where]):.{digits}g}" for value in (a, b))
    at = f" at [{', '.join(map(str, where))}]" if where else ""
    some = f" ({int(close.size - close.sum())} of {a.size} values differ)" if a.size > 1 else ""
    return {"got": f"{got}{at}{some}", "want": f"{want}{at}"}


def is_finite(value) -> bool:
    """True if every number in `value` is finite; for checks of extreme inputs."""
    return bool(np.isfinite(_array(value)).all()) if not isinstance(value, float) else math.isfinite(value)
