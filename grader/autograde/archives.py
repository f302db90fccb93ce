"""Archives, read where they are: no member is ever written to disk, so no name of one can lead anywhere.

What is read is bounded before it is read: how large the archive is, how many members it has, how much comes out of it.
"""
import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from grader.workspace import LARGEST_FILE, LARGEST_NOTEBOOK

TARS = {".tar.gz": gzip.open, ".tgz": gzip.open, ".tar.bz2": bz2.open, ".tar.xz": lzma.open, ".tar": open}
ARCHIVES = (".zip", *TARS)
LARGEST_ARCHIVE = 100 << 20
LARGEST_CONTENT = 400 << 20  # of a tar, which must be unpacked up to the member that is wanted
MOST_MEMBERS = 20_000


class Unreadable(Exception):
    """A submission cannot be read; the end of a sentence that begins with its name."""


def files_in_archive(path: Path, names: set[str]) -> Iterator[tuple[str, bytes | str]]:
    """(path, content) of each member with one of the names; content is a string where there is only a reason why not.
    Raises Unreadable for what is no archive."""
    try:
        if not path.is_file():
            raise Unreadable("it is neither a folder nor an archive")
        if path.stat().st_size > LARGEST_ARCHIVE:
            raise Unreadable(f"it is larger than {LARGEST_ARCHIVE >> 20} MB")
        kind = next((end for end in ARCHIVES if path.name.endswith(end)), None)
        if kind is None:
            raise Unreadable(f"it is neither a folder nor one of {', '.join(ARCHIVES)}")
        yield from files_in_zip(path, names) if kind == ".zip" else files_in_tar(path, TARS[kind], names)
    except OSError as error:
        raise Unreadable(f"it cannot be read ({error.strerror or error})") from None


def files_in_zip(path: Path, names: set[str]) -> Iterator[tuple[str, bytes | str]]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise Unreadable(f"it has more than {MOST_MEMBERS:,} files")
            for member in members:
                inside = plain_path(member.filename)
                if member.is_dir() or inside.rpartition("/")[2] not in names:
                    continue
                if member.flag_bits & 1:
                    yield inside, "is encrypted"
                elif member.external_attr >> 28 == 0xA:  # the type of a link, where the archive was made on Unix
                    yield inside, "is a link; hand in the file itself"
                else:
                    with archive.open(member) as file:
                        yield inside, file.read(most_of(inside))
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Unreadable(f"it is not a zip that can be read ({error})") from None


def files_in_tar(path: Path, decompressed, names: set[str]) -> Iterator[tuple[str, bytes | str]]:
    try:
        with decompressed(path, "rb") as stream, tarfile.open(fileobj=Bounded(stream), mode="r|") as archive:
            for number, member in enumerate(archive):
                if number >= MOST_MEMBERS:
                    raise Unreadable(f"it has more than {MOST_MEMBERS:,} files")
                inside = plain_path(member.name)
                if inside.rpartition("/")[2] not in names or member.isdir():
                    continue
                if member.issym() or member.islnk():
                    yield inside, "is a link; hand in the file itself"
                elif not member.isreg():
                    yield inside, "is not an ordinary file"
                else:
                    yield inside, archive.extractfile(member).read(most_of(inside))
    except (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile, ValueError, OverflowError) as error:
        raise Unreadable(f"it is not a tar that can be read ({error})") from None


class Bounded:
    """A stream of which no more than LARGEST_CONTENT can be read, and no more than that at a time."""

    def __init__(self, stream):
        self.stream, self.left = stream, LARGEST_CONTENT

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(min(self.left + 1, 1 << 20) if size < 0 else min(size, self.left + 1))
        self.left -= len(data)
        if self.left < 0:
            raise Unreadable(f"more than {LARGEST_CONTENT >> 20} MB come out of it")
        return data


def most_of(name: str) -> int:
    """How many bytes of a file are read: one more than it may have."""
    return 1 + (LARGEST_NOTEBOOK if name.endswith(".ipynb") else LARGEST_FILE)


def plain_path(name: str) -> str:
    """A member's name as a path inside the submission: only compared with, never opened."""
    steps = PurePosixPath(name.replace("\\", "/")).parts
    return "/".join(step for step in steps if step not in ("/", "..", "."))
