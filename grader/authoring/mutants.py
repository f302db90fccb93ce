"""Mutants: small changes to the reference, which show whether the suite notices them.

The changes are mutmut's operators (`+` for `-`, `<` for `<=`, an argument left out, …), applied to the code between
the markers of a solution. Annotations and docstrings are not changed, nor is the message of an error, because no check
requires it. A mutant that passes the suite survives. Then a check is missing, or the mutant behaves exactly like the
reference and is listed with the reason in tests/<project>/equivalent_mutants.yml.
"""
import ast
import difflib
import random
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

from grader.authoring.equivalent_mutants import Equivalent, read_equivalents
from grader.authoring.yaml_mutants import changed_data
from grader.course.functions import functions_in
from grader.course.languages import language_of
from grader.course.manifest import Course, Exercise
from grader.course.sections import solution_regions
from grader.course.workspace import Workspace, local_workspace
from grader.errors import UsageError
from grader.judge.reach import reached, stopped_at
from grader.records.verdict import Status, Verdict

Judge = Callable[..., Verdict]  # takes a workspace and an exercise; quick, only, until_failed: see judge_on_server
Progress = Callable[[Exercise, int, int], None]  # exercise, mutants judged, mutants to judge

SLOW_SECONDS = 2.0  # if one run of the suite takes longer, only a sample is judged
SAMPLE = 40         # mutants in a sample
AT_ONCE = 2         # mutants judged at the same time


@dataclass(frozen=True)
class Mutant:
    """One change to a solution: the whole changed file, and the place of the change."""

    function: str  # the function or Class.method that is changed
    minus: str     # the changed lines of the reference, without indentation
    plus: str      # the lines that replace them
    diff: str      # for a reader
    text: str

    @property
    def key(self) -> tuple[str, str, str]:
        """The key of the mutant in the list of equivalent mutants. It contains no line number."""
        return self.function, self.minus, self.plus


@dataclass
class ExerciseScore:
    exercise: Exercise
    made: int                                                     # how many mutants there are
    sampled: bool = False                                         # whether only a sample was judged
    killed: int = 0
    survivors: list[Mutant] = field(default_factory=list)
    equivalent: list[Equivalent] = field(default_factory=list)    # the entries of survivors that are listed
    stale: list[str] = field(default_factory=list)                # what is wrong with entries of the list

    @property
    def counted(self) -> int:
        """The number of mutants that were judged and are not equivalent."""
        return self.killed + len(self.survivors)


@dataclass
class MutationScore:
    exercises: list[ExerciseScore] = field(default_factory=list)

    @property
    def killed(self) -> int:
        return sum(each.killed for each in self.exercises)

    @property
    def counted(self) -> int:
        return sum(each.counted for each in self.exercises)

    @property
    def complete(self) -> bool:
        """Whether every survivor is listed as equivalent, and the list is up to date."""
        return not any(each.survivors or each.stale for each in self.exercises)


def mutants_of(text: str, name: str = "solution") -> list[Mutant]:
    """Every mutant of a solution's text, without duplicates, in the order of the file."""
    regions = solution_regions(text, name)
    if not language_of(name).runs:
        return [Mutant(place, *difference(before, after, name), after) for place, before, after in changed_data(text, regions)]
    known = {ast.dump(ast.parse(text))}
    functions = functions_by_line(text)
    found = []
    for line, mutated in changed_texts(text, regions):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # `1 is x` gives a SyntaxWarning
                tree = ast.parse(mutated)
                compile(tree, name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            continue
        if (same := ast.dump(tree)) not in known:
            known.add(same)
            minus, plus, diff = difference(text, mutated, name)
            found.append(Mutant(functions.get(line, ""), minus, plus, diff, mutated))
    return found


def changed_texts(text: str, regions) -> Iterator[tuple[int, str]]:
    """Yield (line, whole text) for every node between the markers of `regions` and every mutmut operator for it."""
    try:
        import libcst
        from libcst.metadata import MetadataWrapper, PositionProvider
        from mutmut.mutation.mutators import mutation_operators
    except ImportError:
        raise UsageError("Mutants are made by mutmut; install it with `pip install -e .[dev]`.") from None

    wrapper = MetadataWrapper(libcst.parse_module(text))
    positions = wrapper.resolve(PositionProvider)

    def is_left_out(node, parent) -> bool:
        words = isinstance(parent, libcst.Raise) and isinstance(node, libcst.Call)  # raise ValueError("…")
        words |= isinstance(parent, libcst.Assert) and node is parent.msg
        docstring = isinstance(node, libcst.Expr) and isinstance(node.value, libcst.BaseString)
        return words or docstring or isinstance(node, libcst.Annotation | libcst.Decorator)

    def walk(node, parent, inherited):
        if is_left_out(node, parent):
            return
        at = positions.get(node) or inherited
        if any(region.begin < at.start.line and at.end.line < region.end for region in regions):
            for kind, operator in mutation_operators:
                if isinstance(node, kind):
                    for changed in operator(node):
                        yield at.start.line, wrapper.module.deep_replace(node, changed).code
        for child in node.children:
            yield from walk(child, node, at)

    return walk(wrapper.module, None, positions[wrapper.module])


def functions_by_line(text: str) -> dict[int, str]:
    """{line: the function or Class.method that contains it}. A nested function belongs to the outer one."""
    return {line: name for name, node in functions_in(text) for line in range(node.lineno, node.end_lineno + 1)}


def difference(before: str, after: str, name: str) -> tuple[str, str, str]:
    """The removed lines, the added lines, and a unified diff."""
    diff = list(difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, "reference", "mutant",
                                     lineterm="", n=2))
    gone, came = ("\n".join(line[1:].strip() for line in diff[2:] if line.startswith(sign)) for sign in "-+")
    return gone, came, "\n".join(diff)


# ── to judge them ───────────────────────────────────────────────────────────────────────────────────────────────


def run_mutants(course: Course, exercises: list[Exercise], judge: Judge,
                progress: Progress = lambda exercise, done, total: None) -> MutationScore:
    """Judge the mutants of `exercises`, two at a time. A mutant is killed if its verdict is not `passed`.

    Raises UsageError if a reference does not pass, or if mutmut is missing.
    """
    reference = local_workspace(course, "solutions")
    equivalents = {project: read_equivalents(course, project) for project in {e.project for e in exercises}}
    score = MutationScore()
    for exercise in exercises:
        score.exercises.append(score_exercise(reference, exercise, equivalents[exercise.project], judge, progress))
    return score


def score_exercise(reference: Workspace, exercise: Exercise, listed: list[Equivalent], judge: Judge,
                   progress: Progress) -> ExerciseScore:
    mutants = mutants_of(reference.read(exercise.path), f"solutions/{exercise.path}")
    verdict = judge(reference, exercise)
    if verdict.status != Status.PASSED:
        raise UsageError(f"The reference of {exercise.short} is '{verdict.status}'; mend that first.")
    score = ExerciseScore(exercise, made=len(mutants))
    chosen = list(range(len(mutants)))
    if verdict.seconds > SLOW_SECONDS and len(chosen) > SAMPLE:
        score.sampled = True
        chosen = sorted(random.Random(exercise.id).sample(chosen, SAMPLE))

    survived: list[int] = []
    pool = ThreadPoolExecutor(max_workers=AT_ONCE)
    try:
        stopped = {function: stopped_at(reference, exercise, function) for function in {mutants[i].function for i in chosen}}
        reach = {function: workspace and pool.submit(judge, workspace, exercise, quick=True) for function, workspace in stopped.items()}

        def judged(mutant: Mutant) -> Verdict:
            places = (verdict := reach[mutant.function]) and reached(verdict.result())
            return judge(reference.with_text(exercise.path, mutant.text), exercise, quick=True, only=places, until_failed=True)

        jobs = {pool.submit(judged, mutants[i]): i for i in chosen}
        progress(exercise, 0, len(jobs))
        for done, job in enumerate(as_completed(jobs), 1):
            if job.result().status == Status.PASSED:
                survived.append(jobs[job])
            progress(exercise, done, len(jobs))
    finally:  # also after Ctrl-C, or if the judge failed
        pool.shutdown(wait=True, cancel_futures=True)

    score.killed = len(chosen) - len(survived)
    entries = {entry.key: entry for entry in listed if entry.exercise == exercise.name}
    for mutant in (mutants[i] for i in sorted(survived)):
        if mutant.key in entries:
            score.equivalent.append(entries[mutant.key])
        else:
            score.survivors.append(mutant)
    for key, entry in entries.items():
        places = {i for i, mutant in enumerate(mutants) if mutant.key == key}
        if not places:
            score.stale.append(f"{entry} is no mutant any more")
        elif places <= set(chosen) - set(survived):
            score.stale.append(f"{entry} is noticed by the suite")
    return score


# ── to read it ──────────────────────────────────────────────────────────────────────────────────────────────────


def score_lines(score: MutationScore) -> Iterator[str]:
    """Yield the lines to print: the score of each exercise with its survivors, then the total."""
    for each in score.exercises:
        exercise = each.exercise
        notes = [f"{len(each.equivalent)} equivalent"] if each.equivalent else []
        if each.sampled:
            notes.append(f"a sample of {SAMPLE} of {each.made}, as the suite takes over {SLOW_SECONDS:.0f} s")
        yield (f"{exercise.number}  {exercise.title}: {share(each.killed, each.counted)}"
               + (f" ({'; '.join(notes)})" if notes else ""))
        for mutant in each.survivors:
            yield f"  survives, in {mutant.function}:"
            yield from (f"    {line}" for line in mutant.diff.splitlines()[2:])
        yield from (f"  stale in equivalent_mutants.yml: {sentence}" for sentence in each.stale)
    yield f"In all: {share(score.killed, score.counted)}"


def score_data(score: MutationScore) -> list[dict]:
    """The score of each exercise as plain data."""
    return [{"exercise": each.exercise.id, "made": each.made, "killed": each.killed, "counted": each.counted,
             "sampled": each.sampled, "survivors": [{"function": m.function, "diff": m.diff} for m in each.survivors],
             "equivalent": [{"mutant": str(entry), "why": entry.why} for entry in each.equivalent],
             "stale": each.stale} for each in score.exercises]


def share(killed: int, counted: int) -> str:
    return f"{killed} of {counted} mutants killed" + (f" ({100 * killed / counted:.1f} %)" if counted else "")
