"""Trusted programs for a suite: `work.run_tool("promtool", "check", "rules", "rules.yml", files={"rules.yml": text})`.

Each call has a worker of its own, which loads no learner's code: it gets the files, runs the program and ends. A check
that calls one says `@requires("promtool")`, so that it is not run where the program is missing.
"""
from collections.abc import Callable
from typing import NamedTuple

from grader.judge.link import Link
from grader.judge.remote import Session


class ToolResult(NamedTuple):
    code: int      # the exit code
    printed: str   # what it wrote to stdout and stderr, in the order of writing


def run_tool(start: Callable[[], Link], name: str, arguments: tuple[str, ...], files: dict[str, str]) -> ToolResult:
    """Run a program of worker/tools.py in a worker that `start` makes. Raises WorkerError for one that had to be ended."""
    link = start()
    try:
        code, printed = Session(link).ask("tool", name, list(arguments), dict(files))
        return ToolResult(code, printed)
    finally:
        link.close()
