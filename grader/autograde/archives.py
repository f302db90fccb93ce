"""Read archives in place. No member is ever written to disk, so a member's name cannot lead to a path outside.

The reader does not trust what an archive states about itself. The size of the archive, the number of its members, the
unpacked size and the size of each read have limits. An error of a library about a damaged archive becomes one sentence.
"""
import io
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from grader.autograde import tars
from grader.autograde.content import IS_A_LINK, Content, UnreadableError, Unusable
from grader.autograde.tars import MOST_MEMBERS
from grader.course.languages import suffixes
from grader.course.workspace import most_of
from grader.text import safe_line

ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar")
FOREIGN = (".rar", ".7z", ".gz", ".bz2", ".xz", ".zst")  # archives that students hand in and that are not read here
LOOSE = (*suffixes(), ".ipynb")  # a single file of a student, among the folders of the class
LARGEST_ARCHIVE = 100 << 20
LARGEST_PORTION = 4 << 20  # bytes of one read; the longest read of a zip is the list of its members
LONGEST_REASON = 100       # characters of a library's error message


def is_archive(name: str) -> bool:
    return name.lower().endswith(ARCHIVES)


def stem(name: str) -> str:
    """The name without the suffix of an archive: `alice` for `alice.tar.gz`."""
    end = next((end for end in ARCHIVES if name.lower().endswith(end)), "")
    return name.removesuffix(name[len(name) - len(end):]) if end else name


def files_in_archive(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Content]]:
    """Yield (path, content) of each member whose path is wanted.

    Raises UnreadableError for a file that is not an archive, is damaged or cannot be read. The first bytes decide the
    kind of the archive, because file endings are often wrong.
    """
    try:
        with opened(path) as file:
            if os.fstat(file.fileno()).st_size > LARGEST_ARCHIVE:
                raise UnreadableError(f"it is larger than {LARGEST_ARCHIVE >> 20} MB")
            begin = file.read(512)
            file.seek(0)
            for name, content in reader_of(path.name, begin)(file, begin, lambda name: wanted(plain_path(name))):
                yield plain_path(name), content
    except UnreadableError:
        raise
    except OSError as error:
        raise UnreadableError(f"it cannot be read ({reason(error)})") from None
    except Exception as error:  # zipfile can raise almost any exception on damaged input
        raise UnreadableError(f"it is damaged ({reason(error)})") from None


def reader_of(name: str, begin: bytes) -> Callable:
    if begin[:4] in (b"PK\3\4", b"PK\5\6"):
        return files_in_zip
    if tars.is_tar(begin):
        return tars.files_in_tar
    if is_archive(name):  # a zip may begin with any bytes, and a very old tar has no magic number
        return files_in_zip if name.lower().endswith(".zip") else tars.files_in_tar
    if name.lower().endswith(LOOSE):
        raise UnreadableError("it is a file by itself; put it into a folder named after its student")
    raise UnreadableError(f"it is neither a folder nor one of {', '.join(ARCHIVES)}")


def opened(path: Path) -> "InPortions":
    """Open a regular file without following a link and without blocking on a pipe. Raises UnreadableError, OSError."""
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise UnreadableError("it is neither a folder nor an archive")
    return InPortions(io.FileIO(file))


class InPortions(io.BufferedReader):
    """A file whose `read` returns at most LARGEST_PORTION bytes. It raises UnreadableError if it would return more."""

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(LARGEST_PORTION + 1 if size is None or size < 0 else min(size, LARGEST_PORTION + 1))
        if len(data) > LARGEST_PORTION:
            raise UnreadableError(f"it has more than {MOST_MEMBERS:,} files")
        return data


def files_in_zip(file: InPortions, begin: bytes, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Content]]:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS:
            raise UnreadableError(f"it has more than {MOST_MEMBERS:,} files")
        packed = 0
        for member in members:
            if member.is_dir() or not wanted(member.filename):
                continue
            packed += member.compress_size
            if packed > LARGEST_ARCHIVE:  # possible only if members overlap
                raise UnreadableError("it is damaged (its files overlap)")
            yield member.filename, member_of_zip(archive, member)


def member_of_zip(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Content:
    if member.flag_bits & 1:
        return Unusable("encrypted", "is encrypted; hand it in without a password")
    if member.external_attr >> 28 == stat.S_IFLNK >> 12:  # the file type, if the archive was made on Unix
        return IS_A_LINK
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # zipfile unpacks the other methods as a whole, however large the result is.
        return Unusable("compression", "is compressed in a way that is not read here; make the zip with another program")
    try:
        with archive.open(member) as file:
            return file.read(most_of(member.filename))
    except UnreadableError:
        raise
    except Exception as error:  # one member is damaged; the others may be readable
        return Unusable("damaged", f"is damaged in the archive ({reason(error)})")


def reason(error: Exception) -> str:
    """The message of an error in one line of at most LONGEST_REASON characters; it may quote untrusted input."""
    words = safe_line(str(getattr(error, "strerror", None) or error)).rstrip(".") or type(error).__name__
    return words if len(words) <= LONGEST_REASON else words[:LONGEST_REASON - 1] + "…"


def plain_path(name: str) -> str:
    """A member's name as a path inside the submission. It is only compared with other paths, never opened."""
    steps = PurePosixPath(name.replace("\\", "/")).parts
    return "/".join(step for step in steps if step not in ("/", "//", "..", "."))
