"""Mutants of a file of YAML: a key or an item left out, a value changed, an operator or a name in an expression swapped.

A mutant is written anew from the tree of the file, without its comments; so is the reference that it is compared with.
What people read, such as a summary, is not changed, because no check requires its words; that it is there is another matter.
"""
import copy
import re
from collections.abc import Iterator

import yaml

from grader.course.sections import Block
from grader.course.yaml_text import Loader

PROSE = {"summary", "description", "title"}  # keys whose value people read
SWAPS = {">": ("<", ">="), "<": (">", "<="), ">=": (">", "<="), "<=": ("<", ">="), "==": ("!=",), "!=": ("==",), "=~": ("!~",),
         "+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "by": ("without",), "without": ("by",), "and": ("or",), "or": ("and",),
         "sum": ("max",), "max": ("min",), "min": ("max",), "avg": ("max",), "rate": ("delta",), "increase": ("delta",),
         "unless": ("and",)}
TOKEN = re.compile(r"[A-Za-z_:][\w:]*|\d+(?:\.\d+)?|[<>=!]=|=~|!~|[<>+*/-]")


def changed_data(text: str, regions: list[Block]) -> Iterator[tuple[str, str, str]]:
    """(place, the reference, the mutant) of each change inside the regions, without duplicates."""
    root = yaml.compose(text, Loader=Loader)
    before = written(root)
    known = {before}

    def inside(node: yaml.Node) -> bool:
        return any(region.begin < node.start_mark.line + 1 < region.end for region in regions)

    for steps, node in nodes_of(root):
        if not inside(node):
            continue
        place = place_of(root, steps)
        for changed in changes(node, steps, prose=place.rpartition(".")[2] in PROSE):
            other = copy.deepcopy(root)
            put(other, steps, changed)
            after = written(other)
            if after not in known:
                known.add(after)
                yield place, before, after


def written(root: yaml.Node) -> str:
    return yaml.serialize(root, Dumper=yaml.SafeDumper, allow_unicode=True, width=10_000)


def nodes_of(node: yaml.Node, steps: tuple = ()) -> Iterator[tuple[tuple, yaml.Node]]:
    """(the way from the root, node) of each value; keys are no values."""
    yield steps, node
    if isinstance(node, yaml.MappingNode):
        for at, (_, value) in enumerate(node.value):
            yield from nodes_of(value, (*steps, at))
    elif isinstance(node, yaml.SequenceNode):
        for at, value in enumerate(node.value):
            yield from nodes_of(value, (*steps, at))


def place_of(root: yaml.Node, steps: tuple) -> str:
    """The way to a node, as a person would write it: `groups[0].rules[1].expr`."""
    words, node = "", root
    for at in steps:
        if isinstance(node, yaml.MappingNode):
            key, node = node.value[at]
            words += f".{key.value}"
        else:
            node = node.value[at]
            words += f"[{at}]"
    return words.lstrip(".")


def put(root: yaml.Node, steps: tuple, changed: yaml.Node | None) -> None:
    """Set `changed` where `steps` lead; None leaves the item, or the key with its value, out."""
    *above, last = steps
    for at in above:
        root = root.value[at][1] if isinstance(root, yaml.MappingNode) else root.value[at]
    if changed is None:
        del root.value[last]
    else:
        root.value[last] = (root.value[last][0], changed) if isinstance(root, yaml.MappingNode) else changed


def changes(node: yaml.Node, steps: tuple, prose: bool) -> Iterator[yaml.Node | None]:
    if not steps:
        return
    yield None
    if isinstance(node, yaml.ScalarNode) and not prose:
        yield from (yaml.ScalarNode(node.tag, value, style=node.style) for value in other_values(node))


def other_values(node: yaml.ScalarNode) -> Iterator[str]:
    kind = node.tag.rpartition(":")[2]
    if kind == "bool":
        yield "false" if node.value.lower() == "true" else "true"
    elif kind in ("int", "float"):
        yield str(int(node.value) + 1) if kind == "int" else str(float(node.value) + 1)
    elif kind == "str":
        yield from tokens_swapped(node.value)


def tokens_swapped(text: str) -> Iterator[str]:
    for found in TOKEN.finditer(text):
        token = found[0]
        if token[0].isdigit():
            others = (str(float(token) + 1) if "." in token else str(int(token) + 1),)
        else:
            others = SWAPS.get(token, (f"{token}XX",) if token[0].isalpha() or token[0] in "_:" else ())
        for other in others:
            yield text[:found.start()] + other + text[found.end():]
