"""The ledger of a class: one verdict for each submission and exercise, in one SQLite file that every output is drawn from.

    OUT/class.sqlite3        written as verdicts come; marking again goes on from it

A verdict is known by (submission, exercise). It holds for the files and the suite that it was made with: where either
has changed since, or where it was made without the sandbox and now there is one, it is due again and replaced.
"""
import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import UsageError
from grader.verdict import Verdict

CLASS_LEDGER = "class.sqlite3"
VERSION = 1
BUSY_SECONDS = 30

SCHEMA = """\
CREATE TABLE IF NOT EXISTS submissions (
    name    TEXT PRIMARY KEY,   -- as the folder or the archive is called
    problem TEXT NOT NULL       -- why it could not be read, one sentence; empty where it could
);
CREATE TABLE IF NOT EXISTS verdicts (
    submission TEXT NOT NULL,
    exercise   TEXT NOT NULL,
    files      TEXT NOT NULL,   -- digest of the texts that were handed in for it
    suite      TEXT NOT NULL,   -- digest of the suite and the limits
    unsafe     INTEGER NOT NULL,
    verdict    TEXT NOT NULL,   -- as JSON
    PRIMARY KEY (submission, exercise)
);"""

# Once more with the same files and suite is the same verdict: the first stays.
RECORD = """\
INSERT INTO verdicts (submission, exercise, files, suite, unsafe, verdict) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (submission, exercise) DO UPDATE SET
    files = excluded.files, suite = excluded.suite, unsafe = excluded.unsafe, verdict = excluded.verdict
WHERE files != excluded.files OR suite != excluded.suite OR unsafe > excluded.unsafe"""


@dataclass(frozen=True)
class Marked:
    """What the ledger holds of one submission. `verdicts` by exercise id; those that are still due are not in it."""

    name: str
    problem: str = ""
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    @property
    def earned(self) -> int:
        return sum(verdict.earned for verdict in self.verdicts.values())


@contextlib.contextmanager
def open_class_ledger(folder: Path) -> Iterator["ClassLedger"]:
    """The ledger in `folder`, made where there is none. Raises UsageError where that cannot be."""
    path = folder / CLASS_LEDGER
    with telling(path):
        folder.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        with telling(path):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise UsageError(f"{path} was written by a newer grader; update the course, or name another --out.")
            connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        yield ClassLedger(connection, path)
    finally:
        connection.close()


class ClassLedger:
    def __init__(self, connection: sqlite3.Connection, path: Path):
        self.connection, self.path = connection, path

    def record(self, submission: str, files: str, verdict: Verdict) -> None:
        """Keep a verdict: all of it or, where this process dies or the disk is full, nothing of it."""
        with telling(self.path):
            self.connection.execute(RECORD, (submission, verdict.exercise, files, verdict.suite_hash,
                                             int(verdict.unsafe), json.dumps(verdict.model_dump(mode="json"))))

    def note(self, submission: str, problem: str) -> None:
        """Keep that there is this submission, and why it cannot be read, if so."""
        with telling(self.path):
            self.connection.execute("INSERT INTO submissions VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET "
                                    "problem = excluded.problem WHERE problem != excluded.problem", (submission, problem))

    def known(self) -> dict[tuple[str, str], tuple[str, str, bool]]:
        """{(submission, exercise): (files, suite, unsafe)} of every verdict."""
        with telling(self.path):
            rows = self.connection.execute("SELECT submission, exercise, files, suite, unsafe FROM verdicts")
            return {(name, exercise): (files, suite, bool(unsafe)) for name, exercise, files, suite, unsafe in rows}

    def marked(self) -> list[Marked]:
        """Every submission with its verdicts, by name."""
        with telling(self.path):
            submissions = self.connection.execute("SELECT name, problem FROM submissions ORDER BY name").fetchall()
            verdicts: dict[str, dict[str, Verdict]] = {}
            for name, exercise, text in self.connection.execute("SELECT submission, exercise, verdict FROM verdicts"):
                verdicts.setdefault(name, {})[exercise] = Verdict.model_validate(json.loads(text))
        return [Marked(name, problem, verdicts.get(name, {})) for name, problem in submissions]


@contextlib.contextmanager
def telling(path: Path) -> Iterator[None]:
    """What the system and SQLite refuse is one sentence; what was recorded before stays recorded."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        words = str(getattr(error, "strerror", None) or error)
        if "full" in words or "No space" in words:
            raise UsageError(f"{path} cannot be written because the disk is full; make room and run the same command "
                             "again: it goes on where it stopped.") from None
        if "locked" in words or "busy" in words:
            raise UsageError(f"{path} is held by another program; wait for it, or name another --out.") from None
        if "not a database" in words or "malformed" in words:
            raise UsageError(f"{path} is damaged; move it away and run the same command again.") from None
        raise UsageError(f"{path} cannot be written ({words}); name another --out.") from None
