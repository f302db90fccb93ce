"""Measure a benchmark in CPU time: the learner against the reference, the reference against a library.

The library runs in this process, the reference and the learner each in a worker. The three take turns, so that other
load of the machine affects all of them alike. No operators are watched in these workers: the watcher's time is not the
code's, and a check has refused before what it would see. The CPU time of a worker is the kernel's count for its process, read
from this process. The thresholds apply to ratios of medians, never to seconds.

The benchmark `training_step` of a project is the module tests/<project>/bench_training_step.py, with
    LIBRARY             the library's name
    MODULE              the module of the project that the workers load
    STEPS               how many steps a turn takes
    prepare, run        probes: prepare(work) returns the initial state, an object; run(work, state, steps) continues
                        from that state and returns a number
    baseline()          the same in the library: returns a function of `steps` that returns the same number
"""
import importlib.util
import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

from grader.course.manifest import Benchmark, Course, Project
from grader.course.workspace import SourceError, Workspace, gather_project, local_workspace
from grader.errors import GraderError, UsageError
from grader.judge.context import Context
from grader.judge.link import Link, WorkerError
from grader.judge.remote import LearnerError, NotStartedError, Session, Work

TURNS = 21
SAME = 1e-2  # relative: float32 sums in another order drift apart over hundreds of steps, but by less than this


@dataclass(frozen=True)
class Measured:
    """Median CPU milliseconds per step, and the ratios that the thresholds apply to."""

    name: str
    title: str
    library: str
    library_ms: float
    reference_ms: float
    learner_ms: float
    reference_at_most: float
    learner_at_most: float

    @property
    def reference_ratio(self) -> float:
        return self.reference_ms / self.library_ms

    @property
    def learner_ratio(self) -> float:
        return self.learner_ms / self.reference_ms

    @property
    def passed(self) -> bool:
        return self.reference_ratio <= self.reference_at_most and self.learner_ratio <= self.learner_at_most


def measure_project(course: Course, project: Project, workspace: Workspace, context: Context) -> Iterator[Measured]:
    """Measure every benchmark of a project, one after the other.

    Raises UsageError if the course has no reference, or the learner's code cannot be measured.
    """
    if not (course.root / "solutions").is_dir():
        raise UsageError("Nothing was measured: this copy of the course has no reference to measure against.")
    for name, benchmark in project.benchmarks.items():
        yield measure(course, project, name, benchmark, workspace, context)


def measure(course: Course, project: Project, name: str, benchmark: Benchmark, workspace: Workspace,
            context: Context) -> Measured:
    code = load_benchmark(course, project, name)
    links: list[Link] = []
    try:
        library = timed_here(code.baseline())
        reference = timed_worker(course, project, code, local_workspace(course, "solutions"), context, links)
        learner = timed_worker(course, project, code, workspace, context, links)
        turns: list[tuple[float, float, float]] = []
        for turn in range(TURNS + 1):
            seconds, results = zip(*(run(code.STEPS) for run in (library, reference, learner)))
            if not all(math.isclose(result, results[0], rel_tol=SAME) for result in results):
                raise UsageError(f"Nothing was measured: after {(turn + 1) * code.STEPS} steps {code.LIBRARY} has "
                                 f"{results[0]:.4g}, the reference {results[1]:.4g}, and {workspace.label} "
                                 f"{results[2]:.4g}.")
            if turn:  # the first turn warms up
                turns.append(seconds)
    finally:
        for link in links:
            link.close()
    medians = [statistics.median(column) * 1000 / code.STEPS for column in zip(*turns)]
    return Measured(name, benchmark.title, code.LIBRARY, *medians, benchmark.reference_at_most, benchmark.learner_at_most)


def load_benchmark(course: Course, project: Project, name: str) -> ModuleType:
    path = course.root / "tests" / project.id / f"bench_{name}.py"
    if not path.exists():
        raise GraderError(f"course.yml names the benchmark '{name}', and there is no {path.relative_to(course.root)}.")
    spec = importlib.util.spec_from_file_location(f"tests.{project.id.replace('/', '.')}.bench_{name}", path)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # `Work.run` finds a probe's module there
    spec.loader.exec_module(module)
    return module


def timed_here(run: Callable[[int], float]) -> Callable[[int], tuple[float, float]]:
    def timed(steps: int) -> tuple[float, float]:
        before = time.process_time()
        result = run(steps)
        return time.process_time() - before, result
    return timed


def timed_worker(course: Course, project: Project, code: ModuleType, workspace: Workspace, context: Context,
                 links: list[Link]) -> Callable[[int], tuple[float, float]]:
    """Start a worker and load the project in it. Return a function of `steps`: (CPU seconds, what `run` returned).

    The worker's link is appended to `links`; the caller closes it.
    """
    def told(act):
        try:
            return act()
        except NotStartedError as error:
            file, line, function, _ = error.frames[-1]
            raise UsageError(f"Nothing was measured: {function} of {file} is not written yet (line {line}).") from None
        except (LearnerError, WorkerError, SourceError) as error:
            raise UsageError(f"Nothing was measured: in {workspace.label}: {error}") from None

    sources = told(lambda: gather_project(course, workspace, project, code.MODULE))
    link = context.start_worker(project.exercises[0])
    links.append(link)
    session = Session(link)
    told(lambda: session.load(sources, course, project.forbids, watch_operators=False))
    work = Work(session)
    state = told(lambda: work.run(code.prepare))

    def timed(steps: int) -> tuple[float, float]:
        link.begin_check()  # the limits of CPU and wall time count from here
        before = link.cpu_seconds()
        result = told(lambda: work.run(code.run, state, steps))
        return link.cpu_seconds() - before, float(result)
    return timed
