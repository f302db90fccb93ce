"""`grader verify`: have everything judged that the eight proofs of an exercise need, each thing once, and make them.

    0 its files can be read and are filled in: shown only where it does not hold
    1 the stub on disk is what release writes       5 each docstring example runs
    2 the reference passes checks and thresholds    6 nothing needs a later or an unnamed exercise
    3 the untouched stub earns 0                    7 trivial solutions (constants, remembered answers) earn nothing
    4 every mistake fails and is told its own words 8 strangers' wrong files fail and right ones pass

Mistakes, trivial solutions and strangers' files are judged quickly: nothing is shrunk or diagnosed. The catalogue is
made of these verdicts and written where the local server reads it, so that nobody judges the mistakes a second time.
"""
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from grader.authoring import proofs
from grader.authoring.mistake_table import table
from grader.authoring.proofs import BROKEN, NAMES, JudgedForm, ProofError
from grader.authoring.release import stub_text
from grader.authoring.strangers import strangers_of
from grader.authoring.trivial_solutions import kinds_of, with_trivial_solution
from grader.authoring.unfinished import unfinished
from grader.course.manifest import Course, Exercise, Project
from grader.course.workspace import Workspace, local_workspace
from grader.errors import GraderError, UsageError
from grader.judge.diagnose import Catalogue, catalogue_entry, keep_catalogue
from grader.judge.mistakes import Mistake, mistakes_of, with_mistake
from grader.judge.reach import reached, stopped_at
from grader.records.verdict import Status, Verdict
from grader.report.style import paint

# Takes a workspace and an exercise. With diagnose=False it tells no mistakes' words; with quick=True it also does not shrink.
Judge = Callable[..., Verdict]
RunExamples = Callable[[Workspace, Exercise], list[str]]  # a sentence for each example that fails
Measure = Callable[[Project], list[tuple[str, bool]]]     # each threshold: the figures in words, and if it is met
ShowVerdict = Callable[[Verdict], str]

AT_ONCE = 2
LATER, LATER_QUICKLY = (3, 4, 5, 6, 7, 8), (3, 5, 6, 7, 4, 8, 1)  # the proofs after the reference's, in their order


@dataclass(frozen=True)
class Proof:
    """One proof of one exercise. `detail` counts what was proved or, if the proof does not hold, says why.

    Proof 4 comes with the `forms` of the mistakes, as they were judged.
    """

    exercise: Exercise
    number: int
    name: str
    ok: bool
    detail: str
    forms: tuple[JudgedForm, ...] = ()


def verify(course: Course, exercises: list[Exercise], judge: Judge, run_examples: RunExamples,
           measure: Measure) -> Iterator[Proof]:
    """Yield the proofs of each exercise in order, each as soon as it is there.

    Of an exercise whose files cannot be read, that is all that is yielded. `judge` is called from two threads. Raises
    UsageError if the course has no solutions.
    """
    if not (course.root / "solutions").is_dir():
        raise UsageError("This copy of the course has no solutions, so there is nothing to verify.")

    def prove_all():
        thresholds: dict[str, list[tuple[str, bool]]] = {}  # {project: thresholds}, measured while nothing else runs
        with Pool() as pool:
            for exercise in exercises:
                if exercise.project not in thresholds:
                    thresholds[exercise.project] = measured(course.projects[exercise.project], measure)
                yield from Judging(course, exercise, judge, run_examples, pool).prove(thresholds[exercise.project])
    return prove_all()


def verify_quickly(course: Course, exercise: Exercise, judge: Judge, run_examples: RunExamples,
                   show: ShowVerdict) -> Iterator[Proof]:
    """As `verify`, for an author who waits: no thresholds, and nothing after a reference that does not pass.

    What takes long comes late, and the stub last, since it is released last. `show` makes the text of a reference's verdict
    that did not pass.
    """
    with Pool() as pool:
        yield from Judging(course, exercise, judge, run_examples, pool).prove([], show)


def measured(project: Project, measure: Measure) -> list[tuple[str, bool]]:
    try:
        return measure(project) if project.benchmarks else []
    except (UsageError, GraderError) as error:
        return [(str(error), False)]


class Pool(ThreadPoolExecutor):
    """Two threads; at its end what waits is given up, also after Ctrl-C, or if the caller stops early."""

    def __init__(self):
        super().__init__(max_workers=AT_ONCE)

    def __exit__(self, *error):
        self.shutdown(wait=True, cancel_futures=True)


class Judging:
    """One exercise: what is judged of it, and its proofs."""

    def __init__(self, course: Course, exercise: Exercise, judge: Judge, run_examples: RunExamples, pool: Pool):
        self.course, self.exercise, self.pool = course, exercise, pool
        self.judge, self.run_examples = judge, run_examples
        self.reference = local_workspace(course, "solutions")
        self.catalogue: Catalogue = []
        self.forms: tuple[JudgedForm, ...] = ()

    def prove(self, thresholds: list[tuple[str, bool]], show: ShowVerdict | None = None) -> Iterator[Proof]:
        try:
            self.mistakes = self.read_files()
        except (ProofError, *BROKEN) as error:
            yield Proof(self.exercise, 0, NAMES[0], False, str(error))
            return
        if sentences := unfinished(self.course, self.exercise):
            yield Proof(self.exercise, 0, NAMES[0], False, "\n".join(sentences))

        # Two workspaces at a time are judged while the proofs below are made one by one.
        of_reference, again = (self.submit(lambda: self.reference, diagnose=False) for _ in range(2))
        if show is None:
            self.submit_others()
        try:
            verdicts = [of_reference.result(), again.result()]
        except BROKEN as error:  # the suite, say, cannot be collected
            yield Proof(self.exercise, 0, NAMES[0], False, str(error))
            return
        passes = partial(proofs.reference_passes, self.exercise, verdicts, thresholds)
        if show is None:
            yield from map(self.proof, *zip((1, self.stub), (2, passes)))
        else:
            second = self.proof(2, passes)
            if not second.ok:
                failed = next((each for each in verdicts if each.status != Status.PASSED), verdicts[0])
                yield replace(second, detail=show(failed))
                yield self.proof(5, self.examples)
                return
            yield second
            self.submit_others()
        later = {1: self.stub, 3: lambda: proofs.stub_earns_nothing(self.of_stub.result()), 4: self.mistakes_are_told, 5: self.examples,
                 6: lambda: proofs.needs_are_named(self.course, self.exercise, self.reference, self.mistakes),
                 7: lambda: proofs.trivial_solutions_earn_nothing(self.of_trivial_solutions),
                 8: lambda: proofs.strangers_are_judged(self.of_strangers, self.catalogue, self.of_files)}
        for number in LATER if show is None else LATER_QUICKLY:
            yield self.proof(number, later[number])

    def read_files(self) -> list[Mistake]:
        """Read what every proof needs; return the mistakes. Raises what an author's file can raise."""
        stub_text(self.course, self.exercise)
        try:
            return mistakes_of(self.course, self.exercise)
        except Exception as error:  # the author's Python file can raise anything
            raise ProofError(f"{self.exercise.mistakes} cannot be read: {type(error).__name__}: {error}.") from None

    def submit_others(self) -> None:
        exercise, reference = self.exercise, self.reference
        self.of_stub = self.submit(lambda: reference.with_text(exercise.path, stub_text(self.course, exercise)), quick=True)
        self.of_examples = self.pool.submit(self.run_examples, reference, exercise)
        self.of_trivial_solutions = {
            kind: self.submit(partial(with_trivial_solution, reference, exercise, kind), quick=True) for kind in kinds_of(exercise)}
        reach = {target: self.reach_of(target)
                 for target in dict.fromkeys(form.target for wrong in self.mistakes for form in wrong.forms)}
        self.of_forms = [(wrong, number, self.submit(partial(with_one_mistake, reference, exercise, wrong, number),
                                                     only=reach[form.target], quick=True))
                         for wrong in self.mistakes for number, form in enumerate(wrong.forms)]
        strangers, self.of_files = strangers_of(self.course, exercise)
        self.of_strangers = [(each, self.submit(partial(reference.with_text, exercise.path, each.text), quick=True))
                             for each in strangers]

    def reach_of(self, target: str) -> Future:
        """The places that a change of `target` can reach; only there its mistakes are judged."""
        workspace = stopped_at(self.reference, self.exercise, target)
        return self.pool.submit(lambda: workspace and reached(self.judge(workspace, self.exercise, quick=True)))

    def submit(self, make_workspace: Callable[[], Workspace], only: Future | None = None, **options) -> Future:
        # The workspaces are made in this thread: ast.parse in several threads sometimes fails before Python 3.11.5
        # (CPython issue 106905).
        try:
            workspace = make_workspace()
        except (ProofError, *BROKEN) as error:
            failed: Future = Future()
            failed.set_exception(error)
            return failed
        return self.pool.submit(lambda: self.judge(workspace, self.exercise, **options, **({"only": only.result()} if only else {})))

    def proof(self, number: int, prove: Callable[[], str]) -> Proof:
        try:
            ok, detail = True, prove()
        except (ProofError, *BROKEN) as error:
            ok, detail = False, str(error)
        return Proof(self.exercise, number, NAMES[number], ok, detail, self.forms if number == 4 else ())

    def stub(self) -> str:
        return proofs.stub_is_released(self.course, self.exercise)

    def examples(self) -> str:
        failures = self.run_examples(self.reference, self.exercise) if not hasattr(self, "of_examples") else self.of_examples.result()
        return proofs.examples_run(self.reference, self.exercise, failures)

    def mistakes_are_told(self) -> str:
        """Proof 4. On the way the catalogue is made, and kept if every form could be judged."""
        forms = [judged_form(*each) for each in self.of_forms]
        self.forms = tuple(forms)
        self.catalogue = [catalogue_entry(wrong, [form.verdict for form in forms if form.wrong is wrong and form.verdict])
                          for wrong in self.mistakes]
        failed = [form for form in forms if form.verdict and form.verdict.status == Status.FAILED]
        again = None
        if failed and all(form.verdict for form in forms):
            keep_catalogue(self.course, self.exercise, failed[0].verdict.suite_hash, self.catalogue)
            workspace = with_one_mistake(self.reference, self.exercise, failed[0].wrong, failed[0].number)
            again = failed[0], self.judge(workspace, self.exercise)
        return proofs.mistakes_are_told(self.exercise, self.mistakes, forms, self.catalogue, again)


def with_one_mistake(reference: Workspace, exercise: Exercise, wrong: Mistake, form: int) -> Workspace:
    try:
        return with_mistake(reference, exercise, wrong, form)
    except (LookupError, StopIteration, SyntaxError) as error:
        raise ProofError(f"it replaces {wrong.forms[form].target}, which cannot be: {error}.") from None


def judged_form(wrong: Mistake, number: int, future: Future) -> JudgedForm:
    try:
        return JudgedForm(wrong, number, future.result())
    except (ProofError, *BROKEN) as error:
        return JudgedForm(wrong, number, None, str(error))


# ── to read it ──────────────────────────────────────────────────────────────────────────────────────────────────


def proof_lines(proofs: Iterable[Proof], color: bool, mistakes: bool = False) -> Iterator[str]:
    """Yield the proofs as lines to print, each as soon as it is there; the last line counts those that hold.

    With `mistakes`, a table of the checks that each mistake fails follows upon proof 4. Of several exercises, the proofs that
    do not hold are said again before the last line: of a long log, the end is what is read.
    """
    shown, held, total = "", 0, 0
    failed: list[Proof] = []
    several = False
    for proof in proofs:
        if proof.exercise.id != shown:
            several, shown = bool(shown), proof.exercise.id
            yield f"{proof.exercise.number}  {proof.exercise.title}"
        held, total = held + proof.ok, total + 1
        sign = paint("✓", "green", color) if proof.ok else paint("✗", "red", color)
        yield f"  {sign} {proof.number} {proof.name}" + (f" ({proof.detail})" if proof.ok else "")
        if not proof.ok:
            failed.append(proof)
            yield from detail_lines(proof)
        if mistakes:
            yield from (f"      {line}" for line in table(proof.forms))
    if failed and several:
        yield "Those that do not hold:"
        for proof in failed:
            yield f"  {paint('✗', 'red', color)} {proof.exercise.number} {proof.exercise.short}: {proof.number} {proof.name}"
            yield from detail_lines(proof)
    yield f"{held} of {total} proofs hold"


def detail_lines(proof: Proof) -> Iterator[str]:
    yield from (f"      {line}" for line in proof.detail.splitlines())
