"""What a suite's `work` is where the exercise's file is data: no worker, since there is nothing to run.

    work.text    the text as it was handed in
    work.data    what it says: plain data, anew for each time that it is asked for

A check of a suite works with it as with a module, and a failure is told in the same way. What fails here never is a
learner's exception: that the text is of its language was seen when it was read (course/workspace.py).
"""
from collections.abc import Callable
from dataclasses import dataclass, field

from grader.course.languages import Language


@dataclass
class NoLink:
    """In the place of a worker's connection: nothing is printed, and nothing ends."""

    stdout: bytes = b""
    dead: bool = False

    def close(self) -> None:
        pass


@dataclass
class NoSession:
    link: NoLink = field(default_factory=NoLink)
    refused: Exception | None = None


class Document:
    """A file of data, as a suite sees it."""

    def __init__(self, text: str, language: Language, run_tool: Callable):
        self.text, self._language, self._run_tool = text, language, run_tool
        self._session = NoSession()

    @property
    def data(self):
        return self._language.check(self.text)

    def begin_check(self) -> None:
        pass

    def last_given(self) -> dict[str, str]:
        return {}

    def run_tool(self, name: str, *arguments: str, files: dict[str, str]):
        """(exit code, what it printed) of a trusted program, see tools.py."""
        return self._run_tool(name, arguments, files)

    def run(self, probe: Callable, *args, **kwargs):
        raise TypeError(f"{probe.__name__} is a probe, which runs beside a learner's code; a file of data has none")
