"""What an author still has to fill in: each line of an exercise's files on which `FILL IN` stands."""
import re

from grader.authoring.manifest_lines import lines_of
from grader.course.manifest import MANIFEST, Course, Exercise
from grader.errors import UsageError
from grader.files import read_text

FILL_IN = re.compile(r"FILL IN(?:: )?(.*)")


def own_files(exercise: Exercise) -> list[str]:
    """The files that an author writes for an exercise, below the course's folder; the probes may be absent, and data has none."""
    folder = exercise.suite.rpartition("/")[0]
    probes = [f"{folder}/probes_{exercise.name}.py"] if exercise.language.runs else []
    return [f"solutions/{exercise.path}", exercise.suite, *probes, exercise.mistakes]


def unfinished(course: Course, exercise: Exercise) -> list[str]:
    """A sentence for each line that is to be filled in: in course.yml's line of the exercise, and in its own files."""
    found = []
    for path in [MANIFEST, *own_files(exercise)]:
        try:
            text = read_text(course.root / path, path) if (course.root / path).exists() else ""
        except UsageError:
            continue  # the proofs say that it cannot be read
        lines = text.splitlines()
        for number in lines_of(text, exercise) if path == MANIFEST and text else range(len(lines)):
            if marked := FILL_IN.search(lines[number]):
                found.append(f"{path}, line {number + 1}: {_what(marked[1], lines[number])}")
    return found


def _what(words: str, line: str) -> str:
    words = re.sub(r'(\.?"+\)?|",.*)$', "", words).rstrip(" .")
    return f"fill in {words}." if words else f"fill in '{line.strip()}'."
