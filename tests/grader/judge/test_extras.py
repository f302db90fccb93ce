"""What is said of a library that is not installed."""
import pytest

from grader.autograde.run import exercises_to_mark
from grader.errors import UsageError
from grader.judge import extras
from grader.judge.extras import missing_libraries, refuse_missing
from tests.grader.helpers.small_course import small_course, write

EXTRAS = '[project.optional-dependencies]\nletters = ["numpy>=2", "no-such-library[fast]>=1.0; python_version > \'3\'"]\n'
SENTENCE = ("letters/first works with no_such_library, not installed here: pip install -e '.[letters]' in the course's folder, "
            "and try again.")


@pytest.fixture
def course(tmp_path):
    course = small_course(tmp_path)
    write(tmp_path, {"pyproject.toml": EXTRAS, **{each.suite: "def test_it(work):\n    pass\n" for each in course.exercises.values()}})
    return course


def missing(course) -> list[str]:
    return [exercise.name for exercise in course.exercises.values() if missing_libraries(course, exercise)]


@pytest.mark.parametrize("file, text, whom", [
    ("tests/p1/letters/test_first.py", "import no_such_library.part\n", ["first"]),
    ("tests/p1/letters/test_first.py", "from no_such_library import part\n", ["first"]),
    ("tests/p1/letters/test_first.py", "from tests import helper\n", ["first"]),
    ("solutions/p1/letters/shared.py", "import no_such_library\n", ["first", "second"]),
    ("solutions/p1/letters/first.py", "import no_such_library\n", ["first", "second"]),
    ("solutions/p1/letters/second.py", "from exercises.common.given import thing\n", ["second"]),
    ("solutions/p1/letters/first.py", "def first(x):\n    import no_such_library\n", []),
    ("solutions/p1/letters/first.py", "import numpy, json, numpy.linalg\n", []),
    ("tests/p1/digits/test_third.py", "import no_such_library\n", []),
], ids=str)
def test_who_needs_it_is_known_from_what_the_files_import(course, file, text, whom):
    """Not everybody of the project; and of a project without an extra nobody: there a suite with a typing error is broken."""
    write(course.root, {"tests/helper.py": "import no_such_library\n", "exercises/common/given.py": "import no_such_library\n",
                        file: text})
    assert missing(course) == whom


def test_what_is_missing_is_one_sentence_that_says_what_to_install(course):
    write(course.root, {"tests/p1/letters/test_first.py": "import no_such_library\n"})
    for refuse in (lambda: refuse_missing(course, course.find_one("first")), lambda: exercises_to_mark(course, "letters")):
        with pytest.raises(UsageError) as refused:
            refuse()
        assert str(refused.value) == SENTENCE
    assert exercises_to_mark(course, "second") == [course.find_one("second")]


def test_where_the_whole_extra_is_installed_nothing_is_read(course, monkeypatch):
    write(course.root, {"tests/p1/letters/test_first.py": "import a_typing_error\n"})
    monkeypatch.setattr(extras, "is_installed", lambda distribution: True)
    monkeypatch.setattr(extras, "files_of", None)
    assert missing(course) == []
    (course.root / "pyproject.toml").unlink()
    assert missing(course) == []
