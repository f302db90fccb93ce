"""The faults of suites: a check that fails for the reference too says nothing about a learner.

    the reference, judged twice ──> faults ──> a verdict without the checks that have one

A fault is an error raised in the judge, time spent there, an expected value that is wrong, or a check that ends once so
and once otherwise. The reference is judged when the first file fails, and what was found is kept beside the catalogue.
What ends by an error in the judge where the reference passes, the learner's result has caused.
"""
import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from grader.course.manifest import Course, Exercise
from grader.course.workspace import Workspace
from grader.errors import UsageError
from grader.files import write_atomically
from grader.judge.check import JUDGE
from grader.judge.context import Context
from grader.judge.diagnose import catalogue_path
from grader.judge.run import FATAL_ENDS, judge
from grader.judge.scoring import earned
from grader.judge.suites import Suite
from grader.records.verdict import Check, Kind, Reason, Status, Verdict

Faults = dict[str, str]  # {check: where in the suite it fails for the reference, and by what}
STOPPED = {Kind.TIMEOUT, Kind.MEMORY, Kind.CRASHED}  # what a busy machine may do to a worker


def load_faults(path: Path, find: Callable[[], tuple[Faults, bool]]) -> Faults:
    """The faults that `path` holds, or else those that `find` finds, which are kept there."""
    with contextlib.suppress(OSError, ValueError):
        return json.loads(path.read_text(encoding="utf-8"))
    faults, sure = find()
    if sure:
        with contextlib.suppress(UsageError):  # in a read-only folder they are found each time
            write_atomically(path, json.dumps(faults, indent=1))
    return faults


def faults_path(course: Course, exercise: Exercise, suite: Suite, room: str = "") -> Path:
    """Where the faults are kept. `room` tells the sandbox of a class, in which a suite may fail by itself."""
    return catalogue_path(course, exercise, suite).with_suffix(f".faults{room and f'.{room}'}.json")


def find_faults(course: Course, reference: Workspace, exercise: Exercise, suite: Suite, context: Context) -> tuple[Faults, bool]:
    """Judge the reference twice: (faults, whether they are to be kept).

    They are not kept if a worker was stopped in one run alone. None if the course has no reference for the exercise.
    """
    if not (course.root / "solutions" / exercise.path).exists():
        return {}, False
    quiet = replace(context, shrink=False)
    return faults_of(suite, *(judge(course, reference, exercise, suite, quiet) for _ in range(2)))


def faults_of(suite: Suite, first: Verdict, second: Verdict) -> tuple[Faults, bool]:
    """(faults, whether both runs agree on what was stopped), of two verdicts on one text."""
    if not (first.checks and second.checks):
        words = first.message or second.message
        return {plan.name: f"the reference cannot be judged: {words}" for plan in suite.checks} if words else {}, True
    faults, sure = {}, True
    for one, other in zip(first.checks, second.checks, strict=True):
        failed = [check for check in (one, other) if check.status != Status.PASSED and not check.missing]
        if failed and is_stopped(one) == is_stopped(other):
            words = failed[0].in_suite or failed[0].note or "it was not reached"
            unlike = len(failed) == 1 or one.fingerprint != other.fingerprint
            faults[one.name] = f"{words}{', in one of two runs on one text' if unlike else ''}"
        elif failed:
            sure = False
    return faults, sure


def is_stopped(check: Check) -> bool:
    return check.status == Status.FAILED and check.kind in STOPPED and check.detail != JUDGE


def without_faults(verdict: Verdict, faults: Faults) -> Verdict:
    """The verdict, with each failed check that has a fault as *not run*: it counts for nothing.

    The exercise is *not run* if nothing else failed.
    """
    at_fault = [check for check in verdict.checks if check.name in faults and check.status == Status.FAILED]
    if not at_fault:
        return verdict
    # What was not reached because these ended the worker is not the learner's either.
    ends = sum(is_fatal(check) for check in verdict.checks if check not in at_fault)
    unreached = [check for check in verdict.checks if check.status == Status.NOT_RUN and not check.missing] if ends < FATAL_ENDS else []
    checks = [not_run(check, faults.get(check.name, "")) if check in at_fault or check in unreached else check
              for check in verdict.checks]
    failed = any(check.counts and check.status != Status.PASSED for check in checks)
    words = f"The suite is at fault, not this file, and no points are lost by it: {faults[at_fault[0].name]}"
    return verdict.model_copy(update={
        "checks": checks, "status": Status.FAILED if failed else Status.NOT_RUN, "earned": earned(verdict.points, checks),
        "reason": Reason.SUITE_FAILED, "detail": " ".join(check.name for check in at_fault),
        "message": words if words[-1] == "." else f"{words}.", "summary": ""})


def is_fatal(check: Check) -> bool:
    return check.status == Status.FAILED and check.kind in {*STOPPED, Kind.OUTPUT, Kind.PROTOCOL}


def not_run(check: Check, fault: str) -> Check:
    words = f"Not run, because the suite is at fault{f': {fault}' if fault else ''}"
    return Check(name=check.name, title=check.title, status=Status.NOT_RUN, supporting=check.supporting, counts=False,
                 note=words if words[-1] == "." else f"{words}.", detail="suite")
