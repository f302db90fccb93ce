"""Checks that need what a machine may lack: where it is missing they are not run, and nothing counts them as passed."""
import csv
import io
from xml.etree import ElementTree

import pytest

from grader.autograde.marker import read_verdict
from grader.judge import requirements, requires
from grader.judge.diagnose import diagnosed
from grader.judge.requirements import required_by
from grader.judge.suite_faults import faults_of, without_faults
from grader.records.ledger import open_ledger
from grader.records.outcome import Outcome, outcome
from grader.records.verdict import Reason, Status
from grader.report.classroom.exercism import exercism_results
from grader.report.classroom.grades_csv import grades_csv
from grader.report.classroom.gradescope import gradescope_results
from grader.report.classroom.junit import junit_xml
from grader.report.learner.course_map import course_map
from grader.report.verdict_text import verdict_text
from tests.grader.helpers.judging import suite_of
from tests.grader.helpers.marked_class import NOON, marked
from tests.grader.judge.checks import doubles, doubles_a_number, returning

RIGHT, WRONG = returning("2 * x"), returning("x")


@requires("promtool")
def by_promtool(work):
    """A program is asked."""
    doubles(work)


@pytest.fixture
def without(monkeypatch):
    monkeypatch.setattr(requirements, "is_there", lambda name: False)


def test_names_are_known():
    with pytest.raises(ValueError, match="'promtol'"):
        requires("promtol")
    assert required_by(requires("gpu")(requires("promtool")(lambda work: None))) == ("gpu", "promtool")
    assert required_by(doubles) == ()
    for name in requirements.THINGS:
        requirements.is_there(name)  # each can be asked for on any machine


def test_where_it_is_there_it_is_a_check_as_any(judge, monkeypatch):
    monkeypatch.setattr(requirements, "is_there", lambda name: True)
    verdict = judge(RIGHT, doubles, by_promtool)
    assert (verdict.status, verdict.earned, verdict.points, verdict.left_out, verdict.reason) == (Status.PASSED, 3, 3, 0, None)
    assert judge(WRONG, by_promtool).status == Status.FAILED


def test_its_points_are_left_out(judge, without):
    verdict = judge(RIGHT, doubles, doubles_a_number, by_promtool)
    assert (verdict.status, verdict.earned, verdict.points, verdict.left_out) == (Status.PASSED, 2, 2, 1)
    assert (verdict.reason, verdict.passed_checks, verdict.runnable_checks) == (Reason.MISSING, 2, 2)
    assert verdict.message == "1 check could not be run here, for want of promtool; 1 point of this exercise is left out."
    check = verdict.checks[-1]
    assert (check.status, check.counts, check.missing) == (Status.NOT_RUN, False, ["promtool"])
    assert check.note == "Not run: promtool is not here: apt install prometheus brings it."
    wrong = judge(WRONG, doubles, doubles_a_number, by_promtool)
    assert (wrong.status, wrong.earned, wrong.points, wrong.left_out) == (Status.FAILED, 0, 2, 1)


def test_where_nothing_can_be_run_nothing_is_passed(judge, without):
    verdict = judge(RIGHT, by_promtool)
    assert (verdict.status, verdict.earned, verdict.points, verdict.left_out) == (Status.NOT_RUN, 0, 0, 3)
    assert outcome(verdict) == Outcome.NOT_RUN


def test_no_output_calls_it_passed(judge, without):
    course, exercise = judge.course, judge.course.find_one("first")
    verdict = judge(RIGHT, doubles, doubles_a_number, by_promtool)
    one = marked("ada", verdict)

    text = verdict_text(verdict, color=False, verbose=False)
    assert "– A program is asked".lower() in text.lower() and "✓ 1 check could" not in text
    assert "2 of 2 checks, 1 not run · 2 of 2 points" in text and "counts once the others pass" not in text

    case = ElementTree.fromstring(junit_xml(course, [exercise], [one], NOON)).findall(".//testcase")[-1]
    assert case.find("skipped") is not None and "promtool" in case.find("skipped").get("message")

    result = gradescope_results(course, [exercise], one)
    assert (result["score"], result["extra_data"]["out_of"]) == (2, 2)
    assert [(t["score"], t["max_score"], t["status"]) for t in result["tests"]] == [(1, 1, "passed"), (1, 1, "passed"), (0, 0, "failed")]
    assert "promtool" in result["tests"][-1]["output"]
    part = gradescope_results(course, [exercise], marked("ada", judge(WRONG, doubles, doubles_a_number, by_promtool)))
    assert [t["max_score"] for t in part["tests"]] == [1, 1, 0]

    exercism = exercism_results(verdict)
    assert exercism["status"] == "pass" and [t["status"] for t in exercism["tests"]] == ["pass", "pass", "error"]
    assert exercism_results(judge(WRONG, doubles, by_promtool))["status"] == "fail"

    head, row = csv.reader(io.StringIO(grades_csv([exercise], [one])))
    assert row[:4] == ["ada", "2", "2", "2"] and row[4] == \
        "Run in part, for want of promtool: 1.1.1. 'out of' is without the points of that part."


def test_the_map_tells_it_from_changed_points(judge, without):
    with open_ledger(judge.course.root) as ledger:
        ledger.record(judge(RIGHT, doubles, doubles_a_number, by_promtool))
    first = course_map(judge.course, {"p1/letters/first": ("passed", 2, 2)})["pipelines"][0]["projects"][0]["exercises"][0]
    assert (first["earned"], first["points"]) == (2, 2)
    second = course_map(judge.course, {"p1/letters/second": ("passed", 2, 2)})["pipelines"][0]["projects"][0]["exercises"][1]
    assert (second["earned"], second["points"]) == (4, 4), "the course has changed its points"


def test_it_is_no_fault_of_the_suite(judge, without):
    suite = suite_of(doubles, by_promtool)
    verdict, wrong = judge(RIGHT, suite), judge(WRONG, suite)
    assert faults_of(suite, verdict, verdict) == ({}, True)
    left = without_faults(wrong, {"doubles": "a fault"})
    assert [check.missing for check in left.checks] == [[], ["promtool"]] and left.checks[1].note.startswith("Not run: promtool")


def test_words_found_where_it_was_there_are_told_where_it_is_not(judge, without):
    verdict = judge(WRONG, doubles, by_promtool)
    place, fingerprint = next(iter(verdict.checks[0].fingerprints.items()))
    catalogue = [{"name": "undoubled", "words": "Twice.", "forms": [{place: fingerprint, "by_promtool": "f" * 16}]}]
    assert diagnosed(verdict, catalogue).checks[0].mistake_ids == ["undoubled"]


def test_a_class_takes_no_other_sum(judge, without):
    exercise, verdict = judge.course.find_one("first"), judge(RIGHT, doubles, doubles_a_number, by_promtool)

    def read(**change):
        line = '{"verdict": ' + verdict.model_copy(update=change).model_dump_json() + "}\n"
        return read_verdict(io.BytesIO(line.encode()), exercise)

    assert read().points == 2
    for forged in ({"left_out": 0}, {"points": 3}, {"earned": 3}, {"points": 4, "left_out": -1}):
        with pytest.raises(ValueError):
            read(**forged)
