"""Read YAML that a stranger wrote: plain data, one document, within limits that no file written by hand comes near.

What comes out is what YAML 1.2's core schema says: null, true and false, numbers, text, lists and mappings. So `on` and
`2026-11-27` are text, as they are to the programs that read such a file. A key that stands twice is an error.

A few lines of YAML can stand for a billion values (each alias repeats what its anchor holds). So the events of the
parser are counted before anything is built, and what aliases stand for is counted before it is constructed.
"""
import re

import yaml

LARGEST = 100_000   # characters
DEEPEST = 40        # lists and mappings inside each other
MOST_VALUES = 20_000  # with what aliases repeat
_Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlError(Exception):
    """The text is no YAML that is read here. `line` counts from 1, `column` from 0; 0 and 0 where there is no place."""

    def __init__(self, message: str, mark=None, line: int = 0):
        super().__init__(message)
        self.line, self.column = (mark.line + 1, mark.column) if mark else (line, 0)


class Loader(_Base):
    """Safe, and by the core schema: only what is listed here is anything but text."""

    yaml_implicit_resolvers = {}


for _tag, _pattern, _first in (
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
        ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
        ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
         list("-+0123456789.")),
        ("merge", r"<<", ["<"])):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), _first)


def _integer(loader: Loader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


Loader.add_constructor("tag:yaml.org,2002:int", _integer)


def read_yaml(text: str) -> object:
    """What `text` says. Raises YamlError, with the line where there is one, for what is not YAML or passes a limit."""
    if len(text) > LARGEST:
        raise YamlError(f"it has more than {LARGEST // 1000} thousand characters, and such a file has a few thousand")
    try:
        _count_events(text)
        loader = Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            _check_nodes(node)
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        raise YamlError(_words(error), error.problem_mark or error.context_mark) from None
    except yaml.reader.ReaderError as error:
        raise YamlError("a character that YAML does not allow", line=_line(text, error.position)) from None
    except (ValueError, OverflowError, RecursionError) as error:  # a number of ten thousand digits
        raise YamlError(f"a value that cannot be read: {error}") from None


def _words(error: yaml.MarkedYAMLError) -> str:
    context = f"{error.context}: " if error.context and "while" not in error.context else ""
    return f"{context}{error.problem or 'not YAML'}"


def _line(text: str, position) -> int:
    return text.count("\n", 0, position) + 1 if isinstance(position, int) else 0


def _count_events(text: str) -> None:
    """Raise YamlError for nesting, or a number of values, beyond the limits; the parser's events nest in no call."""
    depth = values = 0
    for event in yaml.parse(text, Loader=Loader):
        values += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise YamlError(f"more than {DEEPEST} lists and mappings inside each other", event.start_mark)
        if values > MOST_VALUES:
            raise YamlError(f"more than {MOST_VALUES} values", event.start_mark)


def _check_nodes(root: yaml.Node) -> None:
    """Raise YamlError for a key that stands twice, a value that contains itself, and too many values by aliases."""
    sizes: dict[int, int] = {}
    inside: set[int] = set()

    def size(node: yaml.Node) -> int:
        if id(node) in sizes:
            return sizes[id(node)]
        if id(node) in inside:
            raise YamlError("a value that contains itself", node.start_mark)
        inside.add(id(node))
        total = 1
        if isinstance(node, yaml.MappingNode):
            seen = set()
            for key, value in node.value:
                name = (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else id(key)
                if name in seen and key.value != "<<":
                    raise YamlError(f"a second {key.value!r} in one mapping", key.start_mark)
                seen.add(name)
                total += size(key) + size(value)
        elif isinstance(node, yaml.SequenceNode):
            total += sum(size(item) for item in node.value)
        if total > MOST_VALUES:
            raise YamlError(f"more than {MOST_VALUES} values, with what its aliases repeat", node.start_mark)
        inside.discard(id(node))
        sizes[id(node)] = total
        return total

    size(root)
