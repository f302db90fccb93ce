"""Where exercises stand in the text of course.yml, which people write and lay out by hand."""
import yaml

from grader.course.manifest import MANIFEST, Exercise, Project, YamlLoader
from grader.errors import UsageError


def lines_of(text: str, exercise: Exercise) -> range:
    """The lines of an exercise's entry, counted from 0."""
    pipeline, project, place = (int(number) - 1 for number in exercise.number.split("."))
    node = _exercises(text, pipeline, project).value[place]
    return range(node.start_mark.line, _last_line(node) + 1)


def with_exercise(text: str, project: Project, after: Exercise, entry: str) -> str:
    """`text` with the line `- entry` behind that of the exercise `after`, and nothing else changed.

    Raises UsageError if the exercises of the project do not stand on lines of their own.
    """
    pipeline, place = (int(number) - 1 for number in project.number.split("."))
    if _exercises(text, pipeline, place).flow_style:
        raise UsageError(f"{MANIFEST} has the exercises of {project.name} in brackets; write each on a line that begins with -.")
    lines, at = text.splitlines(keepends=True), lines_of(text, after)
    first = lines[at[0]]
    indent = first[:len(first) - len(first.lstrip())]
    if not lines[at[-1]].endswith("\n"):
        lines[at[-1]] += "\n"
    return "".join([*lines[:at[-1] + 1], f"{indent}- {entry}\n", *lines[at[-1] + 1:]])


def _exercises(text: str, pipeline: int, project: int):
    node = yaml.compose(text, Loader=YamlLoader)
    for step in ("pipelines", pipeline, "projects", project, "exercises"):
        node = node.value[step] if isinstance(step, int) else next(v for k, v in node.value if k.value == step)
    return node


def _last_line(node) -> int:
    """The last line of a node. YAML says of a block that it ends where the next thing begins."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style:
        return node.end_mark.line
    children = node.value if isinstance(node, yaml.SequenceNode) else [each for pair in node.value for each in pair]
    return max([node.start_mark.line, *map(_last_line, children)])
