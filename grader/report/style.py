"""What every text report shares: the marks, the colours, and how text of a learner's is made safe to print."""
import re

MARKS = {"passed": "✓", "failed": "✗", "not started": "·", "examples passed": "○", "not run": "–",
         "partly": "◐", "not judged": "?"}  # these two of a submission, see standing.py
COLORS = {"passed": "green", "failed": "red", "not started": "dim", "examples passed": "cyan", "not run": "yellow"}

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}

# Control characters can move a terminal's cursor and rewrite what stands there; marks of writing direction can do
# the same to the eye; half a surrogate pair cannot be printed at all. Newlines and tabs may stay.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def paint(text: str, style: str, color: bool) -> str:
    """`text` in the ANSI colour `style`, where colour is wanted."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if color and text else text


def safe(text: str) -> str:
    """`text` with everything that a terminal would obey written out; a line that \\r overwrites is left out."""
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")]
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), "\n".join(lines))


def safe_line(text: str) -> str:
    """The same, in one line."""
    return " ".join(safe(text).split())


def count(number: int, thing: str) -> str:
    """`1 check`, `2 checks`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def short(text: str, longest: int) -> str:
    """`text`, or its first characters and an ellipsis."""
    return text if len(text) <= longest else text[:longest - 1] + "…"
