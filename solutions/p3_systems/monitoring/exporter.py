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
        ### BEGIN SOLUTION
        if not features or len(set(features)) < len(features):
            raise ValueError("one feature or more, and no two alike")
        if len(set(classes)) < len(classes) or "other" in classes:
            raise ValueError("no two classes alike, and none is called other")
        self.features, self.classes = tuple(features), frozenset(classes)
        # A registry of its own: the library's default one belongs to the process, and refuses a second metric of one name.
        self.registry = CollectorRegistry()
        self.predictions = self._metric(Counter, "model_predictions_total")
        self.distance = self._metric(Gauge, "model_drift_distance")
        self.accuracy = self._metric(Gauge, "model_accuracy_estimate")
        self.last_update = self._metric(Gauge, "model_drift_last_update_timestamp_seconds")

        # The counter's series exist from here on, at 0, |classes| + 1 of them and never more.
        for label in [*classes, "other"]:
            self.predictions.labels(label=label)
        self.accuracy.set(math.nan)  # nothing is known yet, and 0 would be a statement
        ### END SOLUTION

    def _metric(self, kind: type, name: str):
        """Given: a metric of METRICS, in the registry `self.registry`, with its labels and its help text."""
        return kind(name, METRICS[name].says, METRICS[name].labels, registry=self.registry)

    def predicted(self, label: str) -> None:
        """Count a prediction of the class `label`; a label that is none of the classes counts as "other"."""
        ### BEGIN SOLUTION
        self.predictions.labels(label=label if label in self.classes else "other").inc()
        ### END SOLUTION

    def updated(self, distances: Mapping[str, float], *, accuracy: float, now: float) -> None:
        """Take over what the drift monitor has computed at `now`, in Unix time.

        distances: for every feature, and for no other name, a number in [0, 1].
        accuracy: a number in [0, 1].
        Raises ValueError otherwise, also for NaN, and then nothing of the exposition has changed.
        """
        ### BEGIN SOLUTION
        # All is looked at before anything is set: a page half of which is of this update would be wrong about both.
        if distances.keys() != set(self.features):
            raise ValueError(f"the distances are of {sorted(distances)}, and the features are {sorted(self.features)}")
        if not all(0 <= value <= 1 for value in [*distances.values(), accuracy]):  # false for NaN
            raise ValueError("distances and accuracy are between 0 and 1")
        for feature in self.features:
            self.distance.labels(feature=feature).set(distances[feature])
        self.accuracy.set(accuracy)
        # When it was, and not how long ago: an age would stand still with the exporter that writes it.
        self.last_update.set(now)
        ### END SOLUTION

    def exposition(self) -> bytes:
        """The page that Prometheus reads, in its text format: the metrics above, and no others but their `_created`."""
        ### BEGIN SOLUTION
        return generate_latest(self.registry)
        ### END SOLUTION

### BEGIN AFTERWORD
# Notice what the page does not have: no label for a request, a user or a text, so that its length is known when it is
# written and stays so. And notice the two ways to say that nothing is known: a series that is absent, and NaN. A zero says
# something else. In a dashboard the first is a gap, which is what it is.
### END AFTERWORD

### BEGIN HINTS
# 1. self._metric(Gauge, "...") makes a metric in self.registry, so there must be a registry first. The library has one of
#    its own, and CollectorRegistry() makes another: what happens with a second Exporter in the library's own?
# 2. A series with labels comes into being by .labels(...). Call it for each class when the exporter is made, and for the
#    features not before the first update. Look at everything that came in before you set the first gauge.
# 3. self.predictions.labels(label=label if label in self.classes else "other").inc(); and in __init__
#    self.accuracy.set(math.nan). not all(0 <= value <= 1 ...) is also true where a value is NaN.
### END HINTS
