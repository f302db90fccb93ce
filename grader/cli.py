"""The commands of `grader`. Each one reads its arguments, calls the module that does the work, and prints the result.

A command imports what it needs inside its function, so that `grader list` and `grader check` start fast.
"""
import argparse
import sys
from pathlib import Path

from grader.errors import PASSED, UsageError
from grader.files import find_course
from grader.report.style import wants_color
from grader.smoke.commands import add_commands


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises UsageError, one sentence, instead of printing and exiting."""

    def error(self, message):
        raise UsageError(f"{message[:1].upper()}{message[1:]}; see `{self.prog} --help`.")


def parser() -> Parser:
    top = Parser(prog="grader", description="Judges the exercises of ML Deepdive and shows the way through the course.",
                 epilog="Exit codes: 0 all passed, 1 something failed, 2 the call was wrong, 3 the grader itself failed.")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)

    def command(name: str, function, text: str) -> Parser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(function=function)
        return sub

    def takes_exercises(sub: Parser, **options) -> None:
        sub.add_argument("exercises", metavar="EXERCISE", help="a number (1.1.3), a name (autograd/unbroadcast), a file, "
                         "or a whole project (autograd)", **options)

    sub = command("list", list_course, "The course, with what you have passed and what is next.")
    sub.add_argument("--json", action="store_true", help="as JSON")

    sub = command("check", check, "Judge exercises; without a name, the next one.")
    takes_exercises(sub, nargs="*")
    sub.add_argument("--workspace", metavar="DIR", help="judge the files of another folder; nothing is recorded")
    sub.add_argument("--json", action="store_true", help="the verdicts as JSON")
    sub.add_argument("--verbose", "-v", action="store_true", help="show also what passing checks printed")
    sub.add_argument("--pdb", action="store_true", help="run in one process with a debugger; nothing is recorded")

    sub = command("watch", watch, "Judge an exercise whenever you save it.")
    takes_exercises(sub, nargs="?")

    sub = command("hint", hint, "The next of an exercise's three hints.")
    takes_exercises(sub)
    sub.add_argument("--number", type=int, choices=(1, 2, 3), help="this hint, not the next")

    sub = command("solution", solution, "The reference solution, once you have passed (or with --yes).")
    takes_exercises(sub)
    sub.add_argument("--yes", action="store_true", help="show it before you have passed")

    sub = command("reset", reset, "Put the stub back; your file is kept in .grader/backups.")
    takes_exercises(sub)

    sub = command("bench", bench, "Measure a project's speed against its thresholds.")
    sub.add_argument("project", metavar="PROJECT")
    sub.add_argument("--workspace", metavar="DIR", help="measure the files of another folder")
    sub.add_argument("--json", action="store_true", help="as JSON")

    add_commands(command)

    sub = command("study", study, "Run a project's experiment; draws its plots.")
    sub.add_argument("project", metavar="PROJECT", help="or `all`: every project that has one")
    sub.add_argument("--workspace", metavar="DIR", help="with the files of another folder")
    sub.add_argument("--quick", action="store_true", help="in seconds: the whole path on little data, without thresholds")
    sub.add_argument("--json", metavar="FILE", help="write the results there, each with its threshold")
    sub.epilog = "Whatever follows is the study's own: `grader study PROJECT --help` shows it."

    sub = command("report", report, "Your way through the pipelines.")
    sub.add_argument("--json", action="store_true", help="as JSON")
    sub.add_argument("--html", metavar="FILE", help="write one self-contained page")

    sub = command("autograde", autograde, "For instructors: mark a class, in a sandbox; run again, it goes on.")
    sub.add_argument("submissions", metavar="SUBMISSIONS", nargs="*", help="a folder with a folder, .zip or .tar.gz of "
                     "each student, single submissions, or nbgrader's course folder")
    sub.add_argument("--out", metavar="DIR", help="where everything is written (marks)")
    sub.add_argument("--only", metavar="PROJECT", help="mark this project, or this exercise, alone")
    sub.add_argument("--workers", metavar="N", type=int, help="how many submissions at a time (one for each core)")
    sub.add_argument("--engine", choices=("local", "dask"), default="local", help="here, or on a Dask cluster")
    sub.add_argument("--scheduler", metavar="ADDRESS", help="of the Dask cluster; without it, one is made here")
    sub.add_argument("--rejudge", action="store_true", help="judge again also what has not changed since")
    sub.add_argument("--smoke", action="store_true", help="then smoke-check each whole service too, one at a time: minutes for each submission")
    sub.add_argument("--unsafe", action="store_true", help="without the sandbox; every verdict says so")
    sub.add_argument("--nbgrader", metavar="PYTHON", help="nbgrader's Python, or its environment's folder: "
                     "its gradebook gets the marks of a class in nbgrader's course folder")
    sub.add_argument("--bundle", choices=("gradescope",), help="mark nobody: write the zip of an autograder that does, to "
                     "--out (gradescope.zip); with --unsafe it goes on where it cannot make a sandbox")

    sub = command("release", release, "For maintainers: write the stubs from the solutions, or a class's bundle.")
    takes_exercises(sub, nargs="*")
    sub.add_argument("--bundle", metavar="DIR", help="write what a class gets: no solutions, no hidden tests")
    sub.add_argument("--notebooks", metavar="DIR", help="write nbgrader's source tree, with the solutions")
    sub.add_argument("--force", action="store_true", help="overwrite edited stubs too (they are backed up), or notebooks")

    sub = command("new", new, "For maintainers: the files of a new exercise, to be filled in.")
    sub.add_argument("exercise", metavar="PROJECT/NAME", help="such as autograd/softplus")
    sub.add_argument("--after", metavar="NAME", help="it comes behind this exercise of its project (the last)")
    sub.add_argument("--kind", choices=("function", "operation", "yaml"), default="function",
                     help="of arrays, of an engine's tensors, or a file of YAML")

    sub = command("verify", verify, "For maintainers: the eight proofs of every exercise.")
    takes_exercises(sub, nargs="*")
    sub.add_argument("--json", action="store_true", help="the proofs as JSON")
    sub.add_argument("--changed", action="store_true", help="only what changed since all its proofs held")
    sub.add_argument("--watch", action="store_true", help="one exercise, without benchmarks, again whenever it is saved")
    sub.add_argument("--mistakes", action="store_true", help="also which checks each mistake fails")

    sub = command("mutants", mutants, "For maintainers: does the suite notice small changes to the reference?")
    takes_exercises(sub, nargs="+")
    sub.add_argument("--json", action="store_true", help="the scores as JSON")
    sub.add_argument("--changed", action="store_true", help="only what changed since its mutants were last killed")
    return top


def run(argv: list[str]) -> int:
    if not argv:
        argv = ["watch"] if sys.stdin.isatty() and sys.stdout.isatty() else ["list"]
    if argv[0] == "study" and not argv[1:2] == ["--help"]:
        args, args.arguments = parser().parse_known_args([a for a in argv if a not in ("-h", "--help")])
        args.arguments += [a for a in argv if a in ("-h", "--help")]
    else:
        args = parser().parse_args(argv)
    if args.command is None:
        raise UsageError("Name a command; see `grader --help`.")
    return args.function(args, find_course())


def load(root: Path):
    """Load the course. The import of manifest.py is here because it loads pydantic and YAML."""
    from grader.course.manifest import load_course
    return load_course(root)


# ── for learners ────────────────────────────────────────────────────────────────────────────────────────────────


def read_statuses(root: Path) -> dict[str, tuple[str, int, int]]:
    """{exercise id: (status, earned, points)} of the ledger; if it cannot be read, a message goes to stderr."""
    from grader.records.ledger import statuses, trouble
    if words := trouble(root):
        print(words, file=sys.stderr)
    return statuses(root)


def list_course(args, root: Path) -> int:
    from grader.report.learner.course_map import course_map, to_json
    from grader.report.learner.terminal import list_text
    shown = course_map(load(root), read_statuses(root))
    print(to_json(shown) if args.json else list_text(shown, wants_color()))
    return PASSED


def check(args, root: Path) -> int:
    from grader.local.check import check_exercises, check_with_debugger
    if args.pdb:
        return check_with_debugger(root, args.exercises, absolute(args.workspace))
    return check_exercises(root, args.exercises, absolute(args.workspace), as_json=args.json, verbose=args.verbose,
                           color=wants_color())


def absolute(folder: str | None) -> str | None:
    return folder and str(Path(folder).resolve())


def watch(args, root: Path) -> int:
    from grader.local.watch import watch_course
    course = load(root)
    return watch_course(course, course.find_one(args.exercises) if args.exercises else None, wants_color())


def hint(args, root: Path) -> int:
    from grader.local.hints import next_hint
    course = load(root)
    print(next_hint(course, course.find_one(args.exercises), args.number))
    return PASSED


def solution(args, root: Path) -> int:
    course = load(root)
    exercise = course.find_one(args.exercises)
    path = root / "solutions" / exercise.path
    if not path.exists():
        raise UsageError("This copy of the course has no solutions; ask your instructor.")
    if not args.yes and read_statuses(root).get(exercise.id, ("",))[0] != "passed":
        raise UsageError(f"You have not passed {exercise.short} yet; `grader solution {exercise.number} --yes` shows it "
                         "all the same.")
    from grader.course.sections import without_markers
    print(without_markers(path.read_text(encoding="utf-8"), exercise.path), end="")
    return PASSED


def reset(args, root: Path) -> int:
    from grader.authoring.release import reset as put_back
    course = load(root)
    exercise = course.find_one(args.exercises)
    backup = put_back(course, exercise)
    print(f"exercises/{exercise.path} is the stub again." + (f" Your file is {backup}." if backup else ""))
    return PASSED


def bench(args, root: Path) -> int:
    from grader.local.bench import bench_project
    return bench_project(load(root), args.project, absolute(args.workspace), as_json=args.json)


def study(args, root: Path) -> int:
    from grader.local.study import QUICK, run_study
    arguments = [*([QUICK] if args.quick else []), *args.arguments]
    return run_study(load(root), args.project, absolute(args.workspace), arguments, args.json)


def report(args, root: Path) -> int:
    from grader.report.learner.course_map import course_map, to_json
    course = load(root)
    shown = course_map(course, read_statuses(root))
    if args.html:
        from grader.report.learner.page import write_html
        write_html(course, Path(args.html))
        print(f"Wrote {args.html}.")
    elif args.json:
        print(to_json(shown))
    else:
        from rich.console import Console

        from grader.report.learner.terminal import print_map
        print_map(shown, Console())
    return PASSED


# ── for instructors ─────────────────────────────────────────────────────────────────────────────────────────────


def autograde(args, root: Path) -> int:
    from grader.autograde.run import Options
    from grader.autograde.run import autograde as mark
    if args.workers is not None and args.workers < 1:
        raise UsageError("--workers must be at least 1.")
    if args.bundle:
        from grader.autograde.gradescope_bundle import write_gradescope_bundle
        print(write_gradescope_bundle(load(root), args.submissions, args.out, args.only, args.unsafe))
        return PASSED
    if not args.submissions:
        raise UsageError("Name the folder with the submissions; see `grader autograde --help`.")
    return mark(load(root), Options([Path(path) for path in args.submissions], Path(args.out or "marks"), args.engine, args.scheduler,
                                    args.workers, args.only, args.unsafe, args.nbgrader, args.rejudge, args.smoke))


# ── for maintainers ─────────────────────────────────────────────────────────────────────────────────────────────


def release(args, root: Path) -> int:
    from grader.authoring.release import bundle
    from grader.authoring.release import release as write_stubs
    course = load(root)
    if args.bundle:
        bundle(course, Path(args.bundle))
        print(f"Wrote the class's bundle to {args.bundle}.")
        return PASSED
    only = [e for words in args.exercises for e in course.find(words)] or None
    if args.notebooks:
        from grader.nbgrader.notebooks import write_notebooks
        written = write_notebooks(course, Path(args.notebooks), only, force=args.force)
    else:
        written = write_stubs(course, only, force=args.force)
    for path in written:
        print(f"wrote {path}")
    return PASSED


def new(args, root: Path) -> int:
    from grader.authoring.new_exercise import new_exercise
    for path in new_exercise(load(root), args.exercise, args.after, args.kind):
        print(f"wrote {path}")
    print(f"`grader verify {args.exercise}` says what is to be filled in; ARCHITECTURE.md, Adding an exercise, says how.")
    return PASSED


def verify(args, root: Path) -> int:
    from grader.authoring.commands import verify_course, verify_whenever_saved
    course = load(root)
    exercises = [e for words in args.exercises for e in course.find(words)]
    if args.watch:
        if len(exercises) != 1:
            raise UsageError("--watch proves one exercise; name it, such as `grader verify --watch unbroadcast`.")
        verify_whenever_saved(course, exercises[0], wants_color(), args.mistakes)
    return verify_course(course, exercises or list(course.exercises.values()), wants_color(), as_json=args.json,
                         changed=args.changed, mistakes=args.mistakes)


def mutants(args, root: Path) -> int:
    from grader.authoring.commands import mutate_course
    course = load(root)
    return mutate_course(course, [e for words in args.exercises for e in course.find(words)], as_json=args.json,
                         changed=args.changed)
