"""`grader smoke`: start a learner's service, ask it, end it; a verdict like every other, in the ledger and the reports.

    this process, the judge ──HTTP──> a worker that serves (in a sandbox, if asked for)
      └── locust, schemathesis: processes of their own ──HTTP──┘
"""
import contextlib
import importlib.util
import json
import os
import sys
import time
from collections.abc import Iterator

from grader.course.manifest import Course, Project
from grader.course.workspace import SourceError, Workspace, gather_project, local_workspace
from grader.errors import FAILED, PASSED, GraderError, UsageError
from grader.judge.check import LoadError, run_check
from grader.judge.context import Context, Run
from grader.judge.engine import engine_digest
from grader.judge.reasons import builds_on, load_failure, unreadable
from grader.judge.remote import NotStartedError
from grader.judge.requirements import said_of
from grader.judge.scoring import earned, points_of
from grader.judge.suites import CheckPlan
from grader.records.ledger import LedgerError, open_ledger
from grader.records.verdict import Check, Reason, Status, Verdict, verdict_on
from grader.report.verdict_text import verdict_text
from grader.sandbox import bubblewrap
from grader.smoke.measures import MachineryError, NotHereError
from grader.smoke.suite import SmokeSuite, load_suite
from grader.worker.launch import WorkerForkServer

FATAL_ENDS = 2            # after so many checks in which a service did not start or end, the others are not run
JUDGE_CPU_SECONDS = 120   # of one check; its clients are in this process


def find_smoke(course: Course, words: str, deployed: bool = False) -> Project:
    """The project that `words` names. Raises UsageError, with the right names, if it has no smoke check or, where it is to be
    `deployed`, no service that runs for good."""
    possible = [p for p in course.projects.values() if p.smoke and (p.smoke.deploy or not deployed)]
    found = next((p for p in possible if words.rstrip("/") in (p.name, p.id, p.number)), None)
    if found is None:
        names = ", ".join(project.name for project in possible) or "none"
        what = "service to deploy" if deployed else "smoke check"
        raise UsageError(f"'{words}' has no {what}; these have one: {names}.")
    return found


def smoke_project(course: Course, words: str, workspace: str | None, *, sandbox: bool, as_json: bool, verbose: bool, color: bool,
                  only: str | None = None) -> int:
    """Check, record, print; return the exit code. Verdicts on another workspace, or on one check, are not recorded."""
    project = find_smoke(course, words)
    files = local_workspace(course, workspace)
    verdict, notice = smoke_verdict(course, project, files, sandbox=sandbox, only=only, say=None if as_json else show_progress), ""
    if workspace is None and only is None:
        try:
            with open_ledger(course.root) as ledger:
                ledger.record(verdict)
                notice = ledger.notice or ""
        except LedgerError as error:
            verdict, notice = verdict.model_copy(update={"recorded": False}), str(error)
    else:
        verdict = verdict.model_copy(update={"recorded": False})
    print(json.dumps(verdict.model_dump(mode="json"), indent=2) if as_json else verdict_text(verdict, color, verbose))
    if notice:
        print(notice, file=sys.stderr)
    return PASSED if verdict.status == Status.PASSED else FAILED


def show_progress(plan: CheckPlan | None) -> None:
    """On a terminal, the check that is being run; nothing once all are done."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{plan.title + ' …' if plan else ''}", end="", file=sys.stderr, flush=True)


def smoke_verdict(course: Course, project: Project, workspace: Workspace, *, sandbox: bool = False, only: str | None = None,
                  say=None, fork_server: WorkerForkServer | None = None) -> Verdict:
    """The verdict on the service of `project` as it is in `workspace`; its workers come from `fork_server`, if there is one.

    Raises UsageError for what is not installed.
    """
    smoke, suite, started = project.smoke, load_suite(course, project), time.perf_counter()
    named = only.split(",") if only else []
    plans = [plan for plan in suite.checks if not named or plan.name.removeprefix("test_") in named]
    if not plans:
        raise UsageError(f"There is no check '{only}'; there are {', '.join(p.name.removeprefix('test_') for p in suite.checks)}.")

    def verdict(status: Status, checks=(), **more) -> Verdict:
        points = points_of(smoke.points, checks)
        return verdict_on(smoke, workspace.label, status, earned=earned(points, checks), points=points,
                          left_out=smoke.points - points, checks=list(checks), hints=False,
                          suite_hash=suite.digest, engine_hash=engine_digest(), seconds=round(time.perf_counter() - started, 3),
                          **more)

    try:
        sources = gather_project(course, workspace, project, "service")
        for exercise in project.exercises:
            if not exercise.language.runs:  # a check reads it, and nothing imports it
                workspace.read(exercise.path)
    except SourceError as error:
        return verdict(Status.FAILED, **unreadable(error))
    for measures in suite.measures.values():
        measures.read = workspace.read
    with contextlib.nullcontext(fork_server) if fork_server else workers(course, project, sandbox) as fork_server:
        run = Run(course, smoke, sources, Context({tuple(smoke.preload): fork_server.connect_end}, judge_seconds=JUDGE_CPU_SECONDS), check_shapes=False)
        checks: list[Check] = []
        try:
            for plan in plans:
                if say:
                    say(plan)
                checks.append(one_check(run, plan, suite))
        except LoadError as error:
            return verdict(Status.FAILED, **load_failure(run, error.raised), files_hash=sources.digest)
        except NotStartedError as error:
            return verdict(**builds_on(run, error), files_hash=sources.digest)
        except MachineryError as error:
            raise GraderError(str(error)) from None
        finally:
            run.close()
            if say:
                say(None)
    counted = [check for check in checks if check.counts]
    passed = all(check.status == Status.PASSED for check in counted)
    words = said_of(checks, smoke.points - points_of(smoke.points, checks))
    return verdict(Status.NOT_RUN if not counted else Status.PASSED if passed else Status.FAILED, checks, files_hash=sources.digest,
                   **({"reason": Reason.MISSING, "message": words, "summary": words} if words else {}))


def one_check(run: Run, plan: CheckPlan, suite: SmokeSuite) -> Check:
    if run.ends >= FATAL_ENDS:
        return Check(name=plan.name, title=plan.title, status=Status.NOT_RUN)
    try:
        check = run_check(run, plan)
    except NotHereError as error:
        return Check(name=plan.name, title=plan.title, status=Status.NOT_RUN, counts=False, missing=error.missing, note=str(error))
    if check.status == Status.PASSED:
        return check.model_copy(update={"note": " ".join(suite.measures[plan.name].notes)})
    return check


@contextlib.contextmanager
def workers(course: Course, project: Project, sandbox: bool) -> Iterator[WorkerForkServer]:
    """A workers' fork server for the project's service; `sandbox` puts it into one. Raises UsageError."""
    require_libraries(project)
    preload = tuple(project.smoke.preload)
    around = confinement = None
    if sandbox:
        bubblewrap.require_sandbox()
        bubblewrap.require_apart(course.root)
        given = [course.root / "exercises/common"]
        around, confinement = bubblewrap.around(given), bubblewrap.confinement(given)
    with open(os.devnull, "wb") as nowhere:  # what libraries complain of while they are loaded
        fork_server = WorkerForkServer(preload, around, confinement, nowhere)
    try:
        if not fork_server.wait_until_ready():
            raise UsageError(f"The workers' process of {project.name} did not start: one of {', '.join(preload)} cannot be imported.")
        yield fork_server
    finally:
        fork_server.end()


def require_libraries(project: Project) -> None:
    """Raises UsageError if a library that the project's service works with is not installed."""
    missing = [name for name in project.smoke.preload if not importable(name)]
    if missing:
        raise UsageError(f"{project.title} works with {' and '.join(missing)}, not installed here: pip install -e "
                         f"'.[{project.name}]', and try again.")


def importable(name: str) -> bool:
    try:
        return importlib.util.find_spec(name.partition(".")[0]) is not None
    except (ImportError, ValueError):
        return False
