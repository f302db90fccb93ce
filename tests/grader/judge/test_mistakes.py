"""A mistake's code put in place of the definition that it names."""
import re

import pytest

from grader.course.workspace import local_workspace
from grader.judge import mistakes
from tests.grader.helpers.small_course import FIRST, small_course


@pytest.fixture
def course(tmp_path):
    return small_course(tmp_path)


class TestMistakes:
    """A mistake's code takes the place of its target's, and nothing else changes."""

    def of(self, target, source):
        return mistakes.Form(target, source)

    def test_a_function(self):
        text = mistakes.with_form(FIRST, self.of("first", '@mistake("first", "Words.")\ndef wrong(x):\n    return 0\n'))
        scope = {}
        exec(text.replace("from .shared import twice", "twice = None"), scope)
        assert scope["first"](5) == 0 and "wrong" not in scope
        assert "class Counter:" in text and "### BEGIN HINTS" in text

    def test_a_method_and_its_decorators(self):
        text = "class Box:\n    @property\n    def size(self):\n        return 1\n\n    def other(self):\n        ...\n"
        replaced = mistakes.with_form(text, self.of("Box.size", "def wrong(self):\n    return 3\n"))
        scope = {}
        exec(replaced, scope)
        assert scope["Box"]().size == 3 and scope["Box"]().other() is None

    @pytest.mark.parametrize("source", ["async def wrong(self):\n    return 3\n", "def wrong(self):\n    return 3\n"])
    def test_a_coroutine_function(self, source):
        text = "class Box:\n    async def size(self):\n        return 1\n\n    async def other(self):\n        return 2\n"
        replaced = mistakes.with_form(text, self.of("Box.size", source))
        assert replaced == text.replace("async def size(self):\n        return 1",
                                        source.replace("wrong", "size").replace("    return 3\n", "        return 3"))
        changed = mistakes.with_form(text, mistakes.Form("Box.size", replace="return 1", by="return 0"))
        assert changed == text.replace("return 1", "return 0")

    def test_a_class(self):
        text = mistakes.with_form(FIRST, self.of("Counter", "class wrong:\n    def step(self, by):\n        return wrong\n"))
        assert "class Counter:\n    def step(self, by):\n        return wrong\n" in text

    def test_what_is_not_defined_is_named(self):
        for target in ("second", "Counter.stop", "Nothing.step"):
            with pytest.raises(LookupError) as caught:
                mistakes.with_form(FIRST, self.of(target, "def wrong(x):\n    return 0\n"))
            assert str(caught.value) == f"the reference defines no {target}"

    def test_a_change_of_the_text_is_made_in_the_target_alone(self):
        text = "def f(x):\n    return x + 1\n\n\ndef g(x):\n    return x + 1\n"
        changed = mistakes.with_form(text, mistakes.Form("g", replace="x + 1", by="x - 1"))
        assert changed == "def f(x):\n    return x + 1\n\n\ndef g(x):\n    return x - 1\n"

    @pytest.mark.parametrize("replace, times", [("x * 2", 0), ("x", 2)])
    def test_a_change_that_does_not_fit_once_is_named(self, replace, times):
        with pytest.raises(LookupError, match=f"^g has '{re.escape(replace)}' {times} times, and not once$"):
            mistakes.with_form("def g(x):\n    return x\n", mistakes.Form("g", replace=replace, by="y"))

    def test_forms_are_read_with_the_words_once(self, course):
        (course.root / course.find_one("first").mistakes).write_text('''
from grader.judge.mistakes import mistake


def adds(x):
    return x + 1


@mistake("first", "Words a.", forms=[adds, {"replace": "+ 1", "by": "+ 2"}])
def a(x):
    return 0


mistake("first.Counter.step", "Words b.", name="b", replace="+ by", by="- by")
''')
        a, b = mistakes.mistakes_of(course, course.find_one("first"))
        assert (a.name, a.words, len(a.forms)) == ("a", "Words a.", 3)
        assert a.forms[1].source == "def adds(x):\n    return x + 1\n" and a.forms[2] == mistakes.Form("first", "", "+ 1", "+ 2")
        assert (b.name, b.forms) == ("b", (mistakes.Form("Counter.step", "", "+ by", "- by"),))
        reference = local_workspace(course, "solutions")
        assert "return doubled_for_the_first + 2" in mistakes.with_mistake(reference, course.find_one("first"), a, 2).read(
            "p1/letters/first.py")

    def test_a_change_without_a_name_is_refused(self):
        with pytest.raises(ValueError, match="has no name"):
            mistakes.mistake("first", "Words.", replace="a", by="b")

    def test_they_are_read_in_the_order_of_their_file(self, course):
        found = mistakes.mistakes_of(course, course.find_one("first"))
        assert [(m.name, m.forms[0].target, m.words) for m in found] == [(n, "first", f"Words {n}.") for n in "abcg"]
        again = mistakes.mistakes_of(course, course.find_one("first"))
        assert len(again) == 4

    def test_an_exercise_may_have_none(self, course):
        (course.root / course.find_one("first").mistakes).unlink()
        assert mistakes.mistakes_of(course, course.find_one("first")) == []
