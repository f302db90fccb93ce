"""Where the file of an exercise is missing: what else is there, since a student may have meant that by it."""
from grader.report.style import safe_line

MOST = 200     # files of a submission that are remembered
LONGEST = 60   # characters of a name
SHOWN = 3


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

    def instead_of(self, name: str) -> str:
        """The end of the sentence that the file `name` is missing: what is called nearly like it or, where there is
        nothing of the course at all, whatever there is."""
        wanted = letters(name.rpartition(".")[0])
        found = [other for other in self.names if wanted in letters(other)] or (self.names if self.alone else [])
        if not found:
            return ", nor any other" if self.alone else ""
        shown = ", ".join(printable(other) for other in found[:SHOWN])
        return f", but {shown}{' and more' if len(found) > SHOWN else ''}: files are known by their names"


def letters(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalpha())


def printable(name: str) -> str:
    return safe_line(name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")) or "(blank)"
