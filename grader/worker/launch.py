"""Start the workers' fork server, inside a sandbox or without one."""
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, Protocol

from grader.files import runtime_folder
from grader.ipc import fd_passing

ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
WORKER_LIBRARIES = ["numpy", "numpy.random", "sympy", "jaxtyping", "beartype", "grader.worker.serve",
                    "grader.worker.examples"]
Libraries = tuple[str, ...]
FOLDER_PREFIX = "workers-"


class ForkServers(Protocol):
    """The fork servers as a judge sees them: a dict, or what asks for those that do not run yet."""

    def get(self, libraries: Libraries) -> socket.socket | None:
        """The connect end of the one that has `libraries` loaded; None if they cannot be imported."""


class WorkerForkServer:
    """A running fork server, in the process that started it. A judge connects through `connect_end`.

    `libraries` are loaded in addition to WORKER_LIBRARIES (`preload` in course.yml). Without torch, a worker starts in
    5 ms. If `around`, the command of a sandbox, is given, the fork server runs in that sandbox, and each worker
    confines itself as `confinement` says (the arguments of confine.Confinement). What libraries complain of while they
    are loaded goes to `log`, or else to where this process's errors go.
    """

    def __init__(self, libraries: Libraries = (), around: list[str] | None = None,
                 confinement: dict | None = None, log: BinaryIO | None = None):
        self.libraries = libraries
        self._heard = b""
        remove_abandoned(runtime_folder())
        self.folder = tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-", dir=runtime_folder())  # workers' cwd
        self.connect_end, accept_end = fd_passing.open_channel()
        with fd_passing.inherited(accept_end) as fd:
            order = {"accept_fd": fd, "libraries": [*WORKER_LIBRARIES, *libraries]}
            if around:
                order["confinement"] = confinement
            self.process = subprocess.Popen(
                [*(around or []), sys.executable, "-P", "-m", "grader.worker.fork_server", json.dumps(order)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, pass_fds=[fd], cwd=self.folder,
                process_group=0,  # not reached by Ctrl-C: bubblewrap, interrupted while it starts, leaves half behind
                env={**os.environ, **ONE_THREAD, "PYTHONDONTWRITEBYTECODE": "1"})

    def wait_until_ready(self) -> bool:
        """Wait until workers can be started. False if the fork server ended: it cannot import a library, say."""
        return b"ready\n" in iter(self.process.stdout.readline, b"")  # a library may print when it is imported

    def is_ready(self) -> bool:
        """Whether workers can be started by now. Not to be mixed with `wait_until_ready`: both read what was printed."""
        stdout = self.process.stdout
        while b"\nready\n" not in b"\n" + self._heard and select.select([stdout], [], [], 0)[0]:
            chunk = os.read(stdout.fileno(), 4096)
            if not chunk:
                return False
            self._heard += chunk
        return b"\nready\n" in b"\n" + self._heard

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def end(self) -> None:
        self.connect_end.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def remove_abandoned(folder: Path) -> None:
    """Remove the folders of fork servers whose starter was killed before it removed them (its pid is in the name)."""
    for left in folder.glob(f"{FOLDER_PREFIX}*-*"):
        if not Path("/proc", left.name.removeprefix(FOLDER_PREFIX).partition("-")[0]).exists():
            shutil.rmtree(left, ignore_errors=True)
