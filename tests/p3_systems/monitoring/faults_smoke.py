"""Exporters and rules with one fault each, and the smoke check that must fail by it.

    python -m tests.p3_systems.monitoring.faults_smoke [--sandbox] [NAME ...]

A fault of the exporter is code at its end, which wraps what the contract names; one of the rules replaces a line of the
reference.
"""
import sys

from tests.smoke_faults import Fault, run_faults

LARGEST = "max by (job) (model_drift_distance)"
DRIFTED = "job:model_drift_distance:max > 0.2"
WAITS = f"{DRIFTED}\n        for: 5m\n"

FAULTS = {
    "rules that do not load": Fault("scraped", "rules", "max by job (model_drift_distance)", LARGEST),
    "a page that Prometheus cannot read": Fault("scraped", "exporter", '''
_right = Exporter.exposition
Exporter.exposition = lambda self: _right(self).replace(b'"', b"")
'''),
    "a gauge for a counter": Fault("scraped", "exporter", '''
_right = Exporter._metric
Exporter._metric = lambda self, kind, name: _right(self, Gauge, name)
'''),
    "a label for each request": Fault("series", "exporter", '''
Exporter.predicted = lambda self, label: self.predictions.labels(label=label).inc()
'''),
    "a counter that goes down": Fault("series", "exporter", '''
_right = Exporter.updated

def _wrong(self, distances, **options):
    _right(self, distances, **options)
    for label in [*self.classes, "other"]:  # a new window, so it counts from 0
        self.predictions.labels(label=label).reset()

Exporter.updated = _wrong
'''),
    "predictions of no class are lost": Fault("series", "exporter", '''
_right = Exporter.predicted
Exporter.predicted = lambda self, label: _right(self, label) if label in self.classes else None
'''),
    "an alarm that never fires: its threshold": Fault("alarm", "rules", "job:model_drift_distance:max > 2", DRIFTED),
    "an alarm that never fires: a name that nobody exports": Fault("alarm", "rules", "max by (job) (model_drift_distances)", LARGEST),
    "an alarm that is never pending": Fault("alarm", "rules", f"{DRIFTED}\n", WAITS),
    "an alarm about nothing": Fault("alarm", "rules", "job:model_drift_distance:max > 0.02", DRIFTED),
    "an alarm that never resolves": Fault("resolved", "rules", "max_over_time(job:model_drift_distance:max[1h]) > 0.2", DRIFTED),
    "distances that only grow": Fault("resolved", "exporter", '''
_right = Exporter.updated

def _wrong(self, distances, **options):
    self.largest = {name: max(value, getattr(self, "largest", {}).get(name, 0)) for name, value in distances.items()}
    _right(self, self.largest, **options)

Exporter.updated = _wrong
'''),
}

if __name__ == "__main__":
    sys.exit(run_faults("p3_systems/monitoring", FAULTS))
