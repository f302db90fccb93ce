"""Studies: their thresholds of both kinds, runs of another size, what is missing, and the results as JSON."""
import json

import pytest

from grader.__main__ import main
from grader.course.manifest import Threshold, load_course
from grader.errors import UsageError
from grader.local.study import own_output
from tests.grader.helpers.small_course import MANIFEST, small_course, write

STUDY = '''\
from .{0} import {0}


def main(arguments):
    assert {0}(2) == 5
    print("drawn", arguments)
    return {results}
'''
BOTH = "study: {accuracy: {at_least: 0.95}, loss: {at_most: 0.2}}"


def course_with_a_study(root, results: str, thresholds: str = BOTH):
    small_course(root)
    write(root, {"course.yml": MANIFEST.replace("title: Letters\n", f"title: Letters\n        {thresholds}\n"),
                 "solutions/p1/letters/study.py": STUDY.format("first", results=results)})
    return load_course(root)


@pytest.fixture
def study(tmp_path, monkeypatch, capsys):
    """`study(results, *arguments)` is (exit code, the lines about thresholds, the JSON)."""
    def study(results: str, *arguments: str, thresholds: str = BOTH):
        course_with_a_study(tmp_path, results, thresholds)
        monkeypatch.chdir(tmp_path)
        code = main(["study", "letters", "--workspace", "solutions", "--json", str(tmp_path / "out.json"), *arguments])
        said = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("drawn")]
        return code, said, json.loads((tmp_path / "out.json").read_text())[0]
    return study


@pytest.mark.parametrize("results, code, said", [
    ('{"accuracy": 0.95, "loss": 0.2, "other": 3}', 0,
     ["✓ accuracy: 0.9500, expected at least 0.95", "✓ loss: 0.2000, expected at most 0.2"]),
    ('{"accuracy": 0.94, "loss": 0.3}', 1,
     ["✗ accuracy: 0.9400, expected at least 0.95", "✗ loss: 0.3000, expected at most 0.2"]),
    ('{"accuracy": 0.99}', 1, ["✓ accuracy: 0.9900, expected at least 0.95", "✗ loss: no result, expected at most 0.2"]),
    ('{"accuracy": 0.99, "loss": float("nan")}', 1,
     ["✓ accuracy: 0.9900, expected at least 0.95", "✗ loss: nan, expected at most 0.2"])])
def test_thresholds_of_both_kinds(study, results, code, said):
    assert study(results)[:2] == (code, said)


def test_a_threshold_may_have_both_ends(study):
    both = "study: {flops: {at_least: 2, at_most: 3}}"
    assert study('{"flops": 2.5}', thresholds=both)[:2] == (0, ["✓ flops: 2.5000, expected at least 2 and at most 3"])
    assert study('{"flops": 3.5}', thresholds=both)[0] == 1


@pytest.mark.parametrize("arguments", [["--quick"], ["--epochs", "3"], ["--output", "x", "--data=mnist"]])
def test_a_run_of_another_size_says_that_it_was_not_held_against_them(study, arguments):
    code, said, data = study('{"accuracy": 0.1}', *arguments)
    size = " ".join(arguments[-2:] if "--output" not in arguments else arguments[2:])
    assert (code, said) == (0, [f"Not held against the thresholds: with {size} this is no run of the default size."])
    assert (data["default_size"], data["passed"], data["results"]["accuracy"]["reached"]) == (False, True, None)


@pytest.mark.parametrize("arguments", [["--output", "x"], ["--output=x", "--seed", "7"]])
def test_where_the_plots_go_and_the_seed_are_no_size(study, arguments):
    code, said, data = study('{"accuracy": 0.1, "loss": 0}', *arguments)
    assert code == 1 and len(said) == 2 and data["arguments"] == arguments


def test_the_results_as_json(study):
    _, _, data = study('{"accuracy": 0.96, "loss": float("inf"), "other": 3}')
    assert data.pop("seconds") >= 0
    assert data == {
        "project": "p1/letters", "arguments": [], "default_size": True, "passed": False, "error": "", "results": {
            "accuracy": {"value": 0.96, "at_least": 0.95, "at_most": None, "reached": True},
            "loss": {"value": None, "at_least": None, "at_most": 0.2, "reached": False},
            "other": {"value": 3.0, "at_least": None, "at_most": None, "reached": None}}}


def test_a_study_that_stops_is_in_the_json(study):
    code, said, data = study("1 / 0")
    assert code == 1 and said == [] and not data["passed"] and data["error"].startswith("The study stopped: ZeroDivisionError")


def test_all_studies_each_with_a_folder_for_its_plots(tmp_path, monkeypatch, capsys):
    course = course_with_a_study(tmp_path, '{"accuracy": 1, "loss": 0}')
    write(tmp_path, {"solutions/p1/digits/study.py": STUDY.format("third", results="{}")})
    monkeypatch.chdir(tmp_path)
    assert main(["study", "all", "--workspace", "solutions", "--output", "plots", "--json", "all.json"]) == 0
    out = capsys.readouterr().out
    assert "drawn ['--output', 'plots/letters']" in out and "drawn ['--output', 'plots/digits']" in out
    assert [each["project"] for each in json.loads((tmp_path / "all.json").read_text())] == ["p1/letters", "p1/digits"]
    letters = course.projects["p1/letters"]
    assert own_output(letters, ["--quick"]) == ["--quick", "--output", "build/study/letters"]
    assert own_output(letters, ["--output=a"]) == ["--output", "a/letters"]


@pytest.mark.parametrize("threshold, words", [
    ("0.97", "input should be a mapping, got 0.97"), ("{}", "a threshold needs at_least or at_most"),
    ("{at_least: .nan}", "finite"), ("{atleast: 1}", "unknown key 'atleast'")])
def test_a_threshold_that_says_nothing_is_refused(tmp_path, threshold, words):
    with pytest.raises(UsageError, match=words) as raised:
        course_with_a_study(tmp_path, "{}", f"study: {{accuracy: {threshold}}}")
    assert "course.yml, line 8" in str(raised.value)


def test_a_threshold_in_words():
    assert str(Threshold(at_least=0.97)) == "at least 0.97" and not Threshold(at_most=1).holds(float("nan"))
