"""What learners get wrong in `exporter`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

mistake("exporter.Exporter.predicted", """Every label that is predicted becomes a series of its own. Whoever sends a thousand different texts makes a
        thousand series, in this process and on the server's disk, until one of them has no memory left. Labels come from a list
        that is known; the rest is "other".""",
        name="a_series_for_each_label", replace='label=label if label in self.classes else "other"', by="label=label")

@mistake("exporter.Exporter.predicted", """A prediction that is none of the classes is not counted at all. The sum over the labels is then less than what
        the model predicted, and a model that answers with something new looks idle: it counts as "other".""")
def leaves_the_others_out(self, label):
    if label in self.classes:
        self.predictions.labels(label=label).inc()


mistake("exporter.Exporter.__init__", """The counter's series come into being with their first event. `rate` sees how a series grows from one scrape to the
        next, so that first event, and with it the first error after a start, is never seen. Call .labels(...) for each class when the
        exporter is made.""",
        name="series_appear_with_the_first_event",
        replace="""        for label in [*classes, "other"]:
            self.predictions.labels(label=label)
""", by="", forms=[{"replace": '[*classes, "other"]', "by": "classes"}])

mistake("exporter.Exporter.__init__", """Before the first update your page has distances of 0. That says: we have looked, and nothing has drifted. Nobody has
        looked yet, so there is no distance to show.""",
        name="zero_before_it_is_known", replace="        self.accuracy.set(math.nan)",
        by="        for feature in features:\n            self.distance.labels(feature=feature)\n        self.accuracy.set(math.nan)")

mistake("exporter.Exporter.__init__", """Before the first update your estimate of the accuracy is a number. A gauge begins at 0, which here means that every
        answer is wrong. NaN says that nothing is known.""",
        name="accuracy_begins_at_a_number", replace="self.accuracy.set(math.nan)", by="self.accuracy.set(0.0)",
        forms=[{"replace": "self.accuracy.set(math.nan)", "by": "self.accuracy.set(1.0)"}])

mistake("exporter.Exporter.__init__", """Your metrics are in the library's own registry, which the whole process shares. A second exporter, as every test makes one,
        is refused for its names, and whatever else the process exports is on the same page. Make a CollectorRegistry for each exporter.""",
        name="the_shared_registry", replace="self.registry = CollectorRegistry()",
        by="import prometheus_client\n        self.registry = prometheus_client.REGISTRY")

mistake("exporter.Exporter.__init__", """Predictions are exported as a gauge. A gauge may fall as well as rise, so `rate` of it means nothing and a restart looks like a
        fall; what only grows is a counter.""",
        name="gauge_for_a_counter", replace='_metric(Counter, "', by='_metric(Gauge, "')

mistake("exporter.Exporter.__init__", """No feature at all, two names alike, or a class called "other" get through. Two features of one name write into one series, and
        the last one wins; a class called "other" cannot be told from what is no class.""",
        name="names_are_not_looked_at", replace="if not features or len(set(features)) < len(features):", by="if False:",
        forms=[{"replace": "if not features or", "by": "if"},
               {"replace": ' or "other" in classes:', "by": ":"},
               {"replace": 'if len(set(classes)) < len(classes) or "other" in classes:', "by": 'if "other" in classes:'}])

mistake("exporter.Exporter.updated", """You export how long ago the update was, and not when. Nobody sets the gauge while the monitor is dead, so the age stands still
        just when it matters; a timestamp stands still too, and the server subtracts it from its own clock.""",
        name="age_for_a_timestamp", replace="self.last_update.set(now)", by="import time\n        self.last_update.set(time.time() - now)")

mistake("exporter.Exporter.updated", """The timestamp is that of this machine's clock, and not `now`. The one who calls knows when the distances were computed: it may be
        minutes ago, or a simulated hour in a test.""",
        name="another_clock", replace="self.last_update.set(now)", by="self.last_update.set_to_current_time()",
        forms=[{"replace": "self.last_update.set(now)", "by": "import time\n        self.last_update.set(int(time.time()))"}])

mistake("exporter.Exporter.updated", """The timestamp loses what is below a second, or is in milliseconds. Prometheus counts in seconds, as a float.""",
        name="not_in_seconds", replace="self.last_update.set(now)", by="self.last_update.set(now * 1000)",
        forms=[{"replace": "self.last_update.set(now)", "by": "self.last_update.set(int(now))"}])

mistake("exporter.Exporter.updated", """An update that lacks a feature, or names another one, gets through. What is lacking keeps its old distance, which then looks new
        beside the new timestamp; and a name that nobody listed makes a series.""",
        name="features_are_not_compared", replace="if distances.keys() != set(self.features):", by="if False:",
        forms=["""
def updated(self, distances, *, accuracy, now):
    if not all(0 <= value <= 1 for value in [*distances.values(), accuracy]):
        raise ValueError
    for feature, value in distances.items():
        self.distance.labels(feature=feature).set(value)
    self.accuracy.set(accuracy)
    self.last_update.set(now)
""", {"replace": "if distances.keys() != set(self.features):", "by": "if not distances.keys() >= set(self.features):"}])

mistake("exporter.Exporter.updated", """NaN gets through as a distance or an estimate. Every comparison with NaN is false, so a test for what is *wrong*, such as value < 0
        or value > 1, lets it pass; and an alert compares it with its threshold and stays silent.""",
        name="nan_gets_through", replace="if not all(0 <= value <= 1 for value in [*distances.values(), accuracy]):",
        by="if any(value < 0 or value > 1 for value in [*distances.values(), accuracy]):")

mistake("exporter.Exporter.updated", """The estimate of the accuracy is not looked at: a number outside of [0, 1] gets through.""", name="accuracy_is_not_looked_at",
        replace="[*distances.values(), accuracy]", by="distances.values()")


@mistake("exporter.Exporter.updated", """You set the gauges one after another and raise in between. The page then has some numbers of the update that was refused beside
        others of the one before, and nobody can tell which. Look at everything first, and set then.""")
def updated_by_halves(self, distances, *, accuracy, now):
    if distances.keys() != set(self.features):
        raise ValueError("other features")
    self.last_update.set(now)
    for feature, value in distances.items():
        if not 0 <= value <= 1:
            raise ValueError("no share")
        self.distance.labels(feature=feature).set(value)
    if not 0 <= accuracy <= 1:
        raise ValueError("no share")
    self.accuracy.set(accuracy)
