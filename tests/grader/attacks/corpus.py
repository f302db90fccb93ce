"""The attacks as a class: a submission for each, and an honest one after it."""
import ast
import inspect
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.grader.attacks import packed, trees

HERE = Path(__file__).parent
EXERCISE = "p1_fundamentals/autograd/unbroadcast"
TOOLS = {"corpus", "packed", "trees", "__init__"}


@dataclass(frozen=True)
class Attack:
    """`make` puts it where a submission is expected, a path where nothing is yet."""

    name: str
    tries: str
    exercise: str
    make: Callable[[Path], object]


def attacks() -> list[Attack]:
    """All of them: the files, read and never imported, and what trees.py and packed.py make."""
    files = [of_file(path) for path in sorted(HERE.glob("*.py")) if path.stem not in TOOLS]
    made = [Attack(name, inspect.getdoc(make).splitlines()[0], EXERCISE, make)
            for module in (trees, packed) for name, make in inspect.getmembers(module, inspect.isfunction)
            if list(inspect.signature(make).parameters) == ["place"] and make.__module__ == module.__name__]
    wanted = re.compile(os.environ.get("MLDD_ATTACKS", ""))  # some of them, while one is written
    return [attack for attack in files + made if wanted.search(attack.name)]


def of_file(path: Path) -> Attack:
    content = path.read_bytes()
    tree = ast.parse(content)
    constants = {node.targets[0].id: node.value for node in tree.body
                 if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)}
    exercise = ast.literal_eval(constants["EXERCISE"]) if "EXERCISE" in constants else EXERCISE

    def make(place: Path) -> None:
        file = place / "exercises" / f"{exercise}.py"
        file.parent.mkdir(parents=True)
        file.write_bytes(content)

    return Attack(path.stem, (ast.get_docstring(tree) or "").splitlines()[0], exercise, make)


def make_class(folder: Path, all_attacks: list[Attack], honest: str) -> None:
    """A submission for each attack, in the order of their names, and after each the text of an honest one."""
    folder.mkdir()
    for number, attack in enumerate(all_attacks):
        attack.make(folder / f"{number:03}_{attack.name}")
        file = folder / f"{number:03}_{attack.name}_then_honest" / f"{EXERCISE}.py"
        file.parent.mkdir(parents=True)
        file.write_text(f"{honest}\n# {number}\n", encoding="utf-8")
