"""Mistakes: catalogued wrong solutions, in the forms in which learners write them.

A mistake is a function that replaces one of the reference's, or a change of the reference's text:

    @mistake("unbroadcast", "You return the gradient as it came in. ...")
    def keeps_the_broadcast_shape(grad, shape):
        return grad

    mistake("unbroadcast", "You sum the right axes but lose those of length 1 ...", name="drops_axes_of_length_one",
            replace="keepdims=True", by="keepdims=False", forms=[another_function, {"replace": "...", "by": "..."}])

The target is `exercise`, `exercise.function` or `exercise.Class.method`. A bare `exercise` means the function that
has the exercise's name. `forms` are the same misunderstanding, written otherwise; the learner reads the same words. The
text of a function replaces the text of the reference's function, so it may use whatever the reference's module imports
and defines.

Where the exercise is a file of data, the target is `exercise.region`, a solution region by its name, or a bare
`exercise`, the whole file; the mistake is a `text` in its place, and a further form is another text:

    mistake("rules.recording", "You ...", name="rate_of_a_gauge", text="- record: ...", forms=["- record: ..."])
"""
import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.course.functions import Function
from grader.course.languages import Language, language_of
from grader.course.manifest import Course, Exercise
from grader.course.sections import solution_regions
from grader.course.workspace import Workspace
from grader.judge.fresh_module import fresh_module

_REGISTRY = "__mistakes__"


@dataclass(frozen=True)
class Form:
    """One way to write a mistake: `source` in place of the target or, within the target, `by` in place of `replace`."""

    target: str        # a function, class or Class.method of the reference; of data, a region, or the exercise for all
    source: str = ""
    replace: str = ""
    by: str = ""


@dataclass(frozen=True)
class Mistake:
    name: str                # known by it in verdicts and reports
    exercise: str            # the exercise's name within its project
    words: str               # what the learner reads
    forms: tuple[Form, ...]  # at least one


def mistake(target: str, words: str, *, name: str = "", replace: str = "", by: str = "", text: str = "",
            forms: Sequence[Callable | dict[str, str] | str] = ()):
    """Register a wrong version of `target`, with what the learner reads. Raises ValueError for one without a name.

    With `replace`, the mistake is that change of the reference, with `text` that text, and it needs a `name`. Else this is a decorator for the wrong
    function or class, whose name is the mistake's. `forms` holds functions, or dicts with `replace` and `by`.
    """
    exercise, _, inside = target.partition(".")
    inside = inside or exercise
    registry = sys._getframe(1).f_globals.setdefault(_REGISTRY, [])
    further = tuple(Form(**{"target": inside, **form}) if isinstance(form, dict) else
                    Form(inside, form if isinstance(form, str) else source_of(form)) for form in forms)

    def register(name: str, form: Form) -> None:
        registry.append(Mistake(name, exercise, " ".join(words.split()), (form, *further)))

    if replace or text:
        if not name:
            raise ValueError(f"a mistake in {target} that replaces text has no name")
        return register(name, Form(inside, source=text, replace=replace, by=by))

    def decorate(wrong):
        register(name or wrong.__name__, Form(inside, source_of(wrong)))
        return wrong
    return decorate


def source_of(wrong: Callable) -> str:
    return textwrap.dedent(inspect.getsource(wrong))


def mistakes_of(course: Course, exercise: Exercise) -> list[Mistake]:
    """The catalogued mistakes of one exercise, in the order of mistakes_<exercise>.py; empty without that file."""
    path = course.root / exercise.mistakes
    if not path.exists():
        return []
    return getattr(fresh_module(f"mistakes_of_{exercise.id.replace('/', '_')}", path), _REGISTRY, [])


def with_mistake(workspace: Workspace, exercise: Exercise, wrong: Mistake, form: int = 0) -> Workspace:
    """`workspace` with a form of the mistake in place of its target. Raises LookupError if it does not fit."""
    return workspace.with_text(exercise.path, with_form(workspace.read(exercise.path), wrong.forms[form], exercise.path))


def with_form(text: str, form: Form, path: str = "") -> str:
    """`text`, of the file `path` (Python if it has no name), with the form in it.

    Raises LookupError if `text` has not the target, or not once what is replaced in it.
    """
    whole = text.splitlines()
    language = language_of(path)
    node = definition_of(text, form.target) if language.runs else None
    first, last = (node.lineno, node.end_lineno) if node else lines_of_region(whole, form.target, path)
    before, inside, after = whole[:first - 1], whole[first - 1:last], whole[last:]
    if form.replace:
        reference = "\n".join(inside)
        if (times := reference.count(form.replace)) != 1:
            raise LookupError(f"{form.target} has {form.replace!r} {times} times, and not once")
        changed = reference.replace(form.replace, form.by)
    elif node is None:
        changed = in_place_of(inside, form.source, language)
    else:
        # Decorators of the reference (a @property, a @contextmanager) stay: the mistake is in the body.
        wrong = ast.parse(form.source).body[0]
        lines = form.source.splitlines()[wrong.lineno - 1:]  # without @mistake(...)
        lines[0] = lines[0].replace(wrong.name, node.name, 1)
        changed = textwrap.indent("\n".join(lines), " " * node.col_offset)
    return "\n".join([*before, changed, *after]) + "\n"


def lines_of_region(lines: list[str], target: str, path: str) -> tuple[int, int]:
    """The first and last line of the region called `target`; of the whole file if the exercise is called so."""
    regions = [block for block in solution_regions("\n".join(lines), path) if block.name == target]
    if not regions and path.rpartition("/")[2].partition(".")[0] == target:
        return 1, len(lines)
    if len(regions) != 1:
        raise LookupError(f"the reference has {len(regions)} regions called {target}, and not one")
    return regions[0].begin + 1, regions[0].end - 1


def in_place_of(inside: list[str], text: str, language: Language) -> str:
    """`text`, indented as the lines that it replaces are."""
    first = next((line for line in inside if line.strip() and not line.strip().startswith(language.comment)), "")
    return textwrap.indent(textwrap.dedent(text.strip("\n")), first[:len(first) - len(first.lstrip())])


def definition_of(text: str, target: str) -> Function | ast.ClassDef:
    """The last definition of `function` or `Class.method` in a module's text. Raises LookupError if there is none."""
    *owners, name = target.split(".")
    body = ast.parse(text).body
    for owner in owners:
        body = next((n.body for n in body if isinstance(n, ast.ClassDef) and n.name == owner), [])
    found = [n for n in body if isinstance(n, (Function, ast.ClassDef)) and n.name == name]
    if not found:
        raise LookupError(f"the reference defines no {target}")
    return found[-1]
