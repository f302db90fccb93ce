"""The suite of a smoke check: `tests/<project>/smoke.py`, a module whose functions `test_...` are the checks, in order.

A check takes `work`, the project's given module `service` seen through the wire, and `measures` if it measures something.
"""
import hashlib
import importlib.util
import inspect
import sys
from dataclasses import dataclass
from types import ModuleType

from grader.course.manifest import Course, Project, Smoke
from grader.errors import GraderError, UsageError
from grader.judge.suites import Case, CheckPlan
from grader.smoke.measures import Measures


@dataclass
class SmokeSuite:
    checks: list[CheckPlan]
    measures: dict[str, Measures]  # by the name of the check
    digest: str


def load_suite(course: Course, project: Project) -> SmokeSuite:
    """Raises UsageError where the suite, or a library of it, is not there, and GraderError if it is broken."""
    smoke = project.smoke
    path = course.root / smoke.suite
    if not path.is_file():
        raise UsageError(f"This copy of the course has no hidden checks, so {project.name} cannot be smoke-checked here.")
    if str(course.root) not in sys.path:
        sys.path.insert(0, str(course.root))
    module = load_module(path, f"tests.{project.id.replace('/', '.')}.smoke")
    checks, measures = [], {}
    for name, function in vars(module).items():
        if name.startswith("test_") and inspect.isfunction(function):
            doc = inspect.getdoc(function)
            if not doc:
                raise GraderError(f"{smoke.suite}: {name} has no docstring; its first line is the title.")
            measures[name] = Measures(course.root, smoke.thresholds)
            params = {"measures": measures[name]} if "measures" in inspect.signature(function).parameters else {}
            checks.append(CheckPlan(name, doc.splitlines()[0].rstrip("."), [Case(function, params)]))
    return SmokeSuite(checks, measures, digest(course, project, smoke))


def load_module(path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as error:
        raise UsageError(f"The smoke check works with {error.name}, which is not installed: pip install -e '.[serving]', "
                         "and try again.") from None
    return module


def digest(course: Course, project: Project, smoke: Smoke) -> str:
    """Changes with what decides a verdict besides the learner's files and the engine."""
    folder = course.root / "tests" / project.id
    whole = hashlib.sha256(smoke.model_dump_json().encode())
    for path in [folder / "smoke.py", *sorted(folder.glob("*_smoke.py")), *sorted((course.root / "infra/locust").glob("*.py"))]:
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:16]
