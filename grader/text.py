"""Make text from an untrusted source (a learner, a library, a file system) safe to show."""
import re

# Control characters can move a terminal's cursor and overwrite text. Marks of writing direction can change the order in
# which text appears. Half a surrogate pair cannot be printed at all. Newlines and tabs may stay.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(text: str) -> str:
    """`text` with every character that a terminal would interpret written as an escape.

    Of a line that contains \\r only the part after the last \\r is kept, because it overwrites what is before it.
    """
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")]
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), "\n".join(lines))


def safe_line(text: str) -> str:
    """The same as `safe`, in one line."""
    return " ".join(safe(text).split())


def safe_name(name: str) -> str:
    """The name of a file in one line, also if its bytes are not UTF-8; `(blank)` for an empty name."""
    return safe_line(name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")) or "(blank)"


def short(text: str, longest: int) -> str:
    """`text`, or its first characters and an ellipsis."""
    return text if len(text) <= longest else text[:longest - 1] + "…"


def count(number: int, thing: str) -> str:
    """`1 check`, `2 checks`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def listed(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
