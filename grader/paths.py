"""Where the course is and where the local server listens. Nothing heavy is imported here: every command passes by."""
import fcntl
import hashlib
import os
import stat
import tempfile
from pathlib import Path

from grader.errors import UsageError

MANIFEST = "course.yml"


def find_course(start: Path | None = None) -> Path:
    """The folder with course.yml, from here upwards."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / MANIFEST).exists():
            return folder
    raise UsageError(f"There is no {MANIFEST} here or above; run grader in the course's folder.")


def runtime_folder() -> Path:
    """A folder of this user's alone for sockets; a socket's path must be short, so it is not in the course."""
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


_claimed: list = []  # open for as long as this process lives


def claim_cpu() -> int:
    """The number of a CPU that no other process of this user has claimed in this way, while there are any."""
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
