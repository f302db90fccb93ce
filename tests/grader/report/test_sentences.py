"""Which engine judged: one for the whole class, or several, with the verdicts of each."""
import pytest

from grader.report.classroom.class_page import class_page
from grader.report.classroom.grades_csv import grades_csv
from grader.report.classroom.gradescope import gradescope_results
from grader.report.classroom.junit import junit_xml
from grader.report.classroom.sentences import judged_by
from grader.report.classroom.student_page import student_pages
from tests.grader.helpers.marked_class import NOON, PASSES, marked, verdict
from tests.grader.helpers.small_course import small_course


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return small_course(tmp_path_factory.mktemp("course"))


def of_class(course, *engines: str):
    """Ada, whose verdicts are of these engines, in the order of the course."""
    return [marked("ada", *(verdict(e, PASSES, engine_hash=engine) for e, engine in zip(course.exercises.values(), engines)))]


def test_one_engine_and_none(course):
    exercises = list(course.exercises.values())
    assert judged_by(exercises, of_class(course, "abc", "abc", "abc")) == "Judged by engine abc."
    assert judged_by(exercises, of_class(course, "", "")) == "Judged by an earlier grader."
    assert judged_by(exercises, [marked("ada")]) == ""


def test_several_engines_are_named_everywhere_with_their_exercises(course):
    exercises, ada = list(course.exercises.values()), of_class(course, "abc", "", "abc")
    told = "Judged by several: engine abc (2 verdicts: 1.1.1, 1.2.1); an earlier grader (1 verdict: 1.1.2)."
    assert judged_by(exercises, ada) == told
    assert told in class_page(course, exercises, ada, {"ada": "ada"}, NOON, [])
    assert told in next(student_pages(course, exercises, ada, NOON))[1]
    assert told in grades_csv(exercises, ada) and told in junit_xml(course, exercises, ada, NOON)
    assert gradescope_results(course, exercises, ada[0])["extra_data"]["engines"] == ["abc", ""]


def test_where_there_is_one_engine_the_table_has_nothing_to_say(course):
    assert "Judged by" not in grades_csv(list(course.exercises.values()), of_class(course, "abc", "abc", "abc"))
