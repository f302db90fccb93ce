"""Suites: pytest collects each once, in the judges' fork server, and Hypothesis draws its examples once.

A check is a test function. Its parametrised cases and its drawn examples are all tried, smallest first. Hypothesis
runs again only to shrink the first failure, within a fixed number of calls.
"""
import contextlib
import functools
import hashlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from unittest import mock

import hypothesis
import numpy as np
import pytest
from _pytest.outcomes import OutcomeException
from hypothesis.internal.conjecture import providers

from grader.course.manifest import Course, Exercise
from grader.course.workspace import files_behind
from grader.errors import GraderError
from grader.judge.added_observations import Observations, load_observations
from grader.judge.fresh_module import nothing_compiled_is_kept
from grader.judge.requirements import required_by
from grader.judge.scoring import is_supporting
from grader.judge.show import is_tensor
from grader.judge.suite_imports import helpers_of, refuse_answers
from grader.judge.unwritten import Stub, stub_bodies, stub_functions

SHRINK_CALLS = 40  # calls of the learner's code for shrinking; a fixed number, since it decides what is shown


class ShrinkLimitError(BaseException):
    """Shrinking has used up its calls."""


@dataclass
class Case:
    """One parametrisation of a check."""

    function: Callable
    params: dict
    subject: str = ""  # the function or class of the exercise that a parameter names, such as "mean"
    examples: list[dict] | None = None  # drawn arguments, smallest first; None before drawing, or without Hypothesis
    order: list[int] = field(default_factory=list)  # the place of each example in the order of drawing

    @property
    def drawn(self) -> bool:
        return hasattr(self.function, "hypothesis")

    def draw(self) -> None:
        """Let Hypothesis draw this case's examples, once. They are the same in every process."""
        if not self.drawn or self.examples is not None:
            return
        seen: list[dict] = []
        _run_with(self.function, self.params,
                  lambda work, **arguments: seen.append({k: v for k, v in arguments.items() if k not in self.params}))
        # Empty arrays come last: the same failure is easier to follow where there are numbers to look at.
        self.order = sorted(range(len(seen)), key=lambda i: (_has_empty(seen[i]), _size(seen[i]), i))
        self.examples = [seen[i] for i in self.order]

    def calls(self):
        """(number, arguments) of each call that this case makes, in the order of the calls."""
        if not self.drawn:
            yield 0, _fresh(self.params)
            return
        self.draw()
        for number, example in zip(self.order, self.examples):
            yield number, _fresh({**self.params, **example})

    def call(self, work, arguments: dict) -> None:
        """Run the body of the test once. If an assumption of the test is not met, the call passes."""
        body = self.function.hypothesis.inner_test if self.drawn else self.function
        try:
            body(work=work, **arguments)
        except hypothesis.errors.UnsatisfiedAssumption:
            return
        except (OutcomeException, SystemExit) as error:  # pytest.fail(), pytest.skip(): no Exception, and no judge's end
            raise AssertionError(f"{error}").with_traceback(error.__traceback__) from None

    def shrink(self, work, number: int, same_failure: Callable[[Exception], bool]) -> Exception | None:
        """The smallest failure that Hypothesis finds within SHRINK_CALLS calls, starting from example `number`.

        Only exceptions for which `same_failure` is true count, and empty arrays only if the example has some. None if
        there is no such failure.
        """
        best: list[Exception] = []
        drawn = calls = 0
        emptied = _has_empty(self.examples[self.order.index(number)])

        def attempt(**arguments):
            nonlocal drawn, calls
            drawn += 1
            if not best and drawn <= number:
                return  # an example before the failing one, at which shrinking starts
            calls += 1
            if calls > SHRINK_CALLS:
                raise ShrinkLimitError
            try:
                body(**{**arguments, **_fresh(self.params), "work": work})
            except Exception as error:
                if (emptied or not _has_empty(arguments)) and same_failure(error):
                    best.append(error)
                    raise

        body = self.function.hypothesis.inner_test
        try:
            # Hypothesis never receives `work`: it inspects its arguments, and each inspection would be a call.
            _run_with(self.function, self.params, attempt)
        except (ShrinkLimitError, Exception):  # Hypothesis raises the shrunk failure; `best` has it
            pass
        return best[-1] if best else None


def _run_with(function: Callable, arguments: dict, body: Callable) -> None:
    """Run a Hypothesis test with another body. `wraps` keeps the source from which the seed is derived."""
    original = function.hypothesis.inner_test

    @functools.wraps(original)
    def replaced(*args, **kwargs):
        return body(**inspect.signature(original).bind(*args, **kwargs).arguments)

    function.hypothesis.inner_test = replaced
    try:
        with _the_same_everywhere():
            function(**{"work": None, **arguments})
    finally:
        function.hypothesis.inner_test = original


@contextlib.contextmanager
def _the_same_everywhere() -> Iterator[None]:
    """Let Hypothesis draw without the numbers that it takes from the source of all modules that this process imported.

    With these numbers, the same seed would draw other examples at home, in a class and on another machine, and a
    mistake would leave other fingerprints. Hypothesis has no setting that turns them off.
    """
    with mock.patch.multiple(providers, create=True, _get_local_constants=providers.Constants, CONSTANTS_CACHE={}):
        yield


def _fresh(value):
    """A copy, including arrays and tensors: what one run changes in place must not be in the next run's arguments."""
    if isinstance(value, np.ndarray):
        return value.copy(order="K")
    if is_tensor(value):
        return value.detach().clone()
    if type(value) in (list, tuple):
        return type(value)(map(_fresh, value))
    if type(value) is dict:
        return {key: _fresh(item) for key, item in value.items()}
    return value


def _has_empty(value) -> bool:
    """Whether an array without elements is in a drawn example."""
    if isinstance(value, np.ndarray):
        return value.size == 0
    if is_tensor(value):
        return value.numel() == 0
    if isinstance(value, dict):
        return any(map(_has_empty, value.values()))
    return isinstance(value, (list, tuple)) and any(map(_has_empty, value))


def _size(value) -> int:
    """The size of a drawn example, by which small examples are tried first."""
    if isinstance(value, np.ndarray):
        return 2 + value.size + value.ndim
    if is_tensor(value):
        return 2 + value.numel() + value.ndim
    if isinstance(value, dict):
        return sum(1 + _size(v) for v in value.values())
    if isinstance(value, (list, tuple)):
        return 1 + sum(map(_size, value))
    if isinstance(value, str):
        return len(value)
    return 1


@dataclass
class CheckPlan:
    """One check of a suite, ready to run."""

    name: str
    title: str
    cases: list[Case]
    supporting: bool = False
    requires: tuple[str, ...] = ()  # what it needs of the machine, see requirements.py


@dataclass
class Suite:
    checks: list[CheckPlan]
    digest: str
    stub: Stub = field(default_factory=dict)  # what a learner has not written yet; empty if that is not known
    observations: Observations = (...,)
    contract: list[str] = field(default_factory=list)  # the functions of the stub: only their signatures are checked

    def draw(self) -> None:
        for check in self.checks:
            for case in check.cases:
                case.draw()


class _Collector:
    """A pytest plugin that keeps the collected items, and the errors of the collection."""

    def __init__(self):
        self.items: list[pytest.Item] = []
        self.errors: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items):
        self.items = list(items)

    def pytest_collectreport(self, report):
        if report.failed:
            self.errors[report.nodeid] = str(report.longrepr).strip().splitlines()[-1]


def collect_suites(course: Course, exercises: Sequence[Exercise] | None = None) -> dict[str, Suite | GraderError]:
    """{exercise id: its suite} of `exercises`, or of all; a GraderError in its place if a suite is missing or broken.

    A suite is the same whether it is collected alone or with others.
    """
    exercises = list(course.exercises.values()) if exercises is None else exercises
    paths = {e.id: e.suite for e in exercises if (course.root / e.suite).exists()}
    collector = _Collector()
    if paths:  # pytest without a path collects whatever it finds
        with nothing_compiled_is_kept():
            pytest.main([*[str(course.root / p) for p in paths.values()], "--collect-only",
                         "--continue-on-collection-errors", "-p", "no:cacheprovider", "-p", "no:terminal",
                         f"--rootdir={course.root}", "-c", str(course.root / "pyproject.toml")], plugins=[collector])
    suites: dict[str, Suite | GraderError] = {}
    for exercise in exercises:
        if exercise.id not in paths:
            suites[exercise.id] = GraderError(f"'{exercise.short}' has no suite {exercise.suite}.")
            continue
        broken = [words for node, words in collector.errors.items() if node.endswith(paths[exercise.id])]
        items = [item for item in collector.items if str(item.path) == str(course.root / paths[exercise.id])]
        try:
            if broken:
                raise GraderError(f"The suite {exercise.suite} cannot be collected: {broken[0]}")
            refuse_answers(course, exercise)
            stub = stub_bodies(course, exercise)
            suites[exercise.id] = Suite(_plan(exercise, items, stub), suite_digest(course, exercise), stub,
                                        load_observations(course, exercise), [name for name, _ in stub_functions(course, exercise)])
        except GraderError as error:
            suites[exercise.id] = error
    return suites


def _plan(exercise: Exercise, items: list[pytest.Item], stub: Stub) -> list[CheckPlan]:
    checks: dict[str, CheckPlan] = {}
    functions = {name.partition(".")[0] for name in stub}  # and classes
    for item in items:
        params = dict(item.callspec.params) if hasattr(item, "callspec") else {}
        others = set(item.fixturenames) - {"work", "request", *params}
        if others:
            raise GraderError(f"{exercise.suite}: {item.name} asks for {sorted(others)}; a check takes `work`, "
                              "parametrised values and drawn values.")
        doc = inspect.getdoc(item.obj)
        if not doc:
            raise GraderError(f"{exercise.suite}: {item.originalname} has no docstring; its first line is the title.")
        plan = checks.setdefault(item.originalname, CheckPlan(
            item.originalname, doc.splitlines()[0].rstrip("."), [], is_supporting(item.obj),
            required_by(item.obj)))
        subject = next((value for value in params.values() if isinstance(value, str) and value in functions), "")
        plan.cases.append(Case(item.obj, params, subject))
    if not checks:
        raise GraderError(f"{exercise.suite} has no checks.")
    if all(plan.supporting for plan in checks.values()):
        raise GraderError(f"{exercise.suite}: all its checks are supporting, so there is none that they could support.")
    return list(checks.values())


def suite_digest(course: Course, exercise: Exercise) -> str:
    """A digest of what decides a verdict besides the learner's files and the engine.

    This is the suite with its helpers, those of other projects too if it imports them, the project's observations, the
    limits and the points, the given code, and the reference of what the exercise builds on.
    """
    folder = (course.root / exercise.suite).parent
    shared = [p for p in sorted(folder.glob("*.py")) if not p.name.startswith(("test_", "mistakes_", "probes_"))]
    probes = [p for p in [folder / f"probes_{exercise.name}.py"] if p.exists()]
    own = [course.root / exercise.suite, *probes, *shared, *sorted((course.root / "tests").glob("*.py"))]
    imported = [course.root / path for path in helpers_of(course, exercise)]
    whole = hashlib.sha256(exercise.model_dump_json().encode())
    for path in dict.fromkeys([*own, *sorted(imported), *files_behind(course, exercise)]):
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:16]
