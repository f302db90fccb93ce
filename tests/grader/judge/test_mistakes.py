"""A mistake's code put in place of the definition that it names."""
import pytest

from grader.judge import mistakes
from tests.grader.helpers.small_course import FIRST, small_course


@pytest.fixture
def course(tmp_path):
    return small_course(tmp_path)


class TestMistakes:
    """A mistake's code takes the place of its target's, and nothing else changes."""

    def of(self, target, source, name="wrong"):
        return mistakes.Mistake(name, "first", target, "Words.", source)

    def test_a_function(self):
        wrong = self.of("first", '@mistake("first", "Words.")\ndef wrong(x):\n    return 0\n')
        text = mistakes.replace_definition(FIRST, wrong)
        scope = {}
        exec(text.replace("from .shared import twice", "twice = None"), scope)
        assert scope["first"](5) == 0 and "wrong" not in scope
        assert "class Counter:" in text and "### BEGIN HINTS" in text

    def test_a_method_and_its_decorators(self):
        text = "class Box:\n    @property\n    def size(self):\n        return 1\n\n    def other(self):\n        ...\n"
        replaced = mistakes.replace_definition(text, self.of("Box.size", "def wrong(self):\n    return 3\n"))
        scope = {}
        exec(replaced, scope)
        assert scope["Box"]().size == 3 and scope["Box"]().other() is None

    def test_a_class(self):
        wrong = self.of("Counter", "class wrong:\n    def step(self, by):\n        return wrong\n")
        text = mistakes.replace_definition(FIRST, wrong)
        assert "class Counter:\n    def step(self, by):\n        return wrong\n" in text

    def test_what_is_not_defined_is_named(self):
        for target in ("second", "Counter.stop", "Nothing.step"):
            with pytest.raises(LookupError) as caught:
                mistakes.replace_definition(FIRST, self.of(target, "def wrong(x):\n    return 0\n"))
            assert str(caught.value) == f"mistake 'wrong': first.py defines no {target}"

    def test_they_are_read_in_the_order_of_their_file(self, course):
        found = mistakes.mistakes_of(course, course.find_one("first"))
        assert [(m.name, m.target, m.words) for m in found] == [(n, "first", f"Words {n}.") for n in "abcg"]
        again = mistakes.mistakes_of(course, course.find_one("first"))
        assert len(again) == 4

    def test_an_exercise_may_have_none(self, course):
        (course.root / course.find_one("first").mistakes).unlink()
        assert mistakes.mistakes_of(course, course.find_one("first")) == []
