"""The seven proofs of every exercise, made by `grader verify`. It reads files and judges; it writes nothing.

    1 the stub on disk is what release writes       4 every mistake fails and is told its own words
    2 the reference passes checks and thresholds    5 each docstring example runs
    3 the untouched stub earns 0                    6 nothing needs a later or an unnamed exercise
    7 trivial solutions (constants, remembered answers) earn nothing
"""
import ast
import doctest
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from grader.authoring.release import chapters, stub_text
from grader.authoring.trivial_solutions import KINDS, OF_NUMBERS, with_trivial_solution
from grader.course.hints import hints_for, hints_page, hints_path
from grader.course.imports import unnamed_imports
from grader.course.manifest import Course, Exercise, Project
from grader.course.sections import hints_on_page
from grader.course.workspace import SourceError, Workspace, local_workspace
from grader.errors import GraderError, UsageError
from grader.files import read_bytes
from grader.judge.mistakes import Mistake, mistakes_of, with_mistake
from grader.records.verdict import Kind, Status, Verdict
from grader.report.style import paint

Judge = Callable[..., Verdict]  # takes a workspace and an exercise; with quick=True it does not shrink or diagnose
RunExamples = Callable[[Workspace, Exercise], list[str]]  # a sentence for each example that fails
Measure = Callable[[Project], list[tuple[str, bool]]]     # each threshold: the figures in words, and if it is met

NAMES = {
    1: "the stub on disk is what release writes",
    2: "the reference passes every check and threshold",
    3: "the untouched stub earns 0",
    4: "every mistake fails and is told its own words",
    5: "each docstring example runs",
    6: "nothing needs a later or an unnamed exercise",
    7: "constants and remembered answers earn nothing",
}
FEWEST_MISTAKES = 4
SLIPS = {"NameError", "UnboundLocalError"}  # of a mistake's author, who copied half a function
HINTS = 3
OF_VALUES = {Kind.VALUE, Kind.SHAPE, Kind.DTYPE}  # failures that show that a value came back
AT_ONCE = 2


@dataclass(frozen=True)
class Proof:
    """One proof of one exercise. `detail` counts what was proved or, if the proof does not hold, says why."""

    exercise: Exercise
    number: int
    name: str
    ok: bool
    detail: str


class ProofError(Exception):
    """A proof does not hold; the message says why."""


def verify(course: Course, exercises: list[Exercise], judge: Judge, run_examples: RunExamples,
           measure: Measure) -> Iterator[Proof]:
    """Yield the seven proofs of each exercise in order, each as soon as it is there.

    `judge` is called from two threads. Raises UsageError if the course has no solutions.
    """
    if not (course.root / "solutions").is_dir():
        raise UsageError("This copy of the course has no solutions, so there is nothing to verify.")
    return prove_all(course, exercises, judge, run_examples, measure)


def prove_all(course, exercises, judge, run_examples, measure) -> Iterator[Proof]:
    reference = local_workspace(course, "solutions")
    thresholds: dict[str, list[tuple[str, bool]]] = {}  # {project: thresholds}, measured while nothing else runs
    pool = ThreadPoolExecutor(max_workers=AT_ONCE)
    try:
        for exercise in exercises:
            if exercise.project not in thresholds:
                thresholds[exercise.project] = measured(course.projects[exercise.project], measure)
            # Two workspaces at a time are judged while the proofs below are made one by one. The workspaces are made in
            # this thread: ast.parse in several threads sometimes fails before Python 3.11.5 (CPython issue 106905).
            def submit(make_workspace: Callable[[], Workspace], **options) -> Future:
                try:
                    return pool.submit(judge, make_workspace(), exercise, **options)
                except (ProofError, UsageError, SourceError, SyntaxError) as error:
                    failed: Future = Future()
                    failed.set_exception(error)
                    return failed

            of_reference, again = submit(lambda: reference), submit(lambda: reference)
            of_stub = submit(lambda: reference.with_text(exercise.path, stub_text(course, exercise)))
            mistakes, unreadable = read_mistakes(course, exercise)
            of_mistakes = [(wrong, number, submit(partial(with_one_mistake, reference, exercise, wrong, number)))
                           for wrong in mistakes for number in range(len(wrong.forms))]
            of_trivial_solutions = {kind: submit(partial(with_trivial_solution, reference, exercise, kind), quick=True)
                                    for kind in KINDS}
            of_examples = pool.submit(run_examples, reference, exercise)
            proofs = {
                1: lambda: stub_is_released(course, exercise),
                2: lambda: reference_passes(exercise, [of_reference.result(), again.result()], thresholds[exercise.project]),
                3: lambda: stub_earns_nothing(of_stub.result()),
                4: lambda: mistakes_are_told(exercise, mistakes, of_mistakes, unreadable),
                5: lambda: examples_run(reference, exercise, of_examples.result()),
                6: lambda: needs_are_named(course, exercise, reference, mistakes),
                7: lambda: trivial_solutions_earn_nothing(of_trivial_solutions),
            }
            for number, prove in proofs.items():
                try:
                    ok, detail = True, prove()
                except (ProofError, UsageError, GraderError, SourceError, SyntaxError, UnicodeDecodeError) as error:
                    ok, detail = False, str(error)
                yield Proof(exercise, number, NAMES[number], ok, detail)
    finally:  # also after Ctrl-C, or if the caller stops early
        pool.shutdown(wait=True, cancel_futures=True)


# ── the proofs: each returns what it counted, or raises ─────────────────────────────────────────────────────────


def stub_is_released(course: Course, exercise: Exercise) -> str:
    """Proof 1: the stub, the hints page and the chapter are what release writes, and there are three hints."""
    project = course.projects[exercise.project]
    hints = hints_for(course, exercise)
    page = hints_page(course, project)
    released = {exercise.path: stub_text(course, exercise), hints_path(project): page, **chapters(course, [exercise])}
    for path, text in released.items():
        there = read_bytes(course.root / "exercises" / path)
        if there is None:
            raise ProofError(f"There is no exercises/{path}; run `grader release`.")
        if there.replace(b"\r\n", b"\n") != text.encode():
            raise ProofError(f"exercises/{path} is not what release writes; run `grader release`.")
    if len(hints) != HINTS:
        raise ProofError(f"There must be {HINTS} hints, and there are {len(hints)}.")
    if hints_on_page(page, exercise.title) != hints:
        raise ProofError("The hints cannot be read back from hints.md: is another exercise's title the same?")
    return f"{HINTS} hints"


def measured(project: Project, measure: Measure) -> list[tuple[str, bool]]:
    try:
        return measure(project) if project.benchmarks else []
    except (UsageError, GraderError) as error:
        return [(str(error), False)]


def reference_passes(exercise: Exercise, verdicts: list[Verdict], thresholds: list[tuple[str, bool]]) -> str:
    """Proof 2, of two verdicts on one text: a suite that draws without a seed does not give the same twice."""
    for verdict in verdicts:
        if verdict.status != Status.PASSED or verdict.earned != exercise.points:
            raise ProofError(f"It is '{verdict.status}' with {verdict.earned} of {verdict.points} points: {why(verdict)}")
    if missed := [words for words, met in thresholds if not met]:
        raise ProofError("\n".join(missed))
    return "; ".join([f"{len(verdicts[0].checks)} checks", *(words for words, _ in thresholds)])


def stub_earns_nothing(verdict: Verdict) -> str:
    if verdict.status != Status.NOT_STARTED or verdict.earned:
        raise ProofError(f"It is '{verdict.status}' with {verdict.earned} points: {why(verdict)}")
    return "not started"


def read_mistakes(course: Course, exercise: Exercise) -> tuple[list[Mistake], str]:
    """(the mistakes of an exercise, ""), or ([], a sentence that says why they cannot be read)."""
    try:
        return mistakes_of(course, exercise), ""
    except Exception as error:  # the maintainer's Python file can raise anything
        return [], f"{exercise.mistakes} cannot be read: {type(error).__name__}: {error}."


def with_one_mistake(reference: Workspace, exercise: Exercise, wrong: Mistake, form: int) -> Workspace:
    try:
        return with_mistake(reference, exercise, wrong, form)
    except (LookupError, StopIteration, SyntaxError) as error:
        raise ProofError(f"it replaces {wrong.forms[form].target}, which cannot be: {error}.") from None


def mistakes_are_told(exercise: Exercise, mistakes: list[Mistake], judged: list[tuple[Mistake, int, Future]],
                      unreadable: str) -> str:
    """Each form of each mistake fails, and all that the learner is told is that mistake's words."""
    if unreadable:
        raise ProofError(unreadable)
    problems = []
    if len(mistakes) < FEWEST_MISTAKES:
        problems.append(f"There must be {FEWEST_MISTAKES} mistakes or more, and there are {len(mistakes)}.")
    for wrong, number, future in judged:
        name = wrong.name + (f", form {number + 1}" if number else "")
        try:
            verdict = future.result()
        except (ProofError, UsageError, GraderError, SourceError) as error:
            problems.append(f"{name}: {error}")
            continue
        problems += wrongly_told(exercise, wrong, name, verdict)
    if problems:
        raise ProofError("\n".join(problems))
    return f"{len(mistakes)} mistakes" + (f" in {len(judged)} forms" if len(judged) > len(mistakes) else "")


def wrongly_told(exercise: Exercise, wrong: Mistake, name: str, verdict: Verdict) -> list[str]:
    """A sentence for each thing that is wrong with the verdict on a form of a mistake."""
    if wrong.exercise != exercise.name:
        return [f"{name} is a mistake in '{wrong.exercise}', and stands in {exercise.mistakes}."]
    if verdict.status != Status.FAILED:
        return [f"{name} must fail, and is '{verdict.status}'."]
    slips = {check.got for check in verdict.checks if check.kind == Kind.EXCEPTION and check.detail in SLIPS}
    told = {mistake: words for check in verdict.checks
            for mistake, words in zip(check.mistake_ids, check.diagnosis.split("\n"))}
    problems = [f"{name} fails by a slip of its own: {slip}." for slip in sorted(slips)]
    if wrong.name not in told:
        problems.append(f"{name} is not told its own words. {verdict.message}".rstrip())
    return problems + [f"{name} is told another's: {words}" for mistake, words in sorted(told.items()) if mistake != wrong.name]


def examples_run(reference: Workspace, exercise: Exercise, failures: list[str]) -> str:
    count = count_examples(reference.read(exercise.path))
    if failures:
        raise ProofError("\n".join(failures))
    if not count:
        raise ProofError("There is no docstring example; a stub has at least one that runs.")
    return f"{count} examples"


def count_examples(text: str) -> int:
    """The number of docstring examples in a module's text."""
    described = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = [ast.get_docstring(n) or "" for n in ast.walk(ast.parse(text)) if isinstance(n, described)]
    try:
        return sum(len(doctest.DocTestParser().get_examples(d)) for d in docstrings)
    except ValueError as error:
        raise ProofError(f"A docstring example is not written as doctest wants it: {error}.") from None


def needs_are_named(course: Course, exercise: Exercise, reference: Workspace, mistakes: list[Mistake]) -> str:
    """Proof 6: the reference and the mistakes import only exercises that `needs` names, and given code."""
    problems = unnamed_imports(course, exercise, reference.read(exercise.path))
    for wrong in mistakes:
        for form in wrong.forms:
            problems += [f"{wrong.name}: {problem}" for problem in unnamed_imports(course, exercise, form.source)]
    if problems:
        raise ProofError("\n".join(problems))
    needs = [need.name for need in course.requirements(exercise)]
    return f"needs {', '.join(needs)}" if needs else "needs none"


def trivial_solutions_earn_nothing(judged: dict[str, Future]) -> str:
    """Proof 7: every check that a trivial solution passes is declared supporting, so it earns nothing by itself."""
    found: dict[str, list[str]] = {}  # check: what passes it
    for kind, future in judged.items():
        for check in future.result().checks:
            if check.status == Status.PASSED and not check.supporting:
                found.setdefault(check.name, []).append(KINDS[kind])
    if found:
        raise ProofError("\n".join(f"{name} is passed by a solution that {', or '.join(kinds)}: harden it, or declare it "
                                   "@supporting." for name, kinds in found.items()))
    with_numbers = [check for kind in OF_NUMBERS for check in judged[kind].result().checks]
    if not any(check.status == Status.PASSED or check.kind in OF_VALUES for check in with_numbers):
        first = next((judged[kind].result() for kind in OF_NUMBERS))
        raise ProofError(f"No constant could be tried: each check of a solution that returns one ends in an error. {why(first)}")
    return f"{len(judged)} trivial solutions"


def why(verdict: Verdict) -> str:
    """The first problem of a verdict, in one line."""
    for check in verdict.checks:
        if check.status != Status.PASSED:
            found = f"got {check.got}, want {check.want}" if check.got or check.want else check.note
            return f"{check.title} {found}".strip()
    return verdict.message or "every check passed."


# ── to read it ──────────────────────────────────────────────────────────────────────────────────────────────────


def proof_lines(proofs: Iterable[Proof], color: bool) -> Iterator[str]:
    """Yield the proofs as lines to print, each as soon as it is there; the last line counts those that hold."""
    shown, held, total = None, 0, 0
    for proof in proofs:
        if proof.exercise.id != shown:
            shown = proof.exercise.id
            yield f"{proof.exercise.number}  {proof.exercise.title}"
        held, total = held + proof.ok, total + 1
        sign = paint("✓", "green", color) if proof.ok else paint("✗", "red", color)
        yield f"  {sign} {proof.number} {proof.name}" + (f" ({proof.detail})" if proof.ok else "")
        if not proof.ok:
            yield from (f"      {line}" for line in proof.detail.splitlines())
    yield f"{held} of {total} proofs hold"

