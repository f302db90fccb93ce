"""The table of exercises in a project's chapter. It is made from course.yml, the only source of the numbers."""
import re

from grader.course.manifest import Course, Project

TABLE = re.compile(r"(<!-- exercises -->\n).*?(<!-- /exercises -->)", re.DOTALL)


def chapter_path(project: Project) -> str:
    return f"{project.id}/README.md"


def with_table(course: Course, project: Project, chapter: str) -> str:
    """`chapter` with the current table of course.yml between its `<!-- exercises -->` markers."""
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
