"""Suites collected and judged in processes of their own, with other hash seeds."""
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.grader.helpers.small_course import write

ROOT = Path(__file__).resolve().parents[3]
SUITE = '''
"""First."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.judge import expect


@given(st.lists(st.text("ab", max_size=3)))
def test_words(work, words):
    """The words that there are."""
    expect(work.first(words), equals=sorted(set(words)), given={"words": words})


def test_set(work):
    """A set of words."""
    expect(work.first(["a", "b", "c", "d"]), equals=["a"])


def test_dict(work):
    """A dict of numbers."""
    expect(work.counts(), equals={})


def test_object(work):
    """An object."""
    expect(work.thing(), equals=1)


def test_signature(work):
    """An object where an array should be."""
    work.typed()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_number(work, number):
    """One of three numbers."""
    expect(work.number(number), equals=number)
'''
WRONG = '''
import numpy as np
from jaxtyping import Float


class Thing:
    pass


def first(words):
    return set(words) | {"more", "of", "them"}


def counts():
    return {"a": 0.1 + 0.2, "b": {"x", "y", "z"}}


def thing():
    return Thing()


def typed() -> Float[np.ndarray, "n"]:
    return Thing()


def number(n):
    return 2 if n == 3 else n
'''
SCRIPT = '''
import json, sys
from pathlib import Path
from grader.worker import launch
launch.WORKER_LIBRARIES[:] = {libraries}
fork_server = launch.WorkerForkServer()
from grader.course.manifest import load_course
from grader.judge import run, suites
from grader.course.workspace import local_workspace
course = load_course(Path(sys.argv[1]))
found = suites.collect_suites(course)
fork_server.wait_until_ready()
exercise = course.find_one("first")
verdict = run.judge(course, local_workspace(course, "solutions"), exercise, found[exercise.id],
                    run.Context({{(): fork_server.connect_end}}))
fork_server.end()
said = {{"checks": [[c.name, c.title, c.status, c.fingerprint, c.given] for c in verdict.checks],
        "suites": {{name: str(s) for name, s in found.items() if not isinstance(s, suites.Suite)}}}}
print(json.dumps(said))
'''
PYPROJECT = '''
[tool.pytest.ini_options]
addopts = "-p grader.judge.fixtures --import-mode=importlib"
pythonpath = ["."]
'''
BROKEN = {
    "x = (": "cannot be collected: ",
    "def test_a(work):\n    pass\n": "test_a has no docstring; its first line is the title.",
    "def test_a(work, capsys):\n    '''A.'''\n": "test_a asks for ['capsys']; a check takes `work`",
    "X = 1\n": "has no checks.",
}


class TestInOtherProcesses:
    def judged(self, root, seed):
        from tests.grader.helpers.judging import LIBRARIES
        script = SCRIPT.format(libraries=LIBRARIES)
        done = subprocess.run([sys.executable, "-c", script, str(root)], cwd=ROOT, text=True, capture_output=True,
                              env={**os.environ, "PYTHONHASHSEED": seed})
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def test_fingerprints_and_examples_are_the_same_whatever_the_hash_seed(self, judge):
        root = judge.course.root
        write(root, {"pyproject.toml": PYPROJECT, "tests/p1/letters/test_first.py": SUITE,
                     "solutions/p1/letters/first.py": WRONG})
        one, other = self.judged(root, "1"), self.judged(root, "2")
        assert one == other
        assert [c[1] for c in one["checks"]] == [
            "The words that there are", "A set of words", "A dict of numbers", "An object",
            "An object where an array should be", "One of three numbers"]
        assert all(status == "failed" and print for _, _, status, print, _ in one["checks"])

    def test_a_suite_that_is_not_one_is_the_graders_error(self, judge):
        root = judge.course.root
        manifest = (root / "course.yml").read_text()
        for number, text in enumerate(BROKEN):
            manifest += f"          - {{name: broken{number}, title: B, points: 1, minutes: 1}}\n"
            write(root, {f"tests/p1/digits/test_broken{number}.py": text,
                         f"solutions/p1/digits/broken{number}.py": ""})
        write(root, {"course.yml": manifest, "pyproject.toml": PYPROJECT, "tests/p1/letters/test_first.py": SUITE,
                     "solutions/p1/letters/first.py": WRONG})
        said = self.judged(root, "0")["suites"]
        for number, words in enumerate(BROKEN.values()):
            assert words in said[f"p1/digits/broken{number}"]
        assert said["p1/digits/third"] == "'digits/third' has no suite tests/p1/digits/test_third.py."
        assert "p1/letters/first" not in said
