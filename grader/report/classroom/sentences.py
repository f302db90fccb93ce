"""Sentences that several outputs of a class share."""
from collections.abc import Iterable

from grader.course.manifest import Exercise
from grader.records.class_ledger import Marked
from grader.records.outcome import engines
from grader.records.verdict import Check, Status
from grader.text import count

UNSAFE = "Marked without the sandbox."
HIDDEN_NOT_RUN = "Hidden checks not run."
CHECK_NOT_RUN = "Not run, because other checks had to be stopped."
NOT_JUDGED_YET = "Not judged yet."
EARLIER = "an earlier grader"  # its verdicts have no engine digest


def judged_by(exercises: list[Exercise], marked: Iterable[Marked]) -> str:
    """A sentence that names the engine; if there are several, with the number of verdicts and the exercises of each."""
    found = engines(exercises, marked)
    if len(found) <= 1:
        return "".join(f"Judged by {called(engine)}." for engine in found)
    parts = []
    for engine, verdicts in found.items():
        numbers = dict.fromkeys(e.number for e in exercises if any(verdict.exercise == e.id for _, verdict in verdicts))
        parts.append(f"{called(engine)} ({count(len(verdicts), 'verdict')}: {', '.join(numbers)})")
    return f"Judged by several: {'; '.join(parts)}."


def why_not_run(check: Check) -> str:
    """Of a check that neither passed nor failed."""
    return check.note if check.status == Status.NOT_STARTED or not check.counts else CHECK_NOT_RUN


def called(engine: str) -> str:
    return f"engine {engine}" if engine else EARLIER
