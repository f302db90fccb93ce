"""The small Prometheus of suites gives what the real one gives; where promtool is missing, what its documentation says."""
import math
import shutil

import pytest
import yaml

from grader.worker.tools import PATH, run_tool
from tests.promql import NAME, Database, PromqlError, Server, evaluate, labels, metrics_in, seconds

promql_parser = pytest.importorskip("promql_parser", reason="pip install -e .[monitoring] brings it")
SCRAPE, END = 30, 900
SERIES = {  # {series: the change from one scrape to the next, and what it begins with}
    ("requests_total", "a", "200"): (60.0, 6000.0), ("requests_total", "b", "200"): (15.0, 300.0), ("requests_total", "a", "500"): (7.5, 90.0),
    ("depth", "a", ""): (0.25, 1.0), ("depth", "b", ""): (-0.125, 8.0)}
BUCKETS = {"0.1": 30.0, "0.5": 45.0, "2": 48.0, "+Inf": 50.0}
EXPRESSIONS = [
    "sum by (job) (rate(requests_total[5m]))", "sum without (status) (rate(requests_total[2m]))", "max(depth)", "avg by (job) (depth)",
    'sum by (job) (rate(requests_total{status=~"5.."}[5m])) / sum by (job) (rate(requests_total[5m]))', "increase(requests_total[3m])",
    "histogram_quantile(0.9, sum by (le) (rate(took_seconds_bucket[5m])))", "histogram_quantile(0.99, rate(took_seconds_bucket[5m]))",
    "time() - max(depth) > 600", "depth > bool 3", "depth and on (job) requests_total", "depth unless depth > 3", "-depth", "max_over_time(depth[5m])",
    "delta(depth[5m])", "irate(requests_total[5m])", 'requests_total{status!="200"} offset 1m', "count(requests_total)", "sum(depth) * 2 - 1",
    'depth / on (job) group_left sum by (job) (requests_total{status="500"})', "min by (job) (depth) or vector(1)"]


def database() -> Database:
    found = Database()
    for step in range(END // SCRAPE + 1):
        for (name, job, status), (grows, first) in SERIES.items():
            found.add(name, step * SCRAPE, first + grows * step, job=job, **({"status": status} if status else {}))
        for le, grows in BUCKETS.items():
            found.add("took_seconds_bucket", step * SCRAPE, 1000.0 + grows * step, le=le)
    return found


def in_words(name: str, **others: str) -> str:
    return f"{name}{{{','.join(f'{key}={chr(34)}{text}{chr(34)}' for key, text in others.items())}}}"


@pytest.mark.skipif(shutil.which("promtool", path=PATH) is None, reason="promtool is not here: apt install prometheus brings it")
def test_it_agrees_with_promtool():
    inputs = [{"series": in_words(name, job=job, **({"status": status} if status else {})), "values": f"{first:g}{grows:+g}x{END // SCRAPE}"}
              for (name, job, status), (grows, first) in SERIES.items()]
    inputs += [{"series": in_words("took_seconds_bucket", le=le), "values": f"1000{grows:+g}x{END // SCRAPE}"} for le, grows in BUCKETS.items()]
    asked = []
    for expression in EXPRESSIONS:
        value = evaluate(expression, database(), END - 15)
        samples = [{"labels": in_words(dict(key).get(NAME, ""), **{n: t for n, t in sorted(key) if n != NAME}), "value": each}
                   for key, each in value.items()]
        asked.append({"expr": expression, "eval_time": f"{END - 15}s", "exp_samples": samples})
    text = yaml.safe_dump({"evaluation_interval": "30s", "tests": [{"interval": "30s", "input_series": inputs, "promql_expr_test": asked}]})
    assert run_tool("promtool", ["test", "rules", "t.yml"], {"t.yml": text})[1].strip().endswith("SUCCESS")


def test_a_counter_that_was_set_back_goes_on_growing():
    series = Database()
    for step, value in enumerate([100.0, 130.0, 160.0, 30.0, 60.0, 90.0]):
        series.add("c", 30.0 * step, value)
    assert evaluate("rate(c[3m])", series, 150.0) == {frozenset(): pytest.approx(1.0)}
    assert evaluate("delta(c[3m])", series, 150.0)[frozenset()] < 0


def test_quantiles():
    series = Database()
    for le, value in (("1", 5.0), ("2", 10.0), ("+Inf", 10.0)):
        series.add("h_bucket", 0.0, value, le=le)
    assert evaluate("histogram_quantile(0.75, h_bucket)", series, 0.0) == {frozenset(): 1.5}
    assert evaluate("histogram_quantile(75, h_bucket)", series, 0.0) == {frozenset(): math.inf}
    assert evaluate("histogram_quantile(0.5, sum(h_bucket))", series, 0.0) == {}


def test_an_alert_is_pending_firing_and_gone():
    server = Server([{"rules": [{"record": "job:x:max", "expr": "max by (job) (x)"}, {"alert": "High", "expr": "job:x:max > 1", "for": "1m"}]}])
    seen = []
    for at, value in ((0, 0.0), (60, 2.0), (120, 2.0), (180, 1.0), (240, 2.0)):
        server.database.add("x", at, value, job="a")
        seen.append(server.round(at).get("High"))
    assert seen == [None, "pending", "firing", None, "pending"]


def test_what_an_expression_reads_and_what_is_none():
    assert metrics_in('a / on (job) sum(rate(b[5m])) > 1 or {__name__="c"}') == {"a", "b", "c"}
    for text in ("sum(", "rate(a)", "rate(sum(a)[5m])"):
        with pytest.raises(PromqlError):
            evaluate(text, Database(), 0.0)
    assert (seconds("2m"), seconds(None), seconds("1h30m")) == (120.0, 0.0, 5400.0)
    with pytest.raises(PromqlError):
        seconds("soon")
    two = Database({labels(**{NAME: "a", "x": "1"}): [(0.0, 1.0)], labels(**{NAME: "a", "x": "2"}): [(0.0, 1.0)],
                    labels(**{NAME: "b"}): [(0.0, 1.0)]})
    with pytest.raises(PromqlError, match="several series"):
        evaluate("b / on () a", two, 0.0)
