"""Write all reports of a marked class, made from its ledger:

    FOLDER/report.html               the class: common mistakes, each project at a glance, results of each submission
    FOLDER/projects/<project>.html   a project: its exercises, what is misunderstood in each, results of each submission
    FOLDER/students/<name>.html      a page to hand out
    FOLDER/grades.csv                for a spreadsheet
    FOLDER/junit.xml                 for CI
    FOLDER/gradescope/<name>.json    Gradescope's results.json
    FOLDER/exercism/<name>/<exercise>.json    Exercism's results.json

The same class, at the same `now`, gives the same bytes.
"""
import json
from datetime import datetime
from pathlib import Path

from grader.course.manifest import Course, Exercise
from grader.files import write_atomically
from grader.records.class_ledger import Marked
from grader.records.outcome import is_unsafe
from grader.report.classroom.class_page import class_page, projects_of
from grader.report.classroom.clusters import clusters
from grader.report.classroom.exercism import exercism_results
from grader.report.classroom.file_names import file_names
from grader.report.classroom.grades_csv import grades_csv
from grader.report.classroom.gradescope import gradescope_results
from grader.report.classroom.junit import junit_xml
from grader.report.classroom.project_page import page_name, project_page
from grader.report.classroom.student_page import student_pages


def write_class_report(course: Course, exercises: list[Exercise], marked: list[Marked], folder: Path,
                       now: datetime | None = None) -> None:
    """Write every output of the class into `folder`. Each file is written atomically and replaces an earlier one.

    `exercises` are those that were marked, in the order of the course. Raises UsageError if a file cannot be written.
    """
    now = now or datetime.now().astimezone()
    unsafe = is_unsafe(exercises, marked)
    names = file_names(one.name for one in marked)
    found = clusters(exercises, marked)
    write(folder / "report.html", class_page(course, exercises, marked, names, now, found))
    projects = projects_of(course, exercises)
    for at, (project, _) in enumerate(projects):
        write(folder / page_name(project), project_page(course, projects, at, marked, names, now, found))
    write(folder / "grades.csv", grades_csv(exercises, marked))
    write(folder / "junit.xml", junit_xml(course, exercises, marked, now))
    for name, page in student_pages(course, exercises, marked, now):
        write(folder / "students" / f"{names[name]}.html", page)
    for one in marked:
        write(folder / "gradescope" / f"{names[one.name]}.json", as_json(gradescope_results(course, exercises, one, unsafe)))
        for exercise in exercises:
            write(folder / "exercism" / names[one.name] / f"{exercise.id.replace('/', '.')}.json",
                  as_json(exercism_results(one.verdicts.get(exercise.id), unsafe)))


def as_json(results: dict) -> str:
    return json.dumps(results, indent=1, ensure_ascii=False) + "\n"


def write(path: Path, text: str) -> None:
    write_atomically(path, text, advice="make room for it there, or name another --out")
