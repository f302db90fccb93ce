"""What the two ledgers share: open an SQLite file, migrate its schema, and tell what an error means."""
import contextlib
import errno
import sqlite3
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path

BUSY_SECONDS = 30  # how long a writer waits for another one
HEADER = b"SQLite format 3\0"


class Trouble(StrEnum):
    """What an error of SQLite or of the system means, known by its code."""

    FULL = "the disk is full"
    BUSY = "another program holds the file"
    DAMAGED = "the file is no database, or no longer a whole one, or has other tables in it"
    REFUSED = "anything else, such as a folder that cannot be written"


_TROUBLES = {
    sqlite3.SQLITE_FULL: Trouble.FULL, sqlite3.SQLITE_BUSY: Trouble.BUSY, sqlite3.SQLITE_LOCKED: Trouble.BUSY,
    sqlite3.SQLITE_NOTADB: Trouble.DAMAGED, sqlite3.SQLITE_CORRUPT: Trouble.DAMAGED,
    sqlite3.SQLITE_ERROR: Trouble.DAMAGED,  # a statement of the grader does not fit the tables
}


class DamagedError(Exception):
    """The file is not a ledger, or no longer a whole one."""


class NewerVersionError(Exception):
    """The file was written by a newer grader."""

    def __init__(self, version: int):
        super().__init__(f"version {version}")
        self.version = version


def trouble_of(error: Exception) -> Trouble:
    if isinstance(error, OSError):
        return Trouble.FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else Trouble.REFUSED
    code = getattr(error, "sqlite_errorcode", None)  # None if Python raised it, for a closed connection say
    return Trouble.REFUSED if code is None else _TROUBLES.get(code & 0xFF, Trouble.REFUSED)


@contextlib.contextmanager
def translate_errors(translate: Callable[[Trouble, str], Exception],
                     of: tuple[type[Exception], ...] = (OSError, sqlite3.Error)) -> Iterator[None]:
    """Raise `translate(trouble, what the system says)` if the block raises one of `of`."""
    try:
        yield
    except of as error:
        raise translate(trouble_of(error), str(getattr(error, "strerror", None) or error)) from None


def open_database(path: Path, schema: tuple[str, ...],
                  upgrades: dict[int, tuple[str, ...]] | None = None) -> sqlite3.Connection:
    """Open the file. Make it if there is none, and migrate its schema if it is of an older version.

    `upgrades` holds, for each version, the statements that lead to the next. The newest version is the one after the
    last of them. Raises DamagedError, NewerVersionError, OSError and sqlite3.Error.
    """
    upgrades = upgrades or {}
    newest = len(upgrades) + 1
    check_header(path)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    with closed_on_failure(connection, path):
        if version_of(connection, newest) < newest:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            found = version_of(connection, newest)  # another process may have been first
            statements = [s for version in range(found, newest) for s in upgrades[version]] if found else schema
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {newest}")
            connection.execute("COMMIT")
        connection.execute("PRAGMA synchronous = NORMAL")
    return connection


@contextlib.contextmanager
def closed_on_failure(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Close the connection if the block fails. Raises DamagedError in the place of an error that means damage."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        connection.close()
        if trouble_of(error) is Trouble.DAMAGED:
            raise DamagedError(str(path)) from error
        raise
    except BaseException:
        connection.close()
        raise


def check_header(path: Path) -> None:
    """Raise DamagedError if the file has another header than SQLite's. SQLite itself writes over a very short file."""
    with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
        if file.read(len(HEADER)) not in (b"", HEADER):
            raise DamagedError("not a database")


def version_of(connection: sqlite3.Connection, newest: int) -> int:
    """The version of the tables; 0 if there are none yet. Raises DamagedError and NewerVersionError."""
    # One statement sees one state of the file, while another process may be making the tables.
    version, tables = connection.execute(
        "SELECT user_version, (SELECT count(*) FROM sqlite_master) FROM pragma_user_version").fetchone()
    if version > newest:
        raise NewerVersionError(version)
    if version < 0 or bool(version) != bool(tables):
        raise DamagedError("not a ledger")
    return version
