"""Deployment as a process: it answers, it is stopped, and nothing else is."""
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from grader.course.manifest import load_course
from grader.errors import FAILED, PASSED, UsageError
from grader.smoke import deploy
from tests.grader.helpers.small_course import small_course, write
from tests.grader.smoke.test_smoke import SMOKE

DEPLOYED = SMOKE.replace("points: 10,", "points: 10, deploy: true,")
ROOT = Path(__file__).parents[3]
SERVICE = '''
import json
import socket
import signal
import sys

FEATURES = 16
answers = [{answers}]


def make_layers(*sizes):
    return sizes


def export_model(layers):
    return b"a model"


def serve(model, listener):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with socket.socket(fileno=listener) as sock:
        while True:
            connection, _ = sock.accept()
            with connection:
                asked = connection.recv(65536)
                said = json.dumps({"outputs": [answers.pop(0)]} if asked.startswith(b"POST") else {}).encode()
                connection.sendall(b"HTTP/1.1 200 OK\\r\\ncontent-length: %d\\r\\nconnection: close\\r\\n\\r\\n%s" % (len(said), said))
'''


@pytest.fixture
def deployed(tmp_path):
    """A function that deploys the small course's service, which gives these answers; (its exit code, its state)."""
    small_course(tmp_path)
    manifest = (tmp_path / "course.yml").read_text().replace("        exercises:\n          - {name: first,", DEPLOYED, 1)
    write(tmp_path, {"course.yml": manifest})
    course = load_course(tmp_path)
    project = course.projects["p1/letters"]

    def start(answers="1.0, 2.0, 3.0", service=SERVICE, port=None):
        write(tmp_path, {"solutions/p1/letters/service.py": service.replace("{answers}", answers)})
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = port or free.getsockname()[1]
        code = deploy.deploy_project(course, "letters", str(tmp_path / "solutions"), port, "process")
        return code, deploy.read_state(course, project)

    yield course, start
    if state := deploy.read_state(course, project):
        deploy.stop(state)


def test_it_answers_and_is_stopped(deployed, capsys):
    course, start = deployed
    code, state = start()
    assert code == PASSED and psutil.pid_exists(state["pid"]) and "/predict" in capsys.readouterr().out
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        assert deploy.stop_project(course, "letters") == PASSED
        assert deploy.find_process(state) is None and other.poll() is None
    finally:
        other.kill()
        other.wait()
    with pytest.raises(UsageError, match="not deployed"):
        deploy.stop_project(course, "letters")


def test_it_is_deployed_once(deployed):
    _, start = deployed
    start()
    with pytest.raises(UsageError, match="deployed already"):
        start()


@pytest.mark.parametrize("start", [lambda course: deploy.deploy_project(course, "letters", None, 8000, "container"),
                                   lambda course: deploy.stop_project(course, "letters")])
def test_a_project_without_a_service_of_its_own_is_no_other_ones(tmp_path, monkeypatch, start):
    small_course(tmp_path)
    manifest = (tmp_path / "course.yml").read_text().replace("        exercises:\n          - {name: first,", SMOKE, 1)
    write(tmp_path, {"course.yml": manifest})
    monkeypatch.setattr(deploy, "start_containers", None)
    with pytest.raises(UsageError, match="no service to deploy; these have one: none"):
        start(load_course(tmp_path))


def test_the_course_deploys_what_its_compose_file_builds():
    assert [p.name for p in load_course(ROOT).projects.values() if p.smoke and p.smoke.deploy] == ["serving"]


def test_a_port_that_is_taken_is_said(deployed):
    _, start = deployed
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="--port"):
        start(port=taken.getsockname()[1])


@pytest.mark.parametrize("answers, service, words", [
    ("1.0, 1.0", SERVICE, "one answer to two rows"), ("", SERVICE.replace("FEATURES = 16", "FEATURES = no_such_name"), "ended before")])
def test_one_that_does_not_work_is_stopped_again(deployed, capsys, answers, service, words):
    course, start = deployed
    code, state = start(answers, service)
    assert (code, state) == (FAILED, None) and words in capsys.readouterr().out


def test_another_process_with_its_pid_is_left_alone(deployed):
    course, _ = deployed
    state = {"pid": os.getpid(), "begun": psutil.Process().create_time() - 100, "log": "", "url": ""}
    deploy.write_state(course, course.projects["p1/letters"], state)
    assert deploy.stop(json.loads(json.dumps(state))) == 1 and psutil.pid_exists(os.getpid())


def test_the_dashboard_that_grafana_gets_is_the_learners(tmp_path):
    for name in ("exercises/common", "exercises/p3_systems/monitoring"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "figures"))
    assert not deploy.write_dashboard(tmp_path)  # the stub gives none, and what the engine mounts is there
    assert (tmp_path / deploy.DASHBOARD).parent.is_dir() and not (tmp_path / deploy.DASHBOARD).exists()

    shutil.copy(ROOT / "solutions/p3_systems/monitoring/dashboard.py", tmp_path / "exercises/p3_systems/monitoring")
    assert deploy.write_dashboard(tmp_path)
    assert json.loads((tmp_path / deploy.DASHBOARD).read_text())["uid"] == "monitoring"
    mounted = (ROOT / deploy.COMPOSE).read_text()
    assert f"../{os.path.dirname(deploy.DASHBOARD)}:/var/lib/grafana/dashboards:ro" in mounted
