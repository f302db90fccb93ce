"""A course of two projects and three exercises in a temporary folder, for the grader's own tests."""
from pathlib import Path

from grader.course.manifest import Course, load_course

MANIFEST = """\
title: Small
pipelines:
  - name: p1
    title: One
    projects:
      - name: letters
        title: Letters
        exercises:
          - {name: first, title: The first one, points: 3, minutes: 5}
          - {name: second, title: The second one, points: 4, minutes: 5, needs: [first]}
      - name: digits
        title: Digits
        exercises:
          - {name: third, title: The third one, points: 5, minutes: 5}
"""

FIRST = '''\
"""First."""
from .shared import twice


def given_function(x):
    return twice(x)


def first(x):
    """The first.

    >>> first(2)
    5
    """
    ### BEGIN SOLUTION
    doubled_for_the_first = twice(x)
    return doubled_for_the_first + 1
    ### END SOLUTION


class Counter:
    def step(self, by):
        """Count on."""
        ### BEGIN SOLUTION
        self.total_of_the_counter = self.total_of_the_counter + by
        return self.total_of_the_counter
        ### END SOLUTION

### BEGIN HINTS
# 1. A nudge for the first.
# 2. A longer one,
#    over two lines.
# 3. `twice(x) + 1`
### END HINTS
'''

SECOND = '''\
"""Second."""


def second(x):
    """The second.

    >>> second(1)
    4
    """
    ### BEGIN SOLUTION
    from .first import first
    return first(x) + 1
    ### END SOLUTION

### BEGIN HINTS
# 1. One.
# 2. Two.
# 3. Three.
### END HINTS
'''

THIRD = SECOND.replace("second", "third").replace("    from .first import first\n    return first(x) + 1",
                                                 "    return x + 3")

SHARED = '''\
"""Given: what both use."""


def twice(x):
    return 2 * x
'''

MISTAKES = '''\
from grader.judge.mistakes import mistake


@mistake("{0}", "Words a.")
def a(x):
    return 0


@mistake("{0}", "Words b.")
def b(x):
    return 1


@mistake("{0}", "Words c.")
def c(x):
    return 2


@mistake("{0}", "Words g.")
def g(x):
    return 3
'''


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="\n")


def small_course(root: Path, **changed: str) -> Course:
    """The course, with the solutions of `changed` in place of first, second, third or shared."""
    texts = {"first": FIRST, "second": SECOND, "shared": SHARED, "third": THIRD, **changed}
    write(root, {
        "course.yml": MANIFEST,
        "solutions/p1/letters/first.py": texts["first"],
        "solutions/p1/letters/second.py": texts["second"],
        "solutions/p1/letters/shared.py": texts["shared"],
        "solutions/p1/digits/third.py": texts["third"],
        **{f"tests/p1/{project}/mistakes_{name}.py": MISTAKES.format(name)
           for project, name in [("letters", "first"), ("letters", "second"), ("digits", "third")]},
        "tests/p1/letters/test_first.py": "def test_of_the_first(work):\n    assert work.first(7) == 15\n",
    })
    return load_course(root)
