"""What is handed in, honest or hostile: it ends in a text or in one sentence, and nothing is ever written or followed."""
import bz2
import contextlib
import gzip
import io
import lzma
import os
import socket
import stat
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.autograde import archives, submissions, tars
from grader.autograde.content import UnreadableError, Unusable
from grader.autograde.hand_in import read_submission
from grader.autograde.submissions import Submission, find_submissions
from grader.course.manifest import load_course
from grader.errors import UsageError
from tests.grader.helpers.small_course import MANIFEST, small_course, write

MINE = "def first(x):\n    return 'mine'\n"
FIRST, SECOND, THIRD = "p1/letters/first.py", "p1/letters/second.py", "p1/digits/third.py"
NAMESAKE = "p1/numbers/first.py"
LONGEST_SECONDS, MOST_MEGABYTES = 20, 200


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The small course, with a second exercise `first` in another project."""
    root = tmp_path_factory.mktemp("course")
    small_course(root)
    write(root, {f"solutions/{NAMESAKE}": "pass\n", "course.yml": MANIFEST + (
        "      - name: numbers\n        title: Numbers\n        exercises:\n"
        "          - {name: first, title: Another first one, points: 1, minutes: 5}\n")})
    return load_course(root)


# ── nothing is written, and nothing takes for ever ──────────────────────────────────────────────────────────────

WATCHED = {"active": False, "written": []}


def watch(event: str, arguments: tuple) -> None:
    if WATCHED["active"] and (event in ("os.mkdir", "os.rename", "os.link", "os.symlink", "os.remove", "subprocess.Popen")
                              or event == "open" and isinstance(arguments[2], int)
                              and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
        WATCHED["written"].append((event, arguments))


sys.addaudithook(watch)  # once and for ever: there is no way to take one out


def memory(field: str) -> int:
    """Of this process, in megabytes: what it has (VmRSS), the most that it had (VmHWM)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{field}:")[1].split()[0]) >> 10


@contextlib.contextmanager
def bounded():
    """In here nothing is written, and neither memory nor time runs away."""
    try:
        Path("/proc/self/clear_refs").write_text("5")  # the most that it had is what it has now
    except OSError:
        pytest.skip("how much memory is used cannot be measured here")
    before, started = memory("VmRSS"), time.monotonic()
    WATCHED.update(active=True, written=[])
    try:
        yield
    finally:
        WATCHED["active"] = False
    assert WATCHED["written"] == []
    assert time.monotonic() - started < LONGEST_SECONDS
    assert memory("VmHWM") - before < MOST_MEGABYTES


def read(course, path: Path, *names: str):
    """What a submission holds of the exercises, all where none is named."""
    exercises = [course.find_one(name) for name in names] or list(course.exercises.values())
    with bounded():
        return read_submission(course, Submission("alice", path), exercises)


def texts(course, path: Path) -> dict[str, str]:
    hand_in = read(course, path)
    assert hand_in.problems == {}
    return hand_in.texts


def why_unreadable(course, path: Path) -> str:
    """The end of the sentence: one line that can be printed and kept."""
    with pytest.raises(UnreadableError) as raised:
        read(course, path)
    words = str(raised.value)
    assert words.isprintable() and words.encode("utf-8") and len(words) < 200 and not words.endswith(".")
    return words


def problem(course, path: Path, at: str = FIRST) -> str:
    hand_in = read(course, path)
    assert at not in hand_in.texts
    words = hand_in.problems[at].message
    assert words.isprintable() and words.encode("utf-8") and len(words) < 300 and words.endswith(".")
    return words


# ── layouts ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("layout", [
    "exercises/p1/letters/first.py", "p1/letters/first.py", "letters/first.py", "deep/er/still/exercises/p1/letters/first.py",
    "ml-deepdive-main/ml-deepdive-main/letters/first.py", "a b/ü/letters/first.py"])
def test_where_the_file_may_lie(course, tmp_path, layout):
    write(tmp_path, {f"alice/{layout}": MINE})
    assert texts(course, tmp_path / "alice") == {FIRST: MINE}
    for kind in ("zip", "tar", "tar.gz", "tar.bz2", "tar.xz"):
        assert texts(course, pack(tmp_path / f"alice.{kind}", {layout: MINE})) == {FIRST: MINE}


def test_bare_files(course, tmp_path):
    """A bare name that two exercises have is meant for both; one says more with its folder."""
    write(tmp_path, {"first.py": MINE, "third.py": "3"})
    assert texts(course, tmp_path) == {FIRST: MINE, NAMESAKE: MINE, THIRD: "3"}
    write(tmp_path, {"numbers/first.py": "another"})
    assert texts(course, tmp_path) == {FIRST: MINE, NAMESAKE: "another", THIRD: "3"}


def test_a_file_of_another_project_with_the_same_name_is_not_meant(course, tmp_path):
    write(tmp_path, {"numbers/first.py": "another"})
    assert texts(course, tmp_path) == {NAMESAKE: "another"}


@pytest.mark.parametrize("best, others", [
    ("exercises/p1/letters/first.py", ["letters/first.py", "first.py"]),
    ("deep/er/p1/letters/first.py", ["letters/first.py"]),
    ("letters/first.py", ["first.py", "backup/letters/first.py"]),
    ("x/first.py", ["y/first.py", "x/y/first.py"])])
def test_of_several_the_one_whose_path_says_most_then_the_shallowest(course, tmp_path, best, others):
    write(tmp_path / "alice", {best: MINE, **dict.fromkeys(others, "not this one")})
    assert texts(course, tmp_path / "alice")[FIRST] == MINE
    for order in ([best, *others], [*others, best]):
        files = {name: MINE if name == best else "not this one" for name in order}
        assert texts(course, pack(tmp_path / "alice.zip", files))[FIRST] == MINE


@pytest.mark.parametrize("files, first, second", [
    (["First (1).py"], ", but First (1).py: files are known by their names",
     ", but First (1).py: files are known by their names"),
    (["third.py", "my_FIRST.ipynb", "notes.txt"], ", but my_FIRST.ipynb: files are known by their names", ""),
    (["third.py", "notes.txt"], "", ""),
    (["a.rar", "b.pdf", "c.docx", "d.txt"], *[", but a.rar, b.pdf, c.docx and more: files are known by their names"] * 2),
    (["._first.py", "__MACOSX/x.py", "venv/first_try.py"], ", nor any other", ", nor any other"), ([], *[", nor any other"] * 2),
    (["red\x1b[31m_first.py"], *[", but red\\x1b[31m_first.py: files are known by their names"] * 2)])
def test_where_a_file_is_missing_it_is_said_what_is_there(course, tmp_path, files, first, second):
    (tmp_path / "alice").mkdir()
    write(tmp_path / "alice", dict.fromkeys(files, MINE))
    for path in (tmp_path / "alice", pack(tmp_path / "alice.zip", dict.fromkeys(files, MINE)),
                 pack(tmp_path / "alice.tar.gz", dict.fromkeys(files, MINE))):
        hand_in = read(course, path)
        assert (hand_in.missing[FIRST].words, hand_in.missing[SECOND].words) == (first, second)
        assert FIRST not in hand_in.texts and hand_in.problems == {}


def test_a_renamed_file_is_due_again(course, tmp_path):
    """The words on a file that is missing change with what else is there."""
    exercise = course.find_one("letters/first")
    write(tmp_path, {"alice/first_try.py": MINE})
    before = read(course, tmp_path / "alice").digest(course, exercise)
    (tmp_path / "alice/first_try.py").rename(tmp_path / "alice/first_two.py")
    assert read(course, tmp_path / "alice").digest(course, exercise) != before


def test_what_the_course_put_there_is_nobodys_work(course, tmp_path):
    ours = {f"exercises/.stubs/{FIRST}": "stub", f"solutions/{FIRST}": "reference", "__MACOSX/._first.py": "\0",
            f"__MACOSX/{FIRST}": "resource", ".git/first.py": "old", "venv/lib/first.py": "library"}
    write(tmp_path / "alice", ours)
    assert texts(course, tmp_path / "alice") == {}
    assert texts(course, pack(tmp_path / "alice.zip", ours)) == {}
    write(tmp_path / "alice", {"a/b/c/d/first.py": MINE})
    assert texts(course, tmp_path / "alice")[FIRST] == MINE


def test_only_what_is_asked_for_is_read_with_what_it_builds_on(course, tmp_path):
    write(tmp_path, {FIRST: MINE, SECOND: "second", THIRD: "third"})
    assert read(course, tmp_path, "second").texts == {FIRST: MINE, SECOND: "second"}
    assert read(course, tmp_path, "third").texts == {THIRD: "third"}


def test_what_windows_makes_of_a_file(course, tmp_path):
    """Backslashes in a zip, a byte order mark, line ends of two characters."""
    archive = pack(tmp_path / "alice.zip", {"hand in/exercises/p1/letters/first.py": b"\xef\xbb\xbfa = 1\r\nb = 2\r\n"})
    archive.write_bytes(archive.read_bytes().replace(b"p1/letters/first", b"p1\\letters\\first"))
    assert texts(course, archive) == {FIRST: "a = 1\nb = 2\n"}


@pytest.mark.parametrize("content, words", [
    ("x = 'ü'".encode("latin-1"), "is not UTF-8 text (byte 5); save it as UTF-8."), ("x = 1".encode("utf-16"), "is not UTF-8 text (byte 0); save it as UTF-8."),
    (b"#" * 1_000_001, "is larger than 1 MB; a solution fits in a few kilobytes.")])
def test_what_is_no_text_is_said_with_its_place(course, tmp_path, content, words):
    (tmp_path / "alice").mkdir()
    (tmp_path / "alice/first.py").write_bytes(content)
    assert problem(course, tmp_path / "alice") == f"first.py {words}"
    assert problem(course, pack(tmp_path / "alice.tar.gz", {"first.py": content})) == f"first.py {words}"


def test_a_folder_with_nothing_but_an_archive_in_it(course, tmp_path):
    """As some platforms give out what was handed in."""
    pack(tmp_path / "alice_17_file_/homework.zip", {FIRST: MINE})
    write(tmp_path, {"alice_17_file_/comments.txt": "Sorry!"})
    assert texts(course, tmp_path / "alice_17_file_") == {FIRST: MINE}
    pack(tmp_path / "alice_17_file_/again.zip", {FIRST: MINE})
    assert texts(course, tmp_path / "alice_17_file_") == {}


def test_the_digest_stands_for_the_file_and_what_it_builds_on(course, tmp_path):
    def digests(**files: str):
        write(tmp_path, {f"p1/letters/{name}.py": text for name, text in files.items()})
        hand_in = read(course, tmp_path)
        return [hand_in.digest(course, course.find_one(name)) for name in ("letters/first", "second", "third")]

    first, second, third = digests(first="1", second="2")
    assert digests(second="two") == [first, digests(second="two")[1], third] and digests(second="two")[1] != second
    changed = digests(first="one", second="2")
    assert changed[0] != first and changed[1] != second and changed[2] == third


# ── the class ───────────────────────────────────────────────────────────────────────────────────────────────────


def names(course, *paths: Path) -> list[str]:
    return [submission.name for submission in find_submissions(course, [*paths])]


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
        if parent.stat().st_uid == 0 and parent != Path("/") and "pytest" in parent.name:
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


# ── hostile folders ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("to", ["/etc/passwd", "/proc/self/environ", "/dev/zero", "/proc/self/fd/0", "nowhere", "first.py",
                                "../solutions/p1/letters/first.py", "other.py"])
def test_a_link_is_never_followed(course, tmp_path, to):
    write(tmp_path, {"alice/other.py": MINE})
    os.symlink(course.root / to[3:] if to.startswith("../") else to, tmp_path / "alice/first.py")
    assert problem(course, tmp_path / "alice") == "first.py is a link; hand in the file itself."


def test_a_link_to_a_folder_is_never_followed(course, tmp_path):
    (tmp_path / "alice").mkdir()
    os.symlink(course.root / "solutions/p1", tmp_path / "alice/exercises")
    os.symlink(tmp_path / "alice", tmp_path / "alice/loop")
    assert texts(course, tmp_path / "alice") == {}
    os.symlink(course.root / "solutions", tmp_path / "bob")
    assert why_unreadable(course, tmp_path / "bob") == "it is a link; hand in the folder or the archive itself"
    assert sorted(names(course, tmp_path)) == ["alice", "bob"]
    pack(tmp_path / "real.zip", {FIRST: MINE})
    for name in ("carol.zip", "carol/homework.zip"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        os.symlink(tmp_path / "real.zip", tmp_path / name)
    assert "is a link" in why_unreadable(course, tmp_path / "carol.zip")
    assert why_unreadable(course, tmp_path / "carol") == "it cannot be read (Too many levels of symbolic links)"


def test_what_is_no_ordinary_file_is_not_waited_for(course, tmp_path):
    os.mkfifo(tmp_path / "first.py")
    with socket.socket(socket.AF_UNIX) as here:
        here.bind(str(tmp_path / "third.py"))
    (tmp_path / "second.py").mkdir()
    hand_in = read(course, tmp_path)
    assert hand_in.texts == {}
    assert {path: problem.message for path, problem in hand_in.problems.items()} == {
        FIRST: "first.py is not an ordinary file.", NAMESAKE: "first.py is not an ordinary file.",
        THIRD: "third.py cannot be read (No such device or address)."}
    os.mkfifo(tmp_path / "alice.zip")
    assert why_unreadable(course, tmp_path / "alice.zip") == "it is neither a folder nor an archive"


def test_a_device_is_not_read(course, tmp_path):
    try:
        os.mknod(tmp_path / "first.py", 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("devices cannot be made here")
    assert problem(course, tmp_path).startswith("first.py ")


def test_a_file_that_is_huge_and_takes_no_room(course, tmp_path):
    (tmp_path / "alice").mkdir()
    for path in (tmp_path / "alice/first.py", tmp_path / "bob.zip"):
        with path.open("wb") as file:
            file.truncate(1 << 40)
    assert "is larger than 1 MB" in problem(course, tmp_path / "alice")
    assert why_unreadable(course, tmp_path / "bob.zip") == "it is larger than 100 MB"


def test_thirty_thousand_files(course, tmp_path):
    for number in range(30):
        (tmp_path / f"alice/{number}").mkdir(parents=True)
        for file in range(1000):
            os.mknod(tmp_path / f"alice/{number}/{file}")
    assert why_unreadable(course, tmp_path / "alice") == "it has more than 20,000 files"
    (tmp_path / "bob").mkdir()
    (tmp_path / "alice").rename(tmp_path / "bob/node_modules")
    write(tmp_path, {"bob/first.py": MINE})
    assert texts(course, tmp_path / "bob")[FIRST] == MINE


def test_a_hundred_files_of_a_megabyte_with_the_name_of_an_exercise(course, tmp_path):
    for number in range(100):
        (tmp_path / f"alice/{number}").mkdir(parents=True)
        with (tmp_path / f"alice/{number}/first.py").open("wb") as file:
            file.truncate(1_000_000)
    assert why_unreadable(course, tmp_path / "alice") == "it holds more than 50 MB of files called like exercises"


def test_forty_folders_in_folders(course, tmp_path):
    write(tmp_path, {"/".join(["alice", *"d" * 40, "first.py"]): "too deep", "/".join(["bob", *"d" * 15, "first.py"]): MINE})
    assert texts(course, tmp_path / "alice") == {}
    assert texts(course, tmp_path / "bob")[FIRST] == MINE


def test_a_zip_that_is_a_folder_and_a_submission_that_went_away(course, tmp_path):
    write(tmp_path, {"alice.zip/first.py": MINE})
    assert texts(course, tmp_path / "alice.zip")[FIRST] == MINE and names(course, tmp_path) == ["alice"]
    assert why_unreadable(course, tmp_path / "gone.zip") == "it cannot be read (No such file or directory)"


# ── hostile archives ────────────────────────────────────────────────────────────────────────────────────────────


def pack(path: Path, files: dict[str, str | bytes]) -> Path:
    """An archive of the kind that the path's ending says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    packed = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    kind = path.name.lower().partition(".")[2]
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in packed.items():
                archive.writestr(name, content)
    else:
        with tarfile.open(path, f"w:{kind.partition('.')[2]}") as archive:
            for name, content in packed.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return path


@pytest.mark.parametrize("name", ["../../../first.py", "/first.py", "C:\\Users\\me\\first.py", "..\\..\\first.py",
                                  "//server/first.py", "./././first.py", "a/../../first.py"])
def test_a_members_name_leads_nowhere(course, tmp_path, name):
    outside = sorted(tmp_path.parent.rglob("*"))
    for kind in ("zip", "tar.gz"):
        archive = pack(tmp_path / f"alice.{kind}", {name: MINE})
        assert texts(course, archive)[FIRST] == MINE
        archive.unlink()
    assert sorted(tmp_path.parent.rglob("*")) == outside


def test_a_member_that_is_a_link(course, tmp_path):
    with zipfile.ZipFile(tmp_path / "alice.zip", "w") as archive:
        member = zipfile.ZipInfo("first.py")
        member.create_system, member.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/passwd")
    assert problem(course, tmp_path / "alice.zip") == "first.py is a link; hand in the file itself."
    for kind, words in [(tarfile.SYMTYPE, "a link; hand in the file itself"), (tarfile.LNKTYPE, "a link; hand in the file itself"),
                        (tarfile.FIFOTYPE, "not an ordinary file"), (tarfile.CHRTYPE, "not an ordinary file")]:
        with tarfile.open(tmp_path / "alice.tar", "w") as archive:
            member = tarfile.TarInfo("first.py")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
        assert problem(course, tmp_path / "alice.tar") == f"first.py is {words}."


def zeros(megabytes: int):
    for _ in range(megabytes):
        yield bytes(1 << 20)


def test_a_bomb(course, tmp_path):
    """A member of which two gigabytes come out: no more of it is looked at than a solution may have."""
    with zipfile.ZipFile(tmp_path / "alice.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("first.py", "w") as member:
            for portion in zeros(2000):
                member.write(portion)
        archive.writestr("third.py", "3")
    assert "first.py is larger than 1 MB" in problem(course, tmp_path / "alice.zip")
    assert read(course, tmp_path / "alice.zip").texts == {THIRD: "3"}


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_bomb_of_another_kind(course, tmp_path, how):
    """A few hundred kilobytes: what unpacks these knows no limit."""
    with zipfile.ZipFile(tmp_path / "alice.zip", "w", how) as archive, archive.open("first.py", "w") as member:
        for portion in zeros(500):
            member.write(portion)
    assert "is compressed in a way that is not read here" in problem(course, tmp_path / "alice.zip")


def test_a_thousand_bombs_on_top_of_each_other(course, tmp_path):
    """Every entry of the list leads to the same member."""
    alice = tmp_path / "alice.zip"
    pack(alice, {"0000/first.py": b"#" * 1_000_000})
    whole = alice.read_bytes()
    at = whole.index(b"PK\1\2")
    entry, end = whole[at:whole.index(b"PK\5\6")], whole[whole.index(b"PK\5\6"):]
    entries = b"".join(entry.replace(b"0000/", b"%04d/" % number) for number in range(1000))
    alice.write_bytes(whole[:at] + entries + end[:8] + struct.pack("<HHL", 1000, 1000, len(entries)) + end[16:])
    with pytest.MonkeyPatch.context() as patch:  # the check of names, which would end it too
        patch.setattr(zipfile.ZipFile, "open", lambda self, member: io.BytesIO(b"#" * 1_000_000))
        assert why_unreadable(course, alice) == "it holds more than 50 MB of files called like exercises"
    read(course, alice)


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
def test_a_tar_with_two_gigabytes_before_the_file(course, tmp_path, kind):
    path = tmp_path / f"alice.tar.{kind}"
    member = tarfile.TarInfo("zeros.bin")
    member.size = 2000 << 20
    opened = {"gz": lambda: gzip.open(path, "wb", compresslevel=1), "bz2": lambda: bz2.open(path, "wb", compresslevel=1),
              "xz": lambda: lzma.open(path, "wb", preset=0)}[kind]
    with opened() as file:
        file.write(member.tobuf())
        for portion in zeros(450):
            file.write(portion)
    assert why_unreadable(course, path) == "more than 400 MB come out of it"


def test_an_xz_that_wants_gigabytes_to_be_unpacked(course, tmp_path):
    content = pack(tmp_path / "bob.tar", {"first.py": MINE}).read_bytes()
    small = lzma.compress(content, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}])
    header = bytearray(small[12:24])  # the block's: size, flags, the filter's id, and how large its dictionary is
    assert header[2:4] == bytes([lzma.FILTER_LZMA2, 1])
    header[4] = 40  # 4 GB
    header[8:12] = struct.pack("<L", zlib.crc32(header[:8]))
    (tmp_path / "alice.tar.xz").write_bytes(small[:12] + bytes(header) + small[24:])
    assert why_unreadable(course, tmp_path / "alice.tar.xz") == "it is damaged (Memory usage limit exceeded)"


def tar_header(name: bytes = b"first.py", size: bytes = b"00000000010", kind: bytes = b"0") -> bytes:
    header = bytearray(tarfile.TarInfo("x").tobuf())
    header[:100], header[124:136], header[156:157] = name.ljust(100, b"\0"), size.ljust(12, b"\0"), kind
    header[148:156] = b"%06o\0 " % tars.checksum(bytes(header))
    return bytes(header)


BLOCK = b"x = 1234".ljust(512, b"\0")


@pytest.mark.parametrize("content, words", [
    (tar_header(size=b"77777777777") + BLOCK, "it is damaged (it ends in the middle)"),
    (tar_header(size=b"\x80" + b"\xff" * 11) + BLOCK, "it is damaged (a size in it is impossible)"),
    (tar_header(size=b"\xff" * 12) + BLOCK, "it is damaged (a number in it is none)"),
    (tar_header(size=b"-1") + BLOCK, "it is damaged (a size in it is impossible)"),
    (tar_header(size=b"9") + BLOCK, "it is damaged (a number in it is none)"),
    (tar_header(kind=b"x", size=b"77777777777") + BLOCK, "it is damaged (a header in it is too large)"),
    (tar_header(kind=b"L", size=b"40000000") + bytes(8 << 20), "it is damaged (a header in it is too large)"),
    (tar_header(kind=b"x", size=b"10") + b"99999999 path=x\n".ljust(512, b"\0"), "it is damaged (a header in it is wrong)"),
    (tar_header(kind=b"x", size=b"10") + b"0 path=x\n".ljust(512, b"\0"), "it is damaged (a header in it is wrong)"),
    (tar_header(kind=b"x", size=b"24") + b"20 size=-9999999999\n".ljust(512, b"\0") + tar_header(),
     "it is damaged (a size in it is impossible)"),
    (tar_header(kind=b"x", size=b"12") + b"10 size=x\n".ljust(512, b"\0") + tar_header(), "it is damaged (a number in it is none)"),
    (tar_header(kind=b"g", size=b"0") * 90_000, "it has more than 20,000 files"),
    (tar_header(b"other", size=b"0") * 90_000, "it has more than 20,000 files"),
    (b"\xff" * 512, "it is damaged (a number in it is none)"),
    (tar_header()[:300], "it is damaged (it ends in the middle)"),
])
def test_a_tar_that_says_what_is_not_so(course, tmp_path, content, words):
    (tmp_path / "alice.tar").write_bytes(content)
    assert why_unreadable(course, tmp_path / "alice.tar") == words


def test_a_sparse_file_is_none(course, tmp_path):
    """Neither GNU's kind nor the kind whose map lies before the content, which takes tarfile hours to follow."""
    (tmp_path / "alice.tar").write_bytes(tar_header(kind=b"S") + BLOCK)
    assert problem(course, tmp_path / "alice.tar") == "first.py is not an ordinary file."
    record = b"22 GNU.sparse.major=1\n"
    (tmp_path / "alice.tar").write_bytes(tar_header(kind=b"x", size=b"26") + record.ljust(512, b"\0") + tar_header() + BLOCK)
    assert problem(course, tmp_path / "alice.tar") == "first.py is not an ordinary file."


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tars_as_programs_make_them(course, tmp_path, form):
    """Long names, names that are no ASCII, folders, links, and enough files to need more than one portion."""
    long = "/".join(["ordner " + "ü" * 30] * (2 if form == tarfile.USTAR_FORMAT else 6))
    write(tmp_path, {f"alice/{long}/p1/letters/first.py": MINE, "alice/p1/digits/third.py": "3", "alice/data.bin": "x" * 300_000})
    os.symlink("data.bin", tmp_path / "alice/link")
    with tarfile.open(tmp_path / "alice.tar.gz", "w:gz", format=form) as archive:
        archive.add(tmp_path / "alice", "alice")
    assert texts(course, tmp_path / "alice.tar.gz") == {FIRST: MINE, THIRD: "3"}


@pytest.mark.parametrize("flags", ["-czf", "-cjf", "-cJf", "-cf"])
def test_a_tar_of_the_command(course, tmp_path, flags):
    write(tmp_path, {f"alice/{FIRST}": MINE, f"alice/{'d' * 120}/{THIRD}": "3"})
    made = subprocess.run(["tar", flags, tmp_path / "alice.tar.gz", "-C", tmp_path, "alice"], capture_output=True)
    if made.returncode:
        pytest.skip("there is no tar that packs in this way here")
    assert texts(course, tmp_path / "alice.tar.gz") == {FIRST: MINE, THIRD: "3"}


def test_streams_behind_each_other(course, tmp_path):
    """As programs that pack in parallel write them."""
    content = pack(tmp_path / "whole.tar", {"data": os.urandom(100_000), "first.py": MINE}).read_bytes()
    for kind, compress in [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)]:
        (tmp_path / f"alice.tar.{kind}").write_bytes(b"".join(compress(content[at:at + 9000]) for at in range(0, len(content), 9000)))
        assert texts(course, tmp_path / f"alice.tar.{kind}")[FIRST] == MINE
    (tmp_path / "alice.tar.gz").write_bytes(gzip.compress(b"") * 200_000)
    assert why_unreadable(course, tmp_path / "alice.tar.gz") == "it is packed in more than 1,000 parts"


def test_an_ending_that_is_wrong(course, tmp_path):
    """The first bytes say what it is."""
    for is_, called in [("tar", "tar.gz"), ("tar.gz", "zip"), ("zip", "tar.gz"), ("tar.xz", "tgz"), ("zip", "rar")]:
        packed = pack(tmp_path / f"bob.{is_}", {"first.py": MINE})
        packed.rename(tmp_path / f"alice.{called}")
        assert texts(course, tmp_path / f"alice.{called}")[FIRST] == MINE


def test_damaged_archives(course, tmp_path):
    files = {"first.py": MINE + "# " + os.urandom(3000).hex(), "third.py": "3"}
    for kind in ("zip", "tar", "tar.gz", "tar.bz2", "tar.xz"):
        path = pack(tmp_path / f"alice.{kind}", files)
        whole = path.read_bytes()
        path.write_bytes(whole[:1000])
        assert why_unreadable(course, path).startswith("it is damaged (")
        path.write_bytes(os.urandom(5000))
        assert why_unreadable(course, path).startswith("it is damaged (")
        path.write_bytes(b"")
        assert submission_words_or_nothing(course, path) in ("", "it is damaged (File is not a zip file)")


def submission_words_or_nothing(course, path: Path) -> str:
    try:
        assert read(course, path).texts == {}
        return ""
    except UnreadableError as error:
        return str(error)


def test_one_damaged_member_leaves_the_others(course, tmp_path):
    alice = pack(tmp_path / "alice.zip", {"first.py": MINE, "third.py": "3"})
    whole = bytearray(alice.read_bytes())
    whole[whole.index(b"first.py") + 8] ^= 0xFF
    alice.write_bytes(whole)
    hand_in = read(course, alice)
    assert hand_in.texts == {THIRD: "3"} and "first.py is damaged in the archive (" in hand_in.problems[FIRST].message


def test_a_zip_with_a_password_and_one_with_a_method_that_nobody_knows(course, tmp_path):
    whole = pack(tmp_path / "alice.zip", {"first.py": MINE, "third.py": "3"}).read_bytes()
    at = whole.index(b"PK\1\2")
    encrypted, unknown = bytearray(whole), bytearray(whole)
    encrypted[at + 8] |= 1
    (tmp_path / "alice.zip").write_bytes(encrypted)
    assert problem(course, tmp_path / "alice.zip") == "first.py is encrypted; hand it in without a password."
    unknown[at + 10] = 9
    (tmp_path / "alice.zip").write_bytes(unknown)
    assert "compressed in a way that is not read here" in problem(course, tmp_path / "alice.zip")
    assert read(course, tmp_path / "alice.zip").texts == {THIRD: "3"}


def test_of_two_members_with_the_same_name_the_last_is_taken(course, tmp_path):
    """As when they are unpacked."""
    with zipfile.ZipFile(tmp_path / "alice.zip", "w") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("first.py", "old")
        archive.writestr("first.py", MINE)
    assert texts(course, tmp_path / "alice.zip")[FIRST] == MINE
    with tarfile.open(tmp_path / "alice.tar", "w") as archive:
        for text in (b"old", MINE.encode()):
            member = tarfile.TarInfo("first.py")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    assert texts(course, tmp_path / "alice.tar")[FIRST] == MINE


def test_a_zip_of_thirty_thousand_and_one_of_two_million_members(course, tmp_path):
    with zipfile.ZipFile(tmp_path / "alice.zip", "w") as archive:
        for number in range(30_000):
            archive.writestr(zipfile.ZipInfo(f"{number}"), "")
    assert why_unreadable(course, tmp_path / "alice.zip") == "it has more than 20,000 files"
    entry = b"PK\1\2" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"x"
    entries = entry * 2_000_000
    end = b"PK\5\6" + bytes(4) + struct.pack("<HHLLH", 65535, 65535, len(entries), 0, 0)
    (tmp_path / "alice.zip").write_bytes(entries + end)
    del entries
    assert why_unreadable(course, tmp_path / "alice.zip") == "it has more than 20,000 files"


@pytest.mark.parametrize("count, size, offset", [(2**64 - 1, 2**64 - 1, 0), (2**63, 46, 0), (1, 2**40, 0), (1, 46, 2**63), (0, 0, 0)])
def test_a_zip64_with_absurd_counts(course, tmp_path, count, size, offset):
    end64 = b"PK\6\6" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = b"PK\6\7" + struct.pack("<LQL", 0, 0, 1)
    end = b"PK\5\6" + struct.pack("<HHHHLLH", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
    (tmp_path / "alice.zip").write_bytes(end64 + locator + end)
    said = submission_words_or_nothing(course, tmp_path / "alice.zip")
    assert said.startswith("it ") if count else said == ""


def test_what_a_library_says_of_a_strangers_words_can_be_printed(course, tmp_path):
    """zipfile quotes names in its errors."""
    alice = pack(tmp_path / "alice.zip", {"a\x1b[31m\nb\u202e/first.py": MINE, f"{'n' * 5000}/third.py": "3"})
    whole = alice.read_bytes()
    alice.write_bytes(whole.replace(b"first.py", b"first.pz", 1).replace(b"third.py", b"third.pz", 1))
    assert "first.py is damaged in the archive (" in problem(course, alice)
    assert "/third.py is damaged in the archive (" in problem(course, alice, THIRD)


# ── anything at all ─────────────────────────────────────────────────────────────────────────────────────────────

SEEDS = {}


def seeds() -> dict[str, bytes]:
    """One honest archive of each kind, to be spoiled."""
    if not SEEDS:
        import tempfile
        with tempfile.TemporaryDirectory() as folder:
            for kind in ("zip", "tar", "tar.gz", "tar.bz2", "tar.xz"):
                SEEDS[kind] = pack(Path(folder) / f"a.{kind}", {"first.py": MINE, "ü" * 120 + "/third.py": "3"}).read_bytes()
    return SEEDS


@st.composite
def spoiled(draw) -> tuple[str, bytes]:
    kind = draw(st.sampled_from(sorted(seeds())))
    content = bytearray(seeds()[kind])
    for at, byte in draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=6)):
        content[at] = byte
    return draw(st.sampled_from(archives.ARCHIVES)) if draw(st.booleans()) else f".{kind}", \
        bytes(content[:draw(st.integers(0, len(content)))] if draw(st.booleans()) else content)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(spoiled(), st.tuples(st.sampled_from(archives.ARCHIVES), st.one_of(
    st.binary(max_size=2000),
    st.binary(max_size=1000).map(lambda b: b"PK\3\4" + b + b"PK\1\2" + b + b"PK\5\6" + b[:18]),
    st.binary(max_size=600).map(lambda b: b"\x1f\x8b\x08" + b),
    st.binary(max_size=600).map(lambda b: gzip.compress(tar_header(b[:90], b[90:100], b[100:101] or b"x") + b)),
    st.binary(max_size=600).map(lambda b: tar_header(kind=b"x", size=b"1000") + b.ljust(512, b"\0") + tar_header() + b)))))
def test_no_archive_raises_anything_but_unreadable(tmp_path_factory, whatever):
    kind, content = whatever
    path = tmp_path_factory.getbasetemp() / f"whatever{kind}"
    path.write_bytes(content)
    try:
        for name, text in archives.files_in_archive(path, lambda name: True):
            assert isinstance(name, str) and (isinstance(text, Unusable) or len(text) <= 1_000_001)
    except UnreadableError as error:
        assert str(error).isprintable() and len(str(error)) < 200
