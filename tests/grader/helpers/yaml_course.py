"""The small course with one more exercise, a file of YAML: for the grader's own tests."""
from pathlib import Path

from grader.course.manifest import Course, load_course
from tests.grader.helpers.small_course import MANIFEST, write

PLAN = """\
# The plan.
#
# Write two parts; the limit of the second is twice that of the first.
parts:
  ### BEGIN SOLUTION parts
  - name: first
    limit: 5
  - name: second
    limit: 10
  ### END SOLUTION
hours: 8

### BEGIN AFTERWORD
# Notice the parts.
### END AFTERWORD

### BEGIN HINTS
# 1. One.
# 2. Two.
# 3. Three.
### END HINTS
"""
STUB = "# The plan.\n#\n# Write two parts; the limit of the second is twice that of the first.\nparts:\n" \
       "  # Not written yet: this part is yours.\nhours: 8\n"
SUITE = '''\
"""The plan."""
from grader.judge import expect


def parts(work):
    assert isinstance(work.data, dict) and isinstance(work.data.get("parts"), list), "parts is a list"
    return {part.get("name"): part.get("limit") for part in work.data["parts"] if isinstance(part, dict)}


def test_first(work):
    """The first has its limit."""
    expect(parts(work).get("first"), equals=5)
    expect(len(parts(work)), equals=2)


def test_second(work):
    """The second has its limit."""
    expect(parts(work).get("second"), equals=10)
    expect(work.data.get("hours"), equals=8)
'''
MISTAKES = '''\
from grader.judge.mistakes import mistake

mistake("plan.parts", "One is missing.", name="one", text="- {name: first, limit: 5}", forms=["- name: first\\n  limit: 5\\n- {}"])
mistake("plan.parts", "They are alike.", name="alike", replace="limit: 10", by="limit: 5")
mistake("plan.parts", "They are text.", name="texts", replace="limit: 5", by="limit: '5'")
mistake("plan", "The hours are gone.", name="hours", replace="hours: 8", by="hours: 9")
'''


def yaml_course(root: Path) -> Course:
    """Add the exercise `digits/plan` to the small course in `root`."""
    line = "          - {name: plan, file: plan.yml, title: The plan, points: 4, minutes: 5}\n"
    write(root, {"course.yml": MANIFEST + line, "solutions/p1/digits/plan.yml": PLAN, "exercises/p1/digits/plan.yml": PLAN,
                 "tests/p1/digits/test_plan.py": SUITE, "tests/p1/digits/mistakes_plan.py": MISTAKES})
    return load_course(root)
