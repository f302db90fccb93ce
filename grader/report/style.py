"""The symbols and the colours of each status and outcome, and words of a check, which all reports share."""
import os
import sys

from grader.text import listed

SYMBOLS = {"passed": "✓", "failed": "✗", "not started": "·", "examples passed": "○", "not run": "–",
           "partly": "◐", "not judged": "?"}  # the last two are outcomes of a submission, see records/outcome.py
COLORS = {"passed": "green", "failed": "red", "not started": "dim", "examples passed": "cyan", "not run": "yellow"}

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def paint(text: str, style: str, color: bool) -> str:
    """`text` in the ANSI style `style`; `text` unchanged if `color` is False."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if color and text else text

FOLLOWS = "follows from the mistake that is told above"  # said of a check


def fail_too(functions: list[str]) -> str:
    """`mean and max fail this check, too.`; empty for no functions."""
    return f"{listed(functions)} {'fails' if len(functions) == 1 else 'fail'} this check, too." if functions else ""


def wants_color() -> bool:
    return "NO_COLOR" not in os.environ and (sys.stdout.isatty() or "FORCE_COLOR" in os.environ)
