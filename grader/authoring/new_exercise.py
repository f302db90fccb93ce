"""`grader new`: a line in course.yml and the files of an exercise, which work as they are and say what to fill in."""
import keyword
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader.authoring.manifest_lines import with_exercise
from grader.authoring.unfinished import own_files
from grader.course.languages import YAML
from grader.course.manifest import MANIFEST, Course, Exercise, Project, load_course
from grader.errors import UsageError
from grader.files import read_text, write_atomically

TEMPLATES = Path(__file__).with_name("templates")
KINDS = ("function", "operation", "yaml")  # a folder of TEMPLATES each
FIRST_VALUES = {"points": 6, "minutes": 30, "difficulty": 2}


def new_exercise(course: Course, words: str, after: str | None = None, kind: str = "function") -> list[str]:
    """Write the exercise that `words`, PROJECT/NAME, names; return the paths of its files, course.yml first.

    It comes behind the exercise `after` of its project, or else last. Raises UsageError, and then nothing was written.
    """
    project, name = project_and_name(course, words)
    file = f"{name}{YAML.suffix}" if kind == "yaml" else ""
    exercise = Exercise(name=name, file=file, title=name.replace("_", " ").capitalize(), id=f"{project.id}/{name}", **FIRST_VALUES)
    previous = previous_exercise(project, after)
    if exercise.id in course.exercises:
        raise UsageError(f"There is an exercise {exercise.short} already; choose another name.")
    files = texts_of(course, exercise, kind)
    for path in [*files, f"exercises/{exercise.path}"]:
        if (course.root / path).exists():
            raise UsageError(f"There is a file {path} already, and it is not overwritten; choose another name, or move it.")
    if same := [e.short for e in project.exercises if e.title == exercise.title]:
        raise UsageError(f"{same[0]} has the title '{exercise.title}', by which hints are found; choose another name.")
    before = read_text(course.root / MANIFEST, MANIFEST)
    values = ", ".join(f"{key}: {value}" for key, value in FIRST_VALUES.items())
    entry = f"{{name: {name}, {f'file: {file}, ' if file else ''}title: {exercise.title}, {values}}}  # FILL IN: title, points, minutes and difficulty"
    manifest = with_exercise(before, project, previous, entry)
    for path, text in files.items():  # first, since course.yml may name only what is there
        write_atomically(course.root / path, text)
    write_atomically(course.root / MANIFEST, manifest)
    load_course(course.root)
    return [MANIFEST, *files]


def project_and_name(course: Course, words: str) -> tuple[Project, str]:
    """The project and the name in PROJECT/NAME. Raises UsageError with what to do."""
    wanted, _, name = words.rpartition("/")
    if not wanted:
        raise UsageError(f"'{words}' names no project; write PROJECT/NAME, such as autograd/{name or 'softplus'}.")
    project = next((p for p in course.projects.values() if wanted in (p.id, p.name, p.number)), None)
    if project is None:
        raise UsageError(f"There is no project '{wanted}'; {MANIFEST} has "
                         f"{', '.join(p.name for p in course.projects.values() if not p.planned)}.")
    if project.planned or not project.exercises:
        raise UsageError(f"{project.name} is planned and has no exercises yet; write its first one by hand: in {MANIFEST} take "
                         "out 'planned: true' and give the project 'exercises:' with one line.")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise UsageError(f"'{name}' cannot name a Python module; use small letters, digits and _, such as log_softmax.")
    return project, name


def previous_exercise(project: Project, after: str | None) -> Exercise:
    if after is None:
        return project.exercises[-1]
    found = next((e for e in project.exercises if after in (e.name, e.short, e.id, e.number)), None)
    if found is None:
        raise UsageError(f"{project.name} has no exercise '{after}' to come after; it has "
                         f"{', '.join(e.name for e in project.exercises)}.")
    return found


def texts_of(course: Course, exercise: Exercise, kind: str) -> dict[str, str]:
    """{path below the course's folder: text} of the files that `kind` has a template for. Raises UsageError."""
    if kind == "operation":
        for given in (f"solutions/{exercise.project}/tensor.py", f"tests/{exercise.project}/checks.py"):
            if not (course.root / given).exists():
                raise UsageError(f"An operation works on the tensors of its project, and there is no {given}; "
                                 "leave --kind out.")
    templates = Environment(loader=FileSystemLoader(TEMPLATES / kind), undefined=StrictUndefined, keep_trailing_newline=True)
    texts = {}
    for path in own_files(exercise):
        template = template_of(path)
        if (TEMPLATES / kind / template).exists():  # the probes of operations are their project's
            texts[path] = templates.get_template(template).render(
                name=exercise.name, title=exercise.title, package=exercise.project.replace("/", "."))
    return texts


def template_of(path: str) -> str:
    """The template of an exercise's file: solutions/…/rules.yml is made of solution.yml.j2, its suite of suite.py.j2."""
    folders, _, name = path.rpartition("/")
    kind = "solution" if folders.startswith("solutions/") else {"test": "suite"}.get(first := name.partition("_")[0], first)
    return f"{kind}.{name.rpartition('.')[2]}.j2"
