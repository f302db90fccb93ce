"""Read tars once from start to end in small portions, and keep only the wanted files in memory.

The standard library's reader trusts the headers: it allocates as much memory as a header states, and it follows maps of
sparse files for hours. This reader supports the part of the format that students' tars use: files, links, and long
names in the POSIX (pax) or the GNU form.
"""
import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from grader.autograde.content import IS_A_LINK, NOT_ORDINARY, Content, UnreadableError
from grader.course.workspace import most_of

BLOCK = 512
PORTION = 1 << 16
LARGEST_CONTENT = 400 << 20  # unpacked bytes that are read at most: everything before a wanted file must be unpacked
LARGEST_HEADER = 1 << 20     # bytes of one header that holds a long name
LARGEST_HEADERS = 32 << 20   # of all such headers: parsing them record by record takes a hundred times as long
MOST_MEMBERS = 20_000
MOST_STREAMS = 1000          # compressed streams in a row: programs that pack in parallel write several
XZ_MEMORY = 128 << 20        # `xz -9` takes 65 MB to unpack
DECOMPRESSORS = {
    b"\x1f\x8b": lambda: zlib.decompressobj(wbits=31),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": lambda: lzma.LZMADecompressor(memlimit=XZ_MEMORY),
}
REGULAR, LINKS, FOLDER = b"0\0" b"7", b"12", b"5"
LONG_NAME, LONG_LINK, PAX, PAX_FOR_ALL = b"L", b"K", b"x", b"g"


def is_tar(begin: bytes) -> bool:
    """Whether `begin`, the first bytes of a file, are those of a tar or of a compressed file."""
    return begin[257:262] == b"ustar" or begin.startswith(tuple(DECOMPRESSORS))


def files_in_tar(file: BinaryIO, begin: bytes, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Content]]:
    """Yield (name, content) of each wanted file. Raises UnreadableError for a tar that is damaged or too large."""
    make = next((make for magic, make in DECOMPRESSORS.items() if begin.startswith(magic)), None)
    stream = Stream(unpacked(file, make) if make else portions(file))
    for name, kind, size in members(stream):
        unread = size
        if kind not in FOLDER and wanted(name):
            if kind in LINKS:
                yield name, IS_A_LINK
            elif kind not in REGULAR:
                yield name, NOT_ORDINARY
            else:
                content = stream.read(min(size, most_of(name)))
                unread -= len(content)
                yield name, content
        stream.skip(unread + -size % BLOCK)


def members(stream: "Stream") -> Iterator[tuple[str, bytes, int]]:
    """Yield (name, kind, size) of each member. Before the next one, the caller must read or skip its whole blocks."""
    fields: dict[str, str] = {}  # from the extended headers before the member's own header
    headers = 0
    for _ in range(4 * MOST_MEMBERS):
        header = stream.read(BLOCK, may_end=True)
        if not header.strip(b"\0"):
            return
        if checksum(header) != number(header[148:156]):
            raise UnreadableError("it is damaged (a header in it is wrong)")
        kind, size = header[156:157], number(header[124:136])
        if kind in LONG_NAME + LONG_LINK + PAX + PAX_FOR_ALL:
            headers += size
            if size > LARGEST_HEADER or headers > LARGEST_HEADERS:
                raise UnreadableError("it is damaged (a header in it is too large)")
            content = stream.read(size)
            stream.skip(-size % BLOCK)
            if kind == LONG_NAME:
                fields["path"] = text(content)
            elif kind == PAX:
                fields |= pax_records(content)
            continue
        if any(key.startswith("GNU.sparse") for key in fields):
            kind = b"S"
        if "size" in fields:
            size = number(fields["size"].encode(), base=10)
        prefix = text(header[345:500]) if header[257:263] == b"ustar\0" else ""
        yield fields.get("path") or (f"{prefix}/" if prefix else "") + text(header[:100]), kind, \
            0 if kind in LINKS + FOLDER else size
        fields = {}
    raise UnreadableError(f"it has more than {MOST_MEMBERS:,} files")


def checksum(header: bytes) -> int:
    """The checksum of a header, computed with blanks in the checksum's own field."""
    return sum(header[:148]) + sum(header[156:]) + 8 * ord(" ")


def number(field: bytes, base: int = 8) -> int:
    """The number in a header's field: digits in `base`, or GNU's binary form of a number that is too large for them."""
    if field[:1] == b"\x80":
        value = int.from_bytes(field[1:], "big")
    else:
        try:
            value = int(field.split(b"\0")[0].strip() or b"0", base)
        except ValueError:
            raise UnreadableError("it is damaged (a number in it is none)") from None
    if not 0 <= value <= 1 << 60:
        raise UnreadableError("it is damaged (a size in it is impossible)")
    return value


def text(field: bytes) -> str:
    return field.split(b"\0")[0].decode("utf-8", "surrogateescape")


def pax_records(content: bytes) -> dict[str, str]:
    """Parse records `LENGTH KEY=VALUE` with a newline at the end; the length is that of the whole record."""
    found, at = {}, 0
    while at < len(content):
        length = content[at:at + 20].partition(b" ")[0]
        end = at + (int(length) if length.isdigit() else 0)
        key, equals, value = content[at + len(length) + 1:end - 1].partition(b"=")
        if not at < end <= len(content) or not equals:
            raise UnreadableError("it is damaged (a header in it is wrong)")
        found[text(key)] = text(value)
        at = end
    return found


class Stream:
    """The unpacked bytes of a tar. Raises UnreadableError for more than LARGEST_CONTENT bytes."""

    def __init__(self, portions: Iterator[bytes]):
        self.portions, self.rest, self.left = portions, b"", LARGEST_CONTENT

    def read(self, size: int, may_end: bool = False) -> bytes:
        """Exactly `size` bytes; nothing if the tar ends here and `may_end` is True."""
        parts, missing = [], size
        while missing and (part := self.some(missing)):
            parts.append(part)
            missing -= len(part)
        if missing and not (may_end and missing == size):
            raise UnreadableError("it is damaged (it ends in the middle)")
        return b"".join(parts)

    def skip(self, size: int) -> None:
        while size:
            part = self.some(size)
            if not part:
                raise UnreadableError("it is damaged (it ends in the middle)")
            size -= len(part)

    def some(self, most: int) -> bytes:
        if not self.rest:
            self.rest = next(self.portions, b"")
            self.left -= len(self.rest)
            if self.left < 0:
                raise UnreadableError(f"more than {LARGEST_CONTENT >> 20} MB come out of it")
        part, self.rest = self.rest[:most], self.rest[most:]
        return part


def portions(file: BinaryIO) -> Iterator[bytes]:
    while data := file.read(PORTION):
        yield data


def unpacked(file: BinaryIO, make: Callable) -> Iterator[bytes]:
    """Yield the unpacked bytes of a compressed file in portions; `make` returns a new decompressor."""
    packed = data = b""
    try:
        for _ in range(MOST_STREAMS):
            stream = make()
            while not stream.eof:
                more_inside = len(data) == PORTION or not getattr(stream, "needs_input", True)
                if not packed and not more_inside and not (packed := file.read(PORTION)):
                    raise UnreadableError("it is damaged (it ends in the middle)")
                data = stream.decompress(packed, PORTION)
                packed = getattr(stream, "unconsumed_tail", b"")  # zlib returns its unused input; the others keep it
                if data:
                    yield data
            packed = stream.unused_data.lstrip(b"\0") or file.read(PORTION).lstrip(b"\0")
            if not packed:
                return
        raise UnreadableError(f"it is packed in more than {MOST_STREAMS:,} parts")
    except (zlib.error, lzma.LZMAError, OSError, EOFError) as error:
        raise UnreadableError(f"it is damaged ({error})") from None
