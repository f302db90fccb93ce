"""The small course, in which the project `digits` builds on the project `letters`: for the grader's own tests."""
from pathlib import Path

from grader.course.manifest import Course, load_course
from tests.grader.helpers.small_course import MANIFEST, THIRD, write

NEEDS = "{name: third, title: The third one, points: 5, minutes: 5, needs: [letters/first]}"
BUILDS_ON_FIRST = THIRD.replace("    return x + 3", "    from exercises.p1.letters.first import first\n    return first(x) + x")


def join_the_projects(root: Path) -> Course:
    """Let the third exercise of the course in `root` build on the first, which is another project's."""
    plain = "{name: third, title: The third one, points: 5, minutes: 5}"
    assert plain in MANIFEST
    write(root, {"course.yml": (root / "course.yml").read_text().replace(plain, NEEDS),
                 "solutions/p1/digits/third.py": BUILDS_ON_FIRST})
    suite = root / "tests/p1/digits/test_third.py"
    if suite.exists():
        suite.write_text(suite.read_text().replace("equals=10", "equals=22"))
    if (root / "exercises").exists():
        write(root, {"exercises/p1/digits/third.py": BUILDS_ON_FIRST})
    return load_course(root)
