"""Control groups: one cap on the memory and the number of processes of a whole sandbox.

Each process in a sandbox has its own limits (confine.py). The group also limits what many processes use together.
Version 2 is used below the nearest group, from this process's own upwards, that delegates its controllers to this user
(systemd does so for a user's services and for containers). Version 1 is used if its folders are writable. If neither is
possible, there is no group, and only the limits of each process hold.
"""
import contextlib
import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PREFIX = "ml-deepdive"
LEAVING_SECONDS = 5  # how long a killed process may take to disappear

_numbers = itertools.count()


class Group:
    """The folders of one group: one in version 2, one for each controller in version 1, none if there is no group."""

    def __init__(self, folders: list[Path]):
        self.folders = folders

    def entering(self) -> list[str]:
        """The beginning of a command line: a command appended to it runs in the group. [] if there is no group."""
        if not self.folders:
            return []
        files = " ".join(f'"{folder}/cgroup.procs"' for folder in self.folders)
        return ["/bin/sh", "-c", f'for f in {files}; do echo $$ > "$f" || exit 1; done; exec "$@"', "sh"]

    def remove(self) -> None:
        """Remove the group, once its processes have ended. Waits LEAVING_SECONDS at most in all.

        A folder that cannot be removed by then is left to `sweep`, when the next group is made.
        """
        deadline = time.monotonic() + LEAVING_SECONDS
        for folder in self.folders:
            while folder.exists() and time.monotonic() < deadline:
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    break
                time.sleep(0.02)


def make_group(memory_mb: int, processes: int, root: Path = ROOT, own: Path = Path("/proc/self/cgroup")) -> Group:
    """Make a group with these caps. The Group has no folders if none can be made."""
    name = f"{PREFIX}-{os.getpid()}-{next(_numbers)}"
    caps = {"memory": {"memory.max": str(memory_mb << 20), "memory.limit_in_bytes": str(memory_mb << 20)},
            "pids": {"pids.max": str(processes)}}
    folders = []
    for parent, controllers in places(root, own):
        sweep(parent)
        folder = parent / name
        try:
            folder.mkdir()
            for controller in controllers:
                files = [folder / file for file in caps[controller] if (folder / file).exists()]
                for file in files:
                    file.write_text(caps[controller][file.name])
                if not files:
                    raise OSError
            folders.append(folder)
        except OSError:
            with contextlib.suppress(OSError):
                folder.rmdir()
    return Group(folders)


def places(root: Path, own: Path) -> Iterator[tuple[Path, list[str]]]:
    """(folder, controllers) for each folder in which a group can be made.

    The folder is writable, and in version 2 it delegates these controllers to the groups in it.
    `root` is where control groups are mounted; `own` is the file that lists the groups of this process.
    """
    try:
        lines = [line.split(":", 2) for line in own.read_text().splitlines()]
    except OSError:
        return
    for number, names, path in lines:
        path = path.lstrip("/")
        if number == "0" and (root / "cgroup.controllers").exists():
            here = root / path
            for folder in (here, *here.parents):
                if not folder.is_relative_to(root) or not os.access(folder, os.W_OK):
                    return
                with contextlib.suppress(OSError):
                    handed_on = (folder / "cgroup.subtree_control").read_text().split()
                    if found := [name for name in ("memory", "pids") if name in handed_on]:
                        yield folder, found
                        return
        for name in names.split(","):
            folder = root / name / path
            if name in ("memory", "pids") and os.access(folder, os.W_OK):
                yield folder, [name]


def sweep(parent: Path) -> None:
    """Remove the groups whose maker has ended (its pid is in the name). A group that has a process in it stays."""
    for folder in parent.glob(f"{PREFIX}-*-*"):
        if not Path("/proc", folder.name.removeprefix(f"{PREFIX}-").partition("-")[0]).exists():
            with contextlib.suppress(OSError):
                folder.rmdir()
