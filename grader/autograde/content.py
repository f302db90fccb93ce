"""What a file of a submission holds: its bytes, or why there are none."""
from typing import NamedTuple

from grader.course.workspace import Problem


class UnreadableError(Exception):
    """A submission cannot be read; the end of a sentence that begins with its name."""


class Unusable(NamedTuple):
    """Why a file has no bytes that could be judged."""

    detail: str  # for programs
    words: str   # the end of a sentence that begins with the file's name

    def problem(self, name: str) -> Problem:
        return Problem(f"{name} {self.words}.", self.detail, f"The file {self.words}.")


Content = bytes | Unusable

IS_A_LINK = Unusable("link", "is a link; hand in the file itself")
NOT_ORDINARY = Unusable("not ordinary", "is not an ordinary file")
