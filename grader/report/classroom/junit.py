"""A class as JUnit XML: a testsuite for each submission, a testcase for each check.

The document is valid by the schema of Ant's JUnit report (https://github.com/windyroad/JUnit-Schema) and by that of
Jenkins (https://github.com/jenkinsci/xunit-plugin, junit-10.xsd): it has every attribute that either requires, children
in the required order, one outcome for each testcase, and times without a zone.
"""
import re
from datetime import UTC, datetime
from xml.etree import ElementTree

from grader.course.manifest import Course, Exercise
from grader.records.class_ledger import Marked
from grader.records.outcome import earned, is_unsafe, judged, out_of
from grader.records.verdict import Check, Status, Verdict
from grader.report.classroom.sentences import HIDDEN_NOT_RUN, NOT_JUDGED_YET, UNSAFE, judged_by, why_not_run
from grader.report.templates import shown_check
from grader.text import safe, safe_line, short

LONGEST_NAME, LONGEST = 200, 10_000  # characters
NO_XML = re.compile("[\ufffe\uffff]")  # characters that XML 1.0 cannot contain, apart from control characters


def junit_xml(course: Course, exercises: list[Exercise], marked: list[Marked], now: datetime) -> str:
    """The document as text.

    A failed check is a failure. What was not run or not started is skipped. An exercise without a verdict and a
    submission that cannot be read are errors.
    """
    unsafe = is_unsafe(exercises, marked)
    suites = ElementTree.Element("testsuites")
    for at, one in enumerate(marked):
        suites.append(testsuite(course, exercises, one, at, unsafe, now))
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def testsuite(course: Course, exercises: list[Exercise], one: Marked, at: int, unsafe: bool,
              now: datetime) -> ElementTree.Element:
    cases = [case for exercise in exercises for case in testcases(exercise, one.verdicts.get(exercise.id))]
    if one.problem:
        cases.insert(0, testcase("submission", "It can be read", "error", "unreadable", one.problem, one.problem))
    verdicts = judged(exercises, one)
    at_time = max((verdict.judged_at for verdict in verdicts), default=now)
    suite = ElementTree.Element("testsuite", {
        "name": name(one.name) or "submission", "package": name(course.title) or "course", "id": str(at),
        "timestamp": f"{at_time.astimezone(UTC):%Y-%m-%dT%H:%M:%S}", "hostname": "localhost", "tests": str(len(cases)),
        **{outcome + "s" * (outcome != "skipped"): str(sum(case.find(outcome) is not None for case in cases))
           for outcome in ("failure", "error", "skipped")},
        "time": f"{sum(verdict.seconds for verdict in verdicts):.3f}"})
    properties = ElementTree.SubElement(suite, "properties")
    for key, value in (("earned", earned(exercises, one)), ("out of", out_of(exercises, one)),
                       ("judged by", judged_by(exercises, [one])), *([("unsafe", UNSAFE)] if unsafe else [])):
        ElementTree.SubElement(properties, "property", name=key, value=str(value))
    suite.extend(cases)
    ElementTree.SubElement(suite, "system-out").text = UNSAFE if unsafe else ""
    ElementTree.SubElement(suite, "system-err").text = ""
    return suite


def testcases(exercise: Exercise, verdict: Verdict | None) -> list[ElementTree.Element]:
    """A testcase for each check, or one for the exercise if it has no checks."""
    if verdict is None:
        return [of_exercise(exercise, "error", "not judged", NOT_JUDGED_YET)]
    if not verdict.hidden_checks_run:
        return [of_exercise(exercise, "skipped", "not run", HIDDEN_NOT_RUN)]
    if not verdict.checks:
        outcome = "failure" if verdict.status == Status.FAILED else "skipped"
        return [of_exercise(exercise, outcome, verdict.status, verdict.message or str(verdict.status), verdict.excerpt)]
    return [of_check(exercise, check) for check in verdict.checks]


def of_exercise(exercise: Exercise, outcome: str, kind: str, message: str, more: str = "") -> ElementTree.Element:
    return testcase(classname(exercise), exercise.title, outcome, kind, message, more)


def of_check(exercise: Exercise, check: Check) -> ElementTree.Element:
    if check.status == Status.PASSED:
        return testcase(classname(exercise), check.title)
    if check.status != Status.FAILED:
        return testcase(classname(exercise), check.title, "skipped", check.status, why_not_run(check))
    shown = shown_check(check.model_dump())
    facts = [f"{label}: {shown[key]}" for label, key in (("for", "given"), ("got", "got"), ("want", "want")) if shown[key]]
    lines = [*facts, shown["note"], *shown["traceback"], shown["diagnosis"]]
    message = shown["diagnosis"] or shown["note"] or ", ".join(facts)
    return testcase(classname(exercise), check.title, "failure", check.kind or "failed", message,
                    "\n".join(line for line in lines if line))


def testcase(where: str, title: str, outcome: str = "", kind: str = "", message: str = "",
             more: str = "") -> ElementTree.Element:
    case = ElementTree.Element("testcase", name=name(title) or where, classname=where, time="0")
    if outcome:
        ElementTree.SubElement(case, outcome, type=str(kind), message=name(message)).text = text(more) or None
    return case


def classname(exercise: Exercise) -> str:
    return exercise.id.replace("/", ".")


def name(words: str) -> str:
    """`words` as an XML token: one line, without spaces at its ends and without two spaces in a row."""
    return NO_XML.sub("\N{REPLACEMENT CHARACTER}", safe_line(short(words, LONGEST_NAME)))


def text(words: str) -> str:
    return NO_XML.sub("\N{REPLACEMENT CHARACTER}", safe(short(words, LONGEST)))
