"""Why the file of an exercise is missing: what else is there, since a student may have meant that by it."""
from typing import NamedTuple

from grader.records.verdict import Reason
from grader.text import safe_name

MOST = 200     # files of a submission that are remembered
LONGEST = 60   # characters of a name
SHOWN = 3


class Missing(NamedTuple):
    """Why there is no file for an exercise."""

    words: str  # the end of the sentence that says so
    reason: Reason


class Others:
    """The files of a submission that are called like no exercise."""

    def __init__(self, known: set[str]):
        """`known` are the names of files that the course knows."""
        self.known = known
        self.names: list[str] = []
        self.alone = True  # whether there is no file that the course knows

    def see(self, name: str) -> None:
        if name in self.known:
            self.alone = False
        elif not name.startswith(".") and len(self.names) < MOST:
            self.names.append(name[:LONGEST])

    def why_missing(self, name: str) -> Missing:
        """Whether the file `name` may be there under another name: one nearly like it or, where there is nothing of the
        course at all, whatever there is."""
        wanted = letters(name.rpartition(".")[0])
        found = [other for other in self.names if wanted in letters(other)] or (self.names if self.alone else [])
        if found:
            shown = ", ".join(safe_name(other) for other in found[:SHOWN])
            more = " and more" if len(found) > SHOWN else ""
            return Missing(f", but {shown}{more}: files are known by their names", Reason.MISNAMED_FILE)
        return Missing(", nor any other", Reason.NOTHING_HANDED_IN) if self.alone else Missing("", Reason.NO_FILE)


def letters(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalpha())
