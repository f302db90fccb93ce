"""Load on a service, by locust in a process of its own; it takes its share of the cores, as clients do."""
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from grader.smoke.measures import MachineryError

PROFILE = "infra/locust/predict.py"
STARTING_SECONDS = 60  # what locust may take beyond the time of the load itself


@dataclass(frozen=True)
class Load:
    """What locust saw: `per_second` requests, of which `failures` in all failed, and quantiles of the seconds they took."""

    requests: int
    failures: int
    per_second: float
    p50: float
    p99: float


def locust(root: Path, port: int, route: str, body: bytes = b"", *, users: int = 32, seconds: float = 3, rate: float = 0) -> Load:
    """Drive `route` for `seconds`: as fast as it answers, or at `rate` requests a second. Raises MachineryError."""
    command = [sys.executable, "-m", "locust", "-f", str(root / PROFILE), "--headless", "-u", str(users), "-r", str(users),
               "-t", f"{seconds:g}s", "-H", f"http://127.0.0.1:{port}", "--json", "--loglevel", "ERROR", "--stop-timeout", "5"]
    asked = {"ROUTE": route, "BODY": body.decode(), "RATE": f"{rate:g}", "USERS": f"{users}"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + STARTING_SECONDS, cwd=root,
                              env={**os.environ, **asked, "LOCUST_SKIP_MONKEY_PATCH": ""}, stdin=subprocess.DEVNULL)
        (told,) = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise MachineryError(f"locust did not end in {STARTING_SECONDS} seconds; is the machine very busy?") from None
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise MachineryError(f"locust could not drive the service: {last}") from None
    times = sorted((float(ms) / 1000, number) for ms, number in told["response_times"].items())
    spent = told["last_request_timestamp"] - told["start_time"]
    return Load(told["num_requests"], told["num_failures"], told["num_requests"] / max(spent, 1e-3),
                quantile(times, 0.50), quantile(times, 0.99))


def quantile(times: list[tuple[float, int]], share: float) -> float:
    """The smallest time within which at least this share of the requests was answered; `times` are (seconds, how many)."""
    left = share * sum(number for _, number in times)
    for seconds, number in times:
        left -= number
        if left <= 1e-9:
            return seconds
    return 0.0
