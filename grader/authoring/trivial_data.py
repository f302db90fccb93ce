"""Trivial files of data: what a learner could hand in without saying anything. No check may give points for them."""
import yaml

from grader.course.languages import Language

KINDS = {  # each text continues "a solution that …"
    "says nothing": "says nothing",
    "empty parts": "has the right outermost keys, and nothing under them",
    "empty texts": "has every key, and an empty text or 0 for each value",
    "same texts": "has every key, and the same word for each value",
    "first of each": "has each list with its first item alone, and the same word for each value",
}
IN_THE_RIGHT_FORM = ("empty texts", "same texts", "first of each")


def trivial(text: str, language: Language, kind: str) -> str:
    """The text of the trivial file of `kind` that is made of the reference's `text`."""
    data = language.check(text)
    made = {
        "says nothing": lambda: None,
        "empty parts": lambda: {key: type(value)() for key, value in data.items()} if isinstance(data, dict) else type(data)(),
        "empty texts": lambda: with_values(data, lambda value: type(value)()),
        "same texts": lambda: with_values(data, lambda value: "x"),
        "first of each": lambda: with_values(firsts(data), lambda value: "x"),
    }[kind]()
    return yaml.safe_dump(made, sort_keys=False, allow_unicode=True)


def with_values(data, change):
    """`data` with `change` of each value that is no list or mapping; None stays."""
    if isinstance(data, dict):
        return {key: with_values(value, change) for key, value in data.items()}
    if isinstance(data, list):
        return [with_values(value, change) for value in data]
    return None if data is None else change(data)


def firsts(data):
    """`data` with the first item of each list alone."""
    if isinstance(data, dict):
        return {key: firsts(value) for key, value in data.items()}
    return [firsts(item) for item in data[:1]] if isinstance(data, list) else data
