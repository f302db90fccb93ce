"""The docstring examples of a loaded exercise: all of its own are found and run, and failures are plain data."""
import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.course.manifest import load_course
from grader.course.workspace import gather, local_workspace
from grader.worker import loader
from grader.worker.examples import examples_in, failure_sentences

ROOT = Path(__file__).resolve().parents[3]
NAME = "exercises.p1.letters.first"

TEXT = '''\
"""The file.

>>> 1 + 1
2
"""
import functools

import numpy as np
from jaxtyping import Float

from .shared import helper


def double(x: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
    """Twice.

    >>> y = np.ones(2)
    >>> double(y)
    array([2., 2.])
    """
    return 2 * x


def wrong(x):
    """
    >>> wrong(1)
    2
    >>> wrong(2)
    2
    >>> print("said")
    """
    return x


def missing():
    """
    >>> missing()
    1
    """
    raise NotImplementedError


def leaves():
    """
    >>> leaves()
    """
    raise SystemExit(3)


def undescribed():
    return 1


def without_examples():
    """Nothing to run."""


@functools.cache
def cached():
    """
    >>> cached()
    7
    """
    return 7


class Box:
    """
    >>> Box(3).value
    3
    """

    def __init__(self, value: int):
        self.value = value

    def more(self, by: int) -> int:
        """
        >>> Box(3).more(1)
        4
        """
        return self.value + by

    __add__ = more

    @property
    def half(self):
        """
        >>> Box(3).half
        1.5
        """
        return self.value / 2

    @staticmethod
    def nothing() -> int:
        """
        >>> Box.nothing()
        0
        """
        return 0

    @classmethod
    def of(cls, value: int):
        """
        >>> Box.of(2).value
        2
        """
        return cls(value)


alias = double
'''
SHARED = '''\
def helper():
    """
    >>> helper()
    "not this file's"
    """
'''


@pytest.fixture
def load():
    """Load a text as the worker does: from memory, with no file on disk."""
    def load_text(text, check_shapes=True):
        sources = {NAME: ("exercises/p1/letters/first.py", text),
                   "exercises.p1.letters.shared": ("exercises/p1/letters/shared.py", SHARED)}
        return loader.load(NAME, sources, check_shapes=check_shapes)
    yield load_text
    for name in [n for n in sys.modules if n.partition(".")[0] == "exercises"]:
        del sys.modules[name]
    sys.meta_path[:] = [f for f in sys.meta_path if not isinstance(f, loader.SourceFinder)]


@pytest.mark.parametrize("check_shapes", [True, False])
def test_all_examples_of_the_file_are_run_and_no_others(load, check_shapes):
    results = examples_in(load(TEXT, check_shapes))
    assert [(r["name"], r["examples"], len(r["failures"])) for r in results] == [
        ("the file", 1, 0), ("double", 2, 0), ("wrong", 3, 2), ("missing", 1, 1), ("leaves", 1, 1), ("cached", 1, 0),
        ("Box", 1, 0), ("Box.more", 1, 0), ("Box.half", 1, 0), ("Box.nothing", 1, 0), ("Box.of", 1, 0)]


def test_a_failure_says_source_want_and_got(load):
    failures = {r["name"]: r["failures"] for r in examples_in(load(TEXT))}
    assert failures["wrong"] == [{"source": "wrong(1)", "want": "2", "got": "1", "raised": ""},
                                 {"source": 'print("said")', "want": "", "got": "said", "raised": ""}]
    assert failures["missing"] == [{"source": "missing()", "want": "1", "got": "NotImplementedError",
                                    "raised": "NotImplementedError"}]
    assert failures["leaves"][0]["got"] == "SystemExit: 3"


def test_results_are_plain_and_bounded(load):
    results = examples_in(load('def f():\n    """\n    >>> f()\n    1\n    """\n    return "x" * 10**6\n'))
    assert json.loads(json.dumps(results)) == results
    assert len(json.dumps(results)) < 5000


def test_nothing_is_printed(load, capsys):
    examples_in(load(TEXT))
    assert capsys.readouterr() == ("", "")


def test_an_example_sees_the_module_and_leaves_no_name_in_it(load):
    module = load(TEXT)
    examples_in(module)
    assert not hasattr(module, "y")


def test_an_example_that_doctest_cannot_read_is_a_failure(load):
    results = examples_in(load('def f():\n    """\n    >>>f()\n    1\n    """\n\n\ndef g():\n    """\n    >>> 1\n    1\n    """\n'))
    assert [(r["name"], len(r["failures"])) for r in results] == [("f", 1), ("g", 0)]
    assert "ValueError" in results[0]["failures"][0]["got"]


def test_a_docstring_that_is_no_text_is_none(load):
    assert examples_in(load("def f():\n    pass\n\n\nf.__doc__ = 5\n")) == []


def test_failures_as_sentences(load):
    sentences = failure_sentences(examples_in(load(TEXT)))
    assert len(sentences) == 4 and sentences[0] == "In wrong, `wrong(1)` gives 1, and the docstring says 2."


def test_only_the_standard_library_is_imported():
    code = ("import sys; before = set(sys.modules); import grader.worker.examples; "
            "print({m.partition('.')[0] for m in set(sys.modules) - before} - set(sys.stdlib_module_names))")
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert out.strip() == "{'grader'}"


def test_the_reference_of_this_course_runs_its_examples(load):
    course = load_course(ROOT)
    exercise = course.find_one("autograd/arithmetic")
    sources = gather(course, local_workspace(course, "solutions"), exercise)
    results = examples_in(loader.load(sources.module, sources.files))
    assert [r["name"] for r in results] == ["add", "sub", "mul", "div", "neg", "power"] and failure_sentences(results) == []
