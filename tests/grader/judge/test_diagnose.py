"""Diagnosis: a failure is compared with those of the catalogued mistakes."""
import pytest

from grader.judge import diagnose, expect
from tests.grader.helpers.judging import suite_of
from tests.grader.helpers.small_course import MISTAKES, write


class TestDiagnosis:
    @pytest.fixture
    def suite(self):
        def small(work):
            """The first of two is five."""
            expect(work.first(2), equals=5)

        def large(work):
            """The first of a hundred is 201."""
            expect(work.first(100), equals=201)

        return suite_of(small, large)

    MORE = '\n\n@mistake("first", "Words of the limit.")\ndef limited(x):\n    return min(2 * x + 1, 100)\n' \
           '\n\n@mistake("first.Counter.step", "Words of the step.")\ndef step(self, by):\n    return by\n'

    def catalogue(self, judge, suite):
        write(judge.course.root, {"tests/p1/letters/mistakes_first.py": MISTAKES.format("first") + self.MORE})
        return diagnose.build_catalogue(judge.course, judge.course.find_one("first"), suite, judge.context)

    @pytest.mark.parametrize("text, words", [
        ("def first(x):\n    return 0", ["Words a.", ""]),
        ("zero = 0\n\n\ndef first(anything):\n    return zero * anything", ["Words a.", ""]),
        ("def first(x):\n    return 3", ["Words g.", ""]),
        ("def first(x):\n    return 2 * x + 1 if x < 50 else 100", ["", "Words of the limit."]),
        ("def first(x):\n    return 4", ["", ""]),
        ("def first(x):\n    return 0 if x < 50 else 7", ["", ""]),
        ("def first(x):\n    return 2 * x + 1", ["", ""]),
        ("def first(x):\n    raise ValueError", ["", ""]),
    ])
    def test_says_the_words_of_the_mistake_that_behaves_the_same(self, judge, suite, text, words):
        catalogue = self.catalogue(judge, suite)
        verdict = diagnose.diagnosed(judge(text + "\n", suite), catalogue)
        assert [c.diagnosis for c in verdict.checks] == words

    def test_an_observation_stays_where_no_mistake_explains_the_failure(self, judge, suite):
        catalogue = self.catalogue(judge, suite)
        text = "def first(x):\n    return {} if x < 50 else -201\n"
        known, unknown = (diagnose.diagnosed(judge(text.format(wrong), suite), catalogue).checks for wrong in ("0", "-5"))
        seen = "Your result is -1 times the right one."
        assert [check.observation for check in unknown] == [seen, seen]
        assert [(check.diagnosis, check.observation) for check in known] == [("", ""), ("", seen)]

    def test_a_mistake_that_no_check_finds_matches_nothing(self, judge, suite):
        catalogue = self.catalogue(judge, suite)
        assert [e["name"] for e in catalogue if not any(e["forms"])] == ["step"]
        assert diagnose.matches({}, catalogue) == []

    def test_two_mistakes_are_both_found_and_a_smaller_one_within_a_larger_is_not(self):
        catalogue = [{"name": n, "words": n, "forms": p if isinstance(p, list) else [p]} for n, p in
                     [("a", {"x": "1"}), ("b", {"y": "2"}), ("ab", {"x": "1", "y": "2"}), ("c", {"z": "3"})]]
        assert [e["name"] for e, _ in diagnose.matches({"x": "1", "z": "3"}, catalogue)] == ["a", "c"]
        assert [e["name"] for e, _ in diagnose.matches({"x": "1", "y": "2"}, catalogue)] == ["ab"]
        assert [e["name"] for e, _ in diagnose.matches({"x": "1", "y": "other"}, catalogue)] == ["a"]

    def test_any_form_of_a_mistake_leads_to_its_words_once(self):
        catalogue = [{"name": "a", "words": "a", "forms": [{"x": "1"}, {"x": "2", "y": "1"}, {}]},
                     {"name": "b", "words": "b", "forms": [{"x": "2"}]}]
        assert [(e["name"], f) for e, f in diagnose.matches({"x": "1"}, catalogue)] == [("a", {"x": "1"})]
        both = {"x": "2", "y": "1"}
        assert [(e["name"], f) for e, f in diagnose.matches(both, catalogue)] == [("a", both)], "b explains less of it"
        assert [e["name"] for e, _ in diagnose.matches({"x": "2", "y": "other"}, catalogue)] == ["b"]

    def test_the_catalogue_is_kept_until_something_that_decides_it_changes(self, judge, suite, monkeypatch):
        course, exercise = judge.course, judge.course.find_one("first")
        built = self.catalogue(judge, suite)
        assert diagnose.load_catalogue(course, exercise, suite, judge.context) == built
        path = diagnose.catalogue_path(course, exercise, suite)
        again = [{"name": "a", "words": "Built again.", "forms": [{"small": "1"}]}]
        monkeypatch.setattr(diagnose, "build_catalogue", lambda *a: again)
        assert diagnose.load_catalogue(course, exercise, suite, judge.context) == built
        path.write_text("not JSON")
        assert diagnose.load_catalogue(course, exercise, suite, judge.context) == again
        for file in (exercise.mistakes, "solutions/p1/letters/shared.py"):
            with open(course.root / file, "a") as changed:
                changed.write("\n# changed\n")
            assert diagnose.catalogue_path(course, exercise, suite) != path
            path = diagnose.catalogue_path(course, exercise, suite)
        monkeypatch.setattr(diagnose, "engine_digest", lambda: "another one")
        assert diagnose.catalogue_path(course, exercise, suite) != path

    def test_a_catalogue_without_any_fingerprint_is_not_kept(self, judge, suite, monkeypatch):
        course, exercise = judge.course, judge.course.find_one("first")
        broken = [{"name": "a", "words": "Words a.", "forms": [{}]}]
        monkeypatch.setattr(diagnose, "build_catalogue", lambda *a: broken)
        assert diagnose.load_catalogue(course, exercise, suite, judge.context) == broken
        assert not diagnose.catalogue_path(course, exercise, suite).exists()

    def test_where_there_is_no_reference_there_is_no_catalogue(self, judge, suite):
        (judge.course.root / "solutions/p1/letters/first.py").unlink()
        assert diagnose.load_catalogue(judge.course, judge.course.find_one("first"), suite, judge.context) == []
