"""What `--changed` takes for changed."""
import pytest

from grader.authoring.changed import RECORD, digest_of, note_proved, unproved
from grader.authoring.release import release
from grader.course.manifest import load_course
from tests.grader.helpers.small_course import FIRST, MANIFEST, SHARED, small_course, write

ALL = {"first", "second", "third"}


@pytest.fixture
def course(tmp_path):
    course = small_course(tmp_path)
    write(tmp_path, {f"tests/p1/{path}.py": "def test(work):\n    assert work\n" for path in
                     ("letters/test_second", "digits/test_third")})
    release(course)
    for exercise in course.exercises.values():
        for kind in ("proofs", "mutants"):
            note_proved(course, exercise, kind, digest_of(course, exercise))
    return course


def changed(course, kind="proofs"):
    course = load_course(course.root)
    return {exercise.name for exercise in unproved(course, list(course.exercises.values()), kind)}


def test_nothing_changed(course):
    assert changed(course) == changed(course, "mutants") == set()


@pytest.mark.parametrize("path, text, names", [
    ("solutions/p1/letters/first.py", FIRST + "# more\n", {"first", "second"}),  # which needs it; and the stub is outdated
    ("solutions/p1/letters/shared.py", SHARED + "# more\n", {"first", "second"}),
    ("exercises/p1/letters/first.py", "mine\n", {"first"}),
    ("exercises/p1/digits/hints.md", "mine\n", {"third"}),
    ("tests/p1/letters/test_second.py", "def test(work):\n    assert not work\n", {"second"}),
    ("tests/p1/letters/mistakes_first.py", "", {"first"}),
    ("tests/p1/letters/probes_first.py", "", {"first"}),
    ("tests/p1/letters/checks.py", "", {"first", "second"}),
    ("tests/p1/letters/wrong/second/one.py", "", {"second"}),
    ("tests/p1/letters/right/first/one.py", "", {"first"}),
    ("tests/oracles.py", "", ALL),
    ("course.yml", MANIFEST.replace("points: 5, minutes", "points: 6, minutes"), {"third"}),
    ("tests/p1/digits/equivalent_mutants.yml", "", {"third"}),
    (RECORD, "{", ALL),
])
def test_what_changes_for_whom(course, path, text, names):
    write(course.root, {path: text})
    assert changed(course) == names


def test_mutants_do_not_mind_the_stub(course):
    write(course.root, {"exercises/p1/letters/first.py": "mine\n"})
    assert changed(course, "mutants") == set()


def test_what_cannot_be_read_is_never_noted(course):
    (course.root / "solutions/p1/digits/third.py").unlink()
    third = course.exercises["p1/digits/third"]
    assert digest_of(course, third) == ""
    note_proved(course, third, "proofs", digest_of(course, third))
    assert [e.name for e in unproved(course, [third], "proofs")] == ["third"]
