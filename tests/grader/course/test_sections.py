"""Sections of a solution's text: the regions that a stub leaves out, and the hints."""
import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.sections import afterword_of, hints_of, hints_on_page, hints_section, stub_of, without_markers
from tests.grader.helpers.errors import error_of
from tests.grader.helpers.small_course import FIRST

# ── stub_of ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_region_becomes_one_raise_at_its_indentation():
    stub = stub_of(FIRST)
    assert stub.count("raise NotImplementedError") == 2
    assert '\n    """\n    raise NotImplementedError\n\n\nclass Counter:' in stub
    assert '"""Count on."""\n        raise NotImplementedError\n' in stub
    assert "def given_function(x):\n    return twice(x)\n" in stub and "from .shared import twice\n" in stub
    for gone in ("###", "doubled_for_the_first", "total_of_the_counter", "A nudge", "over two lines"):
        assert gone not in stub
    assert stub.endswith("raise NotImplementedError\n") and not stub.endswith("\n\n")


AFTERWORD = "### BEGIN AFTERWORD\n# Notice this,\n#\n# and that.\n### END AFTERWORD\n\n"


def test_an_afterword_is_in_no_stub_and_on_no_page():
    text = FIRST.replace("### BEGIN HINTS", AFTERWORD + "### BEGIN HINTS")
    assert afterword_of(text) == "Notice this, and that." and afterword_of(FIRST) == ""
    assert stub_of(text) == stub_of(FIRST) and without_markers(text).split() == without_markers(FIRST).split()
    assert hints_of(text) == hints_of(FIRST)


def test_code_in_an_afterword_is_named():
    assert "line 4: between the markers of the afterword" in error_of(afterword_of, AFTERWORD.replace("# and that.", "and that."))


def test_given_code_is_copied_as_it_is():
    text = "# x\n\n\nvalue = 1   \n\n"
    assert stub_of(text) == text


def test_code_after_a_region_stays():
    text = "def f():\n    ### BEGIN SOLUTION\n    a = 1\n    ### END SOLUTION\n    return a\n"
    assert stub_of(text) == "def f():\n    raise NotImplementedError\n    return a\n"


@pytest.mark.parametrize("lines, where", [
    (["### BEGIN SOLUTION", "pass"], "x.py, line 1"),
    (["pass", "### END SOLUTION"], "x.py, line 2"),
    (["### BEGIN SOLUTION", "### BEGIN SOLUTION", "### END SOLUTION"], "x.py, line 2"),
    (["### BEGIN SOLUTION", "### END HINTS"], "x.py, line 2"),
    (["### BEGIN SOLUTION", "### BEGIN HINTS", "### END HINTS", "### END SOLUTION"], "x.py, line 2"),
    (["pass", "", "### BEGIN HINTS", "# 1. x"], "x.py, line 3"),
    (["### BEGIN HINTS", "### END HINTS", "late = 1"], "x.py, line 1"),
    (["### BEGIN HINTS", "### END HINTS", "### BEGIN HINTS", "### END HINTS"], "x.py, line 1"),
    (["pass", "### BEGIN SOLUTIONS", "pass", "### END SOLUTIONS"], "x.py, line 2"),
    (["## BEGIN SOLUTION", "pass", "## END SOLUTION"], "x.py, line 1"),
    (["###BEGIN solution", "pass"], "x.py, line 1"),
    (["### begin hints"], "x.py, line 1"),
])
def test_marks_that_do_not_pair_up_are_an_error_with_file_and_line(lines, where):
    assert error_of(stub_of, "\n".join(lines) + "\n", "x.py").startswith(where + ":")


def test_a_region_that_cuts_through_a_statement_is_an_error():
    text = "x = [\n### BEGIN SOLUTION\n1]\n### END SOLUTION\n"
    assert "x.py" in error_of(stub_of, text, "x.py")


@given(st.lists(st.tuples(st.integers(1, 3), st.booleans()), min_size=1, max_size=5))
def test_only_the_regions_change(functions):
    """Whatever the file: outside the marks nothing changes, and inside nothing stays."""
    solution, stub = [], []
    for i, (length, marked) in enumerate(functions):
        head = [f"def f{i}():", f'    """Function {i}."""']
        body = [f"    secret = {n}" for n in range(length)]
        solution += [*head, *(["    ### BEGIN SOLUTION", *body, "    ### END SOLUTION"] if marked else body), ""]
        stub += [*head, *(["    raise NotImplementedError"] if marked else body), ""]
    assert stub_of("\n".join(solution)).rstrip() == "\n".join(stub).rstrip()


def test_without_marks_is_the_whole_solution_and_no_hint():
    text = without_markers(FIRST)
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(FIRST))
    assert "###" not in text and "nudge" not in text


# ── hints ───────────────────────────────────────────────────────────────────────────────────────────────────────


def hinted(*lines):
    return "\n".join(["x = 1", "", "### BEGIN HINTS", *lines, "### END HINTS", ""])


def test_hints_are_joined_and_lose_their_marks():
    assert hints_of(FIRST) == ["A nudge for the first.", "A longer one, over two lines.", "`twice(x) + 1`"]


def test_blank_lines_in_hints_part_paragraphs_or_nothing():
    assert hints_of(hinted("", "# 1. One", "#", "#    more", "", "#", "# 2. Two", "")) == ["One\n\nmore", "Two"]


def test_a_number_within_a_line_starts_no_hint():
    assert hints_of(hinted("# 1. see", "#    2. this")) == ["see 2. this"]


def test_no_hints_are_an_empty_list():
    assert hints_of("x = 1\n") == [] and hints_of(hinted()) == []


@pytest.mark.parametrize("lines, number", [(["# words"], 4), (["# 2. Two"], 4), (["# 1. One", "# 3. Three"], 5),
                                           (["# 1. One", "x = 1"], 5)])
def test_hints_out_of_order_are_an_error_with_file_and_line(lines, number):
    assert error_of(hints_of, hinted(*lines), "x.py").startswith(f"x.py, line {number}:")


words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.sampled_from(" `*"), min_size=1)


@given(st.lists(words.map(str.strip).filter(bool), max_size=4))
def test_hints_come_back_from_the_page(hints):
    page = "\n".join(["# Hints\n", hints_section("Other", ["no"]), hints_section("Mine", hints),
                      hints_section("Mine too", ["no"])])
    assert hints_on_page(page, "Mine") == hints


HELPERS = """def twice(x):
    ### BEGIN SOLUTION
    return add(x, x)
    ### END SOLUTION


### BEGIN SOLUTION
def add(x, y):
    return x + y
### END SOLUTION


class Adder:
    def of(self, x):
        ### BEGIN SOLUTION
        return self.add(x, x)
        ### END SOLUTION

    ### BEGIN SOLUTION
    def add(self, x, y):
        return x + y
    ### END SOLUTION
"""


def test_of_helpers_that_are_in_no_function_nothing_is_left():
    stub = stub_of(HELPERS)
    exec(stub, names := {})  # it can be imported
    assert set(names) >= {"twice", "Adder"} and "add" not in names and not hasattr(names["Adder"], "add")
    assert stub.count("raise NotImplementedError") == 2
    assert "\n\n\n\n" not in stub and stub.endswith("raise NotImplementedError\n")
