"""Workspaces: which files are read, and what is said of one that cannot be judged."""
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course.manifest import load_course
from grader.course.workspace import (
    LARGEST_FILE,
    SourceError,
    check_text,
    gather,
    gather_project,
    local_workspace,
    module_name,
)
from grader.errors import UsageError
from tests.grader.helpers.small_course import FIRST, MANIFEST, SHARED, small_course, write


@pytest.fixture
def course(tmp_path):
    return small_course(tmp_path)


@pytest.fixture
def mine(course):
    """A folder with a learner's files, right ones."""
    folder = course.root / "mine"
    write(folder, {"p1/letters/first.py": FIRST, "p1/letters/second.py": "x = 1\n"})
    return folder


def sources(course, name="first"):
    return gather(course, local_workspace(course, "mine"), course.find_one(name))


def refused(course, name="first") -> SourceError:
    with pytest.raises(SourceError) as caught:
        sources(course, name)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)
    return caught.value


class TestWhatIsGathered:
    def test_the_exercise_what_it_needs_and_given_code(self, course, mine):
        found = sources(course, "second")
        assert found.module == "exercises.p1.letters.second"
        assert {name: file for name, (file, _) in found.files.items()} == {
            f"exercises.p1.letters.{name}": f"mine/p1/letters/{name}.py" for name in ("first", "second", "shared")}

    def test_not_what_comes_later(self, course, mine):
        write(mine, {"p1/letters/second.py": "not Python"})
        assert "exercises.p1.letters.second" not in sources(course, "first").files

    def test_given_code_is_the_courses_whatever_lies_beside_the_file(self, course, mine):
        write(mine, {"p1/letters/shared.py": "raise SystemExit", "p1/letters/numpy.py": "raise SystemExit"})
        found = sources(course)
        assert found.files["exercises.p1.letters.shared"][1] == SHARED
        assert "exercises.p1.letters.numpy" not in found.files

    def test_without_solutions_given_code_is_of_exercises(self, course, mine):
        (course.root / "solutions").rename(course.root / "exercises")
        assert sources(course).files["exercises.p1.letters.shared"][1] == SHARED

    def test_the_hash_stands_for_the_text_of_each_file(self, course, mine):
        digests = {sources(course).digest, sources(course).digest}
        for files in ({"mine/p1/letters/first.py": FIRST + "\n"}, {"solutions/p1/letters/shared.py": SHARED + "\n"}):
            write(course.root, files)
            digests.add(sources(course).digest)
        assert len(digests) == 3

    def test_the_hash_is_of_the_text_not_of_how_it_was_saved(self, course, mine):
        digest = sources(course).digest
        (mine / "p1/letters/first.py").write_bytes(b"\xef\xbb\xbf" + FIRST.replace("\n", "\r\n").encode())
        assert sources(course).digest == digest

    def test_a_text_that_stands_in_for_a_file(self, course, mine):
        workspace = local_workspace(course, "mine")
        changed = workspace.with_text("p1/letters/first.py", "y = 2\n")
        assert changed.read("p1/letters/first.py") == "y = 2\n" and workspace.read("p1/letters/first.py") == FIRST

    def test_a_whole_project(self, course, mine):
        found = gather_project(course, local_workspace(course, "mine"), course.projects["p1/letters"], "shared")
        assert found.module == "exercises.p1.letters.shared" and len(found.files) == 3

    def test_module_names(self):
        assert module_name("p1/letters/first.py") == "exercises.p1.letters.first"


class TestFilesThatCannotBeJudged:
    FILE = "mine/p1/letters/first.py"

    def put(self, course, data: bytes):
        (course.root / self.FILE).write_bytes(data)

    def test_missing(self, course, mine):
        (course.root / self.FILE).unlink()
        assert str(refused(course)) == f"There is no file {self.FILE}; `grader reset` brings the stub back."

    def test_missing_among_those_that_it_needs(self, course, mine):
        (course.root / self.FILE).unlink()
        assert str(refused(course, "second")).startswith(f"There is no file {self.FILE};")

    def test_a_folder_or_a_pipe_in_its_place(self, course, mine):
        (course.root / self.FILE).unlink()
        (course.root / self.FILE).mkdir()
        assert str(refused(course)).startswith("There is no file")
        (course.root / self.FILE).rmdir()
        os.mkfifo(course.root / self.FILE)
        assert str(refused(course)).startswith("There is no file")

    def test_not_utf8(self, course, mine):
        self.put(course, b"x = 1\n# caf\xe9\n")
        assert str(refused(course)) == f"{self.FILE} is not UTF-8 text (byte 11); save it as UTF-8."

    def test_utf16(self, course, mine):
        self.put(course, FIRST.encode("utf-16"))
        assert "is not UTF-8 text" in str(refused(course))

    def test_huge(self, course, mine):
        self.put(course, b"#" * (LARGEST_FILE + 1))
        assert str(refused(course)) == f"{self.FILE} is larger than 1 MB; a solution fits in a few kilobytes."
        self.put(course, b"#" * LARGEST_FILE)
        assert sources(course)

    def test_huge_and_all_holes(self, course, mine):
        with open(course.root / self.FILE, "wb") as file:
            file.truncate(1 << 40)
        assert "is larger than 1 MB" in str(refused(course))

    def test_unreadable(self, course, mine, monkeypatch):
        def read_bytes(path):
            raise PermissionError(13, "Permission denied")
        monkeypatch.setattr("pathlib.Path.read_bytes", read_bytes)
        assert str(refused(course)) == f"{self.FILE} cannot be read: Permission denied."

    @pytest.mark.parametrize("text, line, excerpt", [
        ("def first(x):\n    return (x\n", 2, "    return (x"), ("def first(x)\n    return x\n", 1, "def first(x)"),
        ("x = 1\n  y = 2\n", 2, "  y = 2"), ("x = 'é' 1\n", 1, "x = 'é' 1"), ("x = 0777\n", 1, "x = 0777"),
        ("return = 1\n", 1, "return = 1"), ("x = '''\n", 1, "x = '''"), ("def f():\nreturn 1\n", 2, "return 1"),
    ])
    def test_a_syntax_error_has_its_line_and_a_caret(self, course, mine, text, line, excerpt):
        self.put(course, text.encode())
        error = refused(course)
        assert str(error).startswith(f"{self.FILE}, line {line}: ") and error.line == line
        shown, caret = error.excerpt.split("\n")
        assert shown == excerpt and caret.strip() == "^" and len(caret) <= len(shown) + 1

    @pytest.mark.parametrize("text, caret", [
        ("x = (1\n", "    ^"), ("x = 'é' + (1\n", "          ^"), ("def first(x):\n\treturn (x\n", "\t       ^"),
        ("def first(x)\n    return x\n", "            ^"),
    ])
    def test_the_caret_stands_under_its_place(self, course, mine, text, caret):
        self.put(course, text.encode())
        assert refused(course).excerpt.split("\n")[1] == caret

    @pytest.mark.parametrize("text", ["x = 1\0", "(" * 1000, "-" * 100_000 + "1", "x" + ".y" * 100_000,
                                      "1" + "+1" * 100_000, "x = " + "9" * 5000])
    def test_texts_that_make_the_parser_give_up(self, course, mine, text):
        self.put(course, text.encode())
        assert str(refused(course)).startswith(self.FILE) and "None" not in str(refused(course))

    @given(st.text(max_size=60))
    def test_no_text_is_worse_than_a_bad_file(self, text):
        try:
            check_text(text, "file.py", ["torch"])
        except SourceError as error:
            assert str(error).startswith("file.py")


class TestForbiddenImports:
    @pytest.mark.parametrize("text, line", [
        ("import torch\n", 1), ("import numpy, torch\n", 1), ("import torch.nn as nn\n", 1),
        ("x = 1\nfrom torch import nn\n", 2), ("from torch.nn import functional\n", 1),
        ("def f():\n    import torch\n", 2), ("if 0:\n\n    import torch as numpy\n", 3),
        ("try:\n    import torch\nexcept ImportError:\n    pass\n", 2), ("class A:\n    from torch import *\n", 2),
        ("import scipy.special\n", 1), ("from scipy import special\n", 1), ("from scipy.special import erf\n", 1),
    ])
    def test_are_named_with_their_line(self, course, mine, text, line):
        course.find_one("first").forbids = ["torch", "scipy.special"]
        write(mine, {"p1/letters/first.py": text})
        error = refused(course)
        used = "scipy.special" if "scipy" in text else "torch"
        assert str(error) == f"mine/p1/letters/first.py, line {line}: this exercise is done without {used}; " \
                             "take the import out."
        assert error.line == line

    @pytest.mark.parametrize("text", [
        "import torchvision_of_mine\n", "import numpy as torch\n", "from . import torch\n", "from .torch import nn\n",
        "# import torch\n", "x = 'import torch'\n", "import scipy\n", "from scipy import stats\n", "torch = 1\n",
    ])
    def test_others_are_not(self, course, mine, text):
        course.find_one("first").forbids = ["torch", "scipy.special"]
        write(mine, {"p1/letters/first.py": text})
        assert sources(course)

    @pytest.mark.parametrize("text, line", [
        ("import numpy as np\n\n\ndef f(x):\n    return np.linalg.inv(x)\n", 5),
        ("from numpy import linalg as la\nla.inv\n", 2), ("import numpy.linalg\nnumpy.linalg.inv.__name__\n", 2),
        ("from numpy.linalg import *\ninv(1)\n", 2), ("import numpy as np\ngetattr(np.linalg, 'inv')\n", 2),
        ("import numpy as np\nf = [np.linalg.inv(x) for x in y]\n", 2),
        ("def f():\n    import numpy as np\n    return lambda x: np.linalg.inv(x)\n", 3),
    ])
    def test_a_forbidden_name_of_an_allowed_library_is_named_with_its_line(self, course, mine, text, line):
        course.find_one("first").forbids = ["numpy.linalg.inv"]
        write(mine, {"p1/letters/first.py": text})
        assert str(refused(course)) == (f"mine/p1/letters/first.py, line {line}: this exercise is done without "
                                        "numpy.linalg.inv; write that part yourself.")

    @pytest.mark.parametrize("text", [
        "__import__('torch')\n", "import importlib\nimportlib.import_module('torch.nn')\n",
        "from importlib import import_module as load\nload('torch')\n", "from numpy.linalg import inv as f\n"])
    def test_an_import_by_a_written_name_is_one(self, course, mine, text):
        course.find_one("first").forbids = ["torch", "numpy.linalg.inv"]
        write(mine, {"p1/letters/first.py": text})
        assert str(refused(course)).endswith("take the import out.")

    @pytest.mark.parametrize("text", [
        "import numpy as np\nla = np.linalg\nla.solve\n", "def f(np):\n    return np.linalg.inv\n",
        "import numpy as np\n\n\ndef f(x, np):\n    return np.linalg.inv(x)\n",
        "class A:\n    def inv(self):\n        return self.inv()\n", "torch = 1\ntorch.nn\n",
        "def f(__import__):\n    __import__('torch')\n", "'np.linalg.inv'  # np.linalg.inv\n",
        "import numpy as np\nnp.linalg.inverse\n", "from .linalg import inv\ninv(1)\n"])
    def test_the_same_words_for_something_else_are_not(self, course, mine, text):
        course.find_one("first").forbids = ["torch", "numpy.linalg.inv"]
        write(mine, {"p1/letters/first.py": text})
        assert sources(course)

    def test_count_in_what_the_exercise_builds_on(self, course, mine):
        course.find_one("second").forbids = ["torch"]
        write(mine, {"p1/letters/first.py": "import torch\n"})
        assert str(refused(course, "second")).startswith("mine/p1/letters/first.py, line 1: ")


class TestLinks:
    """A submission is somebody else's: a link in it must not lead to the reference."""

    def test_a_link_to_the_reference_is_not_followed(self, course, mine):
        (mine / "p1/letters/first.py").unlink()
        (mine / "p1/letters/first.py").symlink_to(course.root / "solutions/p1/letters/first.py")
        assert str(refused(course)) == ("mine/p1/letters/first.py is a link that leads out of mine; "
                                        "put the file itself there.")

    def test_nor_is_a_folder_that_is_one(self, course, mine):
        (mine / "p1/letters").rename(course.root / "elsewhere")
        (mine / "p1/letters").symlink_to(course.root / "solutions/p1/letters")
        assert "is a link that leads out of mine" in str(refused(course))

    def test_nor_is_one_that_leads_nowhere_or_round_and_round(self, course, mine):
        file = mine / "p1/letters/first.py"
        for target in ("nothing.py", "first.py"):
            file.unlink()
            file.symlink_to(target)
            assert str(refused(course)).startswith("There is no file")

    def test_a_link_within_the_workspace_is(self, course, mine):
        file = mine / "p1/letters/first.py"
        file.rename(mine / "kept.py")
        file.symlink_to("../../kept.py")
        assert sources(course).files["exercises.p1.letters.first"][1] == FIRST

    def test_a_workspace_that_is_itself_a_link_is(self, course, mine):
        mine.rename(course.root / "elsewhere")
        mine.symlink_to("elsewhere")
        assert sources(course).files["exercises.p1.letters.first"][1] == FIRST


class TestLocalWorkspace:
    def test_exercises_is_what_is_meant_by_nothing(self, course):
        (course.root / "exercises").mkdir()
        workspace = local_workspace(course)
        assert workspace.label == "exercises" and workspace.root == course.root / "exercises"

    def test_a_folder_anywhere(self, course, tmp_path_factory):
        folder = tmp_path_factory.mktemp("submission")
        assert local_workspace(course, str(folder)).label == str(folder)

    @pytest.mark.parametrize("folder", ["nowhere", "course.yml", None])
    def test_a_folder_that_is_not_there(self, course, folder):
        with pytest.raises(UsageError) as caught:
            local_workspace(course, folder)
        assert str(caught.value) == (f"There is no workspace folder '{folder or 'exercises'}'; "
                                     "name one that holds p1_fundamentals/ and the rest.")


def test_two_projects_share_nothing(tmp_path):
    """An exercise that needs one of another project gets the given code of both."""
    small_course(tmp_path)
    write(tmp_path, {"course.yml": MANIFEST.replace("{name: third, ", "{name: third, needs: [p1/letters/first], "),
                     "solutions/p1/digits/given.py": "g = 1\n"})
    course = load_course(tmp_path)
    names = gather(course, local_workspace(course, "solutions"), course.find_one("third")).files
    assert sorted(name.removeprefix("exercises.p1.") for name in names) == [
        "digits.given", "digits.third", "letters.first", "letters.shared"]
