"""The service's image by buildah: built without a registry, and run without a daemon.

Where neither docker nor podman answers, buildah can still build infra/Dockerfile, on a base of Debian's own packages
(infra/build_image.sh), and start the image's command as the image's user, in a file system of its own. The network is this
machine's, so the service is told to listen on loopback alone, at the port that was asked for.
"""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil

from grader.errors import UsageError
from grader.judge.http import HERE
from grader.text import listed

IMAGE = "ml-deepdive-serving"
STORE = "build/image"
BUILD = "infra/build_image.sh"
PROGRAMS = ("buildah", "debootstrap")
ANYWHERE, PORT = "0.0.0.0", "8000"  # where the image's command listens
BUILD_SECONDS = 3600


def refusal() -> str:
    """Why there can be no image here, in words; empty if there can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "buildah's containers take root on Linux"
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    return f"{listed(missing)} {'is' if len(missing) == 1 else 'are'} not installed: make system-deps" if missing else ""


def buildah(root: Path) -> list[str]:
    """The beginning of each command line: in a store of the course's own."""
    return ["buildah", "--root", f"{root / STORE}/images", "--runroot", f"{root / STORE}/run", "--storage-driver", "vfs"]


def build(root: Path, sources: str) -> None:
    """Build the image of the files in the folder `sources` of the course. Raises UsageError, below what was printed."""
    if subprocess.run([root / BUILD, root / STORE, sources], stdin=subprocess.DEVNULL, timeout=BUILD_SECONDS).returncode:
        raise UsageError("The image could not be built; what was said stands above.")


def start(root: Path, port: int, log: Path) -> dict:
    """Start the image's command in a container; what `service_of` and `end` take, and where its log is."""
    config = json.loads(output([*buildah(root), "inspect", "--type", "image", IMAGE]))["Docker"]["config"]
    container = output([*buildah(root), "from", "--pull-never", IMAGE])
    inside = [*buildah(root), "run", "--isolation", "chroot", container, "--"]
    command, health = ([part.replace(ANYWHERE, HERE).replace(PORT, str(port)) for part in parts]
                       for parts in (config["Cmd"], config["Healthcheck"]["Test"][1:]))
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen([*inside, *command], stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
    return {"pid": process.pid, "begun": psutil.Process(process.pid).create_time(), "log": str(log), "buildah": buildah(root),
            "container": container, "command": command, "health": [*inside, *health], "user": int(config["User"])}


def service_of(state: dict) -> psutil.Process | None:
    """The service's own process, below buildah's; None if there is none, or not by the image's user."""
    try:
        below = psutil.Process(state["pid"]).children(recursive=True)
        return next((each for each in below if each.uids().real == state["user"] and each.cmdline()[1:] == state["command"][1:]), None)
    except psutil.Error:
        return None


def end(state: dict, seconds: float) -> int:
    """End the service by SIGTERM and remove its container; 0 if it ended in order and in time."""
    service, code = service_of(state), 1
    try:
        outer = psutil.Process(state["pid"])
        whole = [*outer.children(recursive=True), outer]
        if service is not None:
            service.terminate()
            _, left = psutil.wait_procs([service], timeout=seconds)
            code = int(bool(left))
        for process in whole:
            if process.is_running() and process != outer:
                process.kill()
        outer.wait(seconds)
    except psutil.Error:
        pass
    subprocess.run([*state["buildah"], "rm", state["container"]], capture_output=True)
    return code


def output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
