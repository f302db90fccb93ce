"""A class of submissions to the small course, and `grader autograde` as a whole process: for the grader's own tests."""
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from grader.errors import UsageError
from grader.records.class_ledger import open_class_ledger
from grader.sandbox import bubblewrap
from tests.grader.helpers.small_course import FIRST, SECOND, THIRD, write

REFERENCES = {"letters/first": FIRST, "letters/second": SECOND, "digits/third": THIRD}


def sandbox_or_skip() -> None:
    """Skip, and say so, where there can be no sandbox."""
    try:
        bubblewrap.require_sandbox()
    except UsageError as error:
        pytest.skip(str(error))


def hand_in(folder: Path, **texts: str) -> None:
    """A submission with the reference for what is not named: `first="def first(x): return 0"`."""
    whole = {path: texts.get(path.rpartition("/")[2], text) for path, text in REFERENCES.items()}
    write(folder, {f"exercises/p1/{path}.py": text for path, text in whole.items()})


def slowly(text: str, seconds: float) -> str:
    """The same solution, which takes its time over being imported."""
    return f"import time\ntime.sleep({seconds})\n{text}"


def autograde(root: Path, *arguments, **options) -> subprocess.Popen:
    """`grader autograde …` in the course's folder, with its output as text."""
    here = Path(__file__).parents[3]
    return subprocess.Popen([sys.executable, "-m", "grader", "autograde", *map(str, arguments)], cwd=root, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={**os.environ, "PYTHONPATH": str(here), **options.pop("env", {})}, **options)


def finished(process: subprocess.Popen, seconds: float = 900) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err


def verdicts(out: Path) -> dict[tuple[str, str], dict]:
    """Every verdict in the class's ledger, without what differs from run to run: when, and how long it took."""
    with open_class_ledger(out) as ledger:
        return {(marked.name, exercise): verdict.model_dump(mode="json", exclude={"judged_at", "seconds"})
                for marked in ledger.marked() for exercise, verdict in marked.verdicts.items()}


def below(process: psutil.Process | subprocess.Popen, what: str = "") -> list[psutil.Process]:
    """The processes that a process has started, directly or not, whose command line has `what` in it."""
    found = []
    try:
        for child in psutil.Process(process.pid).children(recursive=True):
            try:
                if what in " ".join(child.cmdline()):
                    found.append(child)
            except psutil.Error:
                continue
    except psutil.Error:
        pass
    return found
