"""The markers in a solution file: solution regions that a stub leaves out, hints, an afterword, a notebook's questions.

All functions work on text; no file is read or written here.

    ### BEGIN SOLUTION          ### BEGIN HINTS             ### BEGIN QUESTIONS
    return grad                 # 1. A nudge.               # 1. (2 points) Why is that so?
    ### END SOLUTION            # 2. A longer one,          #
                                #    over two lines.        #    Answer: because it is.
                                ### END HINTS               ### END QUESTIONS
    ### BEGIN AFTERWORD
    # What to notice, shown once after passing.
    ### END AFTERWORD

What begins a marker and a comment is the language's, which the file's name tells. In a file of data a region may have a
name, by which mistakes mean it: `### BEGIN SOLUTION recording`.
"""
import ast
import re
from typing import NamedTuple

from grader.course.languages import Language, WrongSyntaxError, language_of
from grader.errors import UsageError

KINDS = ("solution", "hints", "questions", "afterword")
_NAMED = re.compile(r"(.* BEGIN SOLUTION) ([a-z][a-z0-9_]*)")
_QUESTION = re.compile(r"\((\d+) points?\) (.*)", re.DOTALL)


class Block(NamedTuple):
    """A block between two markers. `begin` and `end` are the lines of the markers, counted from 1."""

    kind: str  # "solution", "hints", "questions" or "afterword"
    begin: int
    end: int
    name: str = ""  # of a solution region in a file of data


def markers_of(language: Language) -> dict[str, tuple[bool, str]]:
    """{marker: (whether it begins a block, the kind of block)}."""
    return {f"{language.marker} {word} {kind.upper()}": (word == "BEGIN", kind) for kind in KINDS for word in ("BEGIN", "END")}


def resembles_a_marker(line: str, language: Language) -> bool:
    """A misspelt marker would leave the solution in the stub, so every line that resembles a marker must be one."""
    sign = re.escape(language.comment[0])
    return bool(re.match(rf"{sign}+\s*(begin|end)[\s_-]*(solution|hint|question|afterword)", line, re.IGNORECASE))


def blocks_of(text: str, name: str = "solution") -> list[Block]:
    """The blocks of `text`.

    Raises UsageError, with `name` and the line, if a marker is misspelt, if the markers do not pair up, or if the hints
    are not one block at the end.
    """
    language = language_of(name)
    markers = markers_of(language)
    found: list[Block] = []
    kind, begin, region = "", 0, ""
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        marker = line.strip()
        named = _NAMED.fullmatch(marker) if language.names_regions else None
        begins, its_kind = markers.get(named[1] if named else marker, (False, ""))
        if not its_kind:
            if resembles_a_marker(marker, language):
                raise UsageError(f"{name}, line {number}: '{marker}' is none of the markers ({', '.join(markers)}).")
            continue
        if begins:
            if kind:
                raise UsageError(f"{name}, line {number}: '{marker}' comes before the end of what line {begin} begins.")
            kind, begin, region = its_kind, number, named[2] if named else ""
        elif kind != its_kind:
            raise UsageError(f"{name}, line {number}: '{marker}' ends nothing that was begun.")
        else:
            found.append(Block(kind, begin, number, region))
            kind = ""
    if kind:
        raise UsageError(f"{name}, line {begin}: '{lines[begin - 1].strip()}' is never ended.")
    hints = [block for block in found if block.kind == "hints"]
    if hints and (len(hints) > 1 or "\n".join(lines[hints[0].end:]).strip()):
        raise UsageError(f"{name}, line {hints[0].begin}: a file has one block of hints, and ends with it.")
    return found


def solution_regions(text: str, name: str = "solution") -> list[Block]:
    """The solution regions: what a learner writes."""
    return [block for block in blocks_of(text, name) if block.kind == "solution"]


def stub_of(solution_text: str, name: str = "solution") -> str:
    """The stub of a solution: each region is one `raise NotImplementedError`, or a comment in a file of data; hints and
    questions are left out. Of helpers, regions of Python that are in no function, nothing is left.

    Text without markers is given code and is returned as it is. Raises UsageError, with the file `name`, if the markers
    are wrong or the stub is not of its language.
    """
    language = language_of(name)
    blocks = blocks_of(solution_text, name)
    if not blocks:
        return solution_text
    lines = solution_text.split("\n")
    kept: list[str] = []
    at = 0
    helpers = regions_of_helpers(solution_text, blocks) if language.runs else []
    for block in blocks:
        kept += lines[at:block.begin - 1]
        if block in helpers:
            while kept and not kept[-1]:  # the empty lines behind it stay
                kept.pop()
        elif block.kind == "solution":
            marker = lines[block.begin - 1]
            kept.append(marker[:len(marker) - len(marker.lstrip())] + language.unwritten)
        at = block.end
    stub = "\n".join([*kept, *lines[at:]]).rstrip() + "\n"
    try:
        language.check(stub)
    except WrongSyntaxError as error:
        line = stub.split("\n")[max(error.line - 1, 0)].strip()
        raise UsageError(f"{name}: its stub is not {language.name} ({error}: '{line}'); a region must hold whole "
                         f"{'statements' if language.runs else 'values'}.") from None
    return stub


def regions_of_helpers(text: str, blocks: list[Block]) -> list[Block]:
    """The solution regions of a Python file that are in no function: a `raise` there would end its import."""
    try:
        functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    except SyntaxError:  # for the author to read where the stub is checked
        return []
    lines = text.split("\n")

    def is_in_a_function(block: Block) -> bool:
        first = next((n for n in range(block.begin + 1, block.end) if lines[n - 1].strip()), block.begin + 1)
        return any(node.lineno < block.begin and first <= node.end_lineno for node in functions)

    return [block for block in blocks if block.kind == "solution" and not is_in_a_function(block)]


def without_markers(solution_text: str, name: str = "solution") -> str:
    """The solution as a page to read: without markers, hints, questions and afterword."""
    lines = solution_text.split("\n")
    left_out: set[int] = set()
    for block in blocks_of(solution_text, name):
        left_out |= {block.begin, block.end} if block.kind == "solution" else set(range(block.begin, block.end + 1))
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in left_out).rstrip() + "\n"


def hints_of(solution_text: str, name: str = "solution") -> list[str]:
    """The hints, in order, without comment signs. Each paragraph is one line; an empty line separates paragraphs."""
    return ["\n\n".join(paragraphs) for paragraphs in _items(solution_text, "hints", name)]


def afterword_of(solution_text: str, name: str = "solution") -> str:
    """What to notice after passing, as one paragraph; empty if there is none. Raises UsageError for a line without #."""
    words, comment = [], language_of(name).comment
    for block in blocks_of(solution_text, name):
        if block.kind == "afterword":
            for number, line in enumerate(solution_text.split("\n")[block.begin:block.end - 1], block.begin + 1):
                if line.strip() and not line.startswith(comment):
                    raise UsageError(f"{name}, line {number}: between the markers of the afterword every line begins with {comment}.")
                words.append(line.removeprefix(comment).strip())
    return " ".join(word for word in words if word)


class Question(NamedTuple):
    """A question that a notebook asks, to be answered in words. A person marks it, with `answer` beside it."""

    points: int
    text: str
    answer: str


def questions_of(solution_text: str, name: str = "solution") -> list[Question]:
    """The questions, in order. Raises UsageError if a question has no points or no answer."""
    questions = []
    for number, paragraphs in enumerate(_items(solution_text, "questions", name), 1):
        text, _, answer = "\n\n".join(paragraphs).partition("\n\nAnswer: ")
        begun = _QUESTION.fullmatch(text)
        if not begun or not answer:
            raise UsageError(f"{name}: question {number} must begin '# {number}. (2 points) …' and have a paragraph "
                             "'#    Answer: …'.")
        questions.append(Question(int(begun[1]), begun[2], answer))
    return questions


def _items(solution_text: str, kind: str, name: str) -> list[list[str]]:
    """The numbered items of the blocks of `kind`, each a list of paragraphs, without comment signs."""
    items: list[list[str]] = []
    comment = language_of(name).comment
    item = re.compile(rf"{comment} (\d+)\. (.*)")
    for block in blocks_of(solution_text, name):
        if block.kind != kind:
            continue
        for number, line in enumerate(solution_text.split("\n")[block.begin:block.end - 1], block.begin + 1):
            if line.strip() and not line.startswith(comment):
                raise UsageError(f"{name}, line {number}: between the markers of the {kind} every line begins with {comment}.")
            words = line.removeprefix(comment).strip()
            starts = item.fullmatch(line.rstrip())
            if starts and int(starts[1]) == len(items) + 1:
                items.append([starts[2].strip()])
            elif starts or (words and not items):
                raise UsageError(f"{name}, line {number}: the {kind[:-1]} '{comment} {len(items) + 1}. …' must come here.")
            elif not words and items:
                items[-1].append("")
            elif items:
                items[-1][-1] = f"{items[-1][-1]} {words}".strip()
    return [[paragraph for paragraph in item if paragraph] for item in items]


def hints_section(title: str, hints: list[str]) -> str:
    """One exercise's section of hints.md. Each hint is folded, so that nobody reads the last one by accident."""
    folded = [f"<details><summary>Hint {number}</summary>\n\n{hint}\n\n</details>\n"
              for number, hint in enumerate(hints, 1)]
    return "\n".join([f"## {title}\n", *folded])


def hints_on_page(page: str, title: str) -> list[str]:
    """The hints that `hints_section(title, …)` put on a page. Hints are read from it if solutions are absent."""
    _, found, rest = f"\n{page}".partition(f"\n## {title}\n")
    section = rest.partition("\n## ")[0] if found else ""
    return re.findall(r"<details><summary>Hint \d+</summary>\n\n(.*?)\n\n</details>", section, re.DOTALL)
