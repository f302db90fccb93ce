"""The sandbox for code of strangers, made by bubblewrap from namespaces.

Each worker and judge in the sandbox then confines itself further (confine.py). A process in the sandbox sees a
read-only system, Python with its libraries, the grader, and the paths in `readable`. It sees no network, no process
outside, no home folder and no file of another person. Root and ordinary users can make a sandbox. If root makes it, the
sandbox keeps the few capabilities that are needed to give each process a separate user. If an ordinary user makes it,
it is a user namespace.
"""
import functools
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

from grader.errors import UsageError

BWRAP = "bwrap"
SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64")  # symbolic links into /usr on most systems, folders on some
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "USER": "learner", "LOGNAME": "learner", "TMPDIR": "/tmp", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
               "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
OTHERS_WORK = (Path("/usr/local/share"),)  # nbgrader's exchange, with all hand-ins, is below it; no part of Python is
KEPT_ENVIRONMENT = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")  # set for a processor that an old library gets wrong
TMP_BYTES = 64 << 20
ROOTS_CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_SETPCAP")
USERS_CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_SETPCAP")


def require_sandbox() -> None:
    """Raise UsageError, which says what to install or allow, if no sandbox can be made."""
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
    """Raise UsageError if the course at `root` lies in /usr or a folder of Python, which every sandbox sees."""
    for folder in (Path("/usr"), *python_folders()):
        if root.is_relative_to(folder) or root.resolve().is_relative_to(folder.resolve()):
            raise UsageError(f"The course lies in {folder}, which submissions must see to run Python: move the course, or the "
                             "virtual environment into a folder of its own (python -m venv .venv).")


def confinement(readable: list[Path] = ()) -> dict:
    """The arguments of confine.Confinement for a new sandbox: how the processes in it confine themselves.

    `first_user` is random, so that two sandboxes are unlikely to share a user: the kernel counts limits by user.
    """
    below_tmp = [str(path) for path in (*python_folders(), *readable) if path.is_relative_to("/tmp")]
    return {"first_user": random.randrange(1 << 20, 1 << 30) if is_root() else None, "below_tmp": below_tmp,
            "own_namespaces": not is_root() and namespaces_count()}


@functools.cache
def namespaces_count() -> bool:
    """Whether a worker can have a user namespace, in which the kernel counts processes and timers apart from others'."""
    if shutil.which(BWRAP) is None:
        return False
    version = tuple(int(part) for part in re.findall(r"\d+", os.uname().release)[:2])
    made = subprocess.run([*around([]), "/usr/bin/env", "unshare", "--user", "true"], capture_output=True, stdin=subprocess.DEVNULL)
    return version >= (5, 14) and made.returncode == 0


def what_is_shared() -> str:
    """A sentence about what submissions can take from each other on this machine; "" if there is nothing."""
    if is_root() or namespaces_count():
        return ""
    return ("Threads and timers are counted together for all that you run here, submissions too, so one of them can use up "
            "what another needs: mark as root, or where Linux is 5.14 or newer and a user namespace may be made in another.")


def is_root() -> bool:
    return os.geteuid() == 0


def around(readable: list[Path], hidden: list[Path] = (), writable: list[Path] = ()) -> list[str]:
    """The beginning of a command line: a command appended to it runs in a new sandbox.

    Files and folders in `readable` and `writable` are seen at their own paths. Those in `writable` can be written by a
    process that has not confined itself yet. Folders in `hidden` are seen, but empty.
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
    # This /tmp is for the time while libraries load. A confined worker has its own; a confined judge writes no files.
    command += ["--size", str(TMP_BYTES), "--tmpfs", "/tmp"]
    # The parents of the visible folders: bubblewrap would make them readable for root alone.
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
    """The folders of this Python, its libraries and the grader: the outermost ones only, without those in /usr."""
    engine = Path(__file__).resolve().parents[1]
    named = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).parent, Path(sys.executable).resolve().parent,
             engine, *(Path(p) for p in sys.path if p.endswith(("site-packages", "dist-packages")))}
    folders = {path.absolute() for path in named if path.is_dir()}
    return sorted(path for path in folders if not path.is_relative_to("/usr")
                  and not any(other != path and path.is_relative_to(other) for other in folders))


def path_to_the_grader() -> dict[str, str]:
    """{"PYTHONPATH": the folder that contains the grader} if Python found it by PYTHONPATH; {} if it is installed.

    The other entries of PYTHONPATH are not needed in the sandbox. Files beside the grader are not seen.
    """
    folder = Path(__file__).resolve().parents[2]
    named = [Path(path).resolve() for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    return {"PYTHONPATH": str(folder)} if folder in named else {}


def library_folders(names: list[str]) -> list[Path]:
    """The folders of the named libraries, sorted, to be hidden from an exercise that forbids these libraries."""
    found = []
    for folder in {Path(p) for p in sys.path if p.endswith(("site-packages", "dist-packages"))}:
        found += [folder / name for name in names if (folder / name).is_dir()]
    return sorted(found)
