"""Submissions that are archives, hostile in what they hold or in how they are made.

Each function takes the place of a submission, a path in the class's folder where nothing is yet, makes an archive beside it
and returns that. The rules of trees.py hold here too.
"""
import io
import struct
import tarfile
import warnings
import zipfile
import zlib
from pathlib import Path

from tests.grader.attacks.trees import FILE, ROOT, WRONG


def zipped(place: Path, members: dict[str, bytes | str], **attributes: int) -> Path:
    """An archive with these members; `attributes` are of the Unix mode, by name of the member without its folder."""
    archive = place.with_name(place.name + ".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.create_system, info.compress_type = 3, zipfile.ZIP_DEFLATED
            info.external_attr = attributes.get(Path(name).stem, 0o100644) << 16
            file.writestr(info, content)
    return archive


def zip_upwards(place: Path) -> Path:
    """An archive whose members climb out of where it is unpacked."""
    names = ["../mldd-attack", "../../mldd-attack", "exercises/../../mldd-attack", "..\\mldd-attack", "./../mldd-attack",
             "exercises/p1_fundamentals/../../../../mldd-attack", "..//mldd-attack", ". ./mldd-attack"]
    return zipped(place, {f"exercises/{FILE}": WRONG, **{name: "mldd-attack" for name in names}})


def zip_absolute(place: Path) -> Path:
    """An archive whose members have absolute paths, also those of Windows."""
    names = ["/tmp/mldd-attack", "//tmp/mldd-attack", "C:\\mldd-attack", "\\\\host\\mldd-attack", "/mldd-attack", "~/mldd-attack",
             "/dev/shm/mldd-attack", "file:///tmp/mldd-attack"]
    return zipped(place, {f"exercises/{FILE}": WRONG, **{name: "mldd-attack" for name in names}})


def zip_link(place: Path) -> Path:
    """An archive with a link to the reference in the place of the file."""
    return zipped(place, {f"exercises/{FILE}": str(ROOT / "solutions" / FILE)}, unbroadcast=0o120777)


def zip_through_link(place: Path) -> Path:
    """An archive with a link to a folder outside, and then a member that goes through it."""
    return zipped(place, {"out": "/tmp", "out/mldd-attack": "mldd-attack", "up": "..", "up/mldd-attack": "mldd-attack",
                          f"exercises/{FILE}": WRONG}, out=0o120777, up=0o120777)


def zip_device(place: Path) -> Path:
    """An archive whose members say that they are devices, pipes and setuid programs."""
    return zipped(place, {f"exercises/{FILE}": WRONG, "a": "", "b": "", "c": "#!/bin/sh\n"}, a=0o020666, b=0o010666, c=0o106755,
                  unbroadcast=0o020666)


def zip_many_members(place: Path) -> Path:
    """An archive of seventy thousand empty members."""
    archive = place.with_name(place.name + ".zip")
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(f"exercises/{FILE}", WRONG)
        for number in range(70_000):
            file.writestr(f"{number}/", "")
    return archive


def zeros_by_the_gigabyte(gigabytes: int) -> bytes:
    """Raw deflate of so many gigabytes of zeros, made of one block again and again."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = deflate.compress(bytes(64 << 20)) + deflate.flush(zlib.Z_FULL_FLUSH)
    return block * (16 * gigabytes) + deflate.flush()


def raw_zip(place: Path, compressed: bytes, size: int, copies: int = 1, method: int = 8, flags: int = 0) -> Path:
    """An archive written by hand: one member, `copies` times in the directory, that says it is of `size`."""
    name = f"exercises/{FILE}".encode()
    sizes = struct.pack("<IIIHH", 0, len(compressed), size, len(name), 0)
    local = b"PK\3\4" + struct.pack("<HHHHH", 20, flags, method, 0, 0x21) + sizes + name + compressed
    entry = b"PK\1\2" + struct.pack("<HHHHHH", 0x31E, 20, flags, method, 0, 0x21) + sizes + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, copies, copies, len(entry) * copies, len(local), 0)
    archive = place.with_name(place.name + ".zip")
    archive.write_bytes(local + entry * copies + end)
    return archive


def zip_bomb(place: Path) -> Path:
    """An archive of a few megabytes whose one member has three gigabytes."""
    return raw_zip(place, zeros_by_the_gigabyte(3), 3 << 30)


def zip_bomb_that_lies(place: Path) -> Path:
    """An archive whose member says that it has a hundred bytes, and has a gigabyte."""
    return raw_zip(place, zeros_by_the_gigabyte(1), 100)


def zip_bomb_of_copies(place: Path) -> Path:
    """An archive whose directory names one member twenty thousand times: they overlap."""
    return raw_zip(place, zlib.compress(bytes(900_000), 9, -15), 900_000, copies=20_000)


def zip_unknown_method(place: Path) -> Path:
    """An archive that is compressed by a method that nobody knows."""
    return raw_zip(place, WRONG.encode(), len(WRONG), method=97)


def zip_encrypted(place: Path) -> Path:
    """An archive that says that it is encrypted."""
    return raw_zip(place, WRONG.encode(), len(WRONG), method=0, flags=1)


def zip_wrong_checksum(place: Path) -> Path:
    """An archive whose checksum is wrong."""
    return raw_zip(place, WRONG.encode(), len(WRONG), method=0)


def zip_of_zips(place: Path) -> Path:
    """An archive of archives of archives, ten at a time."""
    inner = WRONG.encode()
    for level in range(5):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
            for number in range(10):
                file.writestr(f"{number}.zip" if level else f"exercises/{FILE}{number}", inner)
        inner = buffer.getvalue()
    place.with_name(place.name + ".zip").write_bytes(inner)
    return place.with_name(place.name + ".zip")


def zip_cut_off(place: Path) -> Path:
    """An archive that ends in the middle."""
    archive = zipped(place, {f"exercises/{FILE}": WRONG})
    archive.write_bytes(archive.read_bytes()[:-30])
    return archive


def zip_that_is_none(place: Path) -> Path:
    """A text file with the name of an archive."""
    archive = place.with_name(place.name + ".zip")
    archive.write_text(WRONG)
    return archive


def zip_empty(place: Path) -> Path:
    """A file of no bytes with the name of an archive."""
    place.with_name(place.name + ".zip").touch()
    return place.with_name(place.name + ".zip")


def zip_twins(place: Path) -> Path:
    """An archive with the file several times: by the same name, by another case, as a folder, with odd separators."""
    archive = zipped(place, {f"exercises/{FILE}": WRONG, f"exercises/{FILE}/": "", f"exercises/{FILE.upper()}": WRONG,
                             f"exercises\\{FILE}": WRONG, f"./exercises//{FILE}": WRONG})
    with zipfile.ZipFile(archive, "a") as file:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the name is there already
            file.writestr(f"exercises/{FILE}", WRONG + "# again\n")
    return archive


def zip_odd_names(place: Path) -> Path:
    """An archive whose members have escapes, NULs, surrogates, and names of kilobytes."""
    return zipped(place, {f"exercises/{FILE}": WRONG, "\x1b[2J": "", "a\nb": "", "x" * 60_000: "", "/".join("a" * 20_000): "",
                          "": "", ".": "", "..": "", "\u202e": "", "con": "", "-rf": ""})


def tarred(place: Path, members: list[tuple[tarfile.TarInfo, bytes]], suffix: str = ".tar.gz") -> Path:
    archive = place.with_name(place.name + suffix)
    with tarfile.open(archive, "w:gz" if suffix.endswith("gz") else "w", format=tarfile.GNU_FORMAT) as file:
        for info, content in members:
            info.size = info.size or len(content)
            file.addfile(info, io.BytesIO(content) if content else None)
    return archive


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", mode: int = 0o644, device: tuple[int, int] = (0, 0)) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, mode
    info.devmajor, info.devminor = device
    return info


THE_FILE = f"exercises/{FILE}"


def tar_upwards(place: Path) -> Path:
    """A tar archive whose members climb out, and have absolute paths."""
    names = ["../mldd-attack", "../../mldd-attack", "/tmp/mldd-attack", "exercises/../../mldd-attack"]
    return tarred(place, [(member(THE_FILE), WRONG.encode()), *((member(name), b"mldd-attack") for name in names)])


def tar_links(place: Path) -> Path:
    """A tar archive with a symbolic link to the reference, and one to a folder that a later member goes through."""
    return tarred(place, [(member(THE_FILE, tarfile.SYMTYPE, str(ROOT / "solutions" / FILE)), b""),
                          (member("out", tarfile.SYMTYPE, "/tmp"), b""), (member("out/mldd-attack"), b"mldd-attack")])


def tar_hard_link(place: Path) -> Path:
    """A tar archive with a hard link to the reference and to files of the system."""
    return tarred(place, [(member(THE_FILE, tarfile.LNKTYPE, str(ROOT / "solutions" / FILE)), b""),
                          (member("passwd", tarfile.LNKTYPE, "/etc/passwd"), b""),
                          (member("up", tarfile.LNKTYPE, "../../../../../../../../etc/shadow"), b"")])


def tar_devices(place: Path) -> Path:
    """A tar archive with devices, pipes and setuid programs; the file itself is a pipe."""
    return tarred(place, [(member(THE_FILE, tarfile.FIFOTYPE), b""), (member("zero", tarfile.CHRTYPE, device=(1, 5)), b""),
                          (member("disk", tarfile.BLKTYPE, device=(8, 0)), b""), (member("sh", mode=0o6755), b"#!/bin/sh\n")])


def tar_bomb(place: Path) -> Path:
    """A gzip of two gigabytes of zeros with the name of a tar archive, after a member that is in order."""
    head = io.BytesIO()
    with tarfile.open(fileobj=head, mode="w", format=tarfile.GNU_FORMAT) as file:
        info = member(THE_FILE)
        info.size = 2 << 30
        file.addfile(info)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = deflate.compress(head.getvalue()[:512]) + deflate.flush(zlib.Z_FULL_FLUSH) + zeros_by_the_gigabyte(2)
    archive = place.with_name(place.name + ".tar.gz")
    archive.write_bytes(b"\x1f\x8b\x08" + bytes(7) + raw + bytes(8))
    return archive


def tar_of_records(place: Path) -> Path:
    """A tar archive with hundreds of millions of records about its one file, which are a megabyte when packed."""
    records = b"6 a=b\n" * ((1 << 20) // 6)
    return tarred(place, [*((member("x", tarfile.XHDTYPE), records) for _ in range(300)), (member(THE_FILE), WRONG.encode())])


def tar_sparse(place: Path) -> Path:
    """A tar archive whose member says that it is a sparse file of eight gigabytes, in a few bytes."""
    info = member(THE_FILE)
    info.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.size": str(8 << 30),
                        "GNU.sparse.realsize": str(8 << 30), "GNU.sparse.map": "0,5", "GNU.sparse.name": THE_FILE}
    archive = place.with_name(place.name + ".tar")
    info.size = 5
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as file:
        file.addfile(info, io.BytesIO(b"x = 1"))
    return archive


def tar_lying_headers(place: Path) -> Path:
    """A tar archive with extended headers that rename its member, and give it a size and an owner of their own."""
    info = member("harmless")
    info.pax_headers = {"path": "../../mldd-attack", "size": "99999999999", "uid": "0", "mtime": "nan", "linkpath": "/etc/passwd"}
    archive = place.with_name(place.name + ".tar")
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as file:
        file.addfile(member(THE_FILE), None)
        file.addfile(info, io.BytesIO(b""))
    return archive
