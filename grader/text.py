"""Text that is safe to show, whoever wrote it: a learner, a library, a file system."""
import re

# Control characters can move a terminal's cursor and rewrite what stands there; marks of writing direction can do
# the same to the eye; half a surrogate pair cannot be printed at all. Newlines and tabs may stay.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(text: str) -> str:
    """`text` with everything that a terminal would obey written out; a line that \\r overwrites is left out."""
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")]
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), "\n".join(lines))


def safe_line(text: str) -> str:
    """The same, in one line."""
    return " ".join(safe(text).split())


def safe_name(name: str) -> str:
    """The name of a file in one line, whatever bytes the file system has for it."""
    return safe_line(name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")) or "(blank)"


def short(text: str, longest: int) -> str:
    """`text`, or its first characters and an ellipsis."""
    return text if len(text) <= longest else text[:longest - 1] + "…"


def count(number: int, thing: str) -> str:
    """`1 check`, `2 checks`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
