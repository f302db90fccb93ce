"""Run a project's study: an experiment with the learner's code, held against what course.yml expects of its results.

    study.py: main(arguments) -> {name: number}
                  │
                  └──> thresholds (at_least, at_most), only if the run has the default size

A study takes its own options, among them `--quick` (seconds: the whole path on little data), `--output DIR` for its plots
and `--seed N`. A run with any other option than the last two has not the default size.
"""
import json
import math
import os
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.course.manifest import Course, Project, Threshold
from grader.course.workspace import SourceError, gather_project, given_folder, local_workspace
from grader.errors import FAILED, PASSED, UsageError
from grader.files import write_atomically
from grader.worker import loader

ALL = "all"
QUICK, OUTPUT = "--quick", "--output"
DRAWN = "build/study"
SAME_SIZE = (OUTPUT, "--seed")  # options, each with a value, that leave the size of a run as it is


@dataclass
class Outcome:
    """What came of one study. `error` says why it stopped; `results` is then empty."""

    project: Project
    arguments: list[str]
    results: dict[str, float] = field(default_factory=dict)
    error: str = ""
    seconds: float = 0.0

    @property
    def whole(self) -> bool:
        """Whether the run had the default size, for which the thresholds are meant."""
        return not of_another_size(self.arguments)

    @property
    def held(self) -> dict[str, bool]:
        """{name: whether the result reaches its threshold}; empty unless the run had the default size."""
        thresholds = self.project.study if self.whole and not self.error else {}
        return {name: name in self.results and each.holds(self.results[name]) for name, each in thresholds.items()}

    @property
    def passed(self) -> bool:
        return not self.error and all(self.held.values())


def run_study(course: Course, words: str, workspace: str | None, arguments: list[str], json_file: str | None = None) -> int:
    """Run the study that `words` names, or `all` of the course; print what came of each, and write it to `json_file`.

    Returns FAILED if a study raises, or if a result is missing or does not reach what course.yml expects. Raises
    UsageError.
    """
    projects = projects_with_a_study(course) if words == ALL else [find_project(course, words)]
    outcomes = []
    for project in projects:
        outcomes.append(outcome := run(course, project, workspace, own_output(project, arguments) if words == ALL else arguments))
        if outcome.error:
            print(outcome.error, file=sys.stderr)
        for line in lines_of(outcome):
            print(line)
    if json_file:
        data = [as_data(outcome) for outcome in outcomes]
        write_atomically(Path(json_file), (json.dumps(data, indent=2) + "\n").encode())
    return PASSED if all(outcome.passed for outcome in outcomes) else FAILED


def run(course: Course, project: Project, workspace: str | None, arguments: list[str]) -> Outcome:
    """Load the project's `study.py` with all its exercises, and call `main(arguments)`. Raises UsageError."""
    try:
        sources = gather_project(course, local_workspace(course, workspace), project, "study")
    except SourceError as error:
        raise UsageError(str(error)) from None
    if sources.module not in sources.files:
        raise UsageError(f"{project.title} has no study.")
    os.environ.setdefault("MPLBACKEND", "Agg")
    outcome, started = Outcome(project, arguments), time.perf_counter()
    try:
        study = loader.load(sources.module, sources.files, common=str(course.root / "exercises/common"),
                            check_shapes=False)
        outcome.results = {name: float(value) for name, value in study.main(arguments).items()}
    except Exception as error:
        outcome.error = what_stopped(error, {name for name, _ in sources.files.values()})
    outcome.seconds = time.perf_counter() - started
    return outcome


def lines_of(outcome: Outcome) -> Iterator[str]:
    """A line for each threshold, or one that says why there is none."""
    if outcome.error or not outcome.project.study:
        return
    if not outcome.whole:
        options = " ".join(of_another_size(outcome.arguments))
        yield f"Not held against the thresholds: with {options} this is no run of the default size."
    for name, reached in outcome.held.items():
        value = f"{outcome.results[name]:.4f}" if name in outcome.results else "no result"
        yield f"{'✓' if reached else '✗'} {name}: {value}, expected {outcome.project.study[name]}"


def as_data(outcome: Outcome) -> dict:
    """One study as plain data. A result that is no finite number is null."""
    def of(name: str) -> dict:
        value, threshold = outcome.results.get(name, math.nan), outcome.project.study.get(name, Threshold.model_construct())
        return {"value": value if math.isfinite(value) else None, "at_least": threshold.at_least,
                "at_most": threshold.at_most, "reached": outcome.held.get(name)}

    names = dict.fromkeys([*outcome.results, *outcome.held])
    return {"project": outcome.project.id, "arguments": outcome.arguments, "default_size": outcome.whole,
            "passed": outcome.passed, "error": outcome.error, "seconds": round(outcome.seconds, 1),
            "results": {name: of(name) for name in names}}


def of_another_size(arguments: list[str]) -> list[str]:
    """The arguments without those of SAME_SIZE: what makes a run one of another size."""
    left, waiting = [], list(arguments)
    while waiting:
        argument = waiting.pop(0)
        if argument in SAME_SIZE:
            waiting[:1] = []
        elif argument.partition("=")[0] not in SAME_SIZE:
            left.append(argument)
    return left


def own_output(project: Project, arguments: list[str]) -> list[str]:
    """The arguments, with a folder of the project's own for its plots below the one that they name (else DRAWN)."""
    apart = [part for each in arguments for part in (each.split("=", 1) if each.startswith(f"{OUTPUT}=") else [each])]
    if OUTPUT not in apart[:-1]:
        apart += [OUTPUT, DRAWN]
    at = apart.index(OUTPUT) + 1
    return [*apart[:at], str(Path(apart[at]) / project.name), *apart[at + 1:]]


def projects_with_a_study(course: Course) -> list[Project]:
    """In course order. Raises UsageError if there is none."""
    found = [p for p in course.projects.values() if p.exercises and (given_folder(course) / p.id / "study.py").is_file()]
    if not found:
        raise UsageError("No project of this course has a study.")
    return found


def what_stopped(error: Exception, files: set[str]) -> str:
    """The message for a study that raised; of the traceback only the lines in `files`."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    if isinstance(error, NotImplementedError) and frames:
        return f"The study needs {frames[-1].name} of {frames[-1].filename}, which is not written yet."
    where = [f"  {frame.filename}, line {frame.lineno}, in {frame.name}: {frame.line}" for frame in frames]
    return "\n".join([f"The study stopped: {type(error).__name__}: {error}", *where])


def find_project(course: Course, words: str) -> Project:
    found = course.find(words)
    project = course.projects[found[0].project]
    if words.rstrip("/") not in (project.name, project.id, project.number):
        raise UsageError(f"'{words}' is not a project; name one, such as '{project.name}'.")
    return project
