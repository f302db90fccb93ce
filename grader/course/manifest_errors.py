"""What is wrong in `course.yml`, in one sentence with its line."""
import yaml

from grader.errors import UsageError

MANIFEST = "course.yml"


def what_is_wrong(error: dict) -> str:
    """An error of pydantic, in words."""
    name = next((f"'{step}'" for step in reversed(error["loc"]) if isinstance(step, str)), "")  # not an index in a list
    if error["type"] == "extra_forbidden":
        return f"unknown key {name}"
    if error["type"] == "missing":
        return f"{name} is missing"
    words = "input should be a mapping" if error["type"] == "model_type" else error["msg"].lower()
    came = "nothing" if error["input"] is None else repr(error["input"])
    return (f"{name}: " if name else "") + f"{words}, got {came if len(came) <= 60 else came[:59] + '…'}"


def line_of(node, loc) -> int:
    """The line of the YAML node that `loc` leads to, or of the last node on the way that exists."""
    line = node.start_mark.line + 1 if node else 1
    for step in loc:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if pair is None:
                return line
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            return line
    return line


def mistake_at(line: int, what: str) -> UsageError:
    return UsageError(f"{MANIFEST}, line {line}: {what}.")
