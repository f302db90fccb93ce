"""Numbers of exercises come from course.yml: in the chapters by `release`, elsewhere this test notices a stale one."""
import re
from pathlib import Path

import pytest

from grader.authoring.chapter import TABLE, chapter_path, with_manifest
from grader.course.manifest import load_course
from grader.errors import UsageError
from tests.grader.helpers.small_course import MANIFEST, small_course, write

ROOT = Path(__file__).parents[3]
NUMBER = re.compile(r"(?<![\d.])[1-4]\.\d+\.\d+(?![\d.]*\d)")


def test_a_number_follows_its_exercise(tmp_path):
    course = small_course(tmp_path)
    chapter = "After 9.9.9<!-- second --> comes 1.1.1<!-- digits/third -->.\n"
    assert with_manifest(course, course.projects["p1/letters"], chapter) == \
        "After 1.1.2<!-- second --> comes 1.2.1<!-- digits/third -->.\n"
    first = "          - {name: first, title: The first one, points: 3, minutes: 5}\n"
    write(tmp_path, {"course.yml": MANIFEST.replace(first, first + first.replace("first", "zeroth")),
                     "solutions/p1/letters/zeroth.py": ""})
    course = load_course(tmp_path)
    assert with_manifest(course, course.projects["p1/letters"], chapter).startswith("After 1.1.3<!-- second -->")


def test_a_name_that_no_exercise_has(tmp_path):
    course = small_course(tmp_path)
    with pytest.raises(UsageError, match="exercises/p1/letters/README.md names 'third', and no exercise has that name"):
        with_manifest(course, course.projects["p1/letters"], "1.1.1<!-- third -->")


def test_a_chapter_has_no_number_but_through_the_manifest():
    course = load_course(ROOT)
    for project in course.projects.values():
        file = ROOT / "exercises" / chapter_path(project)
        if file.exists():
            text = TABLE.sub("", file.read_text(encoding="utf-8"))
            text = re.sub("section " + NUMBER.pattern, "", text)  # of a book
            assert [n for n in NUMBER.findall(re.sub(NUMBER.pattern + "<!-- ", "", text))] == [], file


@pytest.mark.parametrize("path", ["README.md", "Makefile", *(str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md")),
                                  "grader/authoring/bundle_readme.md"])
def test_elsewhere_each_number_is_an_exercise_and_has_its_title_and_file(path):
    numbers = {exercise.number: exercise for exercise in load_course(ROOT).exercises.values()}
    for line in (ROOT / path).read_text(encoding="utf-8").splitlines():
        for found in NUMBER.findall(line):
            assert found in numbers, line
            for shown in re.findall(rf"{re.escape(found)}  (\S.*?)(?:  |$)", line):
                assert shown == numbers[found].title, line
            for file in re.findall(r"exercises/(\S+\.py)", line):
                assert file == numbers[found].path, line
