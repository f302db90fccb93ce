"""The folders of one worker in the sandbox: only this process and its children see them, and they disappear with it.

/tmp is empty, but for folders that stay visible. /dev/shm is empty, for locks between threads and processes. /proc has what
a process may ask of itself, and what the machine is; nothing of other processes.
"""
import contextlib
import ctypes
import os
from pathlib import Path

TMP_MEGABYTES = 16
OF_ITSELF = ("stat", "statm", "status")       # files of /proc/self, as the kernel makes them
OF_THE_MACHINE = ("stat", "meminfo", "cpuinfo", "loadavg")  # files of /proc, as they are when the worker starts

_CLONE_NEWNS = 0x00020000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT = 1, 2, 4, 8, 32
_MS_BIND, _MS_MOVE, _MS_REC, _MS_PRIVATE = 4096, 8192, 16384, 1 << 18
_FLAGS = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
_LARGEST = 64 << 10  # of a file of the machine


def own_mounts(below_tmp: list[str]) -> None:
    """Mount them. The folders `below_tmp` stay visible in /tmp. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)

    def mount(source: str, target: str, flags: int, options: str | None = None) -> None:
        kind = b"tmpfs" if options else None
        if libc.mount(source.encode(), target.encode(), kind, flags, options.encode() if options else None) != 0:
            raise OSError(ctypes.get_errno(), "the sandbox could not be closed")

    if libc.unshare(_CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "the sandbox could not be closed")
    mount("none", "/", _MS_REC | _MS_PRIVATE)
    seen = {folder: os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC) for folder in below_tmp}
    mount("tmpfs", "/tmp", _FLAGS, f"mode=1777,size={TMP_MEGABYTES}m,nr_inodes=1000")
    for folder, held in seen.items():  # read-only as before, with the same folders hidden in it
        os.makedirs(folder, exist_ok=True)
        mount(f"/proc/self/fd/{held}", folder, _MS_BIND | _MS_REC)
        os.close(held)
    if os.path.isdir("/dev/shm"):
        mount("tmpfs", "/dev/shm", _FLAGS, "mode=1777,size=1m,nr_inodes=100")
    own_proc(mount)
    os.chdir("/tmp")


def own_proc(mount) -> None:
    new, me = Path("/tmp/.proc"), str(os.getpid())
    new.mkdir()
    mount("tmpfs", str(new), _FLAGS, "mode=0755,size=512k,nr_inodes=20")
    (new / me).mkdir()
    (new / "self").symlink_to(me)
    for name in OF_THE_MACHINE:
        with contextlib.suppress(OSError), open(f"/proc/{name}", "rb") as file:
            (new / name).write_bytes(file.read(_LARGEST))
    for name in OF_ITSELF:
        (new / me / name).touch()
        mount(f"/proc/{me}/{name}", str(new / me / name), _MS_BIND)
    mount(str(new), "/proc", _MS_MOVE)
    mount("none", "/proc", _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _FLAGS)
    new.rmdir()
