"""Files of a submission that is a folder: where they may lie, and that no hostile folder does harm."""
import os
import socket
import stat

import pytest

from tests.grader.autograde.reading import (
    FIRST,
    MINE,
    NAMESAKE,
    SECOND,
    THIRD,
    course_with_namesakes,
    names,
    pack,
    problem,
    read,
    texts,
    why_unreadable,
)
from tests.grader.helpers.small_course import write


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return course_with_namesakes(tmp_path_factory.mktemp("course"))


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
