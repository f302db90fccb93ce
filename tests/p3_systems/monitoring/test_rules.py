"""Recording and alert rules, judged by what they give over series that are made up here, and by promtool where it is."""
import contextlib
import re

import pytest

from grader.judge import expect, expect_true, requires, supporting
from tests.p3_systems.monitoring.metrics_of_rules import (
    ALERTS,
    COUNTERS,
    GAUGES,
    RECORDED,
    SCRAPE,
    Scraped,
    groups_with,
    name_of,
    rule_called,
    rules_in,
    shown,
    value_of,
)
from tests.p3_systems.monitoring.promtool_tests import rule_tests
from tests.promql import PromqlError, Server, UnknownError, called_on, metrics_in, seconds

KEYS = {"record": {"record", "expr", "labels"}, "alert": {"alert", "expr", "for", "labels", "annotations"}}
OVER_TIME = {"rate", "irate", "increase"}


def recorded_first(data, name: str) -> list[dict]:
    """The rule and, before it, the recording rules: what an alert may read."""
    return [*(rule for rule in rules_in(data) if "record" in rule and name_of(rule) != name), rule_called(data, name)]


def given_by(work, name: str, scraped: Scraped, end: float = 1200.0) -> dict[str, float]:
    return shown(value_of(name, rule_called(work.data, name)["expr"], scraped.until(end), end))


def lately(value: float, before: float = 3.0):
    """`value` for the last five minutes of twenty; `before` times that until then, so that a longer range shows."""
    return lambda at: value if at > 900 else before * value


@supporting
def test_has_the_rules_that_are_asked_for(work):
    """Two groups have four rules each, by these names and without keys that Prometheus does not know."""
    rules = rules_in(work.data)
    expect([group["name"] for group in work.data["groups"]], equals=["serving", "alerts"])
    expect([sorted(map(name_of, group["rules"])) for group in work.data["groups"]], equals=[sorted(RECORDED), sorted(ALERTS)])
    unknown = [f"{name_of(rule)}: {key}" for rule in rules
               for key in rule.keys() - KEYS["record" if "record" in rule else "alert"]]
    expect(unknown, equals=[], note="keys that such a rule has not here")


def test_reads_what_is_there(work):
    """Every expression is PromQL, and reads metrics that exist."""
    rules = rules_in(work.data)
    assert rules, "there are no rules"
    for rule in rules:
        try:
            read = metrics_in(rule["expr"])
        except PromqlError as error:
            raise AssertionError(f"{name_of(rule)}: it is not PromQL: {error}") from None
        unknown = sorted(read - COUNTERS - GAUGES - set(RECORDED))
        expect(unknown, equals=[], given={"rule": name_of(rule), "expr": rule["expr"]}, note="metrics that nobody exports")
        expect_true(bool(read), got=rule["expr"], want="an expression that reads a metric", given={"rule": name_of(rule)})


def test_rates_are_of_counters(work):
    """A rate is taken of counters and of nothing else, and a counter is read through one."""
    rules = rules_in(work.data)
    assert rules, "there are no rules"
    for rule in rules:
        try:
            rated, read = called_on(rule["expr"], OVER_TIME | {"delta", "deriv"}), metrics_in(rule["expr"])
        except PromqlError:
            continue  # which the check before says
        given = {"rule": name_of(rule), "expr": rule["expr"]}
        expect(sorted(rated - COUNTERS), equals=[], given=given, note="what a rate is taken of, and is no counter")
        expect(sorted((read & COUNTERS) - rated), equals=[], given=given, note="counters that are read as they stand")
    expect_true(any(called_on(rule["expr"], OVER_TIME) for rule in rules), got="no rate at all", want="rates of the counters")


@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_requests_per_second(work, scale):
    """The requests a second of each job and route are the sum over instances and statuses, also after a restart."""
    scraped = Scraped()
    for job, route, status, instance, grows in [
            ("search", "/predict", "200", "a", 3.0), ("search", "/predict", "200", "b", 1.0), ("search", "/predict", "503", "a", 0.5),
            ("search", "/live", "200", "a", 0.25), ("other", "/predict", "200", "c", 7.0)]:
        scraped.counter("serving_requests_total", lately(scale * grows), restarted=900.0 if instance == "b" else None, job=job, route=route,
                        status=status, instance=instance)
    want = {"job=other, route=/predict": 7.0 * scale, "job=search, route=/live": 0.25 * scale,
            "job=search, route=/predict": 4.5 * scale}
    expect(given_by(work, RECORDED[0], scraped), equals=want, given={"requests": "steady, one instance restarted 5 minutes ago"})


@pytest.mark.parametrize("failing", [0.6, 3.0])
def test_share_of_errors(work, failing):
    """The share of errors is of all requests of the job, and 4xx are none."""
    scraped = Scraped()
    for job, route, status, grows in [
            ("search", "/predict", "200", 9.0), ("search", "/live", "200", 1.0), ("search", "/predict", "422", 2.0),
            ("search", "/predict", "503", failing), ("search", "/live", "500", failing), ("search", "unmatched", "404", 1.5),
            ("other", "/predict", "200", 4.0), ("other", "/predict", "500", 1.0)]:
        scraped.counter("serving_requests_total", lately(grows, 2.0 if status < "500" else 0.5), job=job, route=route, status=status,
                        instance="a")
    want = {"job=other": 0.2, "job=search": round(2 * failing / (13.5 + 2 * failing), 6)}
    expect(given_by(work, RECORDED[1], scraped), equals=want, given={"failing requests a second": 2 * failing})


@pytest.mark.parametrize("slow", [0.05, 0.4])
def test_latency(work, slow):
    """The percentile is of all routes and instances of a job together, from buckets that are added first."""
    scraped = Scraped()
    for job, route, fast, late in [("search", "/predict", 9.0, slow), ("search", "/live", 1.0, 0.0), ("other", "/predict", 1.0, 1.0)]:
        for instance, part in (("a", 0.75), ("b", 0.25)):
            scraped.histogram("serving_request_seconds", {
                "0.1": lately(part * fast), "0.5": lately(part * (fast + late), 5.0), "1.0": lately(part * (fast + late), 5.0),
                "+Inf": lately(part * (fast + late), 5.0)},
                restarted=960.0 if instance == "b" else None, job=job, route=route, instance=instance)

    def quantile(fast, late):  # 99 % of the requests: a line inside the bucket in which they end
        rank = 0.99 * (fast + late)
        return 0.1 * rank / fast if rank <= fast else 0.1 + 0.4 * (rank - fast) / late

    want = {"job=other": round(quantile(1.0, 1.0), 6), "job=search": round(quantile(10.0, slow), 6)}
    expect(given_by(work, RECORDED[2], scraped), equals=want, given={"requests above 0.1 s, a second": slow})


@pytest.mark.parametrize("turn", [0, 1])
def test_largest_distance(work, turn):
    """The largest distance is over the features of a job, as they are now."""
    scraped = Scraped()
    for job, feature, before, now in [("search", "length", 0.9, 0.05), ("search", "words", 0.02, 0.1 + 0.2 * turn),
                                      ("other", "length", 0.5, 0.4)]:
        scraped.gauge("model_drift_distance", lambda at, pair=(before, now): pair[at > 1000], job=job, feature=feature, instance="a")
    want = {"job=other": 0.4, "job=search": round(0.1 + 0.2 * turn, 6)}
    expect(given_by(work, RECORDED[3], scraped), equals=want, given={"distances": "high once, lower for three minutes"})


def wave(low: float, high: float, begin: float, end: float):
    return lambda at: high if begin <= at < end else low


def incident(alert: str, high: bool) -> Scraped:
    """A service at which the alert's condition holds for a while or, unless `high`, one that only comes to its threshold."""
    begin, end, scraped = 1200.0, 3000.0, Scraped()
    if alert == "ServingErrors":
        scraped.counter("serving_requests_total", 95.0, job="search", route="/predict", status="200", instance="a")
        scraped.counter("serving_requests_total", wave(0.0, 8.0 if high else 5.0, begin, end), job="search", route="/predict",
                        status="503", instance="a")
    elif alert == "ServingSlow":
        late = wave(0.0, 4.0, begin, end)  # above the largest bucket a histogram cannot tell: its upper end is what comes out
        scraped.histogram("serving_request_seconds", {
            "0.2": 96.0, "0.3" if high else "0.25": lambda at: 96.0 + (late(at) if high else 0.0), "+Inf": lambda at: 96.0 + late(at)},
            job="search", route="/predict", instance="a")
    elif alert == "ModelDrift":
        scraped.gauge("model_drift_distance", wave(0.05, 0.21 if high else 0.2, begin, end), job="search", feature="length", instance="a")
        scraped.gauge("model_drift_distance", 0.1, job="search", feature="words", instance="a")
    else:
        stopped = begin - 600.0  # the last update: its age passes the limit ten minutes later
        scraped.gauge("model_drift_last_update_timestamp_seconds",
                      lambda at: at - (0.0 if at >= end else min(max(at - stopped, 0.0), 600.5 if high else 600.0)),
                      job="search", instance="a")
        scraped.gauge("model_drift_last_update_timestamp_seconds", lambda at: min(at, 300.0), job="search", instance="b")
    return scraped


def states(work, alert: str, scraped: Scraped, end: float = 4200.0) -> tuple[list[tuple[float, str]], list[str]]:
    """(minutes, state) each time that the state of the alert changes, and the labels of what it was about.

    The state is empty where it is not active.
    """
    *recording, rule = recorded_first(work.data, alert)
    recorders = [Server(groups_with([each]), scraped.database) for each in recording]
    watcher, changes, about, before = Server(groups_with([rule]), scraped.database), [], set(), ""
    for step in range(int(end // SCRAPE) + 1):
        at = step * SCRAPE
        scraped.scrape(at)
        if at % (2 * SCRAPE) or at < 600:
            continue
        for recorder in recorders:
            with contextlib.suppress(PromqlError, UnknownError):  # what is wrong in that rule, its own check says
                recorder.round(at)
        about |= {*shown(value_of(alert, rule["expr"], scraped.database, at))}
        state = watcher.round(at).get(alert, "")
        if state != before:
            changes.append((at / 60, state))
            before = state
    return changes, sorted(about)


@pytest.mark.parametrize("alert", ALERTS)
def test_fires_and_resolves(work, alert):
    """An alert is pending, fires for its job after its time, and is gone when the cause is gone."""
    changes, about = states(work, alert, incident(alert, high=True))
    expect([state for _, state in changes], equals=["pending", "firing", ""], given={"alert": alert, "cause": "from minute 20 to 50"})
    pending, firing, gone = (minute for minute, _ in changes)
    expect(firing - pending, equals=ALERTS[alert][0] / 60, given={"alert": alert}, note="minutes from pending to firing")
    expect_true(20 <= pending <= 26 and 50 <= gone <= 56, got=[pending, gone], given={"alert": alert, "cause": "from minute 20 to 50"},
                want="pending within 6 minutes of its beginning, and gone within 6 of its end")
    expect(about, equals=["job=search"], given={"alert": alert}, note="the labels of what it fires for")


@pytest.mark.parametrize("alert", ALERTS)
def test_stays_silent_below_its_threshold(work, alert):
    """No alert fires for what stays at or below its threshold, and each fires above it."""
    expect(len(states(work, alert, incident(alert, high=True))[0]) > 1, equals=True, given={"alert": alert}, note="whether it fires above")
    expect(states(work, alert, incident(alert, high=False))[0], equals=[], given={"alert": alert, "cause": "exactly at the threshold, from minute 20 to 50"})


@pytest.mark.parametrize("alert", ALERTS)
def test_says_what_it_means(work, alert):
    """Each alert has its time, its severity, a summary, and a description; the value that was seen is in one of them."""
    rule = rule_called(work.data, alert)
    try:
        waits = seconds(rule.get("for"))
    except PromqlError as error:
        raise AssertionError(f"{alert}: for: {error}") from None
    words = rule.get("annotations") or {}
    has_labels = isinstance(rule.get("labels"), dict)
    expect([waits, rule["labels"].get("severity") if has_labels else None], equals=[float(ALERTS[alert][0]), ALERTS[alert][1]],
           given={"alert": alert}, note="its time in seconds, and its severity")
    texts = [words.get(key) for key in ("summary", "description")] if isinstance(words, dict) else []
    expect_true(len(texts) == 2 and all(isinstance(text, str) and text.strip() for text in texts), got=words,
                want="a summary and a description, both texts", given={"alert": alert})
    expect_true(any(re.search(r"\{\{[^}]*\$value[^}]*\}\}", text) for text in texts), got=words,
                want="{{ $value }} in one of the two", given={"alert": alert})


@requires("promtool")
def test_promtool_reads_it(work):
    """Prometheus's own `promtool check rules` takes the file."""
    expect_true(len(rules_in(work.data)) > 1, got="no rules", want="rules")
    done = work.run_tool("promtool", "check", "rules", "rules.yml", files={"rules.yml": work.text})
    expect(done.code, equals=0, note=done.printed[:600])


@requires("promtool")
def test_promtool_runs_it(work):
    """Prometheus's own `promtool test rules` sees the alerts fire and resolve."""
    expect_true(len(rules_in(work.data)) > 1, got="no rules", want="rules")
    done = work.run_tool("promtool", "test", "rules", "tests.yml", files={"rules.yml": work.text, "tests.yml": rule_tests()})
    expect(done.code, equals=0, note=done.printed[:600])
