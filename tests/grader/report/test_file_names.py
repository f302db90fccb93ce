"""The names of the files of a class's report: one for each submission, whatever it is called."""
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.report.classroom.file_names import file_names
from tests.grader.helpers.marked_class import any_text


@settings(max_examples=300, deadline=None)
@given(st.lists(any_text | st.text("aA-/.\u0301éÉ", max_size=4), unique=True, max_size=12))
def test_any_names_become_files_of_their_own(names):
    made = file_names(names)
    assert list(made) == sorted(names) and made == file_names(reversed(names))
    assert len({stem.casefold() for stem in made.values()}) == len(names)
    for stem in made.values():
        assert len(stem.encode("utf-8")) < 230 and stem.strip(".- ") and "/" not in stem and "\\" not in stem
        assert all(c.isalnum() or c in "-_." for c in stem) and not stem.startswith(".") and ":" not in stem


def test_a_plain_name_stays_and_others_get_digits():
    digits = re.compile(r"-[0-9a-f]{8}$")
    made = file_names(["ada.berg-2", "Łukasz", "../../etc", "Ben", "ben", "con", "", "x" * 300])
    assert made["ada.berg-2"] == "ada.berg-2" and made["Łukasz"] == "Łukasz" and made["Ben"] == "Ben"
    assert {name: digits.sub("", stem) for name, stem in made.items() if digits.search(stem)} == {
        "../../etc": "etc", "ben": "ben", "con": "con", "": "submission", "x" * 300: "x" * 60}


def test_nobody_takes_the_digits_of_another():
    name = file_names(["a/b"])["a/b"]
    assert file_names(["a/b", name])["a/b"] != file_names(["a/b", name])[name]
