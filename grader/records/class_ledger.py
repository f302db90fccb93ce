"""The ledger of a class: one verdict for each submission and exercise, in one SQLite file.

Every output of a class is made from it.

    OUT/class.sqlite3        written as verdicts come; another run continues from it

The key of a verdict is (submission, exercise). A verdict holds for the files, the suite and the engine that it was made
with. If one of them has changed since, the exercise is due again and the verdict is replaced. The same is true if the
verdict was made without the sandbox and the new run has one.
"""
import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError
from grader.records.database import DamagedError, NewerVersionError, Trouble, open_database, translate_errors
from grader.records.verdict import Verdict

CLASS_LEDGER = "class.sqlite3"

SCHEMA = ("""\
CREATE TABLE submissions (
    name    TEXT PRIMARY KEY,   -- as the folder or the archive is called
    problem TEXT NOT NULL       -- why it could not be read, one sentence; empty where it could
)""", """\
CREATE TABLE verdicts (
    submission TEXT NOT NULL,
    exercise   TEXT NOT NULL,
    files      TEXT NOT NULL,   -- digest of the texts that were handed in for it
    suite      TEXT NOT NULL,   -- digest of the suite and the limits
    unsafe     INTEGER NOT NULL,
    verdict    TEXT NOT NULL,   -- as JSON
    engine     TEXT NOT NULL DEFAULT '',  -- digest of the grader and the libraries that judged; empty before version 2
    PRIMARY KEY (submission, exercise)
)""")
UPGRADES = {1: ("ALTER TABLE verdicts ADD COLUMN engine TEXT NOT NULL DEFAULT ''",)}

# The same files, suite and engine give the same verdict: the first one stays, unless `replace` is set, or only the
# first one was made without the sandbox.
RECORD = """\
INSERT INTO verdicts (submission, exercise, files, suite, engine, unsafe, verdict)
VALUES (:submission, :exercise, :files, :suite, :engine, :unsafe, :verdict)
ON CONFLICT (submission, exercise) DO UPDATE SET
    files = excluded.files, suite = excluded.suite, engine = excluded.engine, unsafe = excluded.unsafe,
    verdict = excluded.verdict
WHERE files != excluded.files OR suite != excluded.suite OR engine != excluded.engine OR unsafe > excluded.unsafe
    OR :replace"""


class Key(NamedTuple):
    """What a verdict was made with: three digests, and whether there was no sandbox."""

    files: str
    suite: str
    engine: str
    unsafe: bool


@dataclass(frozen=True)
class Marked:
    """What the ledger holds of one submission.

    `verdicts` is by exercise id, without the exercises that have no verdict yet. A verdict that is due again is in it
    until it is replaced.
    """

    name: str
    problem: str = ""
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    @property
    def earned(self) -> int:
        return sum(verdict.earned for verdict in self.verdicts.values())


@contextlib.contextmanager
def open_class_ledger(folder: Path) -> Iterator["ClassLedger"]:
    """Open the ledger in `folder`; make it if there is none. Raises UsageError if that is not possible."""
    path = folder / CLASS_LEDGER
    connection = None
    try:
        with translate_errors(saying_what_to_do(path)):
            folder.mkdir(parents=True, exist_ok=True)
            connection = open_database(path, SCHEMA, UPGRADES)
        yield ClassLedger(connection, path)
    except NewerVersionError:
        raise UsageError(f"{path} was written by a newer grader; update the course, or name another --out.") from None
    except DamagedError:
        raise UsageError(f"{path} is damaged; move it away and run the same command again.") from None
    finally:
        if connection:
            connection.close()


def saying_what_to_do(path: Path) -> Callable[[Trouble, str], UsageError]:
    """A function that makes one sentence of what the system refuses. What was recorded before stays recorded."""
    sentences = {
        Trouble.FULL: "cannot be written because the disk is full; make room and run the same command again: it goes on "
                      "where it stopped.",
        Trouble.BUSY: "is held by another program; wait for it, or name another --out.",
        Trouble.DAMAGED: "is damaged; move it away and run the same command again."}
    return lambda trouble, words: UsageError(
        f"{path} {sentences.get(trouble, f'cannot be written ({words}); name another --out.')}")


class ClassLedger:
    def __init__(self, connection: sqlite3.Connection, path: Path):
        self.connection, self.path = connection, path

    def record(self, submission: str, files: str, verdict: Verdict, replace: bool = False) -> None:
        """Keep a verdict: all of it or, if this process dies or the disk is full, nothing of it.

        With `replace` it also replaces a verdict that was made with the same files, suite and engine.
        """
        row = {"submission": submission, "exercise": verdict.exercise, "files": files, "suite": verdict.suite_hash,
               "engine": verdict.engine_hash, "unsafe": int(verdict.unsafe), "replace": int(replace),
               "verdict": json.dumps(verdict.model_dump(mode="json"))}
        with self._translate_errors():
            self.connection.execute(RECORD, row)

    def note(self, submission: str, problem: str) -> None:
        """Keep that there is this submission. `problem` says why it cannot be read; it is empty otherwise."""
        with self._translate_errors():
            self.connection.execute("INSERT INTO submissions VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET "
                                    "problem = excluded.problem WHERE problem != excluded.problem", (submission, problem))

    def known(self) -> dict[tuple[str, str], Key]:
        """{(submission, exercise): what its verdict was made with}."""
        with self._translate_errors():
            rows = self.connection.execute("SELECT submission, exercise, files, suite, engine, unsafe FROM verdicts")
            return {(name, exercise): Key(files, suite, engine, bool(unsafe))
                    for name, exercise, files, suite, engine, unsafe in rows}

    def marked(self) -> list[Marked]:
        """Every submission with its verdicts, by name."""
        with self._translate_errors():
            submissions = self.connection.execute("SELECT name, problem FROM submissions ORDER BY name").fetchall()
            verdicts: dict[str, dict[str, Verdict]] = {}
            for name, exercise, text in self.connection.execute("SELECT submission, exercise, verdict FROM verdicts"):
                verdicts.setdefault(name, {})[exercise] = Verdict.model_validate(json.loads(text))
        return [Marked(name, problem, verdicts.get(name, {})) for name, problem in submissions]

    def _translate_errors(self):
        return translate_errors(saying_what_to_do(self.path))
