"""The smoke check of monitoring: a real Prometheus scrapes the learner's exporter and evaluates the learner's rules."""
import json

from grader.judge import expect_true
from grader.smoke.prometheus import hastened, prometheus
from tests.p3_systems.monitoring import probes_smoke as probes

FEATURES, CLASSES = ["length", "words"], ["found", "lost"]
ALERT, FOR = "ModelDrift", 4  # seconds that it is pending, in place of the learner's minutes
PATIENCE = 60                 # seconds for a change of its state, which takes about two
RULES = "p3_systems/monitoring/rules.yml"


def update(service, distance):
    answer = service.ask("POST", "/update", json.dumps({"distances": {"length": distance, "words": 0.02}, "accuracy": 0.8}).encode())
    expect_true(answer.status == 200, got=answer.status, want="200 of POST /update")


def test_alarm(work, measures):
    """When the model drifts the alarm is pending, fires, and resolves once it has come back"""
    rules = hastened(measures.read(RULES), FOR)
    with work.serve(probes.exporting, FEATURES, CLASSES) as service:
        service.wait_until_ready("/metrics")
        update(service, 0.05)
        with prometheus(service, rules) as asked:
            given = {"scraped": "/metrics, once a second", "distance": 0.05}
            expect_true(asked.wait_for(asked.is_scraped, PATIENCE), got="not scraped", want="/metrics that Prometheus can read", given=given)
            asked.wait_for(lambda: asked.state_of(ALERT), FOR + 2)
            expect_true(asked.state_of(ALERT) == "", got=asked.state_of(ALERT), want=f"no {ALERT} while nothing drifts", given=given)
            update(service, 0.6)
            given = {**given, "distance": "0.6 of `length`, from 0.05"}
            seen = []
            asked.wait_for(lambda: (seen.append(asked.state_of(ALERT)), seen[-1] == "firing")[1], PATIENCE)
            order = [state for at, state in enumerate(seen) if state and state not in seen[:at]]
            expect_true(order == ["pending", "firing"], got=order, want=["pending", "firing"], given=given, note=f"the states of {ALERT}")
            update(service, 0.05)
            expect_true(asked.wait_for(lambda: asked.state_of(ALERT) == "", PATIENCE), got=f"{ALERT} is still {asked.state_of(ALERT)}",
                        want="it resolves", given={**given, "distance": "0.05 again"})
