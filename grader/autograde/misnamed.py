"""Why the file of an exercise is missing. Another file in the submission may be the one that the student meant."""
from typing import NamedTuple

from grader.records.verdict import Reason
from grader.text import safe_name

MOST = 200     # names that are kept of one submission
LONGEST = 60   # characters of a name
SHOWN = 3      # names in a message


class Missing(NamedTuple):
    """The reason why there is no file for an exercise."""

    words: str  # the end of the sentence that says that there is none
    reason: Reason


class Others:
    """The files of a submission that are not named like an exercise."""

    def __init__(self, known: set[str]):
        """`known` holds the names of all files that the course knows."""
        self.known = known
        self.names: list[str] = []
        self.alone = True  # True while no file that the course knows has been seen

    def see(self, name: str) -> None:
        if name in self.known:
            self.alone = False
        elif not name.startswith(".") and len(self.names) < MOST:
            self.names.append(name[:LONGEST])

    def why_missing(self, name: str) -> Missing:
        """Why there is no file `name`, with the files that may be meant by it.

        These are the files whose name contains the letters of `name`. If the submission has no file that the course
        knows, and none with such a name, they are all files that were seen.
        """
        wanted = letters(name.rpartition(".")[0])
        found = [other for other in self.names if wanted in letters(other)] or (self.names if self.alone else [])
        if found:
            shown = ", ".join(safe_name(other) for other in found[:SHOWN])
            more = " and more" if len(found) > SHOWN else ""
            return Missing(f", but {shown}{more}: files are known by their names", Reason.MISNAMED_FILE)
        return Missing(", nor any other", Reason.NOTHING_HANDED_IN) if self.alone else Missing("", Reason.NO_FILE)


def letters(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalpha())
