"""The hints of exercises: written at the end of solutions, released as one page for each project."""
from grader.course.manifest import Course, Exercise, Project
from grader.course.sections import hints_of, hints_on_page, hints_section
from grader.files import read_text

NOTICE = "<!-- Written by `grader release` from the solutions; edits are lost. -->"


def hints_path(project: Project) -> str:
    """The path of the page, below a workspace."""
    return f"{project.id}/hints.md"


def hints_page(course: Course, project: Project) -> str:
    """The hints of a project's exercises, as one page of Markdown."""
    sections = []
    for exercise in project.exercises:
        name = f"solutions/{exercise.path}"
        if (course.root / name).exists() and (hints := hints_of(read_text(course.root / name, name), name)):
            sections.append(hints_section(exercise.title, hints))
    return "\n".join([f"# Hints: {project.title}\n", NOTICE + "\n", *sections])


def hints_for(course: Course, exercise: Exercise) -> list[str]:
    """The hints of `exercise`: from its solution or, if the solution is absent, from its project's page.

    Empty if neither is there.
    """
    name = f"solutions/{exercise.path}"
    if (course.root / name).exists():
        return hints_of(read_text(course.root / name, name), name)
    page = f"exercises/{hints_path(course.projects[exercise.project])}"
    if not (course.root / page).exists():
        return []
    return hints_on_page(read_text(course.root / page, page), exercise.title)
