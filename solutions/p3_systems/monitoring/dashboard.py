r"""A dashboard as code: a function that gives what Grafana keeps of one, and the files that put it there.

Who builds a dashboard by hand has it once. As code it is reviewed like code, its queries can be checked, and it is there
again after the server was lost. Grafana's own form of it is one object in JSON: panels on a grid of 24 columns, each with
queries (*targets*), a unit, and thresholds. A panel reads a *data source* by its uid, which the provisioning file fixes;
a dashboard that names one by a number, or takes the default, shows nothing on the next server.

A threshold that is drawn is the alert's: two numbers that should be one drift apart, so `dashboard` is handed the alerts' thresholds.

Source: Grafana's documentation, "Dashboard JSON model", "Provision Grafana", "Configure standard options" (units) and
"Configure thresholds".
"""
from collections.abc import Mapping
from typing import Any

COLUMNS = 24  # of Grafana's grid
UID = "prometheus"  # of the data source: provisioning fixes it, and each panel reads it


def panel(title: str, expr: str, *, unit: str, legend: str, place: int, threshold: float | None = None) -> dict[str, Any]:
    r"""A panel of type timeseries: one query, its unit, and the threshold of an alert.

    title, expr, legend: the title of the panel, its query in PromQL, and the names of the lines ("{{job}}" is a label).
    unit: as Grafana calls it, "s" or "percentunit".
    place: 0, 1, 2, …: two panels in a row, each 12 columns wide and 8 rows high, so that number 3 is the right one of the
        second row. The panel's id is place + 1, since Grafana counts from 1.
    threshold: what is drawn as a line; "fieldConfig" has no "overrides" ([]), and the steps of fieldConfig.defaults.thresholds, whose mode is "absolute", are green
        from the beginning (value None) and red from the threshold, and fieldConfig.defaults.custom.thresholdsStyle.mode is
        "line". Without one there is the green step alone, and no key "custom".
    Returns the panel, with "datasource" and "targets": the one target has refId "A", the expr, the legend as legendFormat
        and the same "datasource", {"type": "prometheus", "uid": UID}.
    Raises ValueError for a negative place.

    >>> panel("Latency", "x", unit="s", legend="{{job}}", place=3)["gridPos"]
    {'h': 8, 'w': 12, 'x': 12, 'y': 8}
    """
    ### BEGIN SOLUTION
    if place < 0:
        raise ValueError("a place is 0 or more")
    source = {"type": "prometheus", "uid": UID}
    row, column = divmod(place, 2)
    width, height = COLUMNS // 2, 8
    defaults: dict[str, Any] = {"unit": unit, "thresholds": {"mode": "absolute", "steps": [{"color": "green", "value": None}]}}
    if threshold is not None:  # 0.0 is a threshold too
        defaults["thresholds"]["steps"].append({"color": "red", "value": threshold})
        defaults["custom"] = {"thresholdsStyle": {"mode": "line"}}
    return {
        "id": place + 1, "title": title, "type": "timeseries", "datasource": source,
        "gridPos": {"h": height, "w": width, "x": column * width, "y": row * height},
        "targets": [{"refId": "A", "expr": expr, "legendFormat": legend, "datasource": dict(source)}],
        "fieldConfig": {"defaults": defaults, "overrides": []},
    }
    ### END SOLUTION


def dashboard(thresholds: Mapping[str, float]) -> dict[str, Any]:
    r"""The dashboard of the service and its model, with uid "monitoring" and the title "Service and model".

    Seven panels, in this order, each of type timeseries, at places 0 to 6:

        Requests                  requests a second, of each job and route            "reqps"
        Errors                    the share of requests that failed, of each job      "percentunit", ServingErrors
        Latency, 99th percentile  the 99th percentile of the latency, of each job     "s", ServingSlow
        Drift of each feature     the distance of every feature, of each job          "none", ModelDrift
        Accuracy, estimated       the estimate, of each job, as it is exported        "percentunit"
        Age of the last update    the age of the newest update of each job, seconds   "s", DriftMonitorStale
        Predictions               predictions a second over five minutes, of each     "ops"
                                  job and label

    The first column is the title, the last one the unit and the alert whose threshold is drawn. A legend has what tells the
    lines apart, `job` first: "{{job}} {{route}}". Also: schemaVersion 38, "time" from "now-1h" to "now", "refresh" "10s",
    "tags" with "monitoring" in it. All of it is what `json.dumps` takes.

    thresholds: {alert: what it fires above}; exercises/common/monitored.py has the alerts, and in RECORDED what the rules
    record. What is recorded is read from there.

    Raises KeyError for an alert that is not there.

    >>> from exercises.common.monitored import ALERTS
    >>> board = dashboard({name: alert.threshold for name, alert in ALERTS.items()})
    >>> board["uid"], len(board["panels"])
    ('monitoring', 7)
    """
    ### BEGIN SOLUTION
    panels = [
        panel("Requests", "job_route:serving_requests:rate5m", unit="reqps", legend="{{job}} {{route}}", place=0),
        panel("Errors", "job:serving_errors_per_requests:ratio_rate5m", unit="percentunit", legend="{{job}}", place=1,
              threshold=thresholds["ServingErrors"]),
        panel("Latency, 99th percentile", "job:serving_request_seconds:p99_rate5m", unit="s", legend="{{job}}", place=2,
              threshold=thresholds["ServingSlow"]),
        # Every feature, and not the largest alone: which of them it is, is the next question.
        panel("Drift of each feature", "model_drift_distance", unit="none", legend="{{job}} {{feature}}", place=3,
              threshold=thresholds["ModelDrift"]),
        panel("Accuracy, estimated", "model_accuracy_estimate", unit="percentunit", legend="{{job}}", place=4),
        # An age needs a clock that goes on when the monitor has stopped: the server's.
        panel("Age of the last update", "time() - max by (job) (model_drift_last_update_timestamp_seconds)", unit="s",
              legend="{{job}}", place=5, threshold=thresholds["DriftMonitorStale"]),
        panel("Predictions", "sum by (job, label) (rate(model_predictions_total[5m]))", unit="ops", legend="{{job}} {{label}}", place=6),
    ]
    return {
        "uid": "monitoring", "title": "Service and model", "tags": ["monitoring"], "schemaVersion": 38, "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"}, "panels": panels,
    }
    ### END SOLUTION


def provisioning(*, url: str, folder: str) -> dict[str, dict[str, Any]]:
    r"""What stands in the two files that Grafana reads when it starts, {path below its provisioning folder: content}.

    "datasources/prometheus.yml": apiVersion 1 and one of "datasources": name "Prometheus", type "prometheus", uid UID,
        access "proxy", the `url`, and isDefault True.
    "dashboards/monitoring.yml": apiVersion 1 and one of "providers": name "monitoring", type "file", disableDeletion True,
        and options with the `folder`, as "path", in which the dashboards' JSON files lie.

    >>> sorted(provisioning(url="http://prometheus:9090", folder="/var/lib/grafana/dashboards"))
    ['dashboards/monitoring.yml', 'datasources/prometheus.yml']
    """
    ### BEGIN SOLUTION
    return {
        "datasources/prometheus.yml": {"apiVersion": 1, "datasources": [
            # "proxy": Grafana asks, and not the browser, which does not know the name of the service.
            {"name": "Prometheus", "type": "prometheus", "uid": UID, "access": "proxy", "url": url, "isDefault": True}]},
        "dashboards/monitoring.yml": {"apiVersion": 1, "providers": [
            {"name": "monitoring", "type": "file", "disableDeletion": True, "options": {"path": folder}}]},
    }
    ### END SOLUTION

### BEGIN AFTERWORD
# Notice what could be checked without a Grafana: that each query parses, that what it reads exists, that each drawn
# threshold is the alert's, that no panel lies on another. A dashboard that was clicked together has none of these checks,
# and breaks without a word when a metric is renamed: an empty panel looks like a quiet night.
### END AFTERWORD

### BEGIN HINTS
# 1. Write panel first. For the grid, divmod(place, 2) gives the row and the column. Which of the seven is recorded already?
# 2. The age is the server's clock less the newest timestamp of each job. A counter is drawn by its rate, and
#    a gauge as it is. Of the thresholds only the second step differs from panel to panel: thresholds["ServingSlow"].
# 3. time() - max by (job) (model_drift_last_update_timestamp_seconds), and
#    sum by (job, label) (rate(model_predictions_total[5m])).
### END HINTS
