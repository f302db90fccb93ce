"""Start the image that infra/build_image.sh has made, ask it what `grader deploy` asks, and end it as an engine does.

    python -m tests.p3_systems.serving.ask_image

Prints a line for each thing that was seen; exits with 1 where one is not as it should be.
"""
import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

from grader.smoke import deploy, image

ROOT = Path(__file__).parents[3]
LEAVING_SECONDS = 20  # as long as compose.yml of the exercise grants
failed = False


def main() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    state = image.start(ROOT, port, ROOT / image.STORE / "service.log")
    try:
        problem = deploy.trouble(port, state, deploy.READY_SECONDS)
        tell(not problem, "it is ready, and answers two predictions" if not problem else f"the service {problem}")
        service = image.service_of(state)
        tell(service is not None and state["user"] != 0, f"it runs as user {state['user']}")
        tell(is_healthy(state), "its health check finds it healthy")
        inside = state["health"][:state["health"].index("--") + 1]
        torch = subprocess.run([*inside, "python", "-c", "import torch"], capture_output=True).returncode
        tell(torch != 0, f"torch is not in it; {image_size()}")
        if service is not None:
            print(f"  the service holds {service.memory_info().rss / 2**20:.0f} MiB of memory")
            begun = time.monotonic()
            service.terminate()
            service.wait(LEAVING_SECONDS)
            tell(True, f"after SIGTERM it ended in {time.monotonic() - begun:.1f} s")
            tell(not is_healthy(state), "its health check finds it gone")
    except psutil.TimeoutExpired:
        tell(False, f"after SIGTERM it did not end within {LEAVING_SECONDS} s")
    finally:
        image.end(state, LEAVING_SECONDS)
    return int(failed)


def is_healthy(state: dict) -> bool:
    return subprocess.run(state["health"], capture_output=True).returncode == 0


def tell(right: bool, words: str) -> None:
    global failed
    failed |= not right
    print(f"{'✓' if right else '✗'} {words}", flush=True)


def image_size() -> str:
    listed = json.loads(image.output([*image.buildah(ROOT), "images", "--json"]))
    return ", ".join(f"{each['names'][0].rpartition('/')[2]} {each['size']}" for each in listed if each.get("names"))


if __name__ == "__main__":
    sys.exit(main())
