"""Exercises that are files of data: what YAML is read as, within which limits, and how another language would come in."""
import pytest

from grader.course import languages
from grader.course.languages import Language, WrongSyntaxError, language_of, without_suffix
from grader.course.manifest import load_course
from grader.course.sections import hints_of, solution_regions, stub_of
from grader.course.workspace import SourceError, check_text
from grader.course.yaml_text import MOST_VALUES, YamlError, read_yaml
from grader.errors import UsageError
from tests.grader.helpers.small_course import MANIFEST, small_course

TEXT = """\
# The contract.
parts:
  ### BEGIN SOLUTION parts
  - {name: first, limit: 5}
  ### END SOLUTION
"""
DOUBLED = "".join(f"{one}: &{one} [{', '.join(['*' + other] * 9)}]\n" for other, one in zip("abcdefghi", "bcdefghij"))


def test_values_are_those_of_the_core_schema():
    assert read_yaml("on: yes\nday: 2026-11-27\nfor: 1:30\nn: 0x10\nm: 010\nx: 1e3\nnothing:\nt: True\n") == {
        "on": "yes", "day": "2026-11-27", "for": "1:30", "n": 16, "m": 10, "x": 1000.0, "nothing": None, "t": True}
    assert read_yaml("a: &a {x: 1}\nb: {<<: *a, y: 2}") == {"a": {"x": 1}, "b": {"x": 1, "y": 2}}


@pytest.mark.parametrize("text, line", [
    ("a: 1\nb: [1", 3), ("a: 1\na: 2", 2), ("a: &a [*a]", 1), ("x: !!python/object/apply:os.system [ls]", 1), ("a: 1\n---\nb: 1", 2),
    ("[" * 5000, 1), ("a: &a [x, x]\n" + DOUBLED, 6), ("a: &a {x: 1}\n" + DOUBLED.replace("[", "{<<: [").replace("]", "]}"), 6),
    ("- x\n" * (MOST_VALUES + 1), MOST_VALUES), ("a: 1\nb: \x07", 2), ("a: " + "9" * 5000, 0), ("x" * 200_000, 0),
    ("a: 1\n\tb: 2", 2), ("? [1]\n: 2", 1)])
def test_what_is_no_such_yaml_is_refused_with_its_line(text, line):
    with pytest.raises(YamlError) as refused:
        read_yaml(text)
    assert str(refused.value) and abs(refused.value.line - line) <= 1


def test_a_syntax_error_is_told_with_its_line_and_a_caret():
    with pytest.raises(SourceError) as raised:
        check_text("a: 1\nb: [1, 2\nc: 3\n", "exercises/p/x/rules.yml", [])
    problem = raised.value
    assert problem.problem.detail == "YAMLError" and problem.line == 3 and problem.problem.message.startswith("exercises/p/x/rules.yml, line 3: ")
    assert problem.excerpt.split("\n")[0] == "c: 3"


def test_a_stub_of_yaml():
    assert stub_of(TEXT, "rules.yml") == "# The contract.\nparts:\n  # Not written yet: this part is yours.\n"
    assert [(block.name, block.begin, block.end) for block in solution_regions(TEXT, "rules.yml")] == [("parts", 3, 5)]
    with pytest.raises(UsageError, match="its stub is not YAML"):
        stub_of("a: 1\nb:\n  c: [1,\n  ### BEGIN SOLUTION\n  2]\n  ### END SOLUTION\n", "rules.yml")
    with pytest.raises(UsageError, match="none of the markers"):
        stub_of(TEXT, "rules.py")  # a region of a module has no name


def test_another_language_is_another_line_of_the_table(monkeypatch):
    def check(text):
        if text.count("{") != text.count("}"):
            raise WrongSyntaxError("a brace is missing", 1)

    monkeypatch.setitem(languages.LANGUAGES, ".cpp", Language("C++", ".cpp", "//", "throw NotWritten();", check, runs=True))
    text = "// Adds.\nint add(int a, int b) {\n  /// BEGIN SOLUTION\n  return a + b;\n  /// END SOLUTION\n}\n" \
           "/// BEGIN HINTS\n// 1. One.\n// 2. Two.\n/// END HINTS\n"
    assert stub_of(text, "add.cpp") == "// Adds.\nint add(int a, int b) {\n  throw NotWritten();\n}\n"
    assert hints_of(text, "add.cpp") == ["One.", "Two."] and language_of("p/add.cpp").name == "C++"
    assert without_suffix("p/add.cpp") == "p/add"


@pytest.mark.parametrize("line, words", [
    ("{name: third, file: other.yml, title: T, points: 1, minutes: 1}", "must be one of third.py, third.yml"),
    ("{name: third, file: third.txt, title: T, points: 1, minutes: 1}", "must be one of third.py, third.yml"),
    ("{name: third, file: third.yml, notebook: true, title: T, points: 1, minutes: 1}", "a notebook has cells of python"),
    ("{name: third, file: third.yml, title: T, points: 1, minutes: 1}", "has no file exercises/p1/digits/third.yml")])
def test_the_file_of_an_exercise_is_checked(tmp_path, line, words):
    small_course(tmp_path)
    (tmp_path / "course.yml").write_text(MANIFEST.replace("{name: third, title: The third one, points: 5, minutes: 5}", line))
    with pytest.raises(UsageError, match=words):
        load_course(tmp_path)


def test_an_exercise_is_found_by_its_file(tmp_path):
    course = small_course(tmp_path)
    (tmp_path / "solutions/p1/digits/third.yml").write_text(TEXT)
    (tmp_path / "course.yml").write_text(MANIFEST.replace("name: third,", "name: third, file: third.yml,"))
    course = load_course(tmp_path)
    assert course.find_one("exercises/p1/digits/third.yml").path == "p1/digits/third.yml"
    assert course.by_path["p1/digits/third.yml"].language.name == "YAML"
