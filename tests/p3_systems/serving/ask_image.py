"""Start the image that build_image.sh has made, ask it what `grader deploy` asks, and end it as an engine does.

    python -m tests.p3_systems.serving.ask_image STORE

buildah starts the image's own command as the image's own user, in a file system of its own; the network is this machine's, so
the port is changed to a free one. Prints a line for each thing that was seen; exits with 1 where one is not as it should be.
"""
import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

from grader.smoke import deploy

IMAGE, PORT = "ml-deepdive-serving", "8000"
LEAVING_SECONDS = 20  # as long as compose.yml of the exercise grants
failed = False


def main(store: str) -> int:
    place = Path(store).resolve()
    buildah = ["buildah", "--root", f"{place}/images", "--runroot", f"{place}/run", "--storage-driver", "vfs"]
    image = json.loads(output([*buildah, "inspect", "--type", "image", IMAGE]))["Docker"]
    said, user = image["config"], image["config"]["User"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    container = output([*buildah, "from", "--pull-never", IMAGE])
    inside = [*buildah, "run", "--isolation", "chroot", container, "--"]
    command, health = ([part.replace(PORT, str(port)) for part in parts] for parts in (said["Cmd"], said["Healthcheck"]["Test"][1:]))
    started = subprocess.Popen([*inside, *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        problem = deploy.trouble(port, {"pid": started.pid, "begun": psutil.Process(started.pid).create_time()}, deploy.READY_SECONDS)
        tell(not problem, "it is ready, and answers two predictions" if not problem else f"the service {problem}")
        service = next((each for each in psutil.Process(started.pid).children(recursive=True)
                        if each.name().startswith("python") and each.uids().real == int(user) and each.cmdline()[1:] == command[1:]), None)
        tell(service is not None and user != "0", f"it runs as user {user}")
        tell(subprocess.run([*inside, *health], capture_output=True).returncode == 0, "its health check finds it healthy")
        torch = subprocess.run([*inside, "python", "-c", "import torch"], capture_output=True).returncode
        tell(torch != 0, f"torch is not in it; {image_size(buildah)}")
        if service is not None:
            print(f"  the service holds {service.memory_info().rss / 2**20:.0f} MiB of memory")
            begun = time.monotonic()
            service.terminate()
            code = started.wait(LEAVING_SECONDS)
            tell(code == 0, f"after SIGTERM it ended by {code} in {time.monotonic() - begun:.1f} s")
            tell(subprocess.run([*inside, *health], capture_output=True).returncode != 0, "its health check finds it gone")
    except subprocess.TimeoutExpired:
        tell(False, f"after SIGTERM it did not end within {LEAVING_SECONDS} s")
    finally:
        for each in [*psutil.Process(started.pid).children(recursive=True), started] if started.poll() is None else []:
            each.kill()
        started.wait()
        subprocess.run([*buildah, "rm", container], capture_output=True)
    return int(failed)


def tell(right: bool, words: str) -> None:
    global failed
    failed |= not right
    print(f"{'✓' if right else '✗'} {words}", flush=True)


def output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def image_size(buildah: list[str]) -> str:
    listed = json.loads(output([*buildah, "images", "--json"]))
    return ", ".join(f"{each['names'][0].rpartition('/')[2]} {each['size']}" for each in listed if each.get("names"))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
