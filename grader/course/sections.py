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
"""
import ast
import re
from typing import NamedTuple

from grader.errors import UsageError

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HINTS, END_HINTS = "### BEGIN HINTS", "### END HINTS"
BEGIN_QUESTIONS, END_QUESTIONS = "### BEGIN QUESTIONS", "### END QUESTIONS"
BEGIN_AFTERWORD, END_AFTERWORD = "### BEGIN AFTERWORD", "### END AFTERWORD"
BEGINNINGS = {BEGIN_SOLUTION: "solution", BEGIN_HINTS: "hints", BEGIN_QUESTIONS: "questions", BEGIN_AFTERWORD: "afterword"}
ENDINGS = {END_SOLUTION: "solution", END_HINTS: "hints", END_QUESTIONS: "questions", END_AFTERWORD: "afterword"}
MARKERS = {**BEGINNINGS, **ENDINGS}

# A misspelt marker would leave the solution in the stub, so every line that resembles a marker must be one.
_RESEMBLES_A_MARKER = re.compile(r"#+\s*(begin|end)[\s_-]*(solution|hint|question|afterword)", re.IGNORECASE)
_ITEM = re.compile(r"# (\d+)\. (.*)")
_QUESTION = re.compile(r"\((\d+) points?\) (.*)", re.DOTALL)


class Block(NamedTuple):
    """A block between two markers. `begin` and `end` are the lines of the markers, counted from 1."""

    kind: str  # "solution", "hints", "questions" or "afterword"
    begin: int
    end: int


def blocks_of(text: str, name: str = "solution") -> list[Block]:
    """The blocks of `text`.

    Raises UsageError, with `name` and the line, if a marker is misspelt, if the markers do not pair up, or if the hints
    are not one block at the end.
    """
    found: list[Block] = []
    kind, begin = "", 0
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        marker = line.strip()
        if marker not in MARKERS:
            if _RESEMBLES_A_MARKER.match(marker):
                raise UsageError(f"{name}, line {number}: '{marker}' is none of the markers ({', '.join(MARKERS)}).")
            continue
        if marker in BEGINNINGS:
            if kind:
                raise UsageError(f"{name}, line {number}: '{marker}' comes before the end of what line {begin} begins.")
            kind, begin = MARKERS[marker], number
        elif kind != MARKERS[marker]:
            raise UsageError(f"{name}, line {number}: '{marker}' ends nothing that was begun.")
        else:
            found.append(Block(kind, begin, number))
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
    """The stub of a solution: each region is one `raise NotImplementedError`; hints and questions are left out.

    Text without markers is given code and is returned as it is. Raises UsageError, with the file `name`, if the markers
    are wrong or the stub is not Python.
    """
    blocks = blocks_of(solution_text, name)
    if not blocks:
        return solution_text
    lines = solution_text.split("\n")
    kept: list[str] = []
    at = 0
    for block in blocks:
        kept += lines[at:block.begin - 1]
        if block.kind == "solution":
            marker = lines[block.begin - 1]
            kept.append(marker[:len(marker) - len(marker.lstrip())] + "raise NotImplementedError")
        at = block.end
    stub = "\n".join([*kept, *lines[at:]]).rstrip() + "\n"
    try:
        ast.parse(stub)
    except SyntaxError as error:
        raise UsageError(f"{name}: its stub is not Python ({error.msg}: '{(error.text or '').strip()}'); "
                         "a region must hold whole statements.") from None
    return stub


def without_markers(solution_text: str) -> str:
    """The solution as a page to read: without markers, hints, questions and afterword."""
    lines = solution_text.split("\n")
    left_out: set[int] = set()
    for block in blocks_of(solution_text):
        left_out |= {block.begin, block.end} if block.kind == "solution" else set(range(block.begin, block.end + 1))
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in left_out).rstrip() + "\n"


def hints_of(solution_text: str, name: str = "solution") -> list[str]:
    """The hints, in order, without comment signs. Each paragraph is one line; an empty line separates paragraphs."""
    return ["\n\n".join(paragraphs) for paragraphs in _items(solution_text, "hints", name)]


def afterword_of(solution_text: str, name: str = "solution") -> str:
    """What to notice after passing, as one paragraph; empty if there is none. Raises UsageError for a line without #."""
    words = []
    for block in blocks_of(solution_text, name):
        if block.kind == "afterword":
            for number, line in enumerate(solution_text.split("\n")[block.begin:block.end - 1], block.begin + 1):
                if line.strip() and not line.startswith("#"):
                    raise UsageError(f"{name}, line {number}: between the markers of the afterword every line begins with #.")
                words.append(line.removeprefix("#").strip())
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
    for block in blocks_of(solution_text, name):
        if block.kind != kind:
            continue
        for number, line in enumerate(solution_text.split("\n")[block.begin:block.end - 1], block.begin + 1):
            if line.strip() and not line.startswith("#"):
                raise UsageError(f"{name}, line {number}: between the markers of the {kind} every line begins with #.")
            words = line.removeprefix("#").strip()
            starts = _ITEM.fullmatch(line.rstrip())
            if starts and int(starts[1]) == len(items) + 1:
                items.append([starts[2].strip()])
            elif starts or (words and not items):
                raise UsageError(f"{name}, line {number}: the {kind[:-1]} '# {len(items) + 1}. …' must come here.")
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
