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
import yaml

from grader.authoring.release import bundle_files
from grader.course.manifest import load_course
from grader.errors import FAILED, PASSED, UsageError
from grader.smoke import deploy, image
from tests.grader.helpers.small_course import small_course, write
from tests.grader.smoke.test_smoke import SMOKE
from tests.p3_systems.serving import compose_meaning

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


ENGINE = """#!/bin/sh
echo "$@ SERVICE_PORT=$SERVICE_PORT" >> {log}
"""


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """A docker that writes down what it is told, and does nothing; the file with its lines."""
    log = tmp_path / "told"
    write(tmp_path, {"programs/docker": ENGINE.replace("{log}", str(log)),
                     deploy.COMPOSE: (ROOT / "solutions/p3_systems/serving/compose.yml").read_text()})
    (tmp_path / "programs/docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'programs'}:/usr/bin:/bin")
    return log


def test_containers_are_those_of_the_learners_compose_file(deployed, engine, tmp_path, monkeypatch, capsys):
    course, _ = deployed
    monkeypatch.setattr(deploy, "trouble", lambda *_: "")
    assert deploy.deploy_project(course, "letters", None, 8123, "container") == PASSED
    said, state = capsys.readouterr().out, deploy.read_state(course, course.projects["p1/letters"])
    compose = f"compose -f {tmp_path / deploy.COMPOSE} -p ml-deepdive"
    assert f"{compose} up --build --detach SERVICE_PORT=8123" in engine.read_text() and "Grafana" in said and deploy.PASSWORD in said
    password = (tmp_path / deploy.PASSWORD).read_text()
    assert len(password) > 16 and deploy.is_running(state)
    assert deploy.stop_project(course, "letters") == PASSED
    assert f"{compose} down --timeout {deploy.LEAVING_SECONDS} SERVICE_PORT=8123" in engine.read_text()
    deploy.write_password(tmp_path)
    assert (tmp_path / deploy.PASSWORD).read_text() == password  # the one that Grafana has taken


BUILDAH = """#!/bin/sh
echo "$@" >> {log}
case "$*" in
  *inspect*) echo '{config}';;
  *" from "*) echo box;;
  *" run "*) while [ "$1" != -- ]; do shift; done; shift; "$@" & wait;;
esac
"""
WAITS = [sys.executable, "-c", "import time; time.sleep(600)", "--host", "0.0.0.0", "--port", "8000"]


@pytest.fixture
def buildah(tmp_path, monkeypatch):
    """A buildah that runs commands without a container, and a build that does nothing; the file with what it was told."""
    log = tmp_path / "told"
    config = {"Docker": {"config": {"Cmd": WAITS, "User": str(os.getuid()), "Healthcheck": {"Test": ["CMD", "true"]}}}}
    write(tmp_path, {"programs/buildah": BUILDAH.replace("{log}", str(log)).replace("{config}", json.dumps(config)),
                     "programs/debootstrap": "", image.BUILD: f'#!/bin/sh\necho "build $2" >> {log}\n'})
    for name in ("programs/buildah", "programs/debootstrap", image.BUILD):
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'programs'}:/usr/bin:/bin")
    return log


def test_buildah_runs_the_image_on_loopback_alone(deployed, buildah, tmp_path, monkeypatch):
    course, _ = deployed
    monkeypatch.setattr(deploy, "trouble", lambda *_: "")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert deploy.deploy_project(course, "letters", str(tmp_path / "solutions"), port, "buildah") == PASSED
    state = deploy.read_state(course, course.projects["p1/letters"])
    assert deploy.is_running(state) and "build " + str(tmp_path / "solutions") in buildah.read_text()
    assert image.service_of(state).cmdline()[-4:] == ["--host", "127.0.0.1", "--port", str(port)]
    assert deploy.stop_project(course, "letters") == PASSED
    assert not deploy.is_running(state) and image.service_of(state) is None and buildah.read_text().endswith(" rm box\n")


def test_without_buildah_or_rights_it_says_what_to_do(deployed, tmp_path, monkeypatch):
    course, _ = deployed
    monkeypatch.setenv("PATH", str(tmp_path / "programs"))
    for user, words in ((1000, "take root on Linux"), (0, "Buildah and debootstrap are not installed: make system-deps")):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        with pytest.raises(UsageError, match=words):
            deploy.deploy_project(course, "letters", None, 8123, "buildah")


def test_what_compose_mounts_is_what_deploy_writes_and_infra_has():
    services = compose_meaning.interpolated(yaml.safe_load((ROOT / "solutions/p3_systems/serving/compose.yml").read_text()), {})
    found = [mount for name in services["services"] for mount in compose_meaning.mounts(services["services"][name], name) if mount.kind == "bind"]
    sources = {mount.source for mount in found} | {compose_meaning.here(services["secrets"]["grafana_password"]["file"])}
    assert {os.path.dirname(deploy.DASHBOARD), deploy.PASSWORD} <= sources
    assert [source for source in sources if not (ROOT / source).exists() and not source.startswith("build/")] == []
    assert (ROOT / compose_meaning.build(services["services"]["service"])[1]).is_file()


@pytest.mark.parametrize("text, words", [("services: {service: }", "has no service yet"), ("a: [1", "cannot be read"), (None, "cannot be read")])
def test_without_a_compose_file_it_is_a_process(deployed, engine, tmp_path, text, words):
    course, _ = deployed
    write(tmp_path, {deploy.COMPOSE: text or ""})
    if text is None:
        (tmp_path / deploy.COMPOSE).unlink()
    assert words in deploy.unwritten(tmp_path)
    with pytest.raises(UsageError, match="--engine process"):
        deploy.deploy_project(course, "letters", None, 8123, "container")
    assert "up" not in engine.read_text()


def test_a_bundle_has_what_compose_mounts():
    files = bundle_files(load_course(ROOT))
    assert {"infra/Dockerfile", "infra/prometheus/prometheus.yml", "infra/grafana/provisioning/datasources/prometheus.yml"} <= files.keys()


@pytest.mark.parametrize("who, words", [("0", "buildah could not be installed"), ("1000", "it takes root")])
def test_an_image_that_cannot_be_built_is_said_to_be_not_run(tmp_path, who, words):
    for name in ("bash", "env", "dirname", "uname"):
        (tmp_path / name).symlink_to(shutil.which(name))
    write(tmp_path, {"id": f"#!/bin/sh\necho {who}\n"})
    (tmp_path / "id").chmod(0o755)
    (tmp_path / "sh").symlink_to(shutil.which("sh"))
    done = subprocess.run([ROOT / ".ci/image"], env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("The image was not built and not run: ") and words in done.stdout
