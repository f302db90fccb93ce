"""The ledger: every verdict on the learner's own files, in one SQLite file. Every report is made from it.

One row is one attempt: an exercise, the files that were judged and the suite that judged them. Judging the same files
again adds no row; it updates the attempt's last verdict and time, and adds one to its runs. The ledger knows exercises
by their ids. So if exercises of the course are moved, added or removed, the progress of all others is kept.

This module imports nothing heavy, not even pydantic, because `grader list` imports it.
"""
import contextlib
import fcntl
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.records.database import (
    BUSY_SECONDS,
    DamagedError,
    NewerVersionError,
    Trouble,
    check_header,
    closed_on_failure,
    open_database,
    translate_errors,
    trouble_of,
    version_of,
)

if TYPE_CHECKING:
    from grader.records.verdict import Verdict

LEDGER = ".grader/ledger.sqlite3"
VERSION = 1  # of the tables
LONGEST_OUTPUT = 4000  # how many characters of a check's output are kept

SCHEMA = ("""\
CREATE TABLE attempts (
    exercise TEXT NOT NULL,
    files    TEXT NOT NULL,     -- digest of the files that were judged
    suite    TEXT NOT NULL,     -- digest of the suite and the limits
    status   TEXT NOT NULL,
    earned   INTEGER NOT NULL,
    points   INTEGER NOT NULL,
    first_at TEXT NOT NULL,     -- UTC, so that the text sorts as the time does
    last_at  TEXT NOT NULL,
    runs     INTEGER NOT NULL,
    verdict  TEXT NOT NULL,     -- as JSON
    PRIMARY KEY (exercise, files, suite)
)""",)

COLUMNS = "exercise, files, suite, status, earned, points, first_at, last_at, runs, verdict"

# A verdict that is not newer than the last one of its attempt is already recorded: nothing changes.
RECORD = f"""\
INSERT INTO attempts ({COLUMNS})
VALUES (:exercise, :files, :suite, :status, :earned, :points, :judged_at, :judged_at, 1, :verdict)
ON CONFLICT (exercise, files, suite) DO UPDATE SET
    status = excluded.status, earned = excluded.earned, points = excluded.points, verdict = excluded.verdict,
    last_at = excluded.last_at, runs = runs + 1
WHERE excluded.last_at > last_at"""
FIELDS = ("exercise", "files", "suite", "status", "earned", "points", "judged_at", "verdict")


class LedgerError(UsageError):
    """The ledger cannot be written, or a newer grader wrote it. One sentence that says what to do.

    A verdict that could not be recorded still holds.
    """


@dataclass(frozen=True)
class Attempt:
    """One set of files, judged by one suite: the last result, and the times."""

    exercise: str
    files: str
    suite: str
    status: str
    earned: int
    points: int
    first_at: str
    last_at: str
    runs: int
    text: str  # the verdict as JSON

    @property
    def verdict(self) -> dict:
        return json.loads(self.text)


@contextlib.contextmanager
def open_ledger(root: Path) -> Iterator["Ledger"]:
    """The course's ledger, to read and to write; made if there is none. Raises LedgerError."""
    ledger = Ledger(root)
    try:
        yield ledger
    finally:
        ledger.close()


class Ledger:
    """An open ledger. `notice` is None, or one sentence if a damaged ledger was set aside."""

    def __init__(self, root: Path):
        self.path = Path(root).resolve() / LEDGER
        self.notice: str | None = None
        with self._translate_errors():
            self._open()

    def record(self, verdict: "Verdict") -> None:
        """Keep a verdict: all of it or, if this process dies, nothing of it."""
        row = row_of(verdict)
        self._do(lambda: self.connection.execute(RECORD, row))

    def history(self, exercise_id: str) -> list[Attempt]:
        """The attempts at one exercise, the latest one last."""
        return self._do(lambda: read_attempts(self.connection, "WHERE exercise = ?", exercise_id))

    def latest(self) -> dict[str, Attempt]:
        """{exercise id: the latest attempt} of each exercise that was ever judged."""
        return {a.exercise: a for a in self._do(lambda: read_attempts(self.connection))}

    def close(self) -> None:
        self.connection.close()

    def _do(self, work):
        """Run `work`. If the file turns out to be damaged, run it once more on a new file."""
        with self._translate_errors():
            try:
                return work()
            except sqlite3.DatabaseError as error:
                if trouble_of(error) is not Trouble.DAMAGED:
                    raise
                self.connection.close()
                self._open(damaged=self.inode)
                return work()

    def _open(self, damaged: int | None = None) -> None:
        """Open the file; if it is damaged, set it aside; if there is none, make it. One process at a time.

        `damaged` is the inode of a file that this process found damaged. If the file has another inode, another process
        has set the damaged file aside already.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path.with_suffix(".lock"), "w") as lock:
            with contextlib.suppress(OSError):  # some network folders have no locks; SQLite still has its own
                fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                if damaged is not None and damaged == self.path.stat().st_ino:
                    raise DamagedError
                self.connection = open_ledger_file(self.path)
            except DamagedError:
                aside = set_aside(self.path)
                self.connection = open_ledger_file(self.path)
                self.notice = (f"The ledger {LEDGER} was damaged and is kept as {aside.name}; a new one was begun: "
                               "`grader check` of what you had passed puts it back.")
            self.inode = self.path.stat().st_ino

    def _translate_errors(self):
        """Turn what the system refuses into a LedgerError that says what to do."""
        advice = {
            Trouble.BUSY: f"is held by another program for more than {BUSY_SECONDS} seconds; close that one",
            Trouble.FULL: "cannot be written because the disk is full; make room"}
        return translate_errors(lambda trouble, words: LedgerError(
            f"Nothing was recorded: {LEDGER} "
            + advice.get(trouble, f"cannot be written ({words}); make the folder {self.path.parent} writable")
            + " and run this again."), of=(OSError, sqlite3.OperationalError))


def row_of(verdict: "Verdict") -> dict:
    """The fields that the ledger keeps of a verdict, with the last LONGEST_OUTPUT characters of each check's output."""
    tree = verdict.model_dump(mode="json")
    for check in tree["checks"]:
        check["output"] = check["output"][-LONGEST_OUTPUT:]
    # Files that could not be read have no digest. A digest of the verdict's words takes its place.
    said = json.dumps([tree["message"], tree["excerpt"],
                       [[c["name"], c["status"], c["got"]] for c in tree["checks"]]])
    said_hash = "said-" + hashlib.sha256(said.encode()).hexdigest()[:16]
    return {"exercise": verdict.exercise, "files": verdict.files_hash or said_hash, "suite": verdict.suite_hash,
            "status": str(verdict.status), "earned": verdict.earned, "points": verdict.points,
            "judged_at": verdict.judged_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "verdict": json.dumps(tree)}  # ASCII, so that any output of a learner's code can be kept


def read_attempts(connection: sqlite3.Connection, where: str = "", *values: str) -> list[Attempt]:
    rows = connection.execute(f"SELECT {COLUMNS} FROM attempts {where} ORDER BY last_at, first_at, files", values)
    return [Attempt(*row) for row in rows]


# ── reading without writing ─────────────────────────────────────────────────────────────────────────────────────


def statuses(root: Path) -> dict[str, tuple[str, int, int]]:
    """{exercise id: (status, earned, points)} of the latest attempts; empty if no ledger can be read.

    Writes nothing: a damaged ledger is left for the next `grader check` to set aside (`trouble` says so). Raises
    LedgerError if a newer grader wrote the ledger, as all functions of this part do.
    """
    rows = look(root, "SELECT exercise, status, earned, points FROM attempts ORDER BY last_at, first_at, files")
    return {exercise: (status, earned, points) for exercise, status, earned, points in rows or []}


def left_out(root: Path, exercise: str) -> int:
    """The points that the latest verdict on an exercise leaves out, for checks that could not be run; 0 without one."""
    rows = look(root, "SELECT verdict FROM attempts WHERE exercise = ? ORDER BY last_at DESC, first_at DESC LIMIT 1", exercise)
    return int(json.loads(rows[0][0]).get("left_out", 0)) if rows else 0


def histories(root: Path) -> dict[str, list[Attempt]]:
    """{exercise id: its attempts, the latest last}; empty if no ledger can be read."""
    found: dict[str, list[Attempt]] = {}
    for row in look(root, f"SELECT {COLUMNS} FROM attempts ORDER BY last_at, first_at, files") or []:
        found.setdefault(row[0], []).append(Attempt(*row))
    return found


def trouble(root: Path) -> str:
    """One sentence if there is a ledger that cannot be read, else the empty string."""
    if look(root, "SELECT exercise FROM attempts") is not None:
        return ""
    return (f"{LEDGER} cannot be read, so no progress is shown; the next `grader check` sets it aside and begins "
            "a new one.")


def look(root: Path, query: str, *values: str) -> list[tuple] | None:
    """The rows of `query`; [] if there is no ledger, None if it cannot be read. Makes no file and changes none."""
    path = Path(root).resolve() / LEDGER
    if not os.path.isfile(path):
        return []
    # A WAL database in a folder that cannot be written opens only with `immutable`. Elsewhere `immutable` would miss
    # what a writer has not merged yet, so it comes second. `rw`, not `ro`: then SQLite removes its -wal and -shm again.
    for how in ("mode=rw", "immutable=1"):
        with contextlib.suppress(sqlite3.Error, OSError, DamagedError), refusing_newer():
            check_header(path)
            connection = sqlite3.connect(f"{path.as_uri()}?{how}", uri=True, timeout=5, isolation_level=None)
            with contextlib.closing(connection):
                return connection.execute(query, values).fetchall() if version_of(connection, VERSION) else []
    return None


@contextlib.contextmanager
def refusing_newer() -> Iterator[None]:
    try:
        yield
    except NewerVersionError as error:
        raise LedgerError(f"{LEDGER} was written by a newer grader (version {error.version}; this one knows {VERSION}): "
                          "update the course, or move that file away.") from None


# ── the file ────────────────────────────────────────────────────────────────────────────────────────────────────


def open_ledger_file(path: Path) -> sqlite3.Connection:
    """Open or make the ledger at `path`. Raises DamagedError, and LedgerError if a newer grader wrote it."""
    with refusing_newer():
        connection = open_database(path, SCHEMA)
    with closed_on_failure(connection, path):
        connection.execute(f"EXPLAIN {RECORD}", dict.fromkeys(FIELDS))  # compiled, not run: are the columns there?
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise DamagedError(str(path))
    return connection


def set_aside(path: Path) -> Path:
    """Rename a damaged ledger, with its -wal and -shm, to a free name, which is returned. Nothing is deleted."""
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    number, aside = 1, path.with_name(f"{path.stem}-damaged-{stamp}{path.suffix}")
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.stem}-damaged-{stamp}-{number}{path.suffix}")
    for end in ("-wal", "-shm", ""):  # the ledger last: if this process dies before, the ledger is found damaged again
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + end).rename(aside.with_name(aside.name + end))
    return aside
