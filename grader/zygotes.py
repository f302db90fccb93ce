"""Start a zygote, the process that workers are forked from: here, or inside a sandbox."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from grader import doors
from grader.paths import runtime_folder

ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
WORKER_LIBRARIES = ["numpy", "numpy.random", "sympy", "jaxtyping", "beartype", "grader.worker.serve",
                    "grader.examples"]
Libraries = tuple[str, ...]


class Zygote:
    """By itself it knows no torch: an exercise in NumPy starts in 5 ms. `libraries` is what `preload` in course.yml asks
    for beyond that. With `around`, the command of a sandbox, it lives in there, and its workers confine themselves by
    `confinement`. `door` is where a judge knocks."""

    def __init__(self, libraries: Libraries = (), around: list[str] | None = None,
                 confinement: dict | None = None):
        self.libraries = libraries
        sweep(runtime_folder())
        self.folder = tempfile.mkdtemp(prefix=f"zygote-{os.getpid()}-", dir=runtime_folder())  # where workers stand
        self.door, inner = doors.make_door()
        with doors.inherited(inner) as fd:
            order = {"door": fd, "libraries": [*WORKER_LIBRARIES, *libraries]}
            if around:
                order["confinement"] = confinement
            self.process = subprocess.Popen(
                [*(around or []), sys.executable, "-P", "-m", "grader.worker.zygote", json.dumps(order)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, pass_fds=[fd], cwd=self.folder,
                process_group=0,  # Ctrl-C is for whoever started this: bubblewrap, hit while it starts, leaves half behind
                env={**os.environ, **ONE_THREAD, "PYTHONDONTWRITEBYTECODE": "1"})

    def wait_until_ready(self) -> bool:
        """False where a library is not there, or cannot be imported."""
        return b"ready\n" in iter(self.process.stdout.readline, b"")  # a library may print when it is imported

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def end(self) -> None:
        self.door.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove the folders that were left by processes that were killed."""
    for left in folder.glob("zygote-*-*"):
        if not Path("/proc", left.name.split("-")[1]).exists():
            shutil.rmtree(left, ignore_errors=True)
