"""The sandbox around strangers' files: bubblewrap's namespaces, made here; each process in it is confined further by
itself (confine.py).

What is inside sees a read-only system, Python with its libraries, the grader, and what `readable` names, in namespaces
of its own: no network, no other process, no home, nobody else's files. It works for root and for an ordinary user; root's
sandbox keeps the few capabilities with which each worker is given a user of its own, an ordinary user's is a user
namespace.
"""
import functools
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

from grader.errors import UsageError

BWRAP = "bwrap"
SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64")  # links into /usr on most systems, folders on some
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "TMPDIR": "/tmp", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
               "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
OTHERS_WORK = (Path("/usr/local/share"),)  # nbgrader's exchange is below, with what everybody handed in; nothing of Python's
KEPT_ENVIRONMENT = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")  # on a processor that an old library gets wrong
TMP_BYTES = 64 << 20
ROOTS_CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_SETPCAP")
USERS_CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_SETPCAP")


def require_sandbox() -> None:
    """Raise UsageError, with what to install, where there can be no sandbox."""
    unsafe = "or add --unsafe to run files that you trust"
    if shutil.which(BWRAP) is None:
        raise UsageError("Strangers' files run in a sandbox, and bubblewrap is not there: install it (apt install "
                         f"bubblewrap, dnf install bubblewrap), {unsafe}.")
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, RuntimeError, OSError):
        raise UsageError("Strangers' files run in a sandbox, and libseccomp is not there: install it (apt install "
                         f"libseccomp2, pip install pyseccomp), {unsafe}.") from None
    tried = subprocess.run([*around([]), "/usr/bin/env", "true"], capture_output=True, text=True, errors="replace",
                           stdin=subprocess.DEVNULL)
    if tried.returncode != 0:
        said = (tried.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        raise UsageError(f"bubblewrap cannot make a sandbox here ({said}): allow user namespaces (sysctl "
                         "kernel.unprivileged_userns_clone=1, on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0), "
                         f"run as root, {unsafe}.")


def require_apart(root: Path) -> None:
    """Raise UsageError where whatever sees Python would see the course beside it, and what else lies there."""
    for folder in (Path("/usr"), *python_folders()):
        if root.is_relative_to(folder) or root.resolve().is_relative_to(folder.resolve()):
            raise UsageError(f"The course lies in {folder}, which submissions must see to run Python: move the course, or the "
                             "virtual environment into a folder of its own (python -m venv .venv).")


def confinement(readable: list[Path] = ()) -> dict:
    """How the processes in a new sandbox confine themselves: the arguments of confine.py's Confinement.

    Users are drawn by lot, so that those of two sandboxes are never the same: limits count by user."""
    below_tmp = [str(path) for path in (*python_folders(), *readable) if path.is_relative_to("/tmp")]
    return {"first_user": random.randrange(1 << 20, 1 << 30) if is_root() else None, "below_tmp": below_tmp}


def is_root() -> bool:
    return os.geteuid() == 0


def around(readable: list[Path], hidden: list[Path] = (), writable: list[Path] = ()) -> list[str]:
    """The command that a command is put behind to run inside a sandbox.

    `readable` files and folders are seen where they are, `writable` ones may also be written by what was not confined
    yet; `hidden` folders are seen empty.
    """
    command = [BWRAP, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
               "--die-with-parent", "--new-session", "--hostname", "sandbox", "--clearenv", "--cap-drop", "ALL"]
    if is_root():
        capabilities = ROOTS_CAPABILITIES
    else:
        capabilities = USERS_CAPABILITIES
        command += ["--unshare-user", "--uid", "65534", "--gid", "65534"]
    for capability in capabilities:
        command += ["--cap-add", capability]
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    for name, value in {**ENVIRONMENT, **kept, **path_to_the_grader()}.items():
        command += ["--setenv", name, value]
    command += ["--ro-bind", "/usr", "/usr", "--perms", "0755", "--dir", "/etc", "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    for name in SYSTEM:
        path = Path("/") / name
        if path.is_symlink():
            command += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            command += ["--ro-bind", str(path), str(path)]
    command += ["--size", str(TMP_BYTES), "--tmpfs", "/tmp"]  # while libraries load; what is confined has its own, or none
    # Folders on the way to what is seen: bubblewrap would make them for root alone.
    seen = [*python_folders(), *readable, *writable, *hidden]
    for folder in sorted({parent for path in seen for parent in path.parents if not parent.is_relative_to("/usr")}):
        if folder != Path("/"):
            command += ["--perms", "0755", "--dir", str(folder)]
    for path in python_folders():
        command += ["--ro-bind", str(path), str(path)]
    for path in readable:
        command += ["--ro-bind-try", str(path), str(path)]
    for path in writable:
        command += ["--bind-try", str(path), str(path)]
    for path in (*hidden, *(path for path in OTHERS_WORK if path.is_dir())):
        command += ["--perms", "0555", "--tmpfs", str(path), "--remount-ro", str(path)]
    return command + ["--dev", "/dev", "--remount-ro", "/dev", "--proc", "/proc", "--chdir", "/tmp", "--remount-ro", "/",
                      "--"]


@functools.cache
def python_folders() -> list[Path]:
    """Where this Python, its libraries and the grader are, the outermost folders of them, less what /usr holds."""
    engine = Path(__file__).resolve().parents[1]
    named = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).parent, Path(sys.executable).resolve().parent,
             engine, *(Path(p) for p in sys.path if p.endswith(("site-packages", "dist-packages")))}
    folders = {path.absolute() for path in named if path.is_dir()}
    return sorted(path for path in folders if not path.is_relative_to("/usr")
                  and not any(other != path and path.is_relative_to(other) for other in folders))


def path_to_the_grader() -> dict[str, str]:
    """Where Python found the grader by its PYTHONPATH, rather than installed, it must find it so inside; nothing else of
    that path is of use there, and what lies beside the grader is not seen."""
    folder = Path(__file__).resolve().parents[2]
    named = [Path(path).resolve() for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    return {"PYTHONPATH": str(folder)} if folder in named else {}


def library_folders(names: list[str]) -> list[Path]:
    """Where the named libraries are installed, which an exercise that forbids them shall not even see."""
    found = []
    for folder in {Path(p) for p in sys.path if p.endswith(("site-packages", "dist-packages"))}:
        found += [folder / name for name in names if (folder / name).is_dir()]
    return sorted(found)
