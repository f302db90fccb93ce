"""Benchmarks: ratios of CPU time between processes, and no figure where there is nothing to compare."""
import pytest

from grader.course.workspace import local_workspace
from grader.errors import GraderError, UsageError
from grader.judge import benchmark
from grader.judge.benchmark import measure_project
from grader.judge.context import Context
from grader.local.bench import row
from tests.grader.helpers.small_course import FIRST, small_course, write

CODE = '''\
LIBRARY = "a loop"
MODULE = "first"
STEPS = 200


class State:
    total = 0.0


def prepare(work):
    return State()


def run(work, state, steps):
    for _ in range(steps):
        state.total += work.first(2)
    return state.total


def baseline():
    state = State()

    def steps(count):
        for _ in range(count):
            sum(range(500))
            state.total += 5
        return state.total
    return steps
'''
SLOWER = FIRST.replace("return doubled_for_the_first + 1", "sum(range(20_000)); return doubled_for_the_first + 1")


@pytest.fixture
def measured(tmp_path, fork_server, monkeypatch):
    """Measure a text as the learner's `first`, with the thresholds 100 and 3."""
    monkeypatch.setattr(benchmark, "TURNS", 5)
    course = small_course(tmp_path, first=FIRST.replace("return doubled", "sum(range(1000)); return doubled"))
    write(tmp_path, {"tests/p1/letters/bench_adding.py": CODE})
    project = course.projects["p1/letters"]
    project.benchmarks = {"adding": benchmark.Benchmark(title="adding", reference_at_most=100, learner_at_most=3)}

    def measure(text):
        workspace = local_workspace(course, "solutions").with_text("p1/letters/first.py", text)
        return next(measure_project(course, project, workspace, Context({(): fork_server.connect_end})))
    measure.project = project
    measure.root = tmp_path
    return measure


def test_a_slower_learner_is_slower(measured):
    m = measured(SLOWER)
    assert m.learner_ratio > 3 and not m.passed and m.reference_ratio > 1
    shown = row({**vars(m), "reference_ratio": m.reference_ratio, "learner_ratio": m.learner_ratio, "turns": 5}, "mine")
    assert "✗ mine" in shown and "✓ reference" in shown and "a loop" in shown and "at most 3x" in shown


def test_the_same_code_is_as_fast_as_itself(measured):
    m = measured(FIRST.replace("return doubled", "sum(range(1000)); return doubled"))
    assert 0.3 < m.learner_ratio < 3 and m.passed


def test_a_reference_over_its_threshold_fails(measured):
    measured.project.benchmarks["adding"].reference_at_most = 0.01
    assert not measured(FIRST.replace("return doubled", "sum(range(1000)); return doubled")).passed


def test_another_result_is_not_measured(measured):
    with pytest.raises(UsageError, match="after 200 steps a loop has 1000, the reference 1000, and solutions 1200"):
        measured(FIRST.replace("+ 1\n", "+ 2\n"))


@pytest.mark.parametrize("text, words", [
    (FIRST.replace("return doubled_for_the_first + 1", "raise NotImplementedError"), "first of .* is not written yet"),
    (FIRST.replace("return doubled_for_the_first + 1", "return 1 / 0"), "in solutions: division by zero"),
    (FIRST.replace("return doubled_for_the_first + 1", "import os; os._exit(0)"), "ended itself"),
    ("def first(x:\n", "line 1: "),
])
def test_what_cannot_run_is_one_sentence(measured, text, words):
    with pytest.raises(UsageError, match=f"Nothing was measured: .*{words}"):
        measured(text)


def test_a_benchmark_without_its_code_is_the_courses_fault(measured):
    (measured.root / "tests/p1/letters/bench_adding.py").unlink()
    with pytest.raises(GraderError, match="course.yml names the benchmark 'adding', and there is no tests/p1/letters/bench"):
        measured(FIRST)


def test_without_a_reference_nothing_is_measured(measured, tmp_path):
    (tmp_path / "solutions").rename(tmp_path / "gone")
    with pytest.raises(UsageError, match="no reference to measure against"):
        next(measure_project(small_only(tmp_path), measured.project, None, None))


def small_only(root):
    """A course that is where `root` is, without reading it."""
    return type("Course", (), {"root": root})()
