"""The ledger: nothing lost, nothing twice, and a clear word where it cannot be read or written."""
import contextlib
import errno
import itertools
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.records import ledger as ledger_module
from grader.records.ledger import LEDGER, LedgerError, histories, open_ledger, statuses, trouble
from grader.records.verdict import Check, Kind, Status, Verdict

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[3]


def verdict(exercise="p1/letters/first", minutes=0, status=Status.PASSED, earned=3, files="f1", suite="s1", **more):
    return Verdict(exercise=exercise, number="1.1.1", title="First", file="exercises/first.py", status=status,
                   earned=earned, points=3, files_hash=files, suite_hash=suite,
                   judged_at=NOON + timedelta(minutes=minutes), **more)


def record(root, *verdicts):
    with open_ledger(root) as ledger:
        for each in verdicts:
            ledger.record(each)
        return ledger.notice


def test_latest_and_history(tmp_path):
    record(tmp_path, verdict(minutes=0, status=Status.FAILED, earned=1, files="a"),
           verdict(minutes=5, files="b"), verdict("p1/digits/third", minutes=2, status=Status.FAILED, earned=0))
    with open_ledger(tmp_path) as ledger:
        assert [(a.files, a.status, a.earned) for a in ledger.history("p1/letters/first")] == \
            [("a", "failed", 1), ("b", "passed", 3)]
        assert {name: a.status for name, a in ledger.latest().items()} == \
            {"p1/letters/first": "passed", "p1/digits/third": "failed"}
        assert ledger.history("p1/never") == []
        assert ledger.notice is None
    assert statuses(tmp_path) == {"p1/letters/first": ("passed", 3, 3), "p1/digits/third": ("failed", 0, 3)}
    assert [a.files for a in histories(tmp_path)["p1/letters/first"]] == ["a", "b"]


def test_same_files_again_is_one_attempt_with_two_runs(tmp_path):
    record(tmp_path, verdict(minutes=0), verdict(minutes=9), verdict(minutes=9))
    attempt, = histories(tmp_path)["p1/letters/first"]
    assert attempt.runs == 2
    assert attempt.first_at == "2025-03-01T12:00:00.000000+00:00"
    assert attempt.last_at == "2025-03-01T12:09:00.000000+00:00"


def test_going_back_to_earlier_files_makes_them_the_latest(tmp_path):
    record(tmp_path, verdict(minutes=0, files="good"),
           verdict(minutes=1, files="bad", status=Status.FAILED, earned=0), verdict(minutes=2, files="good"))
    assert statuses(tmp_path)["p1/letters/first"][0] == "passed"
    assert [a.files for a in histories(tmp_path)["p1/letters/first"]] == ["bad", "good"]


def test_a_changed_suite_is_another_attempt(tmp_path):
    record(tmp_path, verdict(minutes=0), verdict(minutes=1, suite="s2", status=Status.FAILED, earned=1))
    assert len(histories(tmp_path)["p1/letters/first"]) == 2


def test_times_of_other_zones_are_compared_as_times(tmp_path):
    from datetime import timezone
    tokyo = (NOON + timedelta(minutes=1)).astimezone(timezone(timedelta(hours=9)))
    record(tmp_path, verdict(files="b", minutes=5), verdict(files="a").model_copy(update={"judged_at": tokyo}))
    assert [a.files for a in histories(tmp_path)["p1/letters/first"]] == ["a", "b"]


def test_unreadable_files_are_told_apart_by_what_was_said(tmp_path):
    broken = [verdict(minutes=n, files="", suite="", status=Status.FAILED, earned=0, message=f"line {line}: bad")
              for n, line in enumerate([3, 8, 3])]
    record(tmp_path, *broken)
    assert [(json.loads(a.text)["message"], a.runs) for a in histories(tmp_path)["p1/letters/first"]] == \
        [("line 8: bad", 1), ("line 3: bad", 2)]


def test_the_verdict_is_kept_whole_but_for_long_prints(tmp_path):
    check = Check(name="test_a", title="Ünïcode \ud800 and \x00", status=Status.FAILED, kind=Kind.VALUE, got="1",
                  want="2", given={"x": "3"}, traceback=["line"], output="x" * 100_000 + "the end", fingerprint="ab")
    record(tmp_path, verdict(status=Status.FAILED, checks=[check]))
    kept = histories(tmp_path)["p1/letters/first"][0].verdict
    assert kept["checks"][0]["output"].endswith("the end") and len(kept["checks"][0]["output"]) < 10_000
    assert kept["checks"][0]["title"] == check.title
    assert Verdict.model_validate(kept).checks[0].got == "1"


names = st.sampled_from(["p1/a/x", "p1/a/y"])
verdicts = st.builds(lambda name, files, minutes, earned: verdict(
    name, minutes, Status.PASSED if earned == 3 else Status.FAILED, earned, files),
    names, st.sampled_from(["f", "g", "h"]), st.integers(0, 5), st.integers(0, 3))


@settings(deadline=None, max_examples=40)
@given(st.lists(verdicts, max_size=8))
def test_recording_again_changes_nothing(sequence):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        record(root, *sequence)
        once = histories(root), statuses(root)
        record(root, *sequence, *reversed(sequence))
        assert (histories(root), statuses(root)) == once
        attempts = [a for found in once[0].values() for a in found]
        assert {(a.exercise, a.files) for a in attempts} == {(v.exercise, v.files_hash) for v in sequence}
        assert len(attempts) == len({(v.exercise, v.files_hash) for v in sequence})
        for attempt in attempts:
            times = [v.judged_at for v in sequence if (v.exercise, v.files_hash) == (attempt.exercise, attempt.files)]
            assert datetime.fromisoformat(attempt.last_at) == max(times)


# ── several processes ───────────────────────────────────────────────────────────────────────────────────────────

WRITER = """
import sys
from pathlib import Path
from grader.records.ledger import open_ledger
from tests.grader.records.test_ledger import verdict
from grader.records.verdict import Check, Status
root, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
checks = [Check(name=f"test_{i}", title="t" * 200, status=Status.PASSED) for i in range(30)]
for number in range(count):
    with open_ledger(root) as ledger:
        ledger.record(verdict(f"p1/letters/{name}", minutes=number, files=f"f{number}", checks=checks))
    print(number, flush=True)
"""


def writer(root: Path, name: str, count: int) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(root), name, str(count)], cwd=ROOT, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_writers_at_the_same_time_lose_nothing(tmp_path):
    writers = {name: writer(tmp_path, name, 12) for name in ("a", "b", "c", "d")}
    for process in writers.values():
        _, said = process.communicate()
        assert process.returncode == 0, said
    found = histories(tmp_path)
    assert {name: [a.files for a in attempts] for name, attempts in found.items()} == \
        {f"p1/letters/{name}": [f"f{n}" for n in range(12)] for name in writers}
    assert [f.name for f in (tmp_path / ".grader").iterdir() if "damaged" in f.name] == []


def test_a_ledger_that_several_make_at_once(tmp_path):
    for number in range(20):
        root = tmp_path / str(number)
        start = threading.Barrier(6)

        def write(name, root=root, start=start):
            start.wait()
            return record(root, verdict(f"p1/letters/{name}"))

        with ThreadPoolExecutor(6) as pool:
            assert list(pool.map(write, range(6))) == [None] * 6
        assert len(statuses(root)) == 6


@pytest.mark.parametrize("after", [1, 7, 23])
def test_a_killed_writer_leaves_only_whole_attempts(tmp_path, after):
    process = writer(tmp_path, "first", 100_000)
    with process:
        for _ in itertools.islice(process.stdout, after):
            pass
        process.send_signal(signal.SIGKILL)
        acknowledged = after + sum(1 for _ in process.stdout)
    with open_ledger(tmp_path) as ledger:
        attempts = ledger.history("p1/letters/first")
        assert ledger.notice is None
        ledger.record(verdict("p1/letters/second"))
    assert [a.files for a in attempts] == [f"f{n}" for n in range(len(attempts))]
    assert len(attempts) >= acknowledged
    for attempt in attempts:
        assert len(Verdict.model_validate_json(attempt.text).checks) == 30
    assert len(statuses(tmp_path)) == 2


# ── damage ──────────────────────────────────────────────────────────────────────────────────────────────────────


def many(root: Path) -> Path:
    """A ledger of some size; its path."""
    record(root, *(verdict(f"p1/letters/e{n}", n, message="x" * 2000) for n in range(60)))
    return root / LEDGER


def garbage(path):
    path.write_bytes(random.Random(1).randbytes(9000))


def garbage_in_the_middle(path):
    data = bytearray(path.read_bytes())
    data[4096:12288] = random.Random(2).randbytes(8192)
    path.write_bytes(data)


def garbage_in_one_page(path):
    """Where recording something else does not come by."""
    data = bytearray(path.read_bytes())
    data[10 * 4096:10 * 4096 + 64] = bytes(64)
    path.write_bytes(data)


def garbage_in_every_leaf(path):
    data = bytearray(path.read_bytes())
    for page in range(8192, len(data), 4096):
        data[page:page + 64] = random.Random(page).randbytes(64)
    path.write_bytes(data)


def one_byte(path):
    path.write_bytes(b"x")


def cut_in_half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_to_a_page(path):
    path.write_bytes(path.read_bytes()[:4096])


def other_tables(path):
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE photos (id)")


def other_columns(path):
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE attempts (exercise, status)")
        other.execute(f"PRAGMA user_version = {ledger_module.VERSION}")


def no_key(path):
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute(f"CREATE TABLE attempts ({ledger_module.COLUMNS})")
        other.execute(f"PRAGMA user_version = {ledger_module.VERSION}")


def no_table(path):
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute(f"PRAGMA user_version = {ledger_module.VERSION}")


def negative_version(path):
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = -3")


DAMAGES = [garbage, garbage_in_the_middle, garbage_in_one_page, garbage_in_every_leaf, one_byte, cut_in_half,
           cut_to_a_page, other_tables, other_columns, no_key, no_table, negative_version]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda d: d.__name__)
def test_a_damaged_ledger_is_set_aside_and_kept(tmp_path, damage):
    path = many(tmp_path)
    damage(path)
    before = path.read_bytes()
    assert isinstance(statuses(tmp_path), dict)
    assert isinstance(histories(tmp_path), dict)
    assert path.read_bytes() == before, "looking must not change it"

    notice = record(tmp_path, verdict())
    aside, = [f for f in path.parent.iterdir() if "damaged" in f.name and f.suffix == ".sqlite3"]
    assert aside.read_bytes() == before
    assert "damaged" in notice and aside.name in notice and notice.count(". ") == 0
    assert statuses(tmp_path) == {"p1/letters/first": ("passed", 3, 3)}
    assert trouble(tmp_path) == ""
    assert record(tmp_path, verdict(minutes=1)) is None


@pytest.mark.parametrize("damage", [garbage, cut_in_half, other_tables])
def test_statuses_of_a_damaged_ledger_are_empty_and_said(tmp_path, damage):
    damage(many(tmp_path))
    assert statuses(tmp_path) == {}
    assert "cannot be read" in trouble(tmp_path)


def test_damage_while_it_is_open(tmp_path):
    path = many(tmp_path)
    with open_ledger(tmp_path) as ledger:
        garbage(path)
        ledger.record(verdict())
        assert "damaged" in ledger.notice
    assert statuses(tmp_path) == {"p1/letters/first": ("passed", 3, 3)}


def test_the_wal_goes_with_the_damaged_ledger(tmp_path):
    path = many(tmp_path)
    garbage(path)
    (path.parent / (path.name + "-wal")).write_bytes(b"left by a killed writer")
    (path.parent / (path.name + "-shm")).write_bytes(b"this too")
    record(tmp_path, verdict())
    aside, = path.parent.glob("*-damaged-*.sqlite3")
    assert (path.parent / (aside.name + "-wal")).read_bytes() == b"left by a killed writer"
    assert (path.parent / (aside.name + "-shm")).read_bytes() == b"this too"


def test_two_damages_in_one_second_keep_both(tmp_path):
    for _ in range(3):
        garbage(many(tmp_path))
        record(tmp_path, verdict())
    assert len(list((tmp_path / ".grader").glob("*-damaged-*.sqlite3"))) == 3


def test_of_two_that_find_it_damaged_the_second_keeps_what_the_first_wrote(tmp_path):
    path = many(tmp_path)
    with open_ledger(tmp_path) as first, open_ledger(tmp_path) as second:
        garbage(path)
        first.record(verdict("p1/letters/a"))
        second.record(verdict("p1/letters/b"))
    assert set(statuses(tmp_path)) == {"p1/letters/a", "p1/letters/b"}
    assert len(list(path.parent.glob("*-damaged-*.sqlite3"))) == 1


def test_an_empty_file_is_a_new_ledger(tmp_path):
    (tmp_path / LEDGER).parent.mkdir()
    (tmp_path / LEDGER).touch()
    assert statuses(tmp_path) == {} and trouble(tmp_path) == ""
    assert record(tmp_path, verdict()) is None
    assert len(statuses(tmp_path)) == 1


def test_a_newer_ledger_is_left_alone(tmp_path):
    path = many(tmp_path)
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    for look in (lambda: record(tmp_path, verdict()), lambda: statuses(tmp_path)):
        with pytest.raises(UsageError, match="newer grader"):
            look()
    assert list(path.parent.glob("*damaged*")) == []


# ── read-only, absent, cheap ────────────────────────────────────────────────────────────────────────────────────


NOBODY = 65534


@contextlib.contextmanager
def without_the_right_to_write(folder: Path):
    """Only reading is allowed in `folder`. Root, who may write everywhere, is nobody meanwhile."""
    for parent in folder.parents:
        if parent.owner() == "root" and len(parent.parts) > 2:  # pytest's own, closed to others
            parent.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    if os.getuid() == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(os.getuid())
        folder.chmod(0o755)


def test_a_folder_that_cannot_be_written(tmp_path):
    root = tmp_path / "course"
    many(root)
    with without_the_right_to_write(root / ".grader"):
        assert len(statuses(root)) == 60
        with pytest.raises(LedgerError, match="writable"):
            record(root, verdict())
    assert len(statuses(root)) == 60


def test_a_ledger_on_a_read_only_medium_is_read(tmp_path, monkeypatch):
    many(tmp_path)
    connect = sqlite3.connect

    def only_immutable(path, **options):
        if "immutable" not in path:
            raise sqlite3.OperationalError("unable to open database file")
        return connect(path, **options)

    monkeypatch.setattr(sqlite3, "connect", only_immutable)
    assert len(statuses(tmp_path)) == 60


class Refusing:
    """A connection on which some statements fail as on a read-only or full disk."""

    def __init__(self, connection, error):
        self.connection, self.error = connection, error

    def execute(self, text, *arguments):
        if text.startswith("INSERT"):
            raise self.error
        return self.connection.execute(text, *arguments)

    def close(self):
        self.connection.close()


def sqlite_error(code: int) -> sqlite3.OperationalError:
    """As SQLite raises it, but for its words: they are not what decides."""
    error = sqlite3.OperationalError("the words of another version, or of another language")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize("error, advice", [
    (sqlite_error(sqlite3.SQLITE_READONLY), "writable"), (sqlite_error(sqlite3.SQLITE_FULL), "make room"),
    (sqlite_error(sqlite3.SQLITE_BUSY), "close that one"), (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), "close that one"),
    (sqlite_error(sqlite3.SQLITE_LOCKED), "close that one"), (sqlite_error(sqlite3.SQLITE_IOERR_WRITE), "writable"),
    (OSError(errno.ENOSPC, "kein Platz"), "make room"), (OSError(errno.EDQUOT, "words"), "make room"),
    (sqlite3.OperationalError("database or disk is full"), "writable")])  # no code: its words decide nothing
def test_errors_while_writing_say_what_to_do(tmp_path, monkeypatch, error, advice):
    many(tmp_path)
    open_file = ledger_module.open_ledger_file
    monkeypatch.setattr(ledger_module, "open_ledger_file", lambda path: Refusing(open_file(path), error))
    with pytest.raises(LedgerError, match=advice) as raised:
        record(tmp_path, verdict())
    assert "\n" not in str(raised.value) and str(raised.value).endswith(".")
    assert len(statuses(tmp_path)) == 60


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(30, "Read-only file system"),
                                   sqlite3.OperationalError("unable to open database file")])
def test_errors_while_opening_say_what_to_do(tmp_path, monkeypatch, error):
    def refuse(*_, **__):
        raise error
    monkeypatch.setattr(ledger_module, "open_ledger_file", refuse)
    with pytest.raises(LedgerError, match="make the folder .* writable"):
        record(tmp_path, verdict())


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / ".grader").write_text("")
    assert statuses(tmp_path) == {}
    with pytest.raises(LedgerError):
        record(tmp_path, verdict())


def test_looking_makes_no_file(tmp_path):
    assert (statuses(tmp_path), histories(tmp_path), trouble(tmp_path)) == ({}, {}, "")
    assert list(tmp_path.iterdir()) == []
    many(tmp_path)
    before = sorted(f.name for f in (tmp_path / ".grader").iterdir())
    statuses(tmp_path)
    assert sorted(f.name for f in (tmp_path / ".grader").iterdir()) == before


def test_looking_sees_what_an_open_writer_has_just_recorded(tmp_path):
    with open_ledger(tmp_path) as ledger:
        ledger.record(verdict())
        assert len(statuses(tmp_path)) == 1


def test_odd_folder_names(tmp_path):
    root = tmp_path / "a course? #1 100% ünï"
    record(root, verdict())
    assert len(statuses(root)) == 1


def test_statuses_needs_nothing_heavy():
    code = ("import sys; from pathlib import Path; from grader.records.ledger import statuses; statuses(Path('.'));"
            "sys.exit(','.join({'pydantic', 'rich', 'jinja2', 'torch', 'numpy', 'yaml'} & set(sys.modules)) or 0)")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
