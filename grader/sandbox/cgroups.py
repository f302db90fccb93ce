"""Control groups, where this user has been given some: one cap on the memory and the processes of a whole sandbox.

Each process in a sandbox has limits of its own (confine.py); the group is the second wall, against what many do
together. Version 2 is used below the nearest group that hands its controllers on to us (systemd does so for a user's
services and for containers), version 1 where its folders are writable. Elsewhere there is none, and the first wall stands
alone.
"""
import contextlib
import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PREFIX = "ml-deepdive"
LEAVING_SECONDS = 5  # that a killed process may take to be gone

_numbers = itertools.count()


class Group:
    """The folders that are one group: a single one in version 2, one for each controller in version 1."""

    def __init__(self, folders: list[Path]):
        self.folders = folders

    def entering(self) -> list[str]:
        """The command that a command is put behind to run in the group; nothing where there is none."""
        if not self.folders:
            return []
        files = " ".join(f'"{folder}/cgroup.procs"' for folder in self.folders)
        return ["/bin/sh", "-c", f'for f in {files}; do echo $$ > "$f" || exit 1; done; exec "$@"', "sh"]

    def remove(self) -> None:
        """When all in it have ended; what is not gone by then is left to the next one's sweep."""
        deadline = time.monotonic() + LEAVING_SECONDS
        for folder in self.folders:
            while folder.exists() and time.monotonic() < deadline:
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    break
                time.sleep(0.02)


def make_group(memory_mb: int, processes: int, root: Path = ROOT, own: Path = Path("/proc/self/cgroup")) -> Group:
    """A new group with these caps; one without folders where there can be none."""
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
    """(folder, controllers) in which a group can be made: where we may write, and the controllers are handed on."""
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
    """Remove the groups that were left by processes that were killed."""
    for folder in parent.glob(f"{PREFIX}-*-*"):
        if not Path("/proc", folder.name.removeprefix(f"{PREFIX}-").partition("-")[0]).exists():
            with contextlib.suppress(OSError):
                folder.rmdir()
