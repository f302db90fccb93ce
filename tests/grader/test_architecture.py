"""ARCHITECTURE.md is true to the code: its layers name every module, and imports lead downwards."""
import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 310  # lines of a module


def layers() -> list[list[str]]:
    """The lines of the picture, from the top."""
    picture = re.search(r"```layers\n(.*?)```", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"), re.DOTALL)[1]
    return [line.split() for line in picture.splitlines()]


def room_of(path: Path) -> str:
    """The module in grader/, or the folder that it is in."""
    return path.relative_to(ROOT / "grader").parts[0].removesuffix(".py")


def modules() -> list[Path]:
    return [path for path in (ROOT / "grader").rglob("*.py") if path != ROOT / "grader/__init__.py"]


def imported_rooms(path: Path) -> Iterator[tuple[str, int]]:
    """The rooms that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else \
            [f"{node.module}.{alias.name}" for alias in node.names] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if name.startswith("grader."):
                yield name.split(".")[1], node.lineno


def test_the_picture_names_every_module_once():
    named = [room for line in layers() for room in line]
    assert sorted(named) == sorted({room_of(path) for path in modules()})


def test_imports_lead_downwards():
    height = {room: -at for at, line in enumerate(layers()) for room in line}
    upwards = [f"{path.relative_to(ROOT)}, line {line}: {room}" for path in modules()
               for room, line in imported_rooms(path)
               if room != room_of(path) and height[room] >= height[room_of(path)]]
    assert upwards == []


def test_a_module_fits_into_a_head():
    long = {str(path.relative_to(ROOT)): lines for path in modules()
            if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST}
    assert long == {}


def test_every_file_that_it_names_is_there():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:grader|tests|solutions|exercises)/[\w/.]+)`", text)
    assert named and [name for name in named if not (ROOT / name).exists()] == []
