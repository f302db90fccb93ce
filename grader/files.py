"""Where the course is and the socket of its local server; files read, and written whole or not at all.

Every command imports this, so its imports are light. An error of the file system becomes a UsageError of one sentence.
"""
import contextlib
import fcntl
import hashlib
import itertools
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader.errors import UsageError

MANIFEST = "course.yml"
STRANGERS = {"wrong", "right"}  # folders of tests/<project>/ with whole files of exercises, see authoring/strangers.py


def find_course(start: Path | None = None) -> Path:
    """The nearest folder with course.yml, from `start` or the current folder upwards. Raises UsageError."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / MANIFEST).exists():
            return folder
    raise UsageError(f"There is no {MANIFEST} here or above; run grader in the course's folder.")


def runtime_folder() -> Path:
    """The user's private folder for sockets, made if missing. Raises UsageError if it is not private.

    It is not inside the course, because a socket's path must be short.
    """
    base = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(base) / "ml-deepdive" if base and Path(base).is_dir() else \
        Path(tempfile.gettempdir()) / f"ml-deepdive-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    info = folder.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.getuid() or info.st_mode & 0o077:
        raise UsageError(f"{folder} is not a private folder of yours; remove it and try again.")
    return folder


def socket_path(root: Path) -> Path:
    return runtime_folder() / f"{hashlib.sha256(str(root).encode()).hexdigest()[:12]}.sock"


_claimed: list = []  # lock files that stay open until this process ends


def claim_cpu() -> int:
    """Claim a CPU until this process ends; return its number.

    No other process of this user can claim the same CPU. If all are claimed, the number may be that of a claimed one.
    """
    cpus = os.cpu_count() or 1
    for number in range(cpus):
        lock = open(runtime_folder() / f"cpu-{number}.lock", "w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        _claimed.append(lock)
        return number
    return os.getpid() % cpus


# ── reading and writing ─────────────────────────────────────────────────────────────────────────────────────────

_numbers = itertools.count()


@contextlib.contextmanager
def translate_errors(path: Path | str, verb: str, advice: str = "") -> Iterator[None]:
    """Raise UsageError instead of OSError or UnicodeDecodeError: `path` cannot be `verb`, the reason, and `advice`."""
    try:
        yield
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be {verb}: {error.strerror or error}{advice and '; '}{advice}.") from None


def read_text(file: Path, name: str) -> str:
    """The text of `file`. Raises UsageError, in which the file is called `name`."""
    with translate_errors(name, "read"):
        return file.read_text(encoding="utf-8")


def read_bytes(file: Path) -> bytes | None:
    """The bytes of `file`, or None if there is no such file. Raises UsageError."""
    with translate_errors(file, "read"), contextlib.suppress(FileNotFoundError):
        return file.read_bytes()
    return None


def write_atomically(file: Path, content: str | bytes, advice: str = "") -> None:
    """Write `file` atomically: a reader never sees half a file.

    Missing folders are made. Raises UsageError, which ends with `advice`.
    """
    temporary = file.with_name(f".{os.getpid()}-{next(_numbers)}.part")  # short: `file` may have the longest name
    with translate_errors(file, "written", advice):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(content.encode() if isinstance(content, str) else content)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
