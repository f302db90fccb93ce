"""Submissions of a class: which are found, and what they are called."""
import os
import tempfile
import time
from pathlib import Path

import pytest

from grader.autograde import submissions
from grader.autograde.content import UnreadableError
from grader.autograde.hand_in import read_submission
from grader.autograde.submissions import Submission, find_submissions
from grader.errors import UsageError
from tests.grader.autograde.reading import FIRST, MINE, course_with_namesakes, names, pack, why_unreadable
from tests.grader.helpers.small_course import write


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return course_with_namesakes(tmp_path_factory.mktemp("course"))


def refused(course, *paths: Path) -> str:
    with pytest.raises(UsageError) as raised:
        find_submissions(course, [*paths])
    words = str(raised.value)
    assert words.isprintable() and words.endswith(".") and len(words) < 300
    return words


def test_a_folder_of_submissions_or_one_submission(course, tmp_path):
    write(tmp_path, {"class/alice/first.py": MINE, "class/bob/exercises/p1/letters/first.py": MINE, "class/.hidden/x": "",
                     "class/grades.csv": ""})
    pack(tmp_path / "class/carol.zip", {})
    pack(tmp_path / "class/dave.TAR.GZ", {})
    assert names(course, tmp_path / "class") == ["alice", "bob", "carol", "dave"]
    assert names(course, tmp_path / "class/alice") == ["alice"]
    assert names(course, tmp_path / "class/bob") == ["bob"]
    assert names(course, tmp_path / "class/carol.zip", tmp_path / "class/bob") == ["carol", "bob"]
    assert names(course, tmp_path / "class", tmp_path / "class") == ["alice", "bob", "carol", "dave"]


def test_nobody_is_forgotten_because_of_what_another_is_called(course, tmp_path):
    write(tmp_path, {"class/alice/first.py": MINE, "class/bob/p1/letters/first.py": MINE, "class/letters/first.py": MINE,
                     "one/exercises/p1/letters/first.py": MINE, "one/backup/first.py": MINE, "one/tests/first.py": MINE})
    assert names(course, tmp_path / "class") == ["alice", "bob", "letters"]
    assert names(course, tmp_path / "one") == ["one"]


def test_nobody_is_forgotten_because_of_an_ending(course, tmp_path):
    write(tmp_path, {"class/alice.rar": "Rar!", "class/bob.7z": "7z", "class/carol.gz": "gz", "class/notes.md": ""})
    found = find_submissions(course, [tmp_path / "class"])
    assert [each.name for each in found] == ["alice.rar", "bob.7z", "carol.gz"]
    for each in found:
        assert why_unreadable(course, each.path).startswith("it is neither a folder nor one of .zip, .tar.gz")


def test_a_file_among_the_folders_is_somebodys(course, tmp_path):
    """As Canvas gives out single files; which exercise it is meant for is not guessed."""
    write(tmp_path, {"class/alice/first.py": MINE, "class/bob_12_345_first.py": MINE, "class/carol.ipynb": "{}",
                     "class/README.md": ""})
    found = find_submissions(course, [tmp_path / "class"])
    assert [each.name for each in found] == ["alice", "bob_12_345_first.py", "carol.ipynb"]
    for each in found[1:]:
        assert why_unreadable(course, each.path) == "it is a file by itself; put it into a folder named after its student"


def test_of_several_that_are_named_none_is_forgotten(course, tmp_path):
    """As `class/*` names them: one is empty, the file of another has a wrong name."""
    write(tmp_path, {"class/alice/first.py": MINE, "class/bob/first (1).py": MINE})
    (tmp_path / "class/carol").mkdir()
    assert names(course, *sorted((tmp_path / "class").iterdir())) == ["alice", "bob", "carol"]
    for alone in ("bob", "carol"):
        assert "There are no submissions in " in refused(course, tmp_path / "class" / alone)


def test_what_nobody_handed_in_is_no_submission(course, tmp_path):
    """What macOS packs beside the files, and the folder that the marks go to. A ledger does not make one that: it could be
    handed in."""
    write(tmp_path, {"class/alice/first.py": MINE, "class/__MACOSX/alice/._first.py": "", "class/._alice.zip": "",
                     "class/.DS_Store": "", "class/marks/class.sqlite3": "", "class/marks/students/alice.html": "",
                     "class/zoe/class.sqlite3": ""})
    assert names(course, tmp_path / "class") == ["alice", "marks", "zoe"]
    found = find_submissions(course, [tmp_path / "class"], tmp_path / "class/marks")
    assert [submission.name for submission in found] == ["alice", "zoe"]


def test_names_are_told_apart(course, tmp_path):
    write(tmp_path, {"a/alice/x": "", "a/bob/x": "", "b/alice/x": "", "b/bob #1/x": ""})
    pack(tmp_path / "a/alice.zip", {})
    pack(tmp_path / "a/alice.tar.gz", {})
    assert names(course, tmp_path / "a") == ["alice", "alice.tar.gz", "alice.zip", "bob"]
    assert names(course, tmp_path / "a", tmp_path / "b") == \
        ["a/alice", "alice.tar.gz", "alice.zip", "bob", "b/alice", "bob #1"]


def test_names_can_be_printed_and_kept(course, tmp_path):
    long = "n" * 240
    for name in (b"\xff\xfe", b"red\x1b[31m", b"two\nlines", "ünïcødé 名前 🙂".encode(), "\u202eevil".encode(), b" ", b"\t",
                 f"{long}1".encode(), f"{long}2".encode(), f"{long}3".encode(), b"--help", b"[bold]"):
        os.mkdir(os.path.join(os.fsencode(tmp_path), name))
    found = names(course, tmp_path)
    assert len(set(found)) == len(found) == 12
    for name in found:
        assert name.isprintable() and name.encode("utf-8") and 0 < len(name) <= submissions.LONGEST_NAME + 5
    assert {"ünïcødé 名前 🙂", "two lines", "red\\x1b[31m", "--help", "[bold]", "\\u202eevil"} <= set(found)


def test_three_thousand_submissions_are_named_in_no_time(course, tmp_path):
    started = time.monotonic()
    assert len(submissions.unique_names([Path(f"/{i % 3}/student {i // 3}.zip") for i in range(3000)])) == 3000
    assert time.monotonic() - started < 2


def test_no_submissions_and_no_folder(course, tmp_path):
    (tmp_path / "empty").mkdir()
    assert refused(course, tmp_path / "empty").startswith(f"There are no submissions in {tmp_path}/empty: it should hold"[:80])
    assert "; name the folder with the submissions." in refused(course, tmp_path / "nowhere")
    assert refused(course, tmp_path / ("x" * 300)).startswith("There is no ")
    write(tmp_path, {"notes.txt": ""})
    assert why_unreadable(course, tmp_path / "notes.txt").startswith("it is neither a folder")


def test_what_an_ordinary_user_may_not_read(course, tmp_path):
    """Root may read everything, so this asks as somebody else."""
    write(tmp_path, {"class/shut/first.py": MINE, "class/inner/p1/first.py": MINE, "class/file/first.py": MINE,
                     "secret/alice/first.py": MINE})
    pack(tmp_path / "class/packed.zip", {FIRST: MINE})
    shut = ["class/shut", "class/inner/p1", "class/file/first.py", "class/packed.zip", "secret"]
    for path in shut:
        (tmp_path / path).chmod(0)

    def ask() -> list[str]:
        said = [str(submission_words(course, tmp_path / "class" / name)) for name in ("shut", "inner", "file", "packed.zip")]
        return [*said, refused(course, tmp_path / "secret")]

    try:
        assert as_somebody_else(tmp_path, ask) == [
            "it cannot be read (Permission denied)", "a folder in it cannot be read (Permission denied)",
            "first.py cannot be read (Permission denied).", "it cannot be read (Permission denied)",
            f"{tmp_path}/secret cannot be read: Permission denied."]
    finally:
        for path in shut:
            (tmp_path / path).chmod(0o755)


def submission_words(course, path: Path) -> str:
    try:
        return read_submission(course, Submission("alice", path), [course.find_one("letters/first")]).problems[FIRST].message
    except UnreadableError as error:
        return str(error)


def as_somebody_else(folder: Path, ask) -> list[str]:
    """What `ask` returns in a process that may read what anybody may."""
    if os.geteuid() != 0:
        return ask()
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == 0 and Path(tempfile.gettempdir()) in parent.parents:
            parent.chmod(0o755)
    folder.chmod(0o755)
    inside, outside = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            said = "\n".join(ask())
        except BaseException as error:
            said = repr(error)
        os.write(outside, said.encode())
        os._exit(0)
    os.close(outside)
    with os.fdopen(inside) as pipe:
        said = pipe.read().split("\n")
    os.waitpid(child, 0)
    return said
