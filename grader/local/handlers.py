"""The requests that a client can send to the local server. Each is handled in a forked judge."""
import math
import os
import textwrap

from grader.course.manifest import Exercise
from grader.course.sections import afterword_of
from grader.course.workspace import Workspace, local_workspace
from grader.errors import FAILED, PASSED, UsageError
from grader.files import read_text
from grader.judge.benchmark import TURNS, measure_project
from grader.judge.catalogue_files import NotReadyError
from grader.judge.context import Context
from grader.judge.diagnose import diagnosed, load_catalogue
from grader.judge.extras import refuse_missing
from grader.judge.fork_server import JudgeForkServer, Say
from grader.judge.prerequisites import judged_apart, reference_texts
from grader.judge.run import judge
from grader.judge.suite_faults import Faults, faults_path, find_faults, load_faults, without_faults
from grader.records.ledger import LedgerError, open_ledger, statuses
from grader.records.verdict import Status, Verdict
from grader.report.learner.course_map import course_map
from grader.report.verdict_text import verdict_text

PATIENCE = 10  # seconds that a learner waits for the words about known mistakes, the first time that they are needed
PREPARING = "What is known of mistakes in this exercise is still being prepared; check again in a minute to read it."


def handle(request: dict, server: JudgeForkServer, context: Context, say: Say) -> None:
    {"check": check, "judge": judge_one, "examples": examples, "bench": benchmarks, "ping": ping}[
        request["command"]](request, server, context, say)


def ping(request: dict, server: JudgeForkServer, context: Context, say: Say) -> None:
    """Send the process id of the local server."""
    say({"pid": os.getppid(), "exit": PASSED})


def check(request: dict, server: JudgeForkServer, context: Context, say: Say) -> None:
    """Judge the named exercises, or the next one. Each line has the text to print and, if requested, the verdict."""
    workspace = local_workspace(server.course, request.get("workspace"))
    exercises = [e for words in request["exercises"] for e in server.course.find(words)] or next_exercise(server)
    all_passed = True
    for exercise in {e.id: e for e in exercises}.values():
        server.asked(exercise, catalogue=True)
        # A program waits for the words about mistakes; a person who has saved a file does not.
        verdict, preparing = judged(server, context, workspace, exercise, patience=math.inf if request.get("json") else PATIENCE)
        line, passed_before = {"notice": preparing}, True
        if request.get("record", True):
            passed_before = statuses(server.root).get(exercise.id, ("",))[0] == Status.PASSED
            verdict, notice = record(server, verdict)
            line["notice"] = notice or preparing
        else:
            verdict = verdict.model_copy(update={"recorded": False})
        line["text"] = verdict_text(verdict, request.get("color", False), request.get("verbose", False))
        if verdict.status == Status.PASSED and not passed_before:
            line["text"] += afterword(server, exercise)
        if request.get("json"):
            line["verdict"] = verdict.model_dump(mode="json")
        line.update(status=verdict.status, earned=verdict.earned, points=verdict.points)
        say(line)
        all_passed &= verdict.status == Status.PASSED
    say({"exit": PASSED if all_passed else FAILED})


def afterword(server: JudgeForkServer, exercise: Exercise) -> str:
    """What to notice, shown when an exercise was passed for the first time; empty where the solution has none."""
    name = f"solutions/{exercise.path}"
    words = afterword_of(read_text(server.root / name, name), name) if (server.root / name).exists() else ""
    return words and "\n\n" + textwrap.fill(words, 100, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def next_exercise(server: JudgeForkServer) -> list[Exercise]:
    """The exercise that `grader list` shows as the next. Raises UsageError if there is none."""
    coming = course_map(server.course, statuses(server.root))["next"]
    if coming is None:
        raise UsageError("Nothing is left to do; name an exercise to judge it again.")
    return [server.course.exercises[coming["id"]]]


def judge_one(request: dict, server: JudgeForkServer, context: Context, say: Say) -> None:
    """Judge one exercise in a workspace; `replaced` holds texts to use for some of its files. Nothing is recorded.

    With `only`, a list of places, the other checks are left out of the verdict (judge/reach.py); with `until_failed`, those
    after the first that fails.
    """
    workspace = Workspace(**{**vars(local_workspace(server.course, request.get("workspace"))),
                             "replaced": request.get("replaced", {})})
    exercise = server.course.exercises[request["exercise"]]
    context.shrink = request.get("shrink", True)
    context.only = frozenset(request["only"]) if request.get("only") is not None else None
    context.until_failed = request.get("until_failed", False)
    server.asked(exercise, catalogue=False)
    verdict, _ = judged(server, context, workspace, exercise, diagnose=request.get("diagnose", True))
    say({"verdict": verdict.model_dump(mode="json"), "exit": PASSED})


def judged(server: JudgeForkServer, context: Context, workspace: Workspace, exercise: Exercise, diagnose: bool = True,
           patience: float = math.inf) -> tuple[Verdict, str]:
    """(the verdict, a notice). A catalogue that takes longer than `patience` seconds is built later, while nobody waits."""
    if not server.has_suites:
        refuse_missing(server.course, exercise)
        from grader.judge.examples_only import examples_verdict
        return examples_verdict(server.course, workspace, exercise, context), ""
    suite = server.suite(exercise)
    verdict = judged_apart(server.course, workspace, exercise, reference_texts(server.course),
                           lambda files: judge(server.course, files, exercise, suite, context))
    if diagnose and verdict.status == Status.FAILED and verdict.checks:
        notice = ""
        try:
            verdict = diagnosed(verdict, load_catalogue(server.course, exercise, suite, context, patience))
        except NotReadyError:
            notice = PREPARING
        return without_faults(verdict, known_faults(server, exercise, context)), notice
    return verdict, ""


def known_faults(server: JudgeForkServer, exercise: Exercise, context: Context) -> Faults:
    suite, reference = server.suites[exercise.id], local_workspace(server.course, "solutions")
    return load_faults(faults_path(server.course, exercise, suite),
                       lambda: find_faults(server.course, reference, exercise, suite, context))


def record(server: JudgeForkServer, verdict: Verdict) -> tuple[Verdict, str]:
    """Write the verdict into the ledger; return it with a notice for the user.

    If the ledger cannot be written, the verdict is returned all the same, marked as not recorded.
    """
    try:
        with open_ledger(server.root) as ledger:
            ledger.record(verdict)
            return verdict, ledger.notice or ""
    except LedgerError as error:
        return verdict.model_copy(update={"recorded": False}), str(error)


def examples(request: dict, server: JudgeForkServer, context: Context, say: Say) -> None:
    """Run the docstring examples of an exercise in a worker."""
    from grader.judge.examples_only import example_results
    workspace = Workspace(**{**vars(local_workspace(server.course, request.get("workspace"))),
                             "replaced": request.get("replaced", {})})
    exercise = server.course.exercises[request["exercise"]]
    say({"examples": example_results(server.course, workspace, exercise, context), "exit": PASSED})


def benchmarks(request: dict, server: JudgeForkServer, context: Context, say: Say) -> None:
    """Measure a project's benchmarks; send a line for each."""
    workspace = local_workspace(server.course, request.get("workspace"))
    all_passed = True
    for m in measure_project(server.course, server.course.projects[request["project"]], workspace, context):
        all_passed &= m.passed
        say({"measured": {**vars(m), "reference_ratio": m.reference_ratio, "learner_ratio": m.learner_ratio,
                          "passed": m.passed, "turns": TURNS}})
    say({"exit": PASSED if all_passed else FAILED})
