"""The eight proofs: each holds for a good course, and each fails, alone, for what it is there to find."""
import threading

import pytest

from grader.authoring.proofs import NAMES
from grader.authoring.release import release
from grader.authoring.verify import proof_lines, verify
from grader.course.manifest import Benchmark, load_course
from grader.errors import GraderError, UsageError
from grader.records.verdict import Check, Kind, Status
from tests.grader.helpers.proving import FakeJudge, broken, failing, no_failures, no_thresholds, prove
from tests.grader.helpers.small_course import FIRST, MISTAKES, SECOND, SHARED, small_course, write


@pytest.fixture
def course(tmp_path):
    course = small_course(tmp_path)
    release(course)
    return course


def test_eight_proofs_by_name_hold_for_every_exercise(course):
    proofs = prove(course)
    assert [(p.exercise.name, p.number, p.name) for p in proofs] == [
        (name, number, NAMES[number]) for name in ("first", "second", "third") for number in range(1, 9)]
    assert [p for p in proofs if not p.ok] == []
    assert [p.detail for p in proofs[:8]] == ["3 hints", "1 checks", "not started", "4 mistakes", "1 examples",
                                              "needs none", "10 trivial solutions", "none are there"]
    assert proofs[13].detail == "needs first"


def test_it_writes_the_catalogues_and_nothing_else(course):
    def files():
        return {p: p.read_bytes() for p in course.root.rglob("*") if p.is_file() and p.suffix != ".pyc"}
    write(course.root, {"exercises/p1/letters/first.py": "mine\n"})
    before = files()
    prove(course)
    after = files()
    written = {p.relative_to(course.root).as_posix().partition("-")[0] for p in set(after) - set(before)}
    assert written == {f".grader/catalogue/p1.{name}" for name in ("letters.first", "letters.second", "digits.third")}
    assert {p: after[p] for p in before} == before


def test_everything_is_judged_once_and_one_form_again_in_the_ordinary_way(course):
    judge = FakeJudge(course)
    prove(course, judge, only="first")
    texts = [text for _, text, _, how in judge.calls if how == "quick"]
    assert len(texts) == 5 and len({thread for _, _, thread, how in judge.calls if how == "quick"}) <= 2
    assert sum("raise NotImplementedError" in text for text in texts) == 1
    for value in range(4):
        assert sum(f"def first(x):\n    return {value}\n" in text for text in texts) == 1
    assert [text for _, text, _, how in judge.calls if how == "plain"] == [FIRST, FIRST], "its verdict must be the same twice"
    assert ["def first(x):\n    return 0\n" in text for _, text, _, how in judge.calls if not how] == [True]


# 0 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_0_what_cannot_be_read_is_said_once(course):
    file = course.root / "tests/p1/letters/mistakes_first.py"
    file.write_text("import no_such_module\n", encoding="utf-8")
    (proof,) = prove(course, only="first")
    assert (proof.number, proof.ok) == (0, False) and "mistakes_first.py cannot be read: ModuleNotFoundError" in proof.detail


def test_0_a_suite_that_cannot_be_collected_is_said_once_and_the_run_goes_on(course):
    judge = FakeJudge(course)
    judge.changes["    doubled_for_the_first"] = GraderError("The suite is broken.")
    assert broken(course, judge) == {0: "The suite is broken."}
    assert len(prove(course, judge)) == 1 + 8 + 8


def test_0_what_is_to_be_filled_in_comes_before_the_proofs(course):
    small_course(course.root, first=FIRST.replace("The first.", "FILL IN: what it is."))
    release(course)
    proofs = prove(course, only="first")
    assert [p.number for p in proofs if not p.ok] == [0] and len(proofs) == 9
    assert proofs[0].detail == "solutions/p1/letters/first.py, line 10: fill in what it is."


# 1 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["first.py", "hints.md"])
@pytest.mark.parametrize("edit", ["edited\n", None])
def test_1_a_stub_or_page_that_is_not_what_release_writes(course, path, edit):
    file = course.root / "exercises/p1/letters" / path
    file.unlink() if edit is None else file.write_text(edit, encoding="utf-8")
    found = broken(course)
    assert list(found) == [1] and f"exercises/p1/letters/{path}" in found[1]


@pytest.mark.parametrize("first, words", [
    (FIRST.replace("# 3. `twice(x) + 1`\n", ""), "3 hints, and there are 2"),
    (FIRST.replace("# 3. `twice(x) + 1`\n", "# 3. `twice(x) + 1`\n# 4. Four.\n"), "3 hints, and there are 4"),
    (FIRST.partition("### BEGIN HINTS")[0], "3 hints, and there are 0"),
])
def test_1_a_number_of_hints_that_is_not_three(course, first, words):
    small_course(course.root, first=first)
    release(course)
    found = broken(course)
    assert list(found) == [1] and words in found[1]


def test_0_marks_that_do_not_pair_up_are_told_with_their_line(course):
    small_course(course.root, first=FIRST.replace("    ### END SOLUTION\n\n\nclass", "\n\nclass"))
    assert "solutions/p1/letters/first.py, line " in broken(course)[0]


# 2, 3 ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [Status.FAILED, Status.NOT_RUN, Status.NOT_STARTED])
def test_2_a_reference_that_does_not_pass(course, status):
    judge = FakeJudge(course)
    failed = Check(name="test_it", title="It works.", status=Status.FAILED, got="1", want="2")
    judge.changes["### BEGIN SOLUTION\n    doubled"] = {"status": status, "earned": 0, "checks": [failed]}
    assert broken(course, judge) == {2: f"It is '{status}' with 0 of 3 points: It works. got 1, want 2"}


def test_2_a_reference_that_passes_only_once(course):
    """As where a suite draws numbers without a seed."""
    class NowAndThen(FakeJudge):
        passed = 0

        def __call__(self, workspace, exercise, **options):
            verdict = super().__call__(workspace, exercise, **options)
            if verdict.status != Status.PASSED:
                return verdict
            self.passed += 1
            return verdict if self.passed == 1 else verdict.model_copy(update={"status": Status.FAILED, "earned": 0})

    found = broken(course, NowAndThen(course))
    assert found[2].startswith("It is 'failed' with 0 of 3 points")


def test_2_a_reference_that_passes_without_all_its_points(course):
    judge = FakeJudge(course)
    judge.changes["doubled_for_the_first = twice"] = {"earned": 2}
    assert list(broken(course, judge)) == [2]


def test_2_thresholds_are_measured_once_for_a_project_and_shown(course):
    course.projects["p1/letters"].benchmarks = {"speed": Benchmark(title="speed", reference_at_most=2, learner_at_most=3)}
    asked = []

    def measure(project):
        asked.append(project.name)
        return [("speed 1.50x NumPy, at most 2x", True)]

    proofs = prove(course, measure=measure)
    assert [p.detail for p in proofs if p.number == 2] == 2 * ["1 checks; speed 1.50x NumPy, at most 2x"] + ["1 checks"]
    assert asked == ["letters"]


def test_2_a_threshold_that_is_missed_or_cannot_be_measured(course):
    course.projects["p1/letters"].benchmarks = {"speed": Benchmark(title="speed", reference_at_most=2, learner_at_most=3)}

    def cannot(project):
        raise GraderError("There is no bench_speed.py.")

    missed = [("speed 2.50x NumPy, at most 2x", False), ("size 1.00x NumPy, at most 2x", True)]
    assert broken(course, measure=lambda project: missed) == {2: "speed 2.50x NumPy, at most 2x"}
    assert broken(course, measure=cannot) == {2: "There is no bench_speed.py."}


@pytest.mark.parametrize("change", [{"earned": 1}, {"status": Status.FAILED}, {"status": Status.PASSED}])
def test_3_a_stub_that_earns_something_or_counts_as_started(course, change):
    judge = FakeJudge(course)
    judge.changes["    raise NotImplementedError"] = change
    assert list(broken(course, judge)) == [3]


# 4 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("change, words", [
    ({"status": Status.PASSED}, "b must fail, and is 'passed'."),
    ({"status": Status.NOT_STARTED}, "b must fail, and is 'not started'."),
    ({"status": Status.NOT_RUN}, "b must fail, and is 'not run'."),
    ({"checks": []}, "b is not told its own words."),
    ({"checks": [], "message": "Line 3: no."}, "b is not told its own words. Line 3: no."),
    (GraderError("The suite is broken."), "b: The suite is broken."),
])
def test_4_a_mistake_that_is_not_told_its_own_words(course, change, words):
    judge = FakeJudge(course)
    judge.changes["def first(x):\n    return 1\n"] = change
    found = broken(course, judge)
    assert list(found) == [4] and found[4] == words


def test_4_two_mistakes_that_fail_alike_are_each_told_the_others_words(course):
    judge = FakeJudge(course)
    judge.changes["def first(x):\n    return 1\n"] = failing("f", "h")
    judge.changes["def first(x):\n    return 2\n"] = failing("f", "h")
    assert broken(course, judge) == {4: "b is told another's: Words c.\nc is told another's: Words b."}


def test_4_a_mistake_that_fails_in_more_than_another_is_told_its_own_words_alone(course):
    judge = FakeJudge(course)
    judge.changes["def first(x):\n    return 1\n"] = failing("f", "h")
    judge.changes["def first(x):\n    return 2\n"] = failing("f", "h", "k")
    assert broken(course, judge) == {}


def test_4_the_local_server_tells_the_same(course):
    class Other(FakeJudge):
        def __call__(self, workspace, exercise, quick=False, diagnose=True, only=None):
            verdict = super().__call__(workspace, exercise, quick, diagnose)
            return verdict if quick or not diagnose else verdict.model_copy(
                update={"checks": [check.model_copy(update={"mistake_ids": ["c"]}) for check in verdict.checks]})
    assert broken(course, Other(course)) == {4: (
        "a is told {'test_it': ['c']} by the local server, and {'test_it': ['a']} by what was just judged: "
        "is a check decided by chance?")}


def test_4_every_form_of_a_mistake_is_proved(course):
    """The second form is a change of the reference's text, which the judge takes for right; the third does not fit."""
    file = course.root / "tests/p1/letters/mistakes_first.py"
    forms = '[{"replace": "twice(x)", "by": "twice(x) + 0"}, {"replace": "no such text", "by": ""}]'
    text = MISTAKES.format("first").replace('"Words b.")', f'"Words b.", forms={forms})')
    file.write_text(text, encoding="utf-8")
    assert broken(course) == {4: "b, form 2 must fail, and is 'passed'.\n"
                                 "b, form 3: it replaces first, which cannot be: first has 'no such text' 0 times, and not once."}


def test_4_a_mistake_that_fails_by_a_slip_of_its_author_is_none(course):
    judge = FakeJudge(course)
    judge.changes["def first(x):\n    return 1\n"] = {"checks": [
        Check(name="test_it", title="It.", status=Status.FAILED, kind=Kind.EXCEPTION, detail="NameError", fingerprint="b", fingerprints={"test_it": "b"},
              got="NameError: name 'axis' is not defined")]}
    assert broken(course, judge) == {4: "b fails by a slip of its own: NameError: name 'axis' is not defined."}


def test_4_an_observation_of_the_project_that_raises(course):
    judge = FakeJudge(course)
    fault = "tests/p1/letters/observations.py, line 3: KeyError: 'a'"
    judge.changes["def first(x):\n    return 1\n"] = {"checks": [
        Check(name="test_it", title="It.", status=Status.FAILED, fingerprint="b", fingerprints={"test_it": "b"}, observation_fault=fault)]}
    assert broken(course, judge) == {4: f"An observation raised: {fault}."}


@pytest.mark.parametrize("text, words", [
    (MISTAKES.format("first").rpartition("@mistake")[0], "4 mistakes or more, and there are 3"),
    ("", "there are 0"),
    (None, "there are 0"),
    (MISTAKES.format("first") + '\n\n@mistake("first.no_such", "Words.")\ndef e(x):\n    return 9\n', "e: it replaces no_such"),
    (MISTAKES.format("first") + '\n\n@mistake("first.No.such", "Words.")\ndef e(x):\n    return 9\n', "e: it replaces No.such"),
    (MISTAKES.format("first") + '\n\n@mistake("second.first", "Words a.")\ndef e(x):\n    return 0\n',
     "e is a mistake in 'second'"),
])
def test_4_a_catalogue_that_is_short_or_wrong(course, text, words):
    file = course.root / "tests/p1/letters/mistakes_first.py"
    file.unlink() if text is None else file.write_text(text, encoding="utf-8")
    found = broken(course)
    assert list(found) == [4] and words in found[4]


# 5 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_5_an_example_that_fails(course):
    found = broken(course, run_examples=lambda workspace, exercise: ["In first, `first(2)` gives 4."])
    assert found == {5: "In first, `first(2)` gives 4."}


def test_5_examples_are_run_on_the_reference(course):
    seen = []
    prove(course, run_examples=lambda w, e: seen.append((w.read(e.path), e.name)) or [], only="first")
    assert seen == [(FIRST, "first")]


def test_5_a_file_without_an_example(course):
    small_course(course.root, first=FIRST.replace(">>> first(2)\n    5\n", "Nothing.\n"))
    release(course)
    found = broken(course)
    assert list(found) == [5] and "no docstring example" in found[5]


# 6 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


LAZY = "    from .first import first\n    return first(x) + 1"


WAYS = ["from .first import first", "from . import first", "import exercises.p1.letters.first",
        "from exercises.p1.letters import first", "from exercises.p1.letters.first import Counter as c",
        "from ..letters import first", "from ..letters.first import first"]


@pytest.mark.parametrize("top, inside", [*((way, "pass") for way in WAYS), *(("", way) for way in WAYS),
                                         ("from .first import *", "pass")])
def test_6_an_import_that_needs_do_not_name_is_found_however_it_is_written(course, top, inside):
    second = SECOND.replace(LAZY, f"    {inside}\n    return x + 2")
    small_course(course.root, second=f"{top}\n{second}")
    release(course)
    assert broken(course, only="second") == {}, "needs name it"
    manifest = (course.root / "course.yml").read_text(encoding="utf-8")
    write(course.root, {"course.yml": manifest.replace(", needs: [first]", "")})
    found = broken(load_course(course.root), only="second")
    assert list(found) == [6] and "'p1/letters/first'" in found[6]


def test_6_needs_hold_through_others(course):
    manifest = (course.root / "course.yml").read_text(encoding="utf-8")
    write(course.root, {"course.yml": manifest.replace(
        "{name: third, title: The third one, points: 5, minutes: 5}",
        "{name: third, title: The third one, points: 5, minutes: 5, needs: [p1/letters/second]}")})
    third = SECOND.replace("second", "third").replace(LAZY, "    from ..letters.first import first\n    return first(x)")
    write(course.root, {"solutions/p1/digits/third.py": third})
    course = load_course(course.root)
    release(course)
    assert broken(course, only="third") == {}


def test_6_a_mistake_that_imports_what_is_not_needed(course):
    text = MISTAKES.format("first").replace("    return 3\n", "    from .second import second\n    return 3\n")
    write(course.root, {"tests/p1/letters/mistakes_first.py": text})
    found = broken(course)
    assert list(found) == [6] and found[6].startswith("g: ") and "'p1/letters/second'" in found[6]


@pytest.mark.parametrize("line, words", [
    ("from .nothing import x", "does not exist"), ("from ..digits import third", "'p1/digits/third'"),
    ("from exercises.common.data import load", None), ("from exercises import common", None),
    ("from . import shared", None), ("import numpy.linalg", None), ("from .first import Counter", None),
])
def test_6_given_and_foreign_code(course, line, words):
    small_course(course.root, first=f"{line}\n{FIRST}")
    release(course)
    found = broken(course)
    assert (words is None and found == {}) or (list(found) == [6] and words in found[6])


def test_6_given_code_of_a_project_that_is_not_needed(course):
    write(course.root, {"solutions/p1/digits/given.py": "y = 1\n"})
    small_course(course.root, first=f"from ..digits.given import y\n{FIRST}")
    release(course)
    assert "another project" in broken(course)[6]


def test_6_given_code_may_import_exercises_lazily_only(course):
    lazy = SHARED + "\n\ndef late():\n    from .second import second\n    return second\n"
    small_course(course.root, shared=lazy)
    release(course)
    assert broken(course) == {}
    small_course(course.root, shared="from .second import second\n" + SHARED)
    release(course)
    found = broken(course)
    assert list(found) == [6] and "by way of p1/letters/shared.py" in found[6]
    assert broken(course, only="third") == {}, "which does not use it"


# 7 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def passed(name, supporting=False):
    return Check(name=name, title="It.", status=Status.PASSED, supporting=supporting)


def test_7_a_check_that_a_constant_passes_is_named_with_the_constants(course):
    judge = FakeJudge(course)
    judge.constants = {"nothing": [passed("test_a")], "zeros": [passed("test_a"), passed("test_b")]}
    assert broken(course, judge) == {7: (
        "test_a is passed by a solution that returns nothing, or returns zeros in the right form: "
        "harden it, or declare it @supporting.\n"
        "test_b is passed by a solution that returns zeros in the right form: harden it, or declare it @supporting.")}


def test_7_a_supporting_check_may_be_passed_by_a_constant(course):
    judge = FakeJudge(course)
    judge.constants = {"zeros": [passed("test_a", supporting=True)]}
    assert broken(course, judge) == {}


# ── around them ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_solutions_it_says_so_at_once(course, tmp_path):
    (course.root / "solutions").rename(course.root / "elsewhere")
    with pytest.raises(UsageError, match="no solutions"):
        verify(course, list(course.exercises.values()), FakeJudge(course), no_failures, no_thresholds)


def test_a_missing_solution_breaks_its_proofs_and_no_others(course):
    (course.root / "solutions/p1/digits/third.py").unlink()
    judge = FakeJudge(course)
    proofs = prove(course, judge)
    assert {p.number for p in proofs if not p.ok and p.exercise.name == "third"} == {0}
    assert all(p.ok for p in proofs if p.exercise.name != "third")


def test_an_abandoned_run_leaves_no_thread(course):
    run = verify(course, list(course.exercises.values()), FakeJudge(course), no_failures, no_thresholds)
    next(run)
    run.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("ThreadPoolExecutor")]


def test_7_says_so_where_no_constant_could_be_tried(course):
    judge = FakeJudge(course)
    judge.kind_of_constant = Kind.EXCEPTION
    assert broken(course, judge)[7].startswith("No constant could be tried")


def test_lines_name_each_exercise_once_and_count(course):
    judge = FakeJudge(course)
    judge.changes["def first(x):\n    return 1\n"] = {"checks": []}
    judge.changes["def first(x):\n    return 2\n"] = {"checks": []}
    lines = list(proof_lines(prove(course, judge), color=False))
    assert lines[0] == "1.1.1  The first one" and lines.count("1.1.1  The first one") == 1
    assert lines[1] == "  ✓ 1 the stub on disk is what release writes (3 hints)"
    assert lines[4:7] == ["  ✗ 4 every mistake fails and is told its own words",
                          "      b is not told its own words.", "      c is not told its own words."]
    assert lines[-1] == "23 of 24 proofs hold"
    assert lines[-5:-1] == ["Those that do not hold:",
                            "  ✗ 1.1.1 letters/first: 4 every mistake fails and is told its own words",
                            "      b is not told its own words.", "      c is not told its own words."], "said again at the end"
    assert not any("\x1b" in line for line in lines)
    alone = list(proof_lines(prove(course, judge, only="first"), color=False))
    assert sum("b is not told" in line for line in alone) == 1, "of one exercise it is in sight"
    assert "Those that do not hold:" not in list(proof_lines(prove(course), color=False)), "all hold"
    assert any("\x1b[31m✗\x1b[0m 4" in line for line in proof_lines(prove(course, judge), color=True))
