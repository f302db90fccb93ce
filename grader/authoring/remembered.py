"""Verdicts that are remembered from one run of the proofs to the next, for an author who saves again and again.

A save of the mistakes changes nothing for what strangers wrote, and one of the reference leaves many forms of mistakes as
they were. Only quick verdicts are remembered. Each run begins with the reference, whose verdicts say which suite and which
engine judge now.
"""
import hashlib
from collections.abc import Callable

from grader.course.manifest import Course, Exercise
from grader.course.workspace import Workspace, files_behind
from grader.judge.suite_faults import STOPPED
from grader.records.verdict import Verdict


class Remembering:
    """A judge that asks `judge`, but only once for the same text, judged by the same.

    That is the suite, the engine, and the files that the exercise builds on. It may be called from several threads.
    """

    def __init__(self, judge: Callable[..., Verdict]):
        self.judge = judge
        self.kept: dict[tuple, Verdict] = {}
        self.judged_by: dict[str, tuple[str, str, str]] = {}  # {exercise id: what judges it now}

    def __call__(self, course: Course, workspace: Workspace, exercise: Exercise, *, quick: bool = False, **options) -> Verdict:
        if not quick:
            verdict = self.judge(course, workspace, exercise, **options)
            by = verdict.suite_hash, verdict.engine_hash, digest_behind(course, exercise)
            if self.judged_by.get(exercise.id) != by:
                self.kept.clear()
                self.judged_by[exercise.id] = by
            return verdict
        by = self.judged_by.get(exercise.id)
        key = (exercise.id, by, *sorted(workspace.replaced.items()))
        if key in self.kept:
            return self.kept[key]
        verdict = self.judge(course, workspace, exercise, quick=True, **options)
        stopped = any(check.kind in STOPPED for check in verdict.checks)  # what a busy machine may do
        if by and by[:2] == (verdict.suite_hash, verdict.engine_hash) and not stopped:
            self.kept[key] = verdict
        return verdict


def digest_behind(course: Course, exercise: Exercise) -> str:
    whole = hashlib.sha256()
    for file in files_behind(course, exercise):
        whole.update(str(file).encode() + b"\0" + file.read_bytes())
    return whole.hexdigest()
