"""The content of a submitted file: its bytes, or the reason why there are none."""
from typing import NamedTuple

from grader.course.workspace import Problem


class UnreadableError(Exception):
    """A submission cannot be read. The message is the end of a sentence that begins with the submission's name."""


class Unusable(NamedTuple):
    """The reason why a file has no bytes that can be judged."""

    detail: str  # for programs
    words: str   # the end of a sentence that begins with the file's name

    def problem(self, name: str) -> Problem:
        return Problem(f"{name} {self.words}.", self.detail, f"The file {self.words}.")


Content = bytes | Unusable

IS_A_LINK = Unusable("link", "is a link; hand in the file itself")
NOT_ORDINARY = Unusable("not ordinary", "is not an ordinary file")
