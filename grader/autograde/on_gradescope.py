"""The program that run_autograder starts on Gradescope: judge one submission and write results.json in any case.

On Gradescope only instructors see stdout. What a student may read is in results.json. Run as
`python -m grader.autograde.on_gradescope --submission DIR --results FILE [--only PROJECT] [--unsafe]`.
"""
import argparse
import json
import sys
import tempfile
import traceback
from pathlib import Path

from grader.autograde.archives import is_archive
from grader.autograde.marker import Marker
from grader.autograde.on_threads import mark_on_threads
from grader.autograde.plan import Plan
from grader.autograde.run import JUDGE_LOG, Record, exercises_to_mark
from grader.autograde.submissions import Submission
from grader.course.manifest import Course, load_course
from grader.errors import GraderError, UsageError
from grader.files import find_course, write_atomically
from grader.records.class_ledger import open_class_ledger
from grader.report.classroom.gradescope import gradescope_results
from grader.sandbox import bubblewrap

NO_SANDBOX = ("Nothing was judged: this autograder cannot make the sandbox that it runs your files in. Please tell your "
              "instructor.")
LOGGED = 20_000  # characters from the end of the judges' log that are printed
FAILED = "Nothing was judged: the autograder itself failed. Please tell your instructor."


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--submission", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--only")
    parser.add_argument("--unsafe", action="store_true", help="where there can be no sandbox, go without")
    args = parser.parse_args(argv)
    results = results_of(args.submission.absolute(), args.only, args.unsafe)
    write_atomically(args.results.absolute(), json.dumps(results, indent=1).encode())


def results_of(folder: Path, only: str | None, may_be_unsafe: bool) -> dict:
    try:
        unsafe = False
        try:
            bubblewrap.require_sandbox()
            print("There is a sandbox.")
        except UsageError as error:
            print(error)
            if not may_be_unsafe:
                return nothing_judged(NO_SANDBOX)
            unsafe = True
            print("Judging without the sandbox, as this autograder was told to when it was written.")
        return judged(load_course(find_course()), folder, only, unsafe)
    except (UsageError, GraderError) as error:
        print(error)
    except Exception:
        traceback.print_exc(file=sys.stdout)
    return nothing_judged(FAILED)


def judged(course: Course, folder: Path, only: str | None, unsafe: bool) -> dict:
    """Judge as `grader autograde` does, with a temporary ledger; return the content of results.json."""
    exercises = exercises_to_mark(course, only)
    submission = Submission("submission", what_was_handed_in(folder))
    with tempfile.TemporaryDirectory() as out, open_class_ledger(Path(out)) as ledger:
        plan = Plan.of(course, exercises, ledger, unsafe)
        record = Record(ledger, plan)
        log = Path(out) / JUDGE_LOG
        try:
            with Marker(course, exercises, unsafe, log) as marker:
                for task, verdict in mark_on_threads(marker, [plan.task(submission)], lanes=1):
                    record(task, verdict)
        finally:
            print(log.read_text(errors="replace")[-LOGGED:] if log.exists() else "", end="")
        return gradescope_results(course, exercises, ledger.marked()[0])


def what_was_handed_in(folder: Path) -> Path:
    """`folder`, or the archive if it is the only entry: then an error in the archive is reported."""
    entries = [*folder.iterdir()]
    return entries[0] if len(entries) == 1 and is_archive(entries[0].name) else folder


def nothing_judged(sentence: str) -> dict:
    return {"score": 0, "output": sentence, "tests": []}


if __name__ == "__main__":
    main()
