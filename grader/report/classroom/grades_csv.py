"""The marks of a class as a table for a spreadsheet."""
import csv
import io
import re

from grader.course.manifest import Exercise
from grader.records.class_ledger import Marked
from grader.records.outcome import Outcome, earned, engines, is_unsafe, needs_a_look, out_of, outcome, unjudged
from grader.report.classroom.sentences import UNSAFE, judged_by
from grader.text import safe_line, short

LONGEST = 300  # characters of a cell
# What a spreadsheet takes for a formula, also in the wide forms of these signs.
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = "=+-@＝＋－＠"
# Where one begins: the cell or, where a spreadsheet takes semicolons for the ends of cells, what follows one, be it quoted.
BEGINS = re.compile(f"(^|[;,][ \"]*)(?=[{re.escape(FORMULA)}])")


def grades_csv(exercises: list[Exercise], marked: list[Marked]) -> str:
    """A line for each submission, a column for each exercise, then the total, what it is out of, and a note.

    What is not judged is an empty cell and named in the note; it is no 0.
    """
    unsafe = is_unsafe(exercises, marked)
    several = len(engines(exercises, marked)) > 1
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["submission", *(f"{e.number} {e.short}" for e in exercises), "total", "out of", "note"])
    for one in marked:
        cells = ["" if e.id not in one.verdicts else one.verdicts[e.id].earned for e in exercises]
        table.writerow([cell(one.name), *cells, earned(exercises, one), out_of(exercises, one),
                        cell(note(exercises, one, unsafe, judged_by(exercises, [one]) if several else ""))])
    return text.getvalue()


def note(exercises: list[Exercise], one: Marked, unsafe: bool, by: str) -> str:
    """What the numbers do not say; `by` says which engine judged, where there were several."""
    missing = [e.number for e in unjudged(exercises, one)]
    not_run = [e.number for e in exercises if outcome(one.verdicts.get(e.id)) == Outcome.NOT_RUN]
    return " ".join(part for part in (
        short(one.problem, LONGEST),
        short(needs_a_look(exercises, one), LONGEST),
        f"Not judged: {', '.join(missing)}." if missing else "",
        f"Not run: {', '.join(not_run)}." if not_run else "",
        by, UNSAFE if unsafe else "") if part)


def cell(text: str) -> str:
    """One line that a spreadsheet shows and does not obey."""
    return BEGINS.sub(r"\1'", safe_line(short(text, LONGEST * 2)))
