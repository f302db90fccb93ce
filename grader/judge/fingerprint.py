"""Fingerprints: the same wrong behaviour gives the same fingerprint, whoever wrote the code and however.

A fingerprint is a digest of the check, the kind of error, which example, which of its values, and the value that came
back, rounded. If the code raised, the exception's class and message (see `raised`) replace the value. No text of the
learner's source is in it.
"""
import hashlib
import re

import numpy as np

from grader.judge.expect import MismatchError
from grader.judge.http import NoAnswerError
from grader.judge.link import WorkerError
from grader.judge.remote import LearnerError, is_plain
from grader.records.verdict import Kind

_DIGITS = 4  # significant digits that count; two orders of summation agree in more digits


def kind_of(error: Exception) -> Kind:
    if isinstance(error, MismatchError):
        return Kind(error.kind)
    if isinstance(error, WorkerError):
        return error.kind
    if isinstance(error, LearnerError):
        if error.signature:
            return Kind.SIGNATURE
        if "MemoryError" in error.class_names:
            return Kind.MEMORY
        return Kind.FORBIDDEN if error.forbidden else Kind.EXCEPTION
    if isinstance(error, NoAnswerError):
        return Kind.EXCEPTION
    return Kind.VALUE if isinstance(error, AssertionError) else Kind.TYPE


def of(check: str, place: tuple, error: Exception) -> str:
    """The fingerprint of one failure: sixteen hexadecimal digits. `place` is (number of the case, of the example)."""
    if isinstance(error, MismatchError):
        came_back = f"{error.note}|{rounded(error.value) if is_plain(error.value) else error.got}"
    elif isinstance(error, LearnerError):
        came_back = error.signature.get("got", "") if error.signature else raised(error)
    else:
        came_back = error.why if isinstance(error, NoAnswerError) else ""
    whole = f"{check}|{place}|{kind_of(error)}|{came_back}"
    return hashlib.blake2b(whole.encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()


def raised(error: LearnerError) -> str:
    """The class of the exception, and the message without numbers if a library raised it: NumPy for shapes, say.

    Other messages are left out: they may contain the learner's names, or be written by the learner.
    """
    line = error.frames[-1][3] if error.frames else ""
    told = error.class_names[0] in ("ValueError", "IndexError") and not line.startswith("raise")
    return error.class_names[0] + ("|" + re.sub(r"\d+", "#", error.message) if told else "")


def rounded(value) -> str:
    """`value` as text, rounded so that rounding errors do not show."""
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(rounded, value)) + "]"
    if isinstance(value, set):
        return "{" + ",".join(sorted(map(rounded, value))) + "}"  # the order of a set differs between processes
    if isinstance(value, dict):
        return "{" + ",".join(f"{rounded(k)}:{rounded(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (np.ndarray, np.generic, float)) and np.asarray(value).dtype.kind in "fc":
        array = np.asarray(value)
        return f"{array.shape}" + ",".join("0" if abs(v) <= 1e-9 else f"{v:.{_DIGITS - 1}e}" for v in array.ravel()[:200])
    return repr(value)[:1000]
