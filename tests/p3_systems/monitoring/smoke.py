"""The smoke check of monitoring: a real Prometheus scrapes the learner's exporter and evaluates the learner's rules."""
import contextlib
import json

from grader.judge import expect_true
from grader.smoke.prometheus import hastened, prometheus
from tests.p3_systems.monitoring import probes_smoke as probes

FEATURES, CLASSES = ["length", "words"], ["found", "lost"]
ALERT, FOR = "ModelDrift", 4  # seconds that it is pending, in place of the learner's minutes
PATIENCE = 60                 # seconds for a change of its state, which takes about two
QUIET = FOR + 2               # seconds in which an alert that is wrong about what is quiet would fire
RULES = "p3_systems/monitoring/rules.yml"
COUNTER = "model_predictions_total"
OWN = '{__name__=~"model_.*"}'  # the series of the exporter


def post(service, path, **told):
    answer = service.ask("POST", path, json.dumps(told).encode())
    expect_true(answer.status == 200, got=answer.status, want=f"200 of POST {path}")


def update(service, distance):
    post(service, "/update", distances={"length": distance, "words": 0.02}, accuracy=0.8)


@contextlib.contextmanager
def watched(work, measures):
    """(the service, a Prometheus that scrapes it and evaluates the rules); nothing has drifted."""
    with contextlib.ExitStack() as stack:
        service = stack.enter_context(work.serve(probes.exporting, FEATURES, CLASSES))
        service.wait_until_ready("/metrics")
        update(service, 0.05)
        try:
            asked = stack.enter_context(prometheus(service, hastened(measures.read(RULES), FOR)))
        except ValueError as error:
            expect_true(False, got=str(error), want="rules that Prometheus takes", given={"rules": RULES})
        expect_true(asked.wait_for(asked.is_scraped, PATIENCE), got="not scraped", want="/metrics that Prometheus can read",
                    given={"scraped": "/metrics, once a second"})
        yield service, asked


def test_scraped(work, measures):
    """Prometheus takes the rules and can read /metrics, each metric with its type"""
    with watched(work, measures) as (_, asked):
        for metric, type_ in ((COUNTER, "counter"), ("model_drift_distance", "gauge"), ("model_accuracy_estimate", "gauge")):
            asked.wait_for(lambda: asked.type_of(metric), FOR)
            expect_true(asked.type_of(metric) == type_, got=asked.type_of(metric) or "no type", want=type_, given={"metric": metric})


def test_series(work, measures):
    """Prometheus counts every prediction, in a counter that never goes down, and no series grows with the requests"""
    with watched(work, measures) as (service, asked):
        expect_true(asked.wait_for(lambda: asked.value(f"count({OWN})"), PATIENCE), got="no series", want=f"series of {OWN}")
        before, sent = asked.value(f"count({OWN})"), 0
        for turn in range(3):  # an update after each, as after a window of the drift monitor
            labels = ["found"] * 6 + ["lost"] * 3 + [f"id-{turn}-{number}" for number in range(20)]
            for label in labels:
                post(service, "/predict", label=label)
            sent += len(labels)
            asked.wait_for(lambda: asked.value(f"sum({COUNTER})") == sent, FOR)  # it has seen them, before the update comes
            update(service, 0.05)
        given = {"predictions": sent, "classes": CLASSES, "labels of no class": 60, "updates": 4}
        asked.wait_for(lambda: asked.value(f"sum({COUNTER})") == sent, PATIENCE)
        expect_true(asked.value(f"sum({COUNTER})") == sent, got=asked.value(f"sum({COUNTER})"), want=str(sent), given=given, note=f"sum({COUNTER})")
        resets = asked.value(f"sum(resets({COUNTER}[5m]))")
        expect_true(resets == 0, got=resets, want="no resets: a counter only grows", given=given)
        after = asked.value(f"count({OWN})")
        expect_true(after == before, got=f"{after:g} series, and {before:g} before", want="no more", given=given,
                    note="each value of a label is a series of its own in Prometheus, kept for weeks")


def is_silent(asked):
    """Nothing has drifted: the alert stays silent."""
    asked.wait_for(lambda: asked.state_of(ALERT), QUIET)
    expect_true(asked.state_of(ALERT) == "", got=asked.state_of(ALERT), want=f"no {ALERT} while nothing drifts", given={"distance": 0.05})


def states_until_it_fires(service, asked):
    """The model drifts: the states of the alert, in their order, until it fires."""
    update(service, 0.6)
    seen = []
    asked.wait_for(lambda: (seen.append(asked.state_of(ALERT)), seen[-1] == "firing")[1], PATIENCE)
    return [state for at, state in enumerate(seen) if state and state not in seen[:at]]


def test_alarm(work, measures):
    """The alarm is silent while nothing drifts; when the model drifts it is pending, and then fires"""
    with watched(work, measures) as (service, asked):
        is_silent(asked)
        order = states_until_it_fires(service, asked)
        expect_true(order == ["pending", "firing"], got=order, want="pending, then firing", note=f"the states of {ALERT}",
                    given={"distance": "0.6 of `length`, from 0.05"})


def test_resolved(work, measures):
    """An alarm that has fired resolves once the model has come back"""
    with watched(work, measures) as (service, asked):
        order = states_until_it_fires(service, asked)
        expect_true("firing" in order, got=order, want=f"{ALERT} fires, so that it can resolve", given={"distance": "0.6 of `length`, from 0.05"})
        update(service, 0.05)
        expect_true(asked.wait_for(lambda: asked.state_of(ALERT) == "", PATIENCE), got=f"{ALERT} is still {asked.state_of(ALERT)}",
                    want="it resolves", given={"distance": "0.6 of `length`, then 0.05 again"})
