"""The languages in which exercises are written: for each its suffix, its comments, and how its syntax is checked.

An exercise is a Python module unless course.yml says `file: rules.yml`. A file of a language that does not run is *data*:
no worker loads it, and a suite sees its text and what the text says (judge/document.py). Another language is another
line of LANGUAGES.
"""
import ast
from collections.abc import Callable
from dataclasses import dataclass

from grader.course.yaml_text import YamlError, read_yaml


class WrongSyntaxError(Exception):
    """A text is not what its suffix says. `line` counts from 1, `column` from 0; 0 and 0 where there is no place."""

    def __init__(self, message: str, line: int = 0, column: int = 0, kind: str = "SyntaxError"):
        super().__init__(message)
        self.line, self.column, self.kind = line, column, kind


@dataclass(frozen=True)
class Language:
    name: str                       # as sentences call it
    suffix: str
    comment: str                    # what begins a comment; three of it (or of its sign) begin a marker
    unwritten: str                  # what a stub has in place of a solution region
    check: Callable[[str], object]  # raises WrongSyntaxError for a text that is not of the language
    runs: bool                      # false for data
    names_regions: bool = False     # whether a region may have a name: `### BEGIN SOLUTION recording`

    @property
    def marker(self) -> str:
        """What begins a marker: `###`, or `///` where a comment begins with `//`."""
        return self.comment[0] * 3


def check_python(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise WrongSyntaxError(str(error.msg), error.lineno or 0, max(error.offset or 1, 1) - 1, type(error).__name__) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise WrongSyntaxError(f"cannot be read as Python: {error or type(error).__name__}", kind=type(error).__name__) from None


def check_yaml(text: str) -> object:
    try:
        return read_yaml(text)
    except YamlError as error:
        raise WrongSyntaxError(str(error), error.line, error.column, "YAMLError") from None


PYTHON = Language("Python", ".py", "#", "raise NotImplementedError", check_python, runs=True)
YAML = Language("YAML", ".yml", "#", "# Not written yet: this part is yours.", check_yaml, runs=False, names_regions=True)
LANGUAGES = {language.suffix: language for language in (PYTHON, YAML)}


def language_of(path: str) -> Language:
    """The language of a file, by its name; Python if it has none of the known endings."""
    return LANGUAGES.get("." + path.rpartition(".")[2], PYTHON)


def suffixes() -> tuple[str, ...]:
    return tuple(LANGUAGES)


def without_suffix(path: str) -> str:
    """`p1/letters/first.py` -> `p1/letters/first`; a name with another ending is left as it is."""
    return next((path.removesuffix(suffix) for suffix in LANGUAGES if path.endswith(suffix)), path)
