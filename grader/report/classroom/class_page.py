"""The page of a class, one self-contained file: common mistakes, a line for each project with what is most often wrong in
it, and a table with a column for each project. A project's exercises and clusters are on its own page (project_page.py)."""
from collections import Counter
from datetime import datetime

from grader.course.manifest import Course, Exercise, Project
from grader.records.class_ledger import Marked
from grader.records.outcome import Outcome, earned, handed_in, is_unsafe, judged, needs_a_look, outcome, unjudged
from grader.report.classroom.clusters import Cluster
from grader.report.classroom.project_page import SHOWN_CLUSTERS, page_name, shown_apart
from grader.report.classroom.sentences import UNSAFE, judged_by
from grader.report.classroom.shown import (
    LONGEST,
    LONGEST_VALUE,
    begun_by,
    figures,
    histogram,
    line_of,
    parts_of,
    people_of,
    totals,
)
from grader.report.templates import environment, when
from grader.text import count, short

COMMONEST = 5      # clusters at the head of the page, each in a line
OF_A_PROJECT = 3   # clusters of each project


def class_page(course: Course, exercises: list[Exercise], marked: list[Marked], files: dict[str, str],
               now: datetime, found: list[Cluster]) -> str:
    """The page as text. `files` maps a submission to the file name, without suffix, of the student's page; `found` are the
    clusters of the class."""
    people = people_of(marked, files)
    apart = projects_of(course, exercises)
    shared = {project.id: shown_apart(project, found)[0] for project, _ in apart}
    begun = {exercise.id: begun_by(exercise, marked) for exercise in exercises}
    lines = {project.id: [line_of(cluster, begun[cluster.exercise.id], f"{page_name(project)}#c{at}")
                          for at, cluster in enumerate(shared[project.id][:SHOWN_CLUSTERS], 1)] for project, _ in apart}
    commonest = sorted((line for project, _ in apart for line in lines[project.id]), key=lambda line: -line["size"])
    return environment().get_template("classroom/class.html.j2").render(
        title=short(course.title, LONGEST), now=when(now), unsafe=UNSAFE if is_unsafe(exercises, marked) else "",
        submissions=len(marked), points=sum(e.points for e in exercises), commonest=commonest[:COMMONEST],
        **figures([earned(exercises, one) for one in marked if handed_in(exercises, one)]), outcomes=[str(s) for s in Outcome],
        projects=[shown_project(project, inside, marked, len(shared[project.id]), lines[project.id]) for project, inside in apart],
        judged_by=judged_by(exercises, marked),
        rows=[{**people[one.name], **totals(exercises, one),
               "cells": [cell(inside, one, people[one.name]) for _, inside in apart]} for one in marked],
        unread=[{**people[one.name], "problem": short(one.problem, LONGEST_VALUE)} for one in marked if one.problem],
        misplaced=[{**people[one.name], "problem": short(words, LONGEST_VALUE)}
                   for one in marked if (words := needs_a_look(exercises, one))],
        gaps=[gap for project, inside in apart if (gap := gaps(project, inside, marked))])


def projects_of(course: Course, exercises: list[Exercise]) -> list[tuple[Project, list[Exercise]]]:
    """The projects of the exercises that were marked, each with those, in the order of the course."""
    inside: dict[str, list[Exercise]] = {}
    for exercise in exercises:
        inside.setdefault(exercise.project, []).append(exercise)
    return [(course.projects[project], all_of_it) for project, all_of_it in inside.items()]


def shown_project(project: Project, exercises: list[Exercise], marked: list[Marked], shared: int,
                  lines: list[dict]) -> dict:
    """A project at a glance: how much of what was started passed, the points, and the largest clusters."""
    points = [earned(exercises, one) for one in marked if handed_in(exercises, one)]
    most = max([sum(e.points for e in exercises), *points])
    return {"number": project.number, "title": project.title, "href": page_name(project), "exercises": len(exercises),
            "points": sum(e.points for e in exercises), **figures(points), "histogram": histogram(points, most),
            **parts_of(Counter(outcome(one.verdicts.get(e.id)) for e in exercises for one in marked)),
            "lines": lines[:OF_A_PROJECT], "clusters": shared}


def cell(exercises: list[Exercise], one: Marked, person: dict) -> dict:
    """One project of a submission, in the table."""
    stands = whole_outcome({outcome(one.verdicts.get(e.id)) for e in exercises})
    own = totals(exercises, one)
    begun = stands in (Outcome.PASSED, Outcome.PARTLY, Outcome.FAILED)
    return {"outcome": str(stands), "href": f"{person['href']}#e{exercises[0].number}", "shown": own["earned"] if begun else "",
            "told": f"{own['earned']} of {own['out_of']}" if begun else str(stands)}


def whole_outcome(outcomes: set[Outcome]) -> Outcome:
    """The outcome of several exercises together: passed if all are, partly if anything of one passed."""
    if len(outcomes) == 1:
        return next(iter(outcomes))
    if outcomes & {Outcome.PASSED, Outcome.PARTLY}:
        return Outcome.PARTLY
    return next(s for s in (Outcome.FAILED, Outcome.NOT_RUN, Outcome.NOT_JUDGED, Outcome.NOT_STARTED) if s in outcomes)


def gaps(project: Project, exercises: list[Exercise], marked: list[Marked]) -> dict | None:
    """How many submissions have a gap in a project's marks; its page names them."""
    readable = [one for one in marked if not one.problem]
    due = sum(bool(unjudged(exercises, one)) for one in readable)
    not_run = sum(any(outcome(v) == Outcome.NOT_RUN for v in judged(exercises, one)) for one in readable)
    told = [*([f"{count(due, 'submission')} without a verdict"] if due else []),
            *([f"{count(not_run, 'submission')} with an exercise that was not run"] if not_run else [])]
    return {"number": project.number, "title": project.title, "href": f"{page_name(project)}#lacking",
            "told": ", ".join(told)} if told else None
