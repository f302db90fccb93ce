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
    raise NotImplementedError


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
    raise NotImplementedError


def provisioning(*, url: str, folder: str) -> dict[str, dict[str, Any]]:
    r"""What stands in the two files that Grafana reads when it starts, {path below its provisioning folder: content}.

    "datasources/prometheus.yml": apiVersion 1 and one of "datasources": name "Prometheus", type "prometheus", uid UID,
        access "proxy", the `url`, and isDefault True.
    "dashboards/monitoring.yml": apiVersion 1 and one of "providers": name "monitoring", type "file", disableDeletion True,
        and options with the `folder`, as "path", in which the dashboards' JSON files lie.

    >>> sorted(provisioning(url="http://prometheus:9090", folder="/var/lib/grafana/dashboards"))
    ['dashboards/monitoring.yml', 'datasources/prometheus.yml']
    """
    raise NotImplementedError
