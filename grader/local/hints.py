"""The hints of an exercise, one at a time: each call of `grader hint` shows the next one."""
import contextlib
import json
import textwrap

from grader.course.hints import hints_for
from grader.course.manifest import Course, Exercise
from grader.errors import UsageError
from grader.files import write_atomically

SHOWN = ".grader/hints.json"  # {exercise id: how many were shown}


def next_hint(course: Course, exercise: Exercise, number: int | None = None) -> str:
    """The text of the next hint, or of hint `number`. If all have been shown, the last one again. Raises UsageError."""
    hints = hints_for(course, exercise)
    if not hints:
        raise UsageError(f"{exercise.short} has no hints.")
    shown = read_shown(course)
    seen = min(max(int(shown.get(exercise.id, 0)), 0), len(hints))
    if number is not None and number > len(hints):
        raise UsageError(f"{exercise.short} has {len(hints)} hints; there is no hint {number}.")
    number = number or min(seen + 1, len(hints))
    if number > seen:
        # If the folder cannot be written, the hint is shown all the same, and only the count is lost.
        with contextlib.suppress(UsageError):
            write_atomically(course.root / SHOWN, json.dumps({**shown, exercise.id: number}).encode())
    paragraphs = "\n\n".join(textwrap.fill(p, 100, initial_indent="  ", subsequent_indent="  ", break_long_words=False)
                             for p in hints[number - 1].split("\n\n"))
    more = f"Next: grader hint {exercise.number}" if number < len(hints) else \
        f"That was the last one. The reference: grader solution {exercise.number} --yes"
    return f"{exercise.number}  {exercise.title} · hint {number} of {len(hints)}\n\n{paragraphs}\n\n{more}"


def read_shown(course: Course) -> dict[str, int]:
    """{exercise id: hints shown}; empty if the file is missing or damaged, and then the hints start again."""
    with contextlib.suppress(OSError, ValueError):
        shown = json.loads((course.root / SHOWN).read_text(encoding="utf-8"))
        if isinstance(shown, dict) and all(isinstance(n, int) for n in shown.values()):
            return shown
    return {}
