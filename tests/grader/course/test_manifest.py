"""course.yml: what it says is found again, and every mistake in it is one sentence with its line."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.manifest import load_course
from grader.errors import UsageError
from tests.grader.helpers.small_course import MANIFEST, small_course, write


@pytest.fixture
def course(tmp_path):
    return small_course(tmp_path)


@pytest.fixture
def mistake(tmp_path):
    """The sentence that a manifest is refused with."""
    small_course(tmp_path)

    def refused(manifest) -> str:
        (tmp_path / "course.yml").write_bytes(manifest if isinstance(manifest, bytes) else manifest.encode())
        with pytest.raises(UsageError) as caught:
            load_course(tmp_path)
        return str(caught.value)
    return refused


FIRST = "{name: first, title: The first one, points: 3, minutes: 5}"       # line 9
SECOND = "{name: second, title: The second one, points: 4, minutes: 5, needs: [first]}"  # line 10
THIRD = "{name: third, title: The third one, points: 5, minutes: 5}"       # line 14
BY_LINES = """\
- name: first
            title: The first one
            points: 3
            minutes: 5
            limits:
              cpu_seconds: 1
"""  # `first` over lines 9 to 14
AGAIN = """\
  - name: p1
    title: One again
    projects: [{name: letters, title: Letters, planned: true}]
"""

MISTAKES = {  # name: (what in the manifest, by what it is replaced, the sentence)
    "an unknown key of an exercise": (FIRST, FIRST.replace("minutes", "minuts: 5, minutes"),
                                     "line 9: unknown key 'minuts'."),
    "an unknown key of a project": ("title: Letters", "titel: x\n        title: Letters",
                                    "line 7: unknown key 'titel'."),
    "an unknown key of a pipeline": ("title: One", "title: One\n    colour: red", "line 5: unknown key 'colour'."),
    "an unknown key of the course": ("title: Small", "title: Small\nauthor: me", "line 2: unknown key 'author'."),
    "an unknown limit": (f"- {FIRST}\n", BY_LINES.replace("cpu_seconds", "cpu"), "line 14: unknown key 'cpu'."),
    "a limit of zero": (f"- {FIRST}\n", BY_LINES.replace("s: 1", "s: 0"),
                        "line 14: 'cpu_seconds': input should be greater than 0, got 0."),
    "a limit that is no number": (f"- {FIRST}\n", BY_LINES.replace("s: 1", "s: fast"),
                                  "line 14: 'cpu_seconds': input should be a valid number, "
                                  "unable to parse string as a number, got 'fast'."),
    "no points": (FIRST, FIRST.replace("points: 3, ", ""), "line 9: 'points' is missing."),
    "no title": (FIRST, FIRST.replace("title: The first one, ", ""), "line 9: 'title' is missing."),
    "no projects": (MANIFEST[MANIFEST.index("    projects:"):], "", "line 3: 'projects' is missing."),
    "points of zero": (FIRST, FIRST.replace("points: 3", "points: 0"),
                       "line 9: 'points': input should be greater than 0, got 0."),
    "points below zero": (FIRST, FIRST.replace("points: 3", "points: -3"),
                          "line 9: 'points': input should be greater than 0, got -3."),
    "points that are a text": (FIRST, FIRST.replace("points: 3", "points: many"),
                               "line 9: 'points': input should be a valid integer, "
                               "unable to parse string as an integer, got 'many'."),
    "half a point": (FIRST, FIRST.replace("points: 3", "points: 2.5"),
                     "line 9: 'points': input should be a valid integer, got a number with a fractional part, "
                     "got 2.5."),
    "minutes of zero": (THIRD, THIRD.replace("minutes: 5", "minutes: 0"),
                        "line 14: 'minutes': input should be greater than 0, got 0."),
    "a name with a slash": (FIRST, FIRST.replace("name: first", "name: ../first"),
                            "line 9: 'name': string should match pattern '^[a-z][a-z0-9_]*$', got '../first'."),
    "a name with a capital": ("name: p1", "name: P1",
                              "line 3: 'name': string should match pattern '^[a-z][a-z0-9_]*$', got 'P1'."),
    "a name with a line break": (FIRST, FIRST.replace("name: first", 'name: "first\\n"'),
                                 "line 9: 'name': string should match pattern '^[a-z][a-z0-9_]*$', got 'first\\n'."),
    "a name that is a number": (FIRST, FIRST.replace("name: first", "name: 1"),
                                "line 9: 'name': input should be a valid string, got 1."),
    "needs that is no list": (SECOND, SECOND.replace("[first]", "first"),
                              "line 10: 'needs': input should be a valid list, got 'first'."),
    "needs of numbers": (SECOND, SECOND.replace("[first]", "[1]"),
                         "line 10: 'needs': input should be a valid string, got 1."),
    "an exercise that is a text": (FIRST, "first", "line 9: 'exercises': input should be a mapping, got 'first'."),
    "exercises that are no list": (MANIFEST[MANIFEST.index("        exercises:\n          - {name: third"):],
                                   "        exercises: third\n",
                                   "line 13: 'exercises': input should be a valid list, got 'third'."),
    "a grant that there is not": (FIRST, FIRST.replace("points", "grants: [loopbak], points"),
                                  "line 9: 'grants': input should be 'loopback', 'processes', 'compiler' or 'service', "
                                  "got 'loopbak'."),
    "a second exercise of the name": (SECOND, FIRST, "line 10: a second exercise 'p1/letters/first'."),
    "a second project of the name": ("name: digits", "name: letters", "line 11: a second project 'p1/letters'."),
    "a second project of the name, in a second pipeline": (MANIFEST, MANIFEST + AGAIN,
                                                           "line 17: a second project 'p1/letters'."),
    "a project of nothing": (MANIFEST[MANIFEST.index("        exercises:\n          - {name: third"):], "",
                             "line 11: 'digits' must have either exercises or 'planned: true'."),
    "a planned project with exercises": ("title: Digits", "title: Digits\n        planned: true",
                                         "line 11: 'digits' must have either exercises or 'planned: true'."),
    "an exercise without a file": (THIRD, THIRD.replace("name: third", "name: fourth"),
                                   "line 14: 'fourth' has no file exercises/p1/digits/fourth.py."),
    "needs what does not exist": (SECOND, SECOND.replace("[first]", "[frist]"),
                                  "line 10: 'second' needs 'p1/letters/frist', which does not exist."),
    "needs something of another project by its bare name": (THIRD, THIRD.replace("}", ", needs: [first]}"),
                                                            "line 14: 'third' needs 'p1/digits/first', "
                                                            "which does not exist."),
    "needs itself": (SECOND, SECOND.replace("[first]", "[second]"),
                     "line 10: 'second' needs itself, by way of 'p1/letters/second'."),
    "needs what comes later": (FIRST, FIRST.replace("}", ", needs: [p1/digits/third]}"),
                               "line 9: 'first' needs 'p1/digits/third', which comes later."),
    "needs in a circle": (FIRST, FIRST.replace("}", ", needs: [second]}"),
                          "line 9: 'first' needs itself, by way of 'p1/letters/second'."),
    "needs something that needs what does not exist": (
        f"{FIRST}\n          - {SECOND}",
        f"{FIRST.replace('}', ', needs: [second]}')}\n          - {SECOND.replace('[first]', '[nothing]')}",
        "line 10: 'second' needs 'p1/letters/nothing', which does not exist."),
    "a bracket that is not closed": (FIRST, FIRST[:-1], "line 10: "),
    "a misspelt key": (FIRST, FIRST.replace("points", "piont"), "line 9: unknown key 'piont'."),
    "a tab": ("    title: One", "\ttitle: One", "line 4: "),
    "a list that becomes a mapping": ("    title: Letters", "   title: Letters", "line "),
    "an object of Python": (FIRST, "!!python/object/apply:os.system ['true']", "line 9: "),
    "a control character": ("title: Small", "title: Sm\x07all", "line 1: "),
    "no words at all": (MANIFEST, "", "line 1: input should be a mapping, got nothing."),
    "a list": (MANIFEST, "- 1\n", "line 1: input should be a mapping, got [1]."),
    "a very long value": (FIRST, FIRST.replace("points: 3", f"points: {'x' * 1000}"), "line 9: 'points': input"),
}


@pytest.mark.parametrize("old, new, sentence", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_sentence_with_its_line(mistake, old, new, sentence):
    assert MANIFEST.count(old) == 1
    said = mistake(MANIFEST.replace(old, new))
    whole = sentence.endswith(".")  # else the words are the YAML library's, and only the line is ours
    assert said == f"course.yml, {sentence}" if whole else said.startswith(f"course.yml, {sentence}")
    assert said.endswith(".") and "\n" not in said and len(said) < 300


def test_a_date_that_there_is_not_is_an_error_of_yaml(mistake):
    said = mistake(MANIFEST.replace("points: 3", "points: 2025-13-41"))
    assert said == "course.yml is not YAML: month must be in 1..12."


def test_a_manifest_that_cannot_be_read(mistake, tmp_path):
    assert mistake(b"title: \xff") == "course.yml is not UTF-8 text."
    (tmp_path / "course.yml").unlink()
    for there in ("nothing", "a folder"):
        if there == "a folder":
            (tmp_path / "course.yml").mkdir()
        with pytest.raises(UsageError) as caught:
            load_course(tmp_path)
        assert "course.yml" in str(caught.value) and str(caught.value).endswith(".")


@given(st.text("{}[]:-,&*!|>'\"#%@ \nab1\t~", max_size=40), st.integers(0, len(MANIFEST)))
def test_no_text_is_worse_than_a_sentence(tmp_path_factory, noise, place):
    root = tmp_path_factory.getbasetemp() / "noise"
    if not root.exists():
        small_course(root)
    (root / "course.yml").write_text(MANIFEST[:place] + noise + MANIFEST[place:])
    try:
        load_course(root)
    except UsageError as error:
        assert "\n" not in str(error)


def test_names_and_numbers_follow_from_the_place(course):
    assert [(e.id, e.short, e.number, e.path) for e in course.exercises.values()] == [
        ("p1/letters/first", "letters/first", "1.1.1", "p1/letters/first.py"),
        ("p1/letters/second", "letters/second", "1.1.2", "p1/letters/second.py"),
        ("p1/digits/third", "digits/third", "1.2.1", "p1/digits/third.py")]
    assert list(course.projects) == ["p1/letters", "p1/digits"]
    first = course.find_one("first")
    assert (first.suite, first.mistakes) == ("tests/p1/letters/test_first.py", "tests/p1/letters/mistakes_first.py")


@pytest.mark.parametrize("words, names", [
    ("p1/letters/first", ["first"]), ("letters/first", ["first"]), ("first", ["first"]), ("1.1.1", ["first"]),
    ("first.py", ["first"]), ("./exercises/p1/letters/first.py", ["first"]),
    ("/home/me/solutions/p1/letters/first.py", ["first"]),
    ("letters", ["first", "second"]), ("letters/", ["first", "second"]), ("1.1", ["first", "second"]),
    ("p1/letters", ["first", "second"]), ("exercises/p1/letters", ["first", "second"]),
    ("p1", ["first", "second", "third"]), ("1", ["first", "second", "third"]),
])
def test_what_words_name(course, words, names):
    assert [e.name for e in course.find(words)] == names


@pytest.mark.parametrize("words, sentence", [
    ("frist", "There is no exercise or project 'frist'; did you mean 'first'?"),
    ("letters/third", "There is no exercise or project 'letters/third'; did you mean '"),
    ("§", "There is no exercise or project '§'; `grader list` shows them all."),
    ("", "There is no exercise or project ''; `grader list` shows them all."),
])
def test_words_that_name_nothing(course, words, sentence):
    with pytest.raises(UsageError) as caught:
        course.find(words)
    assert str(caught.value).startswith(sentence)


def test_one_exercise_where_one_is_wanted(course):
    with pytest.raises(UsageError) as caught:
        course.find_one("letters")
    assert str(caught.value) == "'letters' names 2 exercises; name one, such as 'letters/first'."


def test_a_planned_project_has_nothing_yet(tmp_path):
    small_course(tmp_path)
    write(tmp_path, {"course.yml": MANIFEST + "      - {name: later, title: Later, planned: true}\n"})
    with pytest.raises(UsageError) as caught:
        load_course(tmp_path).find("later")
    assert str(caught.value) == "'later' is planned and has no exercises yet; `grader list` shows what is ready."


def test_a_name_that_two_exercises_have_needs_its_project(tmp_path):
    small_course(tmp_path)
    write(tmp_path, {"course.yml": MANIFEST.replace("name: third", "name: first"),
                     "solutions/p1/digits/first.py": ""})
    course = load_course(tmp_path)
    with pytest.raises(UsageError):
        course.find("first")
    assert course.find_one("digits/first").number == "1.2.1"


def test_what_a_project_and_the_course_say_holds_for_their_exercises(tmp_path):
    small_course(tmp_path)
    text = MANIFEST.replace("title: Small", "title: Small\nlimits: {cpu_seconds: 3, memory_mb: 7}")
    text = text.replace("title: Letters", "title: Letters\n        forbids: [torch]\n        grants: [loopback]\n"
                        "        preload: [torch, torch._dynamo]")
    text = text.replace(FIRST, FIRST.replace("points", "forbids: [jax], limits: {cpu_seconds: 1}, points"))
    write(tmp_path, {"course.yml": text})
    first, second, third = load_course(tmp_path).exercises.values()
    assert (first.forbids, second.forbids, third.forbids) == (["torch", "jax"], ["torch"], [])
    assert (first.grants, third.grants) == (["loopback"], [])
    assert (first.preload, third.preload) == (["torch", "torch._dynamo"], [])
    assert [e.limits.cpu_seconds for e in (first, second, third)] == [1, 3, 3]
    assert [e.limits.memory_mb for e in (first, second, third)] == [7, 7, 7]


def test_an_exercise_that_does_not_inherit_has_its_own_bans_and_libraries_only(tmp_path):
    small_course(tmp_path)
    text = MANIFEST.replace("title: Letters", "title: Letters\n        forbids: [torch.nn]\n        grants: [loopback]\n"
                            "        preload: [torch]")
    text = text.replace(FIRST, FIRST.replace("points", "inherits: false, forbids: [jax], preload: [scipy], points"))
    text = text.replace(SECOND, SECOND.replace("points", "inherits: true, points"))
    write(tmp_path, {"course.yml": text.replace(THIRD, THIRD.replace("points", "inherits: false, points"))})
    first, second, third = load_course(tmp_path).exercises.values()
    assert (first.forbids, first.preload, first.grants) == (["jax"], ["scipy"], ["loopback"])
    assert (second.forbids, second.preload) == (["torch.nn"], ["torch"])
    assert (third.forbids, third.preload, third.grants) == ([], [], [])


def test_requirements_are_direct_and_indirect_in_course_order(tmp_path):
    small_course(tmp_path)
    write(tmp_path, {"course.yml": MANIFEST.replace(THIRD, THIRD.replace("}", ", needs: [p1/letters/second]}"))})
    course = load_course(tmp_path)
    assert [e.name for e in course.requirements(course.find_one("third"))] == ["first", "second"]
    assert course.requirements(course.find_one("first")) == []


def test_needs_name_an_exercise_of_another_project(tmp_path):
    small_course(tmp_path)
    third = "{name: third, title: The third one, points: 5, minutes: 5"
    for needs in ("letters/second", "p1/letters/second"):
        write(tmp_path, {"course.yml": MANIFEST.replace(third, f"{third}, needs: [{needs}]")})
        course = load_course(tmp_path)
        assert course.find_one("third").needs == ["p1/letters/second"]
        assert [e.name for e in course.requirements(course.find_one("third"))] == ["first", "second"]
    write(tmp_path, {"course.yml": MANIFEST.replace(third, f"{third}, needs: [numbers/second]")})
    with pytest.raises(UsageError, match="'third' needs 'numbers/second', which does not exist"):
        load_course(tmp_path)


def test_needs_that_could_mean_two_projects_say_so(tmp_path):
    small_course(tmp_path)
    third = "{name: third, title: The third one, points: 5, minutes: 5"
    write(tmp_path, {"course.yml": MANIFEST.replace(third, f"{third}, needs: [letters/first]") + (
        "  - name: p2\n    title: Two\n    projects:\n      - {name: letters, title: More letters, planned: true}\n")})
    with pytest.raises(UsageError, match="'third' needs 'letters/first', and 2 projects are called so: name its pipeline too"):
        load_course(tmp_path)
