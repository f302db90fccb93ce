"""What the pages of a class show of an exercise, of a cluster and of a submission, as plain data for their templates."""
import statistics
from collections import Counter

from grader.course.manifest import Exercise
from grader.records.class_ledger import Marked
from grader.records.outcome import Outcome, earned, judged, out_of, outcome, started
from grader.report.classroom.clusters import Cluster
from grader.report.templates import shown_check
from grader.text import count, safe_line, short

LONGEST_NAME = 32    # characters of a submission's name in a line; a page shows the whole name over it
BEGINNING, END = 20, 11  # of a longer name: who it is comes first, and what tells two of them apart may come last
LONGEST_TITLE = 200  # characters of the whole name
LONGEST = 1000       # characters of words
LONGEST_VALUE = 400  # characters of what came back, and of what a check gave and wanted
HEADLINE = 140       # characters of a cluster in one line
COLUMN, GAP, HEIGHT = 9, 2, 34  # of a histogram, in pixels
MOST_COLUMNS = 13    # of a histogram; with more points than columns, a column stands for several points


# ── submissions ─────────────────────────────────────────────────────────────────────────────────────────────────


def people_of(marked: list[Marked], files: dict[str, str], up: str = "") -> dict[str, dict]:
    """{submission: its name and the link to the student's page}. `files` has the page's file name, without suffix; `up` is
    the way from the page to the report's folder."""
    return {one.name: {**label(one.name), "href": f"{up}students/{files[one.name]}.html"} for one in marked}


def label(name: str) -> dict[str, str]:
    """The name as it is shown, and the whole name where that is cut: names that a learning platform makes are long."""
    whole = safe_line(short(name, LONGEST_TITLE)) or "(no name)"
    if len(whole) <= LONGEST_NAME:
        return {"name": whole, "whole": ""}
    return {"name": f"{whole[:BEGINNING].rstrip()}…{whole[-END:].lstrip()}", "whole": short(whole, LONGEST_TITLE)}


def cell(exercise: Exercise, one: Marked, person: dict) -> dict:
    """One exercise of a submission, in a table."""
    verdict = one.verdicts.get(exercise.id)
    return {"outcome": str(outcome(verdict)), "href": f"{person['href']}#e{exercise.number}",
            "shown": verdict.earned if started(verdict) else "",
            "told": f"{verdict.earned} of {verdict.points}" if started(verdict) else str(outcome(verdict))}


def totals(exercises: list[Exercise], one: Marked) -> dict:
    return {"earned": earned(exercises, one), "out_of": out_of(exercises, one), "any": bool(judged(exercises, one))}


def figures(points: list[int]) -> dict:
    """The median and the range of some submissions' points."""
    return {"median": whole(statistics.median(points)) if points else "–", "lowest": min(points, default=0),
            "highest": max(points, default=0), "counted": len(points)}


def whole(number: float) -> int | float:
    return int(number) if number == int(number) else number


# ── exercises ───────────────────────────────────────────────────────────────────────────────────────────────────


def overview(exercise: Exercise, marked: list[Marked]) -> dict:
    """How many submissions have each outcome at one exercise, and the points of those that started it."""
    verdicts = [one.verdicts.get(exercise.id) for one in marked]
    begun = [verdict.earned for verdict in verdicts if started(verdict)]
    return {"number": exercise.number, "title": exercise.title, "points": exercise.points,
            **parts_of(Counter(map(outcome, verdicts))),
            "histogram": histogram(begun, max([exercise.points, *begun]))}


def parts_of(numbers: Counter) -> dict:
    """Outcomes as a bar and in words: how many passed of those that started, and how many have each other outcome."""
    everything = sum(numbers.values())
    parts = [{"outcome": str(s), "number": numbers[s], "width": f"{100 * numbers[s] / everything:.2f}"}
             for s in Outcome if numbers[s]]
    begun = numbers[Outcome.PASSED] + numbers[Outcome.PARTLY] + numbers[Outcome.FAILED]
    others = ", ".join(f"{part['number']} {part['outcome']}" for part in parts if part["outcome"] != Outcome.PASSED)
    told = [*([f"{numbers[Outcome.PASSED]} of {begun} passed"] if begun else []), *([others] if others else [])]
    return {"parts": parts, "told": " · ".join(told) or "no submissions",
            "share": f"{100 * numbers[Outcome.PASSED] / begun:.0f} %" if begun else ""}


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


def begun_by(exercise: Exercise, marked: list[Marked]) -> int:
    """How many submissions started the exercise: a cluster is so many of these."""
    return sum(started(one.verdicts.get(exercise.id)) for one in marked)


def line_of(cluster: Cluster, of: int, href: str) -> dict:
    """A cluster in one line, which leads to `href`."""
    size = len(cluster.names)
    return {"number": cluster.exercise.number, "size": size, "of": of, "share": f"{100 * size / of:.1f}", "href": href,
            "functions": cluster.functions, "told": headline(cluster)}


def shown_cluster(cluster: Cluster, people: dict[str, dict], of: int, titles: dict[str, str], most_names: int) -> dict:
    """A cluster with `most_names` of its submissions. `titles` has the number and title of each exercise."""
    names = [{**people[name], "href": f"{people[name]['href']}#e{cluster.exercise.number}"} for name in cluster.names]
    sample = cluster.sample and shown_check(cluster.sample.model_dump())
    sample = sample and {**sample, **{key: short(sample[key], LONGEST_VALUE) for key in ("title", "given", "got", "want", "note")}}
    return {"number": cluster.exercise.number, "title": cluster.exercise.title, "size": len(names), "of": of,
            "functions": cluster.functions, "words": short(cluster.words, LONGEST), "catalogued": cluster.catalogued,
            "sample": sample, "titles": [short(title, LONGEST_VALUE) for title in cluster.titles],
            "above": [f"{titles[each]} ({number})" for each, number in cluster.above.items() if each in titles],
            "names": names[:most_names], "left_out": len(names[most_names:])}


def headline(cluster: Cluster) -> str:
    """One line: the first sentence of the words, or a check's title and the value it got."""
    if cluster.words:
        return cut_words(safe_line(short(cluster.words, LONGEST)).partition(". ")[0])
    got = safe_line(short(cluster.sample.got or cluster.sample.note, LONGEST))
    return cut_words(f"{safe_line(short(cluster.sample.title, LONGEST))}: {got}")


def cut_words(line: str) -> str:
    """`line`, cut between two words if it is longer than HEADLINE."""
    return line if len(line) <= HEADLINE else (line[:HEADLINE].rpartition(" ")[0] or line[:HEADLINE]) + " …"
