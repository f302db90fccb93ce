"""What a compose file means: every way of writing a thing brought to one. For the suite of `compose`.

The oracle is the Compose Specification. What it refuses raises AssertionError, with a sentence that a learner reads.
"""
import ast
import posixpath
import re
import shlex
from dataclasses import dataclass

NAMES = ("service", "prometheus", "grafana")
FOLDER = "exercises/p3_systems/serving"  # where the file lies; what is relative in it, is relative to this
TOP = {"name", "version", "services", "networks", "volumes", "secrets", "configs", "include", "models"}
KEYS = set("""annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name cpu_count
    cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec depends_on deploy develop
    device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file environment expose extends external_links
    extra_hosts gpus group_add healthcheck hostname image init ipc isolation label_file labels links logging mac_address mem_limit
    mem_reservation mem_swappiness memswap_limit models network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform
    ports post_start pre_stop privileged profiles provider pull_policy read_only restart runtime scale secrets security_opt shm_size
    stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volumes
    volumes_from working_dir""".split())
VARIABLE = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)(?:(:?[-?+])([^}]*))?\}|)")
SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
BYTES = {"": 1, "b": 1, "k": 2 ** 10, "m": 2 ** 20, "g": 2 ** 30}
WGET = {"-q": 0, "--quiet": 0, "-nv": 0, "--no-verbose": 0, "-S": 0, "--spider": 0, "--no-check-certificate": 0,  # and their values
        "-O": 1, "--output-document": 1, "-T": 1, "--timeout": 1, "-t": 1, "--tries": 1}


def interpolated(value, environment: dict[str, str]):
    """`value` with its variables replaced, as Compose does before it reads on."""
    if isinstance(value, dict):
        return {key: interpolated(each, environment) for key, each in value.items()}
    if isinstance(value, list):
        return [interpolated(each, environment) for each in value]
    if not isinstance(value, str):
        return value

    def put(found: re.Match) -> str:
        escaped, plain, name, how, other = found.groups()
        assert found[0] != "$", f"{value!r} is no way to write a variable"
        if escaped:
            return "$"
        name = name or plain
        there = name in environment and (environment[name] != "" or not (how or "").startswith(":"))
        if how and how[-1] == "+":
            return other if there else ""
        assert there or not how or how[-1] != "?", f"{value!r} stops where {name} is not set"
        return environment[name] if there else (other or "" if how else "")

    return VARIABLE.sub(put, value)


def service_of(data, name: str, environment: dict[str, str] | None = None) -> dict:
    """One of the three services, variables replaced."""
    services = data.get("services") if isinstance(data, dict) else None
    assert isinstance(services, dict), "services is a mapping"
    assert isinstance(services.get(name), dict), f"services has no {name}, or one that says nothing"
    return interpolated(services[name], environment or {})


def declared(data, kind: str) -> dict[str, dict]:
    """What stands under `networks`, `volumes` or `secrets` at the end of the file."""
    found = (data.get(kind) if isinstance(data, dict) else None) or {}
    assert isinstance(found, dict), f"the {kind} of the file are a mapping"
    for name, each in found.items():
        assert each is None or isinstance(each, dict), f"what is said of {name} under {kind} is a mapping, and here it is {each!r}"
    return interpolated({str(name): each or {} for name, each in found.items()}, {})


def listed(service: dict, key: str) -> list:
    found = service.get(key)
    assert found is None or isinstance(found, list), f"{key} is a list, and here it is {found!r}"
    return found or []


def duration(value, of: str) -> float:
    """Seconds."""
    assert isinstance(value, str) and re.fullmatch(r"(\d+(\.\d+)?(us|ms|s|m|h))+", value), \
        f"{of}: {value!r} is no duration; Compose writes 20s or 1m30s, with units"
    return sum(float(number) * SECONDS[unit] for number, _, unit in re.findall(r"(\d+(\.\d+)?)(us|ms|s|m|h)", value))


def size(value, of: str) -> int:
    """Bytes."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([bkmg]?)(?:i?b)?", str(value).lower())
    assert found and not isinstance(value, bool), f"{of}: {value!r} is no number of bytes; Compose writes 512m or 1g"
    return int(float(found[1]) * BYTES[found[2]])


def number(value, of: str) -> float:
    assert not isinstance(value, bool) and re.fullmatch(r"\d+(\.\d+)?", str(value)), f"{of}: {value!r} is no number"
    return float(value)


def limits(service: dict, name: str) -> tuple[int | None, float | None]:
    """(bytes of memory, cores) that it may take; None where there is no limit."""
    deploy = service.get("deploy") or {}
    new = ((deploy.get("resources") or {}).get("limits") or {}) if isinstance(deploy, dict) else {}
    memory, cores = new.get("memory", service.get("mem_limit")), new.get("cpus", service.get("cpus"))
    return (None if memory is None else size(memory, f"{name}: memory")), (None if cores is None else number(cores, f"{name}: cpus"))


def user(service: dict) -> str:
    return str(service.get("user", "")).partition(":")[0]


def image(service: dict) -> tuple[str, str, str]:
    """(repository without Docker's own registry, tag, digest)."""
    whole, _, digest = str(service.get("image") or "").partition("@")
    head, slash, last = whole.rpartition("/")
    last, _, tag = last.partition(":")
    return (head + slash + last).removeprefix("docker.io/"), tag, digest


def build(service: dict) -> tuple[str, str]:
    """(folder, Dockerfile in it), from the course's folder."""
    said = service.get("build")
    assert isinstance(said, str | dict), "service has no build"
    said = {"context": said} if isinstance(said, str) else said
    context, dockerfile = here(str(said.get("context", ""))), str(said.get("dockerfile", "Dockerfile"))
    return context, posixpath.normpath(posixpath.join(context, dockerfile))


def here(path: str) -> str:
    """A path that is relative to the file, from the course's folder: `../monitoring` -> `exercises/p3_systems/monitoring`."""
    return posixpath.normpath(posixpath.join(FOLDER, path))


def ports(service: dict, name: str) -> list[tuple[str, str, str]]:
    """(address, published port, port in the container) of each port; all addresses are 0.0.0.0, and any free port is empty."""
    found = []
    for each in listed(service, "ports"):
        if isinstance(each, dict):
            assert "target" in each, f"{name}: a port in the long form has a target"
            found.append((str(each.get("host_ip") or "0.0.0.0"), str(each.get("published", "")), str(each["target"])))
        else:
            text = str(each).partition("/")[0]
            address, published, target = ("", *text.rpartition(":")[::2]) if text.count(":") < 2 else \
                (text.rsplit(":", 2)[0].strip("[]"), *text.rsplit(":", 2)[1:])
            found.append((address or "0.0.0.0", published, target))
    return sorted(found)


@dataclass(frozen=True)
class Mount:
    kind: str        # bind, volume or tmpfs
    source: str      # from the course's folder, or the volume's name; empty for one without a name
    target: str
    read_only: bool


def mounts(service: dict, name: str) -> list[Mount]:
    found = []
    for each in listed(service, "volumes"):
        if isinstance(each, dict):
            kind, source, target = (str(each.get(key) or "") for key in ("type", "source", "target"))
            assert kind and target, f"{name}: a volume in the long form has a type and a target"
            read_only = each.get("read_only") is True
        else:
            source, target, *options = ("", str(each)) if ":" not in str(each) else str(each).split(":")
            kind = "bind" if source.startswith((".", "/", "~")) else "volume"
            read_only = "ro" in ",".join(options).split(",")
        found.append(Mount(kind, here(source) if kind == "bind" else source, posixpath.normpath(target), read_only))
    return found


def lies_at(found: list[Mount], path: str) -> tuple[str, bool] | None:
    """(path on this machine, whether it is read-only) of a file or folder in the container; None if no mount brings it."""
    fitting = [each for each in found if path == each.target or path.startswith(each.target + "/")]
    if not fitting:
        return None
    mount = max(fitting, key=lambda each: len(each.target))
    return (posixpath.normpath(mount.source + path[len(mount.target):]), mount.read_only) if mount.kind == "bind" else None


def environment(service: dict) -> dict[str, str]:
    said = service.get("environment") or {}
    if isinstance(said, list):
        said = dict(str(each).partition("=")[::2] for each in said)
    assert isinstance(said, dict), "environment is a mapping or a list"
    return {str(key): str(value).lower() if isinstance(value, bool) else str(value) for key, value in said.items()}


def waits_for(service: dict) -> dict[str, str]:
    """{service: condition} of what it waits for; a list waits for no more than a start."""
    said = service.get("depends_on") or {}
    if isinstance(said, list):
        return {str(name): "service_started" for name in said}
    assert isinstance(said, dict), "depends_on is a mapping or a list"
    return {name: str(each["condition"]) if isinstance(each, dict) and "condition" in each else "service_started" for name, each in said.items()}


def networks(service: dict) -> set[str]:
    said = service.get("networks")
    assert said is None or isinstance(said, list | dict), "networks is a list or a mapping"
    return {str(name) for name in said} if said else {"default"}


def secrets(service: dict) -> dict[str, str]:
    """{path in the container: name of the secret}."""
    found = {}
    for each in listed(service, "secrets"):
        each = each if isinstance(each, dict) else {"source": each}
        target = str(each.get("target") or each.get("source"))
        found[posixpath.join("/run/secrets", target)] = str(each.get("source"))
    return found


def health_command(service: dict, name: str) -> list[str]:
    """The program that its health check runs, and its arguments: one command, without a shell around it."""
    check = service.get("healthcheck")
    assert isinstance(check, dict) and check.get("test") and check.get("disable") is not True, f"{name} has no health check"
    test = check["test"]
    if isinstance(test, str):
        return from_shell(test, name)
    assert isinstance(test, list) and test[0] in ("CMD", "CMD-SHELL") and len(test) > 1 and all(isinstance(part, str) for part in test), \
        f"{name}: a test that is a list has texts, CMD with a program and its arguments, or CMD-SHELL with one line"
    if test[0] == "CMD-SHELL":
        assert len(test) == 2, f"{name}: CMD-SHELL has one line, and here it has {len(test) - 1} texts"
        return from_shell(test[1], name)
    return from_shell(test[3], name) if posixpath.basename(test[1]) in ("sh", "bash") and test[2:3] == ["-c"] and len(test) == 4 else test[1:]


def from_shell(line: str, name: str) -> list[str]:
    """The one command of a line of shell, after which only `|| exit 1` may stand."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=";&|<>()")
    reader.whitespace_split = True
    try:
        words = list(reader)
    except ValueError as error:
        raise AssertionError(f"{name}: the health check's line cannot be read by a shell: {error}") from None
    if words[-3:-1] == ["||", "exit"] and words[-1].isdigit() and words[-1] != "0":
        words = words[:-3]
    for ending in (["2", ">&", "1"], [">", "/dev/null"]):  # what is printed may go nowhere
        if words[-len(ending):] == ending:
            words = words[:-len(ending)]
    assert words and not any(set(word) <= set(";&|<>()") for word in words), \
        f"{name}: the health check's line is one command, after which || exit 1 may stand; then a failure stays one: {line!r}"
    return words


def asked(words: list[str], name: str) -> tuple[str, str]:
    """(program, address that is asked) of a health check that fails where the answer is not 200."""
    program = posixpath.basename(words[0])
    if program == "wget":
        addresses, at, options = [], 1, set()
        while at < len(words):
            word, _, value = words[at].partition("=") if words[at].startswith("--") else (words[at], "", "")
            if word in WGET:
                at += 1 if value else 1 + WGET[word]
                options.add(word)
            elif word.startswith("-") and all("-" + letter in WGET for letter in word[1:]) and word != "-":
                at += 1 + max(WGET["-" + letter] for letter in word[1:])  # several in one: -qO /dev/null
                options |= {"-" + letter for letter in word[1:]}
            elif word.startswith("-O") or word.startswith("-qO"):
                at, options = at + 1, options | {"-O"}
            else:
                assert not word.startswith("-"), f"{name}: {word!r} is no option of BusyBox' wget that these checks know"
                addresses.append(words[at])
                at += 1
        assert options & {"--spider", "-O", "--output-document"}, \
            f"{name}: without --spider or -O wget writes a file, and fails at its second run because the file is there"
        assert len(addresses) == 1, f"{name}: wget asks one address, and here it asks {addresses}"
        return program, addresses[0]
    if program in ("python", "python3"):
        assert words[1:2] == ["-c"] and len(words) == 3, f"{name}: python gets -c and its program as one text, and here it gets {words[1:]}"
        return "python", opened(words[2], name)
    return program, ""


def opened(code: str, name: str) -> str:
    """The address that a short Python program opens by urllib.request.urlopen, so that an error stays one."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError) as error:
        raise AssertionError(f"{name}: the health check is no Python: {error}") from None
    nodes = list(ast.walk(tree))
    names = set()  # by which urlopen is called here
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {f"{each.asname or each.name}.urlopen" for each in node.names if each.name == "urllib.request"}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{each.asname or each.name}.urlopen" for each in node.names if (node.module, each.name) == ("urllib", "request")}
            names |= {each.asname or each.name for each in node.names if (node.module, each.name) == ("urllib.request", "urlopen")}
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) in names]
    assert len(calls) == 1, f"{name}: the health check imports urlopen from urllib.request and calls it once: {code!r}"
    assert not any(isinstance(node, ast.Try) for node in nodes) and "suppress" not in code, f"{name}: the health check swallows its error: {code!r}"
    call = calls[0]
    assert {word.arg for word in call.keywords} <= {"timeout"}, f"{name}: urlopen gets an address, and a timeout at most: {code!r}"
    assert call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str), f"{name}: the address stands in the call: {code!r}"
    return call.args[0].value
