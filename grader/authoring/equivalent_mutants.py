"""tests/<project>/equivalent_mutants.yml: mutants that behave exactly like the reference, each with the reason.

    sorting:                       # the exercise
      - function: Heap.push        # where it is
        minus: "if len(items) < 2:"
        plus: "if len(items) <= 2:"
        why: It is a shortcut; without it the same comes out.

A mutant is identified by its function and the text of its lines, so the lines may move. Several lines are one text with
line ends.
"""
import yaml
from pydantic import Field, ValidationError, field_validator

from grader.course.manifest import Course, Strict
from grader.errors import UsageError


class Equivalent(Strict):
    function: str
    minus: str
    plus: str
    why: str = Field(min_length=1)
    exercise: str = ""

    @field_validator("minus", "plus")
    @classmethod
    def without_indentation(cls, text: str) -> str:
        return "\n".join(line.strip() for line in text.strip().split("\n"))

    @property
    def key(self) -> tuple[str, str, str]:
        return self.function, self.minus, self.plus

    def __str__(self) -> str:
        return f"`{self.plus}` for `{self.minus}` in {self.function}"


def equivalents_path(project: str) -> str:
    return f"tests/{project}/equivalent_mutants.yml"


def read_equivalents(course: Course, project: str) -> list[Equivalent]:
    """The entries of one project; none if there is no file. Raises UsageError for an invalid file or entry."""
    name = equivalents_path(project)
    if not (course.root / name).exists():
        return []
    try:
        tree = yaml.safe_load((course.root / name).read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{name} cannot be read: {' '.join(str(error).split())}.") from None
    if not isinstance(tree, dict):
        raise UsageError(f"{name} must map the name of an exercise to a list of its mutants.")
    found = []
    for exercise, entries in tree.items():
        if f"{project}/{exercise}" not in course.exercises:
            raise UsageError(f"{name} names '{exercise}', which is no exercise of {project}.")
        for number, entry in enumerate(entries or [], 1):
            try:
                found.append(Equivalent.model_validate({**entry, "exercise": exercise}))
            except (ValidationError, TypeError):
                raise UsageError(f"{name}: entry {number} of '{exercise}' must have function, minus, plus and why, "
                                 "each a text.") from None
    return found
