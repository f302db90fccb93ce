"""Each way in which Compose lets one write a right thing passes the suite of serving/compose; what Compose refuses does not."""
import inspect
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.course.languages import YAML
from grader.course.yaml_text import read_yaml
from grader.judge.document import Document
from tests.p3_systems.serving import compose_meaning as meaning
from tests.p3_systems.serving import test_compose as suite

TEXT = (Path(__file__).parents[3] / "solutions/p3_systems/serving/compose.yml").read_text().partition("### BEGIN AFTERWORD")[0]
ASK = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/ready')"
TEST = f'["CMD", "python", "-c", "{ASK}"]'
WGET = '["CMD", "wget", "-q", "--spider", "http://127.0.0.1:9090/-/ready"]'
PORT, MOUNT = '"127.0.0.1:${SERVICE_PORT:-8000}:8000"', "      - ../monitoring:/etc/prometheus/rules:ro"
LIMITS = "    mem_limit: 1g  # a leak ends this container, not its neighbours\n    cpus: 2\n"
SECRET = "secrets: [grafana_password]"
ENVIRONMENT = """      GF_AUTH_ANONYMOUS_ENABLED: "true"
      GF_SECURITY_ADMIN_PASSWORD__FILE: /run/secrets/grafana_password"""
RIGHT = {
    "a long port": (PORT, "{target: 8000, published: '${SERVICE_PORT:-8000}', host_ip: 127.0.0.1, protocol: tcp, mode: host}"),
    "a port with its protocol": (PORT, '"127.0.0.1:${SERVICE_PORT-8000}:8000/tcp"'),
    "a long port with numbers": ('"127.0.0.1:9090:9090"', "{target: 9090, published: 9090, host_ip: 127.0.0.1}"),
    "a long mount of one file": (MOUNT, "      - {type: bind, source: ../monitoring/rules.yml, target: /etc/prometheus/rules/rules.yml, read_only: true}"),
    "a mount with more options": (MOUNT, MOUNT.split("  #")[0] + ",z"),
    "another way to the folder": (MOUNT, "      - ../../p3_systems/monitoring/:/etc/prometheus/rules/:ro"),
    "a long volume": ("      - prometheus:/prometheus\n", "      - {type: volume, source: prometheus, target: /prometheus}\n"),
    "health as a text": (TEST, f'python -c "{ASK}"'),
    "health by a shell": (TEST, f'["CMD-SHELL", "python3 -c \\"{ASK}\\" > /dev/null 2>&1 || exit 1"]'),
    "health by sh -c": (TEST, f'["CMD", "sh", "-c", "python -c \\"{ASK}\\""]'),
    "health by another import": (TEST, """["CMD", "python", "-c", "from urllib.request import urlopen as ask; ask('http://localhost:8000/ready', timeout=2)"]"""),
    "health with its status": (TEST, """["CMD", "python", "-c", "import sys; from urllib import request; sys.exit(request.urlopen('http://127.0.0.1:8000/ready').status != 200)"]"""),
    "wget in a shell": (WGET, '["CMD-SHELL", "wget -qO- http://localhost:9090/-/ready > /dev/null || exit 1"]'),
    "wget with more options": (WGET, '["CMD", "/bin/wget", "--no-verbose", "--tries=1", "-T", "2", "-O", "/dev/null", "http://127.0.0.1:9090/-/ready"]'),
    "limits of deploy": (LIMITS, "    deploy: {resources: {limits: {memory: 1024M, cpus: '2.0'}}}\n"),
    "limits in bytes": (LIMITS, "    mem_limit: 1073741824\n    cpus: '2'\n"),
    "other units": ("mem_limit: 512m", "mem_limit: 0.5GB"),
    "a user with its group": ('user: "10001"', 'user: "10001:10001"'),
    "a user as a number": ('user: "10001"', "user: 10001"),
    "no-new-privileges alone": ('user: "10001"\n    read_only: true\n    cap_drop: [ALL]\n    security_opt: ["no-new-privileges:true"]',
                                'user: "10001"\n    read_only: true\n    cap_drop: [all]\n    security_opt: [no-new-privileges]'),
    "a grace in minutes": ("stop_grace_period: 20s", "stop_grace_period: 0m20s"),
    "milliseconds": ("start_period: 20s", "start_period: 20000ms"),
    "always": ("    restart: unless-stopped\n    environment", "    restart: always\n    environment"),
    "a digest": ("prom/prometheus:v2.55.1", "docker.io/prom/prometheus@sha256:" + "0123456789abcdef" * 4),
    "a tag and a digest": ("grafana/grafana:11.4.0", "grafana/grafana:11.4.0@sha256:" + "0123456789abcdef" * 4),
    "an environment as a list": (ENVIRONMENT, "      - GF_AUTH_ANONYMOUS_ENABLED=true\n      - GF_SECURITY_ADMIN_PASSWORD__FILE=/run/secrets/grafana_password"),
    "a boolean": ('ENABLED: "true"', "ENABLED: true"),
    "a long secret": (SECRET, "secrets: [{source: grafana_password, target: /run/secrets/grafana_password}]"),
    "networks as a mapping": ("networks: [scraping, drawing]", "networks: {scraping: {}, drawing: {aliases: [metrics]}}"),
    "networks that say nothing": ("networks: {scraping: {}, drawing: {}}", "networks:\n  scraping:\n  drawing:"),
    "a context at the end of ..": ("context: ../../..,", "context: ../../../,"),
    "a dependency that may restart": ("{condition: service_healthy}}\n    restart: unless-stopped\n    environment",
                                      "{condition: service_healthy, restart: true}}\n    restart: unless-stopped\n    environment"),
    "parts that are shared": ('    cap_drop: [ALL]\n    security_opt: ["no-new-privileges:true"]\n    mem_limit: 512m', "    <<: *hard\n    mem_limit: 512m"),
}


def failures(work) -> list[str]:
    """Which cases of the suite's checks fail for it; another error than a failed expectation is raised."""
    found = []
    for name, check in inspect.getmembers(suite, inspect.isfunction):
        if name.startswith("test_"):
            marks = [mark for mark in getattr(check, "pytestmark", ()) if mark.name == "parametrize"]
            for case in [{marks[0].args[0]: value} for value in marks[0].args[1]] if marks else [{}]:
                try:
                    check(work, **case)
                except AssertionError as error:
                    found.append(f"{name}{case}: {error}")
    return found


@pytest.mark.parametrize("name", RIGHT)
def test_both_ways_of_writing_pass(name):
    old, new = RIGHT[name]
    text = TEXT if name != "parts that are shared" else TEXT.replace(
        "services:\n", 'x-hard: &hard {cap_drop: [ALL], security_opt: ["no-new-privileges:true"]}\nservices:\n', 1)
    assert text.count(old) == 1, "the reference has changed"
    assert failures(Document(text.replace(old, new), YAML, lambda *_: None)) == []


def places(data, steps=()):
    """The way to each value, the root's last."""
    for key, each in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from places(each, (*steps, key))
    yield steps


@pytest.mark.parametrize("odd", [3, [[1]], {"x": None}])
def test_what_is_odd_fails_and_raises_nothing_else(odd):
    for steps in places(read_yaml(TEXT)):
        data = odd
        if steps:
            data = inner = read_yaml(TEXT)
            for step in steps[:-1]:
                inner = inner[step]
            inner[steps[-1]] = odd
        assert failures(SimpleNamespace(data=data, text="")) or steps[0] in ("networks", "volumes"), steps


@pytest.mark.parametrize("value, environment, want", [
    ("${A:-b}", {}, "b"), ("${A:-b}", {"A": ""}, "b"), ("${A-b}", {"A": ""}, ""), ("${A-b}", {}, "b"), ("$A.c", {"A": "x"}, "x.c"), ("$$A", {}, "$A"),
    ("${A:+b}", {"A": "x"}, "b"), ("${A:+b}", {}, ""), ("${A}", {}, ""), ("${A:?say}", {"A": "x"}, "x"), (["${A:-1}"], {}, ["1"]), (3, {}, 3)])
def test_variables(value, environment, want):
    assert meaning.interpolated(value, environment) == want


@pytest.mark.parametrize("refused", ["${A:?say}", "${A", "$ {A}", "${A:b}"])
def test_variables_that_compose_refuses(refused):
    with pytest.raises(AssertionError):
        meaning.interpolated(refused, {})


@pytest.mark.parametrize("text, want", [("1m30s", 90.0), ("1.5s", 1.5), ("250ms", 0.25), ("2h", 7200.0)])
def test_durations(text, want):
    assert meaning.duration(text, "x") == want


@pytest.mark.parametrize("line", ["a && true", "a || true", "a; exit 0", "a | cat", "a || exit 0", "", "'a"])
def test_a_line_of_shell_that_may_hide_a_failure(line):
    with pytest.raises(AssertionError):
        meaning.from_shell(line, "x")


@pytest.mark.parametrize("port, want", [
    ("8000", ("0.0.0.0", "", "8000")), (8000, ("0.0.0.0", "", "8000")), ("80:8000", ("0.0.0.0", "80", "8000")), ("127.0.0.1::8000", ("127.0.0.1", "", "8000")),
    ("[::1]:80:8000/tcp", ("::1", "80", "8000")), ({"target": 80}, ("0.0.0.0", "", "80"))])
def test_ports(port, want):
    assert meaning.ports({"ports": [port]}, "x") == [want]
