"""compose.yml, judged by what it means: each way of writing a thing is brought to one, by compose_meaning.py."""
import re

import pytest

from grader.judge import expect, expect_true, supporting
from tests.p3_systems.serving.compose_meaning import (
    KEYS,
    NAMES,
    TOP,
    asked,
    build,
    declared,
    duration,
    environment,
    health_command,
    image,
    lies_at,
    limits,
    listed,
    mounts,
    networks,
    number,
    ports,
    secrets,
    service_of,
    user,
    waits_for,
)

USERS = {"service": "10001", "prometheus": "65534", "grafana": "472"}
LIMITS = {"service": (2 ** 30, 2.0), "prometheus": (2 ** 30, 1.0), "grafana": (2 ** 29, 1.0)}  # bytes, cores
IMAGES = {"prometheus": {"prom/prometheus", "quay.io/prometheus/prometheus"}, "grafana": {"grafana/grafana", "grafana/grafana-oss"}}
READY = {"service": ("python", "8000/ready"), "prometheus": ("wget", "9090/-/ready")}
WAITS = {"service": {}, "prometheus": {"service": "service_healthy"}, "grafana": {"prometheus": "service_healthy"}}
RULES = "exercises/p3_systems/monitoring/rules.yml"
FILES = {  # {service: {path in the container: path from the course's folder}}
    "prometheus": {"/etc/prometheus/prometheus.yml": "infra/prometheus/prometheus.yml", "/etc/prometheus/rules/rules.yml": RULES},
    "grafana": {"/etc/grafana/provisioning/datasources/prometheus.yml": "infra/grafana/provisioning/datasources/prometheus.yml",
                "/etc/grafana/provisioning/dashboards/course.yml": "infra/grafana/provisioning/dashboards/course.yml",
                "/var/lib/grafana/dashboards/monitoring.json": "build/deploy/dashboards/monitoring.json"}}
DATA = {"prometheus": "/prometheus", "grafana": "/var/lib/grafana"}
OPEN = {"service": "8000", "prometheus": "9090", "grafana": "3000"}
PASSWORD = "build/deploy/grafana_password"


@supporting
def test_is_a_compose_file(work):
    """The file has the three services, and no key that Compose does not know."""
    data = work.data
    assert isinstance(data, dict), "the file is one mapping"
    unknown = [str(key) for key in data if key not in TOP and not str(key).startswith("x-")]
    expect(unknown, equals=[], note="keys that a compose file has not")
    services = data.get("services")
    expect(sorted(map(str, services)) if isinstance(services, dict) else services, equals=sorted(NAMES), note="the services")
    for name in NAMES:
        unknown = sorted(str(key) for key in service_of(data, name) if key not in KEYS and not str(key).startswith("x-"))
        expect(unknown, equals=[], given={"service": name}, note="keys that a service has not")


@pytest.mark.parametrize("name", NAMES)
def test_images(work, name):
    """The service is built from the given Dockerfile, and the two other images are pinned; each keeps its own command."""
    service = service_of(work.data, name)
    expect([key for key in ("command", "entrypoint") if key in service], equals=[], given={"service": name}, note="in place of the image's own")
    if name == "service":
        expect(build(service), equals=(".", "infra/Dockerfile"), given={"service": name}, note="the folder and the Dockerfile, from the course's folder")
        return
    repository, tag, digest = image(service)
    expect_true(repository in IMAGES[name], got=repository, want=min(IMAGES[name], key=len), given={"service": name})
    pinned = re.fullmatch(r"sha256:[0-9a-f]{64}", digest) if digest else re.fullmatch(r"v?\d+\.\d+\.\d+(-[\w.-]+)?", tag)
    expect_true(bool(pinned), got=service["image"], want="a tag of three numbers, or a digest", given={"service": name})


@pytest.mark.parametrize("name", NAMES)
def test_rights_and_limits(work, name):
    """Each runs as its user, with no capabilities and no way to gain more, and with a limit of memory and of cores."""
    service, given = service_of(work.data, name), {"service": name}
    expect(user(service), equals=USERS[name], given=given, note="its user")
    expect([str(each).upper() for each in listed(service, "cap_drop")], equals=["ALL"], given=given, note="cap_drop")
    options = [re.sub(r"\s*[:=]\s*", ":", str(each)) for each in listed(service, "security_opt")]
    expect_true(any(each in ("no-new-privileges", "no-new-privileges:true") for each in options), got=options, want="no-new-privileges:true", given=given)
    wider = [key for key in ("privileged", "cap_add", "devices") if service.get(key)]
    wider += [f"{key}: host" for key in ("pid", "ipc", "uts", "userns_mode", "network_mode", "cgroup") if service.get(key) == "host"]
    expect(wider, equals=[], given=given, note="what gives it more than that")
    expect(limits(service, name), equals=LIMITS[name], given=given, note="its limit of memory in bytes, and of cores")
    if name == "service":
        expect(service.get("read_only"), equals=True, given=given, note="read_only")


@pytest.mark.parametrize("name", READY)
def test_health(work, name):
    """The service and Prometheus have health checks that ask whether they are ready, often enough, and fail where they are not."""
    service = service_of(work.data, name)
    program, path = READY[name]
    words = health_command(service, name)
    found, address = asked(words, name)
    expect(found, equals=program, given={"service": name}, note="the program that asks")
    expect_true(address in {f"http://{host}:{path}" for host in ("127.0.0.1", "localhost")}, got=address, want=f"http://127.0.0.1:{path}",
                given={"service": name})
    check = service["healthcheck"]
    for key, unsaid, want in [("interval", "30s", 5.0), ("timeout", "30s", 3.0)] + [("start_period", "0s", 20.0)] * (name == "service"):
        expect(duration(check.get(key, unsaid), f"{name}: {key}"), equals=want, given={"service": name}, note=f"{key}, in seconds")
    expect(number(check.get("retries", 3), f"{name}: retries"), equals=5.0, given={"service": name}, note="retries")


@pytest.mark.parametrize("name", NAMES)
def test_order(work, name):
    """Prometheus starts once the service is healthy, and Grafana once Prometheus is."""
    data = work.data
    assert waits_for(service_of(data, "grafana")), "grafana waits for nothing"
    expect(waits_for(service_of(data, name)), equals=WAITS[name], given={"service": name}, note="what it waits for, and until when")


@pytest.mark.parametrize("name", NAMES)
def test_ends(work, name):
    """What ends is started again, and the service has the time to end that it needs."""
    service = service_of(work.data, name)
    restart = service.get("restart", "no")
    expect_true(restart in ("always", "unless-stopped"), got=restart, want="unless-stopped or always", given={"service": name}, note="restart")
    if name == "service":
        seconds = duration(service.get("stop_grace_period", "10s"), "stop_grace_period")
        expect_true(12 <= seconds <= 60, got=seconds, want="12 to 60 seconds", note="stop_grace_period")
        signal = str(service.get("stop_signal", "SIGTERM"))
        expect_true(signal in ("SIGTERM", "TERM", "15"), got=signal, want="SIGTERM", note="stop_signal")


@pytest.mark.parametrize("name", NAMES)
def test_files(work, name):
    """The given files are mounted where they are read, read-only and alone, and what is kept is in named volumes."""
    data = work.data
    assert mounts(service_of(data, "grafana"), "grafana"), "grafana has no volumes"
    found = mounts(service_of(data, name), name)
    want = FILES.get(name, {})
    expect({path: lies_at(found, path) for path in want}, equals={path: (source, True) for path, source in want.items()}, given={"service": name},
           note="for each path in the container: the file on this machine, and whether it is read-only")
    needed = {source for source in want.values()}
    allowed = {source.rpartition("/")[0] for source in needed} | {"infra/grafana/provisioning"} | needed
    strange = sorted(each.source for each in found if each.kind == "bind" and each.source not in allowed)
    expect(strange, equals=[], given={"service": name}, note="what else of this machine is mounted")
    if name in DATA:
        kept = [each for each in found if each.target == DATA[name]]
        expect([(each.kind, bool(each.source), each.read_only) for each in kept], equals=[("volume", True, False)], given={"service": name},
               note=f"at {DATA[name]}: the kind of mount, whether it has a name, whether it is read-only")
        assert kept[0].source in declared(data, "volumes"), f"the volume {kept[0].source} is not declared under volumes"
    named = [each.source for other in DATA for each in mounts(service_of(data, other), other) if each.kind == "volume" and each.source]
    expect(len(named), equals=len(set(named)), note="named volumes, and different ones")


def test_secret(work):
    """Grafana reads the password from a secret, and no environment variable has it; who has not logged in may look."""
    data = work.data
    grafana, known = service_of(data, "grafana"), declared(data, "secrets")
    said, places = environment(grafana), secrets(grafana)
    path = said.get("GF_SECURITY_ADMIN_PASSWORD__FILE")
    expect_true(path in places, got=path, want=" or ".join(places) or "the path of a secret", note="GF_SECURITY_ADMIN_PASSWORD__FILE")
    assert places[path] in known, f"the secret {places[path]} is not declared under secrets"
    file = known[places[path]].get("file") if isinstance(known[places[path]], dict) else None
    from_file = lies_at(mounts({"volumes": [f"{file}:/s"]}, "secret"), "/s") if file else None
    expect(from_file and from_file[0], equals=PASSWORD, note="the secret's file, from the course's folder")
    for name in NAMES:
        spoken = [key for key in environment(service_of(data, name)) if re.search("PASSWORD|SECRET|TOKEN", key) and not key.endswith("__FILE")]
        expect(spoken, equals=[], given={"service": name}, note="environment variables for what is secret")
        expect("env_file" in service_of(data, name), equals=False, given={"service": name}, note="whether it has an env_file")
    expect(said.get("GF_AUTH_ANONYMOUS_ENABLED"), equals="true", note="GF_AUTH_ANONYMOUS_ENABLED")


@pytest.mark.parametrize("variables", [{}, {"SERVICE_PORT": "8123"}])
def test_reach(work, variables):
    """Each publishes its one port on 127.0.0.1, and each reaches those that it needs and no other."""
    data = work.data
    for name in NAMES:
        given = {"service": name, "environment": variables}
        found = ports(service_of(data, name, variables), name)
        expect([target for _, _, target in found], equals=[OPEN[name]], given=given, note=f"ports in the container, of {name}")
        expect([address for address, _, _ in found], equals=["127.0.0.1"], given=given, note=f"addresses of this machine, of {name}")
        at = variables.get("SERVICE_PORT", "8000") if name == "service" else OPEN[name]
        expect([published for _, published, _ in found], equals=[at], given=given, note=f"ports of this machine, of {name}")
    joined = {name: networks(service_of(data, name)) for name in NAMES}
    undeclared = sorted(set().union(*joined.values()) - set(declared(data, "networks")) - {"default"})
    expect(undeclared, equals=[], note="networks that the file uses and does not declare")
    meeting = [f"{one} and {other}" for one, other in (("service", "prometheus"), ("prometheus", "grafana"), ("service", "grafana"))
               if joined[one] & joined[other]]
    expect(meeting, equals=["service and prometheus", "prometheus and grafana"], note="those that share a network")
    inner = {name for name, each in declared(data, "networks").items() if each.get("internal") is True}
    expect([name for name in NAMES if joined[name] <= inner], equals=[], note="services in internal networks alone, from which no port is published")
    switched = [name for name in NAMES if service_of(data, name).get("network_mode")]
    expect(switched, equals=[], note="services with a network_mode, which takes the networks' place")
