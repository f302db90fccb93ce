"""What release writes into a project's chapter: the table of exercises, and the numbers of those that the text names.

Both are made from course.yml, the only source of the numbers. In the text a number stands before the name of its
exercise, which readers do not see: `1.1.3<!-- unbroadcast -->`.
"""
import re

from grader.course.manifest import Course, Project
from grader.errors import UsageError

NUMBER = re.compile(r"\d+\.\d+\.\d+(<!-- ([\w/]+) -->)")
TABLE = re.compile(r"(<!-- exercises -->\n).*?(<!-- /exercises -->)", re.DOTALL)


def chapter_path(project: Project) -> str:
    return f"{project.id}/README.md"


def with_manifest(course: Course, project: Project, chapter: str) -> str:
    """`chapter` with the current table between its `<!-- exercises -->` markers, and current numbers before names.

    Raises UsageError for a name that no exercise has; a bare one is of the same project.
    """
    def numbered(found: re.Match) -> str:
        name = found[2] if "/" in found[2] else f"{project.name}/{found[2]}"
        exercise = next((e for e in course.exercises.values() if name in (e.short, e.id)), None)
        if exercise is None:
            raise UsageError(f"exercises/{chapter_path(project)} names '{found[2]}', and no exercise has that name.")
        return exercise.number + found[1]

    chapter = NUMBER.sub(numbered, chapter)
    return TABLE.sub(lambda found: found[1] + exercise_table(course, project) + found[2], chapter)


def exercise_table(course: Course, project: Project) -> str:
    rows = ["| | exercise | file | minutes | difficulty | points | builds on |", "|---|---|---|---|---|---|---|"]
    for e in project.exercises:
        needs = ", ".join(f"{need.number} {need.name}" for need in course.requirements(e))
        rows.append(f"| {e.number} | {e.title} | [{e.name}.py]({e.name}.py) | {e.minutes} | "
                    f"{'●' * e.difficulty}{'○' * (3 - e.difficulty)} | {e.points} | {needs} |")
    total = sum(e.points for e in project.exercises)
    hours = round(sum(e.minutes for e in project.exercises) / 60)
    return "\n".join([*rows, "", f"{total} points, about {hours} hours.", ""])
