"""Whole files of an exercise that were written without sight of its suite, to try suite and catalogue on.

    tests/<project>/wrong/<exercise>/*.py    (or another suffix of the exercise's language) each must fail, and hears no words but those that are true of it
    tests/<project>/right/<exercise>/*.py    each must pass

A wrong file begins with what is wrong in it, and with the catalogue's mistakes whose words are true of it:

    # what is wrong: only the diagonal of the Jacobian
    # told: sigmoid_gradient_of_softmax, another_name

Without the second line, or with `# told: nothing`, it may hear no words. A right file needs neither line.
"""
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.course.manifest import Course, Exercise
from grader.errors import UsageError
from grader.files import read_text

WHAT, TOLD = re.compile(r"# what is wrong: (.+)"), re.compile(r"# told: (.+)")


@dataclass(frozen=True)
class Stranger:
    path: str              # below the course's folder
    wrong: bool
    what: str              # is wrong
    told: frozenset[str]   # the mistakes whose words are true of it
    text: str


def folders_of(course: Course, exercise: Exercise) -> dict[bool, Path]:
    """{whether its files are wrong: folder}; a folder may be absent."""
    tests = (course.root / exercise.suite).parent
    return {True: tests / "wrong" / exercise.name, False: tests / "right" / exercise.name}


def strangers_of(course: Course, exercise: Exercise) -> tuple[list[Stranger], list[str]]:
    """The strangers' files of an exercise, and a sentence for each that cannot be used."""
    found, problems = [], []
    for wrong, folder in folders_of(course, exercise).items():
        for file in sorted(folder.glob(f"*{exercise.language.suffix}")):
            path = file.relative_to(course.root).as_posix()
            try:
                text = read_text(file, path)
            except UsageError as error:
                problems.append(str(error))
                continue
            comment = exercise.language.comment
            lines = [f"#{line.removeprefix(comment)}" for line in head_of(text, comment)]
            what = next((match[1] for line in lines if (match := WHAT.fullmatch(line))), "")
            told = next((match[1] for line in lines if (match := TOLD.fullmatch(line))), "nothing")
            if wrong and not what:
                problems.append(f"{path} must begin with a line '{comment} what is wrong: …'.")
            found.append(Stranger(path, wrong, what, frozenset() if told.strip() == "nothing" else
                                  frozenset(name.strip() for name in told.split(",")), text))
    return found, problems


def head_of(text: str, comment: str) -> Iterator[str]:
    """The comment lines at the top of a file."""
    for line in text.splitlines():
        if not line.startswith(comment):
            return
        yield line.rstrip()
