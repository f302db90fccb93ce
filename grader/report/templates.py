"""The environment of all page templates, and the data that a page shows of a check."""
import re
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from grader.report.style import FOLLOWS, SYMBOLS, fail_too
from grader.text import count, safe, short

PRINTED_LINES = 20  # the last lines of what a check printed
LONGEST = 2000      # characters of any other text; LONGEST_LINE for one line of printed text or of a traceback
LONGEST_LINE = 300


def environment() -> Environment:
    """The Jinja environment: it escapes all values, and an undefined name in a template is an error."""
    made = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True,
                       lstrip_blocks=True, undefined=StrictUndefined, finalize=_printable)
    made.globals.update(symbols=SYMBOLS, count=count)
    made.filters["breakable"] = breakable
    return made


def shown_check(check: dict) -> dict:
    """A check of a verdict with each text cut to what a page has room for; of its output the last lines are kept."""
    lines = check["output"].strip("\n").split("\n")
    left_out = max(0, len(lines) - PRINTED_LINES)
    head = [f"… {count(left_out, 'line')} before"] if left_out else []
    given = ", ".join(f"{short(name, LONGEST_LINE)} {short(text, LONGEST).removeprefix('shape ')}"
                      for name, text in check["given"].items())
    return {**check, "given": short(given, LONGEST),
            "output": "\n".join([*head, *(short(line, LONGEST_LINE) for line in lines[left_out:])]),
            "traceback": [short(line, LONGEST_LINE) for line in check["traceback"][-PRINTED_LINES:]],
            "observation": short(check.get("observation", ""), LONGEST),  # older verdicts have none, nor the next two
            "also": short(fail_too(check.get("also_failing", [])), LONGEST),
            "follows": FOLLOWS if check.get("follows") else "",
            **{name: short(check[name], LONGEST) for name in ("title", "got", "want", "note", "diagnosis")}}


def breakable(name: str) -> Markup:
    """A long name that may go on in the next line after a mark of punctuation, and not in the middle of a word."""
    return Markup(re.sub("([_.-]+)(?=.)", r"\1<wbr>", str(escape(name))))


def when(time: datetime) -> str:
    return f"{time.day} {time:%b %Y, %H:%M}"


def _printable(value):
    """A plain str without control characters; a value of another type, such as rendered markup, is unchanged."""
    return safe(value) if type(value) is str else value
