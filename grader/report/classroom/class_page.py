"""The page of a class, one self-contained file: common mistakes, results by exercise, results by submission."""
import statistics
from collections import Counter
from datetime import datetime
from urllib.parse import quote

from grader.course.manifest import Course, Exercise
from grader.records.class_ledger import Marked
from grader.records.outcome import Outcome, earned, is_unsafe, judged, needs_a_look, out_of, outcome, unjudged
from grader.records.verdict import Verdict
from grader.report.classroom.clusters import Cluster, clusters, words_of_verdicts
from grader.report.classroom.sentences import UNSAFE, judged_by
from grader.report.templates import environment, shown_check, when
from grader.text import count, safe_line, short

LONGEST_NAME = 60    # characters of a submission's name
LONGEST = 1000       # characters of any other text
COMMONEST = 5        # clusters at the head of the page, each in a line of HEADLINE characters
HEADLINE = 140
SHOWN_CLUSTERS = 20  # the others are folded
SHOWN_NAMES = 12     # names of a cluster; the others are folded
COLUMN, GAP, HEIGHT = 9, 2, 34  # of a histogram, in pixels
MOST_COLUMNS = 13    # of a histogram; with more points than columns, a column stands for several points


def class_page(course: Course, exercises: list[Exercise], marked: list[Marked], files: dict[str, str],
               now: datetime) -> str:
    """The page as text. `files` maps a submission to the file name, without suffix, of the student's page."""
    people = {one.name: {"name": label(one.name), "href": f"students/{quote(files[one.name])}.html"} for one in marked}
    found = [shown_cluster(cluster, people) for cluster in clusters(exercises, marked)]
    shared = [c for c in found if c["size"] > 1]
    totals = [earned(exercises, one) for one in marked if judged(exercises, one)]
    return environment().get_template("classroom/class.html.j2").render(
        title=short(course.title, LONGEST), now=when(now), unsafe=UNSAFE if is_unsafe(exercises, marked) else "",
        submissions=len(marked), readable=len(totals), points=sum(e.points for e in exercises),
        median=whole(statistics.median(totals)) if totals else "–", lowest=min(totals, default=0),
        highest=max(totals, default=0), outcomes=[str(s) for s in Outcome],
        exercises=[overview(exercise, marked) for exercise in exercises],
        commonest=shared[:COMMONEST], shared=shared[:SHOWN_CLUSTERS], smaller=shared[SHOWN_CLUSTERS:],
        singles=[c for c in found if c["size"] == 1],
        judged_by=judged_by(exercises, marked),
        rows=[row(exercises, one, people[one.name]) for one in marked], **not_judged(exercises, marked, people))


def label(name: str) -> str:
    return short(safe_line(short(name, LONGEST)), LONGEST_NAME) or "(no name)"


def whole(number: float) -> int | float:
    return int(number) if number == int(number) else number


# ── exercises ───────────────────────────────────────────────────────────────────────────────────────────────────


def overview(exercise: Exercise, marked: list[Marked]) -> dict:
    """How many submissions have each outcome at one exercise, and the points of those that started it."""
    verdicts = [one.verdicts.get(exercise.id) for one in marked]
    numbers = Counter(outcome(verdict) for verdict in verdicts)
    started = [v.earned for v in verdicts
               if outcome(v) in (Outcome.PASSED, Outcome.PARTLY, Outcome.FAILED)]
    parts = [{"outcome": str(s), "number": numbers[s], "width": f"{100 * numbers[s] / len(verdicts):.2f}"}
             for s in Outcome if numbers[s]]
    return {"number": exercise.number, "title": exercise.title, "points": exercise.points, "parts": parts,
            "told": ", ".join(f"{part['number']} {part['outcome']}" for part in parts) or "no submissions",
            "histogram": histogram(started, max([exercise.points, *started]))}


def histogram(earned_by: list[int], points: int) -> dict:
    """A histogram of points: the columns as numbers for an SVG, and a description in words."""
    step = -(-(points + 1) // MOST_COLUMNS)
    numbers = Counter(value // step for value in earned_by)
    highest = max(numbers.values(), default=1)
    columns, words = [], []
    for at in range(points // step + 1):
        height = round(HEIGHT * numbers[at] / highest) if numbers[at] else 0
        height = max(height, 2) if numbers[at] else 1
        first, last = at * step, min(at * step + step - 1, points)
        points_told = count(first, "point") if first == last else f"{first} to {last} points"
        columns.append({"x": at * (COLUMN + GAP), "y": HEIGHT - height, "height": height, "empty": not numbers[at],
                        "label": f"{points_told}: {count(numbers[at], 'submission')}"})
        if numbers[at]:
            words.append(columns[-1]["label"])
    return {"columns": columns, "column": COLUMN, "width": len(columns) * (COLUMN + GAP) - GAP, "height": HEIGHT,
            "label": "Points of those that started. " + ("; ".join(words) or "Nobody did.")}


# ── clusters ────────────────────────────────────────────────────────────────────────────────────────────────────


def shown_cluster(cluster: Cluster, people: dict[str, dict]) -> dict:
    """The data that the template needs to show a cluster."""
    names = [{**people[name], "href": f"{people[name]['href']}#e{cluster.exercise.number}"} for name in cluster.names]
    sample = shown_check(cluster.sample.model_dump()) if cluster.sample else None
    titles = [short(title, LONGEST) for title in cluster.titles]
    return {"number": cluster.exercise.number, "title": cluster.exercise.title, "size": len(names),
            "words": short(cluster.words, LONGEST), "catalogued": cluster.catalogued, "sample": sample,
            "titles": titles, "told": headline(cluster), "names": names[:SHOWN_NAMES], "more": names[SHOWN_NAMES:]}


def headline(cluster: Cluster) -> str:
    """One line for the head of the page: the first sentence of the words, or a check's title and the value it got."""
    if cluster.words:
        return cut_words(safe_line(short(cluster.words, LONGEST)).partition(". ")[0])
    got = safe_line(short(cluster.sample.got or cluster.sample.note, LONGEST))
    return cut_words(f"{safe_line(short(cluster.sample.title, LONGEST))}: {got}")


def cut_words(line: str) -> str:
    """`line`, cut between two words if it is longer than HEADLINE."""
    return line if len(line) <= HEADLINE else (line[:HEADLINE].rpartition(" ")[0] or line[:HEADLINE]) + " …"


# ── submissions ─────────────────────────────────────────────────────────────────────────────────────────────────


def row(exercises: list[Exercise], one: Marked, person: dict) -> dict:
    """The data of one submission's row in the table."""
    cells = []
    for exercise in exercises:
        verdict = one.verdicts.get(exercise.id)
        stands = outcome(verdict)
        cells.append({"outcome": str(stands), "href": f"{person['href']}#e{exercise.number}",
                      "earned": "" if verdict is None else verdict.earned,
                      "points": exercise.points if verdict is None else verdict.points})
    return {**person, "cells": cells, "earned": earned(exercises, one), "out_of": out_of(exercises, one),
            "problem": bool(one.problem), "any": bool(judged(exercises, one))}


def not_judged(exercises: list[Exercise], marked: list[Marked], people: dict[str, dict]) -> dict:
    """The gaps in the class's marks: submissions that cannot be read, misnamed files, verdicts that are still due, and
    exercises that were not run."""
    unread = [{**people[one.name], "problem": short(one.problem, LONGEST)} for one in marked if one.problem]
    misplaced = [{**people[one.name], "problem": short(words, LONGEST)} for one in marked if (words := needs_a_look(exercises, one))]
    due = [{**people[one.name], "numbers": ", ".join(e.number for e in unjudged(exercises, one))}
           for one in marked if not one.problem and unjudged(exercises, one)]
    not_run: dict[tuple, list[tuple[str, Verdict]]] = {}  # by exercise, reason and detail
    for exercise in exercises:
        for one in marked:
            verdict = one.verdicts.get(exercise.id)
            if outcome(verdict) == Outcome.NOT_RUN and not one.problem:  # a problem is reported above
                # One line for each reason. A verdict from before there were reasons has its own line.
                why = (verdict.reason, verdict.detail) if verdict.reason else (None, one.name)
                not_run.setdefault((exercise.number, *why), []).append((one.name, verdict))
    return {"unread": unread, "misplaced": misplaced, "due": due,
            "not_run": [shown_not_run(number, found, people) for (number, *_), found in not_run.items()]}


def shown_not_run(number: str, found: list[tuple[str, Verdict]], people: dict[str, dict]) -> dict:
    """One reason why an exercise was not run, with the submissions that it concerns."""
    names = [{**people[name], "href": f"{people[name]['href']}#e{number}"} for name, _ in found]
    words = words_of_verdicts([verdict for _, verdict in found])
    return {"number": number, "message": short(words, LONGEST), "names": names[:SHOWN_NAMES], "more": names[SHOWN_NAMES:]}
