"""The symbols and the colours of each status and outcome, which all reports share."""
SYMBOLS = {"passed": "✓", "failed": "✗", "not started": "·", "examples passed": "○", "not run": "–",
           "partly": "◐", "not judged": "?"}  # the last two are outcomes of a submission, see records/outcome.py
COLORS = {"passed": "green", "failed": "red", "not started": "dim", "examples passed": "cyan", "not run": "yellow"}

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def paint(text: str, style: str, color: bool) -> str:
    """`text` in the ANSI style `style`; `text` unchanged if `color` is False."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if color and text else text
