r"""An exporter for Prometheus: what a model sees and says, as metrics that can be watched.

Prometheus comes and fetches: every few seconds it reads one page of text, the *exposition*, and keeps each number of it
as a sample of a time series. A series is a name with a set of labels, and each set of labels is a series of its own:
a counter with the labels route and status, of which there are $R$ and $S$ values, makes

$$\text{series} = R \cdot S,$$

in this process and, for as long as they are kept, on the disk of the server. So a label has values from a short list,
known beforehand. What differs from request to request (an id, a text, a number) goes into a log.

Source: Prometheus' documentation, "Metric types", "Metric and label naming" and "Writing exporters" (labels;
timestamps, not time since).
"""
import math
from collections.abc import Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from exercises.common.monitored import METRICS


class Exporter:
    r"""The metrics of one model, in a registry of their own.

    model_predictions_total{label}              counter: predictions, by their class; the classes are `classes`, and
                                                whatever else was predicted counts under "other"
    model_drift_distance{feature}               gauge: the distance of each of `features`, as of the last update
    model_accuracy_estimate                     gauge: the estimated accuracy, as of the last update
    model_drift_last_update_timestamp_seconds   gauge: when the last update was, in Unix time

    Before the first prediction each class and "other" stand at 0: a counter that appears only with its first event hides
    that event from `rate`. Before the first update there is no distance, since 0 would say that nothing has drifted; the
    estimate is NaN; and the timestamp is 0, so that its age is alarming.

    features: the names of the features, one or more, no two alike.
    classes: the names of the classes, no two alike, and none of them "other".
    Raises ValueError otherwise.

    >>> exporter = Exporter(features=["length"], classes=["yes", "no"])
    >>> exporter.predicted("yes")
    >>> exporter.updated({"length": 0.25}, accuracy=0.9, now=1000.0)
    >>> page = exporter.exposition().decode()
    >>> 'model_predictions_total{label="yes"} 1.0' in page and 'model_drift_distance{feature="length"} 0.25' in page
    True
    """

    def __init__(self, *, features: Sequence[str], classes: Sequence[str]):
        raise NotImplementedError

    def _metric(self, kind: type, name: str):
        """Given: a metric of METRICS, in the registry `self.registry`, with its labels and its help text."""
        return kind(name, METRICS[name].says, METRICS[name].labels, registry=self.registry)

    def predicted(self, label: str) -> None:
        """Count a prediction of the class `label`; a label that is none of the classes counts as "other"."""
        raise NotImplementedError

    def updated(self, distances: Mapping[str, float], *, accuracy: float, now: float) -> None:
        """Take over what the drift monitor has computed at `now`, in Unix time.

        distances: for every feature, and for no other name, a number in [0, 1].
        accuracy: a number in [0, 1].
        Raises ValueError otherwise, also for NaN, and then nothing of the exposition has changed.
        """
        raise NotImplementedError

    def exposition(self) -> bytes:
        """The page that Prometheus reads, in its text format: the metrics above, and no others but their `_created`."""
        raise NotImplementedError
