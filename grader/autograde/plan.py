"""The plan of a class: which exercises of each submission are due, and which verdicts need no judge.

    submissions ──read──> Task ──runner──> verdicts ──> ledger

A runner (on_threads.py, on_dask.py) takes tasks and yields pairs (task, verdict) in any order, each as soon as it is known.
"""
from dataclasses import dataclass, field

from grader.autograde.content import UnreadableError
from grader.autograde.hand_in import HandIn, read_submission
from grader.autograde.marker import Job
from grader.autograde.submissions import Submission
from grader.course.manifest import Course, Exercise
from grader.judge.engine import engine_digest
from grader.judge.suites import suite_digest
from grader.records.class_ledger import ClassLedger, Key
from grader.records.verdict import Reason, Status, Verdict, verdict_on


@dataclass
class Task:
    """One submission that was read: the job that remains, and the verdicts that need no judge."""

    name: str
    job: Job
    files: dict[str, str]  # {exercise id: digest of what was handed in for it}
    verdicts: list[Verdict] = field(default_factory=list)
    problem: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Plan:
    """Everything that decides which verdicts are due: the exercises, their suites, the engine and the options."""

    course: Course
    exercises: list[Exercise]
    suites: dict[str, str]  # {exercise id: digest}
    engine: str             # digest
    unsafe: bool
    known: dict[tuple[str, str], Key]  # as ClassLedger.known() gives it
    rejudge: bool = False   # every verdict is due, also a known one

    @classmethod
    def of(cls, course: Course, exercises: list[Exercise], ledger: ClassLedger, unsafe: bool, rejudge: bool = False) -> "Plan":
        """A plan with the current digests of the suites and the engine, and the verdicts that `ledger` has."""
        return cls(course, exercises, {e.id: suite_digest(course, e) for e in exercises}, engine_digest(), unsafe,
                   ledger.known(), rejudge)

    def task(self, submission: Submission) -> Task:
        """Read a submission and find what is due for it. The task has a `problem` if it cannot be read."""
        try:
            hand_in = read_submission(self.course, submission, self.exercises)
        except UnreadableError as error:
            return self.unreadable(submission, f"{submission.name} cannot be read: {error}.")
        files = {e.id: hand_in.digest(self.course, e) for e in self.exercises}
        due = [e for e in self.exercises if not self.is_known(submission.name, e, files[e.id])]
        missing = [e for e in due if e.path not in hand_in.texts and e.path not in hand_in.problems]
        verdicts = [self.said(submission, e, Status.NOT_STARTED, hand_in.missing[e.path].reason,
                              f"There is no file {e.path} in it{hand_in.missing[e.path].words}.") for e in missing]
        judged = [e for e in due if e not in missing]
        return Task(submission.name, self.job(submission, judged, hand_in), files, verdicts)

    def job(self, submission: Submission, judged: list[Exercise], hand_in: HandIn) -> Job:
        needed = {each.path for e in judged for each in [*self.course.requirements(e), e]}
        return Job(submission.name, [e.id for e in judged],
                   {path: text for path, text in hand_in.texts.items() if path in needed},
                   {path: why for path, why in hand_in.problems.items() if path in needed})

    def unreadable(self, submission: Submission, words: str) -> Task:
        files = dict.fromkeys([e.id for e in self.exercises], "unreadable")
        due = [e for e in self.exercises if not self.is_known(submission.name, e, "unreadable")]
        return Task(submission.name, Job(submission.name, [], {}), files, problem=words,
                    verdicts=[self.said(submission, e, Status.NOT_RUN, Reason.UNREADABLE_SUBMISSION, words) for e in due])

    def is_known(self, name: str, exercise: Exercise, files: str) -> bool:
        """Whether the ledger has a verdict on these files by this suite and this engine.

        A verdict made without the sandbox counts only if this run works without it too.
        """
        known = self.known.get((name, exercise.id))
        return (not self.rejudge and known is not None and (self.unsafe or not known.unsafe)
                and known[:3] == (files, self.suites[exercise.id], self.engine))

    def said(self, submission: Submission, exercise: Exercise, status: Status, reason: Reason, words: str) -> Verdict:
        """A verdict that needs no judge."""
        return verdict_on(exercise, submission.name, status, reason=reason, message=words, unsafe=self.unsafe)
