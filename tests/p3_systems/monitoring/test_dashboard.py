"""A dashboard as code: its form by the SDK's schema, and its queries by what they give over series that are made up here."""
import json

import pytest
from grafana_foundation_sdk.models.dashboard import Dashboard
from hypothesis import given
from hypothesis import strategies as st

from exercises.common.monitored import ALERTS, METRICS, RECORDED
from grader.judge import expect, expect_raises, expect_true, supporting
from tests.p3_systems.monitoring.metrics_of_rules import COUNTERS, Scraped, shown, value_of
from tests.promql import PromqlError, called_on, metrics_in

SOURCE = {"type": "prometheus", "uid": "prometheus"}
UNITS = ["reqps", "percentunit", "s", "none", "percentunit", "s", "ops"]
DRAWN = ["", "ServingErrors", "ServingSlow", "ModelDrift", "", "DriftMonitorStale", ""]
THRESHOLDS = {name: alert.threshold for name, alert in ALERTS.items()}
TITLES = ["Requests", "Errors", "Latency, 99th percentile", "Drift of each feature", "Accuracy, estimated", "Age of the last update",
          "Predictions"]
LEGENDS = ["{{job}} {{route}}", "{{job}}", "{{job}}", "{{job}} {{feature}}", "{{job}}", "{{job}}", "{{job}} {{label}}"]
SHOWS = ["requests", "errors", "latency", "distances", "accuracy", "age", "predictions"]
EXPORTED = {*METRICS, *(f"{name}_{part}" for name, metric in METRICS.items() if metric.type == "histogram"
                        for part in ("bucket", "sum", "count"))}


def panels_of(work, thresholds=THRESHOLDS) -> list[dict]:
    """The panels, seven mappings. Raises AssertionError for another form, with a sentence."""
    board = work.dashboard(dict(thresholds))
    assert isinstance(board, dict) and isinstance(board.get("panels"), list), "the dashboard is a dict with a list of panels"
    assert len(board["panels"]) == 7, f"there are seven panels, and here are {len(board['panels'])}"
    assert all(isinstance(panel, dict) for panel in board["panels"]), "each panel is a dict"
    return board["panels"]


def query_of(panel: dict) -> str:
    targets = panel.get("targets")
    assert isinstance(targets, list) and len(targets) == 1 and isinstance(targets[0], dict), "each panel has one target"
    assert isinstance(targets[0].get("expr"), str), "each target has an expr, a text"
    return targets[0]["expr"]


def steps_of(panel: dict) -> list:
    defaults = (panel.get("fieldConfig") or {}).get("defaults") or {}
    return [[step.get("color"), step.get("value", "no value")] for step in (defaults.get("thresholds") or {}).get("steps", [])]


@given(st.sampled_from(["s", "percentunit", "none"]), st.integers(0, 40), st.sampled_from([0.0, 0.25, 600.0]),
       st.sampled_from(["up", "x > 1"]))
def test_a_panel(work, unit, place, threshold, expr):
    """A panel has its query, its unit, its place on the grid, and its threshold if there is one."""
    for drawn in (threshold, threshold + 0.5, None):
        panel = work.panel("A title", expr, unit=unit, legend="{{job}}", place=place, threshold=drawn)
        given = {"unit": unit, "place": place, "threshold": drawn}
        expect(panel.get("gridPos"), equals={"h": 8, "w": 12, "x": 12 * (place % 2), "y": 8 * (place // 2)}, given=given)
        expect({type(value).__name__ for value in panel["gridPos"].values()}, equals={"int"}, given=given, note="types in gridPos")
        expect(panel["fieldConfig"].get("overrides"), equals=[], given=given)
        expect([panel.get("id"), panel.get("title"), panel.get("type")], equals=[place + 1, "A title", "timeseries"], given=given)
        expect([panel.get("datasource"), panel.get("targets")], given=given, equals=[
            SOURCE, [{"refId": "A", "expr": expr, "legendFormat": "{{job}}", "datasource": SOURCE}]])
        defaults = (panel.get("fieldConfig") or {}).get("defaults") or {}
        expect([defaults.get("unit"), (defaults.get("thresholds") or {}).get("mode")], equals=[unit, "absolute"], given=given)
        expect(steps_of(panel), equals=[["green", None], *([] if drawn is None else [["red", drawn]])], given=given)
        expect(defaults.get("custom"), equals=None if drawn is None else {"thresholdsStyle": {"mode": "line"}}, given=given)


@supporting
def test_a_panel_refuses(work):
    """A negative place raises ValueError; place 0 is allowed."""
    expect(work.panel("A", "up", unit="s", legend="", place=0)["id"], equals=1)
    with expect_raises(ValueError, given={"place": -1}):
        work.panel("A", "up", unit="s", legend="", place=-1)


@supporting
def test_loads_by_the_schema(work):
    """The dashboard is JSON, loads by the SDK's schema, and has its uid, title, time and tags."""
    board = work.dashboard(dict(THRESHOLDS))
    try:
        loaded = Dashboard.from_json(json.loads(json.dumps(board, allow_nan=False)))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise AssertionError(f"the schema refuses it: {type(error).__name__}: {error}") from None
    expect([loaded.uid, loaded.title, loaded.schema_version, loaded.refresh, board.get("time")],
           equals=["monitoring", "Service and model", 38, "10s", {"from": "now-1h", "to": "now"}])
    expect_true("monitoring" in (loaded.tags or []), got=loaded.tags, want="a list with monitoring in it")
    expect([panel.type_val for panel in loaded.panels or []], equals=["timeseries"] * 7)


@supporting
def test_its_panels_lie_side_by_side(work):
    """Seven panels stand at places 0 to 6, each with its title."""
    panels = panels_of(work)
    expect([panel.get("id") for panel in panels], equals=list(range(1, 8)))
    expect([panel.get("gridPos") for panel in panels],
           equals=[{"h": 8, "w": 12, "x": 12 * (place % 2), "y": 8 * (place // 2)} for place in range(7)])
    expect([panel.get("title") for panel in panels], equals=TITLES)
    expect([panel.get("datasource") for panel in panels], equals=[SOURCE] * 7)


@supporting
def test_units(work):
    """Each panel has its unit."""
    expect([((panel.get("fieldConfig") or {}).get("defaults") or {}).get("unit") for panel in panels_of(work)], equals=UNITS)


def test_thresholds(work):
    """Each panel draws the threshold of its alert, whatever that is, and the others draw none."""
    for factor in (1.0, 0.5, 3.0):
        thresholds = {name: factor * value for name, value in THRESHOLDS.items()}
        expect([steps_of(panel) for panel in panels_of(work, thresholds)], given={"thresholds": thresholds},
               equals=[[["green", None], *([["red", thresholds[alert]]] if alert else [])] for alert in DRAWN])
    with expect_raises(KeyError, given={"thresholds": "without ModelDrift"}):
        work.dashboard({name: value for name, value in THRESHOLDS.items() if name != "ModelDrift"})


@supporting
def test_reads_what_is_there(work):
    """Every query is PromQL over metrics that are exported or recorded, a counter through a rate, and the legend tells the lines apart."""
    for panel, legend in zip(panels_of(work), LEGENDS):
        expr, given = query_of(panel), {"panel": panel.get("title")}
        try:
            read, rated = metrics_in(expr), called_on(expr, {"rate", "irate", "increase"})
        except PromqlError as error:
            raise AssertionError(f"{panel.get('title')}: it is not PromQL: {error}") from None
        expect(sorted(read - EXPORTED - set(RECORDED)), equals=[], given=given, note="metrics that are neither exported nor recorded")
        expect_true(bool(read), got=expr, want="a query that reads a metric", given=given)
        expect([sorted(rated - COUNTERS), sorted((read & COUNTERS) - rated)], equals=[[], []], given=given,
               note="rates of what is no counter, and counters without a rate")
        expect(panel["targets"][0].get("legendFormat"), equals=legend, given=given, note="the legend")


@supporting
@pytest.mark.parametrize("scale", [1.0, 0.5])
@pytest.mark.parametrize("number", range(7))
def test_shows_what_it_promises(work, number, scale):
    """Each panel shows what its line of the contract says."""
    scraped, end = Scraped(), 1200.0
    for job, factor in (("search", scale), ("other", 0.25 * scale)):
        for route in ("/predict", "/live"):
            scraped.gauge("job_route:serving_requests:rate5m", factor * len(route), job=job, route=route)
        scraped.gauge("job:serving_errors_per_requests:ratio_rate5m", 0.03 * factor, job=job)
        scraped.gauge("job:serving_request_seconds:p99_rate5m", 0.5 * factor, job=job)
        scraped.gauge("job:model_drift_distance:max", 0.75 * factor, job=job)
        for feature, distance in (("length", 0.75), ("words", 0.125)):
            scraped.gauge("model_drift_distance", distance * factor, job=job, feature=feature)
        scraped.gauge("model_accuracy_estimate", 0.875 * factor, job=job)
        for instance, age in (("a", 100.0), ("b", 900.0)):
            scraped.gauge("model_drift_last_update_timestamp_seconds", lambda at, age=age * factor: at - age, job=job, instance=instance)
        for label, instance, grows in (("yes", "a", 2.0), ("yes", "b", 1.0), ("no", "a", 0.5)):
            scraped.counter("model_predictions_total", lambda at, grows=grows * factor: grows if at > 900 else 3 * grows,
                            restarted=960.0 if instance == "b" else None, job=job, label=label, instance=instance)
    panel = panels_of(work)[number]
    want = {
        "requests": {f"job={job}, route={route}": len(route) * f for job, f in (("other", 0.25), ("search", 1.0)) for route in ("/live", "/predict")},
        "errors": {"job=other": 0.0075, "job=search": 0.03}, "latency": {"job=other": 0.125, "job=search": 0.5},
        "distances": {f"feature={feature}, job={job}": distance * f for job, f in (("other", 0.25), ("search", 1.0))
                      for feature, distance in (("length", 0.75), ("words", 0.125))},
        "accuracy": {"job=other": 0.21875, "job=search": 0.875}, "age": {"job=other": 25.0, "job=search": 100.0},
        "predictions": {f"job={job}, label={label}": grows * f for job, f in (("other", 0.25), ("search", 1.0))
                        for label, grows in (("yes", 3.0), ("no", 0.5))}}[SHOWS[number]]
    got = shown(value_of(str(panel.get("title")), query_of(panel), scraped.until(end), end))
    expect(got, equals={series: round(value * scale, 6) for series, value in want.items()}, given={"panel": number + 1, "shows": SHOWS[number]})


@supporting
@pytest.mark.parametrize("url, folder", [("http://prometheus:9090", "/var/lib/grafana/dashboards"), ("http://10.0.0.7:9091", "/etc/boards")])
def test_provisioning(work, url, folder):
    """The provisioning files name the data source that the panels read, and the folder of the dashboards."""
    want = {"datasources/prometheus.yml": {"apiVersion": 1, "datasources": [
                {"name": "Prometheus", "type": "prometheus", "uid": "prometheus", "access": "proxy", "url": url, "isDefault": True}]},
            "dashboards/monitoring.yml": {"apiVersion": 1, "providers": [
                {"name": "monitoring", "type": "file", "disableDeletion": True, "options": {"path": folder}}]}}
    files = work.provisioning(url=url, folder=folder)
    expect(sorted(files), equals=sorted(want), given={"url": url, "folder": folder})
    for path, content in want.items():
        expect(files[path], equals=content, given={"file": path, "url": url, "folder": folder})


@supporting
def test_gives_a_new_one_each_time(work):
    """Each call gives a dashboard of its own: who changes one has not changed the next."""
    work.dashboard(dict(THRESHOLDS))["panels"].clear()
    expect(len(panels_of(work)), equals=7)
