"""The folder of the course and the socket of the local server. Every command imports this, so its imports are light."""
import fcntl
import hashlib
import os
import stat
import tempfile
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
