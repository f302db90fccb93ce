"""What the rules of the course read and write, and a service that Prometheus has scraped: for the suites of rules and dashboard."""
from collections.abc import Callable, Iterable

from tests.promql import NAME, Database, PromqlError, UnknownError, Vector, evaluate, labels

COUNTERS = {"serving_requests_total", "serving_request_seconds_bucket", "serving_request_seconds_count",
            "serving_request_seconds_sum", "model_predictions_total"}
GAUGES = {"serving_queue_depth", "model_drift_distance", "model_drift_last_update_timestamp_seconds", "model_accuracy_estimate"}
RECORDED = ("job_route:serving_requests:rate5m", "job:serving_errors_per_requests:ratio_rate5m",
            "job:serving_request_seconds:p99_rate5m", "job:model_drift_distance:max")
ALERTS = {  # {alert: (seconds in `for:`, severity)}
    "ServingErrors": (120, "page"), "ServingSlow": (300, "ticket"), "ModelDrift": (300, "ticket"),
    "DriftMonitorStale": (300, "page")}
SCRAPE = 30  # seconds between two scrapes
Signal = Callable[[float], float]  # of the seconds since the beginning


def value_of(name: str, expression: str, database: Database, at: float) -> Vector | float:
    """What an expression gives. Raises AssertionError, with a sentence, for one that Prometheus refuses."""
    try:
        return evaluate(expression, database, at)
    except PromqlError as error:
        raise AssertionError(f"{name}: Prometheus refuses its expression: {error}") from None
    except UnknownError as error:
        raise AssertionError(f"{name}: these checks know no {error}; the rule can be written without it") from None


def shown(vector: Vector | float) -> dict[str, float]:
    """A vector as a learner reads it: {"job=search, route=/predict": 2.0}, to six digits behind the point."""
    if isinstance(vector, float):
        return {"a number": round(vector, 6)}
    return {", ".join(f"{name}={text}" for name, text in sorted(key) if name != NAME) or "no labels": round(value, 6)
            for key, value in sorted(vector.items(), key=lambda item: sorted(item[0]))}


class Scraped:
    """A service whose series grow and change as signals say, scraped every SCRAPE seconds."""

    def __init__(self):
        self.database = Database()
        self.counters: list[tuple[dict, Signal, float | None]] = []
        self.gauges: list[tuple[dict, Signal]] = []
        self.grown: dict[int, float] = {}

    def counter(self, name: str, per_second: Signal | float, restarted: float | None = None, **others: str) -> "Scraped":
        """A counter that grows by `per_second`; its process was started anew just after the scrape at `restarted`."""
        signal = per_second if callable(per_second) else lambda _: float(per_second)
        self.counters.append(({"name": name, **others}, signal, restarted))
        return self

    def gauge(self, name: str, value: Signal | float, **others: str) -> "Scraped":
        self.gauges.append(({"name": name, **others}, value if callable(value) else lambda _: float(value)))
        return self

    def histogram(self, name: str, per_second: dict[str, Signal | float], **others: str) -> "Scraped":
        """The buckets of a histogram; `per_second` is of all that are at most `le`."""
        for le, grows in per_second.items():
            self.counter(f"{name}_bucket", grows, le=le, **others)
        return self

    def scrape(self, at: float) -> None:
        for number, (named, signal, restarted) in enumerate(self.counters):
            before = 0.0 if restarted is not None and at - SCRAPE == restarted else self.grown.get(number, 5000.0)
            self.grown[number] = before + SCRAPE * signal(at)
            self.put(named, at, self.grown[number])
        for named, signal in self.gauges:
            self.put(named, at, signal(at))

    def put(self, named: dict, at: float, value: float) -> None:
        others = {key: text for key, text in named.items() if key != "name"}
        self.database.put(labels(**{NAME: named["name"]}, **others), at, value)

    def until(self, end: float) -> Database:
        for step in range(int(end // SCRAPE) + 1):
            self.scrape(step * SCRAPE)
        return self.database


def rules_in(data) -> list[dict]:
    """The rules of all groups, in order, of what the file says. Raises AssertionError, with a sentence, for another form."""
    assert isinstance(data, dict) and set(data) == {"groups"}, "the file is one mapping, with the key groups alone"
    assert isinstance(data["groups"], list) and data["groups"], "groups is a list"
    found: list[dict] = []
    for group in data["groups"]:
        assert isinstance(group, dict) and isinstance(group.get("name"), str), "each group is a mapping with a name"
        assert isinstance(group.get("rules"), list), f"the rules of group {group['name']} are a list"
        for rule in group["rules"]:
            assert isinstance(rule, dict) and ("record" in rule) != ("alert" in rule), "each rule has record or alert, and not both"
            assert isinstance(rule.get("expr"), str), f"{name_of(rule)} has no expr, or one that is no text"
            found.append(rule)
    return found


def name_of(rule: dict) -> str:
    return str(rule.get("record") or rule.get("alert"))


def rule_called(data, name: str) -> dict:
    """The rule of that name. Raises AssertionError where there is none, or more than one."""
    found = [rule for rule in rules_in(data) if name_of(rule) == name]
    assert len(found) == 1, f"there is one rule {name}, and here are {len(found)}"
    return found[0]


def groups_with(rules: Iterable[dict]) -> list[dict]:
    return [{"name": "all", "rules": list(rules)}]
