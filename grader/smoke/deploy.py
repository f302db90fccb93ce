"""`grader deploy`: start a project's service on this machine, see whether it answers, and say where to look.

Where docker or podman answers, containers do it (the learner's own compose.yml: the service, Prometheus, Grafana); elsewhere,
or as long as that is not written, a process in the background. On request buildah does it (image.py). What was started is written down in .grader/deploy/, and
`--down` stops that and nothing else.
"""
import asyncio
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

from grader.course.manifest import Course, Project
from grader.course.workspace import local_workspace
from grader.course.yaml_text import YamlError, read_yaml
from grader.errors import FAILED, PASSED, UsageError
from grader.files import read_text, write_atomically
from grader.judge.http import HERE, Answer, NoAnswerError, ask
from grader.smoke import image
from grader.smoke.run import find_smoke, importable
from grader.text import listed

COMPOSE = "exercises/p3_systems/serving/compose.yml"   # an exercise; its contract names the next two
DASHBOARD = "build/deploy/dashboards/monitoring.json"  # compose.yml mounts its folder into Grafana
PASSWORD = "build/deploy/grafana_password"             # of Grafana's admin: a secret of compose.yml
DRAW = """import json
from exercises.common.monitored import ALERTS
from exercises.p3_systems.monitoring.dashboard import dashboard
print(json.dumps(dashboard({name: alert.threshold for name, alert in ALERTS.items()}), indent=2))"""
READY_SECONDS, BUILD_SECONDS, LEAVING_SECONDS = 300, 1800, 30
FEATURES = 16  # of the model that service.py serves
ROWS = [[0.0] * FEATURES, [round(0.1 * place, 1) for place in range(FEATURES)]]


def deploy_project(course: Course, words: str, workspace: str | None, port: int, engine: str) -> int:
    """Start, ask, print; FAILED if the service does not answer as it should. Raises UsageError."""
    project = find_smoke(course, words, deployed=True)
    state = read_state(course, project)
    if state and is_running(state):
        raise UsageError(f"{project.name} is deployed already, at {state['url']}; `grader deploy {project.name} --down` stops it.")
    command, without = None, ""  # why there are no containers
    if engine == "buildah" and (why := image.refusal()):
        raise UsageError(f"{why[0].upper()}{why[1:]}. Or take --engine process.")
    if not workspace and engine in ("auto", "container"):
        command = compose_command()
        without = "No container engine answers here" if command is None else unwritten(course.root)
        if without and engine == "container":
            raise UsageError(f"{without}; start docker, or install podman with podman-compose, or take --engine process." if command is None
                             else f"{without}; write it, or take --engine process.")
    url = f"http://{HERE}:{port}"
    if command and not without:
        state = start_containers(course, command, port)
    elif engine == "buildah":
        state = start_image(course, project, local_workspace(course, workspace).root, port)
    else:
        if without:
            print(f"{without}, so the service runs as a process; Prometheus and Grafana are not run.")
        state = start_process(course, project, local_workspace(course, workspace).root, port)
    write_state(course, project, {**state, "url": url})
    problem = trouble(port, state, READY_SECONDS)
    if problem:
        stop(state)
        state_file(course, project).unlink(missing_ok=True)
        print(f"✗ {project.name} {problem}. It was stopped again." + (f" Its log: {state['log']}" if "log" in state else ""))
        return FAILED
    print(f"✓ {project.name} answers predictions at {url}/predict")
    print(f"  curl -X POST {url}/predict -H 'content-type: application/json' -d '{json.dumps({'inputs': ROWS[1]})}'")
    print(f"  {url}/docs its interface · {url}/metrics its metrics · {url}/ready whether it is ready")
    if "compose" in state:
        print(f"  http://127.0.0.1:9090 Prometheus · http://127.0.0.1:3000 Grafana; its admin's password is in {PASSWORD}")
    else:
        print(f"  its log: {state['log']}")
    print(f"  grader deploy {project.name} --down stops it")
    return PASSED


def stop_project(course: Course, words: str) -> int:
    """Stop what `deploy_project` started for this project. Raises UsageError."""
    project = find_smoke(course, words, deployed=True)
    state = read_state(course, project)
    if state is None:
        raise UsageError(f"{project.name} is not deployed from this course; nothing was stopped.")
    code = stop(state)
    state_file(course, project).unlink(missing_ok=True)
    print(f"{project.name} is stopped." if code == 0 else f"{project.name} had ended before, or did not end in order.")
    return PASSED


# ── a process ───────────────────────────────────────────────────────────────────────────────────────────────────


def start_process(course: Course, project: Project, workspace: Path, port: int) -> dict:
    missing = [name for name in project.smoke.preload if not importable(name)]
    if missing:
        raise UsageError(f"{project.title} works with {listed(missing)}, not installed here: pip install -e '.[{project.name}]'.")
    listener = listening(port)
    log = state_file(course, project).with_suffix(".log")
    log.parent.mkdir(parents=True, exist_ok=True)
    with listener, log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.smoke.serve_project", str(course.root), project.id, str(workspace), str(listener.fileno())],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, pass_fds=[listener.fileno()], cwd=course.root)
    return {"pid": process.pid, "begun": psutil.Process(process.pid).create_time(), "log": str(log)}


def listening(port: int) -> socket.socket:
    """A socket that listens at the port. Raises UsageError if another one does."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HERE, port))
    except OSError:
        listener.close()
        raise UsageError(f"Port {port} is taken on this machine; name another one with --port.") from None
    listener.listen(1024)
    return listener


def find_process(state: dict) -> psutil.Process | None:
    """The process that was started; None if it has ended, also if another one has its pid by now."""
    try:
        process = psutil.Process(state["pid"])
        same = abs(process.create_time() - state["begun"]) < 1 and process.status() != psutil.STATUS_ZOMBIE
        return process if same else None
    except psutil.Error:
        return None


def is_running(state: dict) -> bool:
    return "compose" in state or find_process(state) is not None


def stop(state: dict) -> int:
    """0 if it was running and ended in order."""
    if "compose" in state:
        return subprocess.run([*state["compose"], "down", "--timeout", str(LEAVING_SECONDS)], capture_output=True,
                              env={**os.environ, **state["environment"]}).returncode
    if "container" in state:
        return image.end(state, LEAVING_SECONDS)
    process = find_process(state)
    if process is None:
        return 1
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(LEAVING_SECONDS)
        return 0
    except psutil.TimeoutExpired:
        process.kill()
        return 1


# ── containers ──────────────────────────────────────────────────────────────────────────────────────────────────


def compose_command() -> list[str] | None:
    """The beginning of a compose command line whose engine answers; None if there is none."""
    for engine, command in (("docker", ["docker", "compose"]), ("podman", ["podman", "compose"]), ("podman", ["podman-compose"])):
        if shutil.which(engine) and shutil.which(command[0]):
            try:
                tried = [subprocess.run(each, capture_output=True, timeout=30, stdin=subprocess.DEVNULL).returncode
                         for each in ([engine, "info"], [*command, "version"])]
            except subprocess.TimeoutExpired:
                continue
            if tried == [0, 0]:
                return command
    return None


def unwritten(root: Path) -> str:
    """Why the learner's compose.yml starts no service, in words without a full stop; empty if it may."""
    try:
        said = read_yaml(read_text(root / COMPOSE, COMPOSE))
    except (YamlError, UsageError) as error:
        return f"{COMPOSE} cannot be read: {str(error).rstrip('.')}"
    services = said.get("services") if isinstance(said, dict) else None
    return "" if isinstance(services, dict) and isinstance(services.get("service"), dict) else f"{COMPOSE} has no service yet"


def start_containers(course: Course, command: list[str], port: int) -> dict:
    environment = {"SERVICE_PORT": str(port)}
    compose = [*command, "-f", str(course.root / COMPOSE), "-p", "ml-deepdive"]
    if not write_dashboard(course.root):
        print("monitoring/dashboard gives no dashboard yet, so Grafana shows none.")
    write_password(course.root)
    print("Building the image; the first time that takes minutes.", flush=True)
    done = subprocess.run([*compose, "up", "--build", "--detach"], env={**os.environ, **environment}, timeout=BUILD_SECONDS)
    state = {"compose": compose, "environment": environment}
    if done.returncode:
        stop(state)
        raise UsageError("The containers could not be started; what the engine says stands above.")
    return state


def start_image(course: Course, project: Project, workspace: Path, port: int) -> dict:
    listening(port).close()  # before minutes go by
    print("Building the image by buildah; the first time that takes minutes. Prometheus and Grafana are not run.", flush=True)
    image.build(course.root, str(workspace))
    return image.start(course.root, port, state_file(course, project).with_suffix(".log"))


def write_dashboard(root: Path) -> bool:
    """Write the learner's own dashboard where Grafana finds it; False if their `dashboard` gives none."""
    done = subprocess.run([sys.executable, "-c", DRAW], cwd=root, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        (root / DASHBOARD).parent.mkdir(parents=True, exist_ok=True)  # else the engine makes it, as root's
        return False
    write_atomically(root / DASHBOARD, done.stdout)
    return True


def write_password(root: Path) -> None:
    """Draw the password of Grafana's admin, once."""
    if not (root / PASSWORD).exists():
        (root / PASSWORD).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(root / PASSWORD, secrets.token_urlsafe(16))
        (root / PASSWORD).chmod(0o644)  # an engine mounts it as it is, and Grafana's user, who is none of ours, has to read it


# ── does it answer? ─────────────────────────────────────────────────────────────────────────────────────────────


def trouble(port: int, state: dict, seconds: float) -> str:
    """What is wrong with the deployed service, in words; empty if it is ready in time and answers two rows."""
    deadline, last = time.monotonic() + seconds, "does not answer"
    while time.monotonic() < deadline:
        if not is_running(state):
            return "ended before it was ready"
        answer = question(port, "GET", "/ready")
        if isinstance(answer, Answer) and answer.status == 200:
            break
        last = f"answers /ready by {answer.status}" if isinstance(answer, Answer) else "does not answer"
        time.sleep(0.1)
    else:
        return f"was not ready after {seconds:g} seconds: it {last}"
    seen = []
    for row in ROWS:
        answer = question(port, "POST", "/predict", json.dumps({"inputs": row}).encode())
        told = answer.json() if isinstance(answer, Answer) and answer.status == 200 else None
        if not isinstance(told, dict) or not isinstance(told.get("outputs"), list) or not told["outputs"]:
            return f"answers a prediction by {answer.status}" if isinstance(answer, Answer) else "does not answer a prediction"
        seen.append(told["outputs"])
    return "gives one answer to two rows" if seen[0] == seen[1] else ""


def question(port: int, method: str, path: str, body: bytes = b"") -> Answer | NoAnswerError:
    try:
        return asyncio.run(ask(port, method, path, body, seconds=5))
    except NoAnswerError as error:
        return error


# ── what was started ────────────────────────────────────────────────────────────────────────────────────────────


def state_file(course: Course, project: Project) -> Path:
    return course.root / ".grader/deploy" / f"{project.name}.json"


def read_state(course: Course, project: Project) -> dict | None:
    try:
        return json.loads(state_file(course, project).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def write_state(course: Course, project: Project, state: dict) -> None:
    state_file(course, project).parent.mkdir(parents=True, exist_ok=True)
    write_atomically(state_file(course, project), json.dumps(state).encode())
