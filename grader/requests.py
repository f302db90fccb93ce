"""What a client can ask of the warm parent, answered in the forked judge."""
import os

from grader.course import Exercise
from grader.errors import FAILED, PASSED, UsageError
from grader.judge.benchmark import TURNS, measure_project
from grader.judge.diagnose import diagnosed, load_catalogue
from grader.judge.run import Context, judge, suite_or_raise
from grader.ledger import LedgerReadOnly, open_ledger, statuses
from grader.report.map import course_map
from grader.report.verdict_text import verdict_text
from grader.verdict import Status, Verdict
from grader.workspace import Workspace, local_workspace


def answer_request(request: dict, warm, context: Context, say) -> None:
    {"check": check, "judge": judge_one, "examples": examples, "bench": benchmarks, "ping": ping}[
        request["command"]](request, warm, context, say)


def ping(request: dict, warm, context: Context, say) -> None:
    """Which process it is that answers."""
    say({"pid": os.getppid(), "exit": PASSED})


def check(request: dict, warm, context: Context, say) -> None:
    """Judge the named exercises one by one; each line has the text to print and, if asked for, the verdict."""
    workspace = local_workspace(warm.course, request.get("workspace"))
    exercises = [e for words in request["exercises"] for e in warm.course.find(words)] or next_exercise(warm)
    all_passed = True
    for exercise in {e.id: e for e in exercises}.values():
        verdict = judged(warm, context, workspace, exercise)
        line = {}
        if request.get("record", True):
            verdict, line["notice"] = record(warm, verdict)
        else:
            verdict = verdict.model_copy(update={"recorded": False})
        line["text"] = verdict_text(verdict, request.get("color", False), request.get("verbose", False))
        if request.get("json"):
            line["verdict"] = verdict.model_dump(mode="json")
        line.update(status=verdict.status, earned=verdict.earned, points=verdict.points)
        say(line)
        all_passed &= verdict.status == Status.PASSED
    say({"exit": PASSED if all_passed else FAILED})


def next_exercise(warm) -> list[Exercise]:
    """What `grader list` says comes next."""
    coming = course_map(warm.course, statuses(warm.root))["next"]
    if coming is None:
        raise UsageError("Nothing is left to do; name an exercise to judge it again.")
    return [warm.course.exercises[coming["id"]]]


def judge_one(request: dict, warm, context: Context, say) -> None:
    """Judge one exercise in a workspace of which some files may be replaced; nothing is recorded."""
    workspace = Workspace(**{**vars(local_workspace(warm.course, request.get("workspace"))),
                             "replaced": request.get("replaced", {})})
    exercise = warm.course.exercises[request["exercise"]]
    context.shrink = request.get("shrink", True)
    verdict = judged(warm, context, workspace, exercise, diagnose=request.get("diagnose", True))
    say({"verdict": verdict.model_dump(mode="json"), "exit": PASSED})


def judged(warm, context: Context, workspace: Workspace, exercise: Exercise, diagnose: bool = True) -> Verdict:
    if not warm.has_suites:
        from grader.bundle_check import examples_verdict
        return examples_verdict(warm.course, workspace, exercise, context)
    suite = suite_or_raise(warm.suites, exercise)
    verdict = judge(warm.course, workspace, exercise, suite, context)
    if diagnose and verdict.status == Status.FAILED and verdict.checks:
        verdict = diagnosed(verdict, load_catalogue(warm.course, exercise, suite, context))
    return verdict


def record(warm, verdict: Verdict) -> tuple[Verdict, str]:
    """Put the verdict into the ledger; a folder that cannot be written costs the record, not the verdict."""
    try:
        with open_ledger(warm.root) as ledger:
            ledger.record(verdict)
            return verdict, ledger.notice or ""
    except LedgerReadOnly as error:
        return verdict.model_copy(update={"recorded": False}), str(error)


def examples(request: dict, warm, context: Context, say) -> None:
    """Run the docstring examples of an exercise in a worker."""
    from grader.bundle_check import example_results
    workspace = Workspace(**{**vars(local_workspace(warm.course, request.get("workspace"))),
                             "replaced": request.get("replaced", {})})
    exercise = warm.course.exercises[request["exercise"]]
    say({"examples": example_results(warm.course, workspace, exercise, context), "exit": PASSED})


def benchmarks(request: dict, warm, context: Context, say) -> None:
    """Measure a project's benchmarks; a line for each."""
    workspace = local_workspace(warm.course, request.get("workspace"))
    all_passed = True
    for m in measure_project(warm.course, warm.course.projects[request["project"]], workspace, context):
        all_passed &= m.passed
        say({"measured": {**vars(m), "reference_ratio": m.reference_ratio, "learner_ratio": m.learner_ratio,
                          "passed": m.passed, "turns": TURNS}})
    say({"exit": PASSED if all_passed else FAILED})
