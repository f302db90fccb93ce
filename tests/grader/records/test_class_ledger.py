"""The ledger of a class: one verdict for each submission and exercise, and a sentence where the file cannot be used."""
import sqlite3
from datetime import UTC, datetime

import pytest

from grader.errors import UsageError
from grader.records.class_ledger import CLASS_LEDGER, SCHEMA, UPGRADES, Key, open_class_ledger, saying_what_to_do
from grader.records.database import Trouble, translate_errors
from grader.records.verdict import Status, Verdict

VERSION_1 = [statement.replace("    engine     TEXT NOT NULL DEFAULT '',  -- digest of the grader and the libraries that "
                               "judged; empty before version 2\n", "") for statement in SCHEMA]


def verdict(**changed) -> Verdict:
    return Verdict(**{"exercise": "p1/letters/first", "number": "1.1.1", "title": "The first one", "file": "ada/first.py",
                      "status": Status.PASSED, "earned": 3, "points": 3, "suite_hash": "s", "engine_hash": "e",
                      "judged_at": datetime.now(UTC), **changed})


def earned(ledger) -> int:
    return ledger.marked()[0].earned


def test_the_same_again_stays_the_first_unless_it_is_asked_for(tmp_path):
    with open_class_ledger(tmp_path) as ledger:
        ledger.note("ada", "")
        ledger.record("ada", "f", verdict())
        ledger.record("ada", "f", verdict(earned=1))
        assert earned(ledger) == 3
        ledger.record("ada", "f", verdict(earned=1), replace=True)
        assert earned(ledger) == 1


@pytest.mark.parametrize("files, changed", [("g", {}), ("f", {"suite_hash": "t"}), ("f", {"engine_hash": "d"})])
def test_other_files_another_suite_or_another_engine_replace_it(tmp_path, files, changed):
    with open_class_ledger(tmp_path) as ledger:
        ledger.note("ada", "")
        ledger.record("ada", "f", verdict())
        ledger.record("ada", files, verdict(earned=1, **changed))
        assert earned(ledger) == 1 and len(ledger.known()) == 1


def test_a_ledger_of_version_1_is_brought_up_to_date(tmp_path):
    with sqlite3.connect(tmp_path / CLASS_LEDGER) as old:
        for statement in VERSION_1:
            old.execute(statement)
        old.execute("INSERT INTO verdicts VALUES ('ada', 'p1/letters/first', 'f', 's', 0, ?)",
                    [verdict().model_dump_json(exclude={"engine_hash", "reason", "detail", "summary"})])
        old.execute("PRAGMA user_version = 1")
    old.close()
    for _ in range(2):
        with open_class_ledger(tmp_path) as ledger:
            assert ledger.known() == {("ada", "p1/letters/first"): Key("f", "s", "", False)}
            assert ledger.connection.execute("PRAGMA user_version").fetchone()[0] == len(UPGRADES) + 1


@pytest.mark.parametrize("content, words", [(b"x" * 5000, "is damaged; move it away"), (b"y", "is damaged; move it away")])
def test_a_file_that_is_no_ledger_is_one_sentence(tmp_path, content, words):
    (tmp_path / CLASS_LEDGER).write_bytes(content)
    with pytest.raises(UsageError, match=words), open_class_ledger(tmp_path):
        pass
    assert (tmp_path / CLASS_LEDGER).read_bytes() == content


def test_a_newer_ledger_is_left_alone(tmp_path):
    with open_class_ledger(tmp_path) as ledger:
        ledger.connection.execute("PRAGMA user_version = 99")
    with pytest.raises(UsageError, match="written by a newer grader"), open_class_ledger(tmp_path):
        pass


@pytest.mark.parametrize("code, trouble, words", [
    (sqlite3.SQLITE_FULL, Trouble.FULL, "make room"), (sqlite3.SQLITE_BUSY, Trouble.BUSY, "another program"),
    (sqlite3.SQLITE_BUSY_RECOVERY, Trouble.BUSY, "another program"), (sqlite3.SQLITE_CORRUPT, Trouble.DAMAGED, "is damaged"),
    (sqlite3.SQLITE_NOTADB, Trouble.DAMAGED, "is damaged"), (sqlite3.SQLITE_READONLY, Trouble.REFUSED, "cannot be written"),
    (sqlite3.SQLITE_IOERR, Trouble.REFUSED, "cannot be written")])
def test_an_error_is_known_by_its_code(tmp_path, code, trouble, words):
    error = sqlite3.OperationalError("in whatever words")
    error.sqlite_errorcode = code
    with pytest.raises(UsageError, match=words), translate_errors(saying_what_to_do(tmp_path)):
        raise error
