"""Submissions that are archives, damaged and hostile ones too: a text or one sentence comes out of each."""
import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import subprocess
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.autograde import archives, tars
from grader.autograde.content import UnreadableError, Unusable
from tests.grader.autograde.reading import (
    FIRST,
    MINE,
    THIRD,
    course_with_namesakes,
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
