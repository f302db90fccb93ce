"""`grader autograde`: mark a class and write everything into a folder; continue from the ledger in that folder."""
import contextlib
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Column

from grader.autograde.marker import Marker
from grader.autograde.on_threads import mark_on_threads
from grader.autograde.plan import Plan, Task
from grader.autograde.services import ServicePlan, projects_to_smoke, what_was_not_run, with_smoke
from grader.autograde.submissions import Submission, find_submissions, is_same
from grader.course.manifest import Course, Exercise
from grader.errors import FAILED, PASSED, UsageError
from grader.judge.extras import refuse_missing
from grader.nbgrader.gradebook import SUBMITTED, find_nbgrader, is_nbgrader_course, write_marks
from grader.records.class_ledger import ClassLedger, Marked, open_class_ledger
from grader.records.outcome import earned, handed_in, judged, needs_a_look
from grader.records.verdict import Reason, Verdict
from grader.report.classroom.write import write_class_report
from grader.sandbox.bubblewrap import what_is_shared
from grader.text import count, listed

JUDGE_LOG = "judge.log"


@dataclass(frozen=True)
class Options:
    """The options of the command line."""

    submissions: list[Path]
    out: Path
    engine: str = "local"
    scheduler: str | None = None
    workers: int | None = None
    only: str | None = None
    unsafe: bool = False
    nbgrader: str | None = None
    rejudge: bool = False
    smoke: bool = False


def autograde(course: Course, options: Options) -> int:
    """Mark the class, write the reports and return the exit code.

    FAILED if a submission could not be read or judged to the end, if a suite is at fault, or if a mark could not be
    written. Raises UsageError.
    """
    gradebooks = [path for path in options.submissions if is_nbgrader_course(path)]
    if options.nbgrader and not gradebooks:
        raise UsageError(f"{options.submissions[0]} is no course folder of nbgrader's, with submitted/ and gradebook.db; name "
                         "that, or leave --nbgrader out.")
    if options.scheduler and options.engine != "dask":
        raise UsageError("--scheduler is the address of a Dask cluster; add --engine dask.")
    python = find_nbgrader(options.nbgrader) if gradebooks else None
    exercises = exercises_to_mark(course, options.only)
    if gradebooks == options.submissions and not options.only:  # only these were handed out
        exercises = [exercise for exercise in exercises if exercise.notebook]
    services = projects_to_smoke(course, exercises, options.unsafe) if options.smoke else []
    submissions = find_submissions(course, options.submissions, options.out)
    if any(is_same(path, options.out) for path in options.submissions):
        raise UsageError(f"{options.out} is the folder with the submissions; name another --out.")
    with open_class_ledger(options.out) as ledger:
        plan = Plan.of(course, exercises, ledger, options.unsafe, options.rejudge)
        record = Record(ledger, plan)
        with Shown(len(submissions), earned_before(ledger, exercises)) as shown, \
                contextlib.closing(mark_all(plan, submissions, options, shown)) as pairs:  # closes the sandboxes too
            for task, verdict in pairs:
                record(task, verdict)
                shown(task, verdict)
        if services:  # now that the machine is free
            mark_services(ServicePlan(course, services, plan, ledger), submissions, ledger)
            exercises = with_smoke(exercises, services)
        names = {submission.name for submission in submissions}
        marked = [m for m in ledger.marked() if m.name in names]
    write_class_report(course, exercises, marked, options.out)
    code = summary(marked, exercises, options, shown)
    for words in what_was_not_run(course, exercises, marked, options.smoke):
        print(f"  {words}")
    for folder in gradebooks:
        written = write_marks(course, folder, [m for m in marked if (folder / SUBMITTED / m.name).is_dir()], python)
        print(f"{count(written.marks, 'mark')} written to nbgrader's gradebook of {folder}.")
        code = FAILED if written.missing else code
        for each in written.missing:
            print(f"  {each}: nbgrader does not know of it; run `nbgrader autograde` first, without execution.")
    return code


def exercises_to_mark(course: Course, only: str | None) -> list[Exercise]:
    """The exercises that `only` names, or all. Raises UsageError if one of them has no suite here, or works
    with a library that is not installed."""
    exercises = course.find(only) if only else list(course.exercises.values())
    without = [e for e in exercises if not (course.root / e.suite).exists()]
    if without:
        raise UsageError(f"{without[0].short} has no hidden suite here, and a class is marked with it: run this in the "
                         "course's own folder.")
    for exercise in exercises:
        refuse_missing(course, exercise)
    return exercises


def mark_all(plan: Plan, submissions: list[Submission], options: Options,
             shown: "Shown") -> Iterator[tuple[Task, Verdict | None]]:
    """Judge on this machine, or on the Dask cluster that the options name; yield pairs as plan.py says."""
    tasks = (plan.task(submission) for submission in submissions)
    if options.engine == "dask":
        from grader.autograde.on_dask import mark_on_dask
        yield from mark_on_dask(plan, tasks, options.scheduler, options.workers)
        return
    lanes = min(options.workers or len(os.sched_getaffinity(0)), len(submissions))
    with Marker(plan.course, plan.exercises, plan.unsafe, options.out / JUDGE_LOG, lanes) as marker:
        yield from mark_on_threads(marker, tasks, lanes)
    shown.cpu_seconds = marker.cpu_seconds


def mark_services(plan: ServicePlan, submissions: list[Submission], ledger: ClassLedger) -> None:
    """Run the smoke checks that are due, one service at a time."""
    record = Record(ledger, plan.plan)
    print(f"Now the services, one at a time, minutes each: {listed([project.name for project in plan.projects])}.", flush=True)
    smokes = [project.smoke for project in plan.projects]
    with Shown(len(submissions), earned_before(ledger, smokes)) as shown, contextlib.closing(plan.mark(submissions)) as pairs:
        for task, verdict in pairs:
            record(task, verdict)
            shown(task, verdict)


def earned_before(ledger: ClassLedger, exercises: list[Exercise]) -> dict[str, dict[str, int]]:
    """The points of earlier runs, {submission: {exercise: points}}."""
    return {m.name: {e.id: m.verdicts[e.id].earned for e in exercises if e.id in m.verdicts} for m in ledger.marked()}


class Record:
    """Writes each verdict into the ledger as soon as it is there."""

    def __init__(self, ledger: ClassLedger, plan: Plan):
        self.ledger, self.plan = ledger, plan
        self.noted: set[str] = set()

    def __call__(self, task: Task, verdict: Verdict | None) -> None:
        if task.name not in self.noted:
            self.noted.add(task.name)
            self.ledger.note(task.name, task.problem)
        if verdict is not None:
            # A verdict that no judge made has no digests, so they are set here for all verdicts.
            whole = verdict.model_copy(update={"suite_hash": self.plan.suites[verdict.exercise],
                                               "engine_hash": self.plan.engine})
            # JUDGE_FAILED is stored without a digest of the files, so that the exercise is due again in the next run.
            files = "" if verdict.reason == Reason.JUDGE_FAILED else task.files[verdict.exercise]
            self.ledger.record(task.name, files, whole, replace=self.plan.rejudge)


class Shown:
    """Shows progress: in a terminal a bar with the time left, elsewhere a line for each submission."""

    def __init__(self, submissions: int, before: dict[str, dict[str, int]]):
        """`before` holds the points of earlier runs, {submission: {exercise: points}}; it is updated."""
        self.total, self.done, self.started = submissions, 0, time.perf_counter()
        self.earned = before
        self.judged: set[str] = set()  # in this run
        self.cpu_seconds: float | None = None  # of the sandboxes; None if not known
        self.bar = Progress(TextColumn("marking"), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(),
                            TextColumn("left"), TimeRemainingColumn(),
                            TextColumn("{task.description}", markup=False,
                                       table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")),
                            expand=True, console=Console(stderr=True), disable=not sys.stderr.isatty())

    def __enter__(self) -> "Shown":
        self.bar.start()
        self.line = self.bar.add_task("", total=self.total)
        return self

    def __exit__(self, *_) -> None:
        self.bar.stop()

    def __call__(self, task: Task, verdict: Verdict | None) -> None:
        if verdict is not None:
            self.earned.setdefault(task.name, {})[verdict.exercise] = verdict.earned
            self.judged.add(task.name)
            return
        self.done += 1
        if task.problem:
            words = task.problem
        elif task.name in self.judged:
            words = f"{task.name}: {count(sum(self.earned[task.name].values()), 'point')}, {task.seconds:.1f} s"
        else:
            words = f"{task.name}: nothing has changed"
        self.bar.update(self.line, advance=1, description=words)
        if self.bar.disable:
            print(f"{self.done} of {self.total}  {words}", flush=True)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.started


def summary(marked: list[Marked], exercises: list[Exercise], options: Options, shown: Shown) -> int:
    """Print the result and every submission that a human must look at; return the exit code."""
    points = sum(exercise.points for exercise in exercises)
    totals = [earned(exercises, m) for m in marked if handed_in(exercises, m)]
    median = f"{statistics.median(totals):g}" if totals else "–"
    cpu = f" ({shown.cpu_seconds + time.process_time():.2f} s of CPU)" if shown.cpu_seconds is not None else ""
    print(f"{count(len(marked), 'submission')} in {shown.seconds:.0f} s{cpu} · median {median} of {points} "
          f"points · {options.out / 'report.html'}")
    if options.unsafe:
        print("Marked without the sandbox: every verdict says so.")
    elif shown.judged and options.engine == "local" and (words := what_is_shared()):
        print(words)
    # A problem is a whole sentence, with the submission's name in it.
    troubled = [m.problem or f"{m.name}: {why}" for m in marked if (why := not_judged(exercises, m)) or m.problem]
    for words in troubled:
        print(f"  {words}")
    for m in marked:
        if words := needs_a_look(exercises, m):
            print(f"  {m.name}: {words}")
    at_fault = Counter(f"{verdict.number}: {verdict.message}" for m in marked for verdict in judged(exercises, m)
                       if verdict.reason == Reason.SUITE_FAILED)
    for words, times in sorted(at_fault.items()):
        print(f"  {words} ({count(times, 'submission')})")
    return FAILED if troubled or at_fault else PASSED


def not_judged(exercises: list[Exercise], marked: Marked) -> str:
    """A phrase that names the exercises that could not be judged to the end; empty if there are none."""
    left = [verdict.number for verdict in judged(exercises, marked) if verdict.reason == Reason.JUDGE_FAILED]
    return f"{', '.join(left)} could not be judged" if left else ""
