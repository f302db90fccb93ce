"""ARCHITECTURE.md is true to the code: rooms, layers, no circles, no long files, and no decision on the wording of a sentence."""
import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GRADER = ROOT / "grader"
LONGEST_MODULE, LONGEST_TEST, MOST_ON_TOP = 300, 500, 18  # lines, lines, names


def layers() -> list[str]:
    """The rooms of the picture, from the top."""
    picture = re.search(r"```layers\n(.*?)```", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"), re.DOTALL)[1]
    return [line.split()[0] for line in picture.splitlines()]


def room_of(path: Path) -> str:
    """The module in grader/, or the folder that it is in."""
    return path.relative_to(GRADER).parts[0].removesuffix(".py")


def modules() -> list[Path]:
    return [path for path in GRADER.rglob("*.py") if path != GRADER / "__init__.py"]


def imported_files(path: Path) -> Iterator[tuple[Path, int]]:
    """The files of grader/ that a module imports, wherever in it; a name out of a package is its submodule, if it is one."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else \
            [f"{node.module}.{alias.name}" for alias in node.names] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            parts = name.split(".")
            if parts[0] == "grader":
                candidates = [ROOT.joinpath(*parts[:length]) for length in range(len(parts), 1, -1)]
                files = [f for c in candidates for f in (c.with_suffix(".py"), c / "__init__.py") if f.exists()]
                if files:
                    yield files[0], node.lineno


def test_the_picture_names_every_room_once():
    assert sorted(layers()) == sorted({room_of(path) for path in modules()})


def test_imports_lead_downwards():
    height = {room: -at for at, room in enumerate(layers())}
    upwards = [f"{path.relative_to(ROOT)}, line {line}: {room_of(file)}" for path in modules()
               for file, line in imported_files(path)
               if room_of(file) != room_of(path) and height[room_of(file)] >= height[room_of(path)]]
    assert upwards == []


def test_no_file_imports_itself_by_a_detour():
    below = {path: {file for file, _ in imported_files(path)} - {path} for path in modules()}

    def circle(path: Path, way: list[Path]) -> list[Path]:
        if path in way:
            return [*way[way.index(path):], path]
        if path in seen:
            return []
        seen.add(path)
        return next((found for each in sorted(below.get(path, ())) if (found := circle(each, [*way, path]))), [])

    seen: set[Path] = set()
    found = [circle(path, []) for path in sorted(below)]
    assert [" -> ".join(str(p.relative_to(GRADER)) for p in way) for way in found if way] == []


def test_the_top_floor_has_few_names():
    tracked = subprocess.run(["git", "ls-files", "grader"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    names = {name.split("/")[1] for name in tracked} or {p.name for p in GRADER.iterdir() if p.name != "__pycache__"}
    assert len(names) <= MOST_ON_TOP, sorted(names)


@pytest.mark.parametrize("folder, most", [(GRADER, LONGEST_MODULE), (ROOT / "tests", LONGEST_TEST)])
def test_a_file_fits_into_a_head(folder, most):
    long = {str(path.relative_to(ROOT)): lines for path in folder.rglob("*.py")
            if (lines := len(path.read_text(encoding="utf-8").splitlines())) > most}
    assert long == {}


def test_the_tests_of_a_room_are_in_its_folder():
    rooms = {room_of(path) for path in modules() if path.parent != GRADER}
    folders = {path.parent.relative_to(ROOT / "tests/grader").parts[0] for path in (ROOT / "tests/grader").rglob("test_*.py")
               if path.parent != ROOT / "tests/grader"}
    no_rooms = {"attacks", "helpers", "bench", "common"}  # common: the tests of exercises/common
    assert rooms <= folders | {"attacks"} and folders - no_rooms <= rooms


def test_every_file_that_it_names_is_there():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:grader|tests|solutions|exercises)/[\w/.]+)`", text)
    rooms = re.findall(r"`((?:local|judge|worker|course|records|authoring|autograde|sandbox|ipc|report)/[\w/.]+)`", text)
    named += [f"grader/{name}" for name in rooms]
    assert len(named) > 20 and [name for name in named if not (ROOT / name).exists()] == []


# ── data decides ────────────────────────────────────────────────────────────────────────────────────────────────

SENTENCES = {"message", "note", "diagnosis", "summary", "problem", "words", "sentence", "said", "advice"}


def is_a_sentence(node: ast.AST) -> bool:
    """A field or variable that holds words for people, or an exception as text."""
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    of_error = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str" and any(
        isinstance(a, ast.Name) and a.id in ("error", "e", "exc") for a in node.args)
    return name in SENTENCES or of_error


def decisions_on_words(text: str) -> Iterator[int]:
    """The lines on which startswith, endswith, `in` or == asks a sentence."""
    for node in ast.walk(ast.parse(text)):
        asked: list[ast.AST] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("startswith", "endswith"):
            asked = [node.func.value]
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)) \
                and isinstance(node.left, (ast.Constant, ast.JoinedStr)) and isinstance(getattr(node.left, "value", ""), str):
            asked = node.comparators
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            texts = [each for each in node.comparators if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value]
            asked = [node.left] if texts else []
        if any(map(is_a_sentence, asked)):
            yield node.lineno


# A protocol's dictionary is called `said` in these files: `"verdict" in said` asks for a key.
DICTIONARIES = {"autograde/marker.py", "judge/link.py", "judge/remote.py"}


def test_no_sentence_decides_anything():
    found = [f"{path.relative_to(GRADER)}, line {line}" for path in modules()
             if path.relative_to(GRADER).as_posix() not in DICTIONARIES
             for line in decisions_on_words(path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize("line", [
    "verdict.message.startswith('It could')", "message.endswith(' in it.')", "'full' in words", "'locked' in str(error)",
    "check.note == 'killed'", "x if 'not a database' not in str(error) else y"])
def test_such_a_decision_would_be_found(line):
    assert [*decisions_on_words(line)] == [1]


@pytest.mark.parametrize("line", ["name.startswith('x')", "verdict.reason == 'needs'", "word in words", "verdict.message or 'x'"])
def test_other_decisions_are_none(line):
    assert [*decisions_on_words(line)] == []
