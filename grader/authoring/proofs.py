"""The eight proofs themselves. Each returns what it counted, or raises ProofError with what is wrong.

They read files and verdicts, and judge nothing; verify.py has everything judged.
"""
import ast
import doctest
from concurrent.futures import Future
from dataclasses import dataclass

from grader.authoring.release import chapters, stub_text
from grader.authoring.strangers import Stranger, head_of
from grader.authoring.trivial_solutions import all_kinds, of_numbers
from grader.course.hints import hints_for, hints_page, hints_path
from grader.course.imports import unnamed_imports
from grader.course.languages import Language
from grader.course.manifest import Course, Exercise
from grader.course.sections import hints_on_page
from grader.course.workspace import SourceError, Workspace
from grader.errors import GraderError, UsageError
from grader.files import read_bytes
from grader.judge.diagnose import Catalogue, diagnosed, fingerprints_of, matches
from grader.judge.mistakes import Mistake
from grader.records.verdict import Kind, Status, Verdict
from grader.text import listed

NAMES = {
    0: "its files can be read and are filled in",
    1: "the stub on disk is what release writes",
    2: "the reference passes every check and threshold",
    3: "the untouched stub earns 0",
    4: "every mistake fails and is told its own words",
    5: "each docstring example runs",
    6: "nothing needs a later or an unnamed exercise",
    7: "constants and remembered answers earn nothing",
    8: "strangers' wrong files fail without others' words, and right ones pass",
}
FEWEST_MISTAKES = 4
SLIPS = {"NameError", "UnboundLocalError"}  # of a mistake's author, who copied half a function
HINTS = 3
FEWEST_LINES = 3  # of a comment that states a contract
OF_VALUES = {Kind.VALUE, Kind.SHAPE, Kind.DTYPE}  # failures that show that a value came back
BROKEN = (GraderError, UsageError, SourceError, SyntaxError, UnicodeDecodeError)  # what a file of the author can raise


class ProofError(Exception):
    """A proof does not hold; the message says why."""


@dataclass(frozen=True)
class JudgedForm:
    """One form of a mistake with its quick verdict, or with why there is none."""

    wrong: Mistake
    number: int
    verdict: Verdict | None
    problem: str = ""

    @property
    def name(self) -> str:
        return self.wrong.name + (f", form {self.number + 1}" if self.number else "")


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


def reference_passes(exercise: Exercise, verdicts: list[Verdict], thresholds: list[tuple[str, bool]]) -> str:
    """Proof 2, of two verdicts on one text: a suite that draws without a seed does not give the same twice."""
    for verdict in verdicts:
        if verdict.status != Status.PASSED or verdict.earned != verdict.points:
            raise ProofError(f"It is '{verdict.status}' with {verdict.earned} of {verdict.points} points: {why(verdict)}")
    if missed := [words for words, met in thresholds if not met]:
        raise ProofError("\n".join(missed))
    checks = verdicts[0].checks
    absent = sorted({name for check in checks for name in check.missing})
    not_run = [f"{len(checks) - verdicts[0].runnable_checks} of them not run, for want of {listed(absent)}"] if absent else []
    return "; ".join([f"{len(checks)} checks", *not_run, *(words for words, _ in thresholds)])


def stub_earns_nothing(verdict: Verdict) -> str:
    if verdict.status != Status.NOT_STARTED or verdict.earned:
        raise ProofError(f"It is '{verdict.status}' with {verdict.earned} points: {why(verdict)}")
    return "not started"


def mistakes_are_told(exercise: Exercise, mistakes: list[Mistake], forms: list[JudgedForm], catalogue: Catalogue,
                      again: tuple[JudgedForm, Verdict] | None) -> str:
    """Proof 4: each form of each mistake fails, and all that the learner is told is that mistake's words.

    `again` is one of the forms with the local server's own verdict on it, which must tell the same.
    """
    problems = []
    if len(mistakes) < FEWEST_MISTAKES:
        problems.append(f"There must be {FEWEST_MISTAKES} mistakes or more, and there are {len(mistakes)}.")
    for form in forms:
        problems += [f"{form.name}: {form.problem}"] if form.verdict is None else wrongly_told(exercise, form, catalogue)
    if again:
        form, verdict = again
        here, there = (told_under(v) for v in (diagnosed(form.verdict, catalogue), verdict))
        if here != there:
            problems.append(f"{form.name} is told {there} by the local server, and {here} by what was just judged: "
                            "is a check decided by chance?")
    problems += faults_of_observations([form.verdict for form in forms if form.verdict])
    if problems:
        raise ProofError("\n".join(problems))
    return f"{len(mistakes)} mistakes" + (f" in {len(forms)} forms" if len(forms) > len(mistakes) else "")


def wrongly_told(exercise: Exercise, form: JudgedForm, catalogue: Catalogue) -> list[str]:
    """A sentence for each thing that is wrong with the verdict on a form of a mistake."""
    name, verdict = form.name, form.verdict
    if form.wrong.exercise != exercise.name:
        return [f"{name} is a mistake in '{form.wrong.exercise}', and stands in {exercise.mistakes}."]
    if verdict.status != Status.FAILED:
        return [f"{name} must fail, and is '{verdict.status}'."]
    slips = {check.got for check in verdict.checks if check.kind == Kind.EXCEPTION and check.detail in SLIPS}
    told = {entry["name"]: entry["words"] for entry, _ in matches(fingerprints_of(verdict), catalogue)}
    problems = [f"{name} fails by a slip of its own: {slip}." for slip in sorted(slips)]
    if form.wrong.name not in told:
        problems.append(f"{name} is not told its own words. {verdict.message}".rstrip())
    return problems + [f"{name} is told another's: {words}" for mistake, words in sorted(told.items()) if mistake != form.wrong.name]


def faults_of_observations(verdicts: list[Verdict]) -> list[str]:
    """A sentence for each line at which one of the project's observations raised, in any of the verdicts."""
    found = {check.observation_fault for verdict in verdicts for check in verdict.checks if check.observation_fault}
    return [f"An observation raised: {fault}." for fault in sorted(found)]


def told_under(verdict: Verdict) -> dict[str, list[str]]:
    """{check: the mistakes told under it}."""
    return {check.name: check.mistake_ids for check in verdict.checks if check.mistake_ids}


def examples_run(reference: Workspace, exercise: Exercise, failures: list[str]) -> str:
    if not exercise.language.runs:
        return states_its_contract(reference.read(exercise.path), exercise.language)
    count = count_examples(reference.read(exercise.path))
    if failures:
        raise ProofError("\n".join(failures))
    if not count:
        raise ProofError("There is no docstring example; a stub has at least one that runs.")
    return f"{count} examples"


def states_its_contract(text: str, language: Language) -> str:
    """Of data, in the place of examples: the file begins with a comment, which a learner reads as the contract."""
    head = [*head_of(text, language.comment)]
    if len(head) < FEWEST_LINES:
        raise ProofError(f"The file must begin with its contract, in {FEWEST_LINES} lines of comment or more; it has {len(head)}.")
    return f"a contract of {len(head)} lines"


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
    if not exercise.language.runs:
        return "needs none"  # data imports nothing
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
                found.setdefault(check.name, []).append(all_kinds()[kind])
    if found:
        raise ProofError("\n".join(f"{name} is passed by a solution that {', or '.join(kinds)}: harden it, or declare it "
                                   "@supporting." for name, kinds in found.items()))
    with_numbers = [check for kind in of_numbers(judged) for check in judged[kind].result().checks]
    if not any(check.status == Status.PASSED or check.kind in OF_VALUES for check in with_numbers):
        first = next(judged[kind].result() for kind in of_numbers(judged))
        raise ProofError(f"No constant could be tried: each check of a solution that returns one ends in an error. {why(first)}")
    return f"{len(judged)} trivial solutions"


def strangers_are_judged(judged: list[tuple[Stranger, Future]], catalogue: Catalogue, problems: list[str]) -> str:
    """Proof 8: every wrong file fails and hears only words that it says are true of it; every right one passes."""
    problems, told, verdicts = list(problems), 0, []
    known = {entry["name"] for entry in catalogue}
    for stranger, future in judged:
        try:
            verdict = future.result()
        except BROKEN as error:
            problems.append(f"{stranger.path}: {error}")
            continue
        verdicts.append(verdict)
        if not stranger.wrong:
            if verdict.status != Status.PASSED:
                problems.append(f"{stranger.path} is right, and is '{verdict.status}': {why(verdict)}")
            continue
        if verdict.status != Status.FAILED:
            problems.append(f"{stranger.path} ({stranger.what}) must fail, and is '{verdict.status}'. {verdict.message}".rstrip())
        heard = {entry["name"]: entry["words"] for entry, _ in matches(fingerprints_of(verdict), catalogue)}
        told += bool(heard)
        problems += [f"{stranger.path} ({stranger.what}) hears '{name}', which it does not name as told: {words}"
                     for name, words in heard.items() if name not in stranger.told]
        problems += [f"{stranger.path} is told '{name}', and no mistake has that name."
                     for name in sorted(stranger.told - known)]
    problems += faults_of_observations(verdicts)
    if problems:
        raise ProofError("\n".join(problems))
    wrong = sum(stranger.wrong for stranger, _ in judged)
    return f"{wrong} wrong, {told} of them told; {len(judged) - wrong} right" if judged else "none are there"


def why(verdict: Verdict) -> str:
    """The first problem of a verdict, in one line."""
    for check in verdict.checks:
        if check.status != Status.PASSED and check.counts:
            found = f"got {check.got}, want {check.want}" if check.got or check.want else check.in_suite or check.note
            return f"{check.title} {found}".strip()
    return verdict.message or "every check passed."
