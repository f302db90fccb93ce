"""What other programs read of a class, each by its documented rules: CSV, JUnit XML, Gradescope, Exercism."""
import csv
import io
import json
import math
import re
from datetime import datetime
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course.manifest import Exercise
from grader.records.outcome import Outcome, earned, out_of, outcome, passes, points
from grader.records.verdict import Kind, Reason, Status
from grader.report.classroom.exercism import exercism_results
from grader.report.classroom.grades_csv import FORMULA, grades_csv
from grader.report.classroom.gradescope import gradescope_results, scores
from grader.report.classroom.junit import junit_xml
from grader.report.classroom.sentences import UNSAFE
from grader.report.classroom.write import as_json
from tests.grader.helpers.marked_class import (
    HOSTILE,
    NOON,
    PASSES,
    STOPPED,
    any_text,
    classes,
    fails,
    hostile_verdict,
    marked,
    verdict,
    verdicts,
)
from tests.grader.helpers.small_course import small_course

DIAGNOSED = fails(diagnosis="You return what came in.", traceback=["ada/first.py, line 3, in first: return x"],
                  output="printed by the student", note="a note")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return small_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def exercises(course):
    return list(course.exercises.values())


EXERCISE = Exercise(name="first", title="The first one", points=6, minutes=5, id="p1/letters/first", number="1.1.1")
TWO = [EXERCISE, Exercise(name="third", title="The third one", points=5, minutes=5, id="p1/digits/third", number="1.2.1")]
CLASSES = settings(max_examples=60, deadline=None)


def printable(text: str) -> bool:
    """Without what a terminal obeys and what no encoding holds."""
    text.encode("utf-8")
    return not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


# ── grades.csv ──────────────────────────────────────────────────────────────────────────────────────────────────


def read_csv(text):
    return list(csv.reader(io.StringIO(text)))


def test_grades(exercises):
    first, second, third = exercises
    ada = marked("ada", verdict(first, PASSES), verdict(second, PASSES, fails()), verdict(third, fails()))
    ben = marked("ben", verdict(first, status=Status.NOT_STARTED))
    cleo = marked("cleo", problem="It is no archive.")
    assert read_csv(grades_csv(exercises, [ada, ben, cleo])) == [
        ["submission", "1.1.1 letters/first", "1.1.2 letters/second", "1.2.1 digits/third", "total", "out of", "note"],
        ["ada", "3", "2", "0", "5", "12", ""],
        ["ben", "0", "", "", "0", "12", "Not judged: 1.1.2, 1.2.1."],
        ["cleo", "", "", "", "0", "12", "It is no archive. Not judged: 1.1.1, 1.1.2, 1.2.1."]]


def test_a_file_under_another_name_is_in_the_note(exercises):
    """And a plain missing one is not: whoever began later handed in what there was."""
    first, second, third = exercises
    said = [f"There is no file {e.path} in it" for e in exercises]
    ada = marked("ada", verdict(first, PASSES), verdict(second, status=Status.NOT_STARTED, reason=Reason.NO_FILE, message=f"{said[1]}."),
                 verdict(third, status=Status.NOT_STARTED, reason=Reason.MISNAMED_FILE,
                         message=f"{said[2]}, but Third.py: files are known by their names."))
    ben = marked("ben", *(verdict(e, status=Status.NOT_STARTED, reason=Reason.NOTHING_HANDED_IN,
                                  message=f"{words}, nor any other.") for e, words in zip(exercises, said)))
    assert [row[-1] for row in read_csv(grades_csv(exercises, [ada, ben]))[1:]] == [
        f"{said[2]}, but Third.py: files are known by their names.", f"{said[0]}, nor any other. (2 more like it)"]
    assert [row[-1] for row in read_csv(grades_csv([first, second], [ada]))[1:]] == [""]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "=cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(exercises, name):
    cells = read_csv(grades_csv(exercises, [marked(name, problem=name)]))[1]
    assert cells[0].startswith("'") and cells[-1].startswith("'")


def test_no_semicolon_begins_a_formula(exercises):
    text = grades_csv(exercises, [marked("a;=1+1; @b"), marked('b;"=1+1;" " @b', problem='b;"=1+1;" is damaged')])
    assert read_csv(text)[1][0] == "a;'=1+1; '@b"
    # As a spreadsheet reads it that takes semicolons for the ends of cells: what it finds in quotes is a cell's begin too.
    cells = [part for row in csv.reader(io.StringIO(text), delimiter=";") for part in row]
    assert len(cells) > 6 and not any(part.strip(' "').startswith(tuple(FORMULA)) for part in cells)


@CLASSES
@given(classes(TWO))
def test_any_class_as_csv(of_class):
    text = grades_csv(TWO, of_class)
    rows = read_csv(text)
    assert [len(row) for row in rows] == [len(TWO) + 4] * (1 + len(of_class))
    for one, row in zip(of_class, rows[1:], strict=True):
        assert not any(part.strip().startswith(tuple(FORMULA)) for cell in row for part in cell.split(";"))
        assert all(map(printable, row)) and not any(cell.startswith(("\t", "\r", "\n")) for cell in row)
        assert (row[3], row[4]) == (str(earned(TWO, one)), str(out_of(TWO, one)))
        assert [cell == "" for cell in row[1:3]] == [e.id not in one.verdicts for e in TWO]
        assert sum(int(cell) for cell in row[1:3] if cell) == int(row[3])


# ── junit.xml ───────────────────────────────────────────────────────────────────────────────────────────────────

# The rules of https://github.com/windyroad/JUnit-Schema, JUnit.xsd (Ant's), which are stricter than Jenkins's in
# https://github.com/jenkinsci/xunit-plugin, src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd.
SUITE = {"name", "package", "id", "timestamp", "hostname", "tests", "failures", "errors", "skipped", "time"}
DECIMAL, TOKEN = re.compile(r"\d+(\.\d+)?"), re.compile(r"\S+( \S+)*")
CASE_CHILDREN = {"skipped", "failure", "error"}


def check_junit(text: str) -> list[ElementTree.Element]:
    """Assert every rule; the testsuites."""
    root = ElementTree.fromstring(text.encode("utf-8"))
    assert (root.tag, root.attrib) == ("testsuites", {})
    for at, suite in enumerate(root):
        assert suite.tag == "testsuite" and set(suite.attrib) == SUITE and suite.get("id") == str(at)
        assert all(TOKEN.fullmatch(suite.get(name)) for name in ("name", "package", "hostname"))
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", suite.get("timestamp"))
        assert datetime.fromisoformat(suite.get("timestamp")) and DECIMAL.fullmatch(suite.get("time"))
        first, *cases, out, err = suite
        assert (first.tag, out.tag, err.tag) == ("properties", "system-out", "system-err")
        assert all(p.tag == "property" and set(p.attrib) == {"name", "value"} and TOKEN.fullmatch(p.get("name"))
                   for p in first)
        for case in cases:
            assert case.tag == "testcase" and set(case.attrib) == {"name", "classname", "time"}
            assert TOKEN.fullmatch(case.get("name")) and TOKEN.fullmatch(case.get("classname"))
            assert DECIMAL.fullmatch(case.get("time")) and len(case) <= 1
            assert all(child.tag in CASE_CHILDREN and set(child.attrib) == {"type", "message"} for child in case)
        assert suite.get("tests") == str(len(cases))
        for plural, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(plural) == str(sum(case.find(tag) is not None for case in cases))
    return list(root)


def test_junit(course, exercises):
    first, second, third = exercises
    ada = marked("ada", verdict(first, PASSES, DIAGNOSED, STOPPED), verdict(second, status=Status.NOT_STARTED))
    cleo = marked("cleo", verdict(first, message="x.py, line 1: invalid syntax.", excerpt="def\n   ^"),
                  problem="It is no archive.")
    suites = check_junit(junit_xml(course, exercises, [ada, cleo], NOON))
    told = [[(case.get("classname"), case.get("name"), case[0].tag if len(case) else "") for case in suite.iter("testcase")]
            for suite in suites]
    assert told == [
        [("p1.letters.first", "It is whole", ""), ("p1.letters.first", "Title of test_a", "failure"),
         ("p1.letters.first", "It was not reached", "skipped"), ("p1.letters.second", "The second one", "skipped"),
         ("p1.digits.third", "The third one", "error")],
        [("submission", "It can be read", "error"), ("p1.letters.first", "The first one", "failure"),
         ("p1.letters.second", "The second one", "error"), ("p1.digits.third", "The third one", "error")]]
    failure = suites[0].find(".//failure")
    assert (failure.get("type"), failure.get("message")) == ("value", "You return what came in.")
    assert "for: x 3\ngot: 1\nwant: 2" in failure.text


@CLASSES
@given(of_class=classes(TWO))
def test_any_class_as_junit(course, of_class):
    suites = check_junit(junit_xml(course, TWO, of_class, NOON))
    for one, suite in zip(of_class, suites, strict=True):
        well = [case for case in suite.iter("testcase") if len(case) == 0]
        assert len(well) == sum(passes(v, c) for v in one.verdicts.values() for c in v.checks)


# ── Gradescope ──────────────────────────────────────────────────────────────────────────────────────────────────

# https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format and what follows there
NUMBER = (int, float)
FORMATS, VISIBILITIES = {"text", "simple_format", "html", "md", "ansi"}, {"hidden", "after_due_date", "after_published",
                                                                           "visible"}
GRADESCOPE = {"score": NUMBER, "execution_time": NUMBER, "output": str, "output_format": FORMATS,
              "test_output_format": FORMATS, "test_name_format": FORMATS, "visibility": VISIBILITIES,
              "stdout_visibility": VISIBILITIES, "extra_data": dict, "tests": list}
GRADESCOPE_TEST = {"score": NUMBER, "max_score": NUMBER, "status": {"passed", "failed"}, "name": str,
                   "name_format": FORMATS, "number": str, "output": str, "output_format": FORMATS, "tags": list,
                   "visibility": VISIBILITIES, "extra_data": dict}


def check_fields(value: dict, rules: dict) -> None:
    """All and only the fields of `rules`, each of its type or one of its words; texts that can be shown."""
    assert set(value) == set(rules)
    for name, rule in rules.items():
        assert value[name] in rule if isinstance(rule, set) else isinstance(value[name], rule), name
        assert not isinstance(value[name], bool)
        assert not isinstance(value[name], str) or printable(value[name])
        assert not isinstance(value[name], NUMBER) or math.isfinite(value[name])


def check_gradescope(results: dict) -> None:
    assert json.loads(as_json(results)) == results
    check_fields(results, GRADESCOPE)
    for test in results["tests"]:
        check_fields(test, GRADESCOPE_TEST)
        assert 0 <= test["score"] <= test["max_score"] and all(isinstance(tag, str) for tag in test["tags"])


def test_gradescope(course, exercises):
    first, second, third = exercises
    ada = marked("ada", verdict(first, PASSES, DIAGNOSED, STOPPED), verdict(second, status=Status.NOT_STARTED,
                                                                            message="first still raises."))
    results = gradescope_results(course, exercises, ada)
    check_gradescope(results)
    assert [(t["number"], t["status"], t["score"], t["max_score"], t["output"]) for t in results["tests"]] == [
        ("1.1.1.1", "passed", 1, 1, ""), ("1.1.1.2", "failed", 0, 1, "You return what came in."),
        ("1.1.1.3", "failed", 0, 1, "Not run, because other checks had to be stopped."),
        ("1.1.2", "failed", 0, 4, "first still raises."), ("1.2.1", "failed", 0, 5, "Not judged yet.")]
    assert results["score"] == 1 and "1 of 12 points" in results["output"]
    assert "Not judged yet: 1.2.1. The score is not final." in results["output"]
    text = as_json(results)
    for hidden in ("line 3", "printed by the student", "a note", '"for', "want"):  # nothing but title and diagnosis
        assert hidden not in text, hidden


@CLASSES
@given(of_class=classes(TWO))
def test_any_class_on_gradescope(course, of_class):
    for one in of_class:
        results = gradescope_results(course, TWO, one)
        check_gradescope(results)
        assert results["score"] == earned(TWO, one)
        for exercise in TWO:
            tests = [t for t in results["tests"] if t["extra_data"]["exercise"] == exercise.id]
            judged = one.verdicts.get(exercise.id)
            assert sum(t["score"] for t in tests) == (judged.earned if judged else 0)
            assert sum(t["max_score"] for t in tests) == points(exercise, one)
            ran = [passes(judged, c) for c in judged.checks] if judged and judged.checks else [False]
            assert [t["status"] == "passed" for t in tests] == ran


@given(st.lists(st.sampled_from([PASSES, fails(), STOPPED]), min_size=1, max_size=13), st.integers(1, 20))
def test_marks_add_up_exactly(checks, worth):
    judged = verdict(EXERCISE.model_copy(update={"points": worth}), *checks)
    split = scores(judged)
    assert sum(score for score, _ in split) == judged.earned and sum(most for _, most in split) == worth
    assert sum(Fraction(score) for score, _ in split) == judged.earned
    assert all(score == (most if check is PASSES else 0) for check, (score, most) in zip(checks, split, strict=True))


# ── Exercism ────────────────────────────────────────────────────────────────────────────────────────────────────

# https://exercism.org/docs/building/tooling/test-runners/interface, version 3
TEXT = (str, type(None))


def check_exercism(results: dict) -> None:
    assert json.loads(as_json(results)) == results
    assert set(results) == {"version", "status", "message", "tests"} and results["version"] == 3
    assert results["status"] in {"pass", "fail", "error"}
    assert bool(results["message"]) == (results["status"] == "error")  # "either null or omitted" where it is not
    assert results["message"] is None or (len(results["message"]) <= 65535 and printable(results["message"]))
    assert bool(results["tests"]) == (results["status"] != "error")
    for test in results["tests"]:
        check_fields(test, {"name": str, "status": {"pass", "fail", "error"}, "message": TEXT, "output": TEXT})
        assert len(test["output"] or "") <= 500 and len(test["message"] or "") <= 65535
    statuses = {test["status"] for test in results["tests"]}
    assert results["status"] != "pass" or statuses == {"pass"}
    assert results["status"] != "fail" or statuses & {"fail", "error"}


def test_exercism():
    results = exercism_results(verdict(EXERCISE, PASSES, DIAGNOSED, STOPPED))
    check_exercism(results)
    assert results["status"] == "fail" and [t["status"] for t in results["tests"]] == ["pass", "fail", "error"]
    failure = results["tests"][1]
    assert failure["output"] == "printed by the student" and "test_code" not in failure
    assert failure["message"].startswith("for: x 3\ngot: 1\nwant: 2\na note\n")
    assert failure["message"].endswith("You return what came in.")


@pytest.mark.parametrize("judged, words", [
    (None, "Not judged yet."), (verdict(EXERCISE, status=Status.NOT_STARTED), "Not started."),
    (verdict(EXERCISE, message="x.py, line 1: invalid syntax.", excerpt="def\n   ^"), "x.py, line 1: invalid syntax.\ndef\n   ^"),
    (verdict(EXERCISE, PASSES, status=Status.EXAMPLES_PASSED, hidden_checks_run=False), "Hidden checks not run.")])
def test_where_no_check_was_run_exercism_hears_why(judged, words):
    results = exercism_results(judged)
    check_exercism(results)
    assert (results["status"], results["message"]) == ("error", words)


def test_a_long_output_says_that_it_was_cut():
    shown = exercism_results(verdict(EXERCISE, fails(output="é" * 501)))["tests"][0]["output"]
    assert len(shown) == 500 and shown.endswith("é\nOutput was truncated. Please limit to 500 chars")
    assert exercism_results(verdict(EXERCISE, fails(output="é" * 500)))["tests"][0]["output"] == "é" * 500


@CLASSES
@given(verdicts(EXERCISE), st.booleans())
def test_any_verdict_on_exercism(judged, unsafe):
    results = exercism_results(judged, unsafe)
    check_exercism(results)
    assert (results["status"] == "pass") == (outcome(judged) == Outcome.PASSED)
    assert unsafe <= (UNSAFE in as_json(results))


# ── all of them ─────────────────────────────────────────────────────────────────────────────────────────────────


@given(any_text)
@CLASSES
def test_whatever_a_student_writes(course, text):
    one = marked("ada", hostile_verdict(EXERCISE, text))
    check_gradescope(gradescope_results(course, [EXERCISE], one))
    check_exercism(exercism_results(one.verdicts[EXERCISE.id]))
    check_junit(junit_xml(course, [EXERCISE], [one], NOON))


def test_two_megabytes_of_it_stay_small(course):
    one = marked("ada", hostile_verdict(EXERCISE, HOSTILE * 20_000), problem=HOSTILE * 20_000)
    for text in (as_json(gradescope_results(course, [EXERCISE], one)), junit_xml(course, [EXERCISE], [one], NOON),
                 as_json(exercism_results(one.verdicts[EXERCISE.id])), grades_csv([EXERCISE], [one])):
        assert len(text) < 200_000


def test_every_output_says_that_there_was_no_sandbox(course):
    ada = marked("ada", verdict(EXERCISE, PASSES, unsafe=True))
    ben = marked("ben", verdict(EXERCISE, PASSES))  # whose marks ada's code could have changed
    assert grades_csv([EXERCISE], [ada, ben]).count(UNSAFE) == 2
    assert junit_xml(course, [EXERCISE], [ada, ben], NOON).count(f'value="{UNSAFE}"') == 2
    for results in (gradescope_results(course, [EXERCISE], ada), gradescope_results(course, [EXERCISE], ben, True)):
        assert UNSAFE in results["output"] and results["extra_data"]["unsafe"] is True
    assert UNSAFE in exercism_results(ada.verdicts[EXERCISE.id])["tests"][0]["message"]
    assert UNSAFE not in as_json(gradescope_results(course, [EXERCISE], ben))


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_failure_has_words(kind):
    bare = fails(kind=kind, got="", want="", given={})
    assert exercism_results(verdict(EXERCISE, bare))["tests"][0]["message"]
