"""The smoke room: a verdict from a project's service, its thresholds, what is not there, and the words of its tools."""
import dataclasses
import json
from pathlib import Path

import pytest

from grader.course.languages import YAML
from grader.course.limits import Threshold
from grader.course.manifest import load_course
from grader.course.workspace import local_workspace
from grader.errors import UsageError
from grader.judge.expect import MismatchError
from grader.records.ledger import statuses
from grader.records.verdict import Reason, Status
from grader.report.learner.course_map import course_map
from grader.report.learner.terminal import list_text
from grader.smoke import run
from grader.smoke.contract import failures_of
from grader.smoke.load import quantile
from grader.smoke.measures import Measures
from grader.smoke.prometheus import Prometheus, hastened
from grader.worker import launch
from tests.grader.helpers.judging import LIBRARIES
from tests.grader.helpers.small_course import small_course, write

SMOKE = """        smoke: {title: The whole, points: 10, minutes: 5, thresholds: {answers: {at_least: 2}}}
        exercises:
          - {name: first,"""
SERVICE = '''
"""Given: a service that answers every connection with first(3)."""
import socket

from .first import first


def serve(listener):
    with socket.socket(fileno=listener) as sock:
        while True:
            connection, _ = sock.accept()
            with connection:
                asked = connection.recv(4096)
                said = b"%d" % first(3)
                connection.sendall(b"HTTP/1.1 200 OK\\r\\ncontent-length: %d\\r\\nconnection: close\\r\\n\\r\\n%s" % (len(said), said))
            if b"/end" in asked:
                return "ended"
'''
PROBES = "def served(work, listener):\n    return work.serve(listener)\n"
SUITE = '''
from grader.judge import expect
from grader.smoke.measures import NotHereError
from tests.p1.letters import probes_smoke as probes


def test_answers(work):
    """It answers"""
    with work.serve(probes.served) as service:
        service.wait_until_ready("/ready")
        expect(service.ask("GET", "/").body, equals=b"7")
        service.ask("GET", "/end")
        expect(service.wait().value, equals="ended")


def test_measured(work, measures):
    """It is measured"""
    with work.serve(probes.served) as service:
        service.wait_until_ready("/ready")
        answers = sum(service.ask("GET", "/").status == 200 for _ in range(3))
    measures.hold("answers", answers, f"{answers} answers")


def test_elsewhere(work):
    """It needs what is not here"""
    raise NotHereError("There is no such thing here.")
'''


@pytest.fixture
def course(tmp_path):
    small_course(tmp_path)
    manifest = (tmp_path / "course.yml").read_text()
    manifest = manifest.replace("        exercises:\n          - {name: first,", SMOKE, 1)
    write(tmp_path, {"course.yml": manifest, "solutions/p1/letters/service.py": SERVICE, "tests/p1/letters/probes_smoke.py": PROBES,
                     "tests/p1/letters/smoke.py": SUITE})
    return load_course(tmp_path)


@pytest.fixture(scope="module")
def fork_server():
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(launch, "WORKER_LIBRARIES", LIBRARIES)
        server = launch.WorkerForkServer()
        assert server.wait_until_ready()
    yield server
    server.end()


@pytest.fixture
def smoke(course, fork_server, monkeypatch):
    import sys
    monkeypatch.syspath_prepend(str(course.root))
    for name in [name for name in sys.modules if name.startswith("tests.p1.")]:
        del sys.modules[name]
    import tests
    monkeypatch.setattr(tests, "__path__", [str(course.root / "tests"), *tests.__path__])
    project = course.projects["p1/letters"]

    def smoke(text=None, **options):
        files = local_workspace(course, "solutions")
        files = files.with_text("p1/letters/first.py", text) if text else files
        return run.smoke_verdict(course, project, files, fork_server=fork_server, **options)
    return smoke


def test_a_verdict_on_a_service(smoke):
    verdict = smoke()
    assert [(c.name, c.status, c.counts) for c in verdict.checks] == [
        ("test_answers", Status.PASSED, True), ("test_measured", Status.PASSED, True), ("test_elsewhere", Status.NOT_RUN, False)]
    assert (verdict.status, verdict.earned, verdict.points, verdict.exercise) == (Status.PASSED, 10, 10, "p1/letters/smoke")
    assert verdict.checks[1].note == "3 answers (at least 2 wanted)."
    assert verdict.checks[2].note == "There is no such thing here."
    assert verdict.suite_hash and verdict.engine_hash and verdict.files_hash


def test_a_wrong_service_fails_by_name(smoke):
    verdict = smoke("def first(x):\n    return 8\n")
    assert (verdict.status, verdict.earned) == (Status.FAILED, 5)
    assert (verdict.checks[0].got, verdict.checks[0].want) == ("b'8'", "b'7'")


def test_what_is_not_written_is_said(smoke):
    verdict = smoke("def first(x):\n    raise NotImplementedError\n")
    assert verdict.status == Status.NOT_RUN and "first is not written" in verdict.message


def test_one_check_alone(smoke):
    assert [check.name for check in smoke(only="measured").checks] == ["test_measured"]
    with pytest.raises(UsageError, match="answers, measured, elsewhere"):
        smoke(only="nothing")


def test_only_what_is_not_here_is_never_passed(smoke):
    verdict = smoke(only="elsewhere")
    assert (verdict.status, verdict.earned) == (Status.NOT_RUN, 0)


def test_points_of_what_the_machine_lacks_are_left_out(course, smoke):
    suite = course.root / "tests/p1/letters/smoke.py"
    suite.write_text(SUITE.replace('such thing here."', 'Prometheus here.", "prometheus"'))
    verdict = smoke()
    assert (verdict.status, verdict.earned, verdict.points, verdict.left_out) == (Status.PASSED, 7, 7, 3)
    assert verdict.reason == Reason.MISSING and "for want of prometheus; 3 points of this exercise are left out" in verdict.message
    verdict = smoke(only="elsewhere")
    assert (verdict.status, verdict.earned, verdict.points, verdict.left_out) == (Status.NOT_RUN, 0, 0, 10)


def test_data_that_only_a_check_reads_must_be_readable_too(course, smoke, monkeypatch):
    """A file of YAML, which nothing imports: one that cannot be judged is said, before any service is started."""
    class Data:
        path, language = "p1/letters/rules.yml", YAML
    project = course.projects["p1/letters"]
    monkeypatch.setattr(project, "exercises", [*project.exercises, Data])
    verdict = smoke()
    assert (verdict.status, verdict.reason, verdict.checks) == (Status.FAILED, Reason.UNREADABLE_FILE, [])
    assert "rules.yml" in verdict.message


def test_it_is_in_the_ledger_and_on_the_map(course, smoke, monkeypatch):
    made = smoke()
    monkeypatch.setattr(run, "smoke_verdict", lambda *args, **options: made)
    monkeypatch.setattr(run, "local_workspace", lambda course, workspace: local_workspace(course, "solutions"))
    assert run.smoke_project(course, "letters", None, sandbox=False, as_json=False, verbose=False, color=False) == 0
    assert statuses(course.root)["p1/letters/smoke"] == ("passed", 10, 10)
    shown = course_map(course, statuses(course.root))
    assert json.dumps(shown).count('"p1/letters/smoke"') == 1 and shown["next"]["id"] == "p1/letters/first"
    assert "The whole" in list_text(shown, False)


@pytest.mark.parametrize("words", ["digits", "nothing"])
def test_a_project_without_one(course, words):
    with pytest.raises(UsageError, match="letters"):
        run.find_smoke(course, words)


def test_a_missing_library_is_one_sentence(course):
    project = course.projects["p1/letters"]
    project.smoke.preload = ["no_such_library_at_all"]
    with pytest.raises(UsageError, match="no_such_library_at_all"):
        with run.workers(course, project, sandbox=False):
            pass


def test_a_threshold_that_is_missed_is_shown():
    measures = Measures(Path(), {"speed": Threshold(at_least=2)})
    with pytest.raises(MismatchError) as missed:
        measures.hold("speed", 1.5, "1.5x")
    assert (missed.value.got, missed.value.want, measures.figures) == ("1.5x", "at least 2", {"speed": 1.5})


def test_quantiles():
    times = [(0.001, 90), (0.002, 9), (0.5, 1)]
    assert (quantile(times, 0.5), quantile(times, 0.99), quantile(times, 1.0), quantile([], 0.5)) == (0.001, 0.002, 0.5, 0.0)


REPORT = """<testsuites><testsuite name="schemathesis">
<testcase name="POST /predict"><failure type="failure" message="ST105">1. Test Case ID: KajjoS

- ST105 Undocumented status code

    Received: 400
    Documented: 200, 422

Reproduce with:

    curl -X POST http://127.0.0.1:1/predict</failure></testcase>
<testcase name="GET /live" /></testsuite></testsuites>"""


def test_the_words_of_a_broken_promise():
    (broken,) = failures_of(REPORT)
    assert dataclasses.astuple(broken) == ("POST /predict", "Undocumented status code Received: 400 Documented: 200, 422",
                                           "curl -X POST http://127.0.0.1:1/predict")


# ── Prometheus ──────────────────────────────────────────────────────────────────────────────────────────────────


def answering(monkeypatch, told):
    asked = Prometheus(0, None)
    monkeypatch.setattr(asked, "get", lambda path: told)
    return asked


def test_what_prometheus_says(monkeypatch):
    one = {"metric": {}, "value": [1700000000.0, "55"]}
    assert answering(monkeypatch, {"result": [one]}).value("sum(x)") == 55
    assert [answering(monkeypatch, told).value("x") for told in (None, {"result": []}, {"result": [one, one]})] == [None] * 3
    assert answering(monkeypatch, {"a_total": [{"type": "counter"}]}).type_of("a_total") == "counter"
    assert answering(monkeypatch, {}).type_of("a_total") == answering(monkeypatch, None).type_of("a_total") == ""
    alerts = [{"state": state, "labels": {"alertname": "A", "job": state}} for state in ("pending", "firing")]
    assert [answering(monkeypatch, {"alerts": alerts}).state_of(name) for name in "AB"] == ["firing", ""]


def test_rules_in_haste():
    rules = "groups: [{name: a, interval: 1m, rules: [{alert: A, expr: x, for: 5m}, {alert: B, expr: x}]}]"
    (group,) = json.loads(hastened(rules, 4))["groups"]
    assert group == {"name": "a", "rules": [{"alert": "A", "expr": "x", "for": "4s"}, {"alert": "B", "expr": "x"}]}
    for broken in ("[", "", "groups: 3", "groups: [{name: a}]", "groups: [{rules: [3]}]"):
        with pytest.raises(ValueError, match="no groups of rules"):
            hastened(broken, 4)
