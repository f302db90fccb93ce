"""A judge without processes, and the proofs that `grader verify` makes with it."""
import threading
from datetime import UTC, datetime

from grader.authoring.verify import verify
from grader.judge.reach import STOP
from grader.records.verdict import Check, Kind, Status, Verdict

NOW = datetime(2025, 1, 1, tzinfo=UTC)


class FakeJudge:
    """Passes the reference, sees a stub, and fails each mistake with a fingerprint of its own: by what the text holds."""

    def __init__(self, course):
        self.course = course
        self.changes = {}  # {what a text holds: how the verdict differs}
        self.constants = {}
        self.kind_of_constant = Kind.VALUE
        self.calls = []    # (exercise, text, thread, how) of each workspace but the trivial solutions

    def __call__(self, workspace, exercise, quick=False, diagnose=True, only=None):
        text = workspace.read(exercise.path)
        if STOP in text:  # asks which checks a function reaches: all
            return self.verdict(exercise, status=Status.FAILED, earned=0, checks=[])
        if "replace_functions(globals(), '" in text:
            return self.of_constant(exercise, text.rpartition("replace_functions(globals(), '")[2].partition("'")[0])
        self.calls.append((exercise.id, text, threading.current_thread().name, "quick" if quick else "" if diagnose else "plain"))
        found = [letter for letter, value in zip("abcg", range(4)) if f"\n    return {value}\n" in text]
        if "raise NotImplementedError" in text:
            answer = {"status": Status.NOT_STARTED, "earned": 0, "checks": []}
        else:
            check = Check(name="test_it", title="It works.", got="1", want="2", fingerprint="".join(found),
                          fingerprints={"test_it": "".join(found)} if found else {},
                          mistake_ids=[] if quick else found, status=Status.FAILED if found else Status.PASSED)
            answer = {"status": check.status, "earned": 0 if found else exercise.points, "checks": [check]}
        for held, change in self.changes.items():
            if held in text:
                if isinstance(change, Exception):
                    raise change
                answer |= change
        return self.verdict(exercise, **answer)

    def of_constant(self, exercise, kind):
        """Fails, except for the checks of `constants`: {kind: checks}."""
        failed = Check(name="test_it", title="It works.", status=Status.FAILED, kind=self.kind_of_constant)
        return self.verdict(exercise, status=Status.FAILED, earned=0, checks=[failed, *self.constants.get(kind, [])])

    def verdict(self, exercise, **answer):
        return Verdict(exercise=exercise.id, number=exercise.number, title=exercise.title, points=exercise.points,
                       file=exercise.path, judged_at=NOW, suite_hash="s", **answer)


def failing(*fingerprints):
    return {"checks": [Check(name=f"test_{i}", title="It.", status=Status.FAILED, fingerprint=f, fingerprints={f"test_{i}": f})
                       for i, f in enumerate(fingerprints)]}


def no_failures(workspace, exercise):
    return []


def no_thresholds(project):
    raise AssertionError(f"{project.name} has no benchmarks")


def prove(course, judge=None, run_examples=no_failures, only=None, measure=no_thresholds):
    exercises = [course.find_one(only)] if only else list(course.exercises.values())
    return list(verify(course, exercises, judge or FakeJudge(course), run_examples, measure))


def broken(course, judge=None, run_examples=no_failures, only="first", measure=no_thresholds):
    """{number: detail} of the proofs that do not hold."""
    return {p.number: p.detail for p in prove(course, judge, run_examples, only, measure) if not p.ok}
