"""The outcome of a submission at an exercise, and the sums that are the same in every output of a class.

An output is about the exercises that were marked. Verdicts on other exercises, from an earlier run, are left out.
"""
from collections.abc import Iterable
from enum import StrEnum

from grader.course.manifest import Exercise
from grader.records.class_ledger import Marked
from grader.records.verdict import Check, Reason, Status, Verdict

NOT_HANDED_IN = (Reason.NO_FILE, Reason.MISNAMED_FILE, Reason.NOTHING_HANDED_IN, Reason.UNREADABLE_SUBMISSION)
LOOK_AT = (Reason.MISNAMED_FILE, Reason.NOTHING_HANDED_IN)  # reasons for which a human should look


class Outcome(StrEnum):
    PASSED = "passed"
    PARTLY = "partly"            # some checks passed
    FAILED = "failed"            # no check passed
    NOT_STARTED = "not started"
    NOT_RUN = "not run"          # there is a verdict, but the hidden checks were not run
    NOT_JUDGED = "not judged"    # there is no verdict


def outcome(verdict: Verdict | None) -> Outcome:
    if verdict is None:
        return Outcome.NOT_JUDGED
    if verdict.status == Status.NOT_STARTED:
        return Outcome.NOT_STARTED
    if not verdict.hidden_checks_run or verdict.status in (Status.NOT_RUN, Status.EXAMPLES_PASSED):
        return Outcome.NOT_RUN
    if verdict.status == Status.PASSED:
        return Outcome.PASSED
    return Outcome.PARTLY if verdict.passed_checks else Outcome.FAILED


def passes(verdict: Verdict, check: Check) -> bool:
    """Whether `check` is a hidden check that passed. A passed docstring example does not count."""
    return verdict.hidden_checks_run and check.status == Status.PASSED


def started(verdict: Verdict | None) -> bool:
    """Whether the submission has something of its own at the exercise that was judged: only so it is one of those of whom
    so many passed."""
    return outcome(verdict) in (Outcome.PASSED, Outcome.PARTLY, Outcome.FAILED)


def handed_in(exercises: Iterable[Exercise], marked: Marked) -> bool:
    """Whether a file of any of the exercises was handed in."""
    return any(verdict.reason not in NOT_HANDED_IN for verdict in judged(exercises, marked))


def judged(exercises: Iterable[Exercise], marked: Marked) -> list[Verdict]:
    """The verdicts on `exercises`, in their order."""
    return [marked.verdicts[e.id] for e in exercises if e.id in marked.verdicts]


def earned(exercises: Iterable[Exercise], marked: Marked) -> int:
    return sum(verdict.earned for verdict in judged(exercises, marked))


def points(exercise: Exercise, marked: Marked) -> int:
    """The points of the exercise when it was judged; without a verdict, its points in the course."""
    return marked.verdicts[exercise.id].points if exercise.id in marked.verdicts else exercise.points


def out_of(exercises: Iterable[Exercise], marked: Marked) -> int:
    return sum(points(exercise, marked) for exercise in exercises)


def unjudged(exercises: Iterable[Exercise], marked: Marked) -> list[Exercise]:
    """The exercises without a verdict."""
    return [e for e in exercises if e.id not in marked.verdicts]


def needs_a_look(exercises: Iterable[Exercise], marked: Marked) -> str:
    """The first message about a file that a human should look for, with the number of further ones; else empty.

    The file may have been handed in under another name, or nothing of the course was handed in and the upload may have
    failed.
    """
    said = [v.message for v in judged(exercises, marked) if v.reason in LOOK_AT]
    more = f" ({len(said) - 1} more like it)" if len(said) > 1 else ""
    return said[0] + more if said else ""


def engines(exercises: Iterable[Exercise], marked: Iterable[Marked]) -> dict[str, list[tuple[Marked, Verdict]]]:
    """The verdicts by the digest of the engine that judged them, the most frequent engine first.

    The digest is "" for verdicts that were recorded without one.
    """
    exercises = list(exercises)
    found: dict[str, list[tuple[Marked, Verdict]]] = {}
    for one in marked:
        for verdict in judged(exercises, one):
            found.setdefault(verdict.engine_hash, []).append((one, verdict))
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def is_unsafe(exercises: Iterable[Exercise], marked: Iterable[Marked]) -> bool:
    """Whether any verdict was made without the sandbox.

    Code that ran without it could have changed anybody's points, so every output of the class says so.
    """
    exercises = list(exercises)
    return any(verdict.unsafe for one in marked for verdict in judged(exercises, one))
