"""The marks of a class as a table for a spreadsheet."""
import csv
import io
import re

from grader.class_ledger import Marked
from grader.course import Exercise
from grader.report.standing import UNSAFE, Standing, astray, earned, is_unsafe, out_of, standing, unjudged
from grader.report.style import safe_line, short

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
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["submission", *(f"{e.number} {e.short}" for e in exercises), "total", "out of", "note"])
    for one in marked:
        cells = ["" if e.id not in one.verdicts else one.verdicts[e.id].earned for e in exercises]
        table.writerow([cell(one.name), *cells, earned(exercises, one), out_of(exercises, one),
                        cell(note(exercises, one, unsafe))])
    return text.getvalue()


def note(exercises: list[Exercise], one: Marked, unsafe: bool) -> str:
    missing = [e.number for e in unjudged(exercises, one)]
    not_run = [e.number for e in exercises if standing(one.verdicts.get(e.id)) == Standing.NOT_RUN]
    return " ".join(part for part in (
        short(one.problem, LONGEST),
        short(astray(exercises, one), LONGEST),
        f"Not judged: {', '.join(missing)}." if missing else "",
        f"Not run: {', '.join(not_run)}." if not_run else "",
        UNSAFE if unsafe else "") if part)


def cell(text: str) -> str:
    """One line that a spreadsheet shows and does not obey."""
    return BEGINS.sub(r"\1'", safe_line(short(text, LONGEST * 2)))
