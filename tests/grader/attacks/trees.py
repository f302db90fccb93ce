"""Submissions that cannot be committed as a file: folders with links, pipes and devices, odd encodings, odd names.

Each function takes the place of a submission, a path in the class's folder where nothing is yet. It makes a folder
there; packed.py makes archives. In each, what is handed in for `unbroadcast` is missing, unreadable or
wrong. `mldd-attack` in a name lets host.py find what was written where it should not be.
"""
import json
import os
import socket
import stat
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FILE = "p1_fundamentals/autograd/unbroadcast.py"
WRONG = "import numpy as np\n\n\ndef unbroadcast(grad, shape):\n    return np.full(shape, 1234.5)\n"
TELL = 'print("mldd-attack", "reached", __file__)\n'
FAILS = {"status": "failed"}
EXPECTS = {name: FAILS for name in (  # where it is not enough that it earns nothing: it is judged as what it is
    "shadow_libraries", "shadow_start_files", "shadow_pytest", "shadow_course", "shadow_grader", "shadow_given_code",
    "shadow_suite", "shadow_packages", "text_byte_order_mark", "text_carriage_returns", "folder_of_many_files")}


def hand_in(place: Path, text: str | bytes = WRONG, **beside: str) -> Path:
    """Make a folder that hands in `text`, with more files beside it; returns the file."""
    file = place / "exercises" / FILE
    for path, content in {file: text, **{place / name: content for name, content in beside.items()}}.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def instead_of_file(submission: Path) -> Path:
    """A folder in which the file is not there yet; returns where it should be."""
    file = submission / "exercises" / FILE
    file.parent.mkdir(parents=True)
    return file


# ── links, pipes, devices ───────────────────────────────────────────────────────────────────────────────────────


def link_to_reference(place: Path) -> None:
    """Hands in a symbolic link to the reference."""
    instead_of_file(place).symlink_to(ROOT / "solutions" / FILE)


def link_by_many_steps(place: Path) -> None:
    """Hands in a chain of links, each of them inside of the submission but the last."""
    file = instead_of_file(place)
    steps = [file, *(file.with_name(f"step{n}") for n in range(20))]
    for step, after in zip(steps, steps[1:]):
        step.symlink_to(after.name)
    steps[-1].symlink_to(os.path.relpath(ROOT / "solutions" / FILE, file.parent.resolve()))


def link_folder_to_reference(place: Path) -> None:
    """Hands in a link to the folder of all references in the place of its own folder."""
    place.mkdir()
    (place / "exercises").symlink_to(ROOT / "solutions")


def link_submission_to_reference(place: Path) -> None:
    """Is itself, as a whole, a link to a folder with the reference."""
    place.symlink_to(ROOT / "solutions")


def link_to_other_submission(place: Path) -> None:
    """Hands in a link to somebody else's file."""
    others = sorted(place.parent.glob(f"*honest/exercises/{FILE}")) or [Path(f"../../../../honest/exercises/{FILE}")]
    instead_of_file(place).symlink_to(others[0])


def link_to_system_file(place: Path) -> None:
    """Hands in a link to a file of the system, whose lines would be shown as a syntax error."""
    instead_of_file(place).symlink_to("/etc/passwd")


def link_to_endless_device(place: Path) -> None:
    """Hands in a link to a device that never ends."""
    instead_of_file(place).symlink_to("/dev/zero")


def link_to_process(place: Path) -> None:
    """Hands in a link to the environment of whoever reads it."""
    instead_of_file(place).symlink_to("/proc/self/environ")


def link_in_circles(place: Path) -> None:
    """Hands in links that lead to each other, and folders that contain themselves."""
    file = instead_of_file(place)
    file.symlink_to("other.py")
    (file.parent / "other.py").symlink_to(file.name)
    (file.parent / "again").symlink_to(place.resolve())


def pipe(place: Path) -> None:
    """Hands in a FIFO: who opens it waits for ever."""
    os.mkfifo(instead_of_file(place))


def pipes_everywhere(place: Path) -> None:
    """Hands in a wrong file among FIFOs with the names of whatever else a grader may open."""
    file = hand_in(place)
    for name in ("tensor.py", "arithmetic.py", "__init__.py", "conftest.py", "README.md", "notebook.ipynb"):
        os.mkfifo(file.parent / name)


def socket_file(place: Path) -> None:
    """Hands in a Unix socket in the place of the file."""
    file = instead_of_file(place)
    here = os.getcwd()
    try:
        os.chdir(file.parent)  # a socket's path must be short
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(file.name)
    finally:
        os.chdir(here)


def device(place: Path) -> None:
    """Hands in a device file (an endless one), where root marks and made it."""
    file = instead_of_file(place)
    try:
        os.mknod(file, stat.S_IFCHR | 0o666, os.makedev(1, 5))  # /dev/zero
    except OSError:
        file.symlink_to("/dev/zero")


def folder_for_file(place: Path) -> None:
    """Hands in a folder with the name of the file."""
    instead_of_file(place).mkdir()


def unreadable(place: Path) -> None:
    """Hands in a file, and a folder, that only root may read."""
    file = hand_in(place)
    file.chmod(0)
    (file.parent / "locked").mkdir(mode=0)


def sparse_terabyte(place: Path) -> None:
    """Hands in a file of a terabyte that takes no room on the disk."""
    with instead_of_file(place).open("wb") as file:
        file.write(WRONG.encode())
        for size in (1 << 40, 1 << 33, 1 << 28):
            try:
                file.truncate(size)
                break
            except OSError:  # as large as the file system has it
                continue


def folder_of_many_files(place: Path) -> None:
    """Hands in five thousand files beside the one that counts."""
    folder = hand_in(place).parent
    for number in range(5000):
        (folder / f"{number}.py").touch()


def folder_without_end(place: Path) -> None:
    """Hands in folders in folders, deeper than any path may be long."""
    hand_in(place)
    here = os.getcwd()
    try:
        os.chdir(place)
        for _ in range(1200):
            os.mkdir("deeper")
            os.chdir("deeper")
    finally:
        os.chdir(here)


def odd_file_names(place: Path) -> None:
    """Hands in files whose names are options, escapes, line breaks, markup and no UTF-8."""
    folder = os.fsencode(hand_in(place).parent)
    for name in (b"-rf", b"--help", b"\x1b[2J.py", b"a\nb.py", b"<script>.py", b"\xff\xfe.py", b" .py", b"=1+1.py", b"x" * 250):
        with open(folder + b"/" + name, "wb") as file:
            file.write(TELL.encode())


# ── files that shadow others ────────────────────────────────────────────────────────────────────────────────────


def everywhere(place: Path, names: list[str], text: str = TELL) -> None:
    """A wrong file, with others of these names in each folder of the submission."""
    folders = ["", "exercises/", "exercises/p1_fundamentals/", "exercises/p1_fundamentals/autograd/"]
    hand_in(place, **{folder + name: text for folder in folders for name in names})


def shadow_libraries(place: Path) -> None:
    """Hands in modules named like libraries: whoever has the submission on sys.path imports these."""
    everywhere(place, ["timeit.py", "torch.py", "numpy.py", "numpy/__init__.py", "json.py", "msgpack.py", "random.py", "nt.py",
                       "hypothesis.py", "jaxtyping.py", "beartype.py", "sqlite3.py", "encodings/__init__.py"])


def shadow_start_files(place: Path) -> None:
    """Hands in what Python runs when it starts."""
    everywhere(place, ["sitecustomize.py", "usercustomize.py", "__main__.py", "pyvenv.cfg", "python311._pth"])
    (place / "mldd-attack.pth").write_text("import sys; print('mldd-attack', 'reached a .pth')\n")


def shadow_pytest(place: Path) -> None:
    """Hands in what pytest reads when it starts."""
    everywhere(place, ["conftest.py", "test_unbroadcast.py", "pytest_plugins.py"])
    (place / "pytest.ini").write_text("[pytest]\naddopts = -p conftest\npython_files = *.py\n")
    (place / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = "-p conftest"\n')


def shadow_course(place: Path) -> None:
    """Hands in a course.yml of its own, in which there is no suite and a point is a thousand."""
    text = (ROOT / "course.yml").read_text().replace("points: ", "points: 1000")
    everywhere(place, ["course.yml", "solutions/course.yml"], text)


def shadow_grader(place: Path) -> None:
    """Hands in a package `grader` of its own."""
    everywhere(place, ["grader/__init__.py", "grader/judge/expect.py", "grader/wire.py", "grader/__main__.py"])


def shadow_given_code(place: Path) -> None:
    """Hands in the given code with changes: a tensor that equals everything."""
    everywhere(place, ["tensor.py", "models.py", "study.py", "graph.py", "common/datasets.py"],
               TELL + "class Tensor:\n    __eq__ = lambda *_: True\n")


def shadow_suite(place: Path) -> None:
    """Hands in a suite, mistakes and solutions: with these, all would be well."""
    suite = TELL + 'def test_all(work):\n    """All is well."""\n'
    hand_in(place, **{f"tests/{FILE.replace('unbroadcast', 'test_unbroadcast')}": suite, f"solutions/{FILE}": WRONG,
                      ".grader/ledger.sqlite3": "", "class.sqlite3": ""})


def shadow_packages(place: Path) -> None:
    """Hands in __init__.py files and compiled modules."""
    everywhere(place, ["__init__.py", "unbroadcast/__init__.py", "__pycache__/unbroadcast.cpython-311.pyc", "unbroadcast.so"])


# ── texts that are hard to read ─────────────────────────────────────────────────────────────────────────────────


def text_utf_16(place: Path) -> None:
    """Hands in a file in UTF-16, with its mark."""
    hand_in(place, WRONG.encode("utf-16"))


def text_utf_16_without_mark(place: Path) -> None:
    """Hands in a file in UTF-16 without a mark: as UTF-8 it is full of NULs."""
    hand_in(place, WRONG.encode("utf-16-le"))


def text_latin_1(place: Path) -> None:
    """Hands in a file in Latin-1 that declares it."""
    hand_in(place, f"# coding: latin-1\n# é\n{WRONG}".encode("latin-1"))


def text_utf_7(place: Path) -> None:
    """Hands in a file that declares UTF-7, in which a comment is an import of torch."""
    hand_in(place, f"# coding: utf-7\n# +AAo-import torch\n{WRONG}".encode())


def text_byte_order_mark(place: Path) -> None:
    """Hands in a file that begins with a byte order mark."""
    hand_in(place, b"\xef\xbb\xbf" + WRONG.encode())


def text_carriage_returns(place: Path) -> None:
    """Hands in a file whose lines end in carriage returns alone: a comment that swallows the file, or does not."""
    hand_in(place, f"# {WRONG}".replace("\n", "\r").encode())


def text_nul(place: Path) -> None:
    """Hands in a file with NULs in it: what ends there for C does not end for Python."""
    hand_in(place, WRONG.encode() + b"\0# more\n")


def text_surrogates(place: Path) -> None:
    """Hands in a file with the bytes of lone surrogates and overlong characters."""
    hand_in(place, b"# \xed\xa0\x80 \xc0\x80 \xf8\x88\x80\x80\x80\n" + WRONG.encode())


def text_of_blanks_in_a_notebook(place: Path) -> None:
    """Hands in a notebook with a line of very many blanks, for whoever looks at each line for IPython's commands."""
    source = " " * 900_000 + "x"
    cell = {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "autograd-derivation"}}, "source": source}
    hand_in(place, **{"autograd.ipynb": json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4})})


def text_empty(place: Path) -> None:
    """Hands in an empty file."""
    hand_in(place, b"")


def text_of_a_megabyte(place: Path) -> None:
    """Hands in one line of almost a megabyte."""
    hand_in(place, WRONG + "x = [" + "0," * 490_000 + "]\n")


def text_too_large(place: Path) -> None:
    """Hands in a file of fifty megabytes."""
    hand_in(place, WRONG.encode() + b"#" * 50_000_000)


def text_parentheses(place: Path) -> None:
    """Hands in fifty thousand nested parentheses."""
    hand_in(place, WRONG + "x = " + "(" * 50_000 + ")" * 50_000 + "\n")


def text_nested_lists(place: Path) -> None:
    """Hands in a list in a list, as deep as the parser takes it, and a little deeper."""
    hand_in(place, WRONG + "".join(f"x = {'[' * depth}{']' * depth}\n" for depth in (90, 150, 199, 201, 1000)))


def text_signs(place: Path) -> None:
    """Hands in a number with two hundred thousand signs: no parentheses, and as deep."""
    hand_in(place, WRONG + "x = " + "-" * 200_000 + "1\n")


def text_long_sum(place: Path) -> None:
    """Hands in a sum of a hundred thousand terms, and as many attributes: trees that lean to the left."""
    hand_in(place, WRONG + "def f():\n    return " + "+".join("1" * 100_000) + "\ndef g():\n    return a" + ".a" * 100_000 + "\n")


def text_chains_of_names(place: Path) -> None:
    """Hands in chains of thousands of attributes, each of which is followed to its begin before anything is run."""
    hand_in(place, WRONG + ("a" + ".b" * 2900 + "\n") * 160)


def text_nested_blocks(place: Path) -> None:
    """Hands in a hundred nested blocks, lambdas and conditions."""
    blocks = "".join(" " * n + "if 1:\n" for n in range(99)) + " " * 99 + "pass\n"
    hand_in(place, WRONG + blocks + "x = " + "lambda: " * 30_000 + "1\n")


def text_folded_constants(place: Path) -> None:
    """Hands in constants that a compiler computes: powers, repeated tuples, long numbers."""
    hand_in(place, WRONG + f"def f():\n    return 9**9**9**9, (1,) * 10**9 * 10**9, '{'x' * 4000}' * 4000 * 4000 * 4000, "
            f"0x{'f' * 200_000}\n")


def text_long_number(place: Path) -> None:
    """Hands in a decimal number of half a million digits."""
    hand_in(place, WRONG + "x = " + "9" * 500_000 + "\n")


def text_warnings(place: Path) -> None:
    """Hands in a hundred thousand invalid escapes, of each of which the compiler warns."""
    hand_in(place, WRONG + '"\\ \\y\\d \x1b[2J"\n' * 50_000)


# ── names of submissions ────────────────────────────────────────────────────────────────────────────────────────

NAMES = {
    "names_markup": "<script>document.title='mldd-attack'<!--",
    "names_formula": "=1+1",
    "names_at": "@SUM(1)",
    "names_option": "--only",
    "names_escapes": "\x1b[2J\x1b[31mmldd-attack",
    "names_line_break": "mldd-attack\nearned: 6",
    "names_quotes": "a\"b'c,d;e",
    "names_right_to_left": "\u202edessap",
    "names_long": "x" * 250,
    "names_ledger": "class.sqlite3",
    "names_hidden": ".mldd-attack",
    "names_no_text": os.fsdecode(b"\xff\xfe\xed\xa0\x80"),
    "names_spaces": "  ",
}


def named(place: Path) -> None:
    """Hands in a wrong file under a name that is markup, a formula, an option, an escape or no text at all."""
    hand_in(place)
