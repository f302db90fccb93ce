"""An exporter for Prometheus, judged by the page that it gives."""
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from grader.judge import expect, expect_true, supporting
from tests.p3_systems.monitoring import probes_exporter as probes

TYPES = {"model_predictions": "counter", "model_drift_distance": "gauge", "model_accuracy_estimate": "gauge",
         "model_drift_last_update_timestamp_seconds": "gauge"}
LABELS = {"model_predictions_total": {"label"}, "model_drift_distance": {"feature"}, "model_accuracy_estimate": set(),
          "model_drift_last_update_timestamp_seconds": set()}
SHARES = st.floats(0, 1)


def families(page):
    try:
        return list(text_string_to_metric_families(page))
    except ValueError as error:
        raise AssertionError(f"Prometheus cannot read the page: {error}") from None


def samples(page) -> dict[str, float]:
    """{the series as it stands on the page: its value}, without the times of creation."""
    found = {}
    for sample in (sample for family in families(page) for sample in family.samples if not sample.name.endswith("_created")):
        labels = ", ".join(f"{name}={text}" for name, text in sorted(sample.labels.items()))
        found[f"{sample.name} {labels}".strip()] = sample.value
    return found


def of(page, name: str) -> dict[str, float]:
    return {series: value for series, value in samples(page).items() if series.split(" ")[0] == name}


@supporting
def test_types_and_labels(work):
    """The page is bytes with the four metrics: their types, a help text each, and no other labels."""
    expect(work.run(probes.kind_of_page, ["length"], ["a"]), equals="bytes")
    page = work.run(probes.pages, ["length", "words"], ["a", "b"], [[{"length": 0.5, "words": 0.25}, 0.75, 100.0]])[-1]
    here = {family.name: family for family in families(page) if not family.name.endswith("_created")}
    expect({name: family.type for name, family in here.items()}, equals=TYPES)
    expect_true(all(family.documentation.strip() for family in here.values()), got=[f.documentation for f in here.values()],
                want="a help text for each")
    for family in here.values():
        for sample in (sample for sample in family.samples if not sample.name.endswith("_created")):
            expect(set(sample.labels), equals=LABELS.get(sample.name, set()), given={"series": sample.name})


@given(st.lists(st.sampled_from(["a", "b", "c", "other", "A", ""]), max_size=12))
def test_counts_predictions(work, labels):
    """Predictions are counted by their class, and what is no class under other."""
    want = {f"model_predictions_total label={label}": 0.0 for label in ("a", "b", "other")}
    for label in [*labels, "a"]:
        want[f"model_predictions_total label={label if label in ('a', 'b') else 'other'}"] += 1
    page = work.run(probes.pages, ["length"], ["a", "b"], [labels, ["a"]])[-1]
    expect(of(page, "model_predictions_total"), equals=want, given={"classes": ["a", "b"], "predicted": [*labels, "a"]})


def test_its_length_is_bounded(work):
    """A thousand labels that nobody knew make no new series."""
    labels = [f"label {number}" for number in range(1000)]
    before, after = (samples(page) for page in work.run(probes.pages, ["length"], ["a"], [labels]))
    expect(sorted(after), equals=sorted(before), given={"predicted": "1000 labels that are no classes"})
    expect(after["model_predictions_total label=other"], equals=1000.0)


@given(st.tuples(SHARES, SHARES, SHARES), st.tuples(SHARES, SHARES, SHARES), st.sampled_from([1.7e9, 1.7e9 + 0.5, 3.0]))
def test_shows_the_last_update(work, first, second, now):
    """Distances, estimate and moment are those of the last update, each feature with its own."""
    steps = [[{"length": one, "words per line": other}, accuracy, when]
             for (one, other, accuracy), when in ((first, now - 2), (second, now))]
    pages = work.run(probes.pages, ["length", "words per line"], ["a"], steps)
    for page, (one, other, accuracy), when in zip(pages[1:], (first, second), (now - 2, now)):
        want = {"model_drift_distance feature=length": one, "model_drift_distance feature=words per line": other,
                "model_accuracy_estimate": accuracy, "model_drift_last_update_timestamp_seconds": when}
        expect({series: value for series, value in samples(page).items() if not series.startswith("model_pred")}, equals=want,
               given={"distances": [one, other], "accuracy": accuracy, "now": when})


def test_says_nothing_that_is_not_known(work):
    """Before the first update there is no distance, the estimate is NaN and the timestamp 0; afterwards they are there."""
    before, after = work.run(probes.pages, ["length"], ["a"], [[{"length": 0.0}, 0.0, 5.0]])
    expect(of(before, "model_drift_distance"), equals={}, note="distances before the first update")
    expect([samples(before).get("model_accuracy_estimate"), samples(before).get("model_drift_last_update_timestamp_seconds")],
           equals=[math.nan, 0.0], note="the estimate and the timestamp before the first update")
    expect([samples(after).get(name) for name in ("model_drift_distance feature=length", "model_accuracy_estimate",
                                                   "model_drift_last_update_timestamp_seconds")], equals=[0.0, 0.0, 5.0])


@pytest.mark.parametrize("distances, accuracy", [
    ({"length": 0.3}, 0.5), ({"length": 0.3, "words": 0.3, "more": 0.3}, 0.5), ({"length": 0.3, "other": 0.3}, 0.5), ({}, 0.5),
    ({"length": 0.3, "words": 1.001}, 0.5), ({"length": -0.001, "words": 0.3}, 0.5), ({"length": 0.3, "words": math.nan}, 0.5),
    ({"length": 0.3, "words": math.inf}, 0.5), ({"length": 0.3, "words": 0.3}, 1.001), ({"length": 0.3, "words": 0.3}, -0.001),
    ({"length": 0.3, "words": 0.3}, math.nan)])
def test_refuses_an_update_whole(work, distances, accuracy):
    """An update with other features, or with what is no share, raises ValueError and changes nothing."""
    good = [{"length": 0.1, "words": 1.0}, 0.6, 10.0]
    _, before, *after = work.run(probes.pages, ["length", "words"], ["a"], [good, [distances or {"": 0.1}, accuracy, 20.0]])
    expect(samples(before).get("model_drift_last_update_timestamp_seconds"), equals=10.0, note="after the update that is right")
    expect(after[0], equals="ValueError", given={"distances": distances or {"": 0.1}, "accuracy": accuracy})
    expect(samples(after[1]), equals=samples(before), given={"distances": distances or {"": 0.1}, "accuracy": accuracy},
           note="the page after an update that was refused")


@pytest.mark.parametrize("features, classes", [([], ["a"]), (["x", "x"], ["a"]), (["x"], ["a", "a"]), (["x"], ["a", "other"])])
def test_refuses_names_that_are_alike(work, features, classes):
    """No features, two names alike, and a class called other raise ValueError; no classes are allowed."""
    expect(work.run(probes.made, features, classes), equals="ValueError", given={"features": features, "classes": classes})
    expect(work.run(probes.made, ["x"], []), equals="an exporter", given={"features": ["x"], "classes": []})
    expect(sorted(of(work.run(probes.pages, ["x"], [], [["b"]])[-1], "model_predictions_total")),
           equals=["model_predictions_total label=other"], given={"features": ["x"], "classes": []})


def test_two_live_side_by_side(work):
    """Two exporters in one process count apart, and the library's own registry is left alone."""
    one, other, more = work.run(probes.side_by_side, ["x", "y"], ["a", "b"])
    expect(of(one, "model_predictions_total")["model_predictions_total label=a"], equals=1.0)
    expect(of(other, "model_predictions_total")["model_predictions_total label=a"], equals=0.0, note="of the exporter that counted nothing")
    expect(of(other, "model_drift_distance"), equals={}, note="of the exporter that had no update")
    expect(more, equals=0, note="metrics in prometheus_client.REGISTRY, more than before")
