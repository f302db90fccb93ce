"""The course as `course.yml` describes it: pipelines, projects, exercises, and the paths of their files."""
import difflib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from grader.course.languages import PYTHON, Language, language_of, suffixes, without_suffix
from grader.course.limits import Benchmark, Limits, Strict, Threshold
from grader.course.manifest_errors import MANIFEST, line_of, mistake_at, what_is_wrong
from grader.course.manifest_links import check_links
from grader.errors import UsageError

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Library = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.\w+)*$")]  # as it is imported
Grant = Literal["loopback", "processes", "compiler", "service"]  # what a worker may be granted, see worker/grants.py
YamlLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Exercise(Strict):
    name: Name
    title: str
    file: str = ""          # its name and suffix, where it is no Python module: rules.yml
    points: int = Field(gt=0)
    minutes: int = Field(gt=0)
    difficulty: int = Field(2, ge=1, le=3)
    needs: list[str] = []
    forbids: list[str] = []
    grants: list[Grant] = []
    preload: list[Library] = []
    trusts: list[Library] = []  # libraries whose own use of ctypes is not the learner's
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

    @model_validator(mode="after")
    def _has_a_language(self) -> "Exercise":
        possible = [f"{self.name}{suffix}" for suffix in suffixes()]
        if self.file and self.file not in possible:
            raise ValueError(f"'file: {self.file}' must be one of {', '.join(possible)}")
        if self.notebook and self.language is not PYTHON:
            raise ValueError(f"a notebook has cells of Python, and {self.file} is {self.language.name}; leave 'notebook' out")
        return self

    @property
    def language(self) -> Language:
        return language_of(self.file or PYTHON.suffix)

    @property
    def project(self) -> str:
        return self.id.rpartition("/")[0]

    @property
    def short(self) -> str:
        return self.id.partition("/")[2]

    @property
    def path(self) -> str:
        """The path of the file, below a workspace."""
        return f"{self.id}{self.language.suffix}"

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


class Smoke(Exercise):
    """A check of a whole service: the exercises of a project, put together by its given `service.py`, started and asked."""

    name: Name = "smoke"
    grants: list[Grant] = ["service"]
    thresholds: dict[str, Threshold] = {}  # of what is measured, by the names that the suite has for them
    deploy: bool = False    # whether `grader deploy` runs this service for good, with infra/compose.yml

    @property
    def path(self) -> str:
        return f"{self.project}/service.py"

    @property
    def suite(self) -> str:
        return f"tests/{self.project}/smoke.py"


class Project(Strict):
    name: Name
    title: str
    planned: bool = False
    forbids: list[str] = []
    grants: list[Grant] = []
    preload: list[Library] = []
    benchmarks: dict[str, Benchmark] = {}
    study: dict[str, Threshold] = {}  # what each result of the project's study must reach
    smoke: Smoke | None = None        # `grader smoke PROJECT`
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

    @cached_property
    def by_path(self) -> dict[str, Exercise]:
        """{path of its file below a workspace: the exercise}."""
        return {exercise.path: exercise for exercise in self.exercises.values()}

    def find(self, words: str) -> list[Exercise]:
        """The exercises that `words` names: one exercise, or those of a project or pipeline.

        `words` is an id, a short form, a name, a number or a file. Raises UsageError if it names nothing (with the
        nearest name), or something that has no exercises yet.
        """
        key = without_suffix(words.removeprefix("./")).rstrip("/")
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
    check_links(course, tree)
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
            if smoke := project.smoke:
                smoke.id, smoke.number = f"{project.id}/{smoke.name}", f"{project.number}.{smoke.name}"
                smoke.limits = course.limits.model_copy(update=smoke.limits.model_dump(exclude_unset=True))


def _need(course: Course, project: Project, words: str) -> str:
    """The id that `needs` means: `name` is of the same project, `project/name` of another one, if only one is called so."""
    name, _, inside = words.partition("/")
    if not inside:
        return f"{project.id}/{words}"
    called = [f"{pipeline.name}/{name}" for pipeline in course.pipelines for p in pipeline.projects if p.name == name]
    return f"{called[0]}/{inside}" if len(called) == 1 and "/" not in inside else words
