"""What is watched of a service and its model: the metrics, the series that rules record, and the alerts.

The exercises of *Monitor a model* export these, record them, alarm about them and draw them, so the names and the
thresholds stand here once. Units are Prometheus's base units: seconds, and shares between 0 and 1.
"""
from typing import NamedTuple


class Metric(NamedTuple):
    """A metric as it is exported: its type, its labels, what it says."""

    type: str  # "counter", "gauge" or "histogram"
    labels: tuple[str, ...]
    says: str


class Alert(NamedTuple):
    """An alert: it fires if `series` is above `threshold` for `seconds`."""

    series: str
    threshold: float
    seconds: float
    severity: str


METRICS = {
    "serving_requests_total": Metric("counter", ("route", "status"), "requests that were answered"),
    "serving_request_seconds": Metric("histogram", ("route",), "how long requests took"),
    "serving_batch_size": Metric("histogram", (), "rows of a batch"),
    "serving_queue_depth": Metric("gauge", (), "requests that wait"),
    "model_predictions_total": Metric("counter", ("label",), "predictions that were made"),
    "model_drift_distance": Metric("gauge", ("feature",), "Kolmogorov's distance of each feature from its reference"),
    "model_accuracy_estimate": Metric("gauge", (), "the accuracy, estimated without labels"),
    "model_drift_last_update_timestamp_seconds": Metric("gauge", (), "when distances and estimate were computed last, in Unix time"),
}

RECORDED = {  # {name: what it is}
    "job_route:serving_requests:rate5m": "requests a second of each job and route",
    "job:serving_errors_per_requests:ratio_rate5m": "the share of requests that failed, of each job",
    "job:serving_request_seconds:p99_rate5m": "the 99th percentile of the latency, of each job, in seconds",
    "job:model_drift_distance:max": "the largest distance of any feature, of each job",
}

ALERTS = {
    "ServingErrors": Alert("job:serving_errors_per_requests:ratio_rate5m", 0.05, 120, "page"),
    "ServingSlow": Alert("job:serving_request_seconds:p99_rate5m", 0.25, 300, "ticket"),
    "ModelDrift": Alert("job:model_drift_distance:max", 0.2, 300, "ticket"),
    "DriftMonitorStale": Alert("time() - max by (job) (model_drift_last_update_timestamp_seconds)", 600.0, 300, "page"),
}
