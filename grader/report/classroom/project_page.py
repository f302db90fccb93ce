"""The page of one project of a class: a line for each exercise, its clusters, and a table with a column for each exercise."""
from datetime import datetime

from grader.course.manifest import Course, Exercise, Project
from grader.records.class_ledger import Marked
from grader.records.outcome import Outcome, earned, handed_in, is_unsafe, outcome, unjudged
from grader.records.verdict import Verdict
from grader.report.classroom.clusters import Cluster, words_of_verdicts
from grader.report.classroom.sentences import UNSAFE, judged_by
from grader.report.classroom.shown import LONGEST, begun_by, cell, figures, overview, people_of, shown_cluster, totals
from grader.report.templates import environment, when
from grader.text import short

SHOWN_CLUSTERS = 20  # the others of several submissions are folded, and so are those of one
MOST_FOLDED = 100    # of several submissions
MOST_SINGLES = 60    # of one submission: what a page has no room for is on the students' own
SHOWN_NAMES = 12     # names of a cluster; the others are folded
ROOM_FOR_NAMES = 900_000  # bytes of names and links in the clusters of a page; without room, SHOWN_NAMES of a cluster
BYTES_OF_A_LINK = 40


def page_name(project: Project) -> str:
    """The page's file, below the report's folder."""
    return f"projects/{project.id.replace('/', '.')}.html"


def project_page(course: Course, projects: list[tuple[Project, list[Exercise]]], at: int, marked: list[Marked],
                 files: dict[str, str], now: datetime, found: list[Cluster]) -> str:
    """The page of projects[at] as text. `projects` are all that were marked, with their exercises that were; `files` maps a
    submission to the file name, without suffix, of the student's page; `found` are the clusters of the class."""
    project, exercises = projects[at]
    people = people_of(marked, files, up="../")
    shared, singles = shown_apart(project, found)
    begun = {exercise.id: begun_by(exercise, marked) for exercise in exercises}
    titles = {e.id: f"{e.number} {e.title}" for e in course.exercises.values()}
    room = ROOM_FOR_NAMES

    def shown(all_of_them: list[Cluster]) -> list[dict]:
        nonlocal room
        made = []
        for cluster in all_of_them:
            size = sum(BYTES_OF_A_LINK + len("".join(people[name].values()).encode()) for name in cluster.names)
            names, room = (len(cluster.names), room - size) if size <= room else (SHOWN_NAMES, room)
            one = shown_cluster(cluster, people, begun[cluster.exercise.id], titles, names)
            made.append({**one, "names": one["names"][:SHOWN_NAMES], "more": one["names"][SHOWN_NAMES:]})
        return made

    smaller = shared[SHOWN_CLUSTERS:]
    return environment().get_template("classroom/project.html.j2").render(
        course=short(course.title, LONGEST), number=project.number, title=short(project.title, LONGEST), now=when(now),
        unsafe=UNSAFE if is_unsafe(exercises, marked) else "", submissions=len(marked), points=sum(e.points for e in exercises),
        **figures([earned(exercises, one) for one in marked if handed_in(exercises, one)]), outcomes=[str(s) for s in Outcome],
        before=neighbour(projects, at - 1), after=neighbour(projects, at + 1),
        exercises=[overview(exercise, marked) for exercise in exercises],
        shared=shown(shared[:SHOWN_CLUSTERS]), smaller=shown(smaller[:MOST_FOLDED]), more_smaller=len(smaller[MOST_FOLDED:]),
        singles=shown(singles[:MOST_SINGLES]), more_singles=len(singles[MOST_SINGLES:]), judged_by=judged_by(exercises, marked),
        rows=[{**people[one.name], **totals(exercises, one), "cells": [cell(e, one, people[one.name]) for e in exercises]}
              for one in marked], **not_judged(exercises, marked, people))


def shown_apart(project: Project, found: list[Cluster]) -> tuple[list[Cluster], list[Cluster]]:
    """(the project's clusters of several submissions, those of one)."""
    inside = [cluster for cluster in found if cluster.exercise.project == project.id]
    return [c for c in inside if len(c.names) > 1], [c for c in inside if len(c.names) == 1]


def neighbour(projects: list[tuple[Project, list[Exercise]]], at: int) -> dict | None:
    if not 0 <= at < len(projects):
        return None
    project = projects[at][0]
    return {"number": project.number, "title": project.title, "href": page_name(project).rpartition("/")[2]}


# ── gaps ────────────────────────────────────────────────────────────────────────────────────────────────────────


def not_judged(exercises: list[Exercise], marked: list[Marked], people: dict[str, dict]) -> dict:
    """The gaps in the marks: verdicts that are still due, and exercises that were not run. What cannot be read is told once,
    on the page of the class."""
    due = [{**people[one.name], "numbers": ", ".join(e.number for e in unjudged(exercises, one))}
           for one in marked if not one.problem and unjudged(exercises, one)]
    not_run: dict[tuple, list[tuple[str, Verdict]]] = {}  # by exercise, reason and detail
    for exercise in exercises:
        for one in marked:
            verdict = one.verdicts.get(exercise.id)
            if outcome(verdict) == Outcome.NOT_RUN and not one.problem:
                # One line for each reason. A verdict from before there were reasons has its own line.
                why = (verdict.reason, verdict.detail) if verdict.reason else (None, one.name)
                not_run.setdefault((exercise.number, *why), []).append((one.name, verdict))
    return {"due": due, "not_run": [shown_not_run(number, found, people) for (number, *_), found in not_run.items()]}


def shown_not_run(number: str, found: list[tuple[str, Verdict]], people: dict[str, dict]) -> dict:
    """One reason why an exercise was not run, with the submissions that it concerns."""
    names = [{**people[name], "href": f"{people[name]['href']}#e{number}"} for name, _ in found]
    words = words_of_verdicts([verdict for _, verdict in found])
    return {"number": number, "message": short(words, LONGEST), "names": names[:SHOWN_NAMES], "more": names[SHOWN_NAMES:]}
