"""An exercise that is a file of YAML: verdicts, mistakes, mutants, trivial files, stubs, hand-ins and bundles."""
import pytest

from grader.authoring.mutants import mutants_of
from grader.authoring.new_exercise import new_exercise
from grader.authoring.proofs import ProofError, examples_run, needs_are_named
from grader.authoring.release import bundle_files, release, reset
from grader.authoring.trivial_solutions import kinds_of, with_trivial_solution
from grader.autograde.hand_in import read_submission
from grader.autograde.submissions import find_submissions
from grader.course.hints import hints_for
from grader.course.manifest import load_course
from grader.course.workspace import gather, local_workspace
from grader.judge.context import Context
from grader.judge.examples_only import examples_verdict
from grader.judge.mistakes import mistakes_of, with_form
from grader.judge.run import judge as judge_exercise
from grader.judge.suites import collect_suites
from grader.judge.unwritten import stub_bodies
from grader.records.verdict import Kind, Reason, Status
from tests.grader.helpers.shell import PYTEST
from tests.grader.helpers.small_course import small_course, write
from tests.grader.helpers.yaml_course import PLAN, STUB, yaml_course


@pytest.fixture
def course(tmp_path):
    write(tmp_path / "course", {"pyproject.toml": PYTEST})
    small_course(tmp_path / "course")
    return yaml_course(tmp_path / "course")


@pytest.fixture
def plan(course):
    return course.find_one("plan")


@pytest.fixture
def verdict_on_text(course, plan, fork_server):
    suite = collect_suites(course, [plan])[plan.id]

    def verdict(text: str):
        return judge_exercise(course, local_workspace(course, "solutions").with_text(plan.path, text), plan, suite,
                              Context({(): fork_server.connect_end}))
    return verdict


def test_verdicts(verdict_on_text):
    right = verdict_on_text(PLAN)
    assert (right.status, right.earned, right.passed_checks) == (Status.PASSED, 4, 2) and right.file.endswith("digits/plan.yml")
    wrong = verdict_on_text(PLAN.replace("limit: 10", "limit: 9"))
    assert (wrong.status, wrong.earned) == (Status.FAILED, 2)
    assert (wrong.checks[1].kind, wrong.checks[1].got, wrong.checks[1].want) == (Kind.VALUE, "9", "10")
    other = verdict_on_text("parts: 3")
    assert other.checks[0].note == "parts is a list" and other.checks[0].status == Status.FAILED


def test_what_is_not_written_and_what_is_no_yaml(verdict_on_text, course, plan):
    stub = verdict_on_text(STUB + "# a comment of mine\n")
    assert (stub.status, stub.reason) == (Status.NOT_STARTED, Reason.NOT_WRITTEN) and "(line 5)" in stub.message
    assert stub_bodies(course, plan) == {"": "{'parts': None, 'hours': 8}"}
    broken = verdict_on_text("parts:\n  - {name: first\nhours: 8\n")
    assert (broken.status, broken.reason, broken.detail) == (Status.FAILED, Reason.UNREADABLE_FILE, "YAMLError")
    assert "plan.yml, line 3: " in broken.message and broken.excerpt.startswith("hours: 8\n")


def test_stub_hints_and_reset(course, plan):
    (course.root / "exercises/p1/digits/plan.yml").unlink()
    release(course, [plan], say=lambda words: None)
    file = course.root / "exercises/p1/digits/plan.yml"
    assert file.read_text() == STUB and hints_for(course, plan) == ["One.", "Two.", "Three."]
    file.write_text("parts: [mine]\n")
    assert reset(course, plan) and file.read_text() == STUB
    files = bundle_files(course)
    assert files["exercises/p1/digits/plan.yml"] == files["exercises/.stubs/p1/digits/plan.yml"] == STUB.encode()


def test_the_worker_of_a_neighbour_gets_none_of_it(course):
    third = course.find_one("third")
    third.needs = ["p1/digits/plan"]
    sources = gather(course, local_workspace(course, "solutions"), third)
    assert [*sources.files] == ["exercises.p1.digits.third"], "data is no module"


def test_mistakes_are_texts_of_a_region(course, plan):
    found = mistakes_of(course, plan)
    one = [with_form(PLAN, form, plan.path) for form in found[0].forms]
    assert [text.split("END SOLUTION")[0].split("parts\n")[1] for text in one] == \
        ["  - {name: first, limit: 5}\n  ### ", "  - name: first\n    limit: 5\n  - {}\n  ### "]
    assert "hours: 9" in with_form(PLAN, found[3].forms[0], plan.path), "the exercise's name means the whole file"
    with pytest.raises(LookupError, match="no_such"):
        with_form(PLAN, found[0].forms[0].__class__("no_such", "x"), plan.path)


def test_mutants_change_values_keys_and_operators():
    changed = {(m.function, m.plus) for m in mutants_of(PLAN, "plan.yml")}
    assert {("parts[0].limit", "limit: 6"), ("parts[0].limit", ""), ("parts[1].name", "- name: secondXX")} <= changed
    assert not any(place == "hours" for place, _ in changed), "what is given is not changed"
    text = "a:\n  ### BEGIN SOLUTION\n  expr: sum by (job) (rate(x[5m])) > 0.5\n  summary: words and more\n  on: true\n  ### END SOLUTION\n"
    lines = {m.plus for m in mutants_of(text, "plan.yml")}
    for line in ("max by (job) (rate(x[5m])) > 0.5", "sum without (job) (rate(x[5m])) > 0.5", "sum by (jobXX) (rate(x[5m])) > 0.5",
                 "sum by (job) (delta(x[5m])) > 0.5", "sum by (job) (rate(xXX[5m])) > 0.5", "sum by (job) (rate(x[6m])) > 0.5",
                 "sum by (job) (rate(x[5m])) >= 0.5", "sum by (job) (rate(x[5m])) < 0.5", "sum by (job) (rate(x[5m])) > 1.5"):
        assert f"expr: {line}" in lines
    assert "summary: words or more" not in lines and any("on" in line and "false" in line for line in lines)


def test_trivial_files_earn_nothing(course, plan, verdict_on_text):
    for kind in kinds_of(plan):
        text = with_trivial_solution(local_workspace(course, "solutions"), plan, kind).read(plan.path)
        assert verdict_on_text(text).earned == 0, kind


def test_a_contract_stands_in_the_place_of_examples(course, plan):
    reference = local_workspace(course, "solutions")
    assert examples_run(reference, plan, []) == "a contract of 3 lines"
    with pytest.raises(ProofError, match="begin with its contract"):
        examples_run(reference.with_text(plan.path, "parts: 1\n"), plan, [])
    assert needs_are_named(course, plan, reference, mistakes_of(course, plan)) == "needs none"


def test_a_class_hands_it_in(course, plan, tmp_path):
    write(tmp_path / "class", {"ada/plan.yml": PLAN, "bea/deep/p1/digits/plan.yml": STUB, "cyd/plan.yaml": PLAN})
    read = {each.name: read_submission(course, each, [plan]) for each in find_submissions(course, [tmp_path / "class"])}
    assert read["ada"].texts == {plan.path: PLAN} and read["bea"].texts == {plan.path: STUB}
    assert read["cyd"].texts == {} and "plan.yaml" in read["cyd"].missing[plan.path].words


def test_without_suites_only_its_syntax_is_known(course, plan, fork_server):
    workspace = local_workspace(course, "solutions")
    verdict = examples_verdict(course, workspace, plan, None)
    assert (verdict.status, verdict.earned, verdict.hidden_checks_run) == (Status.NOT_RUN, 0, False)
    assert examples_verdict(course, workspace.with_text(plan.path, "a: [1"), plan, None).status == Status.FAILED


def test_a_new_one_works_as_it_is(course, fork_server):
    written = new_exercise(course, "digits/limits", after="plan", kind="yaml")
    assert written == ["course.yml", "solutions/p1/digits/limits.yml", "tests/p1/digits/test_limits.py", "tests/p1/digits/mistakes_limits.py"]
    again = load_course(course.root)
    exercise = again.find_one("limits")
    suite = collect_suites(again, [exercise])[exercise.id]
    verdict = judge_exercise(again, local_workspace(again, "solutions"), exercise, suite, Context({(): fork_server.connect_end}))
    assert (verdict.status, len(mistakes_of(again, exercise))) == (Status.PASSED, 4)
