"""What a race needs: baselines that are computed once, tracks that nobody knows, and no mutants."""
import json
import signal

import numpy as np
import pytest

from grader.authoring.commands import mutate_course
from grader.course.manifest import load_course
from grader.errors import UsageError
from grader.judge import baselines as module
from grader.judge.run import limited_judge_time
from tests.grader.helpers.small_course import MANIFEST, small_course, write
from tests.tracks import placed, rotation_and_shift

SUITE = '''\
from grader.judge import expect, expected_once


@expected_once
def baseline(track, *, steps):
    with open({log!r}, "a") as log:
        log.write(track)
    return {{"losses": (steps, 0.1 + 0.2, float("inf"))}}


def test_of_the_first(work):
    """It is right."""
    kept = baseline("a", steps=3)
    expect(kept["losses"][:2], equals=[3, 0.1 + 0.2])
    kept["losses"].clear()
    expect(work.first(7), equals=15)
'''


def another_process(monkeypatch):
    """Forget what this process knows."""
    monkeypatch.setattr(module, "_kept", {})
    module.kept_at.cache_clear()
    module.file_of_folder.cache_clear()


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """`suite()` is the function `baseline` of a suite, as a process has it that has just imported it."""
    small_course(tmp_path)
    path = tmp_path / "tests/p1/letters/test_first.py"

    def suite():
        another_process(monkeypatch)
        text = SUITE.format(log=str(tmp_path / "log"))
        write(tmp_path, {"tests/p1/letters/test_first.py": text})
        names: dict = {}
        exec(compile(text, str(path), "exec"), names)
        return names["baseline"]
    yield suite
    another_process(monkeypatch)


def log(root) -> str:
    return (root / "log").read_text()


def test_a_value_is_computed_once_and_exactly_the_same_afterwards(suite, tmp_path):
    first = suite()
    one = first("a", steps=3)
    assert one == {"losses": [3, 0.1 + 0.2, np.inf]} and first("a", steps=3) == one and log(tmp_path) == "a"
    one["losses"].clear()
    assert suite()("a", steps=3)["losses"][1] == 0.1 + 0.2 and log(tmp_path) == "a", "another process reads it"
    assert suite()("b", steps=3) and log(tmp_path) == "ab", "other arguments are another value"


def test_a_changed_helper_makes_it_due_again(suite, tmp_path):
    suite()("a", steps=3)
    write(tmp_path, {"tests/p1/letters/helper.py": "STEPS = 4\n"})
    suite()("a", steps=3)
    assert log(tmp_path) == "aa"


def test_a_process_that_may_not_write_hands_it_on(suite, tmp_path, monkeypatch):
    def refused(*_):
        raise UsageError("read only")

    with monkeypatch.context() as patched:
        patched.setattr(module, "write_atomically", refused)
        suite()("a", steps=3)
        known = json.loads(json.dumps(module.all_kept()))
    again = suite()
    module.keep_all(known)
    assert again("a", steps=3)["losses"][0] == 3 and log(tmp_path) == "a"
    assert suite()("a", steps=3) and log(tmp_path) == "a", "and it is on disk now"


def test_its_time_is_not_the_checks(suite):
    with limited_judge_time():
        before = signal.getitimer(signal.ITIMER_VIRTUAL)[0]
        with module.unlimited_judge_time():
            assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0
        assert 0 < signal.getitimer(signal.ITIMER_VIRTUAL)[0] <= before + 0.1  # in ticks


# ── tracks ──────────────────────────────────────────────────────────────────────────────────────────────────────


def rosenbrock(x):
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


@pytest.mark.parametrize("seed", range(20))
def test_the_known_optimum_is_nowhere_near_and_the_valley_is_the_same(seed):
    rotation, shift = rotation_and_shift(2, seed)
    assert np.allclose(rotation @ rotation.T, np.eye(2))

    def turned(x):
        return rosenbrock(rotation @ (x - shift))

    assert np.isclose(turned(placed(np.ones(2), rotation, shift)), 0)
    assert np.isclose(turned(placed(np.array([-1.2, 1.0]), rotation, shift)), rosenbrock(np.array([-1.2, 1.0])))
    assert turned(np.ones(2)) > 1e-2, "who steps to (1, 1) has not arrived"
    assert all(np.array_equal(a, b) for a, b in zip((rotation, shift), rotation_and_shift(2, seed)))


# ── mutants ─────────────────────────────────────────────────────────────────────────────────────────────────────

FIRST = "{name: first, title: The first one, points: 3, minutes: 5"


def test_an_exercise_without_mutants_is_left_out_with_the_reason(tmp_path, capsys):
    small_course(tmp_path)
    write(tmp_path, {"course.yml": MANIFEST.replace(FIRST, f"{FIRST}, mutants: false, why: the design is free")})
    course = load_course(tmp_path)
    assert mutate_course(course, course.find("first"), as_json=False) == 0
    assert "1.1.1  The first one: left out (the design is free)\n" in capsys.readouterr().out
    assert mutate_course(course, course.find("first"), as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == [{"exercise": "p1/letters/first", "left_out": "the design is free"}]


@pytest.mark.parametrize("more", ["mutants: false", "why: no reason", 'mutants: false, why: " "'])
def test_a_reason_is_required_and_goes_with_nothing_else(tmp_path, more):
    small_course(tmp_path)
    write(tmp_path, {"course.yml": MANIFEST.replace(FIRST, f"{FIRST}, {more}")})
    with pytest.raises(UsageError, match="course.yml, line 9: .*'mutants: false' goes with a reason"):
        load_course(tmp_path)
