"""The map: the whole course with the learner's results, as a plain dict from which every report is made."""
import json

from grader.course.manifest import Course, Exercise
from grader.records.ledger import left_out

Statuses = dict[str, tuple[str, int, int]]  # {exercise id: (status, earned, points)}, as the ledger gives them


def course_map(course: Course, statuses: Statuses) -> dict:
    """Pipelines, projects and exercises with status and points, the totals, and the next exercise to do.

    Exercises in `statuses` that the course no longer has are left out.
    """
    pipelines = []
    for pipeline in course.pipelines:
        projects = []
        for project in pipeline.projects:
            exercises = [_exercise(course, exercise, statuses)
                         for exercise in [*project.exercises, *filter(None, [project.smoke])]]
            projects.append({"number": project.number, "id": project.id, "title": project.title,
                             "planned": project.planned, **_totals(exercises), "exercises": exercises})
        pipelines.append({"number": pipeline.number, "id": pipeline.name, "title": pipeline.title,
                          **_totals([e for p in projects for e in p["exercises"]]), "projects": projects})
    exercises = [e for line in pipelines for p in line["projects"] for e in p["exercises"]]
    return {"title": course.title, **_totals(exercises), "next": _next(course, exercises), "pipelines": pipelines}


def _exercise(course: Course, exercise: Exercise, statuses: Statuses) -> dict:
    status, earned, points = statuses.get(exercise.id, ("not started", 0, exercise.points))
    here = exercise.points
    if points != here:
        without = left_out(course.root, exercise.id)  # of checks that could not be run on this machine
        here = points if points + without == here else here
    if points != here:  # the course changed the points after it was judged
        earned = earned * here // points if points else 0
    return {"number": exercise.number, "id": exercise.id, "file": exercise.path, "title": exercise.title, "status": str(status),
            "earned": earned, "points": here, "minutes": exercise.minutes}


def _totals(exercises: list[dict]) -> dict:
    return {"earned": sum(e["earned"] for e in exercises), "points": sum(e["points"] for e in exercises),
            "passed": sum(e["status"] == "passed" for e in exercises), "of": len(exercises)}


def _next(course: Course, exercises: list[dict]) -> dict | None:
    """The first exercise not passed whose needs are passed, else the first not passed, else None.

    `examples passed` counts as passed here, for a course in which only examples can be run.
    """
    done = {e["id"] for e in exercises if e["status"] in ("passed", "examples passed")}
    open_ones = [e for e in exercises if e["id"] not in done and e["id"] in course.exercises]
    ready = [e for e in open_ones if done.issuperset(course.exercises[e["id"]].needs)]
    return next(iter(ready or open_ones), None)


def to_json(shown: dict) -> str:
    return json.dumps(shown, indent=2)
