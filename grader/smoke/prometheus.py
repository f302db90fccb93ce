"""A real Prometheus for a smoke check, in a process of its own: it scrapes a service and evaluates a learner's rules."""
import asyncio
import contextlib
import json
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import yaml

from grader.judge.http import HERE, NoAnswerError, ask
from grader.judge.service import Service
from grader.smoke.measures import MachineryError, NotHereError

PROGRAM = "prometheus"
START_SECONDS = 60


class Prometheus:
    """A running Prometheus, asked by its HTTP interface."""

    def __init__(self, port: int, process: subprocess.Popen):
        self.port, self.process = port, process

    def get(self, path: str):
        """The `data` of an answer of its interface; None if there is none yet."""
        with contextlib.suppress(NoAnswerError):
            told = asyncio.run(ask(self.port, "GET", path, seconds=5)).json()
            if isinstance(told, dict) and told.get("status") == "success":
                return told.get("data")
        return None

    def state_of(self, alert: str) -> str:
        """"pending" or "firing", as it is now; "" where the alert is not active."""
        active = (self.get("/api/v1/alerts") or {}).get("alerts", [])
        states = {each["state"] for each in active if each["labels"].get("alertname") == alert}
        return "firing" if "firing" in states else "pending" if states else ""

    def value(self, query: str) -> float | None:
        """The number that a query gives now; None where it gives no series, or several."""
        series = (self.get(f"/api/v1/query?query={quote(query)}") or {}).get("result", [])
        return float(series[0]["value"][1]) if len(series) == 1 else None

    def type_of(self, metric: str) -> str:
        """The type of a metric as its exposition states it; "" where it states none."""
        told = (self.get(f"/api/v1/metadata?metric={quote(metric)}") or {}).get(metric, [])
        return told[0]["type"] if told else ""

    def is_scraped(self) -> bool:
        targets = (self.get("/api/v1/targets") or {}).get("activeTargets", [])
        return bool(targets) and all(target["health"] == "up" for target in targets)

    def wait_for(self, what, seconds: float) -> bool:
        """Whether `what()` becomes true within `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if what():
                return True
            time.sleep(0.1)
        return False


@contextlib.contextmanager
def prometheus(service: Service, rules: str, job: str = "serving") -> Iterator[Prometheus]:
    """Prometheus with these rules, which scrapes /metrics of the service once a second.

    Raises NotHereError where it is not installed, ValueError if it does not take the rules, and MachineryError.
    """
    if shutil.which(PROGRAM) is None:
        raise NotHereError("prometheus is not here, so this check was not run: make system-deps installs it.", PROGRAM)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "rules.yml").write_text(rules, encoding="utf-8")
        config = {"global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": [str(place / "rules.yml")],
                  "scrape_configs": [{"job_name": job, "static_configs": [{"targets": [f"{HERE}:{service.port}"]}]}]}
        (place / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        with socket.create_server((HERE, 0)) as free:
            port = free.getsockname()[1]
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(
                [PROGRAM, f"--config.file={place / 'prometheus.yml'}", f"--storage.tsdb.path={place / 'data'}",
                 f"--web.listen-address={HERE}:{port}", "--log.level=error"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        asked = Prometheus(port, process)
        try:
            if not asked.wait_for(lambda: process.poll() is not None or asked.get("/api/v1/status/runtimeinfo"), START_SECONDS):
                raise MachineryError(f"prometheus was not ready after {START_SECONDS} seconds.")
            if process.poll() is not None:
                last = (place / "log").read_text(errors="replace").strip().splitlines()[-1:]
                raise ValueError(f"prometheus does not take the rules: {' '.join(last)[-300:]}")
            yield asked
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def hastened(rules: str, seconds: int) -> str:
    """The same rules with every `for:` shortened to `seconds`, so that an alarm fires while somebody watches.

    Raises ValueError if they are no rules.
    """
    try:
        tree = yaml.safe_load(rules)
        for group in tree["groups"]:
            group.pop("interval", None)
            for rule in group["rules"]:
                if "for" in rule:
                    rule["for"] = f"{seconds}s"
    except (yaml.YAMLError, TypeError, KeyError, AttributeError):
        raise ValueError("rules.yml holds no groups of rules") from None
    return json.dumps(tree)  # JSON is YAML
