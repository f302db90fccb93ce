"""The marks of a class as a table for a spreadsheet."""
import csv
import io
import re

from grader.course.manifest import Exercise
from grader.records.class_ledger import Marked
from grader.records.outcome import Outcome, earned, engines, is_unsafe, judged, needs_a_look, out_of, outcome, unjudged
from grader.report.classroom.sentences import UNSAFE, judged_by
from grader.text import listed, safe_line, short

LONGEST = 300  # characters of a cell
# A spreadsheet takes text that begins with one of these for a formula, also in the full-width forms.
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = "=+-@＝＋－＠"
# A formula can begin at the start of a cell. If a spreadsheet takes a semicolon or comma for the end of a cell, it can
# also begin after one, with spaces and quotes between them.
BEGINS = re.compile(f"(^|[;,][ \"]*)(?=[{re.escape(FORMULA)}])")


def grades_csv(exercises: list[Exercise], marked: list[Marked]) -> str:
    """The table: a line for each submission; a column for each exercise, then the total, the possible total and a note.

    An exercise that is not judged is an empty cell, not a 0, and is named in the note.
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
    """The remarks on one submission; `by` says which engine judged it, if there were several."""
    missing = [e.number for e in unjudged(exercises, one)]
    not_run = [e.number for e in exercises if outcome(one.verdicts.get(e.id)) == Outcome.NOT_RUN]
    return " ".join(part for part in (
        short(one.problem, LONGEST),
        short(needs_a_look(exercises, one), LONGEST),
        f"Not judged: {', '.join(missing)}." if missing else "",
        f"Not run: {', '.join(not_run)}." if not_run else "",
        in_part(exercises, one),
        by, UNSAFE if unsafe else "") if part)


def in_part(exercises: list[Exercise], one: Marked) -> str:
    """Which exercises have checks that need what is not on the machine that marked; empty if none has."""
    without = {verdict.number: check.missing for verdict in judged(exercises, one) for check in verdict.checks if check.missing}
    if not without:
        return ""
    names = sorted({name for missing in without.values() for name in missing})
    return f"Run in part, for want of {listed(names)}: {', '.join(without)}. 'out of' is without the points of that part."


def cell(text: str) -> str:
    """`text` in one line that a spreadsheet does not take for a formula."""
    return BEGINS.sub(r"\1'", safe_line(short(text, LONGEST * 2)))
