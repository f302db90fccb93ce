"""The `work` fixture of every suite, as a pytest plugin.

Under plain pytest the fixture is the module itself, loaded in this process. A debugger needs that, and `grader check
--pdb` uses it. The judge passes a `Work` to the checks instead: the module seen through the wire (judge/remote.py).
"""
import os
from pathlib import Path

import hypothesis
import pytest

from grader.course.manifest import Course, Exercise, load_course
from grader.course.workspace import SourceError, gather, local_workspace
from grader.judge.document import Document
from grader.judge.requirements import missing, required_by, sentence
from grader.judge.tools import ToolResult
from grader.worker import loader, tools

# The same examples everywhere and every time; no deadline, because machines differ; no explain phase, because it
# takes longer than the suite (see ARCHITECTURE.md).
hypothesis.settings.register_profile(
    "grader", max_examples=50, derandomize=True, deadline=None, database=None,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate, hypothesis.Phase.shrink],
    suppress_health_check=list(hypothesis.HealthCheck), print_blob=False)


class InProcess:
    """Loads exercises in this process, from the workspace that $GRADER_WORKSPACE names (else `solutions`)."""

    def __init__(self, course: Course):
        self.course = course
        self.workspace = local_workspace(course, os.environ.get("GRADER_WORKSPACE", "solutions"))
        self.opened: dict[str, InProcessWork] = {}

    def work(self, exercise: Exercise) -> "InProcessWork | Document":
        if exercise.id not in self.opened:
            sources = gather(self.course, self.workspace, exercise)
            self.opened = {exercise.id: InProcessWork(loader.load(
                sources.module, sources.files, common=str(self.course.root / "exercises/common")))
                if exercise.language.runs else Document(sources.files[sources.module][1], exercise.language, run_tool_here)}
        return self.opened[exercise.id]


class InProcessWork:
    """The same interface as the judge's `Work`, without a wire."""

    def __init__(self, module):
        self._module = module

    def __getattr__(self, name):
        return getattr(self._module, name)

    def run(self, probe, *args, **kwargs):
        return probe(self._module, *args, **kwargs)

    def serve(self, probe, *args, **kwargs):
        from grader.judge.service_here import ServiceHere
        return ServiceHere(lambda listener: probe(self._module, *args, listener=listener, **kwargs))

    def run_tool(self, name: str, *arguments: str, files: dict[str, str]) -> ToolResult:
        return run_tool_here(name, arguments, files)


def run_tool_here(name: str, arguments: tuple[str, ...], files: dict[str, str]) -> ToolResult:
    return ToolResult(*tools.run_tool(name, list(arguments), files))


IN_PROCESS = pytest.StashKey()


def pytest_configure(config):
    hypothesis.settings.load_profile("grader")


def pytest_runtest_setup(item):
    if absent := missing(required_by(getattr(item, "obj", None))):
        pytest.skip(sentence(absent))


@pytest.fixture
def work(request):
    """The module of the exercise that this suite tests."""
    config = request.config
    if IN_PROCESS not in config.stash:
        config.stash[IN_PROCESS] = InProcess(load_course(course_root(request.path)))
    process = config.stash[IN_PROCESS]
    try:
        return process.work(exercise_of(process.course, request.path))
    except SourceError as error:
        pytest.fail(str(error), pytrace=False)


def course_root(path: Path) -> Path:
    return next(folder for folder in path.parents if (folder / "course.yml").exists())


def exercise_of(course: Course, suite: Path) -> Exercise:
    """The exercise that `suite` tests.

    tests/p1_fundamentals/autograd/test_unbroadcast.py is the suite of p1_fundamentals/autograd/unbroadcast.
    """
    inside = suite.relative_to(course.root / "tests")
    return course.exercises[f"{inside.parent}/{inside.stem.removeprefix('test_')}"]
