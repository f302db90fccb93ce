"""The course as `course.yml` describes it: pipelines, projects, exercises, and the paths of their files."""
import difflib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from grader.course.manifest_errors import MANIFEST, line_of, mistake_at, what_is_wrong
from grader.errors import UsageError

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Library = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.\w+)*$")]  # as it is imported
Grant = Literal["loopback", "processes", "compiler"]  # what a worker may be granted, see worker/fork_server.py
YamlLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Limits(Strict):
    """What one check may use in the worker. The worker is stopped if a check uses more."""

    cpu_seconds: float = Field(10, gt=0)
    wall_seconds: float = Field(40, gt=0)
    memory_mb: int = Field(1500, gt=0)
    output_kb: int = Field(256, gt=0)


class Benchmark(Strict):
    """A performance threshold: a ratio of CPU time, never seconds."""

    title: str
    reference_at_most: float = Field(gt=0)  # the reference against the library's baseline
    learner_at_most: float = Field(gt=0)    # the learner against the reference


class Threshold(Strict):
    """What a result of a study must reach: at least, at most, or both."""

    at_least: float | None = Field(None, allow_inf_nan=False)
    at_most: float | None = Field(None, allow_inf_nan=False)

    @model_validator(mode="after")
    def _says_something(self) -> "Threshold":
        if self.at_least is None and self.at_most is None:
            raise ValueError("a threshold needs at_least or at_most")
        return self

    def __str__(self) -> str:
        named = {"at least": self.at_least, "at most": self.at_most}
        return " and ".join(f"{words} {value:g}" for words, value in named.items() if value is not None)

    def holds(self, value: float) -> bool:
        """False for NaN."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


class Exercise(Strict):
    name: Name
    title: str
    points: int = Field(gt=0)
    minutes: int = Field(gt=0)
    difficulty: int = Field(2, ge=1, le=3)
    needs: list[str] = []
    forbids: list[str] = []
    grants: list[Grant] = []
    preload: list[Library] = []
    inherits: bool = True  # false: it takes neither `forbids` nor `preload` from its project, only its own
    limits: Limits = Limits()
    notebook: bool = False  # also offered as cells of its project's notebook
    mutants: bool = True    # false for an exercise whose mutants say nothing about its suite, such as a race: `why` not
    why: str = ""
    # Filled in by load_course, from the exercise's place in the course.
    id: str = Field("", exclude=True)
    number: str = Field("", exclude=True)

    @model_validator(mode="after")
    def _gives_a_reason(self) -> "Exercise":
        if self.mutants == bool(self.why.strip()):
            raise ValueError("'mutants: false' goes with a reason, why: \"...\"")
        return self

    @property
    def project(self) -> str:
        return self.id.rpartition("/")[0]

    @property
    def short(self) -> str:
        return self.id.partition("/")[2]

    @property
    def path(self) -> str:
        """The path of the file, below a workspace."""
        return f"{self.id}.py"

    @property
    def suite(self) -> str:
        """The path of the hidden suite, below the course's folder."""
        return f"tests/{self.project}/test_{self.name}.py"

    @property
    def mistakes(self) -> str:
        """The path of the catalogued mistakes, below the course's folder."""
        return f"tests/{self.project}/mistakes_{self.name}.py"

    @property
    def observations(self) -> str:
        """The path of the observations that its project adds, below the course's folder; most have none."""
        return f"tests/{self.project}/observations.py"


class Project(Strict):
    name: Name
    title: str
    planned: bool = False
    forbids: list[str] = []
    grants: list[Grant] = []
    preload: list[Library] = []
    benchmarks: dict[str, Benchmark] = {}
    study: dict[str, Threshold] = {}  # what each result of the project's study must reach
    exercises: list[Exercise] = []
    id: str = Field("", exclude=True)
    number: str = Field("", exclude=True)


class Pipeline(Strict):
    name: Name
    title: str
    projects: list[Project]
    number: str = Field("", exclude=True)


class Course(Strict):
    title: str
    limits: Limits = Limits()
    waiting_seconds: float = Field(300, gt=0)  # in which a whole submission of a class may wait instead of computing
    pipelines: list[Pipeline]
    root: Path = Field(Path(), exclude=True)

    @cached_property
    def projects(self) -> dict[str, Project]:
        return {project.id: project for pipeline in self.pipelines for project in pipeline.projects}

    @cached_property
    def exercises(self) -> dict[str, Exercise]:
        return {exercise.id: exercise for project in self.projects.values() for exercise in project.exercises}

    def find(self, words: str) -> list[Exercise]:
        """The exercises that `words` names: one exercise, or those of a project or pipeline.

        `words` is an id, a short form, a name, a number or a file. Raises UsageError if it names nothing (with the
        nearest name), or something that has no exercises yet.
        """
        key = words.removeprefix("./").removesuffix(".py").rstrip("/")
        key = key.split("exercises/")[-1].split("solutions/")[-1]
        known: dict[str, list[Exercise]] = {}
        for pipeline in self.pipelines:
            inside = [e for p in pipeline.projects for e in p.exercises]
            known.setdefault(pipeline.name, inside), known.setdefault(pipeline.number, inside)
            for project in pipeline.projects:
                for name in (project.id, project.name, project.number):
                    known.setdefault(name, project.exercises)
                for exercise in project.exercises:
                    for name in (exercise.id, exercise.short, exercise.number):
                        known[name] = [exercise]
        for exercise in self.exercises.values():  # a bare name, if only one exercise has it
            same = [e for e in self.exercises.values() if e.name == exercise.name]
            if len(same) == 1 and not known.get(exercise.name):  # a project that is only planned hides no exercise
                known[exercise.name] = same
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.4)
            raise UsageError(f"There is no exercise or project '{words}'"
                             + (f"; did you mean '{near[0]}'?" if near else "; `grader list` shows them all."))
        if not known[key]:
            raise UsageError(f"'{words}' is planned and has no exercises yet; `grader list` shows what is ready.")
        return known[key]

    def find_one(self, words: str) -> Exercise:
        found = self.find(words)
        if len(found) != 1:
            raise UsageError(f"'{words}' names {len(found)} exercises; name one, such as '{found[0].short}'.")
        return found[0]

    def requirements(self, exercise: Exercise) -> list[Exercise]:
        """The exercises that `exercise` needs, directly or indirectly, in course order."""
        found: set[str] = set()
        queue = list(exercise.needs)
        while queue:
            name = queue.pop()
            if name not in found:
                found.add(name)
                queue += self.exercises[name].needs
        return [e for e in self.exercises.values() if e.id in found]


def load_course(root: Path) -> Course:
    """Read and check `root/course.yml`. Raises UsageError for the first mistake, with its line if it has one."""
    path = root / MANIFEST
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"There is no {MANIFEST} in {root}; run grader in the course's folder.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{MANIFEST} is not UTF-8 text.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        tree = yaml.compose(text, Loader=YamlLoader)
        course = Course.model_validate(yaml.load(text, Loader=YamlLoader))
    except yaml.MarkedYAMLError as error:
        raise mistake_at(error.problem_mark.line + 1, str(error.problem)) from None
    except ValidationError as error:
        # A misspelt key is two errors, a missing key and an unknown one; the unknown one says more.
        first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        raise mistake_at(line_of(tree, first["loc"]), what_is_wrong(first)) from None
    except yaml.reader.ReaderError as error:
        raise mistake_at(text.count("\n", 0, error.position) + 1, str(error).partition("\n")[0]) from None
    except ValueError as error:  # a date that does not exist
        raise UsageError(f"{MANIFEST} is not YAML: {error}.") from None
    course.root = root
    _name_everything(course)
    _check_links(course, tree)
    return course


def _name_everything(course: Course) -> None:
    for i, pipeline in enumerate(course.pipelines, 1):
        pipeline.number = str(i)
        for j, project in enumerate(pipeline.projects, 1):
            project.id, project.number = f"{pipeline.name}/{project.name}", f"{i}.{j}"
            for k, exercise in enumerate(project.exercises, 1):
                exercise.id, exercise.number = f"{project.id}/{exercise.name}", f"{i}.{j}.{k}"
                exercise.grants = project.grants + exercise.grants
                if exercise.inherits:
                    exercise.forbids = project.forbids + exercise.forbids
                    exercise.preload = project.preload + exercise.preload
                exercise.limits = course.limits.model_copy(update=exercise.limits.model_dump(exclude_unset=True))
                exercise.needs = [_need(course, project, words) for words in exercise.needs]


def _need(course: Course, project: Project, words: str) -> str:
    """The id that `needs` means: `name` is of the same project, `project/name` of another one, if only one is called so."""
    name, _, inside = words.partition("/")
    if not inside:
        return f"{project.id}/{words}"
    called = [f"{pipeline.name}/{name}" for pipeline in course.pipelines for p in pipeline.projects if p.name == name]
    return f"{called[0]}/{inside}" if len(called) == 1 and "/" not in inside else words


def _check_links(course: Course, tree) -> None:
    """Raise UsageError unless names are unique, files exist, only planned projects are empty, and `needs` names earlier
    exercises without a cycle.
    """
    names: set[str] = set()
    for i, pipeline in enumerate(course.pipelines):
        for j, project in enumerate(pipeline.projects):
            at = ("pipelines", i, "projects", j)
            if project.id in names:
                raise mistake_at(line_of(tree, at), f"a second project '{project.id}'")
            names.add(project.id)
            if bool(project.exercises) == project.planned:
                raise mistake_at(line_of(tree, at), f"'{project.name}' must have either exercises or 'planned: true'")
            for k, exercise in enumerate(project.exercises):
                line = line_of(tree, (*at, "exercises", k))
                if exercise.id in names:
                    raise mistake_at(line, f"a second exercise '{exercise.id}'")
                names.add(exercise.id)
                if not (course.root / "exercises" / exercise.path).exists() and \
                        not (course.root / "solutions" / exercise.path).exists():
                    raise mistake_at(line, f"'{exercise.name}' has no file exercises/{exercise.path}")
    position = {name: at for at, name in enumerate(course.exercises)}
    lines = {exercise.id: line_of(tree, ("pipelines", i, "projects", j, "exercises", k, "needs"))
             for i, pipeline in enumerate(course.pipelines) for j, project in enumerate(pipeline.projects)
             for k, exercise in enumerate(project.exercises)}
    for exercise in course.exercises.values():
        for need in exercise.needs:
            name = need.partition("/")[0]
            if (called := [p for p in course.projects.values() if p.name == name and need.count("/") == 1])[1:]:
                raise mistake_at(lines[exercise.id], f"'{exercise.name}' needs '{need}', and {len(called)} projects are called so: "
                                                   "name its pipeline too")
            if need not in position:
                raise mistake_at(lines[exercise.id], f"'{exercise.name}' needs '{need}', which does not exist")
    for exercise in course.exercises.values():
        for need in exercise.needs:
            if exercise.id in [need, *(e.id for e in course.requirements(course.exercises[need]))]:
                raise mistake_at(lines[exercise.id], f"'{exercise.name}' needs itself, by way of '{need}'")
            if position[need] > position[exercise.id]:
                raise mistake_at(lines[exercise.id], f"'{exercise.name}' needs '{need}', which comes later")
