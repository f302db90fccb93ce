"""Detect which exercise files are saved, by file system events or, if there are none, by polling every 0.3 seconds."""
import os
import queue
import threading
from pathlib import Path

import watchfiles

from grader.course.languages import suffixes
from grader.course.manifest import Course, Exercise

POLL_SECONDS = 0.3
DEBOUNCE_MS, STEP_MS = 60, 15  # short, since a learner waits; long enough to join an editor's steps into one save
# File systems on which changes by another machine, or by the host, raise no event here.
WITHOUT_EVENTS = {"9p", "cifs", "drvfs", "fuse.sshfs", "fuse.vmhgfs-fuse", "nfs", "nfs4", "prl_fs", "smb3", "smbfs",
                  "vboxsf", "virtiofs"}


class Saves:
    """Collects the saves in a folder, in a thread. `fd` becomes readable when `take` has something to return."""

    def __init__(self, folder: Path):
        self.polling = not gives_events(folder)
        self.fd, self._wake = os.pipe()
        self._found: queue.SimpleQueue[set[Path]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._collect, args=(folder,), daemon=True)
        self._thread.start()

    def _collect(self, folder: Path) -> None:
        for changes in watchfiles.watch(folder, watch_filter=is_source, debounce=DEBOUNCE_MS, step=STEP_MS,
                                        force_polling=self.polling, poll_delay_ms=int(POLL_SECONDS * 1000),
                                        stop_event=self._stop, rust_timeout=200, raise_interrupt=False):
            self._found.put({Path(path) for _, path in changes})
            os.write(self._wake, b".")

    def take(self) -> set[Path]:
        """The paths that were saved or removed since the last call."""
        paths: set[Path] = set()
        os.read(self.fd, 4096)
        while not self._found.empty():
            paths |= self._found.get()
        return paths

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        os.close(self._wake)
        os.close(self.fd)


def is_source(change, path: str) -> bool:
    """Whether `path` is a file of one of the course's languages, but no hidden file and no backup, swap or lock file of an editor."""
    name = os.path.basename(path)
    return name.endswith(suffixes()) and not name.startswith((".", "#"))


def gives_events(folder: Path) -> bool:
    """Whether a folder has events. False on a file system known to have none, or if the system has no watch left."""
    if os.environ.get("WATCHFILES_FORCE_POLLING"):
        return False
    if file_system(folder) in WITHOUT_EVENTS:
        return False
    at_once = threading.Event()
    at_once.set()
    try:
        for _ in watchfiles.watch(folder, stop_event=at_once, raise_interrupt=False):  # starts, then stops at once
            break
    except OSError:
        return False
    return True


def file_system(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The type of the file system that `folder` is on; empty if it cannot be determined."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    found, longest = "", -1
    for line in lines:
        _, point, kind, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        if folder.resolve().is_relative_to(point) and len(point) >= longest:
            found, longest = kind, len(point)
    return found


def exercises_saved(course: Course, folder: Path, saved: set[Path], current: Exercise) -> list[Exercise]:
    """The exercises to judge after a save: those that were saved, in the course's order.

    If none was, but given code in the current exercise's project or in common/, it is the current exercise.
    """
    paths = {path.resolve().relative_to(folder.resolve()).as_posix() for path in saved
             if path.resolve().is_relative_to(folder.resolve())}
    own = [exercise for exercise in course.exercises.values() if exercise.path in paths]
    if own:
        return own
    return [current] if any(path.startswith((f"{current.project}/", "common/")) for path in paths) else []
