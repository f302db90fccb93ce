"""The maintainer's commands `verify` and `mutants`. The local server's judges do the judging."""
import json
import sys
import threading
from functools import partial

from grader.authoring.changed import digest_of, note_proved, unproved
from grader.authoring.inner_loop import watch_proofs
from grader.authoring.mistake_table import as_data
from grader.authoring.mutants import run_mutants, score_data, score_lines
from grader.authoring.remembered import Remembering
from grader.authoring.verify import Proof, proof_lines, verify, verify_quickly
from grader.course.manifest import Course, Exercise, Project
from grader.course.workspace import Workspace
from grader.errors import FAILED, PASSED, GraderError
from grader.judge.reach import Places
from grader.local.client import ask
from grader.records.verdict import Verdict
from grader.report.verdict_text import verdict_text
from grader.worker.examples import failure_sentences

KILLED_AT_LEAST = 0.95


def verify_course(course: Course, exercises: list[Exercise], color: bool, as_json: bool, changed: bool = False,
                  mistakes: bool = False) -> int:
    """Print the eight proofs of each exercise; return FAILED unless all hold.

    With `changed`, leave out what did not change. With `mistakes`, show which checks each mistake fails; as JSON they
    are there in any case.
    """
    due = due_exercises(course, exercises, "proofs", changed)
    digests = {exercise.id: digest_of(course, exercise) for exercise in due}
    proofs: list[Proof] = []
    judge, examples, measure = (partial(answer, course) for answer in (judge_on_server, failed_examples, thresholds))

    def noted():
        for proof in verify(course, due, judge, examples, measure):
            proofs.append(proof)
            yield proof

    for line in proof_lines(noted(), color, mistakes):
        if not as_json:
            print(line, flush=True)
    if as_json:
        print(json.dumps([{"exercise": p.exercise.id, "number": p.number, "name": p.name, "ok": p.ok,
                           "detail": p.detail, **({"mistakes": as_data(p.forms)} if p.number == 4 else {})}
                          for p in proofs], indent=2))
    for exercise in due:
        if all(proof.ok for proof in proofs if proof.exercise.id == exercise.id):
            note_proved(course, exercise, "proofs", digests[exercise.id])
    return PASSED if all(proof.ok for proof in proofs) else FAILED


def due_exercises(course: Course, exercises: list[Exercise], kind: str, changed: bool) -> list[Exercise]:
    """All of them or, with `changed`, those that changed; how many were left out goes to stderr."""
    if not changed:
        return exercises
    due = unproved(course, exercises, kind)
    left_out = len(exercises) - len(due)
    print(f"{left_out} of {len(exercises)} exercises left out: nothing changed since their last {kind}.", file=sys.stderr)
    return due


def verify_whenever_saved(course: Course, exercise: Exercise, color: bool, mistakes: bool = False) -> None:
    """Prove one exercise now and after each save, without thresholds, until Ctrl-C."""
    judge = Remembering(judge_on_server)

    def prove(course: Course, exercise: Exercise):
        return verify_quickly(course, exercise, partial(judge, course), partial(failed_examples, course),
                              lambda verdict: verdict_text(verdict, color, verbose=True))
    watch_proofs(course, exercise, prove, lambda proofs: proof_lines(proofs, color, mistakes))


def mutate_course(course: Course, exercises: list[Exercise], as_json: bool, changed: bool = False) -> int:
    """Print each exercise's score and survivors and return the exit code.

    With `changed`, what did not change is left out. FAILED if less than 95 % are killed, if a survivor is not in the list
    of equivalents, or if the list is stale.
    """
    terminal = sys.stderr.isatty()
    lock = threading.Lock()

    def progress(exercise: Exercise, done: int, total: int) -> None:
        if terminal:
            with lock:
                print(f"\r{exercise.number}  {done} of {total} mutants ", end="", file=sys.stderr, flush=True)

    killed = counted = 0
    complete = True
    shown: list[dict] = []
    for exercise in due_exercises(course, exercises, "mutants", changed):
        if not exercise.mutants:
            shown.append({"exercise": exercise.id, "left_out": exercise.why})
            if not as_json:
                print(f"{exercise.number}  {exercise.title}: left out ({exercise.why})", flush=True)
            continue
        digest = digest_of(course, exercise)
        score = run_mutants(course, [exercise], partial(judge_on_server, course), progress)
        if terminal:
            print("\r" + " " * 40, end="\r", file=sys.stderr, flush=True)
        shown += score_data(score)
        if score.complete and score.killed >= KILLED_AT_LEAST * score.counted:
            note_proved(course, exercise, "mutants", digest)
        if not as_json:
            *lines, _ = score_lines(score)
            print("\n".join(lines), flush=True)
        killed, counted, complete = killed + score.killed, counted + score.counted, complete and score.complete
    share = killed / counted if counted else 1.0
    print(json.dumps(shown, indent=2) if as_json else f"In all: {killed} of {counted} mutants killed ({share:.1%})")
    return PASSED if share >= KILLED_AT_LEAST and complete else FAILED


def judge_on_server(course: Course, workspace: Workspace, exercise: Exercise, *, quick: bool = False,
                    diagnose: bool = True, only: Places | None = None, until_failed: bool = False) -> Verdict:
    """The local server's verdict on `exercise` in `workspace`, with its replaced files. Nothing is recorded.

    Without `diagnose` it has no words of mistakes; a `quick` one has not these either, and its failures are not shrunk.
    With `only`, the checks at other places are left out (judge/reach.py), with `until_failed` those after a failure.
    """
    options = {"shrink": not quick, "diagnose": diagnose and not quick, "until_failed": until_failed,
               "only": None if only is None else sorted(only)}
    return Verdict.model_validate(_one_line(course, "judge", workspace, exercise, **options)["verdict"])


def failed_examples(course: Course, workspace: Workspace, exercise: Exercise) -> list[str]:
    """Run the docstring examples in a worker; return a sentence for each one that fails."""
    return failure_sentences(_one_line(course, "examples", workspace, exercise)["examples"])


def thresholds(course: Course, project: Project) -> list[tuple[str, bool]]:
    """Measure the project's benchmarks on the reference: [(the figures in words, whether the threshold is met)]."""
    lines = ask(course.root, {"command": "bench", "project": project.id, "workspace": str(course.root / "solutions")})
    return [(f"{m['name']} {m['reference_ratio']:.2f}x {m['library']}, at most {m['reference_at_most']:g}x", m["passed"])
            for line in lines if (m := line.get("measured"))]


def _one_line(course: Course, command: str, workspace: Workspace, exercise: Exercise, **options) -> dict:
    request = {"command": command, "exercise": exercise.id, "workspace": str(workspace.root.resolve()),
               "replaced": workspace.replaced, **options}
    for line in ask(course.root, request):
        return line
    raise GraderError("The grader's background process gave no answer.")
